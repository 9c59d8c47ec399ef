//! What a name means, where an environment and git may both answer to it, or several places; and dates in it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::company::{BOT, audit, record};
use crate::common::{Repo, World};

fn deploy(repo: &Repo<'_>, env: &str, commit: &str, more: &[&str]) -> String {
    let args = ["deploy", "--env", env, "--outcome", "success", "--commit", commit];
    record(repo, BOT, &[&args, more].concat())
}

#[test]
fn a_name_is_ambiguous_wherever_git_knows_it() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    repo.tag("v1").message("One").create();
    let id = repo.commit("Second").create();
    for (name, target) in [("refs/remotes/origin/main", "HEAD~1"), ("refs/odd", "HEAD")] {
        repo.git(["update-ref", name, target]);
    }
    repo.git(["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    let files = ["FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD"];
    for name in files {
        std::fs::write(repo.path.join(".git").join(name), format!("{id}\n")).unwrap();
    }
    let described = repo.git(["describe", "HEAD"]);
    let names = ["HEAD", "main", "heads/main", "v1", "tags/v1", "origin", "origin/main", "odd"];
    let more = [&id[..7], &described[..], "production", "deadb"];
    let names = names.iter().chain(&files).chain(&more);
    let mut known = 0;
    for name in names.copied() {
        deploy(&repo, name, &id, &[]);
        let args = ["rev-parse", "--verify", "--quiet", "--end-of-options", name];
        let git = repo.git_command().args(args).output().unwrap().status.success();
        known += usize::from(git);
        let read = audit(&repo, ["log", name]).code(if git { 2 } else { 0 });
        if git {
            let both = format!("'{name}' is the name of an environment and of a git revision");
            assert!(read.stderr.contains(&both), "{name}: {}", read.stderr);
            // The spelling for git is one that git reads so, and we no other way.
            let hint = read.stderr.split("for the environment, ").nth(1).unwrap();
            let spelled = hint.split(" for git's").next().unwrap();
            let args = ["rev-parse", "--verify", spelled];
            assert_eq!(repo.git(args), repo.git(["rev-parse", "--verify", name]), "{name}");
            audit(&repo, ["log", spelled]).code(0);
        }
    }
    assert_eq!(known, 13);
    let refused = audit(&repo, ["record", "deploy", "--env", "x", "--commit", "HEAD"]).code(2);
    assert!(refused.stderr.contains("env:HEAD"), "{}", refused.stderr);
}

#[test]
fn a_name_is_ambiguous_where_several_ids_in_git_begin_with_it() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    // Of a thousand ids some begin alike.
    let mut stream = String::new();
    for number in 0..1_000 {
        stream += &format!(
            "commit refs/heads/many\ncommitter C <c@example.com> {} +0000\ndata 0\n",
            1_700_000_000 + number
        );
    }
    let file = world.root().join("stream");
    std::fs::write(&file, stream).unwrap();
    let mut import = repo.git_command();
    import.args(["fast-import", "--quiet"]).stdin(std::fs::File::open(&file).unwrap());
    assert!(import.status().unwrap().success());
    let ids = repo.git(["rev-list", "many"]);
    let mut beginnings: Vec<&str> = ids.lines().map(|id| &id[..4]).collect();
    beginnings.sort_unstable();
    let twice = beginnings.windows(2).find(|pair| pair[0] == pair[1]).unwrap()[0];
    let git = repo.git_command().args(["rev-parse", "--verify", twice]).output().unwrap();
    assert!(String::from_utf8_lossy(&git.stderr).contains("is ambiguous"), "{git:?}");
    deploy(&repo, twice, "HEAD", &[]);
    let refused = audit(&repo, ["log", twice]).code(2).stderr;
    let both = format!("'{twice}' is the name of an environment, and the beginning of several ids");
    assert!(refused.contains(&both) && refused.contains(&format!("env:{twice}")), "{refused}");
    for command in ["log", "show"] {
        audit(&repo, [command, &format!("env:{twice}")]).code(0);
        let refused = audit(&repo, [command, twice]).code(2).stderr;
        assert!(refused.contains("the beginning of several ids"), "{command}: {refused}");
    }
    let refused = audit(&repo, ["log", &format!("{twice}~1")]).code(2).stderr;
    assert!(refused.contains(&format!("write env:{twice}~1 for")), "{refused}");
    // Shorter than git takes for an id, it is the environment's alone.
    deploy(&repo, &twice[..3], "HEAD", &[]);
    audit(&repo, ["log", &twice[..3]]).code(0);
}

#[test]
fn a_slip_in_the_name_of_an_environment_is_told_by_every_command() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    deploy(&repo, "production", "HEAD", &["--service", "api"]);
    for args in [
        &["diff", "prodction", "main"][..],
        &["show", "prod"],
        &["verify", "prodction"],
        &["trace", "prodction~1"],
        &["log", "main..prodction"],
        &["people", "prodction"],
        &["record", "deploy", "--env", "dev", "--outcome", "success", "--commit", "prodction"],
    ] {
        let refused = audit(&repo, args).code(2);
        let hint = "hint: did you mean the environment 'production'?";
        assert!(refused.stderr.contains(hint), "{args:?}: {}", refused.stderr);
    }
    let service = audit(&repo, ["log", "production/ap"]).code(2);
    assert!(service.stderr.contains("environment 'production/api'"), "{}", service.stderr);
    let far = audit(&repo, ["log", "elsewhere"]).code(2);
    assert!(far.stderr.contains("hint: a branch, a tag, an id"), "{}", far.stderr);
}

#[test]
fn before_the_first_record_what_ran_is_unknown_and_not_nothing() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    deploy(&repo, "production", "HEAD", &["--service", "api", "--when", "2025-12-20 12:00"]);
    deploy(&repo, "production", "HEAD", &["--service", "web", "--when", "2025-12-22 12:00"]);
    let unknown = "is not known: the first deployment on record is of 2025-12-20";
    let early = audit(&repo, ["status", "--at", "2025-12-19 12:00"]).code(3);
    assert!(early.stdout.contains(unknown), "{}", early.stdout);
    let early = audit(&repo, ["status", "--at", "2025-12-19 12:00", "--format", "json"]).code(3);
    assert_eq!(early.json()["idle"][0]["known"], false);
    let read = audit(&repo, ["log", "production@{2025-12-19 12:00}"]).code(2);
    assert!(read.stderr.contains("is not known"), "{}", read.stderr);
    // Each place by itself.
    let between = audit(&repo, ["status", "--at", "2025-12-21 12:00", "--format", "json"]).code(0);
    let between = between.json();
    assert_eq!(between["environments"][0]["service"], "api");
    assert_eq!(between["idle"][0]["place"], "production/web");
    assert_eq!(between["idle"][0]["known"], false);
    audit(&repo, ["status", "production/web", "--at", "2025-12-21 12:00"]).code(3);
    // Once it was deleted, it is known that nothing ran.
    let deleted = ["environment", "--env", "production", "--action", "deleted"];
    record(&repo, BOT, &[&deleted[..], &["--when", "2025-12-24 12:00"]].concat());
    let late = audit(&repo, ["status", "--at", "2025-12-25 12:00", "--format", "json"]).code(1);
    assert_eq!(late.json()["idle"][0]["known"], true);
}

#[test]
fn an_environment_is_all_that_is_in_force_there() {
    let world = World::new();
    let repo = world.repo();
    let first = repo.commit("First").create();
    let second = repo.commit("Second").create();
    let commit = |address: &str| {
        let diff = audit(&repo, ["diff", address, "main", "--format", "json"]).code(0).json();
        diff["from"]["commit"].as_str().unwrap().to_owned()
    };
    // A record without a service does not win over those of services.
    deploy(&repo, "production", &first, &[]);
    deploy(&repo, "production", &second, &["--service", "api"]);
    let refused = audit(&repo, ["log", "production"]).code(2);
    let hint = "hint: name one of them: production/, production/api";
    assert!(refused.stderr.contains(hint), "{}", refused.stderr);
    assert_eq!((commit("production/"), commit("production/api")), (first.clone(), second.clone()));
    let shown = audit(&repo, ["show", "production/"]).code(0).stdout;
    assert!(!shown.contains("production/api"), "{shown}");
    // Nor does it hide them once it has ended.
    record(&repo, BOT, &["environment", "--env", "production", "--action", "deleted"]);
    deploy(&repo, "production", &second, &["--service", "api"]);
    assert_eq!(commit("production"), second);
    let status = audit(&repo, ["status"]).code(0).stdout;
    assert!(!status.contains("nothing runs there"), "{status}");
    // With several services, one deployment before is one of several, even where all run the same.
    deploy(&repo, "production", &second, &["--service", "web"]);
    let logged = audit(&repo, ["log", "production", "-n", "1"]).code(0).stdout;
    assert!(logged.contains(&second[..10]), "{logged}");
    for args in [["show", "production~1"], ["log", "production~1"]] {
        let refused = audit(&repo, args).code(2);
        let hint = "hint: name one of them: production/api~1, production/web~1";
        assert!(refused.stderr.contains(hint), "{}", refused.stderr);
    }
}

#[test]
fn what_was_deleted_or_corrected_away_runs_nothing_and_is_not_unknown() {
    let world = World::new();
    let repo = world.repo();
    let commit = repo.commit("First").create();
    deploy(&repo, "production", &commit, &[]);
    let wrong = deploy(&repo, "staging", &commit, &["--service", "api"]);
    let right = ["--service", "web", "--link", &format!("corrects={wrong}")];
    deploy(&repo, "staging", &commit, &right);
    record(&repo, BOT, &["environment", "--env", "production", "--action", "deleted"]);
    for place in ["production", "staging/api"] {
        let asked = audit(&repo, ["status", place]).code(1);
        assert!(asked.stdout.contains("nothing runs there"), "{place}: {}", asked.stdout);
        assert_eq!(asked.stderr, "");
    }
    let all = audit(&repo, ["status"]).code(0).stdout;
    assert!(all.contains("staging/web") && !all.contains("production"), "{all}");
    record(&repo, BOT, &["environment", "--env", "staging", "--action", "deleted"]);
    let all = audit(&repo, ["status"]).code(1);
    assert!(all.stderr.contains("has been deleted since"), "{}", all.stderr);
}

#[test]
fn a_date_says_what_it_says_or_is_refused() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    deploy(&repo, "production", "HEAD", &["--when", "2025-12-20 12:00"]);
    for (date, message) in [
        ("2025-11-31", "there is no 2025-11-31"),
        ("2025-12-20 25:00", "there is no 25:00"),
        ("friday 18:00", "does not say which friday"),
        ("2026-12-24", "is in the future: it means 2026-12-24"),
        ("23:59", "is in the future"),
    ] {
        let refused = audit(&repo, ["status", "--at", date]).code(2);
        assert!(refused.stderr.contains(message), "{date}: {}", refused.stderr);
        let refused = audit(&repo, ["log", &format!("production@{{{date}}}")]).code(2);
        assert!(refused.stderr.contains(message), "{date}: {}", refused.stderr);
    }
    // A weekday is the one that is named, or is refused.
    for date in [
        "last tuesday",
        "last tue 18:00",
        "2 tuesday",
        "one tuesday ago",
        "2.tuesday.ago",
        "last, tuesday",
        "10:00 tuesday",
        "10 tuesday",
        "10am tuesday",
        "tuesday ago",
        "last week tuesday",
        "0 tuesday",
        "tuesday 1 week ago",
        "1 week ago tuesday",
        "tuesday",
        "tuesday 9:00",
        "Tue, 23 Dec 2025 12:00:00",
        "2025-12-23 tuesday",
        "tuesday 2025-12-23 18:00",
    ] {
        let asked = audit(&repo, ["status", "--at", date, "--format", "json"]);
        match asked.code {
            Some(2) => assert!(asked.stderr.contains("does not say which tuesday"), "{date}"),
            _ => {
                let at = asked.json()["at"].as_str().unwrap().to_owned();
                let at = chrono::DateTime::parse_from_rfc3339(&at).unwrap();
                assert_eq!(at.format("%a").to_string(), "Tue", "{date}: {at}");
            }
        }
    }
    // The present is that of the run, and the moment is said.
    let asked = audit(&repo, ["status", "--at", "now"]).code(0).stdout;
    let now = chrono::DateTime::from_timestamp(world.now(), 0).unwrap();
    let now = now.format("what ran at %Y-%m-%d %H:%M:%S +0000").to_string();
    assert_eq!(asked.lines().next(), Some(&*now));
    for args in [["show", "production@{now}"], ["diff", "production@{now}"]] {
        let shown = audit(&repo, args).code(0).stdout;
        assert!(shown.contains(&now["what ran at ".len()..now.len() - 9]), "{shown}");
    }
    let asked = audit(&repo, ["status", "--at", "last friday", "--format", "json"]).code(0).json();
    assert!(asked["at"].as_str().unwrap() < "2026-01-02", "{asked}");
}

#[test]
fn a_wrong_clock_is_told_and_moves_nothing_else() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    repo.commit("Second").create();
    // Records of a machine whose clock is a year ahead.
    let ahead = |args: &[&str]| {
        let mut command = repo.audit_command();
        let now = world.now() + 365 * 24 * 3600;
        command.arg("record").args(args).arg("--no-sign").env("AUDIT_NOW", now.to_string());
        crate::common::Output::of(&mut command).success();
    };
    ahead(&["note", "--why", "from the future"]);
    deploy(&repo, "production", "HEAD~1", &[]);
    world.tick();
    let status = || audit(&repo, ["status", "--format", "json"]).code(0).json();
    let now = audit(&repo, ["status", "--at", "now", "--format", "json"]).code(0).json();
    for field in ["commit", "since", "seconds"] {
        assert_eq!(status()["environments"][0][field], now["environments"][0][field]);
    }
    assert!(status()["environments"][0]["seconds"].as_i64().unwrap() < 7 * 24 * 3600);
    assert_eq!(status()["environments"][0]["clock"], serde_json::Value::Null);
    ahead(&["deploy", "--env", "production", "--outcome", "success", "--commit", "HEAD"]);
    let told = status();
    assert_eq!(told["environments"][0]["seconds"], serde_json::Value::Null);
    assert_eq!(told["environments"][0]["clock"], "ahead");
    for args in [&["status"][..], &["status", "--at", "now"], &["show", "production"]] {
        let shown = audit(&repo, args).code(0).stdout;
        assert!(shown.contains("clocks disagree"), "{shown}");
    }
    deploy(&repo, "production", "HEAD~1", &[]);
    assert_eq!(status()["environments"][0]["clock"], "disagrees");
    let shown = audit(&repo, ["show", "production", "-n", "1"]).code(0).stdout;
    assert!(shown.contains("  now ") && shown.contains("clocks disagree"), "{shown}");
}

#[test]
fn an_approval_that_was_seen_came_before_whatever_the_clocks_say() {
    let world = World::new();
    let repo = world.repo();
    let id = repo.commit("First").create();
    // The clock of whoever approves is a little ahead of the deployer's.
    let mut command = repo.audit_command();
    command.args(["record", "approval", "--env", "production", "--decision", "approved"]);
    command.args(["--commit", &id, "--no-sign"]).env("AUDIT_NOW", (world.now() + 600).to_string());
    crate::common::Output::of(&mut command).success();
    deploy(&repo, "production", &id, &[]);
    let approve = ["approval", "--env", "production", "--decision", "approved", "--commit", &id];
    record(&repo, BOT, &approve);
    let status = audit(&repo, ["status", "--format", "json"]).code(0).json();
    let timing: Vec<_> = status["environments"][0]["approvals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|approval| approval["timing"].as_str().unwrap())
        .collect();
    assert_eq!(timing, ["before", "after"]);
}

#[test]
fn of_two_corrections_the_later_one_counts() {
    let world = World::new();
    let repo = world.repo();
    let wrong = repo.commit("First").create();
    let right = repo.commit("Second").create();
    repo.commit("Third").create();
    let record = deploy(&repo, "production", "HEAD", &[]);
    let link = format!("corrects={record}");
    deploy(&repo, "production", &wrong, &["--link", &link]);
    deploy(&repo, "production", &right, &["--link", &link]);
    let history = audit(&repo, ["show", "production", "--format", "json"]).code(0).json();
    let states: Vec<_> = history["environments"][0]["deployments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["runs", "corrected", "corrected"]);
    audit(&repo, ["trace", "main"]).code(1);
}

#[test]
fn what_does_not_run_is_looked_up_by_environment_and_service() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    let record = deploy(&repo, "svc", "HEAD", &["--service", "a"]);
    let failed = ["deploy", "--env", "svc", "--service", "b", "--outcome", "failure"];
    crate::common::company::record(&repo, BOT, &[&failed[..], &["--commit", "HEAD"]].concat());
    let refused = audit(&repo, ["diff", "svc/b", "main"]).code(2).stderr;
    let hint = "hint: its deployments failed: audit log --env svc --service b lists";
    assert!(refused.contains(hint), "{refused}");
    audit(&repo, ["log", "--env", "svc", "--service", "b"]).code(0);
    // What was corrected away has not failed.
    let link = format!("corrects={record}");
    deploy(&repo, "svc", "HEAD", &["--service", "c", "--link", &link]);
    let refused = audit(&repo, ["diff", "svc/a", "main"]).code(2).stderr;
    assert!(refused.contains("hint: audit log --env svc --service a lists"), "{refused}");
}

#[test]
fn so_far_back_is_counted_from_the_date() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    for day in ["20", "21", "22"] {
        deploy(&repo, "production", "HEAD", &["--when", &format!("2025-12-{day} 12:00")]);
    }
    let refused = audit(&repo, ["log", "production@{2025-12-21 18:00}~2"]).code(2).stderr;
    assert!(refused.contains("the ledger knows 2 successful until then"), "{refused}");
    let refused = audit(&repo, ["log", "production~3"]).code(2).stderr;
    assert!(refused.contains("the ledger knows 3 successful\n"), "{refused}");
}

#[test]
fn an_environment_that_is_called_as_a_service_of_another_is_told_apart() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    deploy(&repo, "eu/prod", "HEAD", &[]);
    deploy(&repo, "eu", "HEAD", &["--service", "prod"]);
    for args in [["diff", "eu/prod"], ["log", "eu/prod"], ["trace", "eu/prod"]] {
        let refused = audit(&repo, args).code(2).stderr;
        let why = "'eu/prod' is an environment, and the service prod of 'eu'";
        assert!(refused.contains(why), "{args:?}: {refused}");
        let both = "write env:eu/prod for the one, eu//prod for the other";
        assert!(refused.contains(both), "{refused}");
    }
    for args in [["status", "eu/prod"], ["show", "eu/prod"], ["verify", "eu/prod"]] {
        assert!(audit(&repo, args).code(2).stderr.contains("eu//prod"), "{args:?}");
    }
    assert!(audit(&repo, ["log", "--env", "eu/prod"]).code(2).stderr.contains("eu//prod"));
    for name in ["eu/prod/", "env:eu/prod", "eu//prod", "env:eu/prod~0", "eu//prod~0"] {
        audit(&repo, ["diff", name]).code(0);
        audit(&repo, ["trace", name]).code(0);
    }
    let place = |name: &str| {
        let shown = audit(&repo, ["status", name, "--format", "json"]).code(0).json();
        let rows = shown["environments"].as_array().unwrap();
        assert_eq!(rows.len(), 1, "{name}");
        (
            rows[0]["env"].as_str().unwrap().to_owned(),
            rows[0]["service"].as_str().map(str::to_owned),
        )
    };
    assert_eq!(place("env:eu/prod"), ("eu/prod".into(), None));
    assert_eq!(place("eu//prod"), ("eu".into(), Some("prod".into())));
    for (name, count) in [("env:eu/prod", 1), ("eu//prod", 1), ("eu", 1)] {
        let listed = audit(&repo, ["log", "--kind", "deploy", "--env", name, "--format", "jsonl"]);
        assert_eq!(listed.code(0).stdout.lines().count(), count, "{name}");
    }
    // As one service among others it is spelled out.
    deploy(&repo, "eu", "HEAD", &["--service", "web"]);
    let shown = audit(&repo, ["diff", "eu"]).code(0).stdout;
    assert!(shown.contains("eu//prod and main are the same commit"), "{shown}");
    audit(&repo, ["log", "--env", "eu", "--service", "prod"]).code(0);
}
