//! Text by people who wish us ill: shown, never obeyed; and nothing is skipped for being ugly.

#![allow(clippy::type_complexity, clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Output, Repo, World};
use serde_json::Value;
use std::io::Write;
use std::process::Stdio;

const FORMATS: [&str; 5] = ["table", "csv", "markdown", "jsonl", "json"];

/// Writes a commit with these headers and this message, and makes it the tip of `main`.
fn commit(
    repo: &Repo<'_>,
    parents: &[&str],
    author: &[u8],
    committer: &[u8],
    rest: &[u8],
) -> String {
    let tree = repo.git(["hash-object", "-t", "tree", "-w", "/dev/null"]);
    let mut bytes = format!("tree {tree}\n").into_bytes();
    for parent in parents {
        bytes.extend(format!("parent {parent}\n").bytes());
    }
    bytes.extend([b"author ", author, b"\ncommitter ", committer, b"\n", rest].concat());
    let id = repo.raw("commit", &bytes);
    repo.update_ref("refs/heads/main", &id);
    id
}

/// Prints the timeline, the tip and the people in every format, and checks what must hold of any
/// output: exit code 0, one row for each event, nothing that a terminal would obey. The events.
fn check(repo: &Repo<'_>, events: usize) -> Vec<Value> {
    check_log(repo, &[], events)
}

/// As [`check`], with more arguments for `log`.
fn check_log(repo: &Repo<'_>, more: &[&str], events: usize) -> Vec<Value> {
    let mut parsed = Vec::new();
    for format in FORMATS {
        let log = repo.audit([&["log", "--format", format], more].concat()).success();
        let show = repo.audit(["show", "--format", format]).success();
        let people = repo.audit(["people", "--format", format]).success();
        for output in [&log, &show, &people] {
            let text = std::str::from_utf8(&output.bytes).expect("output is UTF-8");
            safe_for_terminals(text);
            if format == "csv" {
                safe_for_spreadsheets(text);
            }
            safe_for_terminals(&output.stderr);
        }
        match format {
            "table" => assert_eq!(log.lines().len(), events + 1, "{}", log.stdout),
            "markdown" => assert_eq!(log.lines().len(), events + 2, "{}", log.stdout),
            "csv" => {
                let mut reader = csv::Reader::from_reader(log.stdout.as_bytes());
                assert_eq!(reader.records().map(Result::unwrap).count(), events);
            }
            "jsonl" => {
                parsed = log.json_lines();
                assert_eq!(parsed.len(), events);
                show.json_lines();
                people.json_lines();
            }
            _ => {
                assert_eq!(log.json()["events"], Value::Array(parsed.clone()));
                show.json();
                people.json();
            }
        }
    }
    parsed
}

/// No control character but the line feed, and none that hides or turns text.
#[track_caller]
fn safe_for_terminals(text: &str) {
    for c in text.chars() {
        let obeyed = c.is_control() && c != '\n'
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        assert!(!obeyed, "{:?} in {text}", c);
    }
}

#[track_caller]
fn safe_for_spreadsheets(text: &str) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    for record in reader.records() {
        for cell in &record.unwrap() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
        }
    }
}

const FINE: &[u8] = b"Ana Silva <ana@example.com> 1767261660 +0000";

#[test]
fn names_and_messages_that_would_command_a_terminal() {
    let bad = [
        "\x1b[2J\x1b[1;1H",
        "\x1b]0;owned\x07",
        "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
        "\x1b]52;c;cm0gLXJm\x07",
        "\x1bP+q\x1b\\",
        "\u{9b}31m",
        "a\rb",
        "a\x08\x08b",
        "a\tb",
        "a\x0b\x0cb",
        "user\u{202e}gpj.exe",
        "\u{2066}x\u{2069}\u{200b}y\u{feff}",
        "a\u{2028}b\u{2029}c\u{85}d",
        "\x7f",
    ];
    let world = World::new();
    let repo = world.repo();
    let mut parent = Vec::new();
    for text in bad {
        let who = format!("{text} <{text}@example.com> 1767261660 +0000");
        let rest = format!(
            "\n{text} subject {text}\n\n{text} body\n\nTicket: {text}\nCo-authored-by: {text} <{text}>\n"
        );
        let parents: Vec<&str> = parent.iter().map(String::as_str).collect();
        let id = commit(&repo, &parents, who.as_bytes(), who.as_bytes(), rest.as_bytes());
        parent = vec![id];
        repo.audit(["show", &format!("{text}@example.com")]).success();
    }
    let events = check(&repo, bad.len());
    // Machine formats keep it exact.
    for (event, text) in events.iter().rev().zip(bad) {
        assert_eq!(event["who"]["email"], format!("{text}@example.com"));
    }
}

#[test]
fn errors_escape_what_strangers_wrote() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("One").create();
    for hostile in ["\x1b]0;x", "\u{202e}x", "a\x07b"] {
        for arguments in [
            vec!["log", hostile],
            vec!["show", hostile],
            vec!["log", "--since", hostile],
            vec!["log", "--trust", hostile],
            vec!["-C", hostile, "log"],
        ] {
            let output = repo.audit(&arguments).code(2);
            safe_for_terminals(&output.stderr);
        }
    }
}

#[test]
fn formulas_stay_text_in_spreadsheets() {
    let world = World::new();
    let repo = world.repo();
    let mut parent: Option<String> = None;
    let bad = [
        "=cmd|' /C calc'!A0",
        "+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "=HYPERLINK(\"x\",\"y\")",
        "a,\"b\"\"\nc",
    ];
    for text in bad {
        let who = format!("{} <{text}> 1767261660 +0000", text.replace('\n', ""));
        let who = who.replace('\n', "");
        let rest = format!("\n{text}\n");
        let parents: Vec<&str> = parent.iter().map(String::as_str).collect();
        parent = Some(commit(&repo, &parents, who.as_bytes(), who.as_bytes(), rest.as_bytes()));
    }
    check(&repo, bad.len());
}

#[test]
fn markdown_cells_stay_cells() {
    let world = World::new();
    let repo = world.repo();
    let text =
        "a | b `c` <script>alert(1)</script> [x](javascript:1) ![i](http://e/x.png) *b* \\| \\";
    let who = "A | B `x` \\ <a|b@example.com> 1767261660 +0000";
    commit(&repo, &[], who.as_bytes(), who.as_bytes(), format!("\n{text}\n").as_bytes());
    check(&repo, 1);
    let markdown = repo.audit(["log", "--format=markdown"]).success().stdout;
    let bars = |line: &str| {
        let mut bars = 0;
        let mut escaped = false;
        for c in line.chars() {
            bars += usize::from(c == '|' && !escaped);
            escaped = c == '\\' && !escaped;
        }
        bars
    };
    let counts: Vec<_> = markdown.lines().map(bars).collect();
    assert!(counts.iter().all(|&count| count == counts[0]), "{markdown}");
    assert!(!markdown.contains("<script>"), "{markdown}");
    let unescaped = markdown.replace("\\]", "");
    assert!(!unescaped.contains("]("), "{markdown}");
}

#[test]
fn names_with_line_feeds_nul_and_nothing_at_all() {
    let world = World::new();
    let repo = world.repo();
    let people: [&[u8]; 10] = [
        b"Ana\0Eve <ana@example.com> 1767261660 +0000",
        b"Ana <ana\0@example.com> 1767261660 +0000",
        b" <> 1767261660 +0000",
        b"<>",
        b"",
        b"Ana",
        b"Ana <ana@example.com",
        b"Ana <a@x> <b@x> 1767261660 +0000",
        b"Ana <ana@example.com>\nfolded: x\n continued 1767261660 +0000",
        b"\n",
    ];
    let mut parent: Option<String> = None;
    for who in people {
        let parents: Vec<&str> = parent.iter().map(String::as_str).collect();
        parent = Some(commit(&repo, &parents, who, who, b"\nSubject\n"));
    }
    let events = check(&repo, people.len());
    same_people_as_git(&repo, &events);
}

/// Name and address of author and committer are those that git prints.
fn same_people_as_git(repo: &Repo<'_>, events: &[Value]) {
    for event in events {
        let id = event["id"].as_str().unwrap();
        let mut git = repo.git_command();
        git.args([
            "log",
            "-1",
            "--no-mailmap",
            "--format=%an%x01%ae%x01%cn%x01%ce%x01%at%x01%ct",
            id,
        ]);
        let git = Output::of(&mut git).success().line();
        let git: Vec<&str> = git.split('\x01').collect();
        let who = &event["who"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let ours =
            [&who["name"], &who["email"], &who["committer"]["name"], &who["committer"]["email"]];
        assert_eq!(ours.map(text), git[..4], "{event}");
    }
}

#[test]
fn broken_utf8_and_other_encodings() {
    let world = World::new();
    let repo = world.repo();
    let cases: [(&[u8], &[u8], Option<&str>, &[&str]); 7] = [
        (b"J\xf6rg", b"\nCaf\xe9\n", None, &["encoding-lossy"]),
        (b"J\xf6rg", b"encoding ISO-8859-1\n\nCaf\xe9\n", Some("Jörg|Café"), &[]),
        (b"J\xf6rg", b"encoding latin1\n\nCaf\xe9\n", Some("Jörg|Café"), &[]),
        (b"\x93\xfa\x96\x7b", b"encoding Shift_JIS\n\n\x93\xfa\x96\x7b\n", Some("日本|日本"), &[]),
        (
            b"J\xf6rg",
            b"encoding klingon\n\nCaf\xe9\n",
            None,
            &["encoding-lossy", "encoding-unknown"],
        ),
        (
            b"J\xc3\xb6rg",
            b"encoding klingon\n\nCaf\xc3\xa9\n",
            Some("Jörg|Café"),
            &["encoding-unknown"],
        ),
        (
            b"\xff\xfe\xfd",
            b"\n\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80 subject\n",
            None,
            &["encoding-lossy"],
        ),
    ];
    let mut parent: Option<String> = None;
    for (name, rest, expected, notes) in cases {
        let who = [name, b" <j@example.com> 1767261660 +0000"].concat();
        let parents: Vec<&str> = parent.iter().map(String::as_str).collect();
        let id = commit(&repo, &parents, &who, &who, rest);
        let event = &repo.audit(["log", "-n1", "--format=jsonl"]).success().json_lines()[0];
        assert_eq!(event["proof"]["notes"], serde_json::json!(notes), "{event}");
        if let Some(expected) = expected {
            let git = repo.git(["log", "-1", "--format=%an|%s", &id]);
            assert_eq!(git, expected);
            let ours = format!(
                "{}|{}",
                event["who"]["name"].as_str().unwrap(),
                event["what"]["summary"].as_str().unwrap()
            );
            assert_eq!(ours, expected);
        }
        parent = Some(id);
    }
    check(&repo, cases.len());
}

#[test]
fn dates_that_no_calendar_holds() {
    let world = World::new();
    let repo = world.repo();
    let dates = [
        "0 +0000",
        "-1 +0000",
        "1 -0000",
        "4102444800 +0000",
        "99999999999 +0000",
        "253402300800 +0000",
        "8210298412800 +0000",
        "9223372036854775807 +0000",
        "9223372036854775808 +0000",
        "18446744073709551615 +0000",
        "18446744073709551616 +0000",
        "99999999999999999999999999 +0000",
        "1767261660",
        "1767261660 ",
        "1767261660 0000",
        "1767261660 +9999",
        "1767261660 -9999",
        "1767261660 +051800",
        "1767261660 +0090",
        "1767261660 UTC",
        "1767261660 +99999999999",
        "x",
        "",
        "1e9 +0000",
        "0x10 +0000",
        "1767261660 +1400",
        "1767261660 -1200",
        "1767261660.5 +0000",
    ];
    let mut parent: Option<String> = None;
    let mut made = Vec::new();
    for date in dates {
        let who = format!("Ana Silva <ana@example.com> {date}");
        let parents: Vec<&str> = parent.iter().map(String::as_str).collect();
        let id = commit(&repo, &parents, who.as_bytes(), who.as_bytes(), b"\nSubject\n");
        made.push(id.clone());
        parent = Some(id);
    }
    let events = check(&repo, dates.len());
    same_people_as_git(&repo, &events);
    for (date, id) in dates.iter().zip(&made) {
        let event = events.iter().find(|event| event["id"] == id.as_str()).unwrap();
        // A moment is git's, or none; and where there is none, it is said why.
        let git: i64 = repo.git(["log", "-1", "--format=%ct", id]).parse().unwrap_or(0);
        match event["when"].as_str() {
            Some(when) => {
                let parsed = chrono::DateTime::parse_from_rfc3339(when).map(|at| at.timestamp());
                // Five-digit years are beyond RFC 3339's grammar; chrono reads them with a sign.
                if let Ok(seconds) = parsed {
                    assert_eq!(seconds, git, "{date}: {event}");
                }
            }
            None => {
                let notes = event["proof"]["notes"].as_array().unwrap();
                let said =
                    notes.iter().any(|note| note.as_str().unwrap().contains("committer-date"));
                assert!(said || git > 253_402_300_799, "{date}: {event}");
            }
        }
    }
    for order in ["--topo-order", "--date-order", "--author-date-order"] {
        let git = repo.git(["log", "--format=%H", order]);
        let ours = repo.audit(["log", "--format=jsonl", order]).success();
        let ours: Vec<_> = ours.json_lines().iter().map(|event| event["id"].clone()).collect();
        assert_eq!(ours, git.lines().collect::<Vec<_>>(), "{order}");
    }
    for period in ["--since=2020-01-01", "--until=2020-01-01", "--since-as-filter=2020-01-01"] {
        let git = repo.git(["log", "--format=%H", period]);
        let ours = repo.audit(["log", "--format=jsonl", period]).success();
        let ours: Vec<_> = ours.json_lines().iter().map(|event| event["id"].clone()).collect();
        assert_eq!(ours, git.lines().collect::<Vec<_>>(), "{period}");
    }
}

#[test]
fn a_message_of_ten_megabytes() {
    let world = World::new();
    let repo = world.repo();
    let line = "word ABC-123 #77 Signed-off-by: x \u{1b}[31m ".repeat(20);
    let lines = format!("{line}\n").repeat(10 * 1024 * 1024 / (line.len() + 1));
    let one = commit(&repo, &[], FINE, FINE, format!("\nLong body\n\n{lines}").as_bytes());
    // The same on a single line, and as nothing but trailers.
    let single = "x".repeat(10 * 1024 * 1024);
    let two = commit(&repo, &[&one], FINE, FINE, format!("\n{single}\n").as_bytes());
    let trailers = "Reviewed-by: A <a@x>\n".repeat(100_000);
    commit(&repo, &[&two], FINE, FINE, format!("\nTrailers\n\n{trailers}").as_bytes());
    let start = std::time::Instant::now();
    for format in FORMATS {
        let output = repo.audit(["log", "--format", format]).success();
        if format == "table" {
            safe_for_terminals(&output.stdout);
            assert_eq!(output.lines().len(), 4);
        }
    }
    repo.audit(["log", "--grep=word", "--format=csv"]).success();
    repo.audit(["show", &one, &two]).success();
    repo.audit(["people"]).success();
    // Some 15 s without optimisation. Anything quadratic takes hours; a busy machine may take its time.
    let took = start.elapsed().as_secs();
    assert!(took < 180, "{took} s");
}

#[test]
fn a_merge_of_five_thousand_parents() {
    let world = World::new();
    let repo = world.repo();
    let mut stream = String::from("");
    for n in 1..=5000 {
        let time = 1_767_000_000 + n;
        stream.push_str(&format!(
            "reset refs/heads/b{n}\ncommit refs/heads/b{n}\nmark :{n}\ncommitter C <c@x> {time} +0000\ndata 2\n{}\n\n",
            if n % 2 == 0 { "ab" } else { "ba" }
        ));
    }
    let mut import = repo.git_command();
    import.args(["fast-import", "--quiet", "--export-marks=marks"]).stdin(Stdio::piped());
    let mut child = import.spawn().unwrap();
    child.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let marks = std::fs::read_to_string(repo.path.join("marks")).unwrap();
    let parents: Vec<&str> = marks.lines().map(|line| line.split(' ').nth(1).unwrap()).collect();
    assert_eq!(parents.len(), 5000);
    let id = commit(&repo, &parents, FINE, FINE, b"\nEverything at once\n");
    let output = repo.audit(["log", "--format=jsonl"]).success();
    assert_eq!(output.lines().len(), 5001);
    assert_eq!(output.json_lines()[0]["what"]["parents"].as_array().unwrap().len(), 5000);
    let git = repo.git(["log", "--format=%H", "--topo-order"]);
    let ours = repo.audit(["log", "--format=jsonl", "--topo-order"]).success();
    let ours: Vec<_> = ours.json_lines().iter().map(|event| event["id"].clone()).collect();
    assert_eq!(ours, git.lines().collect::<Vec<_>>());
    repo.audit(["show", &id]).success();
    repo.audit(["log"]).success();
    let range = format!("{}..{id}", parents[4999]);
    assert_eq!(repo.audit(["log", "--format=jsonl", &range]).success().lines().len(), 5000);
}

#[test]
fn a_missing_parent_is_an_error_that_names_both() {
    let world = World::new();
    let repo = world.repo();
    let one = repo.commit("One").create();
    let absent = "1".repeat(40);
    let id = commit(&repo, &[&one, &absent], FINE, FINE, b"\nMerge of nothing\n");
    for format in FORMATS {
        let output = repo.audit(["log", "--format", format]).code(2);
        assert!(
            output.stderr.contains(&absent) && output.stderr.contains(&id),
            "{}",
            output.stderr
        );
    }
    let output = repo.audit(["people"]).code(2);
    assert!(output.stderr.contains(&absent), "{}", output.stderr);
    // It can still be looked at, and what does not need the parent works.
    let shown = repo.audit(["show", &id]).success();
    assert!(shown.stdout.contains("not here"), "{}", shown.stdout);
    repo.audit(["log", "--first-parent"]).success();
    repo.audit(["log", &one]).success();
    // A parent that is no commit.
    let tree = repo.id("main^{tree}");
    let bytes = format!("tree {tree}\nparent {tree}\nauthor A <a> 1 +0000\n\nChild of a tree\n");
    let id = repo.raw("commit", bytes.as_bytes());
    std::fs::write(repo.path.join(".git/refs/heads/main"), format!("{id}\n")).unwrap();
    let output = repo.audit(["log"]).code(2);
    assert!(output.stderr.contains(&tree) && output.stderr.contains(&id), "{}", output.stderr);
}

#[test]
fn commits_that_are_none() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("One").create();
    let tree = repo.id("HEAD^{tree}");
    for bytes in [
        String::new(),
        "garbage".into(),
        format!("tree {tree}"),
        format!("tree {tree}\n"),
        format!("tree {tree}\nparent {}\n\n", "x".repeat(40)),
        format!("author A <a> 1 +0000\ntree {tree}\n\n"),
        "tree 0000\n\n".into(),
    ] {
        let id = repo.raw("commit", bytes.as_bytes());
        std::fs::write(repo.path.join(".git/refs/heads/bad"), format!("{id}\n")).unwrap();
        for arguments in [vec!["log", "bad"], vec!["log", "--all"], vec!["show", "bad"]] {
            let output = repo.audit(&arguments).code(2);
            assert!(output.stderr.contains(&id), "{bytes:?} {arguments:?}: {}", output.stderr);
        }
    }
    // Bare, but commits to git.
    let id = repo.raw("commit", format!("tree {tree}\n\n").as_bytes());
    repo.git(["log", "--format=%H", &id]);
    repo.update_ref("refs/heads/bad", &id);
    let event = &repo.audit(["log", "bad", "--format=jsonl"]).success().json_lines()[0];
    assert_eq!(event["proof"]["notes"], serde_json::json!(["missing-author", "missing-committer"]));
    repo.update_ref("refs/heads/main", &id);
    for format in FORMATS {
        repo.audit(["log", "--format", format]).success();
        repo.audit(["show", "--format", format]).success();
        // It names nobody: a negative answer.
        repo.audit(["people", "--format", format]).code(1);
    }
}

#[test]
fn references_with_very_long_and_strange_names() {
    let world = World::new();
    let repo = world.repo();
    let id = repo.commit("One").create();
    let long = vec!["n".repeat(200); 15].join("/");
    let names = [long.as_str(), "日本", "a=b;c|d`e$(f)", "-dash", "\u{202e}turned", "zoë'\"<>&"];
    for name in names {
        repo.update_ref(&format!("refs/heads/x{name}"), &id);
        repo.update_ref(&format!("refs/tags/{name}"), &id);
    }
    let beside = check(&repo, 1);
    assert_eq!(beside[0]["what"]["tags"].as_array().unwrap().len(), names.len());
    let events = check_log(&repo, &["--kind", "commit,tag"], 1 + names.len());
    let tags: Vec<_> = events.iter().filter(|event| event["kind"] == "tag").collect();
    for name in names {
        assert!(tags.iter().any(|tag| tag["what"]["name"] == name), "{name}");
        let output = repo.audit(["show", "--format=json", &format!("refs/tags/{name}")]).success();
        assert_eq!(output.json()["events"][0]["what"]["name"], name);
    }
    let commit = events.iter().find(|event| event["kind"] == "commit").unwrap();
    assert_eq!(commit["what"]["refs"].as_array().unwrap().len(), 1 + names.len());
}

#[test]
fn references_that_are_not_utf8() {
    let world = World::new();
    let repo = world.repo();
    let id = repo.commit("One").create();
    let line = [b"create refs/tags/caf\xe9 ", id.as_bytes(), b"\n"].concat();
    let mut update = repo.git_command();
    let mut child = update.args(["update-ref", "--stdin"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&line).unwrap();
    assert!(child.wait().unwrap().success());
    let beside = check(&repo, 1);
    assert_eq!(beside[0]["what"]["tags"], serde_json::json!(["caf\u{fffd}"]));
    check_log(&repo, &["--kind", "commit,tag"], 2);
}
