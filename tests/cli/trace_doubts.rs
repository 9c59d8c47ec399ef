//! What a trace must not be led astray by: commits that merely look like a copy, clocks that went wrong, a
//! commit-graph that somebody altered, records that name something else than a commit, history that ends
//! early.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::company::{BO, BOT, audit, record};
use crate::common::{Output, Repo, World};
use serde_json::Value;
use std::fs;

/// A repository with one commit, and a branch `feature` that is checked out.
fn with_feature(world: &World) -> Repo<'_> {
    let repo = world.repo();
    repo.commit("First").file("a", "1\n").create();
    repo.git(["checkout", "-q", "-b", "feature"]);
    repo
}

fn deploy(repo: &Repo<'_>, commit: &str, more: &[&str]) {
    let args = ["deploy", "--env", "production", "--outcome", "success", "--commit", commit];
    record(repo, BOT, &[&args, more].concat());
}

/// Picks `feature` onto the branch that is checked out, by hand: the same change by the same author.
fn pick(repo: &Repo<'_>) -> String {
    let author = repo.git(["log", "-1", "--format=@%at +0000", "feature"]);
    repo.commit("The change").author_date(author.trim()).file("f", "1\n").create()
}

/// What a trace of a commit comes to, its exit code checked, and how its first copy is known.
fn trace(repo: &Repo<'_>, commit: &str) -> (String, Option<String>) {
    let output = audit(repo, ["trace", commit, "--format", "json"]);
    let trace = &output.json()["traces"][0];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let verdict = text(&trace["verdict"]).unwrap();
    let code = match &*verdict {
        "runs" | "ran" => 0,
        "never" | "reverted" => 1,
        _ => 3,
    };
    assert_eq!(output.code, Some(code), "{}", output.stdout);
    (verdict, text(&trace["copies"][0]["how"]))
}

fn came_as(how: &str) -> (String, Option<String>) {
    ("runs".to_owned(), Some(how.to_owned()))
}

fn never() -> (String, Option<String>) {
    ("never".to_owned(), None)
}

#[test]
fn an_empty_commit_is_no_copy_of_another() {
    let world = World::new();
    let repo = with_feature(&world);
    repo.commit("Nothing").create();
    repo.checkout("main");
    let other = repo.commit("Nothing else").create();
    deploy(&repo, &other, &[]);
    assert_eq!(trace(&repo, "feature"), never());
}

#[test]
fn a_branch_that_took_its_change_back_is_in_no_empty_commit() {
    let world = World::new();
    let repo = with_feature(&world);
    let change = repo.commit("The change").file("f", "1\n").create();
    repo.commit("Take it back").remove("f").create();
    repo.checkout("main");
    let other = repo.commit("Nothing").create();
    deploy(&repo, &other, &[]);
    assert_eq!(trace(&repo, &change), never());
}

#[test]
fn a_squash_by_the_author_of_the_first_commit_is_found_from_each() {
    let world = World::new();
    let repo = with_feature(&world);
    let first = repo.commit("One").file("f", "1\n").create();
    let second = repo.commit("Two").file("g", "1\n").create();
    let author = repo.git(["log", "-1", "--format=@%at +0000", &first]);
    repo.checkout("main");
    repo.commit("Meanwhile").file("a", "2\n").create();
    let squash = repo.commit("One and two").author_date(author.trim());
    let squash = squash.file("f", "1\n").file("g", "1\n").create();
    deploy(&repo, &squash, &[]);
    for commit in [first, second] {
        assert_eq!(trace(&repo, &commit), came_as("squash"));
    }
}

#[test]
fn a_revert_that_quotes_where_its_change_was_picked_from_is_no_copy() {
    let world = World::new();
    let repo = with_feature(&world);
    let change = repo.commit("The change").file("f", "1\n").create();
    repo.checkout("main");
    let reverts = format!("This reverts commit {}.", repo.id("HEAD"));
    for quoted in ["> ", "| ", "    ", "See ", ""] {
        let line = format!("{quoted}(cherry picked from commit {change})");
        repo.commit(format!("Revert it\n\n{reverts}\n\n{line}\n")).file("a", quoted).create();
        deploy(&repo, "HEAD", &[]);
        assert_eq!(trace(&repo, "feature"), never(), "{quoted:?}");
    }
    // A revert that was picked from a revert is one all the same.
    repo.checkout("feature");
    repo.commit(format!("Revert it\n\nThis reverts commit {change}.\n")).remove("f").create();
    repo.checkout("main");
    let picked = format!("(cherry picked from commit {})", repo.id("feature"));
    repo.commit(format!("Revert it\n\n{reverts}\n\n{picked}\n")).file("a", "9\n").create();
    deploy(&repo, "HEAD", &[]);
    assert_eq!(trace(&repo, "feature"), came_as("cherry-pick"));
}

#[test]
fn a_merge_that_was_picked_brings_what_it_merged() {
    let world = World::new();
    let repo = with_feature(&world);
    let first = repo.commit("One\n\nPAY-88\n").file("f", "1\n").create();
    repo.commit("Two").file("g", "1\n").create();
    repo.checkout("main");
    repo.branch("rel", "main");
    let before = repo.commit("Meanwhile").file("a", "2\n").create();
    let merge = repo.commit("Merge pull request #12 from acme/feature").merge("feature").create();
    repo.git(["branch", "-q", "-D", "feature"]);
    repo.checkout("rel");
    repo.commit(format!("Backport\n\n(cherry picked from commit {merge})\n"))
        .file("f", "1\n")
        .file("g", "1\n")
        .create();
    deploy(&repo, "rel", &[]);
    for asked in [&*first, "PAY-88", "#12"] {
        assert_eq!(trace(&repo, asked), came_as("cherry-pick"), "{asked}");
    }
    // What was on the branch before came with something else.
    assert_eq!(trace(&repo, &before), never());
}

#[test]
fn white_space_makes_another_change() {
    let world = World::new();
    let repo = with_feature(&world);
    repo.commit("The change").file("f", "if late:\n    retry()\n").create();
    let author = repo.git(["log", "-1", "--format=@%at +0000", "feature"]);
    repo.checkout("main");
    repo.commit("Meanwhile").file("a", "2\n").create();
    let other = repo.commit("The change").author_date(author.trim());
    other.file("f", "if late:\nretry()\n").create();
    deploy(&repo, "HEAD", &[]);
    assert_eq!(trace(&repo, "feature"), never());
}

#[test]
fn a_branch_that_is_gone_may_have_been_squashed() {
    let world = World::new();
    let repo = with_feature(&world);
    let first = repo.commit("One").file("f", "1\n").create();
    repo.commit("Two").file("g", "1\n").create();
    repo.checkout("main");
    repo.git(["branch", "-q", "-D", "feature"]);
    deploy(&repo, "HEAD", &["--service", "before"]);
    assert_eq!(trace(&repo, &first), never());
    repo.commit("One and two").file("f", "1\n").file("g", "1\n").create();
    deploy(&repo, "HEAD", &[]);
    assert_eq!(trace(&repo, &first), ("unknown".to_owned(), None));
    let said = audit(&repo, ["trace", &first]).code(3).stdout;
    assert!(
        said.contains("Unknown: no deployment holds it, and no branch here holds it either"),
        "{said}"
    );
    repo.branch("feature", &first);
    assert_eq!(trace(&repo, &first), never());
}

#[test]
fn rendered_manifests_are_found_behind_plain_deployments() {
    let world = World::new();
    let repo = world.repo();
    let plain = repo.commit("One").file("a", "1\n").create();
    let inner = repo.commit("Two").file("a", "2\n").create();
    let code = repo.commit("Three").file("a", "3\n").create();
    repo.orphan("manifests");
    let trailer = format!("Render\n\nArgocd-reference-commit-sha: {code}\n");
    let manifests = repo.commit(trailer).file("m", "3\n").create();
    deploy(&repo, &manifests, &[]);
    deploy(&repo, &plain, &[]);
    repo.checkout("main");
    for commit in [&code, &inner] {
        assert_eq!(trace(&repo, commit).0, "ran");
    }
    assert_eq!(trace(&repo, &plain).0, "runs");
}

#[test]
fn a_deployment_of_nobody_knows_what_leaves_its_place_open() {
    let world = World::new();
    let repo = world.repo();
    let first = repo.commit("First").file("a", "1\n").create();
    let second = repo.commit("Second").file("a", "2\n").create();
    deploy(&repo, &first, &[]);
    assert_eq!(trace(&repo, &second).0, "never");
    append(&repo, "v1.0", "production");
    assert_eq!(trace(&repo, &second).0, "unknown");
    let said = audit(&repo, ["trace", &first]).code(0).stdout;
    assert!(said.contains(" or later "), "{said}");
    assert!(
        said.contains("It was in production; whether it runs in production now can't be told"),
        "{said}"
    );
    let json = audit(&repo, ["trace", &second, "--format", "json"]).json();
    assert_eq!(json["traces"][0]["doubts"][0], "unplaced-records");
}

#[test]
fn a_place_that_runs_what_is_not_here_is_open_and_not_left() {
    let world = World::new();
    let repo = world.repo();
    let first = repo.commit("First").file("a", "1\n").create();
    deploy(&repo, &first, &[]);
    append(&repo, &"1".repeat(40), "production");
    let args = ["deploy", "--env", "staging", "--outcome", "success", "--commit", &first];
    record(&repo, BOT, &args);
    let said = audit(&repo, ["trace", &first]).code(0).stdout;
    let sentence = said.lines().last().unwrap();
    assert!(
        sentence.starts_with("It runs in staging; whether it runs in production now can't be told"),
        "{said}"
    );
    let csv = audit(&repo, ["trace", &first, "--format", "csv"]).code(0);
    let mut rows = csv::Reader::from_reader(csv.stdout.as_bytes());
    let titles = rows.headers().unwrap().clone();
    let row = rows.records().next().unwrap().unwrap();
    let cell = |title: &str| &row[titles.iter().position(|known| known == title).unwrap()];
    assert_eq!((cell("env"), cell("until"), cell("runs")), ("production", "", "unknown"));
}

#[test]
fn a_clock_that_went_wrong_hides_no_copy() {
    // The committer dates of what stands on the copy.
    let strange = ["@1000 +0000", "@0 +0000", "@7258118400 +0000"];
    for dates in [&strange[..1], &strange[1..2], &strange[2..], &["@1000 +0000"; 5]] {
        let world = World::new();
        let repo = with_feature(&world);
        repo.commit("The change").file("f", "1\n").create();
        repo.checkout("main");
        repo.commit("Meanwhile").file("a", "2\n").create();
        pick(&repo);
        for (number, date) in dates.iter().enumerate() {
            repo.commit("Wrong clock").date(date).file("a", format!("w{number}\n")).create();
        }
        deploy(&repo, "HEAD", &[]);
        assert_eq!(trace(&repo, "feature"), came_as("patch"), "{dates:?}");
        repo.commit("Right clock").file("a", "4\n").create();
        deploy(&repo, "HEAD", &["--service", "api"]);
        for graph in [false, true] {
            if graph {
                repo.git(["commit-graph", "write", "--reachable"]);
            }
            assert_eq!(trace(&repo, "feature"), came_as("patch"), "{dates:?} {graph}");
        }
    }
}

#[test]
fn whoever_writes_or_deploys_with_a_wrong_clock_is_found_all_the_same() {
    // The author's clock is a year ahead, the committer's is not.
    let world = World::new();
    let repo = with_feature(&world);
    let ahead = format!("@{} +0000", world.now() + 365 * 24 * 3600);
    repo.commit("The change").author_date(&ahead).file("f", "1\n").create();
    repo.checkout("main");
    repo.commit("Meanwhile").file("a", "2\n").create();
    pick(&repo);
    deploy(&repo, "HEAD", &[]);
    assert_eq!(trace(&repo, "feature"), came_as("patch"));

    // The deployer's clock is a little behind.
    let world = World::new();
    let repo = with_feature(&world);
    let behind = format!("@{} +0000", world.now() - 10);
    repo.commit("The change").file("f", "1\n").create();
    repo.checkout("main");
    repo.commit("Meanwhile").file("a", "2\n").create();
    pick(&repo);
    deploy(&repo, "HEAD", &["--when", &behind]);
    assert_eq!(trace(&repo, "feature"), came_as("patch"));
}

#[test]
fn a_commit_of_the_22nd_century_is_found_where_git_misses_it() {
    let world = World::new();
    let repo = with_feature(&world);
    let before = repo.commit("Before").file("b", "1\n").create();
    let late = repo.commit("A date of 33 bits").date("@5000000000 +0000").file("f", "1\n").create();
    let now = format!("@{} +0000", world.now() - 7 * 24 * 3600);
    repo.commit("After it, by a clock that went back").date(&now).file("a", "2\n").create();
    repo.git(["tag", "v1"]);
    deploy(&repo, "v1", &[]);
    for graph in [false, true] {
        if graph {
            // git 2.47 gives the last commit a generation number that is too low, and its own search believes that.
            repo.git(["commit-graph", "write", "--reachable"]);
        } else {
            assert_eq!(repo.git(["tag", "--contains", &late]).trim(), "v1");
        }
        for commit in [&before, &late] {
            assert_eq!(trace(&repo, commit), ("runs".to_owned(), None), "{commit} {graph}");
        }
    }
}

#[test]
fn merges_of_many_merges_with_old_dates_do_not_multiply() {
    let world = World::new();
    let repo = with_feature(&world);
    repo.commit("The change").file("f", "1\n").create();
    repo.checkout("main");
    let tree = repo.id("HEAD^{tree}");
    let mut parents = vec![repo.id("HEAD")];
    for layer in 0..6 {
        let commit = |number: usize| {
            let parents: String = parents.iter().map(|id| format!("parent {id}\n")).collect();
            let who = "A <a@example.com> 1000 +0000";
            let text = format!(
                "tree {tree}\n{parents}author {who}\ncommitter {who}\n\n{layer} {number}\n"
            );
            repo.raw("commit", text.as_bytes())
        };
        parents = (0..50).map(commit).collect();
    }
    repo.update_ref("refs/heads/main", &parents[0]);
    deploy(&repo, "main", &[]);
    assert_eq!(trace(&repo, "feature"), never());
}

/// Appends a deployment that `audit record` would refuse, written by hand.
fn append(repo: &Repo<'_>, commit: &str, env: &str) {
    use std::io::Write;
    let path = repo.path.join(".git/audit/ledger.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let last = text.split_inclusive('\n').next_back().unwrap();
    let id = audit::ledger::Id::of(last.as_bytes()).to_string();
    let mut record: Value = serde_json::from_str(last).unwrap();
    let body = &mut record["body"];
    body["prev"] = Value::from(vec![id]);
    body["nonce"] = Value::from("0123456789abcdef0123456789abcdef");
    body["what"]["commit"] = commit.into();
    body["where"]["env"] = env.into();
    let line = serde_json_canonicalizer::to_string(&record).unwrap();
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    writeln!(file, "{line}").unwrap();
    audit(repo, ["ledger", "check"]).code(0);
}

#[test]
fn a_record_that_names_no_commit_is_a_doubt_and_stops_nobody() {
    for what in ["v1", "HEAD^{tree}", "HEAD:a"] {
        let world = World::new();
        let repo = world.repo();
        let first = repo.commit("First").file("a", "1\n").create();
        repo.commit("Second").file("a", "2\n").create();
        repo.tag("v1").message("One").create();
        deploy(&repo, "HEAD", &[]);
        let id = repo.id(what);
        append(&repo, &id, "staging");
        assert_eq!(trace(&repo, &first).0, "runs", "{what}");
        repo.commit("Third").file("a", "3\n").create();
        assert_eq!(trace(&repo, "HEAD").0, "unknown", "{what}");
        let status = audit(&repo, ["status"]).code(0).stdout;
        assert!(status.contains("(not in this clone)"), "{what}: {status}");
        audit(&repo, ["show", "staging"]).code(0);
        let verified = audit(&repo, ["verify", "--format", "json"]);
        let found = verified.json()["findings"].as_array().unwrap().iter().any(|finding| {
            finding["rule"] == "deploy-commit-exists" && finding.to_string().contains(&id[..10])
        });
        assert!(found, "{what}: {}", verified.stdout);
    }
}

#[test]
fn where_it_runs_now_is_open_while_what_a_place_runs_is_not_here() {
    let world = World::new();
    let repo = world.repo();
    let first = repo.commit("First").file("a", "1\n").create();
    let second = repo.commit("Second").file("a", "2\n").create();
    deploy(&repo, &second, &[]);
    deploy(&repo, &first, &[]);
    let sentence = || audit(&repo, ["trace", &second]).code(0).stdout;
    assert!(sentence().ends_with("\nIt was in production, and runs nowhere now.\n"));
    append(&repo, &"1".repeat(40), "staging");
    let said = sentence();
    assert!(said.contains("whether it runs in staging now can't be told"), "{said}");
}

#[test]
fn a_shallow_end_is_no_root_whatever_was_asked_before() {
    let world = World::new();
    let source = world.repo();
    source.commit("First").file("a", "1\n").create();
    let old = source.commit("Old").file("a", "2\n").create();
    source.git(["branch", "old", &old]);
    for number in 3..6 {
        source.commit("More").file("a", format!("{number}\n")).create();
    }
    source.orphan("manifests");
    source.commit("Manifests").file("m", "1\n").create();
    source.checkout("main");
    let clone = source.clone_to("clone", ["--depth=2", "--no-single-branch"]);
    // A ledger is named after its remote.
    clone.git(["remote", "set-url", "origin", "https://example.com/r.git"]);
    deploy(&clone, "origin/main~1", &["--when", "@1767226000 +0000"]);
    deploy(&clone, "origin/manifests", &["--service", "manifests"]);
    let verdicts = |asked: &[&str], code| {
        let output = audit(&clone, [&["trace", "--format", "json"], asked].concat());
        let printed = output.code(code).json();
        let traces = printed["traces"].as_array().unwrap();
        Vec::from_iter(traces.iter().map(|trace| trace["verdict"].as_str().unwrap().to_owned()))
    };
    assert_eq!(verdicts(&["origin/old"], 3), ["unknown"]);
    // What ran is what the last commit builds on: it can't have it.
    assert_eq!(verdicts(&["origin/main", "origin/old"], 1), ["never", "unknown"]);
}

#[test]
fn what_was_said_of_a_deployment_besides_approvals_stands_below_the_table() {
    let world = World::new();
    let repo = with_feature(&world);
    let says = |decision| {
        let args = ["approval", "--env", "production", "--commit", "HEAD", "--decision", decision];
        record(&repo, BO, &args);
    };
    let said = || audit(&repo, ["trace"]).code(0).stdout;
    says("rejected");
    deploy(&repo, "HEAD", &[]);
    assert!(said().contains(": rejected by Bo Chen\n"), "{}", said());
    says("approved");
    assert!(said().contains(": rejected by Bo Chen\n"), "{}", said());
    assert!(said().contains(": approved by Bo Chen only after it was deployed\n"), "{}", said());
}

#[test]
fn a_time_that_is_yet_to_come_is_no_age() {
    let world = World::new();
    let repo = with_feature(&world);
    let now = world.now() + 60;
    world.skip(50 * 24 * 3_600);
    deploy(&repo, "HEAD", &[]);
    let trace = |format: &str| {
        let mut command = repo.audit_command();
        command.args(["trace", "--format", format]).env("AUDIT_NOW", now.to_string());
        Output::of(&mut command).code(0)
    };
    let environment = &trace("json").json()["traces"][0]["environments"][0];
    assert_eq!(environment["clock"], "ahead");
    assert_eq!(environment["lead_seconds"], Value::Null);
    let said = trace("table").stdout;
    assert!(said.contains("\nproduction: clocks disagree: recorded as of "), "{said}");
    assert!(said.contains(", which is yet to come\n"), "{said}");
    assert!(said.contains("  unknown  "), "{said}");
}

/// Gives a commit another first parent in the commit-graph (gitformat-commit-graph(5): the chunk `CDAT` has a
/// tree, two parents and a date for each commit of the sorted chunk `OIDL`).
fn reparent(graph: &mut [u8], child: &str, parent: &str) {
    let number =
        |bytes: &[u8]| bytes.iter().fold(0usize, |sum, &byte| sum << 8 | usize::from(byte));
    let chunk = |name: &[u8]| {
        let row = graph[8..].chunks(12).find(|row| row[..4] == *name).unwrap();
        number(&row[4..])
    };
    let (ids, data, fan) = (chunk(b"OIDL"), chunk(b"CDAT"), chunk(b"OIDF"));
    let count = number(&graph[fan + 255 * 4..fan + 256 * 4]);
    let place = |id: &str| {
        let hex = |at: usize| -> String {
            graph[ids + at * 20..][..20].iter().map(|byte| format!("{byte:02x}")).collect()
        };
        (0..count).find(|&at| hex(at) == id).unwrap()
    };
    let (child, parent) = (place(child), place(parent));
    let parent = u32::try_from(parent).unwrap().to_be_bytes();
    graph[data + child * 36 + 20..][..4].copy_from_slice(&parent);
}

#[test]
fn a_commit_graph_that_goes_in_a_circle_is_an_error_and_not_an_endless_search() {
    let world = World::new();
    let repo = world.repo();
    for number in 1..=5 {
        repo.commit("Line").file("a", format!("{number}\n")).create();
    }
    repo.git(["checkout", "-q", "-b", "side", "main~4"]);
    repo.commit("Side").file("b", "1\n").create();
    repo.checkout("main");
    deploy(&repo, "main", &[]);
    repo.git(["commit-graph", "write", "--reachable"]);
    let path = repo.path.join(".git/objects/info/commit-graph");
    let whole = fs::read(&path).unwrap();
    let with = |child: &str, parent: &str| {
        let mut graph = whole.clone();
        reparent(&mut graph, &repo.id(child), &repo.id(parent));
        fs::remove_file(&path).unwrap();
        fs::write(&path, graph).unwrap();
    };
    with("main~1", "main");
    let refused = audit(&repo, ["trace", "side"]).code(2);
    assert!(refused.stderr.contains("its own ancestor"), "{}", refused.stderr);
    with("main~3", "main~1");
    for order in ["--topo-order", "--date-order", "--author-date-order"] {
        let refused = audit(&repo, ["log", order, "--no-signatures", "main"]).code(2);
        assert!(refused.stderr.contains("its own ancestor"), "{order}: {}", refused.stderr);
        assert!(refused.stderr.contains("git commit-graph write"), "{}", refused.stderr);
    }
}

/// A partial clone may have the trees of one commit and not those of its copy: git fetches them, and knows.
#[test]
fn a_partial_clone_that_lacks_the_trees_of_a_copy_gets_them_through_git() {
    let world = World::new();
    let repo = with_feature(&world);
    repo.commit("The change").file("f", "1\n").create();
    let change = repo.id("feature");
    repo.checkout("main");
    repo.commit("Other").file("other", "o\n").create();
    let copy = pick(&repo);
    repo.commit("More").file("more", "m\n").create();
    let clone = repo.clone_to("treeless", ["--filter=tree:0", "--bare"]);
    clone.git(["log", "-1", "-p", &change]);
    deploy(&clone, &copy, &[]);
    assert_eq!(trace(&clone, &change), ("runs".to_owned(), Some("patch".to_owned())));
}
