"""Put letters in line: the report by role, the week, an alert; done twice, each stands there once.

Who gets what is in drafts.py, when in due.py; delivery.py hands over what stands in line.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from html import escape
from pathlib import Path

from collectors.barrier import barrier
from monitor.application import Application, Context
from monitor.logs import without_secrets
from monitor.mail.chats import queue_for_chats
from monitor.mail.consent import may_write_to_institutions
from monitor.mail.deputies import by_hand, for_deputies
from monitor.mail.drafts import OPERATOR, Draft, for_cur, for_institutions
from monitor.mail.due import decide
from monitor.mail.mime import id_of, message_of
from monitor.mail.readers import informed
from monitor.mail.reminders import record_reminders
from monitor.mail.terms import Terms
from monitor.registry.mailboxes import MailboxError, address_of
from monitor.storage import outbox
from monitor.storage.outbox import PlaceInLine, QueuedBeforeError
from reports.mail import Letter
from reports.model import Audit, Report

log = logging.getLogger(__name__)

Chosen = Callable[[Draft], bool]


def everybody(_: Draft) -> bool:
    return True


def queue_report(
    application: Application,
    audit: Audit,
    report: Report,
    files: Sequence[Path] = (),
    *,
    again: bool = False,
    scheduled: bool = False,
    confirmed: bool = False,
    chosen: Chosen = everybody,
) -> tuple[str, ...]:
    """Queue the report by role; gives those for whom it was not yet queued.

    Done twice, it shows once: a crash in between is made up for. `scheduled` heeds
    `report_every`; whoever asks by hand gets the report at once. `files` are the report in HTML
    where it has just been written: they are attached as they lie there. Letters to institutions
    are held until the deputy head knows; the first ones ever are not even written until somebody
    has `confirmed` them (consent.py). `chosen`: whose letters a person picked, if not all.
    """
    record_reminders(application)
    terms = Terms(application, audit.as_of)
    reports = for_deputies(application, report, files, terms)
    if not scheduled:
        reports = by_hand(reports)
    told, informed = _queue_for_deputies(application, audit, report, reports, again, chosen)
    queue_for_chats(
        application, audit, report, files, terms, again=again, scheduled=scheduled, chosen=chosen
    )
    tables = _queue_due(application, audit, filter(chosen, for_cur(application, report)), again)
    if confirmed or may_write_to_institutions(application):
        letters = for_institutions(application, report, informed, terms)
        _queue_due(application, audit, filter(chosen, letters), again)
    return (*told, *tables)


def _queue_for_deputies(
    application: Application,
    audit: Audit,
    report: Report,
    drafts: Iterable[Draft],
    again: bool,
    chosen: Chosen,
) -> tuple[tuple[str, ...], frozenset[str]]:
    """The recipients, and the municipalities whose deputy head knows what there is to know: this
    audit's report is written to him, or it has nothing that he was not told."""
    queued, quiet = [], set()
    for draft in drafts:  # one after another: a letter is forgotten when the next is written
        decision = decide(application, audit, draft)
        if not (again or decision.goes):
            quiet.add(draft.role)
        elif chosen(draft) and queue_draft(
            application, audit, replace(draft, letter=decision.letter), again=again
        ):
            queued.append(draft.recipient)
    roles = quiet | outbox.roles_of(application.engine, audit)
    towns = [one.id for one in report.municipalities]
    return tuple(queued), informed(application.settings.mail, towns, roles)


def queue_since(context: Context, audit: Audit, drafts: Iterable[Draft], since: datetime) -> None:
    """To each who was written nothing in this role since its due moment."""
    for draft in drafts:
        last = outbox.last_queued(context.engine, draft.role, draft.recipient, context.clock())
        if last is None or last < since:
            queue_draft(context, audit, draft, again=False)


def _queue_due(
    context: Context, audit: Audit, drafts: Iterable[Draft], again: bool
) -> tuple[str, ...]:
    """The recipients of what was put in line now."""
    queued = []
    for draft in drafts:
        decision = decide(context, audit, draft)
        is_asked = again or decision.goes
        if is_asked and queue_draft(
            context, audit, replace(draft, letter=decision.letter), again=again
        ):
            queued.append(draft.recipient)
    return tuple(queued)


def queue_draft(context: Context, audit: Audit, draft: Draft, *, again: bool) -> bool:
    """Whether it stands in line now, ready to go."""
    place = outbox.place(context.engine, audit, draft.role, draft.recipient, again=again)
    if place is None:
        return False
    identity = (audit.id, audit.as_of.isoformat(), draft.role, draft.recipient, place.turn)
    number = id_of(context.settings.mail.sender, *identity)
    with barrier("letter", f"{draft.role}, {draft.recipient}") as crossing:
        letter = draft.letter()
        body, refusal = _body_or_refusal(context, draft, letter, number, place)
    if crossing.fault:
        return False
    with suppress(QueuedBeforeError):  # another process was faster
        outbox.queue(
            context.engine,
            audit,
            role=draft.role,
            recipient=draft.recipient,
            subject=letter.subject,
            body=body,
            at=context.clock(),
            message_id="" if refusal else number,
            turn=place.turn,
            held=draft.held,
            refusal=refusal,
        )
        return not refusal
    return False


def _body_or_refusal(
    context: Context, draft: Draft, letter: Letter, number: str, place: PlaceInLine
) -> tuple[bytes, str]:
    """The letter as it goes over the wire, or why no letter can be addressed like that."""
    try:
        return _body(context, draft, letter, number, place.thread), ""
    except MailboxError as error:
        log.warning("%s: %s", draft.role, error)
        return b"", str(error)


def _body(
    context: Context, draft: Draft, letter: Letter, number: str, thread: tuple[str, ...] = ()
) -> bytes:
    mail = context.settings.mail
    return message_of(
        letter,
        sender=mail.sender,
        recipient=address_of(draft.recipient, draft.name),
        message_id=number,
        at=context.clock(),
        thread=thread,
        operator=mail.operator,
        reply_to=draft.reply_to,
    )


def queue_alert(
    context: Context, subject: str, text: str, told_since: datetime | None = None
) -> None:
    """A letter to the operator, who hears of a failed night; the deputy head does not.

    Not where one with this subject was put in line after `told_since`, by whichever process.
    """
    mail, now = context.settings.mail, context.clock()
    subject, text = without_secrets(subject), without_secrets(text)
    if not mail.operator:
        return
    html = f"<pre>{escape(text)}</pre>"
    alert = Letter(subject=subject, text=text, html=html, attachments=())
    draft = Draft(letter=lambda: alert, role=OPERATOR, recipient=mail.operator)
    number = id_of(mail.sender, OPERATOR, subject, now.isoformat())
    with suppress(QueuedBeforeError):
        outbox.queue(
            context.engine,
            None,
            role=OPERATOR,
            recipient=mail.operator,
            subject=subject,
            body=_body(context, draft, alert, number),
            at=now,
            message_id=number,
            told_since=told_since,
        )
