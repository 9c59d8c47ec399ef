//! What is handed out: the licences of what the program is made of, and what the package holds.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

fn cargo(args: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(args).current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {}: {said}", args.join(" "));
    String::from_utf8(output.stdout).unwrap()
}

/// The platform that this runs on: of others the crates may not be here.
fn host() -> String {
    let version = Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.unwrap().to_owned()
}

/// Whether an SPDX expression can be met with these licences. `/` is the old way to write `OR`.
fn met(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (met, rest) = any(&words, allowed);
    assert!(rest.is_empty(), "'{expression}' is no expression");
    met
}

fn any<'w>(words: &'w [&'w str], allowed: &BTreeSet<&str>) -> (bool, &'w [&'w str]) {
    let (mut met, mut rest) = all(words, allowed);
    while let ["OR", more @ ..] = rest {
        let (other, after) = all(more, allowed);
        (met, rest) = (met | other, after);
    }
    (met, rest)
}

fn all<'w>(words: &'w [&'w str], allowed: &BTreeSet<&str>) -> (bool, &'w [&'w str]) {
    let (mut met, mut rest) = one(words, allowed);
    while let ["AND", more @ ..] = rest {
        let (other, after) = one(more, allowed);
        (met, rest) = (met & other, after);
    }
    (met, rest)
}

fn one<'w>(words: &'w [&'w str], allowed: &BTreeSet<&str>) -> (bool, &'w [&'w str]) {
    match words {
        ["(", inner @ ..] => match any(inner, allowed) {
            (met, [")", rest @ ..]) => (met, rest),
            (_, rest) => panic!("a bracket is open before {rest:?}"),
        },
        // An exception only gives more freedom.
        [licence, "WITH", _, rest @ ..] | [licence, rest @ ..] => (allowed.contains(licence), rest),
        [] => panic!("a licence is missing"),
    }
}

#[test]
fn expressions_are_read_as_spdx_says() {
    let allowed = BTreeSet::from(["MIT", "ISC"]);
    for expression in ["MIT", "GPL-3.0 OR MIT", "MIT AND ISC", "(GPL-3.0 OR MIT) AND ISC", "X/MIT"]
    {
        assert!(met(expression, &allowed), "{expression}");
    }
    for expression in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND GPL-3.0", "X WITH Y"] {
        assert!(!met(expression, &allowed), "{expression}");
    }
}

#[test]
fn every_licence_is_one_that_deny_toml_allows() {
    let config = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml"));
    let config: toml::Table = config.unwrap().parse().unwrap();
    let licences = config["licenses"].as_table().unwrap();
    let names = |list: &toml::Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    };
    let allow = names(&licences["allow"]);
    let exceptions: BTreeMap<String, Vec<String>> = licences["exceptions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["crate"].as_str().unwrap().to_owned(), names(&one["allow"])))
        .collect();

    let platform = host();
    let metadata =
        cargo(&["metadata", "--locked", "--format-version", "1", "--filter-platform", &platform]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "only {} packages", packages.len());
    let mut used = BTreeSet::new();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or("nothing");
        let also = exceptions.get(name);
        used.extend(also.map(|_| name.to_owned()));
        let allowed = allow.iter().chain(also.into_iter().flatten()).map(String::as_str).collect();
        assert!(
            met(licence, &allowed),
            "{name} is under {licence}, which deny.toml does not allow"
        );
    }
    assert!(used.iter().eq(exceptions.keys()), "an exception of deny.toml that nothing needs");
}

/// The oldest Rust that builds the program is stated; clippy's `incompatible_msrv` holds the code to it.
#[test]
fn no_dependency_asks_for_a_newer_rust_than_is_stated() {
    let version = |text: &str| -> Vec<u32> {
        let mut parts: Vec<u32> = text.split('.').map(|part| part.parse().unwrap()).collect();
        parts.resize(3, 0);
        parts
    };
    let stated = env!("CARGO_PKG_RUST_VERSION");
    let metadata = cargo(&["metadata", "--locked", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let mut stating = 0;
    for package in metadata["packages"].as_array().unwrap() {
        let Some(wanted) = package["rust_version"].as_str() else { continue };
        stating += 1;
        let name = &package["name"];
        assert!(version(wanted) <= version(stated), "{name} asks for Rust {wanted}");
    }
    assert!(stating > 50, "only {stating} packages state a version");
}

#[test]
fn the_package_holds_what_a_user_needs_and_no_more() {
    let listed = cargo(&["package", "--list", "--allow-dirty", "--offline"]);
    let listed: BTreeSet<&str> = listed.lines().collect();
    for file in [
        "Cargo.lock",
        "README.md",
        "CHANGELOG.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "completions/_audit",
        "completions/audit.nu",
        "completions/man/audit.1",
        "docs/policy.md",
        "docs/schema/event.schema.json",
        "src/main.rs",
    ] {
        assert!(listed.contains(file), "{file} is not in the package");
    }
    for below in [".ci/", "fuzz/", "target/", "fixtures/"] {
        let found = listed.iter().find(|file| file.starts_with(below));
        assert_eq!(found, None, "{below} does not belong into the package");
    }
}
