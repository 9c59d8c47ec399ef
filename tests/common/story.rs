//! A small history that has a bit of everything, for what people see: README and snapshots.

use super::terminal::settle;
use super::{Key, Repo, World};

/// An hour, in seconds.
const HOUR: i64 = 3600;

/// A shop's payment service: Ana and Bruno write it, Carla reviews, and Mallory signs with a key that
/// nobody knows. Ask [`super::require`] for `ssh-keygen` first. The present is two hours after the last
/// commit: see [`World::now`].
pub fn payments(world: &World) -> Repo<'_> {
    let (ana, mallory) = (world.ssh_key("ana"), world.ssh_key("mallory"));
    let Key::Ssh { principal, secret, public } = &ana else { panic!("an SSH key") };
    let signers = format!("{principal} namespaces=\"git,audit-ledger\" {public}\n");
    let repo = world.init("pay").create();
    repo.config("gpg.format", "ssh").config("user.signingKey", secret);
    repo.config("user.name", super::world::NAME).config("user.email", super::world::EMAIL);

    repo.commit("Take payments by card\n\nThe shop has had cash only.\n\nTicket: PAY-1\n")
        .file("src/pay.rs", "fn take(card: &Card) -> Receipt {}\n")
        .file(".audit/allowed_signers", signers)
        .sign(&ana)
        .create();
    world.skip(3 * HOUR);
    repo.branch("capture", "main").checkout("capture");
    repo.commit(
        "Retry card capture once\n\n\
         The terminal answers late when the shop is full; a second\n\
         request within a minute is not a second payment.\n\n\
         Fixes: PAY-88\n\
         Co-authored-by: Carla Dias <carla@example.com>\n",
    )
    .by("Bruno Costa", "bruno@example.com")
    .file("src/capture.rs", "fn capture() { retry(1) }\n")
    .create();
    world.skip(20 * HOUR);
    repo.checkout("main");
    repo.commit(
        "Merge pull request #12 from bruno/capture\n\n\
         Retry card capture once\n\n\
         Reviewed-by: Carla Dias <carla@example.com>\n",
    )
    .merge("capture")
    .sign(&ana)
    .create();
    world.skip(HOUR);
    repo.tag("v1.0").message("The first release\n\nTakes cards.\n").sign(&ana).create();
    world.skip(24 * HOUR);
    let refunds = repo
        .commit("Log each refund (#13)\n")
        .by("山田 花子", "hanako@example.com")
        .file("src/refund.rs", "fn refund() { log() }\n")
        .create();
    world.skip(HOUR);
    repo.commit("Speed up the build\n")
        .by("Mallory", "mallory@example.com")
        .file(".github/workflows/build.yml", "on: push\n")
        .sign(&mallory)
        .create();
    world.skip(2 * HOUR);
    repo.commit(format!(
        "Revert \"Log each refund (#13)\"\n\nThis reverts commit {refunds}.\n\nIt logged card numbers.\n"
    ))
    .remove("src/refund.rs")
    .sign(&ana)
    .create();
    repo.tag("v1.0.1").create();
    world.skip(2 * HOUR);
    repo
}

/// The repository of the tour: the payment service of a company that has never heard of us. Ana and
/// Bruno sign with SSH keys, Dora and 田中 don't, and git has been told of nobody's key. Ana and Bruno
/// have homes (see [`settle`]); outside the repository lies the shell script that checks a ledger.
/// Ask [`super::require`] for `ssh-keygen` first.
pub fn acme(world: &World) -> Repo<'_> {
    let (ana, bruno) = (settle(world, "ana", "Ana Silva"), settle(world, "bruno", "Bruno Costa"));
    let repo = world.init("pay").create();
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/check-ledger.sh");
    std::fs::copy(script, world.root().join("check-ledger.sh")).unwrap();

    repo.commit("Take payments by card\n\nThe shop has had cash only.\n\nTicket: PAY-1\n")
        .file("src/pay/card.rs", "fn take(card: &Card) -> Receipt {}\n")
        .file("deploy.sh", "echo \"payments now runs in $1\"\n")
        .sign(&ana)
        .create();
    world.skip(HOUR);
    repo.commit("Wait longer for the terminal (#9)\n\nOPS-4\n")
        .by("Bruno Costa", "bruno@example.com")
        .file("config/terminal.toml", "timeout = 30\n")
        .sign(&bruno)
        .create();
    world.skip(HOUR);
    repo.branch("capture", "main").checkout("capture");
    repo.commit(
        "Retry card capture once\n\n\
         The terminal answers late when the shop is full; a second\n\
         request within a minute is not a second payment.\n\n\
         Fixes: PAY-88\n",
    )
    .by("Dora Weiss", "dora@example.com")
    .file("src/pay/capture.rs", "fn capture() { retry(1) }\n")
    .create();
    world.skip(3 * HOUR);
    repo.checkout("main");
    repo.commit(
        "Merge pull request #12 from acme/capture\n\n\
         Retry card capture once\n\n\
         Reviewed-by: Bruno Costa <bruno@example.com>\n",
    )
    .merge("capture")
    .sign(&ana)
    .create();
    world.skip(HOUR);
    repo.tag("v1.0").message("The first release\n\nTakes cards.\n").sign(&ana).create();
    world.skip(18 * HOUR);
    world.skip(2 * HOUR);
    repo.commit("Print receipts in Japanese (#15)\n\nPAY-90\n")
        .by("田中 葵", "aoi@example.com")
        .file("src/print.rs", "fn print() { ja() }\n")
        .create();
    world.skip(4 * HOUR);
    repo.commit("Round amounts to whole cents\n")
        .by("Dora Weiss", "dora@example.com")
        .file("src/pay/amount.rs", "fn cents(amount: f64) -> i64 { amount as i64 }\n")
        .create();
    world.skip(HOUR);
    repo
}
