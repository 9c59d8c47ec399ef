//! A small company: three services, three environments, and everything that happens to code in two days.
//!
//! ```text
//! main     A ─ B ─ S(squash of `refunds`, #410) ──── M(merge of `capture`, #412) ─ T(#413) ─ F(fix, PAY-91)
//!               \                              \    /
//! release-1      R(backport of F, -x)           k1─k2
//! refunds        r1 ─ r2
//! ```

use super::{Output, Repo, World};
use std::ffi::OsStr;

/// Ana leads, Bo writes payments, Cy runs production, and a program deploys.
pub const ANA: (&str, &str) = ("Ana Silva", "ana@example.com");
/// Writes payments.
pub const BO: (&str, &str) = ("Bo Chen", "bo@example.com");
/// Runs production.
pub const CY: (&str, &str) = ("Cy Young", "cy@example.com");
/// Deploys.
pub const BOT: (&str, &str) = ("Deploy Bot", "bot@example.com");

/// Makes a record as somebody; its id.
pub fn record(repo: &Repo<'_>, who: (&str, &str), args: &[&str]) -> String {
    repo.world.tick();
    let mut command = audit_command(repo, args);
    command.env("GIT_AUTHOR_NAME", who.0).env("GIT_AUTHOR_EMAIL", who.1);
    Output::of(&mut command).success().line()
}

fn audit_command(repo: &Repo<'_>, args: &[&str]) -> std::process::Command {
    let mut command = repo.audit_command();
    command.arg("record").args(args).arg("--no-sign");
    command.env("AUDIT_NOW", repo.world.now().to_string());
    command
}

/// Runs the program at the company's present.
pub fn audit<S: AsRef<OsStr>>(repo: &Repo<'_>, args: impl IntoIterator<Item = S>) -> Output {
    let mut command = repo.audit_command();
    command.args(args).env("AUDIT_NOW", repo.world.now().to_string());
    Output::of(&mut command)
}

fn deploy(repo: &Repo<'_>, place: &str, commit: &str, more: &[&str]) -> String {
    let (env, service) = place.split_once('/').unwrap();
    let mut args = vec!["deploy", "--env", env, "--service", service, "--commit", commit];
    args.extend(["--outcome", "success"].iter().filter(|_| !more.contains(&"--outcome")));
    args.extend(more);
    record(repo, BOT, &args)
}

/// Builds the company's repository and ledger.
pub fn company(world: &World) -> Repo<'_> {
    let repo = world.repo();
    let by = |who: (&str, &str), message: &str, file: &str, text: &str| {
        repo.commit(message).by(who.0, who.1).file(file, text).create()
    };
    // The first day: what there was, and the first release.
    by(ANA, "Start the shop", "src/main.c", "int main(void) { return 0; }\n");
    by(ANA, "Add configuration", "config/payments.yaml", "url: https://pay.example\n");
    for place in ["production/api", "production/web", "production/worker", "staging/api", "dev/api"]
    {
        deploy(&repo, place, "HEAD", &["--why", "first release"]);
    }
    repo.branch("release-1", "main");

    // A squashed change: its own branch stays as it was.
    repo.git(["checkout", "-q", "-b", "refunds"]);
    by(BO, "Refund a payment", "src/pay/refund.c", "refund();\n");
    by(BO, "Refund in parts", "src/pay/parts.c", "parts();\n");
    repo.checkout("main");
    repo.commit("Add refunds (#410)\n\nPAY-70\n\nReviewed-by: Ana Silva <ana@example.com>\n")
        .by(BO.0, BO.1)
        .file("src/pay/refund.c", "refund();\n")
        .file("src/pay/parts.c", "parts();\n")
        .create();

    // A merged one.
    world.skip(1_800);
    repo.git(["checkout", "-q", "-b", "capture"]);
    by(BO, "Retry card capture once\n\nFixes: PAY-88\n", "src/pay/capture.c", "retry(1);\n");
    by(BO, "Test the retry", "tests/capture.c", "test();\n");
    repo.checkout("main");
    repo.commit(
        "Merge pull request #412 from acme/capture\n\nRetry card capture\n\nReviewed-by: Ana Silva <ana@example.com>\n",
    )
    .by(ANA.0, ANA.1)
    .merge("capture")
    .file("src/pay/capture.c", "retry(1);\n")
    .file("tests/capture.c", "test();\n")
    .create();
    // A change of configuration that nobody looked at.
    by(
        CY,
        "Raise the timeout (#413)\n\nPAY-90\n",
        "config/payments.yaml",
        "url: https://pay.example\ntimeout: 30\n",
    );
    record(&repo, BOT, &["build", "--outcome", "success", "--name", "linux", "--commit", "main"]);
    record(&repo, BOT, &["test", "--outcome", "success", "--name", "unit", "--commit", "main"]);
    deploy(&repo, "dev/api", "main", &[]);
    deploy(&repo, "staging/api", "main", &[]);

    // The second day: approved, failed once, released.
    world.skip(72_000);
    record(
        &repo,
        CY,
        &["approval", "--env", "production", "--decision", "approved", "--commit", "main"],
    );
    deploy(&repo, "production/api", "main", &["--outcome", "failure"]);
    world.skip(1_200);
    deploy(&repo, "production/api", "main", &["--why", "release 2", "--ticket", "REL-2"]);
    deploy(&repo, "production/web", "main", &["--why", "release 2", "--ticket", "REL-2"]);
    record(
        &repo,
        CY,
        &["config", "--key", "PAY_URL", "--change", "changed", "--env", "production"],
    );
    record(
        &repo,
        ANA,
        &[
            "access",
            "--action",
            "granted",
            "--grantee",
            "bo@example.com",
            "--role",
            "operator",
            "--env",
            "production",
        ],
    );
    record(
        &repo,
        CY,
        &["incident", "--incident", "INC-7", "--action", "opened", "--env", "production"],
    );
    world.skip(1_800);
    record(
        &repo,
        CY,
        &[
            "rollback",
            "--env",
            "production",
            "--service",
            "api",
            "--commit",
            "production/api~1",
            "--from-commit",
            "production/api",
            "--outcome",
            "success",
            "--incident",
            "INC-7",
            "--why",
            "card capture fails",
        ],
    );

    // The fix, carried back to the release branch that the worker runs.
    let fix = by(BO, "Fix rounding of refunds\n\nPAY-91\n", "src/worker.c", "round();\n");
    repo.checkout("release-1");
    repo.commit(format!(
        "Fix rounding of refunds\n\nPAY-91\n\n(cherry picked from commit {fix})\n"
    ))
    .by(BO.0, BO.1)
    .file("src/worker.c", "round();\n")
    .create();
    repo.checkout("main");
    deploy(&repo, "production/worker", "release-1", &["--why", "hotfix", "--ticket", "PAY-91"]);

    // Another clone deploys on its own; its line comes here as it was written.
    let other = repo.clone_to("other", []);
    let (ours, theirs) = (repo.path.join(".git/audit"), other.path.join(".git/audit"));
    std::fs::create_dir_all(&theirs).unwrap();
    std::fs::copy(ours.join("ledger.jsonl"), theirs.join("ledger.jsonl")).unwrap();
    record(&repo, ANA, &["note", "--why", "written here meanwhile"]);
    deploy(&other, "staging/web", "origin/main", &["--why", "from the other clone"]);
    let ledger = std::fs::read_to_string(theirs.join("ledger.jsonl")).unwrap();
    let line = world.root().join("line");
    std::fs::write(&line, format!("{}\n", ledger.lines().last().unwrap())).unwrap();
    let line = line.to_str().unwrap().to_owned();
    Output::of(repo.audit_command().args(["record", "--line", &line])).success();

    record(
        &repo,
        CY,
        &["freeze", "--action", "begins", "--env", "production", "--why", "end of year"],
    );
    world.skip(3_600);
    repo
}

/// Replaces the ids of records, which hold chance, whole and short.
pub fn steady(repo: &Repo<'_>, text: &str) -> String {
    let ledger = std::fs::read_to_string(repo.path.join(".git/audit/ledger.jsonl")).unwrap();
    let mut text = text.to_owned();
    for (number, line) in ledger.split_inclusive('\n').enumerate() {
        let id = audit::ledger::Id::of(line.as_bytes()).to_string();
        text = text.replace(&id, &format!("RECORD-{number:03}"));
        text = text.replace(&id[..10], &format!("RECORD-{number:03}"));
    }
    text
}
