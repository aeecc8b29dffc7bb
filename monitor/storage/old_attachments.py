"""Files that came with answers are kept as long as evidence is, then their bytes go.

The answer stays, with the name and the digest of each. A file that several answers hold goes with
the youngest of them; one that came by mail is held by its message (received.py). As elsewhere
nothing goes by a clock that is not believed, and at most a tenth a night.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete
from sqlmodel import col, select

from monitor.storage.database import batched, exclusive
from monitor.storage.received import held
from monitor.storage.retention import a_tenth
from monitor.storage.tables import AttachmentRow

log = logging.getLogger(__name__)


def remove_attachments(engine: Engine, days: int, now: datetime, *, believed: bool) -> int:
    """Of answers recorded more than `days` ago; how many files went. 0 keeps all for ever."""
    if not (days and believed):
        return 0
    with exclusive(engine) as opened:
        stored = opened.exec(select(AttachmentRow.digest)).all()
        free = sorted(set(stored) - held(opened, now - timedelta(days=days))) if stored else []
        gone = free[: a_tenth(len(stored))]
        for some in batched(gone):
            opened.exec(delete(AttachmentRow).where(col(AttachmentRow.digest).in_(some)))
    if gone:
        log.info("%d files of old answers removed", len(gone))
    return len(gone)
