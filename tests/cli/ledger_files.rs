//! `audit ledger check FILE`: a file that somebody sent, anywhere.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Key, Output, World};
use std::fs;

#[test]
fn a_file_is_checked_without_a_repository() {
    let world = World::new();
    let repo = world.repo();
    let ana = world.ssh_key("ana");
    let Key::Ssh { secret, .. } = &ana else { panic!("an SSH key") };
    repo.config("gpg.format", "ssh").config("user.signingKey", secret);
    repo.commit("One").file("a", "1").create();
    repo.audit(["record", "deploy", "--env", "production", "--outcome", "success"]).success();
    let outside = world.root().join("outside");
    fs::create_dir(&outside).unwrap();
    let file = outside.join("ledger.jsonl");
    fs::copy(repo.path.join(".git/audit/ledger.jsonl"), &file).unwrap();
    let check = |extra: &[&str]| {
        let mut command = world.audit_command();
        command.current_dir(&outside).args(["ledger", "check", "ledger.jsonl"]).args(extra);
        Output::of(&mut command)
    };
    // Without a key nobody can say whose signature it is.
    let said = check(&[]).code(3);
    assert!(said.stdout.contains("bfaefb7339"), "{}", said.stdout);
    fs::copy(world.allowed_signers(&[&ana]), outside.join("allowed")).unwrap();
    let said = check(&["--trust", "./allowed"]).success();
    assert!(said.stdout.contains("ledger.jsonl"), "{}", said.stdout);
    let text = fs::read_to_string(&file).unwrap().replace("production", "staging");
    fs::write(&file, text).unwrap();
    check(&["--trust", "./allowed"]).code(1);
    // The repository's own ledger needs one.
    let mut own = world.audit_command();
    Output::of(own.current_dir(&outside).args(["ledger", "check"])).code(2);
}
