"""Readings that answers have ordered: «исправили» wants its page read before the next night.

An order is no row: it is a case that waits for the reading. One attempt is made for each answer;
what could not be read then is read by the next night.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.application import Application
from monitor.cases.answers import answers_waiting
from monitor.storage import judged
from rules.cases.replay import calendar_of, moment_of
from rules.model import Institution


def awaiting_reread(application: Application) -> tuple[Institution, ...]:
    """Institutions that said «исправили», and that no audit has judged since; each once."""
    found = {each.key: each for each in _each_awaiting(application)}
    return tuple(found.values())


def _each_awaiting(application: Application) -> Iterator[Institution]:
    now = application.clock()
    for waits in answers_waiting(application):
        if waits.answer.kind != "corrected":
            continue
        calendar = calendar_of(waits.municipality, application.settings.cases.terms)
        nights = judged.nights(application.engine, waits.institution, now)
        said_at = min(moment_of(waits.recorded, calendar), now)
        if not nights or nights[-1].at < said_at:
            yield waits.institution
