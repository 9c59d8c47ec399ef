"""Runs programs in turns and says what they took: clock, processors, memory."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

# A row ends early when it has taken so long (seconds) and every work has run this often.
BUDGET, FEWEST = 25, 2
GNU_TIME = shutil.which("time", path="/usr/bin:/usr/local/bin") if sys.platform == "linux" else None


class Failure(Exception):
    """It could not run."""


@dataclass(frozen=True)
class Taken:
    """One run: seconds on the clock, and seconds that processors were busy (user and system)."""

    clock: float
    cpu: float


@dataclass(frozen=True)
class Figure:
    """Several runs: medians in seconds, half the distance from fastest to slowest, peak memory in bytes."""

    clock: float
    spread: float
    cpu: float
    memory: Optional[int]


@dataclass(frozen=True)
class Command:
    """A program to run, with its output thrown away."""

    words: list
    environment: dict
    folder: Optional[Path] = None
    given: Optional[Path] = None  # a file for its standard input
    codes: tuple = (0,)  # exit codes that are answers
    first_line: bool = False  # the clock stops with the first line; then the reader leaves, as `head -1` does
    times: int = 1  # stands for so many runs of it, one after the other

    def run(self):
        taken, _ = self.spawn(self.words)
        return Taken(taken.clock * self.times, taken.cpu * self.times)

    def memory(self):
        """Peak resident memory in bytes.

        wait4() says so, too, but a child of Python starts with Python's own pages; GNU time is small enough not
        to matter. Where it is missing, the figure is at least Python's.
        """
        if not GNU_TIME:
            _, usage = self.spawn(self.words)
            return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        with tempfile.NamedTemporaryFile("r") as file:
            self.spawn([GNU_TIME, "-f", "%M", "-o", file.name, *self.words])
            return int(file.read().split()[-1]) * 1024

    def spawn(self, words):
        with tempfile.TemporaryFile() as errors, open(self.given or os.devnull, "rb") as given:
            started = time.perf_counter()
            process = subprocess.Popen(
                words, cwd=self.folder, env=self.environment, stdin=given, stderr=errors, bufsize=0,
                stdout=subprocess.PIPE if self.first_line else subprocess.DEVNULL,
            )  # fmt: skip
            answered = read_line(process.stdout) if self.first_line else None
            line_seen = time.perf_counter()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            ended = line_seen if self.first_line else time.perf_counter()
            # Whoever has seen the first line leaves, and the program may die of that.
            if not (answered if self.first_line else process.returncode in self.codes):
                errors.seek(0)
                message = errors.read().decode("utf-8", "replace").strip()
                raise Failure(f"{' '.join(map(str, words))}: exit code {process.returncode}: {message}")
        return Taken(ended - started, usage.ru_utime + usage.ru_stime), usage


def read_line(stream):
    """Whether there was a line; the stream is closed behind it."""
    with stream:
        while piece := stream.read(65536):
            if b"\n" in piece:
                return True
    return False


@dataclass(frozen=True)
class Call:
    """Something that Python does itself."""

    function: Callable

    def run(self):
        started, busy = time.perf_counter(), time.process_time()
        self.function()
        return Taken(time.perf_counter() - started, time.process_time() - busy)

    def memory(self):
        self.function()


def in_turns(rounds, *works):
    """A figure for each: all run once unmeasured (but for memory), then in turns (ours, theirs, ours, …), so that a
    busy moment of the machine hits all of them."""
    started = time.perf_counter()
    memory = [work.memory() for work in works]
    taken = [[] for _ in works]
    for number in range(rounds):
        if number >= FEWEST and time.perf_counter() - started > BUDGET:
            break
        for work, column in zip(works, taken):
            column.append(work.run())
    return [figure(column, peak) for column, peak in zip(taken, memory)]


def figure(column, memory):
    clocks = [taken.clock for taken in column]
    cpu = statistics.median(taken.cpu for taken in column)
    return Figure(statistics.median(clocks), (max(clocks) - min(clocks)) / 2, cpu, memory)


def output(words, environment, folder=None, text=None, codes=(0,)):
    """What a program prints, when it is run to prepare or to compare."""
    done = subprocess.run(
        list(map(str, words)), env=environment, cwd=folder, input=(text or "").encode(), capture_output=True, check=False
    )
    if done.returncode not in codes:
        message = done.stderr.decode("utf-8", "replace").strip()
        raise Failure(f"{' '.join(map(str, words))}: exit code {done.returncode}: {message}")
    return done.stdout.decode("utf-8", "replace").strip()
