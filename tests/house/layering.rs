//! The architecture holds: imports point down, and each big dependency has one home.
//!
//! ```text
//! main → lib → commands → report → {trace, compare, verification, status} → address → evidence
//!      → {timeline, deployments, policy} → {git, signature, ledger, people, ui} → {event, outcome, pipeline}
//! ```
//!
//! The sources are read as text, without comments and strings, and searched for `crate::module` and
//! `super::module` paths and for the names of dependencies. Tests inside `src/` count like the rest.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The top-level modules, lowest layer first. A module may import what stands in lower layers.
const LAYERS: [&[&str]; 9] = [
    &["event", "outcome", "pipeline"],
    &["address", "git", "signature", "ledger", "people", "ui"],
    &["timeline", "deployments", "policy", "share"],
    &["evidence"],
    &["recording"],
    &["trace", "compare", "verification", "status", "adoption", "import"],
    &["report", "export"],
    &["commands"],
    &["lib", "main"],
];

/// The layers whose members may import each other, as long as they don't form a circle. Git,
/// signatures and ledger must not know each other.
const NEIGHBOURLY: [usize; 4] = [0, 2, 5, 8];

/// Names that only some modules may utter: a dependency, or the terminal.
const HOMES: &[(&str, &[&str])] = &[
    ("git2", &["git"]),
    ("filebuffer", &["git"]),
    ("libdeflater", &["git"]),
    ("sequoia_openpgp", &["signature"]),
    ("ssh_key", &["signature"]),
    ("comfy_table", &["report"]),
    ("sha2", &["ledger", "share", "signature"]),
    ("clap", &["commands", "main", "lib", "ui"]),
    ("clap_complete", &["commands", "main", "lib", "ui"]),
    ("clap_mangen", &["commands", "main", "lib", "ui"]),
    ("indicatif", &["commands", "ui"]),
    ("IsTerminal", &["commands", "ui"]),
];

#[test]
fn the_sources_keep_to_the_architecture() {
    let tree = read_tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(tree.contains_key("main.rs") && tree.contains_key("event.rs"), "src/ was read");
    let violations = check(&tree);
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

/// Path inside `src/`, with `/`, to text.
pub(crate) type Tree = BTreeMap<String, String>;

pub(crate) fn read_tree(root: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                tree.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    tree
}

/// Every violation, one line each, with the file and what to do.
fn check(tree: &Tree) -> Vec<String> {
    let mut violations = Vec::new();
    let modules: BTreeSet<String> = tree.keys().map(|file| module_path(file)[0].clone()).collect();
    for module in &modules {
        if layer(module).is_none() {
            violations.push(format!("{module}: has no layer; give it one in DESIGN.md and here"));
        }
    }
    let mut imports: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (file, text) in tree {
        let tokens = tokens(text);
        let here = module_path(file);
        for (name, homes) in HOMES {
            if mentions(&tokens, name) && !homes.contains(&here[0].as_str()) {
                violations.push(format!("src/{file}: {name} belongs in {}", homes.join(", ")));
            }
        }
        for target in imported(&tokens, &here) {
            // Other names at the root are items of `lib.rs`, or of a module's own tests.
            if target == here[0] || layer(&target).is_none() {
                continue;
            }
            if !may_import(&here[0], &target) {
                violations.push(format!("src/{file}: {} must not import {target}", here[0]));
            }
            let known = modules.get(&here[0]).map(String::as_str).unwrap();
            imports.entry(known).or_default().insert(target);
        }
    }
    violations.extend(circle(&imports).map(|names| format!("a circle of imports: {names}")));
    violations
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|names| names.contains(&module))
}

fn may_import(from: &str, to: &str) -> bool {
    // A module without a layer has been reported by itself.
    let (Some(high), Some(low)) = (layer(from), layer(to)) else { return true };
    // The binary sees the library and nothing behind it.
    (from != "main" || to == "lib") && (high > low || (high == low && NEIGHBOURLY.contains(&high)))
}

/// `git/walk.rs` is `["git", "walk"]`, `git/mod.rs` and `git.rs` are `["git"]`.
pub(crate) fn module_path(file: &str) -> Vec<String> {
    let mut path: Vec<String> =
        file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if path.len() > 1 && path.last().unwrap() == "mod" {
        path.pop();
    }
    path
}

/// Top-level modules that a file names: after `crate::`, after `super::` where that leads to the
/// root, and in the binary after `audit::` (where any of them is a way around the library).
fn imported(tokens: &[String], here: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, token) in tokens.iter().enumerate() {
        if at > 0 && tokens[at - 1] == "::" {
            continue;
        }
        let mut base: Vec<String> = match token.as_str() {
            "crate" => Vec::new(),
            "audit" if here[0] == "main" => Vec::new(),
            // At the root of the crate, `super` and `self` are the root itself.
            "super" => here[..here.len() - 1].to_vec(),
            "self" if here[0] == "lib" => Vec::new(),
            _ => continue,
        };
        let mut next = at + 1;
        while tokens.get(next).is_some_and(|token| token == "::")
            && tokens.get(next + 1).is_some_and(|token| token == "super")
        {
            base.pop();
            next += 2;
        }
        if !base.is_empty() || tokens.get(next).is_none_or(|token| token != "::") {
            continue;
        }
        found.extend(first_names(&tokens[next + 1..]));
    }
    if here[0] == "main" {
        // `audit::run()` is the library; `audit::git::…` is not.
        found.retain(|name| name != "run");
    }
    found
}

/// `a::b` gives `a`; `{a, b::{c}, d}` gives `a`, `b`, `d`.
fn first_names(tokens: &[String]) -> Vec<String> {
    if tokens.first().is_none_or(|token| token != "{") {
        return tokens.first().cloned().into_iter().collect();
    }
    let mut names = Vec::new();
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            name if depth == 1 && matches!(tokens[at - 1].as_str(), "{" | ",") => {
                names.push(name.to_owned());
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

/// Whether a name stands in the code other than as a field, a method or the end of a path.
fn mentions(tokens: &[String], name: &str) -> bool {
    tokens.iter().enumerate().any(|(at, token)| {
        let before = at.checked_sub(1).map_or("", |at| tokens[at].as_str());
        // `report::clap` is somebody else's name, `use ::clap` is not; a trait's name is a mention
        // wherever it stands in a path.
        let path = before == "::" && at > 1 && tokens[at - 2] != "use" && tokens[at - 2] != "{";
        let inside = path && name.chars().all(|c| !c.is_uppercase());
        token == name && before != "." && before != "mod" && !inside
    })
}

/// One circle among the imports, spelled out, if there is any.
fn circle(imports: &BTreeMap<&str, BTreeSet<String>>) -> Option<String> {
    fn search<'a>(
        at: &'a str,
        road: &mut Vec<&'a str>,
        imports: &'a BTreeMap<&str, BTreeSet<String>>,
    ) -> Option<String> {
        if let Some(start) = road.iter().position(|&name| name == at) {
            // Spelled from its alphabetically first member, wherever the search came in.
            let mut names = road[start..].to_vec();
            let first = (0..names.len()).min_by_key(|&index| names[index])?;
            names.rotate_left(first);
            names.push(names[0]);
            return Some(names.join(" → "));
        }
        road.push(at);
        let found =
            imports.get(at).into_iter().flatten().find_map(|next| search(next, road, imports));
        road.pop();
        found
    }
    imports.keys().find_map(|module| search(module, &mut Vec::new(), imports))
}

/// Identifiers, `::`, and single characters of punctuation; no comments, strings or white space.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let starts = |at: usize, what: &str| {
        what.chars().enumerate().all(|(offset, c)| chars.get(at + offset) == Some(&c))
    };
    let word = |c: &char| c.is_alphanumeric() || *c == '_';
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if chars[at].is_whitespace() {
            at += 1;
        } else if starts(at, "//") {
            at += chars[at..].iter().take_while(|&&c| c != '\n').count();
        } else if starts(at, "/*") {
            let mut depth = 0;
            loop {
                if starts(at, "/*") {
                    (depth, at) = (depth + 1, at + 2);
                } else if starts(at, "*/") {
                    (depth, at) = (depth - 1, at + 2);
                } else {
                    at += 1;
                }
                if depth == 0 || at >= chars.len() {
                    break;
                }
            }
        } else if let Some(length) = raw_string(&chars[at..]) {
            at += length;
        } else if chars[at] == '"' {
            at += 1;
            while at < chars.len() && chars[at] != '"' {
                at += if chars[at] == '\\' { 2 } else { 1 };
            }
            at += 1;
        } else if chars[at] == '\'' {
            // A character (`'x'`, `'\n'`, `'\u{7f}'`) or a lifetime (`'a`).
            let escaped = chars.get(at + 1) == Some(&'\\');
            if escaped {
                at += 3;
                at += chars[at.min(chars.len())..].iter().take_while(|&&c| c != '\'').count() + 1;
            } else {
                at += if chars.get(at + 2) == Some(&'\'') { 3 } else { 1 };
            }
        } else if word(&chars[at]) {
            let name: String = chars[at..].iter().take_while(|c| word(c)).collect();
            at += name.chars().count();
            tokens.push(name);
        } else if starts(at, "::") {
            tokens.push("::".into());
            at += 2;
        } else {
            tokens.push(chars[at].to_string());
            at += 1;
        }
    }
    tokens
}

/// The length of the raw string (`r"…"`, `br##"…"##`) that starts here, if one does.
fn raw_string(chars: &[char]) -> Option<usize> {
    let prefix = usize::from(matches!(chars.first()?, 'b' | 'c'));
    if *chars.get(prefix)? != 'r' {
        return None;
    }
    let hashes = chars[prefix + 1..].iter().take_while(|&&c| c == '#').count();
    let start = prefix + 1 + hashes;
    if *chars.get(start)? != '"' {
        return None;
    }
    let closes = |at: &usize| {
        chars[*at] == '"'
            && chars[at + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes
    };
    let end = (start + 1..chars.len()).find(closes).unwrap_or(chars.len());
    Some(end + 1 + hashes)
}

// The checker itself.

fn violations(files: &[(&str, &str)]) -> Vec<String> {
    check(&files.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect())
}

/// A tree that keeps every rule.
const SOUND: [(&str, &str); 9] = [
    ("main.rs", "fn main() -> ExitCode { audit::run(std::env::args_os()) }"),
    ("lib.rs", "pub mod commands; pub mod event; use clap::Parser; use crate::commands::Cli;"),
    ("commands/log.rs", "use crate::{git::Walk, report::{self, table}, ui}; use clap::Args;"),
    ("report/table.rs", "use comfy_table::Table; use crate::policy::Finding; use super::json;"),
    ("policy/mod.rs", "use crate::event::Event; use crate::people::Person;"),
    ("git/walk.rs", "use super::odb; use git2::Odb; use super::super::event; // crate::ledger"),
    ("ledger/chain.rs", "const HELP: &str = \"crate::git \\\" git2\"; use sha2::Digest;"),
    ("people.rs", "fn f<'a>(c: char) { let _ = r#\"crate::git\"#; x.git2(); c == '\"'; }"),
    ("event.rs", "/* git2 /* crate::git */ */ mod tests { use super::*; }"),
];

/// What the sound tree gives with one file in place of another, or added.
fn with(name: &str, text: &str) -> Vec<String> {
    let mut files = SOUND.to_vec();
    files.retain(|file| file.0 != name);
    files.push((name, text));
    if !files.iter().any(|file| file.0 == "ui.rs") {
        files.push(("ui.rs", ""));
    }
    violations(&files)
}

#[test]
fn a_sound_tree_passes() {
    assert_eq!(violations(&SOUND), [""; 0]);
}

#[test]
fn imports_that_point_up_or_aside_are_caught() {
    for (file, text, expected) in [
        ("event.rs", "use crate::git::Odb;", "event must not import git"),
        ("git/mod.rs", "fn f() { crate::ledger::open() }", "git must not import ledger"),
        ("git/mod.rs", "use crate::{event, signature};", "git must not import signature"),
        ("signature/ssh.rs", "use crate::git;", "signature must not import git"),
        ("ledger/sign.rs", "use super::super::git::Oid;", "ledger must not import git"),
        ("people.rs", "use super::git;", "people must not import git"),
        (
            "git/mod.rs",
            "use crate :: { event :: X , policy :: { Y } };",
            "git must not import policy",
        ),
        ("report/json.rs", "use crate::commands::log;", "report must not import commands"),
        ("main.rs", "fn main() { audit::git::open(); }", "main must not import git"),
        ("main.rs", "use audit::{run, commands};", "main must not import commands"),
    ] {
        let found = with(file, text);
        assert!(found.contains(&format!("src/{file}: {expected}")), "{file}: {text}: {found:?}");
    }
}

#[test]
fn dependencies_away_from_home_are_caught() {
    for (file, text, expected) in [
        ("commands/show.rs", "use git2::Oid;", "git2 belongs in git"),
        ("commands/show.rs", "use ::git2 as g;", "git2 belongs in git"),
        ("git/tag.rs", "use sequoia_openpgp as openpgp;", "sequoia_openpgp belongs in signature"),
        ("ledger/sign.rs", "ssh_key::PublicKey::from_openssh(x)", "ssh_key belongs in signature"),
        ("commands/log.rs", "comfy_table::Table::new()", "comfy_table belongs in report"),
        ("git/odb.rs", "use sha2::Sha256;", "sha2 belongs in ledger, share, signature"),
        (
            "policy/mod.rs",
            "#[derive(clap::Args)] struct A;",
            "clap belongs in commands, main, lib, ui",
        ),
        ("report/table.rs", "use std::io::IsTerminal;", "IsTerminal belongs in commands, ui"),
    ] {
        let found = with(file, text);
        assert!(found.contains(&format!("src/{file}: {expected}")), "{file}: {text}: {found:?}");
    }
}

#[test]
fn circles_and_strangers_are_caught() {
    let found = with("policy/mod.rs", "use crate::report::Report;");
    let expected = [
        "src/policy/mod.rs: policy must not import report",
        "a circle of imports: policy → report → policy",
    ];
    assert_eq!(found, expected);
    let found = with("report/table.rs", "use crate::report::json;");
    assert_eq!(found, [""; 0]);
    let found = with("utils.rs", "");
    assert_eq!(found, ["utils: has no layer; give it one in DESIGN.md and here"]);
}
