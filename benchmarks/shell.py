"""What a person waits for at the terminal: `dozor --help`, and the audit of one institution.

    python -m benchmarks.all --only shell

The real command in a process of its own, from start to exit, against the demo's town in the
sandbox; the middle one of several runs. The first audit also makes the database.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.figures import Figure, Size
from monitor.commands.demo import demo_settings
from monitor.sandbox import demo_world, serve

RUNS = {Size.TINY: 1, Size.QUICK: 3, Size.FULL: 9}
COMMAND = (sys.executable, "-c", "from monitor.cli import main; main()")
ONE = "school-1"
HELP_SECONDS, AUDIT_SECONDS = 0.4, 1.5
DONE = (0, 3)  # complete, or part of it could not be read


def figures(size: Size) -> Iterator[Figure]:
    bare = _timed([sys.executable, "-c", "pass"], {}, RUNS[size])
    shown = _timed([*COMMAND, "--help"], {}, RUNS[size])
    yield from _told("dozor --help", shown, HELP_SECONDS, bare)
    now = datetime.now(UTC)
    with TemporaryDirectory(prefix="dozor-bench-") as folder, serve(demo_world(now)) as running:
        demo_settings(running, Path(folder))
        audit = [*COMMAND, "--config", f"{folder}/config.toml", "audit", ONE]
        yield from _told("dozor audit ONE, first", _timed(audit, running.settings(), 1), None, bare)
        again = _timed(audit, running.settings(), RUNS[size])
        yield from _told("dozor audit ONE", again, AUDIT_SECONDS, bare)


Took = tuple[float, float]  # seconds by the clock, CPU seconds


def _timed(command: list[str], variables: Mapping[str, str], runs: int) -> Took:
    took = [_once(command, variables) for _ in range(runs)]
    return median(one for one, _ in took), median(cpu for _, cpu in took)


def _once(command: list[str], variables: Mapping[str, str]) -> Took:
    begun, cpu = time.monotonic(), _children()
    done = subprocess.run(
        command, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    seconds = time.monotonic() - begun
    if done.returncode not in DONE:
        raise SystemExit(f"{command[-2:]} ended with {done.returncode}: {done.stderr[-500:]}")
    return seconds, _children() - cpu


def _children() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _told(what: str, took: Took, most: float | None, bare: Took) -> Iterator[Figure]:
    seconds, cpu = took
    yield Figure(
        what=what,
        value=seconds,
        unit="s",
        at_most=most,
        reference="an empty Python",
        ratio=seconds / bare[0],
    )
    yield Figure(what=f"{what}: work", value=cpu, unit="CPU s")
