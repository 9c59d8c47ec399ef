//! What separates two points: which moments it looks at, whose acts it counts, and what it can't know.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::company::audit;
use crate::common::terminal::{Colours, type_in};
use crate::common::{Output, Repo, World, require};
use serde_json::Value;

/// The comparison as programs see it.
fn compared(repo: &Repo<'_>, code: i32, args: &[&str]) -> Value {
    audit(repo, ["diff", "--format", "json"].iter().chain(args)).code(code).json()
}

#[test]
fn where_the_hidden_side_is_cut_off_what_was_gained_is_not_certain() {
    let world = World::new();
    let repo = world.repo();
    for message in ["One", "Two", "Three"] {
        repo.commit(message).create();
    }
    repo.git(["checkout", "-qb", "old"]);
    repo.commit("Four").create();
    repo.git(["checkout", "-qb", "topic", "main"]);
    repo.commit("Side").create();
    repo.checkout("main");
    repo.commit("Merge old").merge("old").create();
    repo.commit("Merge topic").merge("topic").create();
    let whole = compared(&repo, 0, &["topic", "main"]);
    assert_eq!(whole["gained"].as_array().unwrap().len(), 3);

    // `old` comes whole, `topic` without what lies behind it.
    let clone = repo.clone_to("clone", ["--single-branch", "--branch", "old"]);
    for (depth, branch) in [(&["--depth=1"][..], "topic"), (&[], "main")] {
        let spec = format!("{branch}:{branch}");
        clone.git(["fetch", "-q"].iter().chain(depth).chain(&["origin", &spec]));
    }
    let cut = compared(&clone, 3, &["topic", "main"]);
    assert_eq!(cut["complete"], false);
    let shown = audit(&clone, ["diff", "topic", "main"]).code(3);
    assert!(shown.stdout.contains("history is cut off"), "{}", shown.stdout);
    // What descends from the end of history can't stand behind it.
    compared(&clone, 0, &["old~1", "old"]);
    let short = repo.clone_to("short", ["--depth=2", "--single-branch", "--branch", "old"]);
    let one = compared(&short, 0, &["HEAD~1", "HEAD"]);
    assert_eq!(one["gained"].as_array().unwrap().len(), 1);
}

/// The time at which a world begins, and a day.
const BEGIN: i64 = 1_767_225_600;
const DAY: i64 = 86_400;

/// A repository whose ledger is written by hand.
struct Days<'w> {
    repo: Repo<'w>,
}

impl<'w> Days<'w> {
    fn new(world: &'w World) -> Days<'w> {
        Days { repo: world.repo() }
    }

    /// Records something on a day, counted from the beginning, as somebody called `who`.
    fn record(&self, day: i64, who: &str, args: &[&str]) -> String {
        let mut command = self.repo.audit_command();
        command.arg("record").args(args).arg("--no-sign");
        command.env("AUDIT_NOW", (BEGIN + day * DAY).to_string());
        command.env("GIT_AUTHOR_NAME", who);
        command.env("GIT_AUTHOR_EMAIL", format!("{}@example.com", who.to_lowercase()));
        Output::of(&mut command).success().line()
    }

    fn deploy(&self, day: i64, place: &str, commit: &str) -> String {
        let (env, service) = place.split_once('/').unwrap_or((place, ""));
        let mut args = vec!["deploy", "--env", env, "--commit", commit, "--outcome", "success"];
        if !service.is_empty() {
            args.extend(["--service", service]);
        }
        self.record(day, "Bot", &args)
    }

    fn config(&self, day: i64, place: &str, key: &str) -> String {
        let (env, service) = place.split_once('/').unwrap_or((place, ""));
        let mut args = vec!["config", "--key", key, "--change", "changed", "--env", env];
        if !service.is_empty() {
            args.extend(["--service", service]);
        }
        self.record(day, "Ops", &args)
    }

    /// Asks on the twentieth day.
    fn audit(&self, args: &[&str]) -> Output {
        let mut command = self.repo.audit_command();
        command.args(args).env("AUDIT_NOW", (BEGIN + 20 * DAY).to_string());
        Output::of(&mut command)
    }

    fn diff(&self, args: &[&str]) -> Value {
        self.audit(&[&["diff", "--format", "json"], args].concat()).code(0).json()
    }

    /// The ids of what a comparison has in between.
    fn between(&self, args: &[&str]) -> Vec<String> {
        let found = self.diff(args);
        let between = found["between"].as_array().unwrap().iter();
        between.map(|event| event["id"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn in_between_is_what_happened_between_the_two_moments() {
    let world = World::new();
    let days = Days::new(&world);
    days.repo.commit("One").create();
    days.repo.commit("Two").create();
    let first = days.deploy(8, "production", "HEAD~1");
    let early = days.config(10, "production", "EARLY");
    let second = days.deploy(13, "production", "HEAD");
    let middle = days.config(15, "production", "MIDDLE");
    let late = days.config(19, "production", "LATE");

    let ids = |ids: &[&String]| ids.iter().map(|id| (*id).clone()).collect::<Vec<String>>();
    // From a date to the present, however long ago the deployment was.
    let since = format!("production@{{{}}}", BEGIN + 18 * DAY);
    assert_eq!(days.between(&[&since, "production"]), ids(&[&late]));
    assert_eq!(days.between(&["production", &since]), ids(&[&late]));
    let day_nine = format!("production@{{{}}}", BEGIN + 9 * DAY);
    assert_eq!(days.between(&[&day_nine, &since]), ids(&[&early, &second, &middle]));
    // A rollback undoes the last deployment, not the one before.
    let both = ids(&[&early, &second]);
    assert_eq!(days.between(&["production~1", "production"]), both);
    assert_eq!(days.between(&["production", "production~1"]), both);
    assert!(!both.contains(&first));
    // The present is the end where no other one is named.
    assert_eq!(days.between(&["production~1"]), ids(&[&early, &second, &middle, &late]));
    // What waits has waited since the deployment, although its commit is older.
    assert_eq!(days.between(&["production"]), ids(&[&middle, &late]));
}

#[test]
fn in_between_goes_by_the_ledger_and_not_by_the_clock_of_whoever_deployed() {
    let world = World::new();
    let days = Days::new(&world);
    days.repo.commit("One").create();
    days.repo.commit("Two").create();
    days.deploy(8, "production", "HEAD~1");
    let config = days.config(9, "production", "LATE");
    // The clock of this machine is five days behind.
    let second = days.deploy(4, "production", "HEAD");
    let when = format!("@{} +0000", BEGIN + 8 * DAY + 3_600);
    let key = ["config", "--key", "EARLY", "--change", "changed", "--env", "production"];
    let early = days.record(12, "Ops", &[&key[..], &["--when", &when]].concat());
    for ends in [["production~1", "production"], ["production", "production~1"]] {
        assert_eq!(days.between(&ends), [early.clone(), config.clone(), second.clone()]);
    }
    let people = days.diff(&["production~1", "production"])["people"].to_string();
    assert!(people.contains("deployer"), "{people}");
}

#[test]
fn within_a_second_the_ledger_tells_what_is_in_between() {
    let world = World::new();
    let days = Days::new(&world);
    for name in ["One", "Two", "Three"] {
        days.repo.commit(name).create();
    }
    days.deploy(8, "production", "HEAD~2");
    let before = days.config(8, "production", "BEFORE");
    let second = days.deploy(8, "production", "HEAD~1");
    let middle = days.config(8, "production", "MIDDLE");
    let third = days.deploy(8, "production", "HEAD");
    let freeze = ["freeze", "--env", "production", "--action", "begins"];
    let freeze = days.record(8, "Ops", &freeze);
    for ends in [["production~1", "production"], ["production", "production~1"]] {
        assert_eq!(days.between(&ends), [middle.clone(), third.clone()]);
    }
    let all = [before, second, middle, third, freeze];
    assert_eq!(days.between(&["production~2", "production"]), all[..4]);
    assert_eq!(days.between(&["production~2"]), all);
}

#[test]
fn what_another_service_did_is_not_in_between() {
    let world = World::new();
    let days = Days::new(&world);
    days.repo.commit("One").create();
    days.repo.commit("Two").create();
    for service in ["production/api", "production/web"] {
        days.deploy(8, service, "HEAD~1");
    }
    let (approve, web) = (["approval", "--env", "production", "--decision", "approved"], "web");
    let of_web = [&approve[..], &["--service", web, "--commit", "HEAD"]].concat();
    days.record(9, "Eva", &of_web);
    days.record(
        9,
        "Tom",
        &[&["note", "--why", "x", "--env", "production", "--service"][..], &[web]].concat(),
    );
    let all = days.config(10, "production", "ALL");
    days.config(10, "production/web", "WEB");
    let api = days.deploy(11, "production/api", "HEAD");
    assert_eq!(days.between(&["production/api~1", "production/api"]), [all, api]);
    let people = days.diff(&["production/api~1", "production/api"])["people"].to_string();
    assert!(!people.contains("Eva") && !people.contains("Tom"), "{people}");
}

#[test]
fn a_freeze_says_from_when_until_when() {
    let world = World::new();
    let days = Days::new(&world);
    days.repo.commit("One").create();
    days.deploy(8, "production", "HEAD");
    let freeze = ["freeze", "--action", "begins", "--env", "production"];
    let times = ["--from", "2026-12-20T00:00:00Z", "--until", "2027-01-07T00:00:00Z"];
    days.record(9, "Ops", &[&freeze[..], &times].concat());
    let shown = days.audit(&["diff", "production"]).code(0).stdout;
    let row = "begins from 2026-12-20T00:00:00Z until 2027-01-07T00:00:00Z";
    assert!(shown.contains(row), "{shown}");
}

/// Each person once: name and parts.
fn people(found: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let parts = |one: &Value| {
        one["parts"].as_array().unwrap().iter().map(text).collect::<Vec<_>>().join(" ")
    };
    let people = found["people"].as_array().unwrap().iter();
    people.map(|one| (text(&one["name"]), parts(one))).collect()
}

#[test]
fn a_person_is_listed_once_whichever_of_their_addresses_they_used() {
    let world = World::new();
    let days = Days::new(&world);
    let policy = "[people.bo]\nemails = [\"bo@example.com\", \"bo@home.example\"]\n";
    days.repo
        .commit("One")
        .file(".mailmap", "Ana Silva <ana@new.example> <ana@example.com>\n")
        .file(".audit/policy.toml", policy)
        .create();
    days.deploy(1, "production", "HEAD");
    days.repo
        .commit("Two\n\nReviewed-by: Bo <bo@home.example>\nCo-authored-by: Bo <bo@example.com>\n")
        .by("Ana Silva", "ana@new.example")
        .create();
    let deploy = ["deploy", "--env", "production", "--commit", "HEAD", "--outcome", "success"];
    days.record(2, "Ana", &deploy);
    let found = days.diff(&["production~1", "production"]);
    let expected = [("Ana Silva", "author deployer"), ("Bo", "co-author reviewer")];
    assert_eq!(people(&found), expected.map(|(name, parts)| (name.into(), parts.into())));
}

#[test]
fn who_approved_what_was_deployed_is_named_however_early_that_was() {
    let world = World::new();
    let days = Days::new(&world);
    days.repo.commit("One").create();
    let two = days.repo.commit("Two").file("a", "2").create();
    days.repo.commit("Three").file("a", "3").create();
    days.record(
        1,
        "Eva",
        &["approval", "--env", "production", "--decision", "approved", "--commit", &two],
    );
    for (day, commit) in [(2, "HEAD~2"), (3, "HEAD~1"), (4, "HEAD")] {
        days.deploy(day, "production", commit);
    }
    for ends in [["production~2", "production~1"], ["production~1", "production~2"]] {
        let found = people(&days.diff(&ends));
        assert!(found.contains(&("Eva".into(), "approver".into())), "{found:?}");
    }
    let found = people(&days.diff(&["production~1", "production"]));
    assert!(!found.iter().any(|(name, _)| name == "Eva"), "{found:?}");
}

#[test]
fn who_rejected_or_took_back_an_approval_is_no_approver() {
    let world = World::new();
    let days = Days::new(&world);
    days.repo.commit("One").create();
    days.deploy(1, "production", "HEAD");
    let two = days.repo.commit("Two").file("a", "2").create();
    let say = |day, who, decision| {
        let word = ["approval", "--env", "production", "--commit", &two, "--decision", decision];
        days.record(day, who, &word);
    };
    say(2, "Bo", "rejected");
    say(2, "Eva", "approved");
    say(3, "Eva", "rejected");
    say(3, "Kim", "rejected");
    say(4, "Kim", "approved");
    days.deploy(5, "production", "HEAD");
    // What was said after the deployment takes nothing back.
    say(6, "Kim", "rejected");
    let found = people(&days.diff(&["production~1", "production"]));
    for (name, parts) in [("Bo", "rejecter"), ("Eva", "rejecter"), ("Kim", "approver")] {
        assert!(found.contains(&(name.into(), parts.into())), "{found:?}");
    }
    let found = people(&days.diff(&["production~1"]));
    assert!(found.contains(&("Kim".into(), "approver rejecter".into())), "{found:?}");
}

#[test]
fn a_suspect_came_with_the_deployment_that_first_had_it() {
    let world = World::new();
    let days = Days::new(&world);
    let commit = |number: &str| {
        days.repo.commit(format!("C{number}")).file(format!("f{number}"), number).create()
    };
    let ids = ["1", "2", "3", "4"].map(commit);
    let first = days.deploy(1, "staging", &ids[2]);
    days.deploy(5, "production", &ids[0]);
    days.deploy(8, "staging", &ids[3]);
    let found = days.diff(&["production", "staging", "--suspects", "f3"]);
    assert_eq!(found["suspects"][0]["event"]["id"], ids[2].as_str());
    assert_eq!(found["suspects"][0]["brought_by"], first.as_str());
    assert_eq!(found["untouched"].as_array().unwrap().len(), 0);
    // What staging never had, no deployment there took away.
    let back = days.diff(&["staging", "production", "--suspects", "f3"]);
    assert_eq!(
        (&back["suspects"][0]["lost"], &back["suspects"][0]["brought_by"]),
        (&Value::Bool(true), &Value::Null)
    );
}

#[test]
fn a_path_that_nothing_touches_is_said_and_first_that_there_is_none() {
    let world = World::new();
    let days = Days::new(&world);
    days.repo.commit("One").file("src/pay", "1").file("config/a", "1").create();
    days.repo.commit("Two").file("config/a", "2").create();
    let say =
        |path: &str| days.audit(&["diff", "HEAD~1", "HEAD", "--suspects", path]).code(0).stdout;
    let shown = say("src/pay");
    assert!(shown.contains("\nno commit in between touches src/pay\n"), "{shown}");
    let shown = say("src/pya");
    let line = "\nsrc/pya is neither in HEAD~1 nor in HEAD; no commit in between touches src/pya\n";
    assert!(shown.contains(line), "{shown}");
    assert!(!say("config").contains("no commit"));
    let found = days.diff(&["HEAD~1", "HEAD", "--suspects", "src/pay", "src/pya"]);
    let expected = serde_json::json!([
        {"path": "src/pay", "exists": true},
        {"path": "src/pya", "exists": false},
    ]);
    assert_eq!(found["untouched"], expected);
}

/// Production has three services; staging has one of them.
fn services<'w>(world: &'w World) -> Days<'w> {
    let days = Days::new(world);
    days.repo.commit("One").file("a", "1").create();
    days.repo.commit("Two").file("a", "2").create();
    days.deploy(1, "production/api", "HEAD~1");
    days.deploy(1, "production/web", "HEAD~1");
    days.deploy(2, "staging/api", "HEAD");
    days.deploy(5, "production/api", "HEAD");
    days.deploy(6, "production/worker", "HEAD");
    days
}

/// Of each place that is compared: both ends, and how many commits were gained and lost.
fn places(found: &Value) -> Vec<(String, String, usize, usize)> {
    let count = |value: &Value| value.as_array().unwrap().len();
    let name = |end: &Value| end["name"].as_str().unwrap().to_owned();
    let row = |one: &Value| {
        (name(&one["from"]), name(&one["to"]), count(&one["gained"]), count(&one["lost"]))
    };
    found["diffs"].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn an_environment_is_compared_service_by_service() {
    let world = World::new();
    let days = services(&world);
    let then = format!("@{{{}}}", BEGIN + 3 * DAY);
    let since = format!("production{then}");
    let row = |from: &str, to: &str, gained, lost| (from.to_owned(), to.to_owned(), gained, lost);

    let found = days.diff(&[&since, "production"]);
    let of = |service: &str| format!("production/{service}{then}");
    let expected =
        [row(&of("api"), "production/api", 1, 0), row(&of("web"), "production/web", 0, 0)];
    assert_eq!(places(&found), expected);
    assert_eq!(found["uncompared"][0]["place"], "production/worker");
    let shown = days.audit(&["diff", &since, "production"]).code(0).stdout;
    let same = format!("\n\n{} and production/web are the same commit (", of("web"));
    assert!(shown.contains(&same), "{shown}");
    let worker = "\nproduction/worker is not compared: what ran in 'production/worker' at ";
    assert!(shown.contains(worker) && shown.contains("; production/worker has "), "{shown}");
    assert_eq!(shown.matches("\nGAINED (1)").count(), 1, "{shown}");

    // What waits, and what the last deploys brought.
    let found = days.diff(&["production"]);
    let gained: Vec<usize> = places(&found).iter().map(|row| row.2).collect();
    assert_eq!(gained, [0, 1, 0]);
    let found = days.diff(&["production~1", "production"]);
    assert_eq!(places(&found), [row("production/api~1", "production/api", 1, 0)]);
    let uncompared = found["uncompared"].as_array().unwrap();
    assert_eq!(uncompared.len(), 2, "{uncompared:?}");
    let why = uncompared[0]["why"].as_str().unwrap();
    assert!(why.contains("no deployment so far back"), "{why}");

    // Between environments the same services, also where one of them is named, or has only one.
    for staging in ["staging", "staging/api"] {
        let found = days.diff(&[staging, "production"]);
        assert_eq!(places(&found), [row(staging, "production/api", 0, 0)]);
        assert_eq!(found["uncompared"].as_array().unwrap().len(), 2);
    }
    let found = days.diff(&["env:production", "HEAD~1"]);
    assert_eq!(places(&found)[0], row("env:production/api", "HEAD~1", 0, 1));
    for format in ["csv", "jsonl", "markdown"] {
        let listed = days.audit(&["diff", "production", "HEAD~1", "--format", format]).code(0);
        assert!(listed.stdout.contains("Two"), "{}", listed.stdout);
    }
}

#[test]
fn where_no_service_has_a_counterpart_nothing_can_be_compared() {
    let world = World::new();
    let days = services(&world);
    days.deploy(7, "dev/db", "HEAD");
    let refused = days.audit(&["diff", "dev", "production"]).code(2).stderr;
    assert!(refused.contains("nothing of dev can be compared with production"), "{refused}");
    let refused = days.audit(&["diff", "production~5", "production"]).code(2).stderr;
    assert!(refused.contains("no deployment so far back"), "{refused}");
    days.repo.branch("production", "HEAD");
    let refused = days.audit(&["diff", "production~1", "env:production"]).code(2).stderr;
    assert!(refused.contains("env:production"), "{refused}");
    days.diff(&["env:production~1", "env:production"]);
}

#[test]
fn a_place_whose_commit_is_not_here_leaves_the_comparison_open() {
    let world = World::new();
    let days = services(&world);
    days.repo.git(["checkout", "-qb", "side"]);
    let side = days.repo.commit("Aside").create();
    days.deploy(7, "production/web", &side);
    let days = without_side(&days);
    let found = days.audit(&["diff", "production", "--format", "json"]).code(3).json();
    assert_eq!(places(&found).len(), 2);
    assert_eq!(found["uncompared"][0]["place"], "production/web");
    let why = found["uncompared"][0]["why"].as_str().unwrap();
    assert!(why.contains("not in this clone"), "{why}");
    assert_eq!(found["uncompared"][0]["missing"], serde_json::json!([side]));
}

/// A clone that lacks the branch `side`, with the same ledger.
fn without_side<'w>(days: &Days<'w>) -> Days<'w> {
    let clone = days.repo.clone_to("clone", ["--single-branch", "--branch", "main"]);
    let (ours, theirs) = (days.repo.path.join(".git/audit"), clone.path.join(".git/audit"));
    std::fs::create_dir_all(&theirs).unwrap();
    std::fs::copy(ours.join("ledger.jsonl"), theirs.join("ledger.jsonl")).unwrap();
    Days { repo: clone }
}

#[test]
fn where_no_commit_that_ran_is_here_the_comparison_is_open_as_well() {
    let world = World::new();
    let days = services(&world);
    days.deploy(6, "dev", "HEAD");
    days.repo.git(["checkout", "-qb", "side"]);
    let side = days.repo.commit("Aside").create();
    for place in ["dev", "staging/api", "production/api", "production/web", "production/worker"] {
        days.deploy(7, place, &side);
    }
    let days = without_side(&days);
    // One place, all services, and both ends.
    for (ends, uncompared) in [
        (&["dev", "main"][..], &["dev"][..]),
        (&["main", "dev"], &["dev"]),
        (&["staging", "dev~1"], &["staging/api"]),
        (&["dev", "dev"], &["dev"]),
        (&["production"], &["production/api", "production/web", "production/worker"]),
        (&["dev", "production"], &["production/api", "production/web", "production/worker"]),
    ] {
        let asked = days.audit(&[&["diff", "--format", "json"], ends].concat()).code(3);
        assert!(asked.stderr.contains("hint: `git fetch` may bring it"), "{}", asked.stderr);
        let found = asked.json();
        assert_eq!(found["diffs"], serde_json::json!([]));
        let open = found["uncompared"].as_array().unwrap();
        let places: Vec<&str> = open.iter().map(|one| one["place"].as_str().unwrap()).collect();
        assert_eq!(places, uncompared, "{ends:?}");
        assert!(open.iter().all(|one| one["missing"][0] == side.as_str()), "{open:?}");
        let shown = days.audit(&[&["diff"], ends].concat()).code(3).stdout;
        assert_eq!(shown.matches(" is not compared: ").count(), uncompared.len(), "{shown}");
        days.audit(&[&["diff", "--format", "csv"], ends].concat()).code(3);
    }
}

#[test]
fn a_date_that_is_none_is_refused_before_the_services_are_looked_at() {
    let world = World::new();
    let days = services(&world);
    for (date, why) in [("2026-02-30", "there is no 2026-02-30"), ("2027-01-01", "in the future")] {
        let refused = days.audit(&["diff", &format!("production@{{{date}}}")]).code(2).stderr;
        assert!(refused.contains(why) && !refused.contains("nothing of"), "{refused}");
    }
}

#[test]
fn a_place_without_a_service_is_told_apart_from_those_beside_it() {
    let world = World::new();
    let days = services(&world);
    days.deploy(3, "production", "HEAD~1");
    let found = days.diff(&["env:production", "main"]);
    let names: Vec<String> = places(&found).into_iter().map(|row| row.0).collect();
    let services = ["/", "/api", "/web", "/worker"];
    assert_eq!(names, services.map(|service| format!("env:production{service}")));
    days.deploy(7, "staging/web", "HEAD");
    let found = days.diff(&["production", "staging"]);
    let open = &found["uncompared"][0];
    assert_eq!(
        (&open["place"], &open["why"]),
        (&"production/".into(), &"staging has nothing without a service".into())
    );
}

#[test]
fn a_list_says_on_which_side_each_event_stands_and_why_it_is_suspect() {
    let world = World::new();
    let days = Days::new(&world);
    days.repo.commit("One").file("a", "1").create();
    days.repo.git(["checkout", "-qb", "side"]);
    days.repo.commit("Lost").file("b", "1").create();
    days.deploy(1, "production", "HEAD");
    days.repo.checkout("main");
    let gained = days.repo.commit("Gained").file("src/a", "2").create();
    days.config(2, "production", "KEY");
    let deploy = days.deploy(3, "production", "HEAD");
    let ends = ["diff", "production~1", "production", "--suspects", "src/a"];
    let lines = days.audit(&[&ends[..], &["--format", "jsonl"]].concat()).code(0).json_lines();
    let sides: Vec<&str> = lines.iter().map(|line| line["side"].as_str().unwrap()).collect();
    assert_eq!(sides, ["gained", "lost", "between", "between"]);
    assert_eq!(
        (&lines[0]["id"], &lines[0]["brought_by"]),
        (&gained.into(), &deploy.clone().into())
    );
    assert_eq!(
        (&lines[0]["evidence"][0], &lines[1]["points"]),
        (&"touches src/a".into(), &Value::Null)
    );
    assert_eq!(
        (&lines[0]["from"], &lines[0]["to"]),
        (&"production~1".into(), &"production".into())
    );

    let csv = days.audit(&[&ends[..], &["--format", "csv"]].concat()).code(0).stdout;
    let rows: Vec<&str> = csv.lines().collect();
    assert!(rows[0].ends_with(",signer,side,from,to,points,evidence,brought_by"), "{csv}");
    assert!(rows[1].contains(",gained,production~1,production,"), "{csv}");
    assert!(rows[2].ends_with(",lost,production~1,production,,,"), "{csv}");

    let with = |format: &str, more: &[&str]| {
        days.audit(&[&ends[..], more, &["--format", format]].concat())
    };
    let markdown = with("markdown", &["--stat"]).code(0).stdout;
    for part in ["**Suspects, likeliest first** (2)", "touches src/a", "| 1 | 0 | src/a |"] {
        assert!(markdown.contains(part), "{markdown}");
    }
    for format in ["csv", "jsonl"] {
        let refused = with(format, &["--stat"]).code(2).stderr;
        assert!(refused.contains("hint: --format json has the files"), "{refused}");
    }
    // What a list has no place for stands beside it.
    let typo = ["diff", "HEAD~1", "HEAD", "--suspects", "src/b", "--format", "csv"];
    let said = days.audit(&typo).code(0).stderr;
    assert!(said.contains("src/b is neither in HEAD~1 nor in HEAD"), "{said}");
}

#[test]
fn what_lacks_a_review_or_a_ticket_is_named_whole_in_a_pipe_and_in_part_on_a_terminal() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("Start").create();
    repo.commit("Ticket\n\nFixes: PAY-1\n").create();
    let ids: Vec<String> = (0..10).map(|n| repo.commit(format!("C{n}")).create()).collect();
    let shown = audit(&repo, ["diff", "HEAD~11", "HEAD"]).code(0).stdout;
    let line = |what: &str| shown.lines().find(|line| line.contains(what)).unwrap().to_owned();
    let all: Vec<&str> = ids.iter().rev().map(|id| &id[..10]).collect();
    assert_eq!(line("without a ticket"), format!("10 without a ticket: {}", all.join(", ")));
    assert_eq!(line("without a known review").matches(", ").count(), 10);

    if require("script") {
        let width = 120;
        let shown = type_in(&repo, "ana", "audit diff HEAD~11 HEAD", width, Colours::Off).stdout;
        let line = format!("{} and 2 more (--format json has all)", all[..8].join(", "));
        assert!(shown.contains(&line), "{shown}");
    }
    // Where nobody names tickets, nobody lacks one.
    let shown = audit(&repo, ["diff", "HEAD~3", "HEAD"]).code(0).stdout;
    assert!(!shown.contains("ticket"), "{shown}");
}
