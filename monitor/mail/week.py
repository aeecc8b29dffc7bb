"""The week in one letter: from which audits it is made, and whether it is still to be queued.

Only audits that the deputy head may know of are used: one that was held for a mass change counts
when a person has sent its report, of every municipality. Whoever answers for one municipality reads
of that one alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache, partial

from monitor.application import Application, Context
from monitor.mail.drafts import WEEK, Draft
from monitor.mail.queueing import queue_since
from monitor.mail.readers import readers_of
from monitor.mail.release import unreleased
from monitor.reporting.beside import compared
from monitor.reporting.mending import mended
from monitor.reporting.municipality import of_towns
from monitor.reporting.stored import report_of
from monitor.storage import audits, outbox
from reports.mail import Letter
from reports.model import Audit, Report
from reports.weekly import weekly_letter

OLDEST = timedelta(days=31)  # of the audit that the week is compared with


def is_queued(context: Context, due: datetime) -> bool:
    """Whether everybody who gets the letter of this due moment has had it put in line."""
    last = (
        outbox.last_queued(context.engine, week_of(*readers.towns), one, context.clock())
        for readers in readers_of(context.settings.mail)
        for one in readers.recipients
    )
    return all(one is not None and one >= due for one in last)


def week_of(*towns: str) -> str:
    """The role of those who read the week of these municipalities; of all where none is named."""
    return ":".join((WEEK, "+".join(sorted(towns)))) if towns else WEEK


def queue_the_week(application: Application, begin: datetime, due: datetime) -> bool:
    """The newest audit beside the last one of `begin`; False when none was made since then, or
    the first of all came after `due`: it belongs to the next letter."""
    towns = [one.id for one in application.municipalities]
    told = [
        one
        for one in audits.whole_since(application.engine, begin - OLDEST, application.clock())
        if not unreleased(application, one, towns)
    ]
    nights = [one for one in told if one.as_of > begin]
    if not nights or told[-1].as_of > due:
        return False
    now = report_of(application, nights[0])
    earlier = _earlier(told, begin)
    then = report_of(application, earlier) if earlier else None
    queue_since(application, now.audit, drafts(application, now, then, len(nights)), due)
    return True


def drafts(
    application: Application, now: Report, then: Report | None, nights: int
) -> Iterator[Draft]:
    """A letter for each who reads one; a municipality that was not yet audited has none."""
    audited = {one.id for one in now.municipalities}
    for readers in readers_of(application.settings.mail, audited):
        text = cache(partial(_letter, application, now, then, nights, readers.towns))
        for one in readers.recipients:
            yield Draft(letter=text, role=week_of(*readers.towns), recipient=one)


def _letter(
    application: Application,
    now: Report,
    then: Report | None,
    nights: int,
    towns: tuple[str, ...],
) -> Letter:
    if towns:
        was_there = then and any(one.id in towns for one in then.municipalities)
        then = of_towns(application, then, towns) if then and was_there else None
        now = of_towns(application, now, towns)
    then = then and mended(then, WEEK, _read_through)
    beside = compared(application, now, then)
    return mended(beside, WEEK, lambda report: weekly_letter(report, then, nights))


def _read_through(report: Report) -> Report:
    """What nobody can read back is known before the other report is held beside it."""
    deque(report.findings, maxlen=0)
    return report


def _earlier(told: Sequence[Audit], begin: datetime) -> Audit | None:
    """The last one up to `begin`; in the first week of the service, its first."""
    return next((one for one in told[1:] if one.as_of <= begin), told[-1] if told[1:] else None)
