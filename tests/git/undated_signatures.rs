//! Signatures over objects that name no committer or tagger: git does not judge them, and they must
//! not pass here either; and what dates a signature where a header stands twice.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Key, Output, Repo, World, require};

/// An armored SSH signature over these bytes, as git would have it made.
fn sign(world: &World, key: &Key, payload: &str) -> String {
    let Key::Ssh { secret, .. } = key else { unreachable!("the tests below use SSH keys") };
    let file = world.root().join("payload");
    std::fs::write(&file, payload).unwrap();
    let signature = file.with_extension("sig");
    let _ = std::fs::remove_file(&signature);
    let mut command = world.command("ssh-keygen");
    command.args(["-q", "-Y", "sign", "-n", "git", "-f"]).arg(secret).arg(&file);
    Output::of(&mut command).success();
    std::fs::read_to_string(signature).unwrap()
}

/// A branch at a signed commit with these headers behind its tree.
fn commit(world: &World, repo: &Repo<'_>, key: &Key, name: &str, headers: &str) {
    let tree = repo.raw("tree", b"");
    let head = format!("tree {tree}\n{headers}");
    let message = format!("\n{name}\n");
    let armor = sign(world, key, &format!("{head}{message}"));
    let header = armor.trim_end().replace('\n', "\n ");
    let id = repo.raw("commit", format!("{head}gpgsig {header}\n{message}").as_bytes());
    repo.update_ref(&format!("refs/heads/{name}"), &id);
}

/// A signed tag with this behind its name.
fn tag(world: &World, repo: &Repo<'_>, key: &Key, target: &str, name: &str, tagger: &str) {
    let payload = format!("object {target}\ntype commit\ntag {name}\n{tagger}\n{name}\n");
    let armor = sign(world, key, &payload);
    let id = repo.raw("tag", format!("{payload}{armor}").as_bytes());
    repo.update_ref(&format!("refs/tags/{name}"), &id);
}

/// Our letter for the tip of a branch, or for a tag.
fn letter(repo: &Repo<'_>, kind: &str, name: &str) -> String {
    let log = repo.audit(["log", "--all", "--kind", kind, "--format", "jsonl"]).success();
    let event = log
        .json_lines()
        .into_iter()
        .find(|event| event["what"]["name"] == name || event["what"]["summary"] == name)
        .unwrap();
    event["proof"]["signature"]["letter"].as_str().unwrap().to_owned()
}

#[test]
fn what_names_no_signer_is_not_good() {
    if !require("ssh-keygen") {
        return;
    }
    let world = World::new();
    let repo = world.repo();
    let ana = world.ssh_key("ana");
    repo.config("gpg.ssh.allowedSignersFile", world.allowed_signers(&[&ana]));
    let author = "author Ana <ana@example.com> 1700000000 +0000\n";
    for (name, committer, git, ours) in [
        ("whole", "committer Ana <ana@example.com> 1700000000 +0000\n", "G", "G"),
        ("undated", "committer Ana <ana@example.com>\n", "G", "G"),
        ("nobody", "", "N", "E"),
        ("malformed", "committer Ana\n", "N", "E"),
    ] {
        commit(&world, &repo, &ana, name, &format!("{author}{committer}"));
        assert_eq!(repo.git(["log", "-1", "--format=%G?", name]), git, "{name}");
        assert_eq!(letter(&repo, "commit", name), ours, "{name}");
    }
    let target = repo.id("whole");
    for (name, tagger, passes, ours) in [
        ("t-whole", "tagger Ana <ana@example.com> 1700000000 +0000\n", true, "G"),
        ("t-nobody", "", false, "E"),
        ("t-malformed", "tagger Ana\n", false, "E"),
    ] {
        tag(&world, &repo, &ana, &target, name, tagger);
        let verified = Output::of(repo.git_command().args(["verify-tag", name]));
        assert_eq!(verified.code == Some(0), passes, "{name}");
        assert_eq!(letter(&repo, "tag", name), ours, "{name}");
    }
}

#[test]
fn the_first_committer_dates_a_signature() {
    if !require("ssh-keygen") {
        return;
    }
    let world = World::new();
    let repo = world.repo();
    let ana = world.ssh_key("ana");
    let Key::Ssh { public, principal, .. } = &ana else { unreachable!() };
    let signers = world.root().join("until-2020");
    std::fs::write(&signers, format!("{principal} valid-before=\"20200101Z\" {public}\n")).unwrap();
    repo.config("gpg.ssh.allowedSignersFile", &signers);
    let line = |role: &str, date: u32| format!("{role} Ana <ana@example.com> {date} +0000\n");
    let (before, after) = (1_500_000_000, 1_700_000_000);
    for (name, first, last, expected) in
        [("in-time", before, after, "G"), ("too-late", after, before, "U")]
    {
        let headers = line("author", first) + &line("committer", first) + &line("committer", last);
        commit(&world, &repo, &ana, name, &headers);
        assert_eq!(repo.git(["log", "-1", "--format=%G?", name]), expected, "{name}");
        assert_eq!(letter(&repo, "commit", name), expected, "{name}");
    }
}
