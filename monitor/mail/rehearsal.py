"""All letters of a report to one address, to be looked at: nobody else is written, nobody is told.

They stand in the outbox in roles of their own, so that no term runs from them, no week is used up
by them, and no consent is read from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from monitor.application import Application
from monitor.mail.deputies import for_deputies
from monitor.mail.drafts import Draft, for_cur, for_institutions
from monitor.mail.queueing import Chosen, everybody, queue_draft
from monitor.mail.terms import Terms
from monitor.storage.roles import REHEARSAL
from reports.mail import Letter, rehearsed
from reports.model import Audit, Report


def queue_rehearsal(
    application: Application, audit: Audit, report: Report, to: str, chosen: Chosen = everybody
) -> int:
    """The number of letters. Whether they would be due plays no part: one wants to see them."""
    return sum(
        queue_draft(application, audit, _to(draft, to), again=True)
        for draft in filter(chosen, _drafts(application, audit, report))
    )


def _drafts(application: Application, audit: Audit, report: Report) -> Iterator[Draft]:
    terms = Terms(application, audit.as_of)
    towns = {one.id for one in report.municipalities}
    yield from for_deputies(application, report, (), terms)
    yield from for_cur(application, report)
    yield from for_institutions(application, report, towns, terms)


def _to(draft: Draft, to: str) -> Draft:
    return replace(
        draft,
        letter=partial(_rehearsed, draft),
        role=f"{REHEARSAL}{draft.role}:{draft.recipient}",
        recipient=to,
        name="",
        reply_to=None,
        held=False,
    )


def _rehearsed(draft: Draft) -> Letter:
    return rehearsed(draft.letter(), draft.recipient)
