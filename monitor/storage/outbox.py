"""The outbox: a message is claimed by a conditional update, then sent.

    queued ──> claimed ──> handing ──> sent
       ^          │           │
       └──────────┘           └─> parked (by a restart: nobody knows whether it went)

Before the bytes are handed over, a restart may try again; afterwards it may not. Only between
"handing" and "sent" can a crash leave a doubt, and there we would rather not send twice: the
message is parked, named by `dozor outbox`, and one word of the operator sends it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Engine, func, update
from sqlmodel import Session, col, select

from monitor.storage.database import session
from monitor.storage.tables import MessageRow
from reports.model import Audit

UNSURE = "неизвестно, ушло ли письмо: программа остановилась при передаче"


def queue(
    engine: Engine,
    audit: Audit | None,
    *,
    role: str,
    recipient: str,
    subject: str,
    body: bytes,
    at: datetime,
    again: bool = False,
) -> MessageRow | None:
    """Put a message in line; None when this audit's was queued before and nobody said `again`.

    An alert (no audit) is always queued.
    """
    with session(engine) as opened:
        turn = _turns(opened, audit, role, recipient)
        if turn and not again:
            return None
        row = MessageRow(
            audit_id=audit.id if audit else None,
            role=role,
            recipient=recipient,
            turn=turn + 1,
            subject=subject,
            body=body,
            queued_at=at,
            due_at=at,
        )
        opened.add(row)
    return row


def _turns(opened: Session, audit: Audit | None, role: str, recipient: str) -> int:
    if audit is None:
        return 0
    same = (
        MessageRow.audit_id == audit.id,
        MessageRow.role == role,
        MessageRow.recipient == recipient,
    )
    return opened.exec(select(func.max(MessageRow.turn)).where(*same)).one() or 0


def recover(engine: Engine) -> int:
    """After a crash: what was not yet handed over is queued again, what may have gone is parked.

    Call it only while holding the delivery lock. Gives the number that was parked.
    """
    with session(engine) as opened:
        opened.exec(
            update(MessageRow).where(col(MessageRow.state) == "claimed").values(state="queued")
        )
        parked = opened.exec(
            update(MessageRow)
            .where(col(MessageRow.state) == "handing")
            .values(state="parked", answer=UNSURE)
        )
    return int(parked.rowcount)


def due(engine: Engine, now: datetime) -> tuple[int, ...]:
    with session(engine) as opened:
        return tuple(
            number
            for number in opened.exec(
                select(MessageRow.id)
                .where(MessageRow.state == "queued", col(MessageRow.due_at) <= now)
                .order_by(col(MessageRow.id))
            )
            if number is not None
        )


def claim(engine: Engine, number: int, now: datetime) -> MessageRow | None:
    """The message, now ours; None when another process was faster."""
    with session(engine) as opened:
        won = opened.exec(
            update(MessageRow)
            .where(col(MessageRow.id) == number, col(MessageRow.state) == "queued")
            .values(state="claimed", claimed_at=now, attempts=MessageRow.attempts + 1)
        )
        return opened.get(MessageRow, number) if won.rowcount else None


def mark(engine: Engine, number: int, **changes: object) -> None:
    with session(engine) as opened:
        opened.exec(update(MessageRow).where(col(MessageRow.id) == number).values(**changes))


def waiting(engine: Engine) -> int:
    """How many messages have not gone out."""
    with session(engine) as opened:
        return int(
            opened.exec(
                select(func.count()).select_from(MessageRow).where(MessageRow.state != "sent")
            ).one()
        )


def messages(engine: Engine, most: int = 50) -> Iterable[MessageRow]:
    """The newest messages first."""
    with session(engine) as opened:
        return opened.exec(select(MessageRow).order_by(col(MessageRow.id).desc()).limit(most)).all()


def requeue(engine: Engine) -> int:
    """Put everything that was parked back in line; gives the number."""
    with session(engine) as opened:
        moved = opened.exec(
            update(MessageRow)
            .where(col(MessageRow.state) == "parked")
            .values(state="queued", attempts=0)
        )
    return int(moved.rowcount)
