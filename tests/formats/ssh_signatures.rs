//! SSH signatures judged here and by git with OpenSSH: the letters agree.
//!
//! Keys are made by `ssh-keygen` when the test runs, in a folder that goes away with it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use audit::event::{Status, Verdict};
use audit::signature::Claim;
use audit::signature::ssh::{AllowedSigners, Revocations, SshTrust, armor_is_canonical};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::Signer;
use proptest::prelude::*;
use rsa::BigUint;
use sha2::{Digest, Sha256, Sha512};
use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock};

/// The signal of a pipe that nobody reads, on every system.
const SIGPIPE: i32 = 13;

/// 2023-11-14T22:13:20Z, when no zone used here has daylight-saving time.
const AT: i64 = 1_700_000_000;
/// 2023-07-22T04:26:40Z, when most have.
const SUMMER: i64 = 1_690_000_000;
/// 2026-11-20T00:00:00Z.
const NOW: i64 = 1_795_132_800;

/// A folder with keys and an empty repository, and what was signed by the keys.
struct World {
    dir: tempfile::TempDir,
}

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let world = World { dir: tempfile::tempdir().unwrap() };
        for (name, kind, bits) in [
            ("ed25519", "ed25519", None),
            ("other", "ed25519", None),
            ("p256", "ecdsa", Some("256")),
            ("p384", "ecdsa", Some("384")),
            ("p521", "ecdsa", Some("521")),
            ("rsa", "rsa", Some("2048")),
            ("rsa1024", "rsa", Some("1024")),
            ("ca", "ed25519", None),
            ("ca-p256", "ecdsa", Some("256")),
            ("ca-rsa", "rsa", Some("3072")),
        ] {
            let file = world.path(name);
            let mut args = vec!["-q", "-t", kind, "-N", "", "-C", name, "-f", text(&file)];
            args.extend(bits.iter().flat_map(|bits| ["-b", bits]));
            world.run("ssh-keygen", &args, b"");
        }
        world.certify("ana", "ed25519", "ca", &["-I", "ana's key", "-n", "ana,bob", "-z", "7"]);
        world.certify(
            "period",
            "p384",
            "ca-p256",
            &["-I", "short", "-n", "ana", "-V", "20230101000000Z:20240101000000Z"],
        );
        world.certify("by-rsa", "rsa", "ca-rsa", &["-I", "r", "-n", "ana", "-z", "12"]);
        world.certify("by-sha1", "p256", "ca-rsa", &["-t", "ssh-rsa", "-I", "r", "-n", "ana"]);
        world.certify("nobody", "p256", "ca", &["-I", "nobody"]);
        world.certify("host", "p256", "ca", &["-h", "-I", "host", "-n", "ana"]);
        for kind in ["ed25519", "p256"] {
            let name = format!("sk-{kind}");
            fs::write(world.path(&format!("{name}.pub")), fill_hardware(&name)).unwrap();
            let (ca, public) = (world.path("ca"), world.path(&format!("{name}.pub")));
            let args = ["-q", "-s", text(&ca), "-I", "sk", "-n", "ana", text(&public)];
            world.run("ssh-keygen", &args, b"");
        }
        let forced = ["-I", "forced", "-n", "ana", "-O", "force-command=true", "-z", "300"];
        world.certify("forced", "p521", "ca", &forced);
        world.run("git", &["init", "-q", "--bare", text(&world.path("repo"))], b"");
        world
    })
}

impl World {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A certificate for a copy of the key named `key`.
    fn certify(&self, name: &str, key: &str, authority: &str, options: &[&str]) {
        for end in ["", ".pub"] {
            let from = self.path(&format!("{key}{end}"));
            fs::copy(from, self.path(&format!("{name}{end}"))).unwrap();
        }
        let (ca, public) = (self.path(authority), self.path(&format!("{name}.pub")));
        let mut args = vec!["-q", "-s", text(&ca)];
        args.extend(options);
        args.push(text(&public));
        self.run("ssh-keygen", &args, b"");
    }

    fn output(&self, program: &str, args: &[&str], input: &[u8]) -> Output {
        let mut child = Command::new(program)
            .args(args)
            .current_dir(self.dir.path())
            .env_clear()
            .envs(["PATH", "TZ"].iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
            .env("HOME", self.dir.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("these tests need the program '{program}': {error}"));
        // A program that has no use for its input may close it.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap()
    }

    fn run(&self, program: &str, args: &[&str], input: &[u8]) -> Vec<u8> {
        // Git 2.47 doesn't ignore SIGPIPE for `ssh-keygen -Y check-novalidate`, and is killed by it when ssh-keygen
        // refuses the date before it has read what was signed. Then nothing was answered, and it is asked again.
        let killed = |output: &Output| output.status.signal() == Some(SIGPIPE);
        let mut output = self.output(program, args, input);
        for _ in 0..100 {
            if !killed(&output) {
                break;
            }
            output = self.output(program, args, input);
        }
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {args:?}: {message}");
        output.stdout
    }

    fn public(&self, name: &str) -> String {
        let words = fs::read_to_string(self.path(&format!("{name}.pub"))).unwrap();
        words.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
    }

    /// Signs by a key, or by a certificate when `name` ends in `-cert`.
    fn sign(&self, name: &str, namespace: &str, payload: &[u8]) -> Vec<u8> {
        if let Some(sk) = name.strip_prefix("sk-") {
            let kind = sk.trim_end_matches("-cert");
            let signer = self.public(name);
            let signer = STANDARD.decode(signer.split(' ').nth(1).unwrap()).unwrap();
            return armor(&hardware_signature(kind, &signer, namespace, payload, 1));
        }
        let mut file = self.path(name);
        if name.ends_with("-cert") {
            file.set_extension("pub");
        }
        self.run("ssh-keygen", &["-q", "-Y", "sign", "-n", namespace, "-f", text(&file)], payload)
    }

    /// Git's letter and signer for a commit.
    fn git(&self, commit: &str, allowed: Option<&str>, revoked: Option<&[u8]>) -> (char, String) {
        let mut options = Vec::new();
        if let Some(allowed) = allowed {
            fs::write(self.path("allowed"), allowed).unwrap();
            let file = self.path("allowed");
            options.push(format!("gpg.ssh.allowedSignersFile={}", text(&file)));
        }
        if let Some(revoked) = revoked {
            fs::write(self.path("revoked"), revoked).unwrap();
            options.push(format!("gpg.ssh.revocationFile={}", text(&self.path("revoked"))));
        }
        let mut args = vec!["-C", "repo"];
        args.extend(options.iter().flat_map(|option| ["-c", option]));
        args.extend(["log", "-1", "--format=%G?%GS", commit]);
        let printed = String::from_utf8(self.run("git", &args, b"")).unwrap();
        let printed = printed.trim_end_matches('\n');
        (printed.chars().next().unwrap(), printed[1..].to_owned())
    }

    /// Stores a commit with a signature.
    fn commit(&self, payload: &[u8], signature: &[u8]) -> String {
        let payload = std::str::from_utf8(payload).unwrap();
        let (headers, message) = payload.split_once("\n\n").unwrap();
        let header = String::from_utf8(signature.to_vec()).unwrap();
        let header = header.trim_end_matches('\n').replace('\n', "\n ");
        let object = format!("{headers}\ngpgsig {header}\n\n{message}");
        let args = ["-C", "repo", "hash-object", "-w", "--literally", "-t", "commit", "--stdin"];
        let id = self.run("git", &args, object.as_bytes());
        String::from_utf8(id).unwrap().trim().to_owned()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A commit's payload.
fn payload(at: i64) -> Vec<u8> {
    format!(
        "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\
         author Ana <ana@example.com> {at} +0000\ncommitter Ana <ana@example.com> {at} +0000\n\n\
         Subject\n"
    )
    .into_bytes()
}

fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

fn armor(blob: &[u8]) -> Vec<u8> {
    let base64 = STANDARD.encode(blob);
    let lines: Vec<&str> =
        base64.as_bytes().chunks(70).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", lines.join("\n"))
        .into_bytes()
}

fn dearmor(armored: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(armored).unwrap();
    let base64: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(base64).unwrap()
}

fn number(bytes: &[u8]) -> Vec<u8> {
    let bytes = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
    if bytes[0] & 0x80 != 0 { string(&[&[0], bytes].concat()) } else { string(bytes) }
}

/// The public key that a hardware key of this kind would have. The private half is seven times
/// seven, known to everybody.
fn hardware_key(kind: &str) -> Vec<u8> {
    match kind {
        "ed25519" => {
            let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key();
            [string(b"sk-ssh-ed25519@openssh.com"), string(key.as_bytes()), string(b"ssh:")]
                .concat()
        }
        _ => {
            let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
            let point = key.verifying_key().to_encoded_point(false);
            [
                string(b"sk-ecdsa-sha2-nistp256@openssh.com"),
                string(b"nistp256"),
                string(point.as_bytes()),
                string(b"ssh:"),
            ]
            .concat()
        }
    }
}

/// What a hardware key would answer: PROTOCOL.u2f, PROTOCOL.sshsig.
fn hardware_signature(
    kind: &str,
    signer: &[u8],
    namespace: &str,
    payload: &[u8],
    flags: u8,
) -> Vec<u8> {
    let message = signed_text(namespace, payload);
    let rest = [&[flags][..], &23u32.to_be_bytes()].concat();
    let signed = [&Sha256::digest(b"ssh:")[..], &rest, &Sha256::digest(&message)].concat();
    let (algorithm, value) = match kind {
        "ed25519" => {
            let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
            ("sk-ssh-ed25519@openssh.com", key.sign(&signed).to_bytes().to_vec())
        }
        _ => {
            let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
            let signature: p256::ecdsa::Signature = key.sign(&signed);
            let (r, s) = signature.split_bytes();
            ("sk-ecdsa-sha2-nistp256@openssh.com", [number(&r), number(&s)].concat())
        }
    };
    sshsig(signer, namespace, &[string(algorithm.as_bytes()), string(&value), rest].concat())
}

/// What is signed for a payload: PROTOCOL.sshsig.
fn signed_text(namespace: &str, payload: &[u8]) -> Vec<u8> {
    let digest = string(&Sha512::digest(payload));
    let (namespace, hash) = (string(namespace.as_bytes()), string(b"sha512"));
    [b"SSHSIG".to_vec(), namespace, string(b""), hash, digest].concat()
}

fn sshsig(signer: &[u8], namespace: &str, signature: &[u8]) -> Vec<u8> {
    [
        b"SSHSIG\0\0\0\x01".to_vec(),
        string(signer),
        string(namespace.as_bytes()),
        string(b""),
        string(b"sha512"),
        string(signature),
    ]
    .concat()
}

/// The line of a public key file for a hardware key.
fn fill_hardware(name: &str) -> String {
    let kind = match name {
        "sk-ed25519" => "sk-ssh-ed25519@openssh.com",
        _ => "sk-ecdsa-sha2-nistp256@openssh.com",
    };
    format!("{kind} {}\n", STANDARD.encode(hardware_key(&name[3..])))
}

/// An RSA key whose primes everybody knows: two of Mersenne's, by their exponents.
struct Mersenne([usize; 2]);

impl Mersenne {
    fn primes(&self) -> [BigUint; 2] {
        self.0.map(|exponent| (BigUint::from(1u8) << exponent) - 1u8)
    }

    fn modulus(&self) -> BigUint {
        let [p, q] = self.primes();
        p * q
    }

    fn blob(&self) -> Vec<u8> {
        let (e, n) = (number(&[1, 0, 1]), number(&self.modulus().to_bytes_be()));
        [string(b"ssh-rsa"), e, n].concat()
    }

    fn line(&self) -> String {
        format!("ssh-rsa {}", STANDARD.encode(self.blob()))
    }

    /// RSASSA-PKCS1-v1_5 by the algorithm, with the length that `ssh-keygen` gives.
    fn sign(&self, algorithm: &str, payload: &[u8]) -> Vec<u8> {
        let message = signed_text("git", payload);
        // The beginning of the digest's DER: RFC 8017 section 9.2, note 1.
        let (oid, digest) = match algorithm {
            "rsa-sha2-256" => (1, Sha256::digest(&message).to_vec()),
            _ => (3, Sha512::digest(&message).to_vec()),
        };
        let length = u8::try_from(digest.len()).unwrap();
        let der = [
            &[0x30, 17 + length, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2][..],
            &[oid, 5, 0, 4, length],
            &digest,
        ]
        .concat();
        let size = self.modulus().bits().div_ceil(8);
        let padding = vec![0xff; size - der.len() - 3];
        let padded = [&[0, 1][..], &padding, &[0], &der].concat();
        let one = BigUint::from(1u8);
        let phi = self.primes().map(|prime| prime - &one).iter().product::<BigUint>();
        let e = BigUint::from(65_537u32);
        let multiple = |k: u32| &phi * BigUint::from(k) + 1u8;
        let secret = (1..65_537).map(multiple).find(|sum| (sum % &e).bits() == 0).unwrap() / &e;
        let value = BigUint::from_bytes_be(&padded).modpow(&secret, &self.modulus()).to_bytes_be();
        let value = [vec![0; size - value.len()], value].concat();
        armor(&sshsig(
            &self.blob(),
            "git",
            &[string(algorithm.as_bytes()), string(&value)].concat(),
        ))
    }
}

/// A line's key: `{name}` in a template.
fn fill(template: &str) -> String {
    let mut filled = template.to_owned();
    for name in [
        "ed25519", "other", "p256", "p384", "p521", "rsa", "rsa1024", "ca", "ca-p256", "ca-rsa",
        "ana-cert",
    ] {
        let place = format!("{{{name}}}");
        if filled.contains(&place) {
            filled = filled.replace(&place, &world().public(name));
        }
    }
    for name in ["sk-ed25519", "sk-p256"] {
        filled = filled.replace(&format!("{{{name}}}"), fill_hardware(name).trim_end());
    }
    filled
}

fn trust(allowed: Option<&str>, revoked: Option<&[u8]>) -> SshTrust {
    SshTrust {
        signers: allowed.map(|text| AllowedSigners::parse(text.as_bytes(), "allowed").unwrap()),
        revoked: revoked.map(|bytes| Revocations::parse(bytes, "revoked").unwrap()),
    }
}

fn judge(trust: &SshTrust, payload: &[u8], signature: &[u8], at: i64) -> Verdict {
    trust.judge(&Claim { payload, signature, at: Some(at), namespace: "git" }, NOW)
}

/// Judges a commit here and by git; the letters must be equal, and with them the signer.
fn agree(key: &str, allowed: &str, at: i64) -> Verdict {
    let payload = payload(at);
    agree_on(key, &payload, &signed(key, &payload), &fill(allowed), at)
}

fn agree_on(key: &str, payload: &[u8], signature: &[u8], allowed: &str, at: i64) -> Verdict {
    let (letter, signer) = world().git(&world().commit(payload, signature), Some(allowed), None);
    // A file without a usable line is an error here; git sees nobody in it.
    let Ok(signers) = AllowedSigners::parse(allowed.as_bytes(), "allowed") else {
        assert_eq!(letter, 'U', "{key} {allowed}");
        return Verdict::undecided(Status::Untrusted, audit::event::Format::Ssh, "no usable line");
    };
    let ours = judge(&SshTrust { signers: Some(signers), revoked: None }, payload, signature, at);
    assert_eq!(ours.status.letter(), letter, "{key} at {at}: {ours:?}\n{allowed}");
    assert_eq!(ours.signer.clone().unwrap_or_default(), signer, "{key} at {at}\n{allowed}");
    ours
}

/// Signatures cost a process each, so the same one is made once.
fn signed(key: &str, payload: &[u8]) -> Vec<u8> {
    type Made = HashMap<(String, Vec<u8>), Vec<u8>>;
    static MADE: OnceLock<Mutex<Made>> = OnceLock::new();
    let mut made = MADE.get_or_init(Default::default).lock().unwrap();
    made.entry((key.to_owned(), payload.to_vec()))
        .or_insert_with(|| world().sign(key, "git", payload))
        .clone()
}

/// The tests share one repository and two files, so one compares at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

#[test]
fn every_kind_of_key_is_judged_as_by_git() {
    let _alone = alone();
    for key in ["ed25519", "p256", "p384", "p521", "rsa", "rsa1024", "sk-ed25519", "sk-p256"] {
        let good = agree(key, &format!("ana@example.com {{{key}}}\n"), AT);
        assert_eq!(good.status, Status::Good, "{key}");
        assert_eq!(good.marks.contains(&"weak-key"), key == "rsa1024");
        assert_eq!(agree(key, "ana@example.com {other}\n", AT).status, Status::Untrusted, "{key}");
        let line = fill(&format!("{{{key}}}\n"));
        let printed = world().run("ssh-keygen", &["-l", "-f", "-"], line.as_bytes());
        let fingerprint = good.key.unwrap();
        assert!(String::from_utf8(printed).unwrap().contains(&fingerprint), "{key} {fingerprint}");
    }
}

#[test]
fn rsa_of_any_length_over_either_hash_is_judged_as_by_git() {
    let _alone = alone();
    let payload = payload(AT);
    for key in [Mersenne([1279, 2203]), Mersenne([4253, 4423])] {
        let bits = key.modulus().bits();
        let allowed = format!("ana {}\n", key.line());
        let other = Mersenne([1279, 2281]);
        for algorithm in ["rsa-sha2-256", "rsa-sha2-512"] {
            let signature = key.sign(algorithm, &payload);
            let status = |payload: &[u8], signature: &[u8], allowed: &str| {
                agree_on(algorithm, payload, signature, allowed, AT).status
            };
            assert_eq!(status(&payload, &signature, &allowed), Status::Good, "{bits} {algorithm}");
            // Another key of this kind vouches for nothing.
            let foreign = format!("ana {}\n", other.line());
            assert_eq!(status(&payload, &signature, &foreign), Status::Untrusted, "{algorithm}");
            let altered = [&payload[..], b"more\n"].concat();
            assert_eq!(status(&altered, &signature, &allowed), Status::Bad, "{bits} {algorithm}");
            let renamed = match algorithm {
                "rsa-sha2-256" => (b"rsa-sha2-256", b"rsa-sha2-512"),
                _ => (b"rsa-sha2-512", b"rsa-sha2-256"),
            };
            let blob = dearmor(&signature);
            let at = blob.windows(12).position(|window| window == renamed.0).unwrap();
            let blob = [&blob[..at], renamed.1, &blob[at + 12..]].concat();
            assert_eq!(
                status(&payload, &armor(&blob), &allowed),
                Status::Bad,
                "{bits} {algorithm}"
            );
        }
    }
}

#[test]
fn lines_count_as_they_do_for_openssh() {
    let _alone = alone();
    let k = "{ed25519}";
    for (allowed, expected) in [
        (format!("*@example.com {k}"), Status::Good),
        (format!("# comment\n\n  \t\nana {k} a comment\n"), Status::Good),
        (format!("ana {k}\r\nbob {{other}}\r\n"), Status::Good),
        (format!("\tana\t{k}"), Status::Good),
        (format!("\"Ana Silva\" {k}"), Status::Good),
        (format!("a\"na Sil\"namespaces=\"git\" {k}"), Status::Good),
        (format!("ana,bob {k}"), Status::Good),
        (format!("ana,,bob {k}"), Status::Good),
        (format!(",ana {k}"), Status::Untrusted),
        (format!("!ana,* {k}"), Status::Good),
        (format!("!* {k}"), Status::Bad),
        (format!("ana cert-authority {k}"), Status::Untrusted),
        (format!("ana namespaces=\"git\" {k}"), Status::Good),
        (format!("ana namespaces=\"file\" {k}"), Status::Bad),
        (format!("ana namespaces=\"file,g?t\" {k}"), Status::Good),
        (format!("ana namespaces=\"*,!git\" {k}"), Status::Bad),
        (format!("ana namespaces=\"\" {k}"), Status::Bad),
        (format!("ana NameSpaces=\"git\" {k}"), Status::Good),
        (format!("ana namespaces=\"git,\\\\\" x\" {k}"), Status::Good),
        (format!("ana namespaces=\"git {k}"), Status::Untrusted),
        (format!("ana ,namespaces=\"git\" {k}"), Status::Good),
        (format!("ana namespaces=\"git\", {k}"), Status::Untrusted),
        (format!("ana namespaces=git {k}"), Status::Untrusted),
        (format!("ana namespaces=\"git\",namespaces=\"git\" {k}"), Status::Untrusted),
        (format!("ana unknown {k}"), Status::Untrusted),
        (format!("ana no-touch-required {k}"), Status::Untrusted),
        ("ana ssh-ed25519 AAAA".to_owned(), Status::Untrusted),
        ("ana".to_owned(), Status::Untrusted),
        (format!("broken line\nana unknown {k}\nbob {k}"), Status::Good),
        (format!("ana namespaces=\"file\" {k}\nbob namespaces=\"git\" {k}"), Status::Bad),
        (format!("ana namespaces=\"file\" {k}\nan? namespaces=\"git\" {k}"), Status::Good),
        (format!("ana,bob namespaces=\"file\" {k}\nbob {k}"), Status::Good),
        (format!("ana valid-before=\"20200101Z\" {k}\nbob {k}"), Status::Good),
        (format!("ana {k}=="), Status::Untrusted),
        (format!("{}x {k}", "a".repeat(1022)), Status::Bad),
        (format!("{} {k}", "a".repeat(1022)), Status::Good),
    ] {
        assert_eq!(agree("ed25519", &allowed, AT).status, expected, "{allowed}");
    }
    let padded = fill("ana {rsa}").replace("ssh-rsa ", "rsa-sha2-512 ");
    assert_eq!(agree("rsa", &padded, AT).status, Status::Good);
}

#[test]
fn a_reason_names_the_file_and_the_line() {
    let _alone = alone();
    for (key, allowed, reason) in [
        (
            "ed25519",
            "# first\nana namespaces=\"file\" {ed25519}",
            "allowed:2: the key is not permitted in this namespace",
        ),
        (
            "ed25519",
            "ana valid-before=\"2020\" {ed25519}\nana valid-before=\"20200101Z\" {ed25519}",
            "allowed:2: the key had expired",
        ),
        (
            "ed25519",
            "ana valid-after=\"20300101Z\" {ed25519}",
            "allowed:1: the key was not yet valid",
        ),
        ("ed25519", "ana {other}", "key not listed in allowed"),
        ("host-cert", "* cert-authority {ca}", "allowed:1: the certificate is not for users"),
        ("nobody-cert", "* cert-authority {ca}", "allowed:1: the certificate names no principal"),
        (
            "ana-cert",
            "carl namespaces=\"file\" {ana-cert}\ncarl cert-authority {ca}",
            "allowed:1: the key is not permitted in this namespace",
        ),
    ] {
        assert_eq!(agree(key, allowed, AT).reason.as_deref(), Some(reason));
    }
    for (at, reason) in [
        (1_600_000_000, "allowed:1: the certificate was not yet valid"),
        (1_720_000_000, "allowed:1: the certificate had expired"),
    ] {
        let verdict = agree("period-cert", "ana cert-authority {ca-p256}", at);
        assert_eq!(verdict.reason.as_deref(), Some(reason));
    }
}

/// A certificate with anything in it, by an authority whose key everybody knows.
fn certificate(kind: u32, principals: &[u8], conditions: &[u8], extensions: &[u8]) -> Vec<u8> {
    let authority = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let public = |key: &ed25519_dalek::SigningKey| key.verifying_key().to_bytes();
    let signer = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let signed = [
        string(b"ssh-ed25519-cert-v01@openssh.com"),
        string(b"nonce"),
        string(&public(&signer)),
        7u64.to_be_bytes().to_vec(),
        kind.to_be_bytes().to_vec(),
        string(b"id"),
        string(principals),
        0u64.to_be_bytes().to_vec(),
        u64::MAX.to_be_bytes().to_vec(),
        string(conditions),
        string(extensions),
        string(b""),
        string(&[string(b"ssh-ed25519"), string(&public(&authority))].concat()),
    ]
    .concat();
    let value = authority.sign(&signed).to_bytes();
    [signed, string(&[string(b"ssh-ed25519"), string(&value)].concat())].concat()
}

#[test]
fn certificates_that_no_program_writes_are_judged_as_by_git() {
    let _alone = alone();
    let payload = payload(AT);
    let signer = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let value = signer.sign(&signed_text("git", &payload)).to_bytes();
    let value = [string(b"ssh-ed25519"), string(&value)].concat();
    let authority = ed25519_dalek::SigningKey::from_bytes(&[9; 32]).verifying_key().to_bytes();
    let authority = STANDARD.encode([string(b"ssh-ed25519"), string(&authority)].concat());
    let allowed = format!("ana cert-authority ssh-ed25519 {authority}\n");
    let (ana, pair) = (string(b"ana"), [string(b"force-command"), string(b"x")].concat());
    let many = string(b"ana").repeat(257);
    for (name, blob, expected) in [
        ("usual", certificate(1, &ana, b"", &pair), Status::Good),
        ("256 principals", certificate(1, &many[..256 * 7], b"", b""), Status::Good),
        ("257 principals", certificate(1, &many, b"", b""), Status::Bad),
        ("of a third type", certificate(3, &ana, b"", b""), Status::Bad),
        ("a principal cut off", certificate(1, &ana[..6], b"", b""), Status::Bad),
        ("a NUL in a principal", certificate(1, &string(b"ana\0bob"), b"", b""), Status::Bad),
        ("a condition without a value", certificate(1, &ana, &string(b"x"), b""), Status::Bad),
        ("an extension cut off", certificate(1, &ana, b"", &pair[..20]), Status::Bad),
        ("more behind it", [certificate(1, &ana, b"", b""), vec![0]].concat(), Status::Bad),
    ] {
        let signature = armor(&sshsig(&blob, "git", &value));
        let verdict = agree_on(name, &payload, &signature, &allowed, AT);
        assert_eq!(verdict.status, expected, "{name}: {verdict:?}");
    }
    // OpenSSH prints one name a line, so git would take this one for two; it matches nothing here.
    let blob = certificate(1, &string(b"x\nana"), b"", b"");
    let any = allowed.replace("ana ", "* ");
    let signature = armor(&sshsig(&blob, "git", &value));
    let verdict = judge(&trust(Some(&any), None), &payload, &signature, AT);
    assert_eq!(verdict.status, Status::Untrusted, "{verdict:?}");
}

#[test]
fn periods_count_as_they_do_for_openssh() {
    let _alone = alone();
    for (options, at, expected) in [
        ("valid-before=\"20231114221320Z\"", AT, Some(Status::Good)),
        ("valid-before=\"20231114221319Z\"", AT, Some(Status::Untrusted)),
        ("valid-after=\"20231114221320Z\"", AT, Some(Status::Good)),
        ("valid-after=\"20231114221321Z\"", AT, Some(Status::Untrusted)),
        ("valid-after=\"202311142213Z\",valid-before=\"202311142214UTC\"", AT, Some(Status::Good)),
        ("valid-before=\"20231114z\"", AT, Some(Status::Untrusted)),
        ("valid-after=\"20240101\",valid-before=\"20230101\"", AT, Some(Status::Untrusted)),
        ("valid-after=\"20230101\",valid-before=\"20230101\"", AT, Some(Status::Untrusted)),
        ("valid-after=\"20230101Z\",valid-before=\"20230101Z\"", AT, Some(Status::Untrusted)),
        ("valid-after=\"19700101\"", AT, None),
        ("valid-after=\"20230101\",valid-after=\"20230101\"", AT, Some(Status::Untrusted)),
        ("valid-after=\"20230231\",valid-before=\"20991231\"", AT, Some(Status::Good)),
        ("valid-after=\"20231301\"", AT, Some(Status::Untrusted)),
        ("valid-after=\"2023\"", AT, Some(Status::Untrusted)),
        ("valid-after=\"19700101Z\"", AT, Some(Status::Untrusted)),
        ("valid-after=\"20200101Z\",valid-before=\"20300101Z\"", SUMMER, Some(Status::Good)),
        // In local time the verdict depends on the zone; git's depends in the same way.
        ("valid-before=\"20231114221320\"", AT, None),
        ("valid-before=\"20231115071320\"", AT, None),
        ("valid-before=\"20231114171319\"", AT, None),
        ("valid-after=\"20231114221320\"", AT, None),
        ("valid-after=\"20231114231321\"", AT, None),
        ("valid-after=\"20230722\"", SUMMER, None),
        ("valid-before=\"20230722062640\"", SUMMER, None),
        ("valid-before=\"20230722062639\"", SUMMER, None),
        ("valid-before=\"20230722002640\"", SUMMER, None),
        ("valid-after=\"20230722002641\"", SUMMER, None),
        // Dates that git has no four digits for, or takes for none.
        ("valid-after=\"20200101Z\"", 300_000_000_000, Some(Status::Bad)),
        ("valid-after=\"20200101Z\"", 0, Some(Status::Good)),
    ] {
        let verdict = agree("ed25519", &format!("ana {options} {{ed25519}}"), at);
        if let Some(expected) = expected {
            assert_eq!(verdict.status, expected, "{options}");
        }
    }
}

#[test]
fn periods_count_alike_in_every_zone() {
    for zone in ["UTC", "America/New_York", "Europe/Berlin", "Asia/Tokyo"] {
        let run = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "ssh_signatures::periods_count_as_they_do_for_openssh"])
            .env("TZ", zone)
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success() && printed.contains("1 passed"), "{zone}: {printed}");
    }
}

#[test]
fn certificates_count_as_they_do_for_openssh() {
    let _alone = alone();
    for (key, allowed, at, expected) in [
        ("ana-cert", "ana cert-authority {ca}", AT, Status::Good),
        ("ana-cert", "* cert-authority {ca}", AT, Status::Good),
        ("ana-cert", "b?b cert-authority,namespaces=\"git\" {ca}", AT, Status::Good),
        ("ana-cert", "!bob,* cert-authority {ca}", AT, Status::Good),
        ("ana-cert", "carl cert-authority {ca}", AT, Status::Untrusted),
        ("ana-cert", "ana cert-authority,namespaces=\"file\" {ca}", AT, Status::Bad),
        ("ana-cert", "ana cert-authority,valid-before=\"20200101Z\" {ca}", AT, Status::Untrusted),
        ("ana-cert", "ana {ca}", AT, Status::Untrusted),
        ("ana-cert", "ana {ed25519}", AT, Status::Untrusted),
        ("ana-cert", "carl {ana-cert}", AT, Status::Good),
        ("ana-cert", "ana cert-authority {other}", AT, Status::Untrusted),
        ("period-cert", "ana cert-authority {ca-p256}", AT, Status::Good),
        ("period-cert", "ana cert-authority {ca-p256}", AT + 10_000_000, Status::Untrusted),
        ("period-cert", "ana cert-authority {ca-p256}", AT - 100_000_000, Status::Untrusted),
        ("period-cert", "ana cert-authority {ca-p256}", 1_672_531_199, Status::Untrusted),
        ("period-cert", "ana cert-authority {ca-p256}", 1_672_531_200, Status::Good),
        ("period-cert", "ana cert-authority {ca-p256}", 1_704_067_199, Status::Good),
        ("period-cert", "ana cert-authority {ca-p256}", 1_704_067_200, Status::Untrusted),
        ("period-cert", "ana cert-authority {ca}", AT, Status::Untrusted),
        // A line for one certificate is for no other of the same key or authority, and a name that one
        // line gives must be in the certificate for another to admit it.
        ("forced-cert", "carl {ana-cert}", AT, Status::Untrusted),
        (
            "ana-cert",
            "carl namespaces=\"file\" {ana-cert}\ncarl cert-authority {ca}",
            AT,
            Status::Bad,
        ),
        (
            "ana-cert",
            "bob namespaces=\"file\" {ana-cert}\nbob cert-authority {ca}",
            AT,
            Status::Good,
        ),
        ("sk-ed25519-cert", "ana cert-authority {ca}", AT, Status::Good),
        ("sk-p256-cert", "ana cert-authority {ca}", AT, Status::Good),
        ("sk-p256-cert", "bob cert-authority {ca}", AT, Status::Untrusted),
        ("by-rsa-cert", "ana cert-authority {ca-rsa}", AT, Status::Good),
        ("nobody-cert", "* cert-authority {ca}", AT, Status::Untrusted),
        ("host-cert", "* cert-authority {ca}", AT, Status::Untrusted),
        ("forced-cert", "ana cert-authority {ca}", AT, Status::Good),
    ] {
        let verdict = agree(key, &format!("{allowed}\n"), at);
        assert_eq!(verdict.status, expected, "{key} {allowed}");
        let conditions = verdict.marks.contains(&"certificate-conditions");
        assert_eq!(conditions, key == "forced-cert", "{key}");
    }
}

#[test]
fn a_certificate_signed_over_sha1_is_not_judged() {
    let _alone = alone();
    let payload = payload(AT);
    let signature = signed("by-sha1-cert", &payload);
    let trust = trust(Some(&fill("ana cert-authority {ca-rsa}")), None);
    let verdict = judge(&trust, &payload, &signature, AT);
    assert_eq!(verdict.status, Status::Unjudged);
    assert!(verdict.reason.unwrap().contains("SHA-1"));
}

/// A list made by `ssh-keygen -k` from a specification; the authority `NONE` means all of them.
fn krl(specification: &str, authority: Option<&str>) -> Vec<u8> {
    let world = world();
    fs::write(world.path("specification"), specification).unwrap();
    let authority = authority.map(|name| match name {
        "NONE" => PathBuf::from(name),
        name => world.path(&format!("{name}.pub")),
    });
    let mut args = vec!["-q", "-k", "-f", "krl"];
    if let Some(authority) = &authority {
        args.extend(["-s", text(authority)]);
    }
    args.push("specification");
    world.run("ssh-keygen", &args, b"");
    fs::read(world.path("krl")).unwrap()
}

#[test]
fn what_is_revoked_for_openssh_is_revoked_here() {
    let _alone = alone();
    let ed25519 = world().public("ed25519");
    let hash = {
        let blob = STANDARD.decode(ed25519.split(' ').nth(1).unwrap()).unwrap();
        STANDARD.encode(Sha256::digest(blob)).trim_end_matches('=').to_owned()
    };
    let many: String = (100..400).step_by(3).map(|serial| format!("serial: {serial}\n")).collect();
    let lists: Vec<(&str, Vec<u8>)> = vec![
        ("empty", b"# nothing\n\n".to_vec()),
        ("plain", format!("# left\n  {ed25519} comment\n").into_bytes()),
        ("plain other", fill("{other}\n{p384}\n").into_bytes()),
        ("plain authority", fill("{ca}\n").into_bytes()),
        ("plain certificate", fill("{ana-cert}\n").into_bytes()),
        ("key", krl(&format!("{ed25519}\n"), None)),
        ("sha1", krl(&format!("sha1: {ed25519}\n"), None)),
        ("sha256", krl(&format!("sha256: {ed25519}\n"), None)),
        ("hash", krl(&format!("hash: SHA256:{hash}\n"), None)),
        ("authority", krl(&fill("{ca}\n"), None)),
        ("serial", krl("serial: 7\n", Some("ca"))),
        ("serial of another", krl("serial: 7\n", Some("ca-rsa"))),
        ("serial of any", krl("serial: 7\n", Some("NONE"))),
        ("range", krl("serial: 5-12\n", Some("ca"))),
        ("two ranges", krl("serial: 1-6\nserial: 8-4000000000000\n", Some("ca"))),
        ("bitmap", krl(&many, Some("ca"))),
        ("bitmap that misses", krl(&many.replace("300", "301"), Some("ca"))),
        ("id", krl("id: ana's key\n", Some("ca"))),
        ("id of another", krl("id: ana's key\n", Some("ca-rsa"))),
        ("all", krl(&format!("serial: 1-99\nid: short\nid: r\nsha1: {ed25519}\n"), Some("ca"))),
    ];
    let allowed = fill(
        "ana {ed25519}\nana cert-authority {ca}\nana cert-authority {ca-rsa}\n\
         ana cert-authority {ca-p256}\n",
    );
    let mut revoked = 0;
    for key in ["ed25519", "ana-cert", "by-rsa-cert", "period-cert", "forced-cert"] {
        let payload = payload(AT);
        let signature = signed(key, &payload);
        let commit = world().commit(&payload, &signature);
        for (name, list) in &lists {
            let (letter, _) = world().git(&commit, Some(&allowed), Some(list));
            let ours = judge(&trust(Some(&allowed), Some(list)), &payload, &signature, AT);
            let expected = if letter == 'B' { 'R' } else { letter };
            assert_eq!(ours.status.letter(), expected, "{key} {name}: {ours:?}");
            revoked += usize::from(letter == 'B');
            // Git forgets about revocation where no line lists the key; we do not.
            let nobody = fill("ana {other}\n");
            let stricter = judge(&trust(Some(&nobody), Some(list)), &payload, &signature, AT);
            let expected = if letter == 'B' { Status::RevokedKey } else { Status::Untrusted };
            assert_eq!(stricter.status, expected, "{key} {name}");
        }
    }
    assert!(revoked > 20, "{revoked}");
}

#[test]
fn a_list_of_revoked_keys_that_cannot_be_read_is_an_error() {
    let _alone = alone();
    for list in ["ssh-ed25519 AAAA\n", "serial: 5\n", "ana@example.com\n"] {
        let failure = Revocations::parse(list.as_bytes(), "revoked").unwrap_err();
        assert!(failure.message.starts_with("revoked:1:"), "{failure}");
    }
    let list = krl(&fill("{ed25519}\nsha1: {other}\nsha256: {p256}\n"), None);
    for length in 8..list.len() {
        if let Ok(shorter) = Revocations::parse(&list[..length], "revoked") {
            // A list may end after any section.
            let section =
                format!("{shorter:?}").len() < format!("{:?}", Revocations::parse(&list, "")).len();
            assert!(section, "{length}");
        }
    }
}

#[test]
fn without_allowed_signers_the_arithmetic_is_still_checked() {
    let _alone = alone();
    let payload = payload(AT);
    let signature = signed("ed25519", &payload);
    let commit = world().commit(&payload, &signature);
    assert_eq!(world().git(&commit, None, None).0, 'N');
    let verdict = judge(&trust(None, None), &payload, &signature, AT);
    assert_eq!(verdict.status, Status::Unjudged);
    assert_eq!(verdict.reason.as_deref(), Some("no allowed signers file is configured"));
    let printed = world().run("ssh-keygen", &["-l", "-f", "ed25519.pub"], b"");
    assert!(String::from_utf8(printed).unwrap().contains(&verdict.key.unwrap()));
    assert_eq!(judge(&trust(None, None), b"other", &signature, AT).status, Status::Bad);
    let revoked = world().public("ed25519");
    let verdict = judge(&trust(None, Some(revoked.as_bytes())), &payload, &signature, AT);
    assert_eq!(verdict.status, Status::RevokedKey);
}

#[test]
fn either_hash_of_the_payload_is_judged_as_by_git() {
    let _alone = alone();
    let payload = payload(AT);
    for hash in ["sha256", "sha512"] {
        let (key, option) = (world().path("ed25519"), format!("hashalg={hash}"));
        let args = ["-q", "-Y", "sign", "-n", "git", "-O", &option, "-f", text(&key)];
        let signature = world().run("ssh-keygen", &args, &payload);
        assert_eq!(
            dearmor(&signature).windows(6).any(|window| window == b"sha256"),
            hash == "sha256"
        );
        let allowed = fill("ana {ed25519}\n");
        let judged = |payload: &[u8]| agree_on(hash, payload, &signature, &allowed, AT).status;
        assert_eq!(judged(&payload), Status::Good, "{hash}");
        assert_eq!(judged(&[&payload[..], b"more\n"].concat()), Status::Bad, "{hash}");
    }
}

#[test]
fn a_signature_for_another_namespace_is_bad() {
    let _alone = alone();
    let payload = payload(AT);
    let signature = world().sign("ed25519", "file", &payload);
    let allowed = fill("ana {ed25519}");
    let commit = world().commit(&payload, &signature);
    assert_eq!(world().git(&commit, Some(&allowed), None).0, 'B');
    let trust = trust(Some(&allowed), None);
    assert_eq!(judge(&trust, &payload, &signature, AT).status, Status::Bad);
    let claim = Claim { payload: &payload, signature: &signature, at: None, namespace: "file" };
    assert_eq!(trust.judge(&claim, NOW).status, Status::Good);
}

#[test]
fn hardware_that_nobody_touched_is_marked() {
    let payload = payload(AT);
    let trust = trust(Some(&fill("ana {sk-ed25519}")), None);
    for (flags, marks) in [(0, vec!["no-touch"]), (1, vec![]), (5, vec![])] {
        let key = hardware_key("ed25519");
        let signature = armor(&hardware_signature("ed25519", &key, "git", &payload, flags));
        let verdict = judge(&trust, &payload, &signature, AT);
        assert_eq!((verdict.status, verdict.marks), (Status::Good, marks), "{flags}");
    }
}

#[test]
fn a_verdict_that_rests_on_the_claimed_date_says_so() {
    let _alone = alone();
    for (options, at, marked) in [
        ("valid-before=\"20240101Z\"", AT, true),
        ("valid-before=\"20240101Z\"", AT + 20_000_000, false),
        ("valid-after=\"20240101Z\"", AT, true),
        ("valid-after=\"20200101Z\"", AT, false),
        ("namespaces=\"git\"", AT, false),
    ] {
        let verdict = agree("ed25519", &format!("ana {options} {{ed25519}}"), at);
        assert_eq!(verdict.marks.contains(&"rests-on-claimed-date"), marked, "{options}");
    }
}

#[test]
fn a_signature_with_any_byte_changed_is_never_good() {
    let _alone = alone();
    let payload = payload(AT);
    for key in ["ed25519", "p256", "p384", "p521", "rsa", "sk-ed25519", "sk-p256", "ana-cert"] {
        let signature = signed(key, &payload);
        let allowed = match key {
            "ana-cert" => fill("ana cert-authority {ca}"),
            _ => fill(&format!("ana {{{key}}}")),
        };
        let trust = trust(Some(&allowed), None);
        assert_eq!(judge(&trust, &payload, &signature, AT).status, Status::Good, "{key}");
        let blob = dearmor(&signature);
        for at in 0..blob.len() {
            let mut broken = blob.clone();
            broken[at] ^= [0x01, 0x80, 0xff][at % 3];
            let verdict = judge(&trust, &payload, &armor(&broken), AT);
            assert_ne!(verdict.status, Status::Good, "{key} byte {at}");
            assert_ne!(verdict.status, Status::Untrusted, "{key} byte {at}");
            let shorter = judge(&trust, &payload, &armor(&blob[..at]), AT);
            assert_eq!(shorter.status, Status::Bad, "{key} cut at {at}");
        }
        let step = if key == "p521" { 10 } else { 1 };
        for at in (0..payload.len()).step_by(step) {
            let mut broken = payload.clone();
            broken[at] ^= 0x20;
            assert_eq!(judge(&trust, &broken, &signature, AT).status, Status::Bad, "{key} {at}");
        }
        let longer = [&blob[..], b"\0"].concat();
        assert_eq!(judge(&trust, &payload, &armor(&longer), AT).status, Status::Bad, "{key}");
    }
}

#[test]
fn only_the_armor_that_ssh_keygen_writes_is_canonical() {
    let _alone = alone();
    let payload = payload(AT);
    for key in ["ed25519", "p521", "rsa", "ana-cert", "sk-p256"] {
        // Of an ECDSA signature ssh-keygen writes either of two values; a ledger takes the lower one.
        let signature = audit::signature::normalized(&signed(key, &payload));
        assert!(armor_is_canonical(&signature), "{key}");
        let text = String::from_utf8(signature.clone()).unwrap();
        for other in [
            text.replace('\n', "\r\n"),
            text.trim_end().to_owned(),
            format!("{text}\n"),
            format!("{text}more\n"),
            text.replacen("U1NI", "U1N\nI", 1),
            text.replacen("U1NI", "U1NI ", 1),
        ] {
            assert!(!armor_is_canonical(other.as_bytes()), "{key} {other:?}");
        }
        let reserved = dearmor(&signature);
        let place = reserved.windows(7).position(|window| window == b"\0\0\0\x03git").unwrap() + 7;
        let reserved = [&reserved[..place], &string(b"x"), &reserved[place + 4..]].concat();
        assert!(!armor_is_canonical(&armor(&reserved)), "{key}");
    }
    assert!(!armor_is_canonical(b""));
}

#[test]
fn text_after_the_armor_is_not_accepted() {
    let _alone = alone();
    let payload = payload(AT);
    let mut signature = signed("ed25519", &payload);
    let trust = trust(Some(&fill("ana {ed25519}")), None);
    signature.extend_from_slice(b"\r\n \n");
    assert_eq!(judge(&trust, &payload, &signature, AT).status, Status::Good);
    signature.extend_from_slice(b"and ship it\n");
    assert_eq!(judge(&trust, &payload, &signature, AT).status, Status::Bad);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_strangers_write_is_survived(bytes: Vec<u8>, at: i64) {
        let trust = SshTrust::default();
        for blob in [bytes.clone(), [b"SSHSIG\0\0\0\x01", &bytes[..]].concat(),
            [b"SSHSIG\0\0\0\x01\0\0\0\x33\0\0\0\x0bssh-ed25519\0\0\0\x20", &bytes[..]].concat()] {
            for signature in [blob.clone(), armor(&blob)] {
                let verdict = judge(&trust, &bytes, &signature, at);
                prop_assert!(matches!(verdict.status, Status::Bad | Status::Unjudged));
                armor_is_canonical(&signature);
            }
        }
        let _ = Revocations::parse(&bytes, "revoked");
        let _ = Revocations::parse(&[b"SSHKRL\n\0\0\0\0\x01", &[0; 32][..], &bytes].concat(), "krl");
    }

    #[test]
    fn whatever_stands_in_allowed_signers_is_survived(
        words in prop::collection::vec("[ -~\t\"\\\\,]{0,12}|ssh-ed25519|AAAAC3NzaC1lZDI1NTE5AAAAIFhmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZm|valid-after=\"[0-9Z]{0,15}\"|cert-authority,?|namespaces=\"[a-z*!,]{0,6}\"", 0..12),
        blank in "[ \n]"
    ) {
        let text = words.join(&blank);
        if let Ok(signers) = AllowedSigners::parse(text.as_bytes(), "f") {
            prop_assert!(signers.entries().count() + signers.problems().len() <= text.lines().count());
        }
    }
}
