"""Letters out of the house: queued in the outbox, handed to an SMTP server, never twice.

DeliveryError
├── temporary: tried again later, with growing pauses
└── permanent: parked, with the server's own words
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape

import idna
from sqlalchemy import Engine

from monitor.application import Application
from monitor.config import Mail, Settings
from monitor.storage import outbox
from monitor.storage.locks import lock
from monitor.storage.tables import MessageRow
from reports.mail import Letter, digest
from reports.model import Audit, Report

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
DEPUTY, OPERATOR = "deputy", "operator"


class DeliveryError(Exception):
    """A server refused a message, or could not be reached."""

    def __init__(self, answer: str, *, permanent: bool) -> None:
        super().__init__(answer)
        self.permanent = permanent


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What became of the messages in line, by recipient."""

    sent: tuple[str, ...] = ()
    postponed: tuple[tuple[str, str], ...] = ()  # recipient, why
    parked: tuple[tuple[str, str], ...] = ()


def queue_report(
    application: Application, audit: Audit, report: Report, *, again: bool = False
) -> tuple[str, ...]:
    """One message for every recipient of `[mail]`; gives those for whom it was not yet queued."""
    mail, letter = application.settings.mail, digest(report)
    return tuple(
        recipient
        for recipient in mail.recipients
        if _queue(application, audit, letter, DEPUTY, recipient, again=again)
    )


def _queue(
    application: Application,
    audit: Audit,
    letter: Letter,
    role: str,
    recipient: str,
    *,
    again: bool,
) -> MessageRow | None:
    now = application.clock()
    mail = application.settings.mail
    message = message_of(letter, mail.sender, recipient, f"audit-{audit.id}-{role}", now)
    return outbox.queue(
        application.engine,
        audit,
        role=role,
        recipient=recipient,
        subject=letter.subject,
        body=message.as_bytes(),
        at=now,
        again=again,
    )


def queue_alert(application: Application, subject: str, text: str) -> None:
    """A letter to the operator, who hears of a failed night; the deputy head does not."""
    mail = application.settings.mail
    if mail.operator:
        html = f"<pre>{escape(text)}</pre>"
        letter = Letter(subject=subject, text=text, html=html, attachments=())
        now = application.clock()
        message = message_of(letter, mail.sender, mail.operator, "alert", now)
        outbox.queue(
            application.engine,
            None,
            role=OPERATOR,
            recipient=mail.operator,
            subject=subject,
            body=message.as_bytes(),
            at=now,
        )


def message_of(
    letter: Letter, sender: str, recipient: str, name: str, now: datetime
) -> EmailMessage:
    """The MIME message. Header values cannot carry line breaks: the policy refuses them."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = " ".join(letter.subject.split())
    message["From"] = _address(sender, "Дозор")
    message["To"] = _address(recipient)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{name}-{now:%Y%m%d%H%M%S%f}@{_domain(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for attachment in letter.attachments:
        kind, _, subtype = attachment.media_type.partition("/")
        message.add_attachment(
            attachment.content,
            maintype=kind,
            subtype=subtype.partition(";")[0],
            filename=attachment.name,
        )
    return message


def deliver(engine: Engine, settings: Settings, clock: Clock) -> Delivered:
    """Send what is due. One process at a time; LockTakenError when another is at it."""
    with lock(engine, "delivery", clock):
        if parked := outbox.recover(engine):
            log.warning("%d messages parked: a crash while they were handed over", parked)
        answers = [
            answer
            for number in outbox.due(engine, clock())
            if (answer := _deliver_one(engine, settings, clock, number))
        ]
    return Delivered(
        sent=tuple(who for who, state, _ in answers if state == "sent"),
        postponed=tuple((who, why) for who, state, why in answers if state == "queued"),
        parked=tuple((who, why) for who, state, why in answers if state == "parked"),
    )


def _deliver_one(
    engine: Engine, settings: Settings, clock: Clock, number: int
) -> tuple[str, str, str] | None:
    message = outbox.claim(engine, number, clock())
    if message is None:
        return None
    state, answer = "sent", ""
    try:
        with _server(settings) as server:
            _hand_over(engine, server, settings.mail, message)
        outbox.mark(engine, number, state="sent", sent_at=clock(), answer="")
    except DeliveryError as error:
        state, answer = _refused(engine, message, error, clock()), str(error)
    return message.recipient, state, answer


def _refused(engine: Engine, message: MessageRow, error: DeliveryError, now: datetime) -> str:
    """Queue again with a longer pause, or park; nothing is thrown away."""
    assert message.id is not None
    log.warning("message %d to %s: %s", message.id, message.recipient, error)
    if error.permanent or message.attempts > len(PAUSES):
        outbox.mark(engine, message.id, state="parked", answer=str(error))
        return "parked"
    due = now + PAUSES[message.attempts - 1]
    outbox.mark(engine, message.id, state="queued", due_at=due, answer=str(error))
    return "queued"


@contextmanager
def _server(settings: Settings) -> Iterator[smtplib.SMTP]:
    mail = settings.mail
    with _refusals(), smtplib.SMTP(mail.host, mail.port, timeout=mail.timeout) as server:
        if mail.starttls:
            server.starttls()
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        yield server


def _hand_over(engine: Engine, server: smtplib.SMTP, mail: Mail, message: MessageRow) -> None:
    """MAIL and RCPT may be repeated after a crash; DATA may not, so it is written down first."""
    assert message.id is not None
    server.ehlo_or_helo_if_needed()
    _expect(server.mail(_wire(mail.sender)))
    _expect(server.rcpt(_wire(message.recipient)))
    outbox.mark(engine, message.id, state="handing")
    _expect(server.data(message.body))


def _expect(reply: tuple[int, bytes]) -> None:
    code, words = reply
    if code >= 400:
        raise DeliveryError(f"{code} {words.decode('utf-8', 'replace')}", permanent=code >= 500)


@contextmanager
def _refusals() -> Iterator[None]:
    """Tell what went wrong with the server apart: for ever, or for now."""
    try:
        yield
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
        raise DeliveryError(f"сервер не принял вход: {error}", permanent=True) from error
    except smtplib.SMTPResponseException as error:
        words = f"{error.smtp_code} {error.smtp_error!r}"
        raise DeliveryError(words, permanent=error.smtp_code >= 500) from error
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryError(f"сервер почты не отвечает: {error}", permanent=False) from error


def _address(written: str, name: str = "") -> Address:
    said, address = parseaddr(written)
    user, _, domain = address.rpartition("@")
    return Address(said or name, user, _ascii(domain))


def _wire(written: str) -> str:
    address = _address(written)
    return f"{address.username}@{address.domain}"


def _domain(sender: str) -> str:
    return _address(sender).domain


def _ascii(domain: str) -> str:
    return domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
