//! Several people with keys of their own, and a repository with a policy that knows them.

use super::{Key, Output, Repo, World};
use std::collections::BTreeMap;
use std::process::Command;

/// The people: ana writes, bruno and cem review and approve, ci records for others, robot is a bot that
/// may not, mallory is nobody.
pub const CAST: [&str; 6] = ["ana", "bruno", "cem", "ci", "robot", "mallory"];

/// What every policy of a stage says about them.
const PEOPLE: &str = r#"
[people.ana]
emails = ["ana@example.com", "ana@home.example"]
[people.bruno]
emails = ["bruno@example.com"]
[people.cem]
emails = ["cem@example.com"]
[people.ci]
emails = ["ci@example.com"]
kind = "bot"
acts-for-others = true
[people.robot]
emails = ["robot@example.com"]
kind = "bot"
"#;

/// A repository whose policy was adopted after its first commit.
pub struct Stage<'w> {
    pub world: &'w World,
    pub repo: Repo<'w>,
    keys: BTreeMap<&'static str, Key>,
    /// The commit after which judging begins.
    pub root: String,
}

impl<'w> Stage<'w> {
    /// A stage whose policy has these lines before its first table, and these tables.
    pub fn new(world: &'w World, top: &str, tables: &str) -> Stage<'w> {
        let keys: BTreeMap<&'static str, Key> =
            CAST.into_iter().map(|name| (name, key(world, name))).collect();
        let repo = world.repo();
        let root = repo.commit("Begin").file("README", "pay\n").create();
        let stage = Stage { world, repo, keys, root };
        stage
            .set_policy(top, tables)
            .by("Ana Silva", "ana@example.com")
            .sign(stage.key("ana"))
            .create();
        stage
    }

    /// The text of a policy.
    pub fn policy(&self, top: &str, tables: &str) -> String {
        format!("adopted = \"{}\"\n{top}\n{PEOPLE}\n{tables}\n", self.root)
    }

    /// A commit (not yet made) that puts a policy and the cast's keys in place.
    pub fn set_policy(&self, top: &str, tables: &str) -> super::CommitBuilder<'_> {
        self.repo
            .commit("Say who is who\n\nSo that it can be judged.")
            .file(".audit/policy.toml", self.policy(top, tables))
            .file(".audit/allowed_signers", self.signers())
    }

    /// Allowed signers: everybody but mallory.
    pub fn signers(&self) -> String {
        let known = self.keys.iter().filter(|(name, _)| **name != "mallory");
        known
            .map(|(name, key)| {
                let Key::Ssh { public, .. } = key else { panic!("the cast has SSH keys") };
                format!("{name}@example.com namespaces=\"git,audit-ledger\" {public}\n")
            })
            .collect()
    }

    pub fn key(&self, name: &str) -> &Key {
        &self.keys[name]
    }

    /// A good commit by somebody, on top of what is checked out.
    pub fn good(&self, who: &str, summary: &str) -> String {
        let email = format!("{who}@example.com");
        self.repo
            .commit(format!("{summary}\n\nBecause it was asked for."))
            .file(format!("src/{}", summary.replace(' ', "-")), summary)
            .by(who, &email)
            .sign(self.key(who))
            .create()
    }

    /// The program under test, at the world's present.
    pub fn audit_command(&self) -> Command {
        let mut command = self.repo.audit_command();
        command.env("AUDIT_NOW", self.world.now().to_string());
        command
    }

    /// Runs the program under test at the world's present.
    pub fn audit(&self, args: &[&str]) -> Output {
        Output::of(self.audit_command().args(args))
    }

    /// Records something as `actor`, signed by `signer` (or by nobody), one tick later. The id.
    pub fn record(&self, actor: &str, signer: Option<&str>, args: &[&str]) -> String {
        self.world.tick();
        let mut command = self.audit_command();
        command.arg("record").args(args);
        command
            .env("GIT_AUTHOR_NAME", actor)
            .env("GIT_AUTHOR_EMAIL", format!("{actor}@example.com"));
        match signer.map(|name| &self.keys[name]) {
            Some(Key::Ssh { secret, .. }) => {
                let options =
                    [("gpg.format", "ssh"), ("user.signingKey", secret.to_str().unwrap())];
                command.env("GIT_CONFIG_COUNT", options.len().to_string());
                for (number, (name, value)) in options.into_iter().enumerate() {
                    command.env(format!("GIT_CONFIG_KEY_{number}"), name);
                    command.env(format!("GIT_CONFIG_VALUE_{number}"), value);
                }
            }
            _ => {
                command.arg("--no-sign");
            }
        }
        Output::of(&mut command).success().line()
    }

    /// Judges, with these arguments.
    pub fn verify(&self, args: &[&str]) -> Verdict {
        let output =
            Output::of(self.audit_command().arg("verify").args(args).args(["--format", "json"]));
        let findings = match output.code {
            Some(0 | 1 | 3) => output.json()["findings"].as_array().unwrap().clone(),
            _ => Vec::new(),
        };
        Verdict { output, findings }
    }
}

/// What `audit verify` said.
pub struct Verdict {
    pub output: Output,
    pub findings: Vec<serde_json::Value>,
}

impl Verdict {
    /// The rules that refuse, each once, sorted.
    pub fn denied(&self) -> Vec<String> {
        self.rules("deny")
    }

    /// The rules that warn, each once, sorted.
    pub fn warned(&self) -> Vec<String> {
        self.rules("warn")
    }

    fn rules(&self, level: &str) -> Vec<String> {
        let found = self.findings.iter().filter(|finding| finding["level"] == level);
        let rules: std::collections::BTreeSet<String> =
            found.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect();
        rules.into_iter().collect()
    }

    /// Fails the test unless exactly this rule refuses, and says this.
    #[track_caller]
    pub fn refused(&self, rule: &str, why: &str) -> &Verdict {
        assert_eq!(self.denied(), [rule], "{}{}", self.output.stdout, self.output.stderr);
        let says = |finding: &serde_json::Value| finding["why"].as_str().unwrap().contains(why);
        assert!(self.findings.iter().any(says), "{why}: {:#?}", self.findings);
        let code = if rule == "evidence-missing" { 3 } else { 1 };
        assert_eq!(self.output.code, Some(code));
        self
    }

    /// Fails the test unless nothing refuses.
    #[track_caller]
    pub fn green(&self) -> &Verdict {
        assert_eq!(self.denied(), [""; 0], "{}{}", self.output.stdout, self.output.stderr);
        assert_eq!(self.output.code, Some(0), "{}", self.output.stderr);
        self
    }
}

/// The key of a member of the cast: from the fixtures, or made for this world.
fn key(world: &World, name: &str) -> Key {
    if matches!(name, "ana" | "mallory") {
        return world.ssh_key(name);
    }
    let folder = world.home().join(".ssh");
    std::fs::create_dir_all(&folder).unwrap();
    let secret = folder.join(name);
    let mut command = world.command("ssh-keygen");
    command.args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]).arg(&secret);
    Output::of(&mut command).success();
    let public = std::fs::read_to_string(secret.with_extension("pub")).unwrap();
    let public = public.split(' ').take(2).collect::<Vec<_>>().join(" ");
    Key::Ssh { principal: format!("{name}@example.com"), secret, public }
}
