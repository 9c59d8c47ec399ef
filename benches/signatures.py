"""Signatures of commits: `audit log` and `audit verify` beside `git log --format=%G?`."""

from generate import key, signed_repository
from measure import output
from table import at_most, within

THIRTY_TIMES_FASTER = at_most(1 / 30)


def measure(bench, subject):
    """The newest commits, and all of them. Where fewer than a tenth are signed, the walk weighs more than what is
    meant here, and the rows have no aim."""
    rows = bench.rows("signatures", subject.heading(), None)
    newest = ["-n", str(bench.signatures)]
    name = f"log of the newest {bench.signatures}, {signed(subject, newest)} signed"
    ours = bench.audit(subject, "log", "--format", "jsonl", "--kind", "commit,merge", *newest)
    rows.add(name, ours, bench.git(subject, "log", "--format=%H %G?", *newest), *aims(subject, newest))
    name = f"verify everything, {signed(subject, [])} signed"
    rows.add(name, verify(bench, subject), bench.git(subject, "log", "--format=%G?"), *aims(subject, []))
    if subject.commits > 10:
        rows.add("verify of ten commits", verify(bench, subject, "HEAD~10..HEAD"), None, within(0.050))


def measure_generated(bench, count):
    """A generated repository in which all commits but one are signed."""
    trusted = key(bench.folder)
    path = bench.folder / f"signed-{count}.git"
    signed_repository(path, count, trusted)
    subject = bench.subject(path, f"generated, {count:,} SSH signatures", count, bench.sealed)
    output(["git", "-C", path, "config", "gpg.ssh.allowedSignersFile", trusted.signers], bench.sealed)
    rows = bench.rows("signatures", subject.heading(), count)
    # The few signatures of a small repository don't weigh up the start.
    aims = [THIRTY_TIMES_FASTER] if count >= 500 else []
    git = bench.git(subject, "log", "--format=%H %G?")
    rows.add("log of signed commits", bench.audit(subject, "log", "--format", "jsonl", "--kind", "commit,merge"), git, *aims)
    rows.add("verify of signed commits", verify(bench, subject), git, *aims)


def verify(bench, subject, *words):
    # Findings and doubt are answers, too.
    return bench.audit(subject, "verify", *words, codes=(0, 1, 3))


def signed(subject, words):
    """How many of the commits carry a signature."""
    raw = output(["git", "-C", subject.path, "log", "--format=raw", *words], subject.environment)
    return sum(line.startswith("gpgsig") for line in raw.splitlines())


def aims(subject, words):
    walked = output(["git", "-C", subject.path, "rev-list", "--count", *words, "HEAD"], subject.environment)
    return [THIRTY_TIMES_FASTER] if signed(subject, words) * 10 >= int(walked) else []
