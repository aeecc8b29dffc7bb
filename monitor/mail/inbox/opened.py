"""A message as we need it, whatever a client made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import default

from monitor.mail.inbox.heads import head, ids, senders, text_of, within
from monitor.mail.inbox.keys import keys_in
from monitor.mail.inbox.own_words import own_words, words_of_html
from monitor.storage.attachments import clean_name

MOST_FILES = 20
LARGEST_FILE = 10_000_000  # bytes
MOST_BOUNDARIES = 100
DEEPEST = 20  # letters within letters, parts within parts
SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted")
TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    message: EmailMessage  # for what programs write into heads
    number: str  # Message-ID; "" where there is none
    subject: str
    senders: tuple[str, ...]
    answers_to: tuple[str, ...]  # numbers of the letters that it answers
    words: str
    files: tuple[File, ...] = ()
    left_out: int = 0
    sealed: str = ""  # why its words cannot be read: encrypted | winmail
    forwarded: str = ""  # the subject of a letter within, if that has a key

    @property
    def sender(self) -> str:
        return ", ".join(self.senders)[:320]


class TangledError(Exception):
    """Parts within parts within parts: to read it would take minutes."""


def opened(written: bytes, *, only_head: bool = False) -> Opened:
    """May raise what the library raises of malformed mail: whoever calls has a barrier."""
    if written.count(b"boundary=") > MOST_BOUNDARIES:
        raise TangledError(len(written))
    message = message_from_bytes(written, policy=default)
    assert isinstance(message, EmailMessage)
    files, left_out = ((), 0) if only_head else _files(message)
    return Opened(
        message=message,
        number=next(iter(ids(message, "Message-ID")), ""),
        subject=head(message, "Subject")[:500],
        senders=senders(message),
        answers_to=ids(message, "In-Reply-To", "References"),
        words="" if only_head else own_words(_text(message)),
        files=files,
        left_out=left_out,
        sealed="" if only_head else _sealed(message),
        forwarded="" if only_head else _forwarded(message),
    )


def _text(message: EmailMessage) -> str:
    """Plain where there is any: HTML repeats it with what a client adds."""
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        if part is not None:
            text = _content(part)
            if text.strip():
                return words_of_html(text) if kind == "html" else text
    return ""


def _content(part: MIMEPart) -> str:
    content = part.get_payload(decode=True)
    return text_of(content, part.get_content_charset()) if isinstance(content, bytes) else ""


def _files(message: EmailMessage) -> tuple[tuple[File, ...], int]:
    found: list[File] = []
    left_out = 0
    for part in _leaves(message):
        content = _bytes(part)
        if len(found) >= MOST_FILES or len(content) > LARGEST_FILE:
            left_out += 1
        elif content:
            found.append(File(_name(part, len(found) + 1), content))
    return tuple(found), left_out


def _leaves(part: MIMEPart, depth: int = 0) -> Iterator[MIMEPart]:
    if depth > DEEPEST or part.get_content_maintype() != "multipart":
        return
    for one in part.iter_attachments():
        if one.get_content_maintype() == "multipart":
            yield from _leaves(one, depth + 1)
        else:
            yield one


def _bytes(part: MIMEPart) -> bytes:
    """A letter within is a file as it came."""
    if inner := within(part):
        return inner[0].as_bytes()
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _name(part: MIMEPart, number: int) -> str:
    """Without folders and signs that are no letters; of a letter within, its subject."""
    told = part.get_filename() or _encoded_name(part)
    if not told and part.get_content_type() == "message/rfc822":
        told = f"{_subject_within(part)}.eml"
    return clean_name(told) or f"вложение {number}"


def _encoded_name(part: MIMEPart) -> str:
    """An encoded word without quotes is no name for the library, but is for those who write it."""
    for field in ("Content-Disposition", "Content-Type"):
        _, _, told = head(part, field).partition("name=")
        if told:
            return told.partition(";")[0].strip(' "')
    return ""


def _sealed(message: EmailMessage) -> str:
    """A signature beside the words hides nothing, one around them does."""
    kinds = [message.get_content_type(), *(one.get_content_type() for one in _leaves(message))]
    if any(kind in SEALED for kind in kinds):
        return "encrypted"
    names = (one.get_filename() or "" for one in _leaves(message))
    has_tnef = any(kind in TNEF for kind in kinds) or "winmail.dat" in map(str.casefold, names)
    return "winmail" if has_tnef else ""


def _forwarded(message: EmailMessage) -> str:
    """A letter that holds another which has a key: whose words are whose is for a person to say."""
    for part in [message, *_leaves(message)]:
        if part.get_content_type() == "message/rfc822":
            subject = _subject_within(part)
            if keys_in(subject):
                return subject[:500]
    return ""


def _subject_within(part: MIMEPart) -> str:
    inner = within(part)
    return head(inner[0], "Subject") if inner else ""
