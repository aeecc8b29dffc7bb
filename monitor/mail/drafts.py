"""Who gets which letter: drafts by role, each written only when it is due.

deputy head   the report of every municipality       recipients, report_every (deputies.py)
              that of one municipality               municipalities.ID
              the week in one letter, of the same    both, [schedule] weekly (week.py)
ЦУР           its table                              cur, cur_every
institution   its own letter, after the deputy's     institutions, institutions_every
operator      what went wrong                        operator (queueing.py)
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from functools import cache, partial

from collectors.barrier import barrier
from monitor.application import Application
from monitor.config import Every
from monitor.mail.linking import sample_url
from monitor.mail.terms import Terms
from monitor.reporting.facts import with_facts
from monitor.reporting.mending import mended
from monitor.reporting.settling import Settlings
from monitor.storage.outbox import LastReport
from monitor.storage.roles import institution_of
from reports.formats.letters import has_news, letter
from reports.ground import name_of
from reports.mail import Letter, table_letter
from reports.model import Report
from reports.news import News
from rules.model import Institution

CUR, OPERATOR, WEEK = "cur", "operator", "week"


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What is new since the report that a reader had last, and the letter that tells of it."""

    news: Callable[[], News]
    letter: Callable[[], Letter]
    brief: Callable[[], Letter] | None = None  # one line, where nothing changed for a month


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
    since: Callable[[LastReport], Since] | None = None  # beside what the reader was told last
    subject: Callable[[LastReport | None], str] | None = None  # known without writing the letter
    falls_due: Callable[[LastReport], object] | None = None  # what of it ends since then


def for_cur(application: Application, report: Report) -> Iterator[Draft]:
    """A partial audit makes no table: it would look like the whole."""
    mail = application.settings.mail
    text = cache(lambda: mended(with_facts(application, report), CUR, table_letter))
    for recipient in () if report.is_partial else mail.cur:
        zone = application.settings.schedule.timezone
        yield Draft(letter=text, role=CUR, recipient=recipient, every=mail.cur_every, zone=zone)


def for_institutions(
    application: Application, report: Report, informed: Container[str], terms: Terms
) -> Iterator[Draft]:
    """To those that have an address and something to do, where the deputy head knows of it."""
    mail = application.settings.mail
    settling = Settlings(application, report.audit, report.institutions, application.clock())
    desk = application.settings.desk
    sender = replace(report.sender, desk_url=sample_url(desk), desk_days=desk.link_days)
    report = replace(report, settling=settling, sender=sender)
    zones = {municipality.id: municipality.timezone for municipality in report.municipalities}
    for institution in concerned(report) if mail.institutions else ():
        if institution.municipality in informed:
            yield Draft(
                letter=partial(letter, report, institution, whole=False),
                role=institution_of(institution.key),
                recipient=institution.emails[0],
                every=mail.institutions_every,
                zone=zones[institution.municipality],
                name=name_of(institution),
                reply_to=mail.answers_to,
                held=True,
                falls_due=partial(_ends, terms, institution),
            )


def _ends(terms: Terms, institution: Institution, told: LastReport) -> bool:
    return bool(terms.to_remind(institution, told.as_of))


def concerned(report: Report, *, reachable: bool = True) -> Iterator[Institution]:
    """Those that have something to be told, of those with an address, or of those without."""
    asked = (one for one in report.institutions if bool(one.emails) is reachable)
    return (one for one in asked if _has_news(report, one))


def _has_news(report: Report, institution: Institution) -> bool:
    """Nobody is written what its last letter has told, and nothing has changed in."""
    with barrier("letter", institution.key):
        return has_news(report, institution)
    return False
