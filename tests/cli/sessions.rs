//! README.md and docs/tour.md show real output: every command in them is run, in order, in a
//! repository of [`story`], on a terminal; and so is the picture drawn from what a terminal shows.
//!
//! `UPDATE_README=1 cargo test --test cli sessions` writes down what is printed now.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::session::{Played, alike, fit, play};
use crate::common::terminal::{Colours, WIDTH, type_in};
use crate::common::{Output, Repo, World, require, story, svg};
use regex::Regex;
use std::path::{Path, PathBuf};

const RENEW: &str = "UPDATE_README=1 cargo test --test cli sessions";

/// Blocks and commands within a line that no test runs here, and why.
const NOT_RUN: [(&str, &str); 7] = [
    ("cargo run --release -- log", "needs a build of its own; .ci/run runs it"),
    ("audit import github --since '1 year ago'", "asks GitHub; import::forges has a gh of its own"),
    ("audit trace '#12'", "shows what that brought"),
    ("cargo test", "is what runs this; .ci/run runs it"),
    ("cargo install --path .", "needs a build of its own"),
    ("git log --format=%G?", "is git's; tests of signatures compare with it"),
    (
        "git config gpg.ssh.allowedSignersFile .git_allowed_signers",
        "is about a repository that had to be fetched",
    ),
];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_default().replace("\r\n", "\n")
}

fn update() -> bool {
    std::env::var_os("UPDATE_README").is_some()
}

/// Plays a document and compares; or writes down what is printed now.
fn check(repo: &Repo<'_>, name: &str, at_least: usize) {
    let document = read(name);
    let played = play(repo, &document);
    if update() && !played.different.is_empty() {
        std::fs::write(path(name), &played.today).unwrap();
    } else if let Some((command, shown, real)) = played.different.first() {
        panic!(
            "{name}: $ {command}\n--- shown\n{shown}\n--- printed\n{real}\n{RENEW} writes it down"
        );
    }
    assert!(played.failed.is_empty(), "{name}: these don't end well: {:?}", played.failed);
    assert!(played.commands >= at_least, "{name} has lost its sessions");
    assert!(document.matches("\n$ audit ").count() <= played.commands, "a session in no block");
    blocks_are_known(name, &played);
    commands_within_lines_are_real(repo, name, &document);
}

/// A fenced block is a session or says nothing that isn't run.
fn blocks_are_known(name: &str, played: &Played) {
    for (language, lines) in &played.others {
        assert_eq!(language, "sh", "{name}: a block that nobody checks: {lines:?}");
        for line in lines {
            let known = NOT_RUN.iter().any(|(command, _)| command == line);
            assert!(known, "{name}: nothing runs: {line}");
        }
    }
}

/// Commands in the midst of a text. One that is whole runs, and does not end as one that can't run. Of a
/// mere name (`audit run`) or one with placeholders (`audit log [REV…]`) the help is there, and knows every
/// option.
fn commands_within_lines_are_real(repo: &Repo<'_>, name: &str, document: &str) {
    let fenced = Regex::new(r"(?ms)^```.*?^```$").unwrap();
    let spans = Regex::new(r"`([^`]+)`").unwrap();
    let placeholder = Regex::new(r"\b[A-Z]+\b|…").unwrap();
    for found in spans.captures_iter(&fenced.replace_all(document, "")) {
        let command = found[1].replace("\\|", "|").replace('\n', " ");
        let words: Vec<&str> = command.split(' ').collect();
        // `git log` is the name of a command; its options make it one to be run.
        if NOT_RUN.iter().any(|(known, _)| *known == command)
            || words.len() == 1
            || words[0] == "git" && words.len() == 2
        {
            continue;
        }
        if ["git", "cargo", "sh", "jq", "ssh-keygen"].contains(&words[0]) {
            panic!("{name}: nothing runs: {command}");
        }
        if words[0] != "audit" {
            continue;
        }
        let is_name = |word: &&&str| word.chars().all(|c| c.is_ascii_lowercase());
        let names: Vec<&str> = words[1..].iter().take_while(is_name).copied().collect();
        if names.len() == words.len() - 1 || placeholder.is_match(&command) {
            let asked: &[&str] = if names[0] == "help" { &[] } else { &["--help"] };
            let help = repo.audit(names.iter().chain(asked)).success().stdout;
            for option in words.iter().filter(|word| word.starts_with("--") && word.len() > 2) {
                assert!(help.contains(option), "{name}: {command}: unknown {option}");
            }
        } else {
            let mut shell = repo.world.command("sh");
            let line = command.replacen("audit", env!("CARGO_BIN_EXE_audit"), 1);
            shell.args(["-c", &line]).current_dir(&repo.path);
            shell.env("AUDIT_NOW", repo.world.now().to_string());
            let output = Output::of(&mut shell);
            assert!(matches!(output.code, Some(0 | 1)), "{name}: {command}: {output:?}");
        }
    }
}

#[test]
fn what_is_not_run_stands_in_a_document() {
    let documents = read("README.md") + &read("docs/tour.md");
    for (command, why) in NOT_RUN {
        assert!(documents.contains(command), "no document has it any more: {command} ({why})");
    }
}

#[test]
fn the_readme_is_real() {
    if !require("ssh-keygen") || !require("script") {
        return;
    }
    let world = World::new();
    check(&story::payments(&world), "README.md", 6);
}

#[test]
fn the_tour_is_real_and_so_is_its_picture() {
    if !["ssh-keygen", "script", "jq", "sha256sum"].into_iter().all(require) {
        return;
    }
    let world = World::new();
    let repo = story::acme(&world);
    check(&repo, "docs/tour.md", 15);
    // The exception of the last day names a record, whose id holds chance.
    let mut text = String::new();
    for command in ["audit log --until 2026-01-03", "audit status"] {
        text.push_str(&format!("\x1b[1m$ {command}\x1b[0m\n"));
        text.push_str(&type_in(&repo, "ana", command, WIDTH, Colours::On).success().stdout);
        text.push('\n');
    }
    let picture = svg::draw("audit log and audit status in a terminal", text.trim_end(), WIDTH);
    assert!(picture.len() < 40_000, "{} bytes are much for a README", picture.len());
    if update() {
        std::fs::write(path("docs/tour.svg"), &picture).unwrap();
    }
    assert!(read("docs/tour.svg") == picture, "docs/tour.svg is of another day; {RENEW} draws it");
}

#[test]
fn a_line_fits_unless_it_says_something_else() {
    let id = "ab".repeat(32);
    let ids = [id.clone()];
    assert!(alike("deploy cdcdcdcd done", "deploy abababab done", &ids));
    assert!(!alike("deploy cdcdcdcd done", "deploy 12121212 done", &ids), "a commit's id is fixed");
    assert!(!alike("deploy cdcdcdcd done", "deploy abababab failed", &ids));
    assert_eq!(fit(&["a", "…", "d"], &["a", "b", "c", "d"], &ids), Some(vec!["a", "…", "d"]));
    assert_eq!(fit(&["a", "…"], &["a"], &ids), None, "nothing was left out");
    assert_eq!(fit(&["a"], &["a", "b"], &ids), None);
}

#[test]
fn a_picture_keeps_columns_and_colours() {
    let picture = svg::draw("t", "a b   \x1b[1;31m山田 <&>\x1b[0m  \x1b[2mc\x1b[0m", 20);
    let drawn: Vec<&str> = picture.lines().filter(|line| line.starts_with("<text")).collect();
    let text = |x, length, class: &str, text: &str| {
        format!(
            "<text x=\"{x}\" y=\"30\" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\" \
             class=\"{class}\">{text}</text>"
        )
    };
    let expected = [
        text(16, 24, "t", "a b"),
        text(64, 64, "c31 b", "山田 &lt;&amp;&gt;"),
        text(144, 8, "c2", "c"),
    ];
    assert_eq!(drawn, expected);
}
