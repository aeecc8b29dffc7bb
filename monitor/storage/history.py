"""What is stored as a witness of time: moments in the order in which they were written down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import col, select

from monitor.clocks.believed import SLIP, ClockDoubt, DoubtReason, doubt_of, surely_at
from monitor.storage.database import session
from monitor.storage.tables import AuditRow, MessageRow

AUDITS = 5000  # on a busy day hundreds are on demand, and a fortnight is to be seen


def begun(engine: Engine) -> tuple[datetime, ...]:
    """When the last audits began, by the machine's clock, in the order of their numbers."""
    newest = select(AuditRow.started_at).order_by(col(AuditRow.id).desc()).limit(AUDITS)
    with session(engine) as opened:
        return tuple(reversed(opened.exec(newest).all()))


def surely_begun(engine: Engine) -> Mapping[int, datetime]:
    """From which moment the age of what an audit has left is counted, by its number."""
    with session(engine) as opened:
        rows = opened.exec(
            select(AuditRow.id, AuditRow.started_at).order_by(col(AuditRow.id))
        ).all()
    moments = surely_at([begun for _, begun in rows])
    return {number or 0: at for (number, _), at in zip(rows, moments, strict=True)}


def doubt(engine: Engine, now: datetime) -> ClockDoubt | None:
    """What is stored against the wall clock; None where they agree."""
    return doubt_of(begun(engine), now) or _letter_of_later(engine, now)


def _letter_of_later(engine: Engine, now: datetime) -> ClockDoubt | None:
    """Letters are written also on days without an audit. The newest of all tells: those of a clock
    that was put right since are followed by others."""
    at = _newest_moment(engine, MessageRow.queued_at, MessageRow.id)
    return ClockDoubt(DoubtReason.STANDS_BEFORE, now - at) if at and at > now + SLIP else None


def _newest_moment(engine: Engine, moment: Any, number: Any) -> datetime | None:
    """Of the row with the greatest number, which is the one written last."""
    with session(engine) as opened:
        found: datetime | None = opened.exec(
            select(moment).order_by(col(number).desc()).limit(1)
        ).first()
    return found
