"""What one reader was written, or is to be: his messages by their role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import defer
from sqlmodel import col, select

from monitor.storage import letters
from monitor.storage.database import session
from monitor.storage.tables import MessageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Without its text."""

    number: int
    audit: int | None
    role: str
    recipient: str
    subject: str
    state: str
    queued_at: datetime
    sent_at: datetime | None
    answer: str


def messages_in(engine: Engine, role: str, most: int) -> tuple[Message, ...]:
    """The newest first."""
    wanted = (
        select(MessageRow)
        .where(MessageRow.role == role)
        .options(defer(MessageRow.body))  # type: ignore[arg-type]
        .order_by(col(MessageRow.id).desc())
        .limit(most)
    )
    with session(engine) as opened:
        return tuple(as_message(row) for row in opened.exec(wanted).all())


def sent_text(engine: Engine, number: int, role: str) -> tuple[Message, bytes] | None:
    """A letter that went in this role, as it went; b"" where it is kept no more."""
    with session(engine) as opened:
        row = opened.get(MessageRow, number)
        if row is None or row.role != role or row.state != "sent":
            return None
        return as_message(row), letters.whole(opened, row)


def as_message(row: MessageRow) -> Message:
    return Message(
        number=row.id or 0,
        audit=row.audit_id,
        role=row.role,
        recipient=row.recipient,
        subject=row.subject,
        state=row.state,
        queued_at=row.queued_at,
        sent_at=row.sent_at,
        answer=row.answer,
    )
