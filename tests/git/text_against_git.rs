//! Messages, trailers, identities and mailmaps read as the installed `git` reads them: thousands of
//! crafted commits, written literally into a throw-away repository, compared field by field.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use audit::git::identity::{self, DateDoubt};
use audit::git::mailmap::Mailmap;
use audit::git::message::Message;
use audit::git::trailers::trailers;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// A sealed repository that takes any bytes as a commit.
struct Repo {
    dir: tempfile::TempDir,
}

impl Repo {
    fn new() -> Repo {
        let repo = Repo { dir: tempfile::tempdir().unwrap() };
        repo.git(&["init", "-q", "."], b"");
        repo
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn git(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let mut child = Command::new("git")
            .args(arguments)
            .current_dir(self.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("HOME", self.path())
            .env("LC_ALL", "C.UTF-8")
            .env_remove("GIT_DIR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("git runs");
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().unwrap();
        let _closed_early = writer.join().unwrap();
        assert!(output.status.success(), "git {arguments:?}");
        output.stdout
    }

    /// Writes commits of the empty tree and returns the fields that `git log` prints of each.
    fn log(&self, commits: &[(Vec<u8>, Vec<u8>)], format: &str) -> Vec<Vec<Vec<u8>>> {
        let tree = self.git(&["hash-object", "-t", "tree", "-w", "--stdin"], b"");
        let tree = String::from_utf8(tree).unwrap();
        let mut paths = String::new();
        for (n, (author, message)) in commits.iter().enumerate() {
            let mut object = format!("tree {}\nauthor ", tree.trim()).into_bytes();
            object.extend(author);
            object.extend(format!("\ncommitter C <c@x> {} +0000\n\n", 1_000_000 + n).bytes());
            object.extend(message);
            let name = format!("object-{n}");
            std::fs::write(self.path().join(&name), object).unwrap();
            paths.push_str(&name);
            paths.push('\n');
        }
        let hash = ["hash-object", "-t", "commit", "-w", "--literally", "--stdin-paths"];
        let ids = self.git(&hash, paths.as_bytes());
        let format = format!("--format={format}");
        let log = ["log", "--stdin", "--no-walk=unsorted", "--encoding=none", "--date=raw", "-z"];
        let output = self.git(&[&log[..], &[format.as_str()]].concat(), &ids);
        let fields: Vec<Vec<u8>> = output.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect();
        let per_commit = format.matches("%x00").count() + 1;
        assert_eq!(fields.len(), commits.len() * per_commit + 1, "one row a commit");
        fields.chunks_exact(per_commit).map(<[Vec<u8>]>::to_vec).collect()
    }
}

/// A small generator (SplitMix64), so that the cases are the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit as u64).unwrap()
    }

    fn draw<'a>(&mut self, pieces: &[&'a str], most: usize) -> String {
        (0..=self.below(most))
            .map(|_| pieces[self.below(pieces.len())])
            .collect::<Vec<&'a str>>()
            .concat()
    }
}

#[test]
fn messages_and_trailers_equal_git_log() {
    const CRAFTED: &[&str] = &[
        "",
        "\n\n",
        "S",
        "Key: in the title\n",
        "S\n\nKey: value",
        "S\n\nKey: value\n\n\n",
        "S\n\nKey: value\n \n\t\n",
        "S\n\nKey : value\nOther key: v\n",
        "S\n\nKey:\nEmpty: \nLast:x",
        "S\n\n: no key\nKey: value\n",
        "S\n\nKey: value\n  folded\n\tagain \n",
        "S\n\nKey: value\n \n  after a blank line\nB: c\n",
        "S\n\nKey: a\r\n b\r\nB: c\r\n",
        "S\n\nprose\nSigned-off-by: A <a@x>\n",
        "S\n\none\ntwo\nthree\nSigned-off-by: A <a@x>\n",
        "S\n\none\ntwo\nthree\nfour\nSigned-off-by: A <a@x>\n",
        "S\n\nprose\nReviewed-by: A <a@x>\n",
        "S\n\nprose\n(cherry picked from commit 1234)\nReviewed-by: A\n",
        "S\n\nKey: value\n---\nfile | 2 +\n",
        "S\n\nKey: value\n---\n\nOther: v\n",
        "S\n\nKey: value\n# comment: here\n folded?\nB: c\n",
        "S\n\nKey: value\n# comment\n\n# more\n",
        "# comment\nS\n\nKey: value\n",
        "# only\n# comments\n",
        "#\nKey: v\n",
        "S\n\nKey: value\n\nConflicts:\n\ta.c\n\tb.c\n",
        "S\n\nKey: value\n\nConflicts:\n\ta.c\nand prose\n",
        "S\n\nKey: value\n\nC",
        "S\n\nKey: value\n# ------------------------ >8 ------------------------\ndiff\n",
        "# ------------------------ >8 ------------------------\nS\n\nKey: v\n",
        "S\n\nKey: v\n# ------------------------ >8 ------------------------",
        "S\n\nK\u{e9}y: value\nKey: v\u{e9}\u{a0}\n",
        "S\n\n\u{b}\nKey: value\n",
        "S\n\nhttps://example.com: x\nKey: v\n",
    ];
    const PIECES: &[&str] = &[
        "\n",
        "\n",
        "\n",
        "\n\n",
        " ",
        "\t",
        "\r\n",
        "prose",
        "Key: v",
        "A-b: c",
        "Key:",
        ":",
        "#",
        "# c",
        "Signed-off-by: ",
        "Signed-off-by: A <a@x>\n",
        "(cherry picked from commit ",
        "(x)",
        "---\n",
        "Conflicts:\n",
        "\tpath\n",
        " folded\n",
        "\u{b}",
        "\u{e9}",
        "Two words: v\n",
        "S\n\n",
        "v: w\n",
        "\n# ------------------------ >8 ------------------------\n",
    ];
    let mut messages: Vec<String> = CRAFTED.iter().map(|&message| message.to_owned()).collect();
    let mut dice = Dice(1);
    messages.extend((0..4000).map(|_| dice.draw(PIECES, 14)));
    messages.extend((0..2000).map(|_| format!("S\n\n{}", dice.draw(PIECES, 14))));

    let commits: Vec<(Vec<u8>, Vec<u8>)> = messages
        .iter()
        .map(|message| (b"A <a@x> 1 +0000".to_vec(), message.clone().into_bytes()))
        .collect();
    let rows = Repo::new().log(&commits, "%s%x00%b%x00%(trailers:only,unfold)");
    let mut with_trailers = 0;
    for (raw, row) in messages.iter().zip(rows) {
        let message = Message::parse(raw);
        let trailers = trailers(&message);
        with_trailers += usize::from(!trailers.is_empty());
        let printed: String =
            trailers.iter().map(|t| format!("{}: {}\n", t.key, t.value)).collect();
        let ours = [message.summary().into_owned(), message.body().to_owned(), printed];
        let theirs: Vec<String> = row.into_iter().map(|f| String::from_utf8(f).unwrap()).collect();
        assert_eq!(ours.as_slice(), theirs, "{raw:?}");
    }
    assert!(with_trailers > 500, "the cases must exercise trailers: {with_trailers}");
}

#[test]
fn identities_equal_git_log() {
    const PIECES: &[&str] = &[
        "<",
        ">",
        " ",
        "  ",
        "\t",
        "A",
        "Ana Silva",
        "a@x",
        ",",
        "\"",
        "\u{b}",
        "J\u{f6}rg",
        "12",
        "0",
        "007",
        "1700000000",
        "+0100",
        "-0330",
        "+1500",
        "+0175",
        "-",
        "+",
        " <a@x> ",
        "<b@x> 5 +0000",
        "> 5 -0000",
        "9223372036854775806",
        "9223372036854775807",
        "9223372036854775808",
        "99999999999999999999",
        "+99999999999",
        "x",
    ];
    let mut dice = Dice(2);
    let mut lines: Vec<Vec<u8>> = (0..2000).map(|_| dice.draw(PIECES, 10).into_bytes()).collect();
    lines.extend((0..2000).map(|_| format!("A <a@x>{}", dice.draw(PIECES, 6)).into_bytes()));
    lines.push(b"J\xf6rg \xff<j@x> 5 +0000".to_vec());
    let commits: Vec<(Vec<u8>, Vec<u8>)> =
        lines.iter().map(|line| (line.clone(), b"S\n".to_vec())).collect();
    let rows = Repo::new().log(&commits, "%an%x00%ae%x00%at%x00%ad");
    let mut dated = 0;
    for (line, row) in lines.iter().zip(rows) {
        let shown = String::from_utf8_lossy(line);
        let Some(ident) = identity::split(line) else {
            assert!(row.iter().all(Vec::is_empty), "{shown:?} {row:?}");
            continue;
        };
        assert_eq!((ident.name, ident.email), (&row[0][..], &row[1][..]), "{shown:?}");
        assert_eq!(ident.seconds.unwrap_or_default(), row[2], "{shown:?}");
        let theirs = String::from_utf8_lossy(&row[3]);
        match ident.when {
            None if ident.doubt == Some(DateDoubt::Overflow) => {
                assert_eq!(theirs, "0 +0000", "{shown:?}");
            }
            None => assert_eq!(theirs, "", "{shown:?}"),
            Some(when) => {
                dated += 1;
                let (seconds, zone) = theirs.split_once(' ').unwrap();
                assert_eq!(when.seconds.to_string(), seconds, "{shown:?}");
                if let Some(offset) = when.offset {
                    let hundreds = offset / 60 * 100 + offset % 60;
                    assert_eq!(hundreds, zone.parse::<i32>().unwrap(), "{shown:?}");
                }
            }
        }
    }
    assert!(dated > 200, "the cases must exercise dates: {dated}");
}

#[test]
fn mailmaps_equal_git_log_from_file_and_from_blob() {
    const PIECES: &[&str] = &[
        "<a@x>",
        "<A@X>",
        "<b@x>",
        "<new@x>",
        "<>",
        " ",
        "  ",
        "\t",
        "Ana",
        "ana",
        "Bo Chen",
        "New Name",
        "#",
        "\n",
        "\n",
        "<",
        ">",
        "\n# c\n",
        "\nNew <new@x> <a@x>\n",
        "\nOther <o@x> Ana <A@x>\n",
        "\r",
        "\u{f6}",
    ];
    let names = ["Ana", "ANA", "Bo Chen", "", " Ana", "New Name", "\u{f6}", "Other"];
    let emails = ["a@x", "A@x", "b@x", "", "new@x", "a@x ", "zzz@x"];
    let mut pairs = Vec::new();
    for name in names {
        pairs.extend(emails.map(|email| (name, email)));
    }
    let commits: Vec<(Vec<u8>, Vec<u8>)> = pairs
        .iter()
        .map(|(name, email)| (format!("{name} <{email}> 1 +0000").into_bytes(), b"S\n".to_vec()))
        .collect();
    let mut dice = Dice(3);
    let mut files: Vec<Vec<u8>> = (0..40).map(|_| dice.draw(PIECES, 40).into_bytes()).collect();
    // A line longer than git's buffer for files, and a NUL.
    files.push(format!("{} <new@x> <a@x>\nBo <bo@x> <b@x>\n", "Long ".repeat(300)).into_bytes());
    files.push(b"New <new@x> <a@x>\nNul\0 <n@x> <b@x>\nOther <o@x> <zzz@x>\n".to_vec());
    files.push(b"J\xf6rg <J\xf6@x> <a@x>\n".to_vec());

    let mut mapped = 0;
    for file in &files {
        let repo = Repo::new();
        std::fs::write(repo.path().join(".mailmap"), file).unwrap();
        let mut ours = Mailmap::default();
        ours.add_file(file);
        mapped += compare(&repo, &commits, &pairs, &ours);

        let blob = repo.git(&["hash-object", "-w", ".mailmap"], b"");
        std::fs::remove_file(repo.path().join(".mailmap")).unwrap();
        let blob = String::from_utf8(blob).unwrap();
        repo.git(&["config", "mailmap.blob", blob.trim()], b"");
        let mut ours = Mailmap::default();
        ours.add_blob(file);
        mapped += compare(&repo, &commits, &pairs, &ours);
    }
    assert!(mapped > 200, "the cases must map somebody: {mapped}");
}

/// Compares every name and address under one mailmap; returns how many it changed.
fn compare(
    repo: &Repo,
    commits: &[(Vec<u8>, Vec<u8>)],
    pairs: &[(&str, &str)],
    ours: &Mailmap,
) -> usize {
    let rows = repo.log(commits, "%an%x00%ae%x00%aN%x00%aE");
    let mut mapped = 0;
    for (pair, row) in pairs.iter().zip(rows) {
        let (name, email) = ours.map(&row[0], &row[1]);
        assert_eq!((name, email), (&row[2][..], &row[3][..]), "{pair:?}");
        mapped += usize::from((name, email) != (&row[0][..], &row[1][..]));
    }
    mapped
}
