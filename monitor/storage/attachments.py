"""Files that came with answers, each once, by the digest of what it is."""

from __future__ import annotations

import hashlib
import zlib

from sqlalchemy import Engine

from monitor.storage.database import put_once, session
from monitor.storage.tables import AttachmentRow
from rules.cases.model import Attachment


def keep(engine: Engine, name: str, content: bytes) -> Attachment:
    """What an answer names; the bytes are there before the answer is."""
    digest = hashlib.sha256(content).hexdigest()
    row = AttachmentRow(digest=digest, size=len(content), body=zlib.compress(content))
    with session(engine) as opened:
        put_once(opened, [row])
    return Attachment(name=name, digest=digest, size=len(content))


def content_of(engine: Engine, digest: str) -> bytes | None:
    """None: no answer has brought such a file."""
    with session(engine) as opened:
        row = opened.get(AttachmentRow, digest)
        return zlib.decompress(row.body) if row else None
