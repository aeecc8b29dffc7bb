"""Whether a letter goes: at once, by the reader's week or month, or not at all, and why.

the first of all              goes
something got worse           goes at once
a term is over, or ends       goes at once
else something changed        goes when a week (or month) begins
nothing changed               not; after a month one line says so
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from monitor.application import Context
from monitor.clocks.believed import FAR
from monitor.config import Every
from monitor.mail.drafts import Draft
from monitor.storage import outbox
from monitor.storage.outbox import LastReport
from reports.mail import Letter
from reports.model import Audit
from reports.news import News


class LetterReason(StrEnum):
    """Why a letter goes, or does not."""

    FIRST = "first"
    ASKED = "asked"  # every night, or by hand
    WORSE = "worse"
    DUE = "due"
    PERIOD = "period"  # a week or month began, and something changed
    QUIET = "quiet"  # nothing changed for a month: one line
    UNCHANGED = "unchanged"
    NOT_YET = "not_yet"  # told in this week or month already
    LATER_TOLD = "later_told"  # of a later audit


GOING = frozenset(
    {
        LetterReason.FIRST,
        LetterReason.ASKED,
        LetterReason.WORSE,
        LetterReason.DUE,
        LetterReason.PERIOD,
        LetterReason.QUIET,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    why: LetterReason
    letter: Callable[[], Letter]
    told: LastReport | None  # of what the reader was told last
    news: Callable[[], News] | None = None  # since then

    @property
    def goes(self) -> bool:
        return self.why in GOING


def decide(context: Context, audit: Audit, draft: Draft) -> Decision:
    """The audit's own moment decides: a night that ends after midnight, or is sent by hand days
    later, still belongs to the week that it is of.
    """
    until = context.clock() + FAR  # one of much later is of a clock that was ahead
    told = outbox.last_told(context.engine, draft.role, draft.recipient, until)
    if told is None:
        return Decision(why=LetterReason.FIRST, letter=draft.letter, told=None)
    if draft.since is None or told.as_of >= audit.as_of:
        return Decision(why=_by_period(told, audit, draft), letter=draft.letter, told=told)
    since = draft.since(told)
    why = LetterReason.ASKED if draft.every == "night" else _by_news(since.news, told, audit, draft)
    letter = since.brief if why is LetterReason.QUIET and since.brief else since.letter
    return Decision(why=why, letter=letter, told=told, news=since.news)


def _by_period(told: LastReport, audit: Audit, draft: Draft) -> LetterReason:
    if draft.every == "night":
        return LetterReason.ASKED
    if told.as_of > audit.as_of:
        return LetterReason.LATER_TOLD
    if draft.falls_due is not None and draft.falls_due(told):
        return LetterReason.DUE
    return LetterReason.PERIOD if _has_begun(told, audit, draft) else LetterReason.NOT_YET


def _by_news(
    news: Callable[[], News], told: LastReport, audit: Audit, draft: Draft
) -> LetterReason:
    found = news()
    if found.is_worse:
        return LetterReason.WORSE
    if found.due:
        return LetterReason.DUE
    if not found.is_none:
        return LetterReason.PERIOD if _has_begun(told, audit, draft) else LetterReason.NOT_YET
    then, now = (at.astimezone(draft.zone).date() for at in (told.as_of, audit.as_of))
    return LetterReason.QUIET if now >= month_later(then) else LetterReason.UNCHANGED


def _has_begun(told: LastReport, audit: Audit, draft: Draft) -> bool:
    """Whether the audit is of a later week or month than what was told."""
    was, now = (_period(at.astimezone(draft.zone), draft.every) for at in (told.as_of, audit.as_of))
    return was < now


def _period(moment: datetime, every: Every) -> tuple[int, int]:
    year, week, _ = moment.isocalendar()
    return (year, week) if every == "week" else (moment.year, moment.month)


def month_later(day: date) -> date:
    """The same day of the next month, or its last."""
    year, month = divmod(day.year * 12 + day.month, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
