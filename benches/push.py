"""The hooks beside git's own time: ten new commits and a small policy on top of a history.

A bare server and a clone of it share the repository's objects. `git push --dry-run` is git's own part of a push to the
same disk; on the server git walks from what is pushed to what it has, as `git rev-list --objects NEW --not --all` does.
"""

from measure import output
from table import within

NONE = "0" * 40
POLICY = """adopted = "{adopted}"
[people.ana]
emails = ["ana@example.com"]
[rules]
commit-has-why = "deny"
change-reviewed = "warn"
direct-push = "warn"
"""


def measure(bench, subject):
    server, clone, hooked, old, new = prepare(bench, subject)
    branch = output(["git", "-C", clone.path, "symbolic-ref", "HEAD"], bench.sealed)
    lines = {
        "push": f"{branch} {new} {branch} {old}\n",
        "receive": f"{old} {new} {branch}\n",
        "create": f"{NONE} {new} refs/heads/new-branch\n",
    }
    given = {name: bench.folder / f"{subject.name}-{name}.txt" for name in lines}
    for name, line in lines.items():
        given[name].write_text(line)
    refs = len(output(["git", "-C", server.path, "for-each-ref"], bench.sealed).splitlines())
    graph = "with" if bench.graph else "without"
    rows = bench.rows("push", f"{subject.heading()}, {refs:,} references on the server, {graph} a commit-graph", subject.size)
    push = lambda clone, *words: bench.git(clone, "push", "-q", "--dry-run", *words, "origin", "HEAD")
    plain = push(clone, "--no-verify")
    ours = bench.audit(clone, "hook", "pre-push", "origin", server.path, given=given["push"])
    rows.add("hook pre-push of ten commits; push --dry-run", ours, plain, within(0.050))
    rows.add("push --dry-run with the hook; without", push(hooked), plain)
    walk = bench.git(server, "rev-list", "--objects", "--quiet", new, "--not", "--all")
    for name, way in (("hook pre-receive of that; rev-list --not --all", "receive"), ("hook pre-receive, new branch; the same", "create")):
        rows.add(name, bench.audit(server, "hook", "pre-receive", given=given[way]), walk)


def prepare(bench, subject):
    """A server, a clone of it without and one with the hook, and where the push of ten commits begins and ends."""
    server, clone, hooked = (bench.folder / f"{subject.name}-{role}" for role in ("server.git", "clone", "hooked"))
    git = lambda folder, *words, text=None: output(["git", "-C", folder, *words], bench.sealed, text=text)
    git(".", "clone", "-q", "--mirror", "--shared", subject.path, server)
    git(".", "clone", "-q", "--shared", "--no-checkout", server, clone)
    for folder in (server, clone):
        if bench.graph:
            git(folder, "commit-graph", "write", "--reachable")
        else:
            git(folder, "config", "core.commitGraph", "false")
    add_policy(git, clone)
    git(clone, "push", "-q", "origin", "HEAD")
    old = new = git(clone, "rev-parse", "HEAD")
    for number in range(10):
        new = git(clone, "commit-tree", "HEAD^{tree}", "-p", new, "-m", f"Commit {number}\n\nSo that.")
    git(clone, "update-ref", "HEAD", new)
    # The server's hook sees the objects of the push.
    git(server, "fetch", "-q", clone, "HEAD")
    output(["cp", "-R", clone, hooked], bench.sealed)
    output([bench.program, "-C", hooked, "hook", "install"], bench.sealed)
    return *(bench.subject(path, subject.name, subject.size, bench.sealed) for path in (server, clone, hooked)), old, new


def add_policy(git, clone):
    """One commit with a policy on top of HEAD."""
    git(clone, "read-tree", "HEAD")
    policy = git(clone, "hash-object", "-w", "--stdin", text=POLICY.format(adopted=git(clone, "rev-parse", "HEAD")))
    git(clone, "update-index", "--add", "--cacheinfo", f"100644,{policy},.audit/policy.toml")
    commit = git(clone, "commit-tree", git(clone, "write-tree"), "-p", "HEAD", "-m", "Policy\n\nSo that.")
    git(clone, "update-ref", "HEAD", commit)
