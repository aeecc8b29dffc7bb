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
from email.utils import format_datetime
from urllib.parse import quote

from monitor.registry.mailboxes import address_of, name_in, needs_utf8, wire
from reports.mail import Letter
from reports.templating import one_line, render

# Heads go out as they are written here: `email` would fold the long ones again, and break a number
# or an address of a long domain into encoded words, which no mail program takes for one.
PLAIN = SMTP.clone(refold_source="none")
IN_UTF8 = SMTPUTF8.clone(refold_source="none")
LINE = 76
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
    message = EmailMessage(policy=PLAIN if is_plain else IN_UTF8)
    message.set_raw("Subject", _in_words(one_line(letter.subject), "Subject"))
    message.set_raw("From", _mailbox(address_of(sender, name_in(sender) or "Дозор"), "From"))
    message.set_raw("To", _mailbox(recipient, "To"))
    message["Date"] = format_datetime(at)
    message.set_raw("Message-ID", message_id)
    message["Auto-Submitted"] = "auto-generated"
    _answer(message, thread)
    if reply_to:
        message.set_raw("Reply-To", _mailbox(address_of(reply_to), "Reply-To"))
    if operator:
        mailto = f"<mailto:{quote(wire(operator), '@')}?subject=unsubscribe>"
        message.set_raw("List-Unsubscribe", mailto)
    _fill(message, letter)
    return message.as_bytes()


def _in_words(text: str, header: str) -> str:
    """As encoded words (RFC 2047). `EmailMessage` folds them so that a space between two is lost,
    «проверка № 2» arrives as «проверка№ 2»; this older class keeps it.
    """
    charset = None if _goes_plain(text) else "utf-8"
    return Header(text, charset, header_name=header).encode(linesep="\r\n")


def _goes_plain(text: str) -> bool:
    """ASCII that can be folded at its blanks, and is not taken for encoded words."""
    return text.isascii() and "=?" not in text and len(max(text.split(), key=len, default="")) < 60


def _mailbox(address: Address, header: str) -> str:
    """The name, and the address on a line of its own where the two are long."""
    if not address.display_name:
        return str(address)
    if _goes_plain(address.display_name):
        return _fold(str(address), header)
    return f"{_in_words(address.display_name, header)}\r\n <{address.addr_spec}>"


def _answer(message: EmailMessage, thread: tuple[str, ...]) -> None:
    if thread:
        message.set_raw("In-Reply-To", thread[-1])
        message.set_raw("References", _fold(" ".join(thread), "References"))


def _fold(text: str, header: str) -> str:
    """At blanks only: what is longer than a line is what others have to read in one piece."""
    lines = [f"{header}:"]
    for word in text.split(" "):
        fits = len(lines) == 1 and lines[0].endswith(":")  # an empty first line is no header's
        if fits or len(lines[-1]) + 1 + len(word) <= LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return "\r\n".join(lines).removeprefix(f"{header}: ")


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
