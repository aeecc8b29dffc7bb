"""Files that came with answers, each once, by the digest of what it is."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence

from sqlalchemy import Engine
from sqlmodel import Session

from monitor.storage.database import put_once, session
from monitor.storage.tables import AttachmentRow
from rules.cases.model import Attachment

LONGEST_NAME = 150


def clean_name(told: str) -> str:
    """Without folders, and without signs that nobody sees, such as the one that turns a name round;
    may be empty."""
    plain = " ".join(told.split()).replace("\\", "/").rpartition("/")[2]
    return "".join(one for one in plain if one.isprintable()).strip(" .")[-LONGEST_NAME:]


def named(name: str, content: bytes) -> Attachment:
    """What an answer says of a file that comes with it."""
    return Attachment(name=name, digest=digest_of(content), size=len(content))


def put(opened: Session, contents: Sequence[bytes]) -> None:
    """In a unit of work that records more than these."""
    each = {digest_of(content): content for content in contents}
    rows = [
        AttachmentRow(digest=digest, size=len(content), body=zlib.compress(content))
        for digest, content in each.items()
    ]
    put_once(opened, rows)


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def content_of(engine: Engine, digest: str) -> bytes | None:
    """None: no answer has brought such a file, or its time was up."""
    with session(engine) as opened:
        row = opened.get(AttachmentRow, digest)
        return zlib.decompress(row.body) if row else None
