"""`audit log` beside `git log`: the first row, and the whole history with the same fields."""

from table import at_most, at_most_memory, within

# In a smaller history the start of a program decides.
LARGE = 50_000

# The fields that a line of `audit log --format jsonl` holds, as far as git can print them.
FIELDS = "%x00".join(
    ["%H", "%P", "%T", "%aN", "%aE", "%at", "%cN", "%cE", "%ct", "%D", "%s", "%b", "%(trailers:only,unfold)"]
)


def measure(bench, subject):
    audit = lambda *words, **how: bench.audit(subject, "log", *words, **how)
    git = lambda *words, **how: bench.git(subject, "log", *words, **how)
    jsonl, fields = ["--format", "jsonl"], f"--format={FIELDS}"
    rows = bench.rows("history", subject.heading(), subject.size)
    rows.add("first row, jsonl", audit(*jsonl, first_line=True), git(fields, first_line=True), within(0.030))
    rows.add("first row, table", audit(first_line=True), git(first_line=True), within(0.030))
    whole = audit(*jsonl, "--no-signatures", "--kind", "commit,merge")
    aims = [at_most(1), at_most_memory(2)] if subject.commits >= LARGE else []
    rows.add("whole history, same fields, no signatures", whole, git(fields), *aims)
