"""One letter's dialogue with the server: MAIL, RCPT, DATA, and the answer that settles it."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable

from sqlalchemy import Engine

from monitor.config import Mail
from monitor.errors.system import in_russian
from monitor.mail.smtp import LAST_ANSWER, DeliveryError, Line, Refusal, refused, refused_sender
from monitor.registry.mailboxes import MailboxError, needs_utf8, wire
from monitor.storage.claims import ClaimLostError, hand
from monitor.storage.tables import MessageRow

DONE, GO_ON = 2, 3  # kinds of SMTP's answers
LONGEST_LIMIT = 18  # figures: no server has so much room
NO_REPLY = "ответ сервера не понять"
TOO_LONG = "письмо в {length} байт, а сервер принимает не больше {limit}"
NO_UTF8 = (
    "сервер почты не умеет отправлять на адреса с русскими буквами перед @ (SMTPUTF8): "
    "попросите адресата о другом адресе или включите SMTPUTF8 на сервере"
)
NO_ANSWER = (
    "неизвестно, ушло ли письмо: связь оборвалась, когда оно было уже передано ({error}). "
    "Спросите адресата; отправить снова: dozor outbox --retry"
)


def transfer(engine: Engine, server: Line, mail: Mail, message: MessageRow, letter: bytes) -> None:
    """`letter` is the message's, as it goes over the wire.

    MAIL, RCPT and DATA may be repeated after a crash; the last byte may not, so it is written
    down before.
    """
    assert message.id is not None
    sender, recipient = wire(mail.sender), _recipient(message)
    body = _as_data(letter)
    server.ehlo_or_helo_if_needed()
    options = (*_utf8_options(server, mail, message), *_size_option(server, len(body)))
    _expect(server.mail(sender, options), refused_sender)
    _expect(server.rcpt(recipient))
    _expect(server.docmd("DATA"), kind=GO_ON)
    _record_handing(engine, server, message)
    _extend_timeouts(server, mail)
    server.send(body)
    _expect(_last_answer(server))


def _record_handing(engine: Engine, server: Line, message: MessageRow) -> None:
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


def _utf8_options(server: smtplib.SMTP, mail: Mail, message: MessageRow) -> tuple[str, ...]:
    if not needs_utf8(mail.sender, message.recipient):
        return ()
    if not server.has_extn("smtputf8"):
        raise DeliveryError(NO_UTF8, Refusal.FOR_GOOD)
    return ("SMTPUTF8", "BODY=8BITMIME")


def _size_option(server: smtplib.SMTP, length: int) -> tuple[str, ...]:
    """Where the server tells its limit (RFC 1870; 0: none), nothing bigger is sent in vain."""
    if not server.has_extn("size"):
        return ()
    value = server.esmtp_features["size"].strip()
    limit = int(value) if value.isdecimal() and len(value) <= LONGEST_LIMIT else 0
    if 0 < limit < length:
        raise DeliveryError(TOO_LONG.format(length=length, limit=limit), Refusal.TOO_BIG)
    return (f"SIZE={length}",)


def _as_data(body: bytes) -> bytes:
    """As DATA wants it: a line that begins with a dot gets another, a lone dot ends it all."""
    lines = re.sub(rb"(?m)^\.", b"..", body)
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _extend_timeouts(server: Line, mail: Mail) -> None:
    """While the letter goes over the line, and until the server has dealt with it."""
    if server.sock is not None:
        server.sock.settimeout(mail.timeout * LAST_ANSWER)
    server.alarm.allow(mail.timeout * LAST_ANSWER)


def _last_answer(server: Line) -> tuple[int, bytes]:
    """Without it nobody knows whether the message was taken, so nobody may send it again."""
    try:
        code, words = server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        why = NO_ANSWER.format(error=in_russian(error))
        raise DeliveryError(why, Refusal.FOR_GOOD) from error
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
