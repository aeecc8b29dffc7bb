"""Nights: the due moments of the schedule, and what became of each.

A night is written down when it begins, with the moment that it counts as of, so that a crash
neither loses nor repeats it: the next start finds it unfinished and resumes it, as of the same
moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, update
from sqlmodel import Session, col, select

from monitor.clocks.believed import FAR, SLIP
from monitor.storage.database import exclusive, session
from monitor.storage.tables import AuditRow, NightRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """`failure` is Russian. A finished one without an audit passed before the service began."""

    due_at: datetime
    as_of: datetime
    finished_at: datetime | None = None
    audit_id: int | None = None
    failure: str = ""


def begin(engine: Engine, due_at: datetime, as_of: datetime, keep_since: datetime) -> Night:
    """Write the night down; one that broke off keeps its moment, unless that is too long ago."""
    with exclusive(engine) as opened:
        row = opened.get(NightRow, due_at) or NightRow(due_at=due_at, as_of=as_of)
        if _was_ahead(opened, row):
            row.as_of, row.finished_at, row.audit_id = as_of, None, None
        if row.finished_at is None and row.as_of < keep_since:
            row.as_of = as_of
        opened.add(row)
    return _value(row)


def _was_ahead(opened: Session, row: NightRow) -> bool:
    """Written down by a clock far ahead: audits that began long before it was due came after it."""
    if row.audit_id is None:
        return False
    after = select(AuditRow.id).where(
        col(AuditRow.id) > row.audit_id, col(AuditRow.started_at) < row.due_at - FAR
    )
    return opened.exec(after.limit(1)).first() is not None


def finish(engine: Engine, night: Night, at: datetime, audit: int | None = None) -> None:
    _update(engine, night, finished_at=at, audit_id=audit, failure="")


def fail(engine: Engine, night: Night, failure: str) -> None:
    """It stays unfinished: the next start tries again."""
    _update(engine, night, failure=failure)


def _update(engine: Engine, night: Night, **values: Any) -> None:
    with session(engine) as opened:
        opened.exec(update(NightRow).where(col(NightRow.due_at) == night.due_at).values(**values))


def last(engine: Engine, now: datetime | None = None) -> Night | None:
    """With `now`, not one that is due later: it was written down by a clock that was ahead."""
    return _first(engine, *_due_by(now))


def last_good(engine: Engine, now: datetime | None = None) -> Night | None:
    """The last night that ended with an audit."""
    return _first(engine, col(NightRow.audit_id).is_not(None), *_due_by(now))


def audits_of(engine: Engine) -> frozenset[int]:
    """The audits that nights made, also of those nights that came to no end."""
    with session(engine) as opened:
        ended = opened.exec(select(NightRow.audit_id).where(col(NightRow.audit_id).is_not(None)))
        begun = select(NightRow.as_of).where(col(NightRow.audit_id).is_(None))
        whole = select(AuditRow.id, AuditRow.scope).where(
            AuditRow.kind == "audit", col(AuditRow.as_of).in_(begun)
        )
        broken = [number for number, scope in opened.exec(whole) if scope is None]
        return frozenset(number for number in (*ended, *broken) if number is not None)


def _due_by(now: datetime | None) -> list[ColumnElement[bool]]:
    """The condition that a night was due by then; none for `None`."""
    return [] if now is None else [col(NightRow.due_at) <= now + SLIP]


def _first(engine: Engine, *conditions: Any) -> Night | None:
    with session(engine) as opened:
        query = select(NightRow).where(*conditions).order_by(col(NightRow.due_at).desc()).limit(1)
        row = opened.exec(query).first()
    return _value(row) if row else None


def _value(row: NightRow) -> Night:
    return Night(
        due_at=row.due_at,
        as_of=row.as_of,
        finished_at=row.finished_at,
        audit_id=row.audit_id,
        failure=row.failure,
    )
