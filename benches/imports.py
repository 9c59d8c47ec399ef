#!/usr/bin/env python3
"""Measures `audit import`: benches/imports.py [COUNT [AUDIT]]

Makes a repository of COUNT squashed pull requests (50,000 unless told otherwise) and what GitHub's API says of them and of
one review each, imports it, and imports it again. Prints seconds and, where GNU `time` is installed, megabytes. Aims for 50,000: 20 s
and 500 MB the first time, 5 s the second. Exit code: 1 when an aim is missed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BUILT = Path(__file__).resolve().parent.parent / "target/release/audit"
START = 1_700_000_000
AIMS = [(20.0, 500.0), (5.0, 500.0)]


def user(number):
    login = f"person-{number % 50}"
    page = f"https://github.com/{login}"
    return {"login": login, "id": 1000 + number % 50, "node_id": f"U_{number % 50}", "html_url": page, "type": "User"}


def stamp(number):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START + 600 * number))


def repository(folder, count):
    """A line of COUNT commits; their ids."""
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    stream = []
    for number in range(count + 1):
        who = f"Person {number % 50} <p{number % 50}@acme.example> {START + 600 * number} +0000"
        text = f"Change {number} (#{number})\n" if number else "Begin\n"
        stream.append(f"commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata {len(text)}\n{text}\n")
        stream.append(f"M 644 inline file\ndata {len(str(number))}\n{number}\n\n")
    text = "".join(stream).encode()
    subprocess.run(["git", "-C", folder, "fast-import", "--quiet"], input=text, check=True)
    ids = subprocess.run(["git", "-C", folder, "rev-list", "--reverse", "main"], check=True, capture_output=True, text=True)
    return ids.stdout.split()


def answers(folder, ids):
    """Pages of a hundred, as `gh api --paginate --slurp` prints them."""
    pulls, reviews = [], []
    for number in range(1, len(ids)):
        api = f"https://api.github.com/repos/acme/pay/pulls/{number}"
        page = f"https://github.com/acme/pay/pull/{number}"
        head = f"{number:040x}"
        pulls.append({
            "url": api, "id": 9_000_000 + number, "node_id": f"PR_{number}", "html_url": page, "number": number,
            "state": "closed", "title": f"Change {number}", "user": user(number), "body": "Why it is so.\r\n" * 40,
            "merged_at": stamp(number), "updated_at": stamp(number), "merge_commit_sha": ids[number],
            "head": {"ref": "topic", "sha": head}, "base": {"ref": "main", "sha": ids[number - 1]},
            "merged": True, "merged_by": user(number + 1), "commits": 2,
        })
        reviews.append({
            "id": 8_000_000 + number, "node_id": f"PRR_{8_000_000 + number}", "user": user(number + 7), "body": "",
            "state": "APPROVED", "html_url": f"{page}#pullrequestreview-{number}", "pull_request_url": api,
            "commit_id": head, "submitted_at": stamp(number),
        })
    for name, items in [("pulls.json", pulls), ("reviews.json", reviews)]:
        pages = [items[at:at + 100] for at in range(0, len(items), 100)]
        (folder / name).write_text(json.dumps(pages))


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    audit = sys.argv[2] if len(sys.argv) > 2 else str(BUILT)
    missed = False
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        answers(folder, repository(folder / "repo", count))
        size = sum((folder / name).stat().st_size for name in ["pulls.json", "reviews.json"])
        print(f"{count:,} pull requests with a review each, {size / 2**20:.0f} MiB")
        measured = shutil.which("time", path="/usr/bin")
        prefix = [measured, "-f", "%M", "-o", str(folder / "memory")] if measured else []
        command = [audit, "-C", str(folder / "repo"), "import", "auto", "--no-sign", "--repo", "acme/pay"]
        command += [str(folder / "pulls.json"), str(folder / "reviews.json")]
        named = {"GIT_AUTHOR_NAME": "Ana", "GIT_AUTHOR_EMAIL": "ana@acme.example"}
        for label, (seconds, megabytes) in zip(["first", "again"], AIMS):
            began = time.monotonic()
            subprocess.run(prefix + command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **named})
            took = time.monotonic() - began
            memory = int((folder / "memory").read_text()) / 1024 if measured else 0.0
            missed |= count == 50_000 and (took > seconds or memory > megabytes)
            print(f"  {label}: {took:.1f} s (at most {seconds:.0f}), {memory:.0f} MB (at most {megabytes:.0f})")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
