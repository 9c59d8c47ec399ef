//! Ranges over any history: small random graphs with clocks that run backwards, random revisions to start
//! from and to leave out, in every order, held against `git rev-list`, with and without a commit-graph.
//!
//! `ranges.rs` asks one large history every question that the command line can put; here the walk alone
//! answers few questions about many histories, and a difference shrinks to the smallest that shows it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Repo, World, feed};
use audit::git::graph::Commits;
use audit::git::graph::contains::{Containing, Contains};
use audit::git::walk::{Order, Plan, Tip, Walk};
use audit::git::{Oid, Repository};
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

/// A commit: seconds since the one before it, and its parents among the earlier ones.
type Commit = (i64, Vec<Index>);

/// Where to start and what to leave out, how to sort, and whether to follow first parents only.
#[derive(Debug, Clone)]
struct Query {
    tips: Vec<(Index, bool)>,
    order: usize,
    first_parent: bool,
}

const ORDERS: [(Order, &[&str]); 4] = [
    (Order::Walk, &[]),
    (Order::Topological, &["--topo-order"]),
    (Order::CommitterDate, &["--date-order"]),
    (Order::AuthorDate, &["--author-date-order"]),
];

fn history() -> impl Strategy<Value = Vec<Commit>> {
    let seconds = prop_oneof![
        4 => 1..600_i64,
        3 => Just(0_i64),
        2 => -700_000..0_i64,
        1 => 100_000..900_000_i64,
    ];
    let parents = prop_oneof![
        1 => prop::collection::vec(any::<Index>(), 0..1),
        6 => prop::collection::vec(any::<Index>(), 1..2),
        4 => prop::collection::vec(any::<Index>(), 2..5),
    ];
    prop::collection::vec((seconds, parents), 1..28)
}

fn queries() -> impl Strategy<Value = Vec<Query>> {
    let tips = prop::collection::vec((any::<Index>(), prop::bool::weighted(0.4)), 1..6);
    let query = (tips, 0..ORDERS.len(), any::<bool>())
        .prop_map(|(tips, order, first_parent)| Query { tips, order, first_parent });
    prop::collection::vec(query, 8)
}

/// Writes the history into a new repository; the ids in the order of the commits. Parents are near: an
/// index counts back from the commit, at most eight.
fn write(repo: &Repo<'_>, history: &[Commit]) -> Vec<Oid> {
    let mut stream = String::new();
    let mut time = 1_700_000_000_i64;
    for (number, (seconds, parents)) in history.iter().enumerate() {
        time += seconds;
        let author = time + seconds % 1_000;
        let _ = write!(
            stream,
            "reset refs/heads/b{number}\n\ncommit refs/heads/b{number}\nmark :{}\nauthor A <a@x> {author} +0000\n\
             committer C <c@x> {time} +0000\ndata 0\n\n",
            number + 1
        );
        let mut seen = HashSet::new();
        for parent in parents.iter().filter(|_| number > 0) {
            let parent = number - parent.index(number.min(8));
            if seen.insert(parent) {
                let _ = writeln!(
                    stream,
                    "{} :{parent}",
                    if seen.len() == 1 { "from" } else { "merge" }
                );
            }
        }
        let _ = writeln!(stream, "M 644 inline n\ndata <<.\n{number}\n.\n");
    }
    let marks = repo.path.join("marks");
    let mut command = repo.git_command();
    command.args([
        "fast-import",
        "--quiet",
        "--date-format=raw-permissive",
        "--export-marks=marks",
    ]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{stream}");
    let marks = std::fs::read_to_string(marks).unwrap();
    let mut ids: Vec<(usize, Oid)> = marks
        .lines()
        .map(|line| {
            let (mark, id) = line[1..].split_once(' ').unwrap();
            (mark.parse().unwrap(), id.parse().unwrap())
        })
        .collect();
    ids.sort();
    ids.into_iter().map(|(_, id)| id).collect()
}

fn ours(repo: &Repository, graph: bool, query: &Query, ids: &[Oid]) -> Vec<String> {
    let tips = query
        .tips
        .iter()
        .map(|(tip, exclude)| Tip { oid: *tip.get(ids), exclude: *exclude })
        .collect();
    let plan = Plan {
        tips,
        order: ORDERS[query.order].0,
        first_parent: query.first_parent,
        ..Plan::default()
    };
    let commits = if graph { Commits::new(repo) } else { Commits::without_graph(repo) };
    assert_eq!(commits.has_graph(), graph);
    Walk::new(commits, plan).unwrap().map(|commit| commit.unwrap().oid.to_string()).collect()
}

/// Without the commit-graph, with which git itself sorts some histories otherwise.
fn gits(repo: &Repo<'_>, query: &Query, ids: &[Oid]) -> Vec<String> {
    let mut args =
        vec!["-c".to_owned(), "core.commitGraph=false".to_owned(), "rev-list".to_owned()];
    args.extend(ORDERS[query.order].1.iter().map(|&flag| flag.to_owned()));
    if query.first_parent {
        args.push("--first-parent".to_owned());
    }
    for (tip, exclude) in &query.tips {
        args.push(format!("{}{}", if *exclude { "^" } else { "" }, tip.get(ids)));
    }
    repo.git(args).lines().map(str::to_owned).collect()
}

/// For each commit those that it has in its history, itself among them, by their numbers. Behind what `ends` there is
/// nothing.
fn histories(repo: &Repo<'_>, ids: &[Oid], ends: &[Oid]) -> Vec<HashSet<usize>> {
    let number = |id: &str| ids.iter().position(|oid| oid.to_string() == id).unwrap();
    let log = repo.git(["-c", "core.commitGraph=false", "log", "--all", "--format=%H %P"]);
    let mut parents = vec![Vec::new(); ids.len()];
    for line in log.lines() {
        let mut words = line.split_whitespace().map(number);
        let commit = words.next().unwrap();
        if !ends.contains(&ids[commit]) {
            parents[commit] = words.collect();
        }
    }
    let mut histories: Vec<HashSet<usize>> = Vec::new();
    // Parents come before their children.
    for (commit, parents) in parents.iter().enumerate() {
        let behind = parents.iter().flat_map(|&parent| histories[parent].iter().copied());
        histories.push(behind.chain([commit]).collect());
    }
    histories
}

/// Whether each of the commits contains the wanted one, asked in this order.
fn answers(repo: &Repository, ids: &[Oid], wanted: usize, order: &[usize]) -> Vec<Contains> {
    let commits = Commits::new(repo);
    let mut containing = Containing::new(&commits, ids[wanted]);
    let mut answers = vec![Contains::Unknown; ids.len()];
    for &tip in order {
        answers[tip] = containing.ask(ids[tip]).unwrap();
    }
    answers
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_range_of_any_history_is_the_one_that_git_lists(
        (history, queries) in (history(), queries())
    ) {
        let world = World::new();
        let repo = world.repo();
        let ids = write(&repo, &history);
        let expected: Vec<_> = queries.iter().map(|query| gits(&repo, query, &ids)).collect();
        for graph in [false, true] {
            if graph {
                repo.git(["commit-graph", "write", "--reachable"]);
            }
            let opened = Repository::open(&repo.path).unwrap();
            for (query, expected) in queries.iter().zip(&expected) {
                prop_assert_eq!(&ours(&opened, graph, query, &ids), expected, "{:?} graph {}", query, graph);
            }
        }
    }

    #[test]
    fn any_commit_contains_what_git_lists_behind_it(history in history(), split in any::<Index>()) {
        let world = World::new();
        let repo = world.repo();
        let ids = write(&repo, &history);
        let order: Vec<usize> = (0..ids.len()).collect();
        let histories = histories(&repo, &ids, &[]);
        // Without a commit-graph, with one of the first commits only, and with one of all.
        for graphed in [0, split.index(ids.len()), ids.len()] {
            if graphed > 0 {
                let of: Vec<String> = ids[..graphed].iter().map(|id| format!("{id}\n")).collect();
                let mut command = repo.git_command();
                command.args(["commit-graph", "write", "--stdin-commits"]);
                feed(&mut command, of.concat().as_bytes()).success();
            }
            let opened = Repository::open(&repo.path).unwrap();
            for wanted in 0..ids.len() {
                for (tip, &answer) in answers(&opened, &ids, wanted, &order).iter().enumerate() {
                    let expected = if histories[tip].contains(&wanted) { Contains::Yes } else { Contains::No };
                    prop_assert_eq!(answer, expected, "{} in {}, {} in the graph", wanted, tip, graphed);
                }
            }
        }
    }

    #[test]
    fn where_history_ends_early_no_answer_depends_on_what_was_asked_before(
        history in history(),
        ends in prop::collection::vec(any::<Index>(), 1..4),
    ) {
        let world = World::new();
        let repo = world.repo();
        let ids = write(&repo, &history);
        let ends: Vec<Oid> = ends.iter().map(|end| *end.get(&ids)).collect();
        let whole = histories(&repo, &ids, &[]);
        let seen = histories(&repo, &ids, &ends);
        let shallow: Vec<String> = ends.iter().map(|id| format!("{id}\n")).collect();
        std::fs::write(repo.path.join(".git/shallow"), shallow.concat()).unwrap();
        let opened = Repository::open(&repo.path).unwrap();
        let order: Vec<usize> = (0..ids.len()).collect();
        let back: Vec<usize> = order.iter().rev().copied().collect();
        for wanted in 0..ids.len() {
            let found = answers(&opened, &ids, wanted, &order);
            prop_assert_eq!(&found, &answers(&opened, &ids, wanted, &back));
            for (tip, &answer) in found.iter().enumerate() {
                let ended = seen[tip].iter().any(|&behind| ends.contains(&ids[behind]));
                match answer {
                    Contains::Yes => prop_assert!(seen[tip].contains(&wanted)),
                    Contains::No => prop_assert!(!whole[tip].contains(&wanted)),
                    Contains::Unknown => prop_assert!(ended && !seen[tip].contains(&wanted)),
                }
            }
        }
    }
}
