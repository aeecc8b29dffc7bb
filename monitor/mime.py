"""A letter as the bytes that go over the wire."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email import message_from_bytes
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from urllib.parse import quote

from monitor.mailboxes import address_of, needs_utf8, wire
from reports.mail import Letter
from reports.templating import one_line, render

OF_CONTENT = re.compile(rb"(?im)^(?:content-[\w-]+|mime-version):.*\r\n(?:[ \t].*\r\n)*")
HTML_BODY = re.compile(r"<body\b[^>]*>|\A", re.IGNORECASE)


def id_of(sender: str, *of: object) -> str:
    """The same for the same message: made of what it is about, not of the moment."""
    digest = hashlib.sha256("\n".join(map(str, of)).encode()).hexdigest()
    return f"<dozor.{digest[:24]}@{address_of(sender).domain}>"


def message_of(
    letter: Letter,
    *,
    sender: str,
    recipient: Address,
    message_id: str,
    at: datetime,
    thread: tuple[str, ...] = (),
    operator: str | None = None,
    reply_to: str | None = None,
) -> bytes:
    """Whatever a name or a subject holds, it stays within its header: they are one line each."""
    is_plain = not needs_utf8(sender, recipient.addr_spec)
    message = EmailMessage(policy=SMTP if is_plain else SMTPUTF8)
    message.set_raw("Subject", _in_words(one_line(letter.subject), "Subject"))
    message.set_raw("From", _named(address_of(sender, parseaddr(sender)[0] or "Дозор"), "From"))
    message.set_raw("To", _named(recipient, "To"))
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    _answer(message, thread)
    if reply_to:
        message["Reply-To"] = address_of(reply_to)
    if operator:
        message["List-Unsubscribe"] = f"<mailto:{quote(wire(operator), '@')}?subject=unsubscribe>"
    _fill(message, letter)
    return message.as_bytes()


def _in_words(text: str, header: str) -> str:
    """As encoded words (RFC 2047). `EmailMessage` folds them so that a space between two is lost,
    «проверка № 2» arrives as «проверка№ 2»; this older class keeps it.
    """
    return Header(text, None if text.isascii() else "utf-8", header_name=header).encode(
        linesep="\r\n"
    )


def _named(address: Address, header: str) -> str:
    """The name, and the address on a line of its own."""
    if not address.display_name or address.display_name.isascii():
        return str(address)
    return f"{_in_words(address.display_name, header)}\r\n <{address.addr_spec}>"


def _answer(message: EmailMessage, thread: tuple[str, ...]) -> None:
    if thread:
        message["In-Reply-To"] = thread[-1]
        message["References"] = " ".join(thread)


def _fill(message: EmailMessage, letter: Letter) -> None:
    """Both bodies in base64: no server has to know eight bits, no line is too long."""
    message.set_content(letter.text, cte="base64")
    message.add_alternative(letter.html, subtype="html", cte="base64")
    for attachment in letter.attachments:
        kind, _, subtype = attachment.media_type.partition("/")
        message.add_attachment(
            attachment.content,
            maintype=kind,
            subtype=subtype,
            filename=attachment.name,
            params={"charset": "utf-8"} if kind == "text" else None,
        )


def without_attachments(body: bytes, operator: str | None) -> bytes | None:
    """The same letter, which says first what it leaves out; None where nothing is attached.

    Its head stays as it was written, byte by byte, but for what describes the content.
    """
    message = message_from_bytes(body, policy=SMTP)
    left_out = [one.get_filename("") for one in message.iter_attachments()]
    if not left_out:
        return None
    values = {"names": left_out, "operator": operator}
    lighter = EmailMessage(policy=SMTP)
    note = render("letter-lighter.txt.j2", values)
    lighter.set_content(note + _text(message, "plain"), cte="base64")
    html = _text(message, "html")
    at = max(found.end() for found in HTML_BODY.finditer(html))
    html = html[:at] + render("letter-lighter.html.j2", values) + html[at:]
    lighter.add_alternative(html, subtype="html", cte="base64")
    head, _, _ = body.partition(b"\r\n\r\n")
    return OF_CONTENT.sub(b"", head + b"\r\n") + lighter.as_bytes()


def _text(message: EmailMessage, kind: str) -> str:
    part: MIMEPart | None = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
