"""Whether a message is an answer at all: told by what programs write into heads, not by words.

bounce      a report that a letter did not arrive (RFC 3464), or what a mailer writes instead
automatic   a reply that nobody wrote (RFC 3834), a receipt, a newsletter
own         one of our letters, come back or copied
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message

from monitor.mail.inbox.heads import head, ids, senders, within
from monitor.storage.received import ANSWER, AUTOMATIC, BOUNCE

BULK = frozenset({"bulk", "junk", "auto_reply", "auto-reply"})
MACHINES = ("X-Autoreply", "X-Autorespond", "X-AutoReply-From", "X-Mail-Autoreply", "X-Auto-Reply")
MAILER = re.compile(r"^(?:mailer-daemon|postmaster)@", re.I)
LOOKS_AUTOMATIC = re.compile(
    r"^\W*(?:автоответ|автоматический ответ|auto(?:matic)?[- ]?reply|out of office)",
    re.I,
)
MOST_PARTS = 200


@dataclass(frozen=True, slots=True)
class Failed:
    """What a report says of a letter of ours."""

    recipient: str
    answer: str
    ids: tuple[str, ...]  # numbers of the letter, as the report returns its head


def nature_of(message: EmailMessage) -> str:
    if _reports(message) or _is_mailers(message):
        return BOUNCE if _has_failed(message) else AUTOMATIC
    return AUTOMATIC if _is_automatic(message) else ANSWER


def _reports(message: EmailMessage) -> bool:
    return message.get_content_type() == "multipart/report" or any(
        part.get_content_type() == "message/delivery-status" for part in _parts(message)
    )


def _is_mailers(message: EmailMessage) -> bool:
    """A mailer of old writes plain text, from nobody."""
    return any(MAILER.match(one) for one in senders(message)) and _is_from_nobody(message)


def _is_from_nobody(message: EmailMessage) -> bool:
    return head(message, "Return-Path").strip() in ("", "<>")


def _has_failed(message: EmailMessage) -> bool:
    """A late letter is no lost one; a receipt and a complaint are automatic."""
    actions = [_field(one, "Action").casefold() for one in _recipients(message)]
    return "failed" in actions if actions else not _reports(message)


def _is_automatic(message: EmailMessage) -> bool:
    submitted = head(message, "Auto-Submitted").casefold().partition(";")[0].strip()
    return (
        submitted not in ("", "no")
        or head(message, "Precedence").casefold() in BULK
        or any(head(message, name) for name in MACHINES)
    )


def looks_automatic(subject: str) -> bool:
    """By its words alone: a person may have written them."""
    return LOOKS_AUTOMATIC.match(subject) is not None


def failed_of(message: EmailMessage) -> Failed:
    """As far as the report tells it."""
    told = next((one for one in _recipients(message) if _is_failed(one)), None)
    recipient = _address(_field(told, "Final-Recipient")) if told else ""
    original = _address(_field(told, "Original-Recipient")) if told else ""
    answer = _field(told, "Diagnostic-Code") or _field(told, "Status") if told else ""
    return Failed(original or recipient, answer[:500], tuple(_returned(message)))


def _is_failed(part: Message) -> bool:
    return _field(part, "Action").casefold() == "failed"


def _recipients(message: EmailMessage) -> Iterator[Message]:
    """Of a delivery report: a block a recipient, after the one of the letter."""
    for part in _parts(message):
        if part.get_content_type() == "message/delivery-status":
            yield from (block for block in within(part) if _field(block, "Action"))


def _returned(message: EmailMessage) -> Iterator[str]:
    """Numbers of the letter that came back, whole or its head alone."""
    for part in _parts(message):
        if part.get_content_type() == "message/rfc822":
            yield from (one for own in within(part)[:1] for one in ids(own, "Message-ID"))
        elif part.get_content_type() == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            told = content if isinstance(content, bytes) else b""
            found = re.search(rb"(?im)^message-id:\s*(<[^>\s]{1,500}>)", told)
            yield from [found[1].decode("utf-8", "replace")] if found else []


def _parts(message: EmailMessage) -> Iterator[Message]:
    """Not those of a letter within: its reports are not about ours."""
    waiting: list[Message] = [message]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        yield part
        if part.get_content_maintype() == "multipart":
            waiting += within(part)


def _field(block: Message | None, name: str) -> str:
    return " ".join(str(block.get(name, "")).split()) if block is not None else ""


def _address(field: str) -> str:
    """«rfc822; school@example.org»."""
    return field.partition(";")[2].strip().strip("<>")[:320]
