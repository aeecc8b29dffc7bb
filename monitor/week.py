"""The week in one letter: from which audits it is made, and whether it is still to be queued.

Only audits that the deputy head may know of are used: one that was held for a mass change counts
when a person has sent its report.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.application import Application
from monitor.comparison import followed
from monitor.delivery import WEEK, queue_week
from monitor.mass_change import is_held
from monitor.reporting import moves, report_of
from monitor.storage import audits, outbox
from monitor.storage.outbox import DEPUTY
from reports.model import Audit, Report
from reports.weekly import weekly_letter
from rules.model import Finding

OLDEST = timedelta(days=31)  # of the audit that the week is compared with


def is_queued(application: Application, due: datetime) -> bool:
    """Whether everybody who gets the letter of this due moment has had it put in line."""
    last = (
        outbox.last_queued(application.engine, WEEK, one)
        for one in application.settings.mail.recipients
    )
    return all(one is not None and one >= due for one in last)


def queue_the_week(application: Application, begin: datetime, due: datetime) -> bool:
    """The newest audit beside the last one of `begin`; False when none was made since then, or
    the first of all came after `due`: it belongs to the next letter."""
    told = [
        one
        for one in audits.whole_since(application.engine, begin - OLDEST)
        if not is_held(one) or outbox.has(application.engine, one, DEPUTY)
    ]
    nights = [one for one in told if one.as_of > begin]
    if not nights or told[-1].as_of > due:
        return False
    now = report_of(application, nights[0])
    earlier = _earlier(told, begin)
    then = report_of(application, earlier) if earlier else None
    letter = weekly_letter(compared(application, now, then), then, len(nights))
    queue_week(application, now.audit, letter, due)
    return True


def _earlier(told: Sequence[Audit], begin: datetime) -> Audit | None:
    """The last one up to `begin`; in the first week of the service, its first."""
    return next((one for one in told[1:] if one.as_of <= begin), told[-1] if told[1:] else None)


def compared(application: Application, now: Report, then: Report | None) -> Report:
    """As if the audits between the two had not been; `since` stays as the nights have seen it."""
    if then is None:
        return replace(now, findings=tuple(_beside(now, ())), previous_as_of=None)
    entered, left = moves(application.engine, then.audit, now.audit, now.municipalities)
    return replace(
        now,
        findings=tuple(_beside(now, then.findings)),
        previous_as_of=then.audit.as_of,
        entered=entered,
        left=left,
    )


def _beside(now: Report, earlier: Sequence[Finding]) -> Iterator[Finding]:
    beside = followed(now.findings, earlier, now.audit.as_of.date())
    for one, was in zip(beside, now.findings, strict=True):
        yield replace(one, since=was.since)
