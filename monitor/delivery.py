"""Letters out of the house: queued in the outbox by role, handed to an SMTP server, never twice.

    deputy head   the report of every municipality       recipients, report_every
                  the week in one letter                 recipients, [schedule] weekly
    ЦУР           its table                              cur, cur_every
    institution   its own letter, after the deputy's     institutions, institutions_every
    operator      what went wrong                        operator

The way to the server, and what its refusals mean, is monitor/smtp.py.
"""

from __future__ import annotations

import logging
import re
import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from pathlib import Path

from sqlalchemy import Engine

from monitor.application import Application
from monitor.config import Mail, Settings
from monitor.mime import AddressError, address_of, id_of, message_of, needs_utf8, wire
from monitor.sightings import with_facts
from monitor.smtp import DeliveryError, server
from monitor.storage import outbox
from monitor.storage.locks import lock
from monitor.storage.outbox import DEPUTY
from monitor.storage.tables import MessageRow
from reports.ground import name_of
from reports.letters import has_something_to_do, letter
from reports.mail import Letter, digest, table_letter
from reports.model import Audit, Report
from rules.model import Institution

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
CUR, OPERATOR, WEEK = "cur", "operator", "week"
LAST_ANSWER = 10  # times the usual patience: RFC 5321 grants ten minutes after the last byte
NO_UTF8 = (
    "сервер почты не умеет отправлять на адреса с русскими буквами перед @ (SMTPUTF8): "
    "попросите адресата о другом адресе или включите SMTPUTF8 на сервере"
)
NO_ANSWER = (
    "неизвестно, ушло ли письмо: связь оборвалась, когда оно было уже передано ({error}). "
    "Спросите адресата; отправить снова: dozor outbox --retry"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What became of the messages in line, by recipient."""

    sent: tuple[str, ...] = ()
    postponed: tuple[tuple[str, str], ...] = ()  # recipient, why
    parked: tuple[tuple[str, str], ...] = ()


# --- who gets what ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter to one recipient in one role."""

    letter: Letter
    role: str
    recipient: str
    name: str = ""
    reply_to: str | None = None
    held: bool = False


def queue_report(
    application: Application,
    audit: Audit,
    report: Report,
    page: Path | None = None,
    *,
    again: bool = False,
    scheduled: bool = False,
) -> tuple[str, ...]:
    """Queue the report by role; gives those for whom it was not yet queued.

    Done twice, it shows once: a crash in between is made up for. `scheduled` heeds
    `report_every`; whoever asks by hand gets the report at once. `page` is the report in HTML where
    it has just been written: it is attached as it lies there. Letters to institutions are held
    until the deputy head's report is out.
    """
    every = application.settings.mail.report_every if scheduled else "night"
    told = _queue_all(application, audit, _to_deputy(application, report, page), every, again)
    tables = _to_cur(application, audit, report)
    cur = _queue_all(application, audit, tables, application.settings.mail.cur_every, again)
    if outbox.has(application.engine, audit, DEPUTY):
        letters = _to_institutions(application, report)
        often = application.settings.mail.institutions_every
        _queue_all(application, audit, letters, often, again)
    return (*told, *cur)


def queue_week(application: Application, audit: Audit, text: Letter, since: datetime) -> None:
    """The week in one letter, to each deputy head who had none since its due moment."""
    engine = application.engine
    for recipient in application.settings.mail.recipients:
        last = outbox.last_queued(engine, WEEK, recipient)
        if last is None or last < since:
            draft = Draft(letter=text, role=WEEK, recipient=recipient)
            _queue(application, audit, draft, again=False)


def _to_deputy(application: Application, report: Report, page: Path | None) -> Iterator[Draft]:
    recipients = application.settings.mail.recipients
    if recipients:
        text = digest(report, page.read_bytes() if page else None)
        for recipient in recipients:
            yield Draft(letter=text, role=DEPUTY, recipient=recipient)


def _to_cur(application: Application, audit: Audit, report: Report) -> Iterator[Draft]:
    """An audit of a few institutions makes no table: it would look like the whole."""
    recipients = application.settings.mail.cur
    if recipients and audit.scope is None:
        text = table_letter(with_facts(application, report))
        for recipient in recipients:
            yield Draft(letter=text, role=CUR, recipient=recipient)


def _to_institutions(application: Application, report: Report) -> Iterator[Draft]:
    """To those that have an address and something to do."""
    mail = application.settings.mail
    addressed = [one for one in report.institutions if one.emails] if mail.institutions else []
    for one in addressed:
        if has_something_to_do(report, one):
            yield Draft(
                letter=letter(report, one, mail.operator),
                role=_role_of(one),
                recipient=one.emails[0],
                name=name_of(one),
                reply_to=mail.operator,
                held=True,
            )


def _role_of(institution: Institution) -> str:
    """Of its own, because two institutions may share a mailbox."""
    return f"institution:{institution.key}"


def _queue_all(
    application: Application, audit: Audit, drafts: Iterator[Draft], every: str, again: bool
) -> tuple[str, ...]:
    return tuple(
        one.recipient
        for one in drafts
        if (again or _is_due(application, one, every))
        and _queue(application, audit, one, again=again)
    )


def _is_due(application: Application, draft: Draft, every: str) -> bool:
    """Whether this night, week or month has no message for this recipient in this role yet."""
    last = outbox.last_queued(application.engine, draft.role, draft.recipient)
    if last is None or every == "night":
        return True
    zone = application.settings.schedule.timezone
    return _period(last.astimezone(zone), every) != _period(
        application.clock().astimezone(zone), every
    )


def _period(moment: datetime, every: str) -> tuple[int, int]:
    year, week, _ = moment.isocalendar()
    return (year, week) if every == "week" else (moment.year, moment.month)


def _queue(application: Application, audit: Audit, draft: Draft, *, again: bool) -> bool:
    engine, mail = application.engine, application.settings.mail
    place = outbox.place(engine, audit, draft.role, draft.recipient, again=again)
    if place is None:
        return False
    identity = (audit.id, audit.as_of.isoformat(), draft.role, draft.recipient, place.turn)
    number = id_of(mail.sender, *identity)
    try:
        body = _body(application, draft, number, place.thread)
    except AddressError as error:
        log.warning("%s: %s", draft.role, error)
        return False
    outbox.queue(
        engine,
        audit,
        role=draft.role,
        recipient=draft.recipient,
        subject=draft.letter.subject,
        body=body,
        at=application.clock(),
        message_id=number,
        turn=place.turn,
        held=draft.held,
    )
    return True


def _body(
    application: Application, draft: Draft, number: str, thread: tuple[str, ...] = ()
) -> bytes:
    mail = application.settings.mail
    return message_of(
        draft.letter,
        sender=mail.sender,
        recipient=address_of(draft.recipient, draft.name),
        message_id=number,
        at=application.clock(),
        thread=thread,
        operator=mail.operator,
        reply_to=draft.reply_to,
    )


def queue_alert(application: Application, subject: str, text: str) -> None:
    """A letter to the operator, who hears of a failed night; the deputy head does not."""
    mail, now = application.settings.mail, application.clock()
    if mail.operator:
        html = f"<pre>{escape(text)}</pre>"
        alert = Letter(subject=subject, text=text, html=html, attachments=())
        draft = Draft(letter=alert, role=OPERATOR, recipient=mail.operator)
        number = id_of(mail.sender, OPERATOR, subject, now.isoformat())
        outbox.queue(
            application.engine,
            None,
            role=OPERATOR,
            recipient=mail.operator,
            subject=subject,
            body=_body(application, draft, number),
            at=now,
            message_id=number,
        )


# --- handing over -------------------------------------------------------------------------------


def deliver(engine: Engine, settings: Settings, clock: Clock) -> Delivered:
    """Send what is due. One process at a time; LockTakenError when another is at it."""
    with lock(engine, "delivery", clock):
        if parked := outbox.recover(engine):
            log.warning("%d messages parked: a crash while they were handed over", parked)
        outbox.release(engine)
        answers = [*_deliver_due(engine, settings, clock)]
        if outbox.release(engine):
            answers += _deliver_due(engine, settings, clock)
    return Delivered(
        sent=tuple(who for who, state, _ in answers if state == "sent"),
        postponed=tuple((who, why) for who, state, why in answers if state == "queued"),
        parked=tuple((who, why) for who, state, why in answers if state == "parked"),
    )


def _deliver_due(
    engine: Engine, settings: Settings, clock: Clock
) -> Iterator[tuple[str, str, str]]:
    for number in outbox.due(engine, clock()):
        if answer := _deliver_one(engine, settings, clock, number):
            yield answer


def _deliver_one(
    engine: Engine, settings: Settings, clock: Clock, number: int
) -> tuple[str, str, str] | None:
    message = outbox.claim(engine, number, clock())
    if message is None:
        return None
    try:
        with server(settings) as opened:
            _hand_over(engine, opened, settings.mail, message)
            outbox.mark(engine, number, state="sent", sent_at=clock(), answer="")
    except DeliveryError as error:
        return message.recipient, _refused(engine, message, error, clock()), str(error)
    return message.recipient, "sent", ""


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


def _hand_over(engine: Engine, server: smtplib.SMTP, mail: Mail, message: MessageRow) -> None:
    """MAIL, RCPT and DATA may be repeated after a crash; the last byte may not, so it is written
    down before."""
    assert message.id is not None
    server.ehlo_or_helo_if_needed()
    _expect(server.mail(wire(mail.sender), _options(server, mail, message)))
    _expect(server.rcpt(wire(message.recipient)))
    _expect(server.docmd("DATA"))
    outbox.mark(engine, message.id, state="handing")
    server.send(_stuffed(message.body))
    _expect(_last_answer(server, mail))


def _options(server: smtplib.SMTP, mail: Mail, message: MessageRow) -> tuple[str, ...]:
    if not needs_utf8(mail.sender, message.recipient):
        return ()
    if not server.has_extn("smtputf8"):
        raise DeliveryError(NO_UTF8, permanent=True)
    return ("SMTPUTF8", "BODY=8BITMIME")


def _stuffed(body: bytes) -> bytes:
    """As DATA wants it: a line that begins with a dot gets another, a lone dot ends it all."""
    lines = re.sub(rb"(?m)^\.", b"..", body)
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _last_answer(server: smtplib.SMTP, mail: Mail) -> tuple[int, bytes]:
    """Without it nobody knows whether the message was taken, so nobody may send it again."""
    if server.sock is not None:
        server.sock.settimeout(mail.timeout * LAST_ANSWER)
    try:
        return server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryError(NO_ANSWER.format(error=error), permanent=True) from error


def _expect(reply: tuple[int, bytes]) -> None:
    code, words = reply
    if code >= 400:
        raise DeliveryError(f"{code} {words.decode('utf-8', 'replace')}", permanent=code >= 500)
