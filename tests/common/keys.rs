//! The signing keys of `fixtures/keys`, brought into a world.

use super::world::{feed, private};
use super::{Output, World};
use std::fs;
use std::path::{Path, PathBuf};

/// A key that commits and tags can be signed with. Both sorts are Ed25519, whose signatures hold no
/// chance, so ids stay constant.
#[derive(Debug, Clone)]
pub enum Key {
    /// An OpenSSH key.
    Ssh {
        /// Whom `allowed_signers` names as the owner.
        principal: String,
        /// The file that holds the secret half.
        secret: PathBuf,
        /// The public half, as a line of an `.pub` file without its comment: `ssh-ed25519 AAAA…`.
        public: String,
    },
    /// An OpenPGP key in the world's keyring.
    OpenPgp {
        /// The fingerprint of the certificate, upper-case hex.
        fingerprint: String,
        /// Stands in for `gpg` when git signs: runs it at the committer date.
        program: PathBuf,
    },
}

impl Key {
    /// The options that make git sign with this key.
    pub(super) fn git_options(&self) -> Vec<String> {
        let pairs = match self {
            Key::Ssh { secret, .. } => {
                [("gpg.format", "ssh".into()), ("user.signingKey", text(secret))]
            }
            Key::OpenPgp { fingerprint, program } => {
                [("gpg.program", text(program)), ("user.signingKey", fingerprint.clone())]
            }
        };
        pairs.into_iter().flat_map(|(key, value)| ["-c".into(), format!("{key}={value}")]).collect()
    }
}

impl World {
    /// The SSH key of `ana`, `bruno` or `mallory`, ready to sign.
    pub fn ssh_key(&self, name: &str) -> Key {
        let folder = self.home().join(".ssh");
        fs::create_dir_all(&folder).unwrap();
        let secret = folder.join(name);
        // A copy: git keeps no modes, and ssh-keygen refuses a secret that others may read.
        fs::write(&secret, fixture(&format!("{name}.ssh"))).unwrap();
        private(&secret, 0o600);
        let public = String::from_utf8(fixture(&format!("{name}.ssh.pub"))).unwrap();
        fs::write(secret.with_extension("pub"), &public).unwrap();
        let public = public.split(' ').take(2).collect::<Vec<_>>().join(" ");
        Key::Ssh { principal: format!("{name}@example.com"), secret, public }
    }

    /// The OpenPGP key of `bruno` or `mallory`, imported into the world's keyring, ready to
    /// sign. Bruno's gets ultimate trust (letter `G`), Mallory's none (`U`). Ask [`super::require`] for `gpg` first.
    pub fn openpgp_key(&self, name: &str) -> Key {
        self.gpg_used.set(true);
        let secret = fixture(&format!("{name}.openpgp.asc"));
        feed(self.command("gpg").args(["--batch", "--quiet", "--import"]), &secret).success();
        let address = format!("{name}@example.com");
        let listing = Output::of(self.command("gpg").args(["--with-colons", "-k", &address]));
        let fingerprint = listing
            .success()
            .lines()
            .into_iter()
            .find_map(|line| line.strip_prefix("fpr:"))
            .map(|fields| fields.trim_matches(':').to_owned())
            .expect("gpg lists the key that it has just imported");
        if name == "bruno" {
            self.gpg_trust(&fingerprint, 6);
        }
        Key::OpenPgp { fingerprint, program: self.gpg_at_committer_date() }
    }

    /// Sets GnuPG's trust in the owner of a key: 2 unknown, 3 never, 4 marginal, 5 full, 6 ultimate.
    pub fn gpg_trust(&self, fingerprint: &str, level: u8) {
        let line = format!("{fingerprint}:{level}:\n");
        let mut command = self.command("gpg");
        feed(command.args(["--batch", "--quiet", "--import-ownertrust"]), line.as_bytes())
            .success();
    }

    /// Removes the OpenPGP key from the keyring, so that its signatures can no longer be judged.
    pub fn forget(&self, key: &Key) {
        let Key::OpenPgp { fingerprint, .. } = key else {
            panic!("only a keyring forgets");
        };
        let mut command = self.command("gpg");
        command.args(["--batch", "--yes", "--delete-secret-and-public-key", fingerprint]);
        Output::of(&mut command).success();
    }

    /// Writes an `allowed_signers` file (ssh-keygen(1)) that names the SSH keys given, each by its
    /// own principal. For `git config gpg.ssh.allowedSignersFile`.
    pub fn allowed_signers(&self, keys: &[&Key]) -> PathBuf {
        let mut lines = String::new();
        for key in keys {
            let Key::Ssh { principal, public, .. } = key else {
                panic!("allowed_signers holds SSH keys");
            };
            lines.push_str(&format!("{principal} namespaces=\"git,audit-ledger\" {public}\n"));
        }
        let path = self.root().join("allowed_signers");
        fs::write(&path, lines).unwrap();
        path
    }

    /// A `gpg` whose clock stands still at the committer date. Signatures hold their time.
    fn gpg_at_committer_date(&self) -> PathBuf {
        let path = self.root().join("gpg-at-committer-date");
        let script = "#!/bin/sh\n\
            at=${GIT_COMMITTER_DATE#@}\n\
            exec gpg --faked-system-time \"${at%% *}!\" \"$@\"\n";
        fs::write(&path, script).unwrap();
        private(&path, 0o700);
        path
    }
}

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/keys").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text(path: &Path) -> String {
    path.to_str().expect("the world's own paths are UTF-8").to_owned()
}
