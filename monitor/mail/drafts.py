"""Who gets which letter: drafts by role, each written only when it is due.

deputy head   the report of every municipality       recipients, report_every
              that of one municipality               municipalities.ID
              the week in one letter, of the same    both, [schedule] weekly (week.py)
ЦУР           its table                              cur, cur_every
institution   its own letter, after the deputy's     institutions, institutions_every
operator      what went wrong                        operator (queueing.py)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import cache, partial
from pathlib import Path

from collectors.barrier import barrier
from monitor.application import Application
from monitor.audit.breaks import format_barrier
from monitor.config import Every
from monitor.reporting.facts import with_facts
from monitor.reporting.mending import mended
from monitor.reporting.municipality import of_town, town_path
from monitor.reporting.stored import default_path, write_all
from monitor.storage import outbox
from monitor.storage.roles import DEPUTY, deputy_of, institution_of
from reports.formats.letters import has_something_to_do, letter
from reports.ground import name_of
from reports.mail import NOTHING, Letter, digest, table_letter
from reports.model import Audit, Rendered, Report
from rules.model import Institution

CUR, OPERATOR, WEEK = "cur", "operator", "week"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter to one recipient in one role; written only when it is due."""

    letter: Callable[[], Letter]
    role: str
    recipient: str
    every: Every = "night"
    zone: tzinfo = UTC  # by whose calendar weeks and months change
    name: str = ""
    reply_to: str | None = None
    held: bool = False


def for_deputies(
    application: Application, report: Report, files: Sequence[Path]
) -> Iterator[Draft]:
    """The whole report, then each municipality's own: one letter with attachments at a time."""
    yield from _for_the_whole(application, report, files)
    yield from _for_each_municipality(application, report)


def _for_the_whole(
    application: Application, report: Report, files: Sequence[Path]
) -> Iterator[Draft]:
    mail = application.settings.mail
    path = default_path(application, report, "html")
    text = cache(lambda: _digest(report, files, path))
    for recipient in mail.recipients:
        yield Draft(
            letter=text,
            role=DEPUTY,
            recipient=recipient,
            every=mail.report_every,
            zone=application.settings.schedule.timezone,
        )


def _for_each_municipality(application: Application, report: Report) -> Iterator[Draft]:
    """The deputy head of a municipality gets its own report, and nothing of the others."""
    audited = {municipality.id: municipality for municipality in report.municipalities}
    for name, town in application.settings.mail.municipalities.items():
        if name not in audited:
            continue
        text = cache(partial(_town_digest, application, report, name))
        for recipient in town.recipients:
            yield Draft(
                letter=text,
                role=deputy_of(name),
                recipient=recipient,
                every=town.report_every,
                zone=audited[name].timezone,
            )


def _town_digest(application: Application, report: Report, name: str) -> Letter:
    path = town_path(application, report, "html", name)
    return _digest(of_town(application, report, name), (), path)


def _digest(report: Report, files: Sequence[Path], path: Path) -> Letter:
    """With the report's files; where none were handed over, they are written to `path` first.

    Where they cannot be made, it goes without them and says so.
    """
    with format_barrier("html"):
        files = files or write_all(report, "html", path)
    lies_at = str(files[0].resolve()) if files else ""
    return mended(
        report, DEPUTY, lambda readable: digest(readable, _read_again(files), lies_at=lies_at)
    )


def _read_again(files: Sequence[Path]) -> Rendered:
    """What was written, read a file at a time."""
    if not files:
        return NOTHING
    page, *beside = files
    around = page.parent
    lazily = ((file.relative_to(around).as_posix(), file.read_bytes()) for file in beside)
    return Rendered(page.read_bytes(), lazily)


def for_cur(application: Application, report: Report) -> Iterator[Draft]:
    """A partial audit makes no table: it would look like the whole."""
    mail = application.settings.mail
    text = cache(lambda: mended(with_facts(application, report), CUR, table_letter))
    for recipient in () if report.is_partial else mail.cur:
        zone = application.settings.schedule.timezone
        yield Draft(letter=text, role=CUR, recipient=recipient, every=mail.cur_every, zone=zone)


def for_institutions(application: Application, audit: Audit, report: Report) -> Iterator[Draft]:
    """To those that have an address and something to do, where the deputy head is told as well."""
    mail = application.settings.mail
    zones = {municipality.id: municipality.timezone for municipality in report.municipalities}
    told = {name for name in zones if _is_deputy_told(application, audit, name)}
    for institution in report.institutions if mail.institutions else ():
        if not institution.emails or institution.municipality not in told:
            continue
        if _has_something_to_do(report, institution):
            yield Draft(
                letter=partial(letter, report, institution),
                role=institution_of(institution.key),
                recipient=institution.emails[0],
                every=mail.institutions_every,
                zone=zones[institution.municipality],
                name=name_of(institution),
                reply_to=mail.answers_to,
                held=True,
            )


def _has_something_to_do(report: Report, institution: Institution) -> bool:
    with barrier("letter", institution.key):
        return has_something_to_do(report, institution)
    return False


def _is_deputy_told(application: Application, audit: Audit, municipality: str) -> bool:
    """The municipality's own deputy head, where there is one."""
    own = municipality in application.settings.mail.municipalities
    role = deputy_of(municipality) if own else DEPUTY
    return outbox.has(application.engine, audit, role)
