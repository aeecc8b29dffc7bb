"""Which alerts the operator has yet to get: the same trouble is not told every minute."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlmodel import col, select

from monitor.storage.database import session
from monitor.storage.held import ON_THE_WAY
from monitor.storage.tables import MessageRow


def is_waiting(engine: Engine, subject: str) -> bool:
    """Whether the last such alert has not even gone out: another would only wait behind it."""
    with session(engine) as opened:
        same = select(MessageRow.id).where(
            col(MessageRow.audit_id).is_(None),
            MessageRow.subject == subject,
            col(MessageRow.state).in_(ON_THE_WAY),
        )
        return opened.exec(same.limit(1)).first() is not None
