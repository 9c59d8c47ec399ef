//! What the tests of OpenPGP share: a GnuPG home, and cases that git judges too.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use audit::event::{Status, Verdict};
use audit::signature::Claim;
use audit::signature::openpgp::{Keyring, Validity};
use sequoia_openpgp::crypto::KeyPair;
use sequoia_openpgp::packet::Packet;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::serialize::MarshalInto;
use sequoia_openpgp::types::{HashAlgorithm, SignatureType};
use sequoia_openpgp::{Cert, armor};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

/// A GnuPG home and a repository.
pub(crate) struct World {
    dir: tempfile::TempDir,
}

impl Drop for World {
    fn drop(&mut self) {
        let mut kill = Command::new("gpgconf");
        let _ = kill.arg("--homedir").arg(self.home()).args(["--kill", "gpg-agent"]).status();
    }
}

impl World {
    /// `None`, said aloud, where GnuPG is not installed.
    pub(crate) fn new(test: &str) -> Option<World> {
        if Command::new("gpg").arg("--version").output().is_err() {
            eprintln!("{test}: NOT RUN, there is no gpg on this machine");
            return None;
        }
        // The agent's socket must have a short path.
        let dir = tempfile::Builder::new().prefix("pgp").tempdir_in("/tmp").unwrap();
        let world = World { dir };
        std::fs::create_dir(world.home()).unwrap();
        std::fs::set_permissions(world.home(), std::fs::Permissions::from_mode(0o700)).unwrap();
        let script = format!("#!/bin/sh\nexec gpg --homedir '{}' \"$@\"\n", world.home().display());
        std::fs::write(world.program(), script).unwrap();
        std::fs::set_permissions(world.program(), std::fs::Permissions::from_mode(0o700)).unwrap();
        world.git(&["init", "--quiet", "repo"], world.dir.path(), b"");
        Some(world)
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.dir.path().join("h")
    }

    /// What git takes as `gpg.program`.
    pub(crate) fn program(&self) -> PathBuf {
        self.dir.path().join("gpg")
    }

    fn run(mut command: Command, input: &[u8]) -> Vec<u8> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}: {said}");
        output.stdout
    }

    pub(crate) fn gpg(&self, args: &[&str], input: &[u8]) -> Vec<u8> {
        let mut command = Command::new(self.program());
        command.args(["--no-tty", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]);
        // A key is not made after what it signs only because a busy machine set its clock back.
        command.arg("--ignore-time-conflict");
        command.args(args);
        World::run(command, input)
    }

    pub(crate) fn git(&self, args: &[&str], dir: &Path, input: &[u8]) -> String {
        let mut command = Command::new("git");
        command
            .args(args)
            .current_dir(dir)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap());
        command.env("HOME", self.dir.path()).env("GIT_CONFIG_GLOBAL", "/dev/null");
        command.env("GIT_CONFIG_NOSYSTEM", "1");
        String::from_utf8(World::run(command, input)).unwrap()
    }

    /// Makes a key and returns its fingerprint.
    pub(crate) fn key(
        &self,
        name: &str,
        algorithm: &str,
        usage: &str,
        extra: &[&str],
        expire: &str,
    ) -> String {
        let id = format!("{name} <{name}@example.com>");
        let generate = ["--batch", "--quick-gen-key", &id, algorithm, usage, expire];
        self.gpg(&[extra, &generate].concat(), b"");
        self.fingerprints(name).remove(0)
    }

    /// Fingerprints of the primary key and the subkeys.
    pub(crate) fn fingerprints(&self, name: &str) -> Vec<String> {
        let who = format!("{name}@example.com");
        let listing = self.gpg(&["--batch", "--with-colons", "--list-keys", &who], b"");
        let listing = String::from_utf8(listing).unwrap();
        let prints = listing.lines().filter(|line| line.starts_with("fpr:"));
        prints.map(|line| line.split(':').nth(9).unwrap().to_owned()).collect()
    }

    pub(crate) fn sign(&self, key: &str, options: &[&str], payload: &[u8]) -> Vec<u8> {
        let user = ["--batch", "--local-user", key, "--armor", "--detach-sign"];
        self.gpg(&[options, &user].concat(), payload)
    }

    pub(crate) fn secret(&self, fingerprint: &str) -> Cert {
        let key = format!("{fingerprint}!");
        Cert::from_bytes(&self.gpg(&["--batch", "--export-secret-keys", &key], b"")).unwrap()
    }

    /// `%G?`, `%GF` and `%GS` of a commit with that payload and that signature.
    pub(crate) fn ask_git(&self, payload: &[u8], signature: &[u8]) -> (String, String, String) {
        let repo = self.dir.path().join("repo");
        let payload = std::str::from_utf8(payload).unwrap();
        let (headers, message) = payload.split_once("\n\n").unwrap();
        let signature = std::str::from_utf8(signature).unwrap();
        let signature = signature.trim_end_matches('\n').replace('\n', "\n ");
        let commit = format!("{headers}\ngpgsig {signature}\n\n{message}");
        let store = ["hash-object", "--literally", "-w", "-t", "commit", "--stdin"];
        let oid = self.git(&store, &repo, commit.as_bytes());
        let program = format!("gpg.program={}", self.program().display());
        let log = ["-c", &program, "log", "-1", "--format=%G?%n%GF%n%GS", oid.trim()];
        let said = self.git(&log, &repo, b"");
        let mut lines = said.lines().map(str::to_owned);
        let mut next = || lines.next().unwrap_or_default();
        (next(), next(), next())
    }

    /// `%G?` of a commit with that payload for each of these signatures, in their order. What becomes one commit is told
    /// once for each.
    pub(crate) fn ask_git_about(&self, payload: &[u8], signatures: &[Vec<u8>]) -> Vec<String> {
        // A few hundred at a time: what git reads and what it prints each fit into a pipe.
        let some = signatures.chunks(400);
        some.flat_map(|signatures| self.ask_git_about_some(payload, signatures)).collect()
    }

    fn ask_git_about_some(&self, payload: &[u8], signatures: &[Vec<u8>]) -> Vec<String> {
        let repo = self.dir.path().join("repo");
        let split = payload.windows(2).position(|pair| pair == b"\n\n").unwrap();
        let mut paths = String::new();
        for (number, signature) in signatures.iter().enumerate() {
            let mut commit = payload[..split].to_vec();
            commit.extend(b"\ngpgsig ");
            for &byte in signature.trim_ascii_end() {
                commit.push(byte);
                commit.extend((byte == b'\n').then_some(b' '));
            }
            commit.extend(&payload[split..]);
            let path = self.dir.path().join(format!("commit-{number}"));
            std::fs::write(&path, commit).unwrap();
            paths.push_str(path.to_str().unwrap());
            paths.push('\n');
        }
        let store = ["hash-object", "--literally", "-w", "-t", "commit", "--stdin-paths"];
        let ids = self.git(&store, &repo, paths.as_bytes());
        let program = format!("gpg.program={}", self.program().display());
        let log = ["-c", &program, "log", "--no-walk=unsorted", "--stdin", "--format=%H %G?"];
        let said = self.git(&log, &repo, ids.as_bytes());
        let letters: std::collections::HashMap<&str, &str> =
            said.lines().filter_map(|line| line.split_once(' ')).collect();
        ids.lines().map(|id| letters[id].to_owned()).collect()
    }

    pub(crate) fn keyring(&self) -> Keyring {
        let program = self.program();
        Keyring::from_gnupg(program.to_str().unwrap(), Validity::Undefined, now()).unwrap()
    }
}

pub(crate) fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}

pub(crate) fn judge(keyring: &Keyring, payload: &[u8], signature: &[u8]) -> Verdict {
    keyring.judge(&Claim { payload, signature, at: None, namespace: "git" })
}

/// As a ledger's entry is judged.
pub(crate) fn judge_entry(keyring: &Keyring, payload: &[u8], signature: &[u8]) -> Verdict {
    keyring.judge(&Claim { payload, signature, at: None, namespace: "audit-ledger" })
}

pub(crate) const PAYLOAD: &[u8] = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\
    author Ana <ana@example.com> 1600000000 +0000\n\
    committer Ana <ana@example.com> 1600000000 +0000\n\nFirst\n";

pub(crate) const OTHER: &[u8] = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\
    author Ana <ana@example.com> 1600000000 +0000\n\
    committer Ana <ana@example.com> 1600000000 +0000\n\nSecond\n";

pub(crate) fn enarmor(packets: &[u8]) -> Vec<u8> {
    let mut writer = armor::Writer::new(Vec::new(), armor::Kind::Signature).unwrap();
    writer.write_all(packets).unwrap();
    writer.finalize().unwrap()
}

pub(crate) fn dearmor(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    std::io::copy(&mut armor::Reader::from_bytes(text, None), &mut bytes).unwrap();
    bytes
}

/// A signature over the payload of any type, by Sequoia.
pub(crate) fn sign_as(typ: SignatureType, signer: &mut KeyPair, at: SystemTime) -> Vec<u8> {
    let builder = SignatureBuilder::new(typ).set_signature_creation_time(at).unwrap();
    let mut hash = HashAlgorithm::SHA256.context().unwrap().for_signature(4);
    hash.update(PAYLOAD);
    let builder = builder.set_hash_algo(HashAlgorithm::SHA256);
    let signature = builder.pre_sign(signer).unwrap().sign_hash(signer, hash).unwrap();
    enarmor(&Packet::from(signature).to_vec().unwrap())
}

/// What a signature should be taken for.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) payload: &'static [u8],
    pub(crate) signature: Vec<u8>,
    pub(crate) git: &'static str,
    pub(crate) ours: Status,
    pub(crate) marks: &'static [&'static str],
}

pub(crate) fn case(
    name: &'static str,
    signature: Vec<u8>,
    git: &'static str,
    ours: Status,
) -> Case {
    Case { name, payload: PAYLOAD, signature, git, ours, marks: &[] }
}

pub(crate) fn check(world: &World, cases: &[Case]) {
    let keyring = world.keyring();
    for case in cases {
        let (letter, key, signer) = world.ask_git(case.payload, &case.signature);
        let verdict = judge(&keyring, case.payload, &case.signature);
        let name = case.name;
        assert_eq!(letter, case.git, "git on {name}; ours is {verdict:?}");
        assert_eq!(verdict.status, case.ours, "{name}: {verdict:?}");
        assert_eq!(verdict.marks, case.marks, "{name}");
        assert_eq!(verdict.reason.is_none(), case.ours == Status::Good, "{name}: {verdict:?}");
        if !key.is_empty() {
            assert_eq!(verdict.key.as_ref(), Some(&key), "{name}");
        }
        if !signer.is_empty() && verdict.status != Status::Unjudged {
            assert_eq!(verdict.signer.as_ref(), Some(&signer), "{name}");
        }
    }
}
