"""Signatures of commits: `audit log` and `audit verify` beside `git log --format=%G?`."""

from generate import key, signed_repository
from measure import output
from table import at_most, within

THIRTY_TIMES_FASTER = at_most(1 / 30)


def measure(bench, subject):
    """The newest commits, all of them, and those of a small push."""
    rows = bench.rows("signatures", subject.heading(), None)
    newest = ["-n", str(bench.signatures)]
    count, all_of_them = signed(subject, newest), signed(subject, [])
    ours = bench.audit(subject, "log", "--format", "jsonl", "--kind", "commit,merge", *newest)
    theirs = bench.git(subject, "log", "--format=%H %G?", *newest)
    name = f"log of the newest {bench.signatures}, {count} signed"
    rows.add(name, ours, theirs, *aims(count, walked(subject, newest)))
    name = f"verify everything, {all_of_them} signed"
    rows.add(name, verify(bench, subject), bench.git(subject, "log", "--format=%G?"), *aims(all_of_them, walked(subject, [])))
    if walked(subject, ["--first-parent", "-n", "11"]) == 11:
        # Ten steps of a line with merges are more commits than the aim is about.
        count = walked(subject, ["HEAD~10..HEAD"])
        limit = [within(0.050)] if count <= 10 else []
        rows.add(f"verify HEAD~10..HEAD, {count} commits", verify(bench, subject, "HEAD~10..HEAD"), None, *limit)


def measure_generated(bench, count):
    """A generated repository in which all commits but one are signed."""
    trusted = key(bench.folder)
    path = bench.folder / f"signed-{count}.git"
    signed_repository(path, count, trusted)
    subject = bench.subject(path, f"generated, {count:,} SSH signatures", count, bench.sealed)
    output(["git", "-C", path, "config", "gpg.ssh.allowedSignersFile", trusted.signers], bench.sealed)
    rows = bench.rows("signatures", subject.heading(), count)
    git = bench.git(subject, "log", "--format=%H %G?")
    rows.add("log of signed commits", bench.audit(subject, "log", "--format", "jsonl", "--kind", "commit,merge"), git, *aims(count, count))
    rows.add("verify of signed commits", verify(bench, subject), git, *aims(count, count))


def verify(bench, subject, *words):
    # Findings and doubt are answers, too.
    return bench.audit(subject, "verify", *words, codes=(0, 1, 3))


def signed(subject, words):
    """How many of the commits carry a signature."""
    raw = output(["git", "-C", subject.path, "log", "--format=raw", *words], subject.environment)
    return sum(line.startswith("gpgsig") for line in raw.splitlines())


def walked(subject, words):
    """How many commits `git log` would show with these words."""
    printed = output(["git", "-C", subject.path, "log", "--format=%H", *words], subject.environment)
    return len(printed.splitlines())


def aims(signed, walked):
    """Few signatures don't weigh up the start; few among many commits, the walk."""
    return [THIRTY_TIMES_FASTER] if signed >= max(100, walked / 10) else []
