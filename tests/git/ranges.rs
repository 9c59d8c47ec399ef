//! The same commits in the same order as `git log`, for every range, filter and order, on a history
//! as messy as they come: branches, octopuses, criss-crosses, clocks that run backwards, equal dates,
//! several roots.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Output, Repo, World};
use audit::git::Repository;
use audit::git::graph::Commits;
use audit::git::graph::beyond::beyond;
use audit::git::graph::contains::{Containing, Contains};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

/// How many commits the history has.
const COMMITS: usize = 240;

/// Numbers that look random and are the same everywhere (a linear congruential generator).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

const PEOPLE: [(&str, &str); 5] = [
    ("Ana Silva", "ana@example.com"),
    ("Bruno Costa", "bruno@example.com"),
    ("Zoë (ops) Ünal", "zoe+ops@example.com"),
    ("Chen.Li", "chen@example.org"),
    ("", "noreply@forge.example"),
];

const WORDS: [&str; 8] = ["Retry", "card", "CAPTURE", "a+b", "(x)", "price: 10$", "über", "fix.me"];

const FILES: [&str; 10] = [
    "README",
    "src/pay.rs",
    "src/Pay.rs",
    "src/deep/one.c",
    "src/deep/two.h",
    "docs/a b.md",
    "docs/[x].md",
    "config/app.toml",
    "x*y",
    "lib/pay.rs",
];

/// The history, as `git fast-import` reads it.
fn stream() -> String {
    let mut dice = Dice(7);
    let mut out = String::new();
    let mut time = 1_700_000_000_i64;
    for n in 1..=COMMITS {
        // A quarter at the same second, some hours or months back, some ahead.
        time += match dice.below(12) {
            0..=2 => 0,
            3 => -7_200,
            4 if n % 3 == 0 => -5_000_000,
            5 => 40_000,
            _ => 600,
        };
        let author_time = match dice.below(4) {
            0 => time - 86_400 * dice.below(40) as i64,
            1 => time + 3_600 * dice.below(5) as i64,
            _ => time,
        };
        let author = PEOPLE[dice.below(PEOPLE.len())];
        let committer = PEOPLE[dice.below(PEOPLE.len())];
        let message = format!(
            "{} {}\n\n{} {}\nTicket: PAY-{n}\n",
            WORDS[dice.below(WORDS.len())],
            WORDS[dice.below(WORDS.len())],
            WORDS[dice.below(WORDS.len())],
            WORDS[dice.below(WORDS.len())],
        );
        let _ = write!(
            out,
            "commit refs/heads/work\nmark :{n}\nauthor {} <{}> {author_time} +0{}00\n\
             committer {} <{}> {time} -0{}30\ndata {}\n{message}\n",
            author.0,
            author.1,
            dice.below(10),
            committer.0,
            committer.1,
            dice.below(10),
            message.len(),
        );
        let root = n == 1 || matches!(n, 40 | 111);
        if root {
            // A commit without a parent on a branch that has none left.
            out = out.replacen(
                &format!("commit refs/heads/work\nmark :{n}\n"),
                &format!("reset refs/heads/work\n\ncommit refs/heads/work\nmark :{n}\n"),
                1,
            );
        } else {
            let mut parents = vec![n - 1 - dice.below(6.min(n - 1))];
            let more = match dice.below(10) {
                0 | 1 => 1,
                2 if n > 10 => 1 + dice.below(4),
                _ => 0,
            };
            for _ in 0..more {
                let other = n - 1 - dice.below(25.min(n - 1));
                if !parents.contains(&other) {
                    parents.push(other);
                }
            }
            let _ = writeln!(out, "from :{}", parents[0]);
            for parent in &parents[1..] {
                let _ = writeln!(out, "merge :{parent}");
            }
        }
        for _ in 0..dice.below(3) {
            let file = FILES[dice.below(FILES.len())];
            if dice.below(8) == 0 {
                let _ = writeln!(out, "D {file}");
            } else {
                let text = format!("{}\n", dice.below(5));
                let _ = writeln!(out, "M 644 inline {file}\ndata {}\n{text}", text.len());
            }
        }
        let _ = writeln!(out);
    }
    for (name, mark) in [
        ("main", COMMITS),
        ("topic", 200),
        ("old", 60),
        ("side", 150),
        ("other-root", 118),
        ("near", COMMITS - 3),
        ("team/a", 70),
        ("team/deep/b", 90),
    ] {
        let _ = writeln!(out, "reset refs/heads/{name}\nfrom :{mark}\n");
    }
    let _ = writeln!(out, "reset refs/remotes/origin/side\nfrom :130\n");
    let _ = writeln!(out, "reset refs/remotes/fork/main\nfrom :95\n");
    let _ = writeln!(out, "reset refs/tags/v1\nfrom :90\n");
    let _ = writeln!(
        out,
        "tag v2\nfrom :170\ntagger Ana Silva <ana@example.com> 1700900000 +0000\ndata 7\nSecond\n"
    );
    // Two lines that merge each other twice: two best common ancestors.
    let _ = write!(out, "{}", criss_cross());
    out
}

fn criss_cross() -> String {
    let mut out = String::new();
    let mut mark = 1000;
    let mut commit = |branch: &str, time: i64, parents: &[usize]| {
        mark += 1;
        let _ = write!(
            out,
            "commit refs/heads/{branch}\nmark :{mark}\ncommitter C <c@example.com> {time} +0000\n\
             data 2\nx\n\nfrom :{}\n",
            parents[0]
        );
        for parent in &parents[1..] {
            let _ = writeln!(out, "merge :{parent}");
        }
        let _ = writeln!(out, "M 644 inline cross/{branch}\ndata 5\n{mark}\n\n");
        mark
    };
    let (a1, b1) =
        (commit("cross-a", 1_701_000_000, &[60]), commit("cross-b", 1_701_000_000, &[60]));
    let a2 = commit("cross-a", 1_701_000_100, &[a1, b1]);
    let b2 = commit("cross-b", 1_701_000_050, &[b1, a1]);
    commit("cross-a", 1_701_000_010, &[a2]);
    commit("cross-b", 1_701_000_300, &[b2]);
    out
}

fn build(world: &World) -> Repo<'_> {
    let repo = world.repo();
    let mut command = repo.git_command();
    command.args(["fast-import", "--quiet", "--force", "--date-format=raw-permissive"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stream().as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    repo.git(["reset", "-q", "--hard", "main"]);
    repo
}

/// Arguments that `git log` and `audit log` take alike.
#[rustfmt::skip]
const QUERIES: &[&[&str]] = &[
    // Where to start and what to leave out.
    &[], &["HEAD"], &["topic"], &["v1"], &["v2"], &["v2^{}"], &["HEAD~3"], &["HEAD^2"], &["main^^"],
    &["old..topic"], &["topic..old"], &["topic..main"], &["v1..v2"], &["..side"], &["side.."],
    &["main..main"], &["topic...side"], &["side...old"], &["other-root...main"], &["cross-a...cross-b"],
    &["cross-b...cross-a"], &["...topic"], &["^old", "topic"], &["topic", "^old", "^v1"],
    &["main", "cross-a", "cross-b"],
    &["old..topic", "v1..side"], &["--all"], &["--all", "^topic"], 
    &["^topic"], &["--not", "topic"], &["main", "--not", "topic"], &["--not", "old", "--branches"],
    &["--not", "^main", "topic"], &["main", "--not", "--branches=s*"], &["topic", "--not", "--all"],
    &["--branches"], &["--branches=cross-?"], &["--branches=cross"], &["--branches=nothing"],
    &["--branches=[ot]*"], &["--branches=*o*"], &["--branches={old,topic}"], &["--branches=team"],
    &["--branches=team/"], &["--branches=t*a"], &["--branches=nothing", "topic"],
    &["--tags"], &["--tags=v[2-9]"], &["--tags=v1"], &["^v1", "--tags"], &["--tags", "--not", "v2", "--branches=old*"],
    &["--remotes"], &["--remotes=origin"], &["--remotes=origin/side"], &["--remotes", "--not", "old"],
    &["--branches=old*", "--topo-order", "--", "src"], &["--not", "side", "--all"],
    &["HEAD^!"], &["topic^-2"], &["HEAD~2^2~1"], &["topic^{commit}"], &["main^{/card}~1..main"], &["topic^@"], &["topic^-"], &["main@{0}"], &[":/Retry"], &["main^{/card}"],
    // Shape.
    &["--first-parent"], &["--first-parent", "old..main"], &["--first-parent", "--all"],
    &["--merges"], &["--no-merges"], &["--merges", "old..main"], &["--no-merges", "--all"],
    &["--merges", "--first-parent"],
    // How much of it.
    &["-n", "7"], &["-5"], &["-n", "0"], &["--skip", "10"], &["--skip", "10", "-n", "5"],
    &["--skip=400"], &["--max-count=3", "--all"], &["--reverse"], &["--reverse", "-n", "9"],
    &["--reverse", "--skip", "3", "-n", "4"], &["--reverse", "v1..main"],
    &["--merges", "-n", "4"], &["--merges", "--skip", "2", "-n", "2"],
    // Orders.
    &["--topo-order"], &["--date-order"], &["--author-date-order"], &["--topo-order", "--all"],
    &["--date-order", "--all"], &["--author-date-order", "--all"], &["--topo-order", "old..main"],
    &["--date-order", "topic...side"], &["--author-date-order", "^v1", "--all"],
    &["--topo-order", "--reverse"], &["--topo-order", "--first-parent", "--all"],
    &["--date-order", "-n", "12"], &["--topo-order", "--merges"],
    &["--topo-order", "cross-a", "cross-b"],
    // Periods.
    &["--since=2023-11-16"], &["--until=2023-11-16"], &["--since=@1700050000"],
    &["--since=2023-11-15", "--until=2023-11-18"], &["--since-as-filter=2023-11-16"],
    &["--after=2023-11-15", "--all"], &["--before=2023-11-15", "--all"],
    &["--since=2023-11-16", "--reverse"], &["--since=2023-11-16", "old..main"],
    &["--since-as-filter=2023-11-16", "--topo-order", "--all"], &["--until=2023-11-16", "--date-order"],
    &["--since=2023-11-16", "--topo-order", "--all"], &["--since=2023-11-16", "--first-parent"],
    &["--since=2023-11-16 12:00 +0530"], &["--until=2023-11-16T00:00:00Z", "topic...side"],
    // People.
    &["--author=Ana"], &["--author=ana@example.com"], &["--author=silva", "-i"], &["--author=silva"],
    &["--author=^Ana"], &["--author=.com>$"], &["--author=Ana\\|Bruno"], &["--author=(ops)"],
    &["--author=Ana|Bruno", "-E"], &["--author=zoe+ops"], &["--author=zoe+ops", "-F"],
    &["--author=Chen.Li", "-F"], &["--author=Ana", "--author=Bruno"], &["--committer=Bruno"],
    &["--author=Ana", "--committer=Bruno"], &["--committer=forge", "--no-merges", "--all"],
    &["--author=ünal", "-i"], &["--author=^ <noreply"], &["--author=^$"], &["--author=[A-B]"],
    // Messages.
    &["--grep=Retry"], &["--grep=retry"], &["--grep=retry", "-i"], &["--grep=a+b"], &["--grep=a+b", "-E"],
    &["--grep=a+b", "-F"], &["--grep=a\\+b"], &["--grep=(x)"], &["--grep=(x)", "-E"], &["--grep=(x)", "-F"],
    &["--grep=10$"], &["--grep=^card"], &["--grep=^Ticket: PAY-1[0-9]*$"], &["--grep=fix.me"],
    &["--grep=fix.me", "-F"], &["--grep=Über", "-i"], &["--grep=Retry", "--grep=card"],
    &["--grep=Retry", "--grep=card", "--all-match"], &["--grep=Retry", "--invert-grep"],
    &["--grep=Retry", "--grep=card", "--invert-grep"], &["--grep=Retry", "--author=Ana"],
    &["--grep=Retry", "--invert-grep", "--author=Ana"],
    &["--grep=Retry", "--grep=card", "--all-match", "--author=Ana", "--author=Bruno"],
    &["--grep=\\(card\\|CAPTURE\\) a"], &["--grep=PAY-[[:digit:]]\\{2\\}$"], 
    &["--grep=e\\b"], &["--grep=\\bfix"], &["--grep=[.]"], &["--grep=[]x]"], &["--grep=[^[:alpha:] -]", "-E"],
    &["--grep=*", "-n", "3"], &["--grep=", "-n", "3"], &["--grep=\\w\\+\\W"], &["--grep=x{1}", "-E"], &["--grep=a{", "-F"],
    &["--grep=PAY-1\\?2"], &["--grep=^$", "-n", "3"], &["--grep=price: 10$"], &["--grep=10$$"],
    // Paths.
    &["--", "src"], &["--", "src/"], &["--", "README"], &["src/pay.rs"], &["main", "--", "docs"],
    &["--all", "--", "src/deep"], &["--", "src", "docs"], &["--", "*.rs"], &["--", ":(glob)*.rs"],
    &["--", ":(glob)**/*.rs"], &["--", "src/*.c"], &["--", ":(icase)SRC/PAY.RS"], &["--", ":!src"],
    &["--", "src", ":!src/deep"], &["--", ":(exclude)docs", "*.md"], &["--", "docs/[x].md"],
    &["--", ":(literal)x*y"], &["--", "x*y"], &["--", "src/{pay,Pay}.rs"], &["--", "docs/[x"], &["--", "src/[pP]ay.rs"],
    &["--", "src/p?y.rs"], &["--", "src/[!p]ay.rs"], &["--", "x\\*y"], &["--", "docs/[x].m"], &["*.md"], &["--", ":(top)src"], &["--", "docs/a b.md"],
    &["--", "nothing/here"], &["--", "src/pay"], &["--", "."], &["--first-parent", "--", "src"],
    &["--topo-order", "--", "src"], &["old..main", "--", "src"], &["topic...side", "--", "lib"],
    &["--reverse", "-n", "3", "--", "src"], &["--merges", "--", "src"], &["--no-merges", "--all", "--", "config"],
    &["--since=2023-11-16", "--", "src"], &["--author=Ana", "--", "src"], &["--date-order", "--all", "--", "lib", "x*y"],
    &["--all", "--", "cross"], &["^cross-a", "cross-b", "--", "cross"], &["--skip=2", "-n2", "--", "src"],
    // All at once.
    &["--all", "--topo-order", "--author=Ana", "--grep=card", "-i", "--no-merges", "-n", "6"],
    &["v1..main", "--date-order", "--since-as-filter=2023-11-15", "--committer=Ana", "--skip=1"],
];

#[test]
fn the_same_commits_in_the_same_order_as_git() {
    let world = World::new();
    let repo = build(&world);
    let plain = differences(&repo);
    repo.git(["commit-graph", "write", "--reachable", "--changed-paths"]);
    assert!(repo.path.join(".git/objects/info/commit-graph").exists());
    let mut with_graph = differences(&repo);
    // One that ends in the midst of history: half from the graph, half from objects.
    let half = repo.id("topic");
    repo.git(["update-ref", "-d", "refs/heads/work"]);
    std::fs::remove_file(repo.path.join(".git/objects/info/commit-graph")).unwrap();
    let mut command = repo.git_command();
    command.args(["commit-graph", "write", "--stdin-commits"]).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{half}").unwrap();
    assert!(child.wait().unwrap().success());
    with_graph.extend(differences(&repo));
    assert!(
        plain.is_empty() && with_graph.is_empty(),
        "without a commit-graph:\n{}\nwith one:\n{}",
        plain.join("\n"),
        with_graph.join("\n")
    );
}

#[test]
fn what_contains_what_is_told_as_by_git_with_and_without_a_commit_graph() {
    let world = World::new();
    let repo = build(&world);
    let listed = repo.git(["rev-list", "--all"]);
    let all: Vec<&str> = listed.lines().collect();
    let history = History::of(&repo);
    let mut dice = Dice(3);
    let (mut asked, mut exact) = (0, 0);
    for graph in [false, true] {
        if graph {
            repo.git(["commit-graph", "write", "--reachable"]);
        }
        let opened = Repository::open(&repo.path).unwrap();
        let oid = |id: &str| opened.hash().oid(id.as_bytes()).unwrap();
        let commits = Commits::new(&opened);
        assert_eq!(commits.has_graph(), graph);
        for _ in 0..40 {
            let mut draw = || all[dice.below(all.len())];
            let (base, tips) = (draw(), [draw(), draw(), draw()]);
            // Not `tips ^base`: git's own list is too long where clocks run backwards by months.
            let below = repo.git(["rev-list", base]);
            let below: Vec<&str> = below.lines().collect();
            let range = repo.git(["rev-list", tips[0], tips[1], tips[2]]);
            let beyond_it = range.lines().filter(|id| !below.contains(id));
            let mut expected: Vec<String> = beyond_it.map(str::to_owned).collect();
            expected.sort();
            let tip_ids = tips.map(oid);
            let found = beyond(&commits, &tip_ids, oid(base), 0).unwrap();
            let mut found: Vec<String> = found.iter().map(ToString::to_string).collect();
            found.sort();
            assert!(expected.iter().all(|id| found.contains(id)), "{tips:?} ^{base}");
            let since = history.0[base].0;
            let recent = beyond(&commits, &tip_ids, oid(base), since).unwrap();
            let mut recent: Vec<String> = recent.iter().map(ToString::to_string).collect();
            recent.retain(|id| !below.contains(&id.as_str()));
            recent.sort();
            let mut expected_recent = history.since(&tips, since);
            expected_recent.retain(|id| !below.contains(id));
            assert_eq!(recent, Vec::from_iter(expected_recent), "{tips:?} ^{base}");
            asked += 1;
            exact += usize::from(found == expected);
            // The clocks of this history go back now and then.
            found.retain(|id| !below.contains(&id.as_str()));
            assert_eq!(found, expected, "{tips:?} ^{base}");
            let mut containing = Containing::new(&commits, oid(base));
            for tip in tips {
                let ancestors = repo.git(["rev-list", tip]);
                let expected = ancestors.lines().any(|id| id == base);
                let found = containing.ask(oid(tip)).unwrap();
                assert_eq!(found == Contains::Yes, expected, "{tip} contains {base}");
                if expected {
                    let line = repo.git(["rev-list", "--first-parent", tip]);
                    let has = |id: &&str| repo.git(["rev-list", id]).lines().any(|one| one == base);
                    let brought = line.lines().take_while(has).last().unwrap().to_owned();
                    assert_eq!(containing.brought_by(oid(tip)).unwrap().by.to_string(), brought);
                }
            }
        }
    }
    assert!(exact * 4 > asked, "{exact} of {asked} hold no ancestor of the base");
}

/// Each commit's date and parents, as git tells them.
struct History(HashMap<String, (u64, Vec<String>)>);

impl History {
    fn of(repo: &Repo<'_>) -> History {
        let log = repo.git(["log", "--all", "--format=%ct %H %P"]);
        let commit = |line: &str| {
            let mut words = line.split(' ').map(str::to_owned);
            let date = words.next().unwrap().parse().unwrap();
            (words.next().unwrap(), (date, words.filter(|word| !word.is_empty()).collect()))
        };
        History(log.lines().map(commit).collect())
    }

    /// Whether a commit, or one up to so many steps behind it, is not older.
    fn leads_to_new(&self, id: &str, steps: usize, since: u64) -> bool {
        let (date, parents) = &self.0[id];
        *date >= since
            || steps > 0 && parents.iter().any(|id| self.leads_to_new(id, steps - 1, since))
    }

    /// What is reached from the tips through commits that are new, or lead to new ones in five steps.
    fn since<'h>(&'h self, tips: &[&'h str], since: u64) -> BTreeSet<&'h str> {
        let mut reached = BTreeSet::new();
        let mut open = tips.to_vec();
        while let Some(id) = open.pop() {
            if self.leads_to_new(id, 5, since) && reached.insert(id) {
                open.extend(self.0[id].1.iter().map(String::as_str));
            }
        }
        reached
    }
}

/// The queries that git and we answer differently.
fn differences(repo: &Repo<'_>) -> Vec<String> {
    let found = std::sync::Mutex::new(Vec::new());
    // The commands are made here: a world is not shared between threads.
    let commands: Vec<_> =
        QUERIES.iter().map(|query| (query, git(repo, query), ours(repo, query))).collect();
    let commands = std::sync::Mutex::new(commands.into_iter());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let next = commands.lock().unwrap().next();
                    let Some((query, mut git, mut ours)) = next else { return };
                    let expected = Output::of(&mut git);
                    let got = Output::of(&mut ours);
                    let ids = ids(&got.stdout);
                    let failed = expected.code != Some(0);
                    let differ = failed || got.code != Some(0) || ids != expected.lines();
                    if differ {
                        let first = ids.iter().zip(expected.lines()).position(|(a, b)| a != b);
                        found.lock().unwrap().push(format!(
                            "{query:?}: git {} commits ({:?}), audit {} ({:?}), first difference at {first:?} {}{}",
                            expected.lines().len(), expected.code, ids.len(), got.code, got.stderr, expected.stderr
                        ));
                    }
                }
            });
        }
    });
    found.into_inner().unwrap()
}

fn git(repo: &Repo<'_>, query: &[&str]) -> std::process::Command {
    let mut command = repo.git_command();
    // Without the commit-graph: with one, git itself sorts some histories otherwise
    // (`--topo-order --first-parent`). What a cache holds must not change an answer.
    command.args(["-c", "core.commitGraph=false", "log", "--format=%H"]).args(query);
    command
}

fn ours(repo: &Repo<'_>, query: &[&str]) -> std::process::Command {
    let mut command = repo.audit_command();
    command
        .args(["log", "--kind", "commit,merge", "--no-signatures", "--format", "jsonl"])
        .args(query);
    command
}

/// The ids of JSON lines, in their order.
fn ids(stdout: &str) -> Vec<String> {
    let id = |line| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        event["id"].as_str().unwrap().to_owned()
    };
    stdout.lines().map(id).collect()
}

/// What git can do and we can't is refused, never answered otherwise.
#[test]
fn what_is_not_understood_is_refused() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("One").create();
    for query in [
        &["main", "--not", "main", "--not", "main"][..],
        &["--grep=\\(a\\)\\1"],
        &["--since=releae"],
        &["no-such-branch"],
        &["main..no-such-branch"],
        &["--", "../outside"],
        &["--", ":(attr:x)y"],
        &["-n", "many"],
        &["--proof", "certain"],
        &["--kind", "comit"],
        &["main:README"],
    ] {
        let output = ours(&repo, query).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{query:?}");
        assert!(output.stdout.is_empty(), "{query:?}");
        assert!(output.stderr.starts_with(b"error: "), "{query:?}");
    }
}
