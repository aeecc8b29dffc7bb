"""A letter that brings an institution a new link and nothing else, because the last one is dead."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from monitor.application import Context
from monitor.mail.delivery import deliver
from monitor.mail.linking import sample_url
from monitor.mail.mime import id_of, message_of
from monitor.registry.mailboxes import MailboxError, address_of
from monitor.storage import outbox
from monitor.storage.database import StorageError
from monitor.storage.locks import LockTakenError
from monitor.storage.outbox import QueuedBeforeError
from monitor.storage.roles import link_of
from reports.ground import name_of
from reports.mail import INLINER, Letter
from reports.templating import one_line, render
from rules.model import Institution

PAUSE = timedelta(hours=1)  # between two of them, whoever asks


def send_new_link(context: Context, institution: Institution) -> None:
    """To its registered address; at once where nobody else is at the outbox, which has it anyway.

    No term runs from such a letter, and the week of letters is not used up by it.
    """
    if not (institution.emails and context.settings.desk.public_url):
        return
    with suppress(QueuedBeforeError, MailboxError):
        _queue(context, institution)
        with suppress(LockTakenError, StorageError):
            role = link_of(institution.key)
            deliver(context.engine, context.settings, context.clock, role)


def _queue(context: Context, institution: Institution) -> None:
    mail, now, letter = context.settings.mail, context.clock(), _letter(context, institution)
    role, to = link_of(institution.key), institution.emails[0]
    number = id_of(mail.sender, role, now.isoformat())
    body = message_of(
        letter,
        sender=mail.sender,
        recipient=address_of(to, name_of(institution)),
        message_id=number,
        at=now,
        operator=mail.operator,
        reply_to=mail.answers_to,
    )
    outbox.queue(
        context.engine,
        None,
        role=role,
        recipient=to,
        subject=letter.subject,
        body=body,
        at=now,
        message_id=number,
        told_since=now - PAUSE,
    )


def _letter(context: Context, institution: Institution) -> Letter:
    desk = context.settings.desk
    values = {"name": name_of(institution), "url": sample_url(desk), "days": desk.link_days}
    return Letter(
        subject=one_line(render("letter-link-subject.txt.j2", values)),
        text=render("letter-link.txt.j2", values),
        html=INLINER.inline(render("letter-link.html.j2", values)),
        attachments=(),
    )
