//! Files that want to do harm, or that something went wrong with: a clear error, and nothing is written.

#![allow(clippy::unwrap_used)]

use super::{audit, bodies, file, story, written};
use crate::common::World;
use std::io::Write;

#[test]
fn a_file_that_is_broken_is_refused_as_a_whole() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    let text = std::fs::read_to_string(file("github/reviews.json")).unwrap();
    let good = text.replace("\"body\":\"\"", "\"body\":\"x\"");
    let mut gzip = flate2_of(good.as_bytes());
    gzip.truncate(gzip.len() - 20);
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("cut", text.as_bytes()[..text.len() - 9].to_vec(), "ends in the middle"),
        ("empty", Vec::new(), "is empty"),
        ("csv", b"number,state\n12,merged\n".to_vec(), "no JSON"),
        (
            "twice",
            text.replacen("\"id\": 80001", "\"id\": 1, \"id\": 80001", 1)
                .replacen("\"id\":80001", "\"id\":1,\"id\":80001", 1)
                .into_bytes(),
            "stands there twice",
        ),
        ("deep", "[".repeat(100_000).into_bytes(), "too deeply"),
        (
            "deeper",
            format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes(),
            "recursion limit",
        ),
        ("number", b"{\"id\":18446744073709551616}".to_vec(), "more digits"),
        ("utf16", b"\xff\xfe[\x00]\x00".to_vec(), "UTF-16"),
        ("gzip", gzip, "cannot read"),
        ("bytes", b"[{\"a\":\"\xff\"}]".to_vec(), "item 1"),
        ("page", b"<!DOCTYPE html><html>".to_vec(), "no JSON"),
    ];
    for (name, bytes, says) in cases {
        let path = written(&world, name, &bytes);
        let output = audit(&repo, &["import", "auto", &path]).code(2);
        assert!(output.stderr.contains(says), "{name}: {}", output.stderr);
        assert!(output.stderr.len() < 600, "{name}: {}", output.stderr);
    }
    // Beside a good file, too: all or nothing.
    let broken = written(&world, "broken", b"[{\"a\":1}");
    audit(&repo, &["import", "auto", &file("github/reviews.json"), &broken]).code(2);
    assert!(bodies(&repo).is_empty());
}

fn flate2_of(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn control_characters_are_refused_with_their_place_and_never_changed() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    let text = std::fs::read_to_string(file("github/approvals.jsonl")).unwrap();
    assert!(text.contains("first shop opens"));
    let others = [file("github/deployments.json"), file("github/statuses.json")];
    let bad = written(&world, "bad", text.replace("first shop", "first\\u0007 shop").as_bytes());
    let output = audit(&repo, &["import", "auto", &bad, &others[0], &others[1]]).code(2);
    assert!(output.stderr.contains("why.reason"), "{}", output.stderr);
    assert!(bodies(&repo).is_empty());
    let lines = written(&world, "lines", text.replace("first shop", "first\\r\\nshop").as_bytes());
    audit(&repo, &["import", "auto", &lines, &others[0], &others[1]]).success();
    let reasons: Vec<String> = bodies(&repo)
        .iter()
        .filter_map(|body| body["why"]["reason"].as_str().map(str::to_owned))
        .collect();
    assert!(reasons.iter().any(|reason| reason == "first\nshop opens"), "{reasons:?}");
}

#[test]
fn ids_are_kept_to_the_last_digit() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    let text = std::fs::read_to_string(file("github/reviews.json")).unwrap();
    let text = text.replace("80001", "9007199254740993");
    let path = written(&world, "ids", text.as_bytes());
    audit(&repo, &["import", "auto", &path]).success();
    assert!(bodies(&repo).iter().any(|body| body["from"]["key"] == "review/9007199254740993"));
}

#[test]
fn what_no_source_knows_is_counted_and_leaves_the_answer_open() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    let path = written(&world, "odd", b"{\"hello\":\"\x1b[31mworld\",\"x\":1}");
    let output = audit(&repo, &["import", "auto", &path]).code(2);
    assert!(output.stderr.contains("control character"), "{}", output.stderr);
    let path = written(&world, "odd", b"{\"hello\\u001b[31m\":1,\"x\":1}");
    let output = audit(&repo, &["import", "auto", &path, "-v"]).code(3);
    assert!(output.stdout.contains("an object with"), "{}", output.stdout);
    assert!(!output.stdout.contains('\u{1b}'), "{}", output.stdout);
}

/// 200 MB in one string: refused after 32 MiB, in little memory.
#[test]
fn an_item_without_end_is_refused() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    let path = world.root().join("large");
    let mut large = std::fs::File::create(&path).unwrap();
    large.write_all(b"[{\"body\":\"").unwrap();
    large.set_len(200 << 20).unwrap();
    let output = audit(&repo, &["import", "auto", path.to_str().unwrap()]).code(2);
    assert!(output.stderr.contains("larger than 32 MiB"), "{}", output.stderr);
}
