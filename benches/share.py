"""A shared ledger over `file://`: the first sync of a clone, a record that is published, and what a CI job moves."""

import shutil

import generate
from measure import Command, output
from table import within


def measure(bench, records):
    """One size of a published ledger."""
    server, clone, fresh, job = (bench.folder / f"share-{name}.git" for name in ("server", "clone", "fresh", "job"))
    for path in (server, clone, fresh, job):
        shutil.rmtree(path, ignore_errors=True)
    git = lambda path, *words: output(["git", "-C", path, *words], bench.sealed)
    output(["git", "init", "-q", "--bare", "-b", "main", server], bench.sealed)
    git(server, "update-ref", "HEAD", git(server, "commit-tree", "-m", "First", git(server, "mktree")))
    git(server, "config", "uploadpack.allowFilter", "true")
    output(["git", "clone", "-q", "--bare", server, clone], bench.sealed)
    (clone / "audit").mkdir()
    generate.ledger(clone / "audit/ledger.jsonl", records, bench.seed)
    output([bench.program, "-C", clone, "sync"], bench.sealed)
    git(server, "gc", "-q")
    subject = bench.subject(clone, "share", None, bench.sealed)
    rows = bench.rows("share", f"{records:,} published records over file://", records)
    again = f"rm -rf '{fresh}' && git clone -q --bare 'file://{server}' '{fresh}' && '{bench.program}' -C '{fresh}' sync"
    aims = [within(10)] if records == 100_000 else []
    rows.add("clone and first sync", Command(["sh", "-c", again], bench.sealed), None, *aims)
    aims = [within(1)] if records == 100_000 else []
    rows.add("record --sync", bench.audit(subject, "record", "note", "--why", "measured", "--no-sign", "--sync"), None, *aims)
    rows.add("sync, nothing new", bench.audit(subject, "sync"), None)
    few = f"rm -rf '{job}' && git clone -q --bare --depth=1 'file://{server}' '{job}' && CI=1 '{bench.program}' -C '{job}' record note --why measured --no-sign --sync"
    rows.add("shallow clone and record --sync in CI", Command(["sh", "-c", few], bench.sealed), None)
