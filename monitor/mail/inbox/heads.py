"""Fields of a head as they were meant: folded, encoded, or in bare bytes of some code page.

The library's own reading raises on some of what clients write, so each field is read by itself.
"""

from __future__ import annotations

import re
from email import header, utils
from email.errors import HeaderParseError
from email.message import Message

from monitor.registry.mailboxes import MailboxError, wire
from reports.templating import one_line

LONGEST = 2_000  # signs of a field
IDS = re.compile(r"<[^<>\s]{1,500}>")
MOST_IDS = 50


def head(message: Message, name: str) -> str:
    """The first field of that name, on one line; "" where there is none."""
    wanted = name.casefold()
    for found, value in message.raw_items():
        if found.casefold() == wanted:
            return one_line(_decoded(str(value)))[:LONGEST]
    return ""


def ids(message: Message, *names: str) -> tuple[str, ...]:
    """Numbers of messages, each once."""
    found = (one for name in names for one in IDS.findall(head(message, name)))
    return tuple(dict.fromkeys(found))[:MOST_IDS]


def _decoded(raw: str) -> str:
    plain = text_of(raw.encode("utf-8", "surrogateescape"))
    try:
        parts = header.decode_header(re.sub(r"\r?\n(?=[ \t])", "", plain))
    except (HeaderParseError, ValueError):
        return plain
    return "".join(
        text_of(part, charset) if isinstance(part, bytes) else _storable(part)
        for part, charset in parts
    )


def text_of(written: bytes, charset: str | None = None) -> str:
    """By the code page that was named, if it fits; else by those of Russian mail."""
    for name in (charset, "utf-8", "windows-1251"):
        try:
            if name:
                return _storable(written.decode(name))
        except (LookupError, UnicodeError, ValueError):
            continue
    return _storable(written.decode("utf-8", "replace"))


def _storable(text: str) -> str:
    """Without what no database takes: a sign with code 0, halves of a pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def within(part: Message) -> tuple[Message, ...]:
    """The parts of a part, or the letter within it."""
    content = part.get_payload()
    return tuple(one for one in content if isinstance(one, Message)) if part.is_multipart() else ()


def senders(message: Message) -> tuple[str, ...]:
    """The addresses of From, as servers know them."""
    named = utils.getaddresses([head(message, "From")])
    return tuple(_plain(address) for _, address in named if "@" in address)


def _plain(address: str) -> str:
    try:
        return wire(address).casefold()
    except MailboxError:
        return address.casefold()[:200]
