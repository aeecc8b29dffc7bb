"""What an operator keeps back: letters that wait for his word, or that are not to go at all.

    nothing yet ──stop──> stopped, without a text ──let go──> nothing: it is written when it is sent
    in line ─────stop──> stopped ──let go──> in line again
    either ──────skip──> skipped, for good

A row without a text stands for a letter that nobody has written: this audit's is not put in line
for that reader, by no night and no `send`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, update
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from monitor.storage.addressed import Message, as_message
from monitor.storage.database import exclusive, session
from monitor.storage.roles import INSTITUTION
from monitor.storage.tables import MessageRow

STOPPED, SKIPPED = "stopped", "skipped"
KEPT_BACK = (STOPPED, SKIPPED)
IN_LINE = ("queued", "held", "parked")  # nobody has begun to hand it over
MOST = 500


def keep_back(
    engine: Engine,
    audit: int,
    role: str,
    recipient: str,
    *,
    state: str,
    subject: str,
    at: datetime,
    told: str,
) -> bool:
    """Whether it is kept back now: not where it has gone, or is going this moment."""
    with exclusive(engine) as opened:
        row = _newest(opened, audit, role, recipient)
        if row is None:
            opened.add(
                MessageRow(
                    audit_id=audit,
                    role=role,
                    recipient=recipient,
                    subject=subject,
                    body=b"",
                    state=state,
                    queued_at=at,
                    due_at=at,
                    answer=told,
                )
            )
            return True
        return _is_kept(opened, row, state, told)


def keep_back_number(engine: Engine, number: int, state: str, told: str) -> bool:
    """The same of one that stands in line."""
    with exclusive(engine) as opened:
        row = opened.get(MessageRow, number)
        return row is not None and _is_kept(opened, row, state, told)


def _is_kept(opened: Session, row: MessageRow, state: str, told: str) -> bool:
    """What was said of it before stays: whether it may have gone already, for one."""
    changed = opened.exec(
        update(MessageRow)
        .where(col(MessageRow.id) == row.id, col(MessageRow.state).in_((*IN_LINE, STOPPED)))
        .values(state=state, answer="; ".join(filter(None, (told, row.answer))))
    )
    return bool(changed.rowcount)


def let_go(engine: Engine, number: int, at: datetime) -> bool:
    """Back in line, or forgotten where it was never written; False: it is not stopped any more."""
    with exclusive(engine) as opened:
        row = opened.get(MessageRow, number)
        if row is None or row.state != STOPPED:
            return False
        if not row.body:
            opened.delete(row)
            return True
        row.state = "held" if row.role.startswith(INSTITUTION) else "queued"
        row.answer, row.due_at = "", at
        opened.add(row)
    return True


def standing(engine: Engine, most: int = MOST) -> tuple[Message, ...]:
    """All that has not gone and is not to be skipped, oldest first."""
    wanted = (
        select(MessageRow)
        .where(col(MessageRow.state).in_((*IN_LINE, STOPPED, "claimed", "handing")))
        .options(defer(MessageRow.body))  # type: ignore[arg-type]
        .order_by(col(MessageRow.id))
        .limit(most)
    )
    with session(engine) as opened:
        return tuple(as_message(row) for row in opened.exec(wanted).all())


def states_of(engine: Engine, audit: int) -> dict[tuple[str, str], str]:
    """By role and recipient: how the newest of this audit's messages stands."""
    wanted = (
        select(MessageRow.role, MessageRow.recipient, MessageRow.state)
        .where(MessageRow.audit_id == audit)
        .order_by(col(MessageRow.turn))
    )
    with session(engine) as opened:
        return {(role, recipient): state for role, recipient, state in opened.exec(wanted)}


def _newest(opened: Session, audit: int, role: str, recipient: str) -> MessageRow | None:
    return opened.exec(
        select(MessageRow)
        .where(
            MessageRow.audit_id == audit,
            MessageRow.role == role,
            MessageRow.recipient == recipient,
        )
        .order_by(col(MessageRow.turn).desc())
        .limit(1)
    ).first()
