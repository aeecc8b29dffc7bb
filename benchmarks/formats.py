"""Memory of a night's second half, and of each format, by the number of institutions.

    python -m benchmarks.all --only formats [--full]

The towns are those of benchmarks/judge.py (both decrees and the federal law, two pages each, the
authority's site of 60 pages with its evidence), stored as a night reads them. `night` judges all of
them, writes HTML, JSON and the workbook and queues the deputy head's letter, in one process; then
each format is written from storage by a process of its own. Memory is the most a process ever held.
It grows until the institutions that a reader remembers are there (`reports.findings.REMEMBERED`),
and little after: the slope is to be read from the large sizes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Figure, Size
from benchmarks.judge import NOW, TOWN, dossiers_of
from benchmarks.nights import later, seen_of
from benchmarks.region import application
from benchmarks.running import measured
from collectors.networks import networks
from monitor.application import Application
from monitor.audit.begin import AuditRequest, begin, scope_of
from monitor.audit.run import evaluate
from monitor.config import Mail
from monitor.mail.queueing import queue_report
from monitor.reporting.facts import with_facts
from monitor.reporting.stored import chosen_audit, default_path, report_of, write, write_all
from monitor.storage import observations
from rules.model import Municipality
from rules.packs import load_act, shipped

SIZES = {Size.TINY: (50, 100), Size.QUICK: (50, 150), Size.FULL: (1_000, 5_300)}
FORMATS = {
    Size.TINY: ("json",),
    Size.QUICK: ("json", "html", "xlsx", "csv", "cur"),
    Size.FULL: ("json", "html", "xlsx", "csv", "text", "cur", "pages", "letter", "pdf"),
}
NIGHT_MB = 400.0  # a region's night; the whole of it
FORMAT_MB = 300.0


def figures(size: Size) -> Iterator[Figure]:
    few, many = SIZES[size]
    with TemporaryDirectory(prefix="dozor-bench-") as folder:
        for count in (few, many):
            measured(stored, Path(folder, str(count)), count)
        for what in ("night", *FORMATS[size]):
            yield from _compared(Path(folder), what, few, many, size)


def _compared(folder: Path, what: str, few: int, many: int, size: Size) -> Iterator[Figure]:
    small, large = (measured(told, folder / str(n), n, what) for n in (few, many))
    most = NIGHT_MB if what == "night" else FORMAT_MB
    yield Figure(
        what=f"{what} of {many:,} institutions: memory",
        value=large.peak_mb,
        unit="MB",
        at_most=most if size is Size.FULL else None,
        note=f"{few:,}: {small.peak_mb:.0f} MB; {large.value / 1e6:.1f} MB written",
    )
    grown = 1000 * (large.peak_mb - small.peak_mb) / (many - few)
    yield Figure(what=f"{what}: memory of 1,000 more", value=grown, unit="MB")
    yield Figure(what=f"{what}: work", value=1000 * large.cpu / many, unit="CPU ms/institution")


# --- what is measured, in processes of their own ----------------------------------------------


def stored(folder: Path, count: int) -> None:
    """What a night has read; the pages of a town after those of another."""
    folder.mkdir()
    acts = [load_act(path) for path in shipped().values()]
    with opened(folder, count) as app:
        request = AuditRequest(as_of=NOW)
        audit = begin(app, request, scope_of(app, request), "collect")
        for number in range(count // TOWN):
            told = (later(one, 0) for one in seen_of(list(dossiers_of(number, acts))))
            observations.add(app.engine, audit, told)


def opened(folder: Path, count: int) -> AbstractContextManager[Application]:
    settings = {slug: network.settings() for slug, network in networks().items()}
    return application(folder, towns(count), settings, lambda: NOW)


def towns(count: int) -> tuple[Municipality, ...]:
    acts = [load_act(path) for path in shipped().values()]
    firsts = (next(dossiers_of(number, acts)).municipality for number in range(count // TOWN))
    return tuple(replace(one, digest=one.id) for one in firsts)


def told(folder: Path, count: int, what: str) -> int:
    """Bytes of the files."""
    with opened(folder, count) as app:
        if what == "night":
            return sum(one.stat().st_size for one in _night(app))
        report = report_of(app, chosen_audit(app, None))
        report = with_facts(app, report) if what == "cur" else report
        files = write_all(report, what, default_path(app, report, what))
        return sum(one.stat().st_size for one in files)


def _night(app: Application) -> list[Path]:
    """As `dozor serve` does it when all has been read."""
    done = evaluate(app, AuditRequest(as_of=NOW))
    report = report_of(app, done)
    files = write_all(report, "html", default_path(app, report, "html"))
    others = [write(report, slug, default_path(app, report, slug)) for slug in ("json", "xlsx")]
    queue_report(_with_mail(app), done, report, files)
    return [*files, *others]


def _with_mail(app: Application) -> Application:
    mail = Mail(recipients=("deputy@example.org",), cur=("cur@example.org",))
    return replace(app, settings=replace(app.settings, mail=mail))
