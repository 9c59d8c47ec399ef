"""The rows, how they are printed, their aims, and how they grow."""

import math
import os
import statistics
from dataclasses import asdict, dataclass
from typing import Callable, Optional

from measure import Figure

# Below this many seconds, or bytes, above the bare start of the program there is nothing to fit.
LEAST_CPU, LEAST_MEMORY = 0.001, 2**19


@dataclass(frozen=True)
class Aim:
    """What a row is held to."""

    text: str
    met: Callable


def within(seconds):
    """Ours, on the clock."""
    return Aim(f"{seconds * 1000:.0f} ms", lambda ours, theirs: ours.clock <= seconds)


def at_most(ratio):
    """Ours by theirs, on the clock."""
    return Aim(times(ratio), lambda ours, theirs: ours.clock <= ratio * theirs.clock)


def at_most_memory(ratio):
    """Ours by theirs, in peak memory."""
    return Aim(f"memory {times(ratio)}", lambda ours, theirs: ours.memory <= ratio * theirs.memory)


def beside(seconds):
    """Ours less theirs, on the clock."""
    return Aim(f"+{seconds * 1000:.0f} ms", lambda ours, theirs: ours.clock - theirs.clock <= seconds)


@dataclass(frozen=True)
class Row:
    """Ours and theirs, with the machine's load at start and end; a size where it is a point of a growth."""

    group: str
    name: str
    size: Optional[int]
    ours: Figure
    theirs: Optional[Figure]
    aims: list
    load: tuple

    def missed(self):
        return [aim for aim in self.aims if not aim.met(self.ours, self.theirs)]


def seconds(value):
    return f"{value * 1000:.1f} ms" if value < 1 else f"{value:.2f} s"


def size_of(memory):
    return "" if memory is None else f"{memory / 2**20:.1f} MiB"


def times(ratio):
    """0.84, or 1/104 where ours is more than ten times faster or smaller."""
    if ratio < 0.1:
        return f"1/{1 / ratio:.0f}"
    return f"{ratio:.2f}" if ratio < 100 else f"{ratio:.0f}"


def quotient(ours, theirs):
    return times(ours / theirs) if ours and theirs else ""


def figure_cells(figure):
    if figure is None:
        return ["", "", ""]
    clock = f"{seconds(figure.clock)} ±{figure.spread / figure.clock * 100:.0f} %"
    return [clock, seconds(figure.cpu), size_of(figure.memory)]


def ratio_cells(ours, theirs):
    if theirs is None:
        return ["", "", ""]
    return [quotient(getattr(ours, of), getattr(theirs, of)) for of in ("clock", "cpu", "memory")]


HEADING = ["AUDIT: CLOCK", "CPU", "MEMORY", "OTHER: CLOCK", "CPU", "MEMORY", "RATIO", "CPU", "MEMORY", f"{'AIM':28}{'LOAD':>9}"]


def line(name, cells):
    """A name and ten cells: ours, theirs, ratios (three each), aims."""
    widths = (16, 9, 11, 16, 9, 11, 7, 7, 7)
    return f"  {name:48}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths)) + f"  {cells[9]}"


class Table:
    """Prints rows as they come, and keeps them."""

    def __init__(self):
        self.rows = []
        self.group = None

    def heading(self, group, text):
        """What the rows below are about; the columns' names once for each group."""
        if group != self.group:
            self.group = group
            print(f"\n{line('', HEADING)}")
        print(f"{group.upper()}  {text}", flush=True)

    def add(self, row):
        self.rows.append(row)
        aims = ", ".join(f"{aim.text} {'MISSED' if aim in row.missed() else 'ok'}" for aim in row.aims)
        load = f"{row.load[0]:.1f}–{row.load[1]:.1f}"
        cells = figure_cells(row.ours) + figure_cells(row.theirs) + ratio_cells(row.ours, row.theirs)
        print(line(row.name, [*cells, f"{aims:28}{load:>9}"]), flush=True)

    def missed(self):
        """Whether any row missed an aim."""
        return any(row.missed() for row in self.rows)

    def series(self):
        """The rows that are points of one growth, by group and name; by size."""
        series = {}
        for row in self.rows:
            if row.size is not None:
                series.setdefault((row.group, row.name), []).append(row)
        points = {name: sorted(rows, key=lambda row: row.size) for name, rows in series.items()}
        return {name: rows for name, rows in points.items() if len({row.size for row in rows}) > 1}

    def growth(self, starts):
        """One line for each series: exponents of ours and theirs, above the figures of a bare start of each."""
        found = []
        for (group, name), rows in self.series().items():
            exponents = {}
            for who, start in zip(("ours", "theirs"), starts):
                figures = [(row.size, getattr(row, who)) for row in rows if getattr(row, who)]
                exponents[who] = exponents_of(figures, start)
            found.append({"group": group, "row": name, "sizes": [row.size for row in rows], **exponents})
        return found

    def print_growth(self, starts):
        growth = self.growth(starts)
        if not growth:
            return
        print("\nHow it grows: k in size^k, for the processors' time and for memory above a bare start; in brackets between")
        print("the two largest sizes. A dash: less than 1 ms, or half a MiB, above it.")
        print(f"  {'':62}{'AUDIT CPU':>16}{'MEMORY':>16}{'OTHER CPU':>16}{'MEMORY':>16}  SIZES")
        for one in growth:
            cells = [exponent_cell(one[who][of]) for who in ("ours", "theirs") for of in ("cpu", "memory")]
            sizes = " ".join(f"{size:,}" for size in one["sizes"])
            print(f"  {one['group'] + ': ' + one['row']:62}" + "".join(f"{cell:>16}" for cell in cells) + f"  {sizes}")

    def document(self, starts):
        """All of it, as JSON can hold it."""
        rows = []
        for row in self.rows:
            missed = row.missed()
            aims = [{"aim": aim.text, "met": aim not in missed} for aim in row.aims]
            theirs = asdict(row.theirs) if row.theirs else None
            rows.append({"group": row.group, "row": row.name, "size": row.size, "ours": asdict(row.ours),
                         "theirs": theirs, "aims": aims, "load": row.load})  # fmt: skip
        return {"rows": rows, "starts": [asdict(start) for start in starts], "growth": self.growth(starts)}


def exponents_of(figures, start):
    """The exponents of one program, from sizes and figures."""
    cpu = [(size, figure.cpu - start.cpu) for size, figure in figures]
    memory = [(size, figure.memory - start.memory) for size, figure in figures if figure.memory is not None]
    return {"cpu": exponent(cpu, LEAST_CPU), "memory": exponent(memory, LEAST_MEMORY)}


def exponent(points, least):
    """k of size^k by least squares through the logarithms, for all points and for the last two; None if there are
    fewer than two points worth it."""
    points = [(math.log(size), math.log(value)) for size, value in points if value >= least]
    if len(points) < 2 or points[0][0] == points[-1][0]:
        return None
    return [slope(points), slope(points[-2:])]


def slope(points):
    middle_x, middle_y = (statistics.mean(column) for column in zip(*points))
    above = sum((x - middle_x) * (y - middle_y) for x, y in points)
    return above / sum((x - middle_x) ** 2 for x, _ in points)


def exponent_cell(found):
    return "–" if found is None else f"{found[0]:.2f} ({found[1]:.2f})"


def load():
    """The machine's load average over a minute."""
    return os.getloadavg()[0]
