//! What reports must not lose on a narrow terminal, and how they print times around the end of summer time.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::company::{ANA, BOT, CY, audit, record};
use crate::common::{Output, Repo, World, require};

/// What a terminal of so many columns shows.
fn terminal(repo: &Repo<'_>, columns: usize, args: &str) -> String {
    let mut command = repo.world.command("script");
    let line = format!("{} --no-pager {args}", env!("CARGO_BIN_EXE_audit"));
    command
        .args(["-qec", &line, "/dev/null"])
        .current_dir(&repo.path)
        .env("COLUMNS", columns.to_string())
        .env("TERM", "xterm")
        .env("NO_COLOR", "1")
        .env("AUDIT_NOW", repo.world.now().to_string());
    Output::of(&mut command).success().stdout.replace("\r\n", "\n")
}

fn deploy(repo: &Repo<'_>, commit: &str, more: &[&str]) {
    let args = ["deploy", "--env", "production", "--service", "payments", "--commit", commit];
    record(repo, BOT, &[&args, more].concat());
}

#[test]
fn dates_and_outcomes_are_whole_and_what_has_no_column_is_told_below() {
    let world = World::new();
    if !require("script") {
        return;
    }
    let repo = world.repo();
    repo.git(["checkout", "-q", "-b", "a-branch-with-quite-a-long-name"]);
    let first = repo.commit("Start the shop, which sells a good many things to people").create();
    repo.commit("Retry the capture of a card once when the bank does not answer").create();
    let approval = ["approval", "--env", "production", "--decision", "approved"];
    record(&repo, CY, &[&approval[..], &["--commit", &first]].concat());
    deploy(&repo, "HEAD", &["--outcome", "success"]);
    deploy(&repo, "HEAD", &["--outcome", "failure"]);
    let back = ["rollback", "--env", "production", "--service", "payments", "--commit", &first];
    record(&repo, ANA, &[&back[..], &["--from-commit", "HEAD", "--outcome", "success"]].concat());
    let date = audit(&repo, ["status", "--format", "csv"]).code(0).stdout;
    let date = date.lines().nth(1).unwrap().split(',').find(|cell| cell.starts_with("202"));
    let date = date.unwrap()[..16].replace('T', " ");
    for columns in [80, 100, 120] {
        let status = terminal(&repo, columns, "status");
        let table: Vec<&str> = status.lines().take_while(|line| !line.is_empty()).collect();
        assert!(table.iter().all(|line| line.chars().count() <= columns), "{status}");
        assert!(
            table[1].contains(&date) && table[1].starts_with("production/payments "),
            "{status}"
        );
        assert!(status.contains("Cy Young") && status.contains("rollback"), "{status}");
        assert!(status.contains("a-branch-with-quite-a-long-name"), "{status}");

        let history = terminal(&repo, columns, "show production");
        assert!(history.lines().all(|line| line.chars().count() <= columns), "{history}");
        for (at, word) in [(3, "rollback"), (4, "failure")] {
            assert!(
                history.lines().nth(at).unwrap()[..columns / 2 + 8].contains(word),
                "{history}"
            );
        }

        let log = terminal(&repo, columns, "log");
        assert!(log.lines().all(|line| line.chars().count() <= columns), "{log}");
        assert!(log.contains("deploy failure production/payments "), "{log}");
        assert!(log.contains(&date[11..]), "{log}");
    }
}

#[test]
fn each_time_stands_under_its_own_offset() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    // 12:00 and 13:00 of Berlin's clocks, in summer and in winter.
    deploy(&repo, "HEAD", &["--outcome", "success", "--when", "2025-10-20T10:00:00Z"]);
    let other = ["deploy", "--env", "staging", "--outcome", "success", "--commit", "HEAD"];
    record(&repo, BOT, &[&other[..], &["--when", "2025-11-20T12:00:00Z"]].concat());
    let berlin = |args: &[&str]| {
        let mut command = repo.audit_command();
        command.args(args).env("AUDIT_NOW", world.now().to_string());
        command.env("TZ", "CET-1CEST,M3.5.0,M10.5.0/3");
        Output::of(&mut command).success().stdout
    };
    let status = berlin(&["status"]);
    assert!(status.contains("SINCE (+02:00)"), "{status}");
    assert!(status.contains("2025-10-20 12:00  "), "{status}");
    assert!(status.contains("2025-11-20 13:00+01  "), "{status}");
    let history = berlin(&["show", "staging"]);
    assert!(history.contains("FROM (+01:00)") && history.contains("2025-11-20 13:00  "));
    let log = berlin(&["log", "--kind", "deploy"]);
    let (winter, summer) = log.split_once("WHEN (+02:00)").expect("a second heading");
    assert!(winter.starts_with("WHEN (+01:00)") && winter.contains("2025-11-20 13:00"), "{log}");
    assert!(summer.contains("2025-10-20 12:00"), "{log}");
}
