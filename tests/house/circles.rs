//! No two files of a module need each other, however far around: a circle of files can only be read as a whole.
//!
//! Circles between top-level modules are caught by `layering.rs`; this looks inside them. Code of tests does not count. A
//! file and those in its own folder may know each other (`ssh.rs` and `ssh/key.rs`): that is how Rust nests modules. Names
//! that a parent re-exports (`pub use format::CommitIndex`) lead to the file that they come from.

#![allow(clippy::unwrap_used)]

use crate::layering::{Tree, module_path, read_tree, tokens};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Circles that exist today. Untie one, and take it off this list; none may be added.
const KNOWN: &[&[&str]] = &[
    &["commands/draft.rs", "commands/record.rs", "commands/recorder.rs"],
    &["commands/hook/folder.rs", "commands/hook/script.rs"],
    &["git/config.rs", "git/ref_files.rs", "git/refs.rs", "git/repository.rs"],
    &[
        "policy/environment.rs",
        "policy/facts.rs",
        "policy/file.rs",
        "policy/finding.rs",
        "policy/rules/mod.rs",
    ],
    &["signature/ssh/krl.rs", "signature/ssh/revocation.rs"],
];

#[test]
fn no_files_of_a_module_form_a_circle() {
    let tree = read_tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let found = circles(&tree);
    let is_within = |circle: &Vec<String>, known: &[&str]| {
        circle.iter().all(|file| known.contains(&file.as_str()))
    };
    let mut problems = Vec::new();
    for circle in &found {
        if !KNOWN.iter().any(|known| is_within(circle, known)) {
            problems.push(format!("these files need each other: {}", circle.join(", ")));
        }
    }
    for known in KNOWN {
        if !found.iter().any(|circle| is_within(circle, known)) {
            problems
                .push(format!("no circle any more, take it off the list: {}", known.join(", ")));
        }
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// The sets of files that need each other, sorted.
fn circles(tree: &Tree) -> Vec<Vec<String>> {
    let files = Files::new(tree);
    let imports: BTreeMap<&str, BTreeSet<&str>> =
        files.code.keys().map(|&file| (file, files.imported_by(file))).collect();
    let reachable: BTreeMap<&str, BTreeSet<&str>> =
        imports.keys().map(|&file| (file, reachable(file, &imports))).collect();
    let mut circles: BTreeSet<Vec<String>> = BTreeSet::new();
    for (&file, others) in &reachable {
        let circle = others.iter().filter(|&&other| reachable[other].contains(file));
        let circle: Vec<String> = circle.map(|&other| other.to_owned()).collect();
        if circle.len() > 1 {
            circles.insert(circle);
        }
    }
    circles.into_iter().collect()
}

/// The files that a file needs, directly or through others.
fn reachable<'t>(
    file: &'t str,
    imports: &BTreeMap<&'t str, BTreeSet<&'t str>>,
) -> BTreeSet<&'t str> {
    let (mut found, mut pending) = (BTreeSet::new(), vec![file]);
    while let Some(file) = pending.pop() {
        pending.extend(imports[file].iter().filter(|&&next| found.insert(next)));
    }
    found
}

/// A path through modules: `["git", "walk", "Walk"]`.
type Names = Vec<String>;

/// The files of a tree, without the code of tests.
struct Files<'t> {
    code: BTreeMap<&'t str, Vec<String>>,
    /// The file of each module.
    modules: BTreeMap<Names, &'t str>,
    /// For each module the names that it re-exports, and where they come from.
    exports: BTreeMap<(Names, String), Names>,
}

impl<'t> Files<'t> {
    fn new(tree: &'t Tree) -> Files<'t> {
        let (mut code, mut tests) = (BTreeMap::new(), BTreeSet::new());
        for (file, text) in tree {
            let (kept, skipped) = without_tests(tokens(text));
            let here = module_path(file);
            tests.extend(skipped.into_iter().map(|name| joined(&here, &[name])));
            code.insert(file.as_str(), kept);
        }
        code.retain(|file, _| !tests.contains(&module_path(file)));
        let modules = code.keys().map(|&file| (module_path(file), file)).collect();
        let mut files = Files { code, modules, exports: BTreeMap::new() };
        let mut exports = BTreeMap::new();
        for (&file, tokens) in &files.code {
            let here = module_path(file);
            for (at, _) in tokens.iter().enumerate().filter(|(_, token)| *token == "use") {
                for path in files.used(&here, &tokens[at + 1..]) {
                    exports.insert((here.clone(), path.last().unwrap().clone()), path);
                }
            }
        }
        files.exports = exports;
        files
    }

    /// The absolute paths of a `use` declaration, whose tokens begin after that word.
    fn used(&self, here: &[String], tokens: &[String]) -> Vec<Names> {
        let is_child = tokens.first().is_some_and(|name| {
            self.modules.contains_key(&joined(here, std::slice::from_ref(name)))
        });
        let base = if is_child { Some(here.to_vec()) } else { None };
        paths(tokens).into_iter().filter_map(|path| absolute(here, path, base.as_deref())).collect()
    }

    /// The other files of the same top-level module that a file imports from, but for those above and below it.
    fn imported_by(&self, file: &str) -> BTreeSet<&'t str> {
        let (here, tokens) = (module_path(file), &self.code[file]);
        let mut found = BTreeSet::new();
        for (at, token) in tokens.iter().enumerate() {
            let is_inner = at > 0 && tokens[at - 1] == "::";
            if is_inner || !matches!(token.as_str(), "crate" | "super" | "self") {
                continue;
            }
            for path in paths(&tokens[at..]) {
                let target = absolute(&here, path, None).and_then(|path| self.file_of(path));
                found.extend(target.filter(|(module, _)| {
                    let nested = module.starts_with(&here) || here.starts_with(module);
                    module[0] == here[0] && !nested
                }));
            }
        }
        found.into_iter().map(|(_, file)| file).collect()
    }

    /// The module that holds what a path names, and its file.
    fn file_of(&self, mut path: Names) -> Option<(Names, &'t str)> {
        // A re-export may lead to another one.
        for _ in 0..10 {
            let depth =
                (1..=path.len()).rev().find(|&depth| self.modules.contains_key(&path[..depth]))?;
            let (module, rest) = (path[..depth].to_vec(), &path[depth..]);
            match rest.first().and_then(|name| self.exports.get(&(module.clone(), name.clone()))) {
                Some(origin) if *origin != path => path = joined(origin, &rest[1..]),
                _ => return Some((module.clone(), self.modules[&module])),
            }
        }
        None
    }
}

/// A path from the root of the crate; `None` for one that begins elsewhere. `base` is where other first names are found.
fn absolute(here: &[String], path: Names, base: Option<&[String]>) -> Option<Names> {
    let mut rest = path.as_slice();
    let mut start = match rest.first()?.as_str() {
        "crate" => Vec::new(),
        "self" => here.to_vec(),
        "super" => here[..here.len() - 1].to_vec(),
        _ => return base.map(|base| joined(base, rest)),
    };
    rest = &rest[1..];
    while rest.first().is_some_and(|name| name == "super") {
        start.pop();
        rest = &rest[1..];
    }
    let path = joined(&start, rest);
    (!path.is_empty()).then_some(path)
}

/// The paths of a tree: `a::{b, c::{self, d}}` gives `a::b`, `a::c`, `a::c::d`.
fn paths(tokens: &[String]) -> Vec<Names> {
    let mut found = Vec::new();
    collect_paths(tokens, &mut 0, &mut Vec::new(), &mut found);
    found
}

fn collect_paths(tokens: &[String], at: &mut usize, prefix: &mut Names, found: &mut Vec<Names>) {
    let depth = prefix.len();
    loop {
        match tokens.get(*at).map(String::as_str) {
            Some("{") => {
                *at += 1;
                while tokens.get(*at).is_some_and(|token| token != "}") {
                    collect_paths(tokens, at, prefix, found);
                    while tokens.get(*at).is_some_and(|token| !matches!(token.as_str(), "," | "}"))
                    {
                        *at += 1;
                    }
                    *at += usize::from(tokens.get(*at).is_some_and(|token| token == ","));
                }
                *at += 1;
                break;
            }
            Some("self") if depth < prefix.len() || !prefix.is_empty() => *at += 1,
            Some(name) if name.chars().all(|c| c.is_alphanumeric() || c == '_') => {
                prefix.push(name.to_owned());
                *at += 1;
            }
            _ => {}
        }
        if tokens.get(*at).is_none_or(|token| token != "::") {
            found.push(prefix.clone());
            break;
        }
        *at += 1;
    }
    prefix.truncate(depth);
}

fn joined(base: &[String], rest: &[String]) -> Names {
    base.iter().chain(rest).cloned().collect()
}

/// Tokens without the items that stand behind `#[cfg(test)]`, and the names of the modules that are such items.
fn without_tests(tokens: Vec<String>) -> (Vec<String>, Vec<String>) {
    const CFG_TEST: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let (mut kept, mut modules, mut at) = (Vec::new(), Vec::new(), 0);
    while at < tokens.len() {
        if !tokens[at..].iter().map(String::as_str).take(7).eq(CFG_TEST) {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let mut depth = 0;
        for token in &tokens[at..] {
            at += 1;
            match token.as_str() {
                "mod" if depth == 0 => modules.extend(tokens.get(at).cloned()),
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            if depth == 0 && matches!(token.as_str(), ";" | "}") {
                break;
            }
        }
    }
    (kept, modules)
}

// The checker itself.

fn found(files: &[(&str, &str)]) -> Vec<String> {
    let tree = files.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
    circles(&tree).into_iter().map(|circle| circle.join(" ")).collect()
}

#[test]
fn circles_of_two_and_of_three_are_found() {
    assert_eq!(
        found(&[("a/b.rs", "use super::c::C;"), ("a/c.rs", "fn f() { crate::a::b::g() }")]),
        ["a/b.rs a/c.rs"]
    );
    let three = [
        ("a/b.rs", "use super::{other, c::{self, C}};"),
        ("a/c.rs", "use super::super::a::d;"),
        ("a/d/mod.rs", "use crate::{x::Y, a::b};"),
    ];
    assert_eq!(found(&three), ["a/b.rs a/c.rs a/d/mod.rs"]);
    assert_eq!(found(&three[..2]), [""; 0]);
}

#[test]
fn a_name_is_followed_to_the_file_that_it_comes_from() {
    let files = [
        ("a/mod.rs", "mod b; mod c; pub use b::B; pub(crate) use self::c::C;"),
        ("a/b.rs", "use super::C; pub struct B;"),
        ("a/c.rs", "use crate::a::B; pub struct C;"),
    ];
    assert_eq!(found(&files), ["a/b.rs a/c.rs"]);
}

#[test]
fn tests_parents_and_other_modules_do_not_count() {
    let sound = [
        ("a.rs", "mod b; #[cfg(test)] mod testing; use b::B; fn f() {}"),
        ("a/b.rs", "use super::f; #[cfg(test)] mod tests { use super::super::c::C; }"),
        ("a/c.rs", "use super::b; #[cfg(test)] use super::testing::T; use crate::x::Y;"),
        ("a/testing.rs", "use super::{b, c};"),
        ("x/mod.rs", "pub mod y; use crate::a::c;"),
    ];
    assert_eq!(found(&sound), [""; 0]);
}
