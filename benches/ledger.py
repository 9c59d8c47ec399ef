"""The ledger: checking beside `sha256sum` and `jq`, appending beside a bare append, judging beside `ssh-keygen`."""

import os
import shutil
from dataclasses import replace

import generate
from measure import Call, Command, output
from table import at_most, beside, within


def measure(bench, records):
    """One size of an unsigned ledger."""
    subject = empty_repository(bench)
    path = bench.folder / "unsigned.jsonl"
    generate.ledger(path, records, bench.seed)
    rows = bench.rows("ledger", f"{records:,} records, {path.stat().st_size / 2**20:.1f} MiB", records)
    by_hand = Command(["sh", "-c", f"sha256sum '{path}' && jq -c . '{path}'"], bench.sealed)
    rows.add("check; sha256sum and jq", bench.audit(subject, "ledger", "check", path), by_hand, at_most(1.5))
    shutil.move(path, subject.path / "audit/ledger.jsonl")
    record = bench.audit(subject, "record", "note", "--why", "measured", "--no-sign")
    # What a sync takes varies more than the rest.
    rows.add("record --no-sign; append and fsync", record, Call(lambda: append(bench.folder / "bare")), beside(0.010), rounds=4)


def measure_signed(bench, records):
    """Signatures of records, of which each is judged."""
    subject, trusted = empty_repository(bench), generate.key(bench.folder)
    output(["git", "-C", subject.path, "config", "gpg.ssh.allowedSignersFile", trusted.signers], bench.sealed)
    path = subject.path / "audit/ledger.jsonl"
    generate.signed_ledger(path, records, bench.seed, trusted, bench.folder)
    rows = bench.rows("ledger", f"{records:,} records with Ed25519 signatures, {path.stat().st_size / 2**20:.1f} MiB", records)
    verify = ["ssh-keygen", "-q", "-Y", "verify", "-f", trusted.signers, "-I", generate.email(generate.PEOPLE[0])]
    body = bench.folder / "text0"
    one = Command([*verify, "-n", "audit-ledger", "-s", f"{body}.sig"], bench.sealed, given=body)
    # Of few records the start of the program is the larger part.
    aims = [within(records / 10_000)] if records >= 5000 else []
    ours = bench.audit(subject, "ledger", "check")
    rows.add("check of signed; ssh-keygen, one times all", ours, replace(one, times=records), *aims)
    rows.add("log of signed records", bench.audit(subject, "log", "--kind", "deploy", "--format", "jsonl"), None)


def append(path):
    """What every append costs, at the least: a line at the end of a file, which is on the disk afterwards."""
    with open(path, "ab", buffering=0) as file:
        file.write(b"x" * 500 + b"\n")
        os.fsync(file.fileno())


def empty_repository(bench):
    """A repository with one commit, and with a folder for a ledger."""
    path = bench.folder / "ledger.git"
    shutil.rmtree(path, ignore_errors=True)
    git = lambda *words: output(["git", "-C", path, *words], bench.sealed)
    output(["git", "init", "-q", "--bare", "-b", "main", path], bench.sealed)
    git("update-ref", "HEAD", git("commit-tree", "-m", "First", git("mktree")))
    (path / "audit").mkdir()
    return bench.subject(path, "ledger", None, bench.sealed)
