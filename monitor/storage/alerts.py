"""Which alerts the operator has had: the same trouble is not told every minute."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import col, select

from monitor.clocks import SLIP
from monitor.storage.database import session
from monitor.storage.outbox import ON_THE_WAY
from monitor.storage.tables import MessageRow


def was_told(engine: Engine, subject: str, since: datetime, now: datetime) -> bool:
    """Between the two: what a clock that was ahead told later than now was told long ago."""
    with session(engine) as opened:
        same = select(MessageRow.id).where(
            col(MessageRow.audit_id).is_(None),
            MessageRow.subject == subject,
            col(MessageRow.queued_at) > since,
            col(MessageRow.queued_at) <= now + SLIP,
        )
        return opened.exec(same.limit(1)).first() is not None


def is_waiting(engine: Engine, subject: str) -> bool:
    """Whether the last such alert has not even gone out: another would only wait behind it."""
    with session(engine) as opened:
        same = select(MessageRow.id).where(
            col(MessageRow.audit_id).is_(None),
            MessageRow.subject == subject,
            col(MessageRow.state).in_(ON_THE_WAY),
        )
        return opened.exec(same.limit(1)).first() is not None
