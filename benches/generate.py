"""Repositories and ledgers, made from a seed: the same seed and size give the same bytes, but for signatures."""

import hashlib
import json
import os
import random
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from measure import Failure, output

BEGIN = 1_400_000_000
# Seconds between commits: some 88,000 in a year, as Linux has.
PACE = 360
PEOPLE = ["Ana Silva", "Bo Chen", "Cem Öz", "Dana Kim", "Eli Roth", "Fay Lind", "Gil Ito"]
WORDS = "add fix move drop split merge cache price ledger invoice tax login report retry limit index".split()
# As many lines of signed commits, or chains of signed records, side by side: one run of ssh-keygen signs a row.
CHAINS = 64


def sealed(folder):
    """An environment in which nobody's own configuration counts."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    environment.update(GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1", GIT_PAGER="cat", GIT_TERMINAL_PROMPT="0")
    for role in ("AUTHOR", "COMMITTER"):
        environment.update({f"GIT_{role}_NAME": PEOPLE[0], f"GIT_{role}_EMAIL": email(PEOPLE[0])})
    return environment


def email(name):
    return name.split()[0].lower() + "@example.com"


def repository(path, commits, seed):
    """A bare repository: a line of blocks of ten commits, of which the last merges three that went beside the line;
    a hundred files, seven people, bodies and trailers, an annotated tag for every hundredth commit."""
    environment = sealed(path.parent)
    output(["git", "init", "-q", "--bare", "-b", "main", path], environment)
    process = subprocess.Popen(["git", "-C", path, "fast-import", "--quiet"], env=environment, stdin=subprocess.PIPE)
    drawn = random.Random(seed)
    with process.stdin as stream:
        for number in range(1, commits + 1):
            stream.write(commit(number, drawn))
            if number % 100 == 0:
                stream.write(tag(number))
    if process.wait() != 0:
        raise Failure("git fast-import failed")
    output(["git", "-C", path, "commit-graph", "write", "--reachable"], environment)


def parents(number):
    """The numbers of a commit's parents: 7, 8 and 9 of ten go beside the line, from 5; 10 merges 9 into 6."""
    place = number % 10
    if number == 1:
        return []
    if place == 7:
        return [number - 2]
    if place == 0:
        return [number - 4, number - 1]
    return [number - 1]


def commit(number, drawn):
    """A commit in the language of `git fast-import`."""
    when = BEGIN + number * PACE
    author, committer = (drawn.choice(PEOPLE) for _ in range(2))
    words = [drawn.choice(WORDS) for _ in range(8)]
    message = f"{' '.join(words[:4])} {number}\n\n{' '.join(words)}\n\nFixes: PAY-{number % 997}\nSigned-off-by: {author} <{email(author)}>\n"
    lines = [f"commit refs/heads/main\nmark :{number}"]
    lines += [f"author {author} <{email(author)}> {when} +0000", f"committer {committer} <{email(committer)}> {when + 30} +0100"]
    lines.append(data(message))
    lines += [f"{word} :{parent}" for word, parent in zip(("from", "merge"), parents(number))]
    lines.append(f"M 644 inline folder{number % 10}/file{number // 10 % 10}\n{data(f'{number}')}\n\n")
    return "\n".join(lines).encode()


def tag(number):
    return f"tag v{number}\nfrom :{number}\ntagger {PEOPLE[0]} <{email(PEOPLE[0])}> {BEGIN + number * PACE + 60} +0000\n{data(f'Version {number}')}\n".encode()


def data(text):
    return f"data {len(text.encode())}\n{text}"


@dataclass(frozen=True)
class Key:
    """An SSH key made for the occasion, and a file that trusts it."""

    secret: Path
    signers: Path


def key(folder):
    secret, signers = folder / "key", folder / "allowed_signers"
    if not secret.exists():
        output(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", secret], sealed(folder))
        signers.write_text(f"{email(PEOPLE[0])} {(folder / 'key.pub').read_text()}")
    return Key(secret, signers)


def sign(key, namespace, texts, folder):
    """The armoured signatures of some texts, by one run of ssh-keygen. The files `text0`, `text0.sig`, … stay."""
    names = [folder / f"text{number}" for number in range(len(texts))]
    for name, text in zip(names, texts):
        name.write_text(text, encoding="utf-8")
        Path(f"{name}.sig").unlink(missing_ok=True)
    output(["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", key.secret, *names], sealed(folder))
    return [Path(f"{name}.sig").read_text() for name in names]


def rows_of(count):
    """The numbers up to `count` in rows, of which each builds on the row above: first one alone, as the root."""
    number = 0
    while number < count:
        width = min(1 if number == 0 else CHAINS, count - number)
        yield range(number, number + width)
        number += width


def signed_repository(path, commits, key):
    """A bare repository of signed commits: 64 lines side by side on one root; an unsigned commit joins them."""
    environment, folder = sealed(path.parent), path.parent
    output(["git", "init", "-q", "--bare", "-b", "main", path], environment)
    git = lambda *words, text=None: output(["git", "-C", path, *words], environment, text=text)
    tree = git("mktree")
    tips = above = []
    for row in rows_of(commits):
        bodies = [signed_commit(tree, number, above[place % len(above)] if above else None) for place, number in enumerate(row)]
        signatures = sign(key, "git", ["\n\n".join(body) for body in bodies], folder)
        for place, ((head, message), signature) in enumerate(zip(bodies, signatures)):
            folded = signature.strip().replace("\n", "\n ")
            (folder / f"text{place}").write_text(f"{head}\ngpgsig {folded}\n\n{message}")
        names = "".join(f"{folder / f'text{place}'}\n" for place in range(len(row)))
        above = git("hash-object", "-t", "commit", "-w", "--stdin-paths", text=names).splitlines()
        tips = above + tips[len(above):]
    joined = git("commit-tree", tree, *(word for tip in tips for word in ("-p", tip)), "-m", "Join")
    git("update-ref", "HEAD", joined)
    git("repack", "-adq")


def signed_commit(tree, number, parent):
    """Head and message of a commit that is to be signed."""
    person = f"{PEOPLE[0]} <{email(PEOPLE[0])}> {BEGIN + number * PACE} +0000"
    above = f"\nparent {parent}" if parent else ""
    return f"tree {tree}{above}\nauthor {person}\ncommitter {person}", f"Commit {number}\n"


ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def moment(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def record_line(body, signature=None):
    """A line of a ledger, from the canonical text of its body."""
    return f'{{"body":{body},"sig":{json.dumps(signature)}}}\n'.encode()


def record_id(line):
    return hashlib.sha256(line).hexdigest()


class Ledger:
    """Writes records without signatures, each building on the one before."""

    def __init__(self, path):
        self.out = open(path, "wb")
        self.prev, self.count = [], 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.out.close()

    def add(self, kind, when, what, where, who=PEOPLE[0]):
        self.count += 1
        body = ENCODER.encode({
            "kind": kind, "ledger": "example.com/generated", "nonce": f"{self.count:032x}", "prev": self.prev, "v": 1,
            "what": what, "when": moment(when), "where": where, "who": {"email": email(who), "name": who},
        })  # fmt: skip
        line = record_line(body)
        self.prev = [record_id(line)]
        self.out.write(line)


def deploy(number, prev, seed):
    """The canonical body of a deployment of nothing that exists. Put together by hand: a million are wanted."""
    digits = hashlib.sha512(f"{seed} {number}".encode()).hexdigest()
    prev = f'"{prev}"' if prev else ""
    return (
        f'{{"kind":"deploy","ledger":"example.com/generated","nonce":"{digits[:32]}","prev":[{prev}],"v":1,'
        f'"what":{{"commit":"{digits[32:72]}","outcome":"success","tree":"{digits[72:112]}"}},"when":"{moment(BEGIN + number * PACE)}",'
        f'"where":{{"env":"production","service":"api"}},"who":{{"email":"ana@example.com","name":"Ana Silva"}},'
        f'"why":{{"reason":"release 1.{number}\\n\\"Größe\\"","tickets":["PAY-{number % 997}"]}}}}'
    )


def ledger(path, records, seed):
    """A chain of deployments without signatures."""
    prev = None
    with open(path, "wb") as file:
        for number in range(records):
            line = record_line(deploy(number, prev, seed))
            prev = record_id(line)
            file.write(line)


def signed_ledger(path, records, seed, key, folder):
    """Signed deployments: 64 chains side by side on one root. The bodies and signatures of the last row stay in the
    folder as `text0`, `text0.sig`, …"""
    above = [None]
    with open(path, "wb") as file:
        for row in rows_of(records):
            bodies = [deploy(number, above[place % len(above)], seed) for place, number in enumerate(row)]
            signatures = sign(key, "audit-ledger", [body + "\n" for body in bodies], folder)
            lines = [record_line(body, signature) for body, signature in zip(bodies, signatures)]
            file.writelines(lines)
            above = [record_id(line) for line in lines]
