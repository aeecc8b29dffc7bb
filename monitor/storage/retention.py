"""Evidence is kept for as long as the configuration says, then its bytes go and its digest stays.

The chain of run digests goes over the rows, which are never deleted: it verifies as before.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, update
from sqlmodel import col, select

from monitor.storage.database import session
from monitor.storage.tables import AuditRow, EvidenceFileRow

log = logging.getLogger(__name__)


def remove_old(engine: Engine, folder: Path, days: int, now: datetime) -> tuple[str, ...]:
    """Remove the files of runs begun more than `days` ago; their names. 0 keeps all for ever.

    The row is marked first: a file that a crash left behind goes with the next run, while one
    that is missing without a mark would be told as tampering. Raises OSError.
    """
    if days == 0:
        return ()
    aged = _mark(engine, now - timedelta(days=days), now)
    for path in (folder / name for name in _marked(engine)):
        path.unlink(missing_ok=True)
    if aged:
        log.info("removed evidence older than %d days: %s", days, ", ".join(aged))
    return aged


def _mark(engine: Engine, before: datetime, now: datetime) -> tuple[str, ...]:
    with session(engine) as opened:
        rows = opened.exec(
            select(EvidenceFileRow.audit_id, EvidenceFileRow.name)
            .join(AuditRow, col(AuditRow.id) == EvidenceFileRow.audit_id)
            .where(col(EvidenceFileRow.removed_on).is_(None), AuditRow.started_at < before)
            .order_by(col(EvidenceFileRow.place))
        ).all()
        opened.exec(
            update(EvidenceFileRow)
            .where(col(EvidenceFileRow.audit_id).in_([number for number, _ in rows]))
            .values(removed_on=now.date())
        )
    return tuple(name for _, name in rows)


def _marked(engine: Engine) -> list[str]:
    with session(engine) as opened:
        return list(
            opened.exec(
                select(EvidenceFileRow.name).where(col(EvidenceFileRow.removed_on).is_not(None))
            )
        )
