"""Judging ten thousand institutions, and a region's report as HTML and as a workbook.

    python -m benchmarks.all --only judging [--full]

The made-up towns are those of benchmarks/judge.py (all packs, two pages each, three nights), the
region's report that of benchmarks/report.py (5,300 institutions, ten weeks of posts).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.figures import Figure, Size
from benchmarks.judge import AIM, TOWN, dossiers_of, timed
from benchmarks.report import region
from benchmarks.running import measured, peak_mb
from reports.formats import html, xlsx
from rules.packs import load_act, shipped

JUDGED = {Size.TINY: TOWN, Size.QUICK: 500, Size.FULL: 10_000}
TOLD = {Size.TINY: 5, Size.QUICK: 500, Size.FULL: 5_300}
REPORT_SECONDS = 30.0  # for a region
INDEX_MB = 3.0


@dataclass(frozen=True, slots=True)
class Judged:
    institutions: int
    cpu: float
    grown_mb: float  # between the first tenth of the towns and the last


@dataclass(frozen=True, slots=True)
class Rendered:
    seconds: float
    cpu: float
    mb: float  # of the file that is opened first
    files: int


def figures(size: Size) -> Iterator[Figure]:
    count = JUDGED[size]
    done = measured(judged, count).value
    yield Figure(
        what=f"judging {count:,} institutions: work",
        value=1000 * done.cpu / done.institutions,
        unit="CPU ms/institution",
        at_most=1000 * AIM,
        note=f"{done.institutions / done.cpu:.0f} a second and core",
    )
    yield Figure(what="judging: growth of memory", value=done.grown_mb, unit="MB")
    for name in ("html", "xlsx"):
        spent = measured(rendered, name, TOLD[size])
        yield from _of_report(f"report of {TOLD[size]:,} institutions, {name}", spent.value, size)
        yield Figure(
            what=f"report of {TOLD[size]:,} institutions, {name}: memory",
            value=spent.peak_mb,
            unit="MB",
        )


def _of_report(what: str, done: Rendered, size: Size) -> Iterator[Figure]:
    most = REPORT_SECONDS if size is Size.FULL else None
    note = f"by the clock {done.seconds:.1f} s; {done.files} files"
    yield Figure(what=f"{what}: work", value=done.cpu, unit="CPU s", at_most=most, note=note)
    largest = INDEX_MB if what.endswith("html") else None
    yield Figure(what=f"{what}: size", value=done.mb, unit="MB", at_most=largest)


# --- what is measured, in a process of its own ------------------------------------------------


def judged(count: int) -> Judged:
    acts = [load_act(path) for path in shipped().values()]
    cpu, memory = 0.0, []
    for number in range(count // TOWN):
        cpu += timed(list(dossiers_of(number, acts)), acts)
        memory.append(peak_mb())
    return Judged(count, cpu, memory[-1] - memory[max(0, len(memory) // 10 - 1)])


def rendered(name: str, institutions: int) -> Rendered:
    report = region(institutions)
    begun, cpu = time.monotonic(), time.process_time()
    done = {"html": html, "xlsx": xlsx}[name].FORMAT.render(report)
    size, files = len(done.main), 1 + sum(1 for _ in done.beside)
    return Rendered(time.monotonic() - begun, time.process_time() - cpu, size / 1e6, files)
