"""Letters as they are stored: the long parts apart, each once, and everything compressed.

    "From: …", {"base64": digest}, "--boundary …", {"base64": digest}, "--boundary--"

A report goes to several readers with the same attachments, and base64 hardly compresses. So a long
run of base64 is stored as the bytes that it stands for, by their digest; what is left of the letter
is a list of text and of such digests. Put together again, the letter is the same, byte by byte.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import zlib
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, exists
from sqlmodel import Session, col, select

from monitor.storage.database import batched, put_once
from monitor.storage.tables import LetterPartRow, MessagePartRow, MessageRow

# As it is written into letters: lines of 76 signs. Below a dozen a part of its own does not pay.
_BASE64 = re.compile(rb"(?m)^(?:[A-Za-z0-9+/]{76}\r\n){12,}(?:[A-Za-z0-9+/]{1,76}={0,2}\r\n)?")
AT_ONCE = 500  # digests in one statement

Parts = Mapping[str, bytes]  # by digest


def take_apart(letter: bytes) -> tuple[bytes, Parts]:
    """What stands in the message's own row, and its parts. Of no letter nothing is kept."""
    told: list[str | dict[str, str]] = []
    parts: dict[str, bytes] = {}
    start = 0
    for found in _BASE64.finditer(letter):
        if (content := _content(found[0])) is not None:
            digest = hashlib.sha256(content).hexdigest()
            parts[digest] = content
            told += [_text(letter[start : found.start()]), {"base64": digest}]
            start = found.end()
    told.append(_text(letter[start:]))
    return zlib.compress(json.dumps(told).encode()) if letter else b"", parts


def _text(some: bytes) -> str:
    """Any bytes: addresses in Russian letters stand in a head as they are."""
    return some.decode("latin-1")


def _content(written: bytes) -> bytes | None:
    """None for what would not come out again as it was written."""
    try:
        content = base64.b64decode(written)
    except binascii.Error:
        return None
    return content if _in_base64(content) == written else None


def _in_base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def put_together(body: bytes, parts: Parts) -> bytes:
    return b"".join(
        one.encode("latin-1") if isinstance(one, str) else _in_base64(parts[one["base64"]])
        for one in _pieces(body)
    )


def _pieces(body: bytes) -> Sequence[str | dict[str, str]]:
    told: Sequence[str | dict[str, str]] = json.loads(zlib.decompress(body)) if body else ()
    return told


# --- in the database ----------------------------------------------------------------------------


def keep(opened: Session, row: MessageRow, letter: bytes) -> None:
    """Write the letter down as that of this message, instead of what it had."""
    row.body, parts = take_apart(letter)
    opened.add(row)
    opened.flush()
    put_once(
        opened,
        [LetterPartRow(digest=one, body=zlib.compress(body)) for one, body in parts.items()],
    )
    assert row.id is not None
    had = forget_links(opened, [row.id])
    opened.add_all(MessagePartRow(message_id=row.id, digest=one) for one in parts)
    opened.flush()
    drop_unused(opened, had - set(parts))


def whole(opened: Session, row: MessageRow) -> bytes:
    """The letter as it was written; b"" where nothing could be, or it went with the years."""
    wanted = {one["base64"] for one in _pieces(row.body) if not isinstance(one, str)}
    found = (opened.get_one(LetterPartRow, digest) for digest in wanted)
    return put_together(row.body, {one.digest: zlib.decompress(one.body) for one in found})


def forget_links(opened: Session, messages: Sequence[int]) -> set[str]:
    """These messages have no parts any more; gives the digests of those that they had."""
    theirs = col(MessagePartRow.message_id).in_(messages)
    had = set(opened.exec(select(MessagePartRow.digest).where(theirs)))
    if had:
        opened.exec(delete(MessagePartRow).where(theirs))
    return had


def drop_unused(opened: Session, digests: Collection[str]) -> None:
    """Of these parts, those that stand in no letter any more."""
    is_used = exists().where(col(MessagePartRow.digest) == col(LetterPartRow.digest))
    for some in batched(sorted(digests), AT_ONCE):
        opened.exec(delete(LetterPartRow).where(col(LetterPartRow.digest).in_(some), ~is_used))
