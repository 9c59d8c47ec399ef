"""`audit trace`, `diff`, `status` and `show` on a generated ledger of deployments: measured, and held to git.

Nothing is written into the repository: the ledgers lie in bare repositories of their own, with links to the objects
(see `borrow`). In the first, which is measured, deployments go over the first-parent line of HEAD in its
order, each commit to staging and then to production/api, HEAD last; every tenth is approved. In the second the place
`random` gets commits drawn at random from all of history.
"""

import json
import random
import re
import subprocess
from pathlib import Path

from generate import PEOPLE, Ledger
from history import FIELDS, LARGE
from measure import Failure, in_turns, output
from table import at_most, within

# So many commits are drawn to see how `trace` spreads.
DRAWN = 40


def measure(bench, subject):
    clone, line, records = along_the_line(bench, subject)
    graph = "with" if bench.graph else "without"
    rows = bench.rows("join", f"{subject.heading()}, {records:,} records, {graph} a commit-graph", subject.size)
    every = commits(clone, "%H")
    add_traces(bench, subject, rows, clone, every, "")
    rows.add("status", bench.audit(clone, "status"), None, within(0.1))
    rows.add("diff of neighbours; log A...B", *diff(bench, clone, line, 1), within(0.1))
    rows.add("diff over a tenth of the line; log A...B", *diff(bench, clone, line, len(line) // 10))
    if bench.compare:
        bench.differences += compare_pairs(bench, subject) + compare_traces(bench, clone, line, every)
    rows.add("index, all of it", bench.audit(clone, "index", "--full"), None)
    rows.add("index, nothing new", bench.audit(clone, "index"), None)
    add_traces(bench, subject, rows, clone, every, ", indexed")
    if bench.compare:
        bench.differences += compare_traces(bench, clone, line, every)


def add_traces(bench, subject, rows, clone, every, how):
    """Rows of `trace` as it is asked, and how it spreads: without an index (`audit index`) or with one."""
    for name, at in (("newest", 0), ("in the middle", len(every) // 2), ("oldest", len(every) - 1)):
        theirs = bench.git(clone, "tag", "--contains", every[at])
        aims = [at_most(1)] if subject.commits >= LARGE else []
        ours = bench.audit(clone, "trace", every[at])
        rows.add(f"trace of a commit{how}, {name}; tag --contains", ours, theirs, *aims)
    if subject.commits >= LARGE:
        print_spread(bench, clone, every, f"drawn at random{how}")
        print_spread(bench, clone, named(clone, every), f"that others revert or pick{how}")


def named(clone, every):
    """The commits of which others say that they revert or pick them: those take longest, for git knows nothing of it."""
    phrases = ["This reverts commit", "cherry picked from commit"]
    texts = commits(clone, "%B", *(f"--grep={phrase}" for phrase in phrases))
    ids = re.findall(rf"(?:{'|'.join(phrases)})\s+([0-9a-f]{{40}})", "\n".join(texts))
    return sorted(set(ids) & set(every))


def print_spread(bench, clone, among, which):
    """How `trace` of some commits takes beside `git tag --contains`: those of the rows may be lucky ones."""
    ratios = []
    for commit in random.Random(bench.seed).sample(among, min(DRAWN, len(among))):
        ours = bench.audit(clone, "trace", commit, codes=(0, 1, 3))
        ours, theirs = in_turns(bench.rounds, ours, bench.git(clone, "tag", "--contains", commit))
        ratios.append(ours.clock / theirs.clock)
    if not ratios:
        return
    ratios.sort()
    longer = sum(ratio > 1 for ratio in ratios)
    print(f"  trace of {len(ratios)} commits {which}; tag --contains: median {ratios[len(ratios) // 2]:.2f}, three quarters up to "
          f"{ratios[len(ratios) * 3 // 4]:.2f}, the longest {ratios[-1]:.2f}; {longer} took longer than git")  # fmt: skip


def diff(bench, clone, line, steps):
    """`audit diff` and what git tells of the same: commits gained and lost, and the paths that they touch."""
    theirs = bench.git(clone, "log", "--left-right", "--name-only", f"--format={FIELDS}", f"{line[-1 - steps]}...{line[-1]}")
    return bench.audit(clone, "diff", f"production/api~{steps}", "production/api"), theirs


def commits(subject, form, *words):
    printed = output(["git", "-C", subject.path, "log", f"--format={form}", *words, "HEAD"], subject.environment)
    return printed.splitlines()


def borrow(theirs, ours):
    """Links the objects in, so that they are found as in a clone: those of alternates are looked for last, after a
    search for a file in vain. Nothing may write there: `borrowing` turns git's housekeeping off."""
    if (theirs / "info/alternates").exists():
        (ours / "info/alternates").write_text(f"{theirs}\n")
        return
    (ours / "pack").rmdir()
    for entry in theirs.iterdir():
        if entry.name != "info":
            (ours / entry.name).symlink_to(entry)


def borrowing(bench, subject, name):
    """A bare repository that borrows the objects, with a folder for a ledger."""
    path = bench.folder / f"{subject.name}-{name}.git"
    git = lambda *words: output(["git", "-C", path, *words], bench.sealed)
    there = lambda *words: output(["git", "-C", subject.path, *words], subject.environment)
    output(["git", "init", "-q", "--bare", path], bench.sealed)
    source = Path(there("rev-parse", "--path-format=absolute", "--git-common-dir"))
    git("config", "gc.auto", "0")
    git("config", "maintenance.auto", "false")
    borrow(source / "objects", path / "objects")
    refs = there("for-each-ref", "--format=%(objectname) %(refname)")
    (path / "packed-refs").write_text(f"# pack-refs with:\n{refs}\n")
    git("update-ref", "--no-deref", "HEAD", there("rev-parse", "HEAD"))
    if bench.graph:
        git("commit-graph", "write", "--reachable")
    else:
        git("config", "core.commitGraph", "false")
    (path / "audit").mkdir()
    return bench.subject(path, f"{subject.name}-{name}", subject.size, bench.sealed)


def along_the_line(bench, subject):
    """A repository with deployments along HEAD's line, what was deployed, and the number of records."""
    clone = borrowing(bench, subject, "line")
    line = commits(clone, "%H %T %ct", "--first-parent", "--reverse")
    steps = max(2, min(subject.commits // 16, len(line)))
    line = [line[at * len(line) // steps - 1] for at in range(1, steps + 1)]
    latest = 0
    with Ledger(clone.path / "audit/ledger.jsonl") as ledger:
        for number, commit in enumerate(line):
            oid, tree, when = commit.split()
            latest = max(latest, int(when))
            what = {"commit": oid, "outcome": "success", "tree": tree}
            ledger.add("deploy", latest + 600, what, {"env": "staging"})
            if number % 10 == 0:
                approved = {"commit": oid, "decision": "approved", "tree": tree}
                ledger.add("approval", latest + 900, approved, {"env": "production"}, PEOPLE[1])
            ledger.add("deploy", latest + 3600, what, {"env": "production", "service": "api"})
    return clone, [commit.split()[0] for commit in line], ledger.count


def at_random(bench, subject):
    """A repository with deployments of commits drawn from all of history."""
    clone = borrowing(bench, subject, "random")
    every = commits(clone, "%H %T %ct")
    latest = max(int(commit.split()[2]) for commit in every)
    drawn = random.Random(bench.seed)
    with Ledger(clone.path / "audit/ledger.jsonl") as ledger:
        for number in range(bench.compare + 1):
            oid, tree, _ = drawn.choice(every).split()
            ledger.add("deploy", latest + number, {"commit": oid, "outcome": "success", "tree": tree}, {"env": "random"})
    return clone


def compare_pairs(bench, subject):
    """The number of differences in commits gained and lost, to `git rev-list --count A ^B`; each is printed."""
    clone = at_random(bench, subject)
    count = lambda new, old: int(output(["git", "-C", clone.path, "rev-list", "--count", new, f"^{old}"], bench.sealed))
    shown = json.loads(answer(bench, clone, "show", "env:random", "-n", "0", "--format", "json"))
    steps = list(reversed(shown["environments"][0]["deployments"]))
    differences = 0
    for old, new in zip(steps, steps[1:]):
        for name, left, right in (("gained", old, new), ("lost", new, old)):
            expected = count(right["commit"], left["commit"])
            if new[name] != expected:
                differences += 1
                print(f"  {name} {left['commit']} {right['commit']}: audit {new[name]}, git {expected}")
    print(f"  {len(steps) - 1} pairs compared with git rev-list --count, both ways: {differences} differences")
    return differences


def compare_traces(bench, clone, line, every):
    """The number of differences in where and since when commits run, to `git merge-base --is-ancestor`."""
    drawn = random.Random(bench.seed)
    chosen = list(dict.fromkeys(drawn.choice(every) for _ in range(bench.compare)))
    printed = answer(bench, clone, "trace", *chosen, "--no-signatures", "--format", "jsonl")
    traces = {trace["commit"]["id"]: trace for trace in map(json.loads, printed.splitlines())}
    differences = copies = 0
    for commit in chosen:
        for env, service in (("staging", None), ("production", "api")):
            reached = [one for one in traces[commit]["environments"] if (one["env"], one["service"] or None) == (env, service)]
            # What came as a copy first (the same patch, say) was there before git can know of it.
            if reached and reached[0]["through"]:
                copies += 1
            elif not right_trace(bench, clone, line, commit, reached):
                differences += 1
                print(f"  trace {commit} in {env}: audit {reached[:1]}, git says otherwise")
    print(f"  {len(chosen)} commits compared with git merge-base --is-ancestor, in 2 places: {differences} differences; "
          f"{copies} times a copy came first")  # fmt: skip
    return differences


def right_trace(bench, clone, line, commit, reached):
    """Whether git agrees that a commit is in the newest deployment or not, and about the first that had it."""
    if bool(reached) != is_ancestor(bench, clone, commit, line[-1]):
        return False
    if not reached:
        return True
    at = line.index(reached[0]["deployed_commit"])
    return is_ancestor(bench, clone, commit, line[at]) and (at == 0 or not is_ancestor(bench, clone, commit, line[at - 1]))


def is_ancestor(bench, clone, old, new):
    words = ["git", "-C", clone.path, "merge-base", "--is-ancestor", old, new]
    done = subprocess.run(words, env=bench.sealed, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise Failure(done.stderr.decode("utf-8", "replace").strip())
    return done.returncode == 0


def answer(bench, clone, *words):
    return output([bench.program, "-C", clone.path, *words], bench.sealed, codes=(0, 1, 3))
