"""A figure beside its target, the machine it was measured on, and the one table of a run."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

LOOP = 5_000_000  # steps, a second or so


class Size(StrEnum):
    """How much is measured: enough to see that it runs, in three minutes, or the whole."""

    TINY = "tiny"
    QUICK = "quick"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`what` names it from run to run. `reference` is what the ratio is to, in the same run."""

    what: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    reference: str = ""
    ratio: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """None: measured for its own sake."""
        if self.at_least is None and self.at_most is None:
            return None
        low = self.at_least is None or self.value >= self.at_least
        return low and (self.at_most is None or self.value <= self.at_most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """`load`: of the last minute, before the run; on a busy machine seconds mean little.

    `yardstick`: CPU seconds of a bare loop. Of two machines, or two hours of one whose neighbours
    are busy, the figures of CPU are to be compared by it.
    """

    processor: str
    cores: int
    memory_gb: float
    kernel: str
    python: str
    commit: str
    load: float
    yardstick: float
    at: str


def this_machine() -> Machine:
    return Machine(
        processor=_line("/proc/cpuinfo", "model name") or platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        kernel=platform.release(),
        python=platform.python_version(),
        commit=_commit(),
        load=os.getloadavg()[0],
        yardstick=round(min(_loop() for _ in range(3)), 2),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def told(machine: Machine) -> str:
    return (
        f"{machine.processor}, {machine.cores} cores, {machine.memory_gb} GB; "
        f"Linux {machine.kernel}, Python {machine.python}; commit {machine.commit}; "
        f"{machine.at}, load before the run {machine.load:.2f}, "
        f"bare loop {machine.yardstick:.2f} s"
    )


def _loop() -> float:
    begun, total = time.process_time(), 0
    for step in range(LOOP):
        total += step * step
    return time.process_time() - begun


def _line(file: str, key: str) -> str:
    lines = Path(file).read_text().splitlines() if Path(file).is_file() else []
    return next((one.partition(":")[2].strip() for one in lines if one.startswith(key)), "")


def _commit() -> str:
    """With a plus where the tree differs from the commit."""
    told = [
        _git("rev-parse", "--short", "HEAD"),
        "+" if _git("status", "--porcelain", "-uno") else "",
    ]
    return "".join(told)


def _git(*words: str) -> str:
    folder = Path(__file__).parent
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.strip()


# --- out and in -------------------------------------------------------------------------------


def as_json(machine: Machine, size: Size, figures: Iterable[Figure]) -> str:
    told = {
        "schema": "dozor.bench/1",
        "size": size,
        "machine": asdict(machine),
        "figures": [asdict(one) | {"met": one.met} for one in figures],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def from_json(text: str) -> tuple[Mapping[str, Any], tuple[Figure, ...]]:
    """The machine as it was named, and the figures."""
    told = json.loads(text)
    figures = ({k: v for k, v in one.items() if k != "met"} for one in told["figures"])
    return told["machine"], tuple(Figure(**one) for one in figures)


def table(figures: Sequence[Figure]) -> str:
    head = ("what", "figure", "unit", "target", "met", "ratio to the reference")
    return in_columns([head, *(_row(one) for one in figures)])


def _row(one: Figure) -> tuple[str, ...]:
    ratio = "" if one.ratio is None else f"{number(one.ratio)} × {one.reference}"
    told = "; ".join(part for part in (ratio, one.note) if part)
    met = {None: "", True: "yes", False: "NO"}[one.met]
    return one.what, number(one.value), one.unit, target(one), met, told


def target(one: Figure) -> str:
    low = "" if one.at_least is None else f"≥ {number(one.at_least)}"
    high = "" if one.at_most is None else f"≤ {number(one.at_most)}"
    return " ".join(part for part in (low, high) if part)


def number(value: float) -> str:
    """Three telling digits."""
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 10 else 3
    return f"{value:,.{digits}f}"


def in_columns(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
