"""One look at the inbox: what is new is read, sorted and written down, each message by itself.

    server ──> size, moment ──> body (bounded) ──> opened ──> sorted ──> one transaction

A message that nobody foresaw waits as unclear and stops none behind it. What a crash leaves
unwritten is read again; what was written is known by its place and by its own number.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from collectors.barrier import barrier
from monitor.application import Application
from monitor.mail.inbox.line import Arrived, Inbox, inbox
from monitor.mail.inbox.nature import failed_of, nature_of
from monitor.mail.inbox.opened import Opened, opened
from monitor.mail.inbox.sorting import Sorted, sort
from monitor.registry.mailboxes import wire
from monitor.storage.locks import lock
from monitor.storage.received import (
    ANSWER,
    AUTOMATIC,
    BOUNCE,
    OLD,
    OWN,
    UNCLEAR,
    Incoming,
    KeptMessage,
    MailboxPlace,
    keep,
    last_uid,
    role_of_letter,
    slot_of,
)

log = logging.getLogger(__name__)

LARGEST = 25_000_000  # bytes of a message
MOST = 200  # messages of one look: the rest waits for the next, which comes in minutes
BY = "почта"
LOCK = "inbox"


@dataclass(slots=True)
class Fetched:
    """What a look has brought, by kind; `has_more`: the rest is read by the next."""

    kinds: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    has_more: bool = False


def fetch(application: Application) -> Fetched:
    """Raises InboxError, and LockTakenError where another process is at it."""
    with lock(application.engine, LOCK, application.clock), inbox(application.settings) as box:
        done = Fetched()
        mailbox = _name(application)
        new = box.arrived(last_uid(application.engine, mailbox, box.validity))
        for message in new[:MOST]:
            if application.stopping():
                break
            place = MailboxPlace(mailbox=mailbox, validity=box.validity, uid=message.uid)
            _take(application, box, message, place, done)
        done.has_more = len(new) > MOST
        return done


def _name(application: Application) -> str:
    at = application.settings.mail.inbox_at
    assert at is not None
    return f"{application.settings.imap_user}@{at.where}"


def _take(
    application: Application, box: Inbox, message: Arrived, place: MailboxPlace, done: Fetched
) -> None:
    if _is_old(application, message):
        _keep(application, _old(place, message), done)
        return
    is_whole = message.size <= LARGEST
    written = box.body(message, LARGEST + 1) if is_whole else box.head(message)
    if written is None:
        return  # somebody has removed it meanwhile
    is_whole = is_whole and len(written) <= LARGEST
    with barrier("mail", str(message.uid)) as crossing:
        came = _sorted(application, written, message, place, is_whole=is_whole)
        _keep(application, came, done)
    if crossing.fault:
        _keep(application, _broken(place, message, written), done)


def _keep(application: Application, came: Incoming, done: Fetched) -> None:
    if keep(application.engine, came, by=BY, at=application.clock()):
        done.kinds[came.kind] += 1
        done.answers += len(came.answers)


def _old(place: MailboxPlace, message: Arrived) -> Incoming:
    return _incoming(place, message, Sorted(kind=OLD, kept=KeptMessage()), slot_of(repr(place)))


def _broken(place: MailboxPlace, message: Arrived, written: bytes) -> Incoming:
    made = Sorted(kind=UNCLEAR, kept=KeptMessage(reason="broken"))
    return _incoming(place, message, made, _slot_of_bytes(written))


def _slot_of_bytes(written: bytes) -> str:
    return slot_of(f"{len(written)} {written[:100_000]!r}")


def _is_old(application: Application, message: Arrived) -> bool:
    """What would be removed at once is not taken in."""
    days = application.settings.mail.keep_days
    return bool(days) and message.at < application.clock() - timedelta(days=days)


def _sorted(
    application: Application,
    written: bytes,
    message: Arrived,
    place: MailboxPlace,
    *,
    is_whole: bool,
) -> Incoming:
    mail = opened(written, only_head=not is_whole)
    slot = slot_of("\n".join((mail.number, mail.subject, mail.sender, mail.words)))
    if not mail.number:  # nothing but its bytes tells it from another
        slot = _slot_of_bytes(written)
    kind = _kind(application, mail)
    if kind == BOUNCE:
        return _incoming(place, message, _bounced(application, mail), slot)
    if kind != ANSWER:
        kept = KeptMessage(subject=mail.subject, sender=mail.sender)
        return _incoming(place, message, Sorted(kind=kind, kept=kept), slot)
    if not is_whole:
        about = f"{LARGEST // 1_000_000}"
        kept = KeptMessage(subject=mail.subject, sender=mail.sender, reason="too_big", about=about)
        return _incoming(place, message, Sorted(kind=UNCLEAR, kept=kept), slot)
    made = sort(application, mail, slot, message.at)
    return _incoming(place, message, made, slot, mail)


def _kind(application: Application, mail: Opened) -> str:
    kind = nature_of(mail.message)
    if kind == BOUNCE:
        return BOUNCE
    ours = wire(application.settings.mail.sender).casefold()
    if mail.senders == (ours,) or (
        mail.number and role_of_letter(application.engine, [mail.number])
    ):
        return OWN
    return kind


def _bounced(application: Application, mail: Opened) -> Sorted:
    """Believed only where it returns the number of a letter that we sent: anybody can write one."""
    failed = failed_of(mail.message)
    is_ours = bool(role_of_letter(application.engine, failed.ids))
    kept = KeptMessage(subject=mail.subject, sender=mail.sender, text=failed.answer)
    if not is_ours or not failed.recipient:
        return Sorted(kind=AUTOMATIC, kept=kept)
    kept = KeptMessage(
        subject=mail.subject, sender=mail.sender, text=failed.answer, recipient=failed.recipient
    )
    return Sorted(kind=BOUNCE, kept=kept)


def _incoming(
    place: MailboxPlace, message: Arrived, made: Sorted, slot: str, mail: Opened | None = None
) -> Incoming:
    return Incoming(
        place=place,
        slot=slot,
        kind=made.kind,
        arrived_at=message.at,
        kept=made.kept,
        contents=[one.content for one in mail.files] if mail else (),
        institution=made.institution,
        answers=made.answers,
    )
