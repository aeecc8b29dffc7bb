"""What the operator has to know about letters to institutions: what waits, who has no address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.application import Context
from monitor.mail.consent import (
    awaits_consent,
    unreachable,
    waiting_letters,
    why_unreachable,
    words,
)
from monitor.mail.queueing import queue_alert
from reports.model import Report

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
TELL_AGAIN = timedelta(days=30)


def alert_the_operator(context: Context, report: Report) -> None:
    """That the first letters wait, once for ever; whom nobody can write to, once a month."""
    if not context.settings.mail.institutions:
        return
    letters = waiting_letters(report) if awaits_consent(context) else 0
    if letters:
        queue_alert(context, words("subject"), words("alert", letters=letters), LONG_AGO)
    if nowhere := unreachable(report):
        names = "\n".join(f"    {why_unreachable(one)}" for one in nowhere)
        subject = words("unreachable_subject", count=len(nowhere))
        told_since = context.clock() - TELL_AGAIN
        queue_alert(context, subject, words("unreachable", names=names), told_since)
