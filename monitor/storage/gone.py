"""Which letters have gone to whom of late: what they told counts as told."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine
from sqlmodel import col, select

from monitor.storage.database import session
from monitor.storage.tables import AuditRow, MessageRow


class Gone(NamedTuple):
    role: str
    as_of: datetime  # the audit's moment
    at: datetime  # when it went


def newest_gone(engine: Engine, roles: str, since: datetime) -> tuple[Gone, ...]:
    """The last letter in each role that begins so, of those that went since then."""
    wanted = (
        select(MessageRow.role, AuditRow.as_of, MessageRow.sent_at)
        .join(AuditRow, col(AuditRow.id) == col(MessageRow.audit_id))
        .where(
            col(MessageRow.role).startswith(roles),
            MessageRow.state == "sent",
            col(MessageRow.sent_at) >= since,
        )
        .order_by(col(MessageRow.sent_at))
    )
    with session(engine) as opened:
        rows = opened.exec(wanted).all()
    return tuple({role: Gone(role, as_of, at) for role, as_of, at in rows if at}.values())
