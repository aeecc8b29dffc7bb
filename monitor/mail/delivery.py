"""Letters out of the house: queued in the outbox by role, handed to an SMTP server, never twice.

    deputy head   the report of every municipality       recipients, report_every
                  that of one municipality               municipalities.ID
                  the week in one letter, of the same    both, [schedule] weekly
    ЦУР           its table                              cur, cur_every
    institution   its own letter, after the deputy's     institutions, institutions_every
    operator      what went wrong                        operator

The way to the server, and what its refusals mean, is monitor/mail/smtp.py.
"""

from __future__ import annotations

import logging
import re
import smtplib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache, partial
from html import escape
from itertools import chain
from pathlib import Path

from sqlalchemy import Engine

from collectors.barrier import Fault, barrier
from monitor.application import Application, Context
from monitor.audit.breaks import format_barrier
from monitor.audit.careful import STORES
from monitor.clocks.believed import FAR
from monitor.config import Every, Mail, Settings
from monitor.errors.system import in_russian
from monitor.logs import without_secrets
from monitor.mail.mime import id_of, message_of, without_attachments
from monitor.mail.smtp import (
    LAST_ANSWER,
    DeliveryError,
    Line,
    Refusal,
    refused,
    refused_sender,
    server,
)
from monitor.registry.mailboxes import MailboxError, address_of, needs_utf8, wire
from monitor.reporting.facts import with_facts
from monitor.reporting.mending import mended
from monitor.reporting.municipality import of_town, town_path
from monitor.reporting.stored import default_path, write_all
from monitor.storage import outbox
from monitor.storage.claims import ClaimLostError, give_back, hand
from monitor.storage.locks import lock
from monitor.storage.outbox import DEPUTY, QueuedBeforeError, deputy_of, institution_of
from monitor.storage.tables import MessageRow
from reports.ground import name_of
from reports.letters import has_something_to_do, letter
from reports.mail import NOTHING, Letter, digest, table_letter
from reports.model import Audit, Rendered, Report
from rules.model import Institution

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

MINUTES = (1, 5, 15, 60, 240, 720, 1440, 1440, 1440, 1440)  # five days: RFC 5321, 4.5.4.1
PAUSES = tuple(timedelta(minutes=minutes) for minutes in MINUTES)
DONE, GO_ON = 2, 3  # kinds of SMTP's answers
LONGEST_LIMIT = 18  # figures: no server has so much room
CUR, OPERATOR, WEEK = "cur", "operator", "week"
BROKE = "программа ошиблась при отправке этого письма: {error}"
NO_REPLY = "ответ сервера не понять"
LIGHTER = "сервер не принял письмо вместе с приложениями: {error}"
TOO_LONG = "письмо в {length} байт, а сервер принимает не больше {limit}"
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
    lighter: tuple[tuple[str, str], ...] = ()  # of these, without attachments: recipient, why
    postponed: tuple[tuple[str, str], ...] = ()  # recipient, why
    parked: tuple[tuple[str, str], ...] = ()
    held: int = 0  # letters to institutions that wait for the deputy head's report


# --- who gets what ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter to one recipient in one role; written only when it is due."""

    letter: Callable[[], Letter]
    role: str
    recipient: str
    every: Every = "night"
    zone: tzinfo = UTC  # by whose calendar weeks and months change
    name: str = ""
    reply_to: str | None = None
    held: bool = False


def queue_report(
    application: Application,
    audit: Audit,
    report: Report,
    files: Sequence[Path] = (),
    *,
    again: bool = False,
    scheduled: bool = False,
) -> tuple[str, ...]:
    """Queue the report by role; gives those for whom it was not yet queued.

    Done twice, it shows once: a crash in between is made up for. `scheduled` heeds
    `report_every`; whoever asks by hand gets the report at once. `files` are the report in HTML
    where it has just been written: they are attached as they lie there. Letters to institutions
    are held until the deputy head's report is out.
    """
    reports: Iterator[Draft] = chain(
        _to_deputy(application, report, files), _to_towns(application, report)
    )
    if not scheduled:
        reports = (replace(one, every="night") for one in reports)
    # one after another: a letter with its attachments is forgotten when the next town's is written
    told = _queue_all(application, audit, chain(reports, _to_cur(application, report)), again)
    _queue_all(application, audit, _to_institutions(application, audit, report), again)
    return told


def _to_deputy(application: Application, report: Report, files: Sequence[Path]) -> Iterator[Draft]:
    mail = application.settings.mail
    path = default_path(application, report, "html")
    text = cache(lambda: _digest(report, files, path))
    for recipient in mail.recipients:
        yield Draft(
            letter=text,
            role=DEPUTY,
            recipient=recipient,
            every=mail.report_every,
            zone=application.settings.schedule.timezone,
        )


def _to_towns(application: Application, report: Report) -> Iterator[Draft]:
    """The deputy head of a municipality gets its own report, and nothing of the others."""
    audited = {one.id: one for one in report.municipalities}
    for name, town in application.settings.mail.municipalities.items():
        if name not in audited:
            continue
        text = cache(partial(_town_digest, application, report, name))
        for recipient in town.recipients:
            yield Draft(
                letter=text,
                role=deputy_of(name),
                recipient=recipient,
                every=town.report_every,
                zone=audited[name].timezone,
            )


def _town_digest(application: Application, report: Report, name: str) -> Letter:
    path = town_path(application, report, "html", name)
    return _digest(of_town(application, report, name), (), path)


def _digest(report: Report, files: Sequence[Path], path: Path) -> Letter:
    """With the report's files; where none were handed over, they are written to `path` first.

    Where they cannot be made, it goes without them and says so.
    """
    with format_barrier("html"):
        files = files or write_all(report, "html", path)
    lies_at = str(files[0].resolve()) if files else ""
    return mended(report, DEPUTY, lambda one: digest(one, _read_again(files), lies_at=lies_at))


def _read_again(files: Sequence[Path]) -> Rendered:
    """What was written, read a file at a time."""
    if not files:
        return NOTHING
    page, *beside = files
    around = page.parent
    lazily = ((one.relative_to(around).as_posix(), one.read_bytes()) for one in beside)
    return Rendered(page.read_bytes(), lazily)


def queue_since(
    application: Application, audit: Audit, drafts: Iterable[Draft], since: datetime
) -> None:
    """To each who was written nothing in this role since its due moment."""
    for one in drafts:
        last = outbox.last_queued(application.engine, one.role, one.recipient, application.clock())
        if last is None or last < since:
            _queue(application, audit, one, again=False)


def _to_cur(application: Application, report: Report) -> Iterator[Draft]:
    """A partial audit makes no table: it would look like the whole."""
    mail = application.settings.mail
    text = cache(lambda: mended(with_facts(application, report), CUR, table_letter))
    for recipient in () if report.is_partial else mail.cur:
        zone = application.settings.schedule.timezone
        yield Draft(letter=text, role=CUR, recipient=recipient, every=mail.cur_every, zone=zone)


def _to_institutions(application: Application, audit: Audit, report: Report) -> Iterator[Draft]:
    """To those that have an address and something to do, where the deputy head is told as well."""
    mail = application.settings.mail
    zones = {one.id: one.timezone for one in report.municipalities}
    told = {name for name in zones if _is_deputy_told(application, audit, name)}
    addressed = [one for one in report.institutions if one.emails] if mail.institutions else []
    for one in addressed:
        if one.municipality in told and _is_to_be_written(report, one):
            yield Draft(
                letter=partial(letter, report, one, mail.operator),
                role=institution_of(one.key),
                recipient=one.emails[0],
                every=mail.institutions_every,
                zone=zones[one.municipality],
                name=name_of(one),
                reply_to=mail.operator,
                held=True,
            )


def _is_to_be_written(report: Report, one: Institution) -> bool:
    with barrier("letter", one.key):
        return has_something_to_do(report, one)
    return False


def _is_deputy_told(application: Application, audit: Audit, municipality: str) -> bool:
    """The municipality's own deputy head, where there is one."""
    own = municipality in application.settings.mail.municipalities
    role = deputy_of(municipality) if own else DEPUTY
    return outbox.has(application.engine, audit, role)


def _queue_all(
    application: Application, audit: Audit, drafts: Iterable[Draft], again: bool
) -> tuple[str, ...]:
    return tuple(
        one.recipient
        for one in drafts
        if (again or _is_due(application, audit, one))
        and _queue(application, audit, one, again=again)
    )


def _is_due(application: Application, audit: Audit, draft: Draft) -> bool:
    """Whether the recipient was told nothing yet of the week or month that the audit is of.

    The audit's own moment decides: a night that ends after midnight, or is sent by hand days
    later, still belongs to the week that it is of.
    """
    sure = application.clock() + FAR  # one of much later is of a clock that was ahead
    last = outbox.last_told(application.engine, draft.role, draft.recipient, sure)
    if last is None or draft.every == "night":
        return True
    was, now = (_period(at.astimezone(draft.zone), draft.every) for at in (last, audit.as_of))
    return was < now


def _period(moment: datetime, every: Every) -> tuple[int, int]:
    year, week, _ = moment.isocalendar()
    return (year, week) if every == "week" else (moment.year, moment.month)


def _queue(application: Application, audit: Audit, draft: Draft, *, again: bool) -> bool:
    engine, mail = application.engine, application.settings.mail
    place = outbox.place(engine, audit, draft.role, draft.recipient, again=again)
    if place is None:
        return False
    identity = (audit.id, audit.as_of.isoformat(), draft.role, draft.recipient, place.turn)
    number = id_of(mail.sender, *identity)
    with barrier("letter", f"{draft.role}, {draft.recipient}") as crossing:
        text = draft.letter()
        try:
            body = _body(application, draft, text, number, place.thread)
            refusal = ""
        except MailboxError as error:
            log.warning("%s: %s", draft.role, error)
            body, refusal = b"", str(error)
    if crossing.fault:
        return False
    with suppress(QueuedBeforeError):  # another process was faster
        outbox.queue(
            engine,
            audit,
            role=draft.role,
            recipient=draft.recipient,
            subject=text.subject,
            body=body,
            at=application.clock(),
            message_id="" if refusal else number,
            turn=place.turn,
            held=draft.held,
            refusal=refusal,
        )
        return not refusal
    return False


def _body(
    context: Context,
    draft: Draft,
    text: Letter,
    number: str,
    thread: tuple[str, ...] = (),
) -> bytes:
    mail = context.settings.mail
    return message_of(
        text,
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


# --- handing over -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one message this time."""

    recipient: str
    state: str
    why: str = ""
    due_at: datetime | None = None  # of one that waits: when it is tried again
    ends_round: bool = False  # no other would have fared better


def deliver(engine: Engine, settings: Settings, clock: Clock) -> Delivered:
    """Send what is due. One process at a time; LockTakenError when another is at it."""
    with lock(engine, "delivery", clock):
        if parked := outbox.recover(engine):
            log.warning("%d messages parked: a crash while they were handed over", parked)
        outbox.release(engine)
        fates = [*_deliver_due(engine, settings, clock)]
        if outbox.release(engine):
            fates += _deliver_due(engine, settings, clock)
        held = outbox.held(engine)
    return Delivered(
        sent=tuple(one.recipient for one in fates if one.state == "sent"),
        lighter=_told(fates, "sent"),
        postponed=_told(fates, "queued"),
        parked=_told(fates, "parked"),
        held=held,
    )


def _told(fates: Iterable[Fate], state: str) -> tuple[tuple[str, str], ...]:
    return tuple((one.recipient, one.why) for one in fates if one.state == state and one.why)


def _deliver_due(engine: Engine, settings: Settings, clock: Clock) -> Iterator[Fate]:
    """One after another; a server that takes none is asked once, not once a letter."""
    for number in outbox.due(engine, clock()):
        fate = _deliver_one(engine, settings, clock, number)
        if fate is not None:
            yield fate
        if fate is not None and fate.ends_round:
            yield from _postpone_others(engine, clock(), fate)
            return


def _postpone_others(engine: Engine, now: datetime, fate: Fate) -> Iterator[Fate]:
    due = fate.due_at or now + PAUSES[0]
    for recipient in outbox.postpone(engine, now, due, fate.why):
        yield replace(fate, recipient=recipient, state="queued", due_at=due)


def _deliver_one(
    engine: Engine, settings: Settings, clock: Clock, number: int, lighter: str = ""
) -> Fate | None:
    """`lighter`: why it goes without its attachments."""
    message = outbox.claim(engine, number, clock())
    if message is None:
        return None
    with barrier("letter", message.recipient, passing=STORES) as crossing:
        try:
            with server(settings) as opened:
                _hand_over(engine, opened, settings.mail, message)
                outbox.mark(engine, number, state="sent", sent_at=clock(), answer=lighter)
        except DeliveryError as error:
            if _is_lightened(engine, settings.mail, message, error):
                told = LIGHTER.format(error=error)
                return _deliver_one(engine, settings, clock, number, told)
            return _refused(engine, message, error, clock())
        except ClaimLostError as error:
            log.warning("%s was claimed by another process: not handed over", error)
            return None
    if crossing.fault:
        return _parked(engine, message, crossing.fault)
    return Fate(recipient=message.recipient, state="sent", why=lighter)


def _parked(engine: Engine, message: MessageRow, fault: Fault) -> Fate:
    """A letter on which our program broke keeps no other one."""
    assert message.id is not None
    why = BROKE.format(error=fault.detail)
    outbox.mark(engine, message.id, state="parked", answer=why)
    return Fate(recipient=message.recipient, state="parked", why=why)


def _is_lightened(engine: Engine, mail: Mail, message: MessageRow, error: DeliveryError) -> bool:
    """Too big as it is: back in line without what was attached, if anything was."""
    assert message.id is not None
    if error.refusal is not Refusal.TOO_BIG:
        return False
    body = without_attachments(message.body, mail.operator)
    if body is None:
        return False
    log.warning("message %d goes without its attachments: %s", message.id, error)
    outbox.write_anew(engine, message.id, body, str(error))
    return True


def _refused(engine: Engine, message: MessageRow, error: DeliveryError, now: datetime) -> Fate:
    """Queue again with a longer pause, or park; nothing is thrown away."""
    assert message.id is not None
    log.warning("message %d to %s: %s", message.id, message.recipient, error)
    fate = Fate(
        recipient=message.recipient,
        state="parked",
        why=str(error),
        ends_round=error.refusal is Refusal.SERVER,
    )
    if error.refusal is Refusal.FOR_GOOD or message.attempts > len(PAUSES):
        give_back(engine, message, state="parked", answer=fate.why)
        return fate
    due = now + PAUSES[message.attempts - 1]
    give_back(engine, message, state="queued", due_at=due, answer=fate.why)
    return replace(fate, state="queued", due_at=due)


def _hand_over(engine: Engine, server: Line, mail: Mail, message: MessageRow) -> None:
    """MAIL, RCPT and DATA may be repeated after a crash; the last byte may not, so it is written
    down before."""
    assert message.id is not None
    sender, recipient = wire(mail.sender), _recipient(message)
    body = _stuffed(message.body)
    server.ehlo_or_helo_if_needed()
    options = (*_script(server, mail, message), *_size(server, len(body)))
    _expect(server.mail(sender, options), refused_sender)
    _expect(server.rcpt(recipient))
    _expect(server.docmd("DATA"), kind=GO_ON)
    _written_down(engine, server, message)
    _be_patient(server, mail)
    server.send(body)
    _expect(_last_answer(server))


def _written_down(engine: Engine, server: Line, message: MessageRow) -> None:
    try:
        hand(engine, message)
    except ClaimLostError:
        server.close()  # a letter without its end is none
        raise


def _recipient(message: MessageRow) -> str:
    """One that was put in line before, or for whom nothing could be written, may be no address."""
    try:
        return wire(message.recipient)
    except MailboxError as error:
        raise DeliveryError(str(error), Refusal.FOR_GOOD) from None


def _script(server: smtplib.SMTP, mail: Mail, message: MessageRow) -> tuple[str, ...]:
    if not needs_utf8(mail.sender, message.recipient):
        return ()
    if not server.has_extn("smtputf8"):
        raise DeliveryError(NO_UTF8, Refusal.FOR_GOOD)
    return ("SMTPUTF8", "BODY=8BITMIME")


def _size(server: smtplib.SMTP, length: int) -> tuple[str, ...]:
    """Where the server tells its limit (RFC 1870; 0: none), nothing bigger is sent in vain."""
    if not server.has_extn("size"):
        return ()
    told = server.esmtp_features["size"].strip()
    limit = int(told) if told.isdecimal() and len(told) <= LONGEST_LIMIT else 0
    if 0 < limit < length:
        raise DeliveryError(TOO_LONG.format(length=length, limit=limit), Refusal.TOO_BIG)
    return (f"SIZE={length}",)


def _stuffed(body: bytes) -> bytes:
    """As DATA wants it: a line that begins with a dot gets another, a lone dot ends it all."""
    lines = re.sub(rb"(?m)^\.", b"..", body)
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _be_patient(server: Line, mail: Mail) -> None:
    """While the letter goes over the line, and until the server has dealt with it."""
    if server.sock is not None:
        server.sock.settimeout(mail.timeout * LAST_ANSWER)
    server.alarm.allow(mail.timeout * LAST_ANSWER)


def _last_answer(server: Line) -> tuple[int, bytes]:
    """Without it nobody knows whether the message was taken, so nobody may send it again."""
    try:
        code, words = server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        told = NO_ANSWER.format(error=in_russian(error))
        raise DeliveryError(told, Refusal.FOR_GOOD) from error
    if server.alarm.has_rung or code // 100 not in (DONE, 4, 5):  # half an answer is none
        raise DeliveryError(NO_ANSWER.format(error=NO_REPLY), Refusal.FOR_GOOD)
    return code, words


def _expect(
    reply: tuple[int, bytes],
    error: Callable[[int, bytes], DeliveryError] = refused,
    kind: int = DONE,
) -> None:
    """What is neither taken nor refused is no answer to what was asked: it may pass."""
    code, words = reply
    if code // 100 != kind:
        raise error(code, words)
