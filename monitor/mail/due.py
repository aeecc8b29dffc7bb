"""Whether a letter of a role is due: once a night, a week or a month, by the reader's calendar."""

from __future__ import annotations

from datetime import datetime

from monitor.application import Context
from monitor.clocks.believed import FAR
from monitor.config import Every
from monitor.mail.drafts import Draft
from monitor.storage import outbox
from reports.model import Audit


def is_due(context: Context, audit: Audit, draft: Draft) -> bool:
    """Whether the recipient was told nothing yet of the week or month that the audit is of.

    The audit's own moment decides: a night that ends after midnight, or is sent by hand days
    later, still belongs to the week that it is of.
    """
    until = context.clock() + FAR  # one of much later is of a clock that was ahead
    last = outbox.last_told(context.engine, draft.role, draft.recipient, until)
    if last is None or draft.every == "night":
        return True
    was, now = (_period(at.astimezone(draft.zone), draft.every) for at in (last, audit.as_of))
    return was < now


def _period(moment: datetime, every: Every) -> tuple[int, int]:
    year, week, _ = moment.isocalendar()
    return (year, week) if every == "week" else (moment.year, moment.month)
