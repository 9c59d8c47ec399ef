//! `audit sync` between clones: what is shared, in which order, and what a server may not do.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Output, Repo, World, feed, require_git};
use std::path::Path;
use std::process::Stdio;

const REF: &str = "refs/audit/ledger";

/// A bare server with one commit, and a clone of it.
pub(super) fn server_and_clone(world: &World) -> (Repo<'_>, Repo<'_>) {
    let server = world.init("server.git").bare().create();
    server.commit("Begin").file("pay.rs", "pay").create();
    let clone = server.clone_to("ana", []);
    (server, clone)
}

pub(super) fn note(repo: &Repo<'_>, why: &str) -> String {
    repo.audit(["record", "note", "--why", why]).success().line()
}

pub(super) fn ledger(repo: &Repo<'_>) -> String {
    let folder = repo.git(["rev-parse", "--path-format=absolute", "--git-common-dir"]);
    std::fs::read_to_string(Path::new(&folder).join("audit/ledger.jsonl")).unwrap_or_default()
}

fn state(repo: &Repo<'_>, file: &str) -> String {
    let folder = repo.git(["rev-parse", "--path-format=absolute", "--git-common-dir"]);
    std::fs::read_to_string(Path::new(&folder).join("audit").join(file)).unwrap_or_default()
}

/// The lines that the server has.
fn published(server: &Repo<'_>) -> String {
    let names = server.git(["ls-tree", "-r", "--name-only", REF, "ledger/"]);
    let read = |name: &str| {
        server.git_command().args(["show", &format!("{REF}:{name}")]).output().unwrap().stdout
    };
    names.lines().map(|name| String::from_utf8(read(name)).unwrap()).collect()
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn two_clones_come_to_have_the_same_records_byte_for_byte() {
    let world = World::new();
    let (server, ana) = server_and_clone(&world);
    let bruno = server.clone_to("bruno", []);
    let said = ana.audit(["sync"]).success();
    assert!(said.stdout.contains("nothing to share yet"), "{}", said.stdout);

    let first = note(&ana, "one");
    let said = ana.audit(["sync"]).success();
    assert!(
        said.stdout.contains(&format!("1 record published to origin: {}", &first[..10])),
        "{}",
        said.stdout
    );
    assert!(!said.stdout.contains("First contact"), "{}", said.stdout);
    let said = bruno.audit(["sync"]).success();
    assert!(
        said.stdout.contains("1 record received") && said.stdout.contains("First contact"),
        "{}",
        said.stdout
    );
    note(&bruno, "two");
    note(&ana, "three, at the same time");
    bruno.audit(["sync"]).success();
    ana.audit(["sync"]).success();
    let json = bruno.audit(["sync", "--format", "json"]).success().json();
    assert_eq!((json["outcome"].as_str(), json["records"].as_u64()), (Some("ok"), Some(3)));
    assert_eq!(sorted(&ledger(&ana)), sorted(&ledger(&bruno)));
    assert_eq!(sorted(&published(&server)), sorted(&ledger(&ana)));
    assert_eq!(state(&ana, "published/origin"), state(&bruno, "published/origin"));
    assert_eq!(state(&ana, "seen.json"), state(&bruno, "seen.json"));
    // The next writer closes the fork.
    let four = note(&ana, "four");
    assert_eq!(ana.audit(["show", &four, "--format", "json"]).success().code, Some(0));
    let said = ana.audit(["sync"]).success();
    assert!(said.stdout.contains("origin has 4 records"), "{}", said.stdout);
    let said = ana.audit(["sync"]).success();
    assert!(said.stdout.starts_with("Nothing new on either side."), "{}", said.stdout);
    // The published list is no history of code.
    let log = ana.audit(["log", "--all", "--kind", "commit", "--format", "jsonl"]).success();
    assert_eq!(log.lines().len(), 1, "{}", log.stdout);
    // The message of the commit is the checkpoint, and nothing else.
    let message = server.git(["cat-file", "commit", REF]);
    let message = message.split_once("\n\n").unwrap().1;
    assert_eq!(message.lines().count(), 3, "{message}");
    server.git(["fsck", "--strict"]);
}

#[test]
fn a_dry_run_says_what_would_happen_and_changes_nothing() {
    let world = World::new();
    let (server, ana) = server_and_clone(&world);
    let bruno = server.clone_to("bruno", []);
    note(&ana, "one");
    ana.audit(["sync"]).success();
    note(&bruno, "two");
    let before = ledger(&bruno);
    let said = bruno.audit(["sync", "--dry-run"]).success();
    assert!(said.stdout.contains("1 record would be received from origin"), "{}", said.stdout);
    assert!(said.stdout.contains("1 record would be published to origin"), "{}", said.stdout);
    assert_eq!(ledger(&bruno), before);
    assert_eq!(
        (state(&bruno, "seen.json"), state(&bruno, "last-sync.json")),
        (String::new(), String::new())
    );
    assert_eq!(published(&server).lines().count(), 1);
}

#[test]
fn segments_end_where_they_should() {
    let world = World::new();
    let (server, ana) = server_and_clone(&world);
    let bruno = server.clone_to("bruno", []);
    let many = |repo: &Repo<'_>, count: usize| {
        for number in 0..count {
            note(repo, &format!("record {number}"));
        }
    };
    many(&ana, 255);
    ana.audit(["sync"]).success();
    for (count, segments, edge) in [(1, 1, 0), (1, 2, 1), (1, 2, 1)] {
        many(&ana, count);
        ana.audit(["sync"]).success();
        let names = server.git(["ls-tree", "--name-only", &format!("{REF}:ledger")]);
        assert_eq!(names.lines().count(), segments);
        assert_eq!(server.git(["show", &format!("{REF}:edge")]).lines().count(), edge);
        bruno.audit(["sync"]).success();
        assert_eq!(ledger(&ana), ledger(&bruno));
    }
}

/// What somebody with write access can put on the server.
struct Forged {
    lines: Vec<String>,
    message: String,
    edge: String,
    mode: &'static str,
    more: Option<&'static str>,
}

impl Forged {
    fn of(server: &Repo<'_>) -> Forged {
        let text = published(server);
        let commit =
            server.git_command().args(["cat-file", "commit", REF]).output().unwrap().stdout;
        let commit = String::from_utf8(commit).unwrap();
        Forged {
            lines: text.split_inclusive('\n').map(str::to_owned).collect(),
            message: commit.split_once("\n\n").unwrap().1.to_owned(),
            edge: String::new(),
            mode: "100644",
            more: None,
        }
    }

    /// With the message that fits its lines.
    fn consistent(mut self) -> Forged {
        use audit::ledger::Id;
        use audit::share::tree::Frontier;
        let ids: Vec<Id> = self.lines.iter().map(|line| Id::of(line.as_bytes())).collect();
        let name = self.message.lines().next().unwrap().to_owned();
        self.message = format!("{name}\n{}\n{}\n", ids.len(), Frontier::of(&ids).root());
        self
    }

    fn put(&self, server: &Repo<'_>, parent: Option<&str>) {
        let blob = server.raw("blob", self.lines.concat().as_bytes());
        let edge = server.raw("blob", self.edge.as_bytes());
        let tree = |entries: String| {
            feed(server.git_command().arg("mktree"), entries.as_bytes()).success().line()
        };
        let folder = tree(format!("{} blob {blob}\t000000.jsonl\n", self.mode));
        let more =
            self.more.map(|name| format!("100644 blob {edge}\t{name}\n")).unwrap_or_default();
        let top = tree(format!("100644 blob {edge}\tedge\n040000 tree {folder}\tledger\n{more}"));
        let mut command = server.git_command();
        command.args(["commit-tree", &top, "-F", "-"]);
        command.args(parent.iter().flat_map(|parent| ["-p", parent]));
        let commit = feed(&mut command, self.message.as_bytes()).success().line();
        server.update_ref(REF, &commit);
    }
}

#[test]
fn whatever_a_server_does_to_the_list_is_refused_kept_and_said() {
    let world = World::new();
    let (server, ana) = server_and_clone(&world);
    let last = |repo: &Repo<'_>| ledger(repo).split_inclusive('\n').next_back().unwrap().to_owned();
    for why in ["one", "two"] {
        note(&ana, why);
        ana.audit(["sync"]).success();
    }
    let mallory = server.clone_to("mallory", []);
    mallory.audit(["sync"]).success();
    note(&mallory, "another third one");
    let swapped = last(&mallory);
    note(&ana, "three");
    ana.audit(["sync"]).success();
    let good = server.id(REF);
    let carol = server.clone_to("carol", []);
    carol.audit(["sync"]).success();
    let third = note(&carol, "a line that fits");
    let extra = last(&carol);
    let before_it = audit::ledger::Id::of(last(&ana).as_bytes()).to_string();
    assert_ne!(third, before_it);
    let dangling = extra.replace(&before_it, &"0".repeat(64));
    let other = world.init("other").create();
    other.commit("Other").file("x", "x").create();
    note(&other, "of another repository");
    let foreign = ledger(&other);

    type Attack<'a> = (&'a str, &'a str, Box<dyn Fn(&Repo<'_>) + 'a>);
    let forge = |change: &dyn Fn(&mut Forged), consistent: bool| {
        let mut forged = Forged::of(&server);
        change(&mut forged);
        let forged = if consistent { forged.consistent() } else { forged };
        forged.put(&server, Some(&good));
    };
    let attacks: Vec<Attack<'_>> = vec![
        (
            "a rollback",
            "rolled-back",
            Box::new(|server| {
                server.update_ref(REF, &format!("{good}~1"));
            }),
        ),
        (
            "an edit",
            "rewritten",
            Box::new(|_| forge(&|f| f.lines[2] = f.lines[2].replace("three", "tree!"), true)),
        ),
        (
            "an edit below others",
            "malformed",
            Box::new(|_| forge(&|f| f.lines[0] = f.lines[0].replace("one", "two"), true)),
        ),
        (
            "a deletion",
            "rolled-back",
            Box::new(|_| {
                forge(
                    &|f| {
                        f.lines.pop();
                    },
                    true,
                )
            }),
        ),
        (
            "a swapped newest record",
            "rewritten",
            Box::new(|_| forge(&|f| f.lines[2] = swapped.clone(), true)),
        ),
        ("a reordering", "malformed", Box::new(|_| forge(&|f| f.lines.swap(1, 2), true))),
        (
            "a doubled record",
            "malformed",
            Box::new(|_| forge(&|f| f.lines.push(f.lines[2].clone()), true)),
        ),
        (
            "white space",
            "malformed",
            Box::new(|_| forge(&|f| f.lines[2] = f.lines[2].replacen(':', ": ", 1), true)),
        ),
        (
            "a missing newline",
            "malformed",
            Box::new(|_| {
                forge(
                    &|f| {
                        f.lines[2].pop();
                    },
                    true,
                )
            }),
        ),
        (
            "a dangling prev",
            "malformed",
            Box::new(|_| forge(&|f| f.lines.push(dangling.clone()), true)),
        ),
        (
            "a foreign record",
            "malformed",
            Box::new(|_| forge(&|f| f.lines.push(foreign.clone()), true)),
        ),
        ("a wrong root", "malformed", Box::new(|_| forge(&|f| f.lines.push(extra.clone()), false))),
        (
            "a wrong size",
            "malformed",
            Box::new(|_| forge(&|f| f.message = f.message.replace("\n3\n", "\n4\n"), false)),
        ),
        (
            "a message with more",
            "malformed",
            Box::new(|_| forge(&|f| f.message.push_str("\nSigned-off-by: Mallory\n"), false)),
        ),
        (
            "a wrong edge",
            "malformed",
            Box::new(|_| {
                forge(
                    &|f| f.edge = "256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n".into(),
                    false,
                )
            }),
        ),
        ("a symbolic link", "malformed", Box::new(|_| forge(&|f| f.mode = "120000", false))),
        ("an extra file", "malformed", Box::new(|_| forge(&|f| f.more = Some("zzz"), false))),
        (
            "a line of 70 MB",
            "malformed",
            Box::new(|_| forge(&|f| f.lines[2] = format!("{}\n", "x".repeat(70 << 20)), false)),
        ),
        (
            "a reference to a tree",
            "malformed",
            Box::new(|server| {
                server.update_ref(REF, &server.id(&format!("{good}^{{tree}}")));
            }),
        ),
        (
            "a deleted reference",
            "gone",
            Box::new(|server| {
                server.git(["update-ref", "-d", REF]);
            }),
        ),
    ];
    let (before, promise) = (ledger(&ana), state(&ana, "seen.json"));
    for (name, word, attack) in &attacks {
        server.update_ref(REF, &good);
        attack(&server);
        // A record of one's own must not be lost over it, nor published on top of it.
        let said = ana.audit(["sync"]);
        assert_eq!(said.code, Some(1), "{name}: {}{}", said.stdout, said.stderr);
        assert!(said.stdout.starts_with(&format!("{word}: ")), "{name}: {}", said.stdout);
        assert!(said.stderr.starts_with("hint: "), "{name}: {}", said.stderr);
        assert_eq!(ledger(&ana), before, "{name}");
        assert_eq!(state(&ana, "seen.json"), promise, "{name}");
        if *word != "gone" {
            let bad = server.id(REF);
            let kept = ana.git(["for-each-ref", "--format=%(objectname)", "refs/audit/evidence/"]);
            assert!(kept.contains(&bad), "{name}: {kept}");
            let json = ana.audit(["sync", "--format", "json"]).code(1).json();
            assert_eq!(json["outcome"], *word, "{name}");
            let again = ana.git(["for-each-ref", "--format=%(objectname)", "refs/audit/evidence/"]);
            assert_eq!(again.lines().count(), kept.lines().count(), "{name}: kept once");
        }
        server.update_ref(REF, &good);
        ana.audit(["sync"]).success();
    }
    note(&ana, "four");
    ana.audit(["sync"]).success();
    assert_eq!(published(&server).lines().count(), 4);
}

#[test]
fn what_was_deleted_or_rolled_back_is_put_back_when_somebody_says_so() {
    let world = World::new();
    let (server, ana) = server_and_clone(&world);
    note(&ana, "one");
    ana.audit(["sync"]).success();
    note(&ana, "two");
    ana.audit(["sync"]).success();
    let tip = server.id(REF);
    for attack in [vec!["update-ref", "-d", REF], vec!["update-ref", REF, &format!("{tip}~1")]] {
        server.git(&attack);
        ana.audit(["sync"]).code(1);
        let said = ana.audit(["sync", "--restore"]).success();
        assert!(
            said.stdout.starts_with("The accepted list was put back on origin."),
            "{}",
            said.stdout
        );
        assert_eq!(server.id(REF), tip);
    }
    // What was rewritten is not forced away by us.
    let other = Forged::of(&server);
    let mut forged = Forged { lines: vec![other.lines[0].replace("one", "uno")], ..other };
    forged.lines.push(forged.lines[0].replace("uno", "due"));
    forged.lines.push(forged.lines[0].replace("uno", "tre"));
    forged.consistent().put(&server, None);
    let said = ana.audit(["sync", "--restore"]).code(1);
    assert!(said.stdout.starts_with("rewritten: "), "{}", said.stdout);
    assert!(
        said.stderr.contains(&format!("git push --force origin {tip}:{REF}")),
        "{}",
        said.stderr
    );
}

#[test]
fn ordinary_git_commands_lose_nothing_that_is_here() {
    let world = World::new();
    let (server, ana) = server_and_clone(&world);
    let bruno = server.clone_to("bruno", []);
    note(&ana, "one");
    ana.audit(["sync"]).success();
    bruno.audit(["sync"]).success();
    note(&ana, "two, not published");
    ana.git(["fetch", "-q", "--prune", "--prune-tags"]);
    ana.git(["gc", "-q", "--prune=now"]);
    assert_eq!(ledger(&ana).lines().count(), 2);
    ana.audit(["sync"]).success();
    let mirror = server.clone_to("mirror.git", ["--mirror"]);
    assert_eq!(published(&mirror), published(&server));
    // Mirroring a clone deletes the ledger over there; it is said, and can be undone.
    ana.git(["push", "-q", "--mirror", "origin"]);
    let said = bruno.audit(["sync"]).code(1);
    assert!(said.stdout.starts_with("gone: "), "{}", said.stdout);
    assert!(said.stderr.contains("--restore"), "{}", said.stderr);
    // Bruno has seen one record; Ana's next sync finds it behind hers, and brings both.
    bruno.audit(["sync", "--restore"]).success();
    ana.audit(["sync"]).code(1);
    ana.audit(["sync", "--restore"]).success();
    bruno.audit(["sync"]).success();
    assert_eq!(sorted(&ledger(&ana)), sorted(&ledger(&bruno)));
    // A remote that is mirrored by configuration gets our one reference, not a forced copy of this clone.
    server.git(["update-ref", "refs/heads/kept", "main"]);
    ana.config("remote.origin.mirror", "true");
    note(&ana, "three");
    ana.audit(["sync"]).success();
    assert_eq!(server.id("refs/heads/kept"), server.id("main"));
}

#[test]
fn every_sort_of_repository_takes_part() {
    let world = World::new();
    let (server, ana) = server_and_clone(&world);
    server.config("uploadpack.allowFilter", "true");
    note(&ana, "one");
    ana.audit(["sync"]).success();
    let worktree = ana.worktree("baum-ä");
    let bare = server.clone_to("bare.git", ["--bare"]);
    bare.config("remote.origin.fetch", "+refs/heads/*:refs/heads/*");
    let clones = [
        server.clone_to("shallow clone", ["--depth=1"]),
        server.clone_to("teilweise-ähnlich", ["--filter=blob:none"]),
        server.clone_to("both", ["--depth=1", "--filter=blob:none"]),
        bare,
        worktree,
    ];
    for clone in &clones {
        // A shallow clone of a path can't name the ledger by itself: it learns the name from the list.
        let said = clone.audit(["record", "note", "--why", "mine", "--sync"]).success();
        assert!(state(clone, "published/origin").contains(&said.line()));
    }
    let count = clones.len() + 1;
    for clone in &clones {
        clone.audit(["sync"]).success();
        assert_eq!(sorted(&ledger(clone)).len(), count);
        assert_eq!(sorted(&ledger(clone)), sorted(&published(&server)));
    }
    server.git(["fsck", "--strict"]);
}

#[test]
fn sha256_and_reftable_take_part() {
    let world = World::new();
    let mut servers = vec![world.init("sha256.git").bare().sha256().create()];
    if require_git(2, 45) {
        servers.push(world.init("reftable.git").bare().reftable().create());
    }
    for server in servers {
        server.commit("Begin").file("a", "a").create();
        let name = server.path.file_stem().unwrap().to_string_lossy().into_owned();
        let format = if name == "reftable" { vec!["--ref-format=reftable"] } else { vec![] };
        let clones =
            ["ana", "bruno"].map(|who| server.clone_to(&format!("{name}-{who}"), format.clone()));
        for clone in &clones {
            note(clone, "mine");
            clone.audit(["sync"]).success();
        }
        clones[0].audit(["sync"]).success();
        assert_eq!(sorted(&ledger(&clones[0])), sorted(&ledger(&clones[1])));
        server.update_ref(REF, &format!("{}~1", server.id(REF)));
        clones[1].audit(["sync"]).code(1);
    }
}

#[test]
fn other_references_and_remotes_can_be_configured() {
    let world = World::new();
    let (server, ana) = server_and_clone(&world);
    let separate = world.init("pay-ledger.git").bare().create();
    ana.config("audit.ref", "refs/heads/audit-ledger");
    ana.config("audit.remote", &separate.path);
    note(&ana, "one");
    ana.audit(["sync"]).success();
    assert!(!separate.id("refs/heads/audit-ledger").is_empty());
    assert_eq!(server.git(["for-each-ref", "refs/audit/"]), "");
    for bad in ["audit/ledger", "refs/a..b", "refs/a b", "refs/heads/.x"] {
        ana.config("audit.ref", bad);
        assert!(ana.audit(["sync"]).code(2).stderr.contains("audit.ref"), "{bad}");
    }
    ana.config("audit.ref", REF);
    for bad in ["--upload-pack=touch x", ""] {
        ana.audit(["sync", "--", bad]).code(2);
    }
    let alone = world.init("alone").create();
    assert!(alone.audit(["sync"]).code(2).stderr.contains("git remote add"));
}

#[test]
fn a_hook_can_sync_and_a_server_in_the_middle_of_a_push_can_not() {
    let world = World::new();
    let (_server, ana) = server_and_clone(&world);
    let other = world.init("other").create();
    note(&ana, "one");
    let mut command = ana.audit_command();
    command.env("GIT_INDEX_FILE", "/nowhere").env("GIT_DIR", ana.path.join(".git"));
    command.env("GIT_WORK_TREE", &ana.path).env("GIT_PREFIX", "");
    Output::of(command.arg("sync")).success();
    assert_eq!(other.git(["for-each-ref"]), "");
    let mut command = ana.audit_command();
    let said = Output::of(command.env("GIT_QUARANTINE_PATH", "/q").arg("sync")).code(2);
    assert!(said.stderr.contains("post-receive"), "{}", said.stderr);
}

#[test]
fn without_a_network_a_record_is_kept_and_published_once_later() {
    let world = World::new();
    let (server, ana) = server_and_clone(&world);
    let url = ana.git(["remote", "get-url", "origin"]);
    ana.git(["remote", "set-url", "origin", "http://127.0.0.1:9/nothing.git"]);
    let begin = std::time::Instant::now();
    let record = ["record", "note", "--why", "x", "--sync"];
    let said = Output::of(ana.audit_command().args(record).env("CI", "true")).code(2);
    assert!(begin.elapsed().as_secs() < 5);
    assert_eq!(said.stdout, "");
    let line = ledger(&ana);
    assert!(said.stderr.contains(line.trim_end()), "{}", said.stderr);
    let id = audit::ledger::Id::of(line.as_bytes()).to_string();
    assert!(
        said.stderr.contains(&format!("recorded as {id} in this clone, not published")),
        "{}",
        said.stderr
    );
    assert!(said.stderr.contains("audit sync"), "{}", said.stderr);
    let said = ana.audit(["record", "note", "--why", "y", "--sync=later"]).success();
    assert_eq!(said.line().len(), 64);
    assert!(said.stderr.contains("not published yet"), "{}", said.stderr);
    ana.git(["remote", "set-url", "origin", &url]);
    ana.audit(["sync"]).success();
    ana.audit(["sync"]).success();
    assert_eq!(published(&server), ledger(&ana));

    // With the network it is published before the id is printed.
    let id = ana.audit(["record", "note", "--why", "z", "--sync"]).success().line();
    assert!(state(&ana, "published/origin").contains(&id));
    ana.config("audit.autoSync", "true");
    let id = note(&ana, "by itself");
    assert!(state(&ana, "published/origin").contains(&id));
    let id = ana.audit(["record", "note", "--why", "not this one", "--no-sync"]).success().line();
    assert!(!state(&ana, "published/origin").contains(&id));
    let said = ana.audit(["run", "--kind", "build", "--", "true"]).success();
    assert!(said.stderr.contains("published to origin"), "{}", said.stderr);
}

#[test]
fn lines_of_a_clone_that_is_gone_can_be_carried_by_anybody() {
    let world = World::new();
    let (server, ana) = server_and_clone(&world);
    let bruno = server.clone_to("bruno", []);
    let id = note(&ana, "one");
    note(&ana, "two");
    std::fs::write(world.root().join("lines"), ledger(&ana).trim_end()).unwrap();
    let said = bruno.audit(["ledger", "add", "../lines"]).success();
    assert_eq!(said.lines()[0], id);
    assert!(said.stderr.contains("2 added, 0 there already"), "{}", said.stderr);
    assert!(
        bruno.audit(["ledger", "add", "../lines"]).success().stderr.contains("0 added, 2 there")
    );
    assert_eq!(ledger(&bruno), ledger(&ana));
    let carol = server.clone_to("carol", []);
    let second = ledger(&ana).split_inclusive('\n').nth(1).unwrap().to_owned();
    let mut command = carol.audit_command();
    command.args(["ledger", "add", "-"]);
    let refused = feed_any(&mut command, second.as_bytes());
    assert_eq!((refused.code, ledger(&carol)), (Some(2), String::new()), "{}", refused.stderr);
    assert!(refused.stderr.contains("audit sync"), "{}", refused.stderr);
}

/// As `feed`, whatever the exit code.
fn feed_any(command: &mut std::process::Command, input: &[u8]) -> Output {
    use std::io::Write;
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    Output::from("audit".into(), child.wait_with_output().unwrap())
}

/// Several writers at once; eight times 25 records with `AUDIT_TESTS_LONG`.
#[test]
fn writers_at_once_lose_nothing_and_agree_on_one_order() {
    let long = std::env::var_os("AUDIT_TESTS_LONG").is_some();
    let (writers, each) = if long { (8, 25) } else { (4, 3) };
    let world = World::new();
    let (server, ana) = server_and_clone(&world);
    server.config("uploadpack.allowFilter", "true");
    let mut clones = vec![ana];
    for number in 1..writers {
        let options: &[&str] = match number % 4 {
            1 => &["--depth=1"],
            2 => &["--filter=blob:none"],
            _ => &[],
        };
        clones.push(match number % 4 {
            3 => clones[0].worktree(&format!("tree-{number}")),
            _ => server.clone_to(&format!("klon {number} ä"), options.iter().copied()),
        });
    }
    note(&clones[0], "the first one names the ledger");
    clones[0].audit(["sync"]).success();
    let begin = std::time::Instant::now();
    let running: Vec<_> = clones
        .iter()
        .map(|clone| {
            let program = env!("CARGO_BIN_EXE_audit");
            let script = format!(
                "for n in $(seq {each}); do '{program}' record note --why \"record $n\" --sync 2>>err.txt || echo FAILED; done"
            );
            let mut command = world.command("sh");
            command.current_dir(&clone.path).args(["-c", &script]);
            command.stdout(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut ids = Vec::new();
    for child in running {
        let output = child.wait_with_output().unwrap();
        ids.extend(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned));
    }
    let seconds = begin.elapsed().as_secs_f64();
    let told = format!(
        "
{writers} writers of {each} records each: {seconds:.1} seconds
"
    );
    let _ = std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes());
    assert!(seconds < 240.0, "{seconds}");
    assert_eq!(ids.len(), writers * each, "{ids:?}");
    assert!(!ids.iter().any(|id| id == "FAILED"), "{ids:?}");
    let text = published(&server);
    let lines: Vec<String> = text
        .split_inclusive('\n')
        .map(|line| audit::ledger::Id::of(line.as_bytes()).to_string())
        .collect();
    assert_eq!(lines.len(), writers * each + 1, "once each");
    assert!(ids.iter().all(|id| lines.contains(id)));
    for clone in &clones {
        clone.audit(["sync"]).success();
        assert_eq!(sorted(&ledger(clone)), sorted(&text));
        assert_eq!(state(clone, "published/origin").lines().collect::<Vec<_>>(), lines);
    }
    server.git(["fsck", "--strict"]);
    server.git(["rev-list", "--min-parents=2", "--count", REF]);
    assert_eq!(server.git(["rev-list", "--min-parents=2", "--count", REF]), "0");
}

#[test]
fn what_nobody_else_has_is_told_everywhere() {
    let world = World::new();
    let (server, ana) = server_and_clone(&world);
    let deploy = |why: &str| {
        let args =
            ["record", "deploy", "--env", "production", "--outcome", "success", "--why", why];
        ana.audit(args).success().line()
    };
    let first = deploy("one");
    let status = || ana.audit(["status", "--format", "json"]).success().json()["shared"].clone();
    let shown = |id: &str| ana.audit(["show", id]).success().stdout;
    assert_eq!(status(), serde_json::json!({"unpublished": null, "remotes": []}));
    assert!(ana.audit(["ledger"]).success().stdout.contains("never synced"));
    assert!(shown(&first).contains("published: unknown (never synced)"));
    ana.audit(["sync"]).success();
    let second = deploy("two");
    assert_eq!(status()["unpublished"], 1);
    let said = ana.audit(["status"]).success();
    assert!(said.stderr.contains("1 record is in this clone alone: audit sync"), "{}", said.stderr);
    let said = ana.audit(["ledger"]).success().stdout;
    assert!(
        said.contains("in this clone alone") && said.contains("origin: 1 record, last sync"),
        "{said}"
    );
    assert!(shown(&first).contains("published as: 1 of 1 in origin on 2026"), "{}", shown(&first));
    assert!(shown(&second).contains("published: not yet: audit sync"), "{}", shown(&second));

    // As a rule, for one environment alone.
    let policy =
        "[environments.production]\nrules = { ledger-published = \"deny\" }\n[environments.test]\n";
    let trust = world.root().join("trust");
    std::fs::create_dir(&trust).unwrap();
    std::fs::write(trust.join("policy.toml"), policy).unwrap();
    let verify = || ana.audit(["verify", "--ledger", "--trust", "../trust", "--format", "json"]);
    let found = |output: &Output, rule: &str| {
        output.json()["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["rule"] == rule)
            .count()
    };
    let said = verify().code(1);
    assert_eq!(found(&said, "ledger-published"), 1, "{}", said.stdout);
    assert_eq!(said.json()["ledger"]["shared"]["unpublished"], 1);
    ana.audit(["sync"]).success();
    assert_eq!(found(&verify(), "ledger-published"), 0);

    // What the remote did stays said until it is put right.
    let good = server.id(REF);
    server.git(["update-ref", "-d", REF]);
    ana.audit(["sync"]).code(1);
    let said = ana.audit(["status"]).success();
    assert!(said.stderr.contains("gone: "), "{}", said.stderr);
    assert_eq!(found(&verify().code(1), "checkpoint-holds"), 1);
    assert!(ana.audit(["ledger"]).success().stdout.contains("(gone)"));
    server.update_ref(REF, &good);
    ana.audit(["sync"]).success();
    assert_eq!(found(&verify(), "checkpoint-holds"), 0);
}

#[test]
fn a_checkpoint_in_a_signed_tag_is_held_against_the_list() {
    let world = World::new();
    let (_server, ana) = server_and_clone(&world);
    let key = world.ssh_key("ana");
    ana.config("gpg.ssh.allowedSignersFile", world.allowed_signers(&[&key]));
    note(&ana, "one");
    ana.audit(["sync"]).success();
    let trailer = ana.audit(["checkpoint", "--trailer"]).success().line();
    let tag = |name: &str, trailer: &str| {
        ana.tag(name).message(&format!("Release\n\n{trailer}\n")).sign(&key).create();
    };
    let verify = || {
        let json = ana.audit(["verify", "--all", "--format", "json"]).json();
        let rules = json["rules"].as_array().unwrap().clone();
        let rule = rules.into_iter().find(|rule| rule["id"] == "checkpoint-holds").unwrap();
        ["holds", "fails", "unknown"].map(|word| rule[word].as_u64().unwrap())
    };
    tag("v1", &trailer);
    assert_eq!(verify(), [1, 0, 0]);
    tag("v2", &trailer.replace(": 1 ", ": 9 "));
    assert_eq!(verify(), [1, 0, 1]);
    tag("v2", &trailer.replace(": 1 ", ": 1 A").replace("A=", "="));
    tag("v3", "Audit-Checkpoint: 1 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    assert_eq!(verify()[0], 1);
    assert!(verify()[1] >= 1);
    // Without a signature it is a claim that anybody can write.
    ana.tag("v4").message("Release\n\nAudit-Checkpoint: nonsense\n").create();
    assert!(verify()[1] <= 2);
}

#[test]
fn a_job_with_part_of_the_history_publishes_with_the_end_of_the_list_alone() {
    let world = World::new();
    let server = world.init("server.git").bare().create();
    let policy = "ledger = { name = \"example.com/acme/pay\" }\n";
    server.commit("Begin").file(".audit/policy.toml", policy).create();
    let ana = server.clone_to("ana", []);
    server.config("uploadpack.allowFilter", "true");
    for number in 0..256 {
        note(&ana, &format!("record {number}"));
    }
    ana.audit(["sync"]).success();
    let newest = ledger(&ana)
        .split_inclusive('\n')
        .next_back()
        .map(|line| audit::ledger::Id::of(line.as_bytes()));
    for (name, options) in
        [("shallow", ["--depth=1", "--no-tags"]), ("partial", ["--filter=blob:none", "--no-tags"])]
    {
        let job = server.clone_to(name, options);
        let record = |why: &str| {
            let mut command = job.audit_command();
            command.env("CI", "true").args(["record", "note", "--why", why, "--sync"]);
            Output::of(&mut command)
        };
        let said = record("from a job").success();
        assert!(said.stderr.contains("published; the list has"), "{}", said.stderr);
        assert_eq!(ledger(&job), "", "the ledger itself was not fetched");
        let id = record("again").success().line();
        let line =
            published(&server).lines().find(|line| line.contains("from a job")).unwrap().to_owned();
        if name == "shallow" {
            assert!(line.contains(&newest.unwrap().to_string()), "it builds on the newest: {line}");
        }
        // Offline the record is kept here, and the next full sync publishes it.
        let url = job.git(["remote", "get-url", "origin"]);
        job.git(["remote", "set-url", "origin", "http://127.0.0.1:9/nothing.git"]);
        record("offline").code(2);
        job.git(["remote", "set-url", "origin", &url]);
        job.audit(["sync"]).success();
        assert!(ledger(&job).contains(&id[..10]) || published(&server).contains("offline"));
        assert_eq!(sorted(&ledger(&job)), sorted(&published(&server)));
    }
    ana.audit(["sync"]).success();
    assert_eq!(ledger(&ana).lines().count(), 256 + 6);
    assert_eq!(sorted(&ledger(&ana)), sorted(&published(&server)));
    let said = ana.audit(["verify", "--ledger"]);
    assert_eq!(said.code, Some(0), "{}{}", said.stdout, said.stderr);
    server.git(["fsck", "--strict"]);
}

#[test]
fn a_server_with_a_hook_refuses_what_clients_would_refuse() {
    for hook in ["pre-receive", "update"] {
        let world = World::new();
        let (server, ana) = server_and_clone(&world);
        note(&ana, "one");
        ana.audit(["sync"]).success();
        server.audit(["hook", "install", hook]).success();
        let path = format!(
            "{}:{}",
            Path::new(env!("CARGO_BIN_EXE_audit")).parent().unwrap().display(),
            std::env::var("PATH").unwrap()
        );
        // Git runs the server's hook with the client's environment here.
        let sync =
            |repo: &Repo<'_>| Output::of(repo.audit_command().env("PATH", &path).arg("sync"));
        note(&ana, "two");
        sync(&ana).success();
        note(&ana, "three");
        sync(&ana).success();
        let good = server.id(REF);
        let push = |args: &[&str]| {
            Output::of(
                ana.git_command().env("PATH", &path).args(["push", "--no-verify"]).args(args),
            )
        };
        let refused = |said: Output, why: &str| {
            assert_eq!(said.code, Some(1), "{hook}: {}", said.stderr);
            assert!(
                said.stderr.contains("audit: refused") && said.stderr.contains(why),
                "{hook}: {}",
                said.stderr
            );
            assert_eq!(server.id(REF), good, "{hook}");
        };
        refused(push(&["origin", &format!(":{REF}")]), "would delete the published ledger");
        refused(push(&["--mirror", "origin"]), "would delete the published ledger");
        refused(
            push(&["--force", "origin", &format!("{good}~1:{REF}")]),
            "would take away or change record 3 of 3",
        );
        refused(push(&["--force", "origin", &format!("main:{REF}")]), "the tree holds 'pay.rs'");
        let forged = Forged::of(&server);
        let forged = Forged {
            lines: vec![
                forged.lines[0].clone(),
                forged.lines[1].clone(),
                forged.lines[2].replace("three", "drei!"),
            ],
            ..forged
        };
        forged.consistent().put(&server, Some(&good));
        let bad = server.id(REF);
        server.update_ref(REF, &good);
        ana.git(["fetch", "-q", "origin", &bad]);
        refused(
            push(&["origin", &format!("{bad}:{REF}")]),
            "would take away or change record 3 of 3",
        );
        // Code is judged as ever, and the list grows.
        ana.commit("More").file("more.rs", "more").create();
        push(&["-q", "origin", "main"]).success();
        note(&ana, "four");
        sync(&ana).success();
        assert_eq!(published(&server).lines().count(), 4);
        // A client's own hook sees a deletion before it leaves.
        ana.audit(["hook", "install"]).success();
        let said =
            Output::of(ana.git_command().env("PATH", &path).args(["push", "--mirror", "origin"]))
                .code(1);
        assert!(said.stderr.contains("would delete the published ledger"), "{}", said.stderr);
    }
}
