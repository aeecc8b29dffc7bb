"""What the desk was told to do and does not do while a page is waited for.

    waiting ──> running ──> done
       ^           │  └───> failed
       └───────────┘  whoever was at it died, or was asked to stop

An order stands in the database from the moment in which its page says so: a kill loses none. One of
the same slot is open at a time. Whoever carries orders out holds a lock (monitor/desk/orders/),
so what is `running` when the lock is free has been left behind, and is taken up again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, update
from sqlalchemy.orm import defer
from sqlmodel import col, select

from collectors.errors import UsageError
from monitor.storage.database import exclusive, session
from monitor.storage.order_rows import OrderRow

OPEN = ("waiting", "running")


class Kind(StrEnum):
    READ = "read"  # some institutions' pages, from the reserve
    PLAN = "plan"  # who gets what of an audit's report
    SEND = "send"
    REHEARSE = "rehearse"


class OrderedBeforeError(UsageError):
    """The same is ordered already and not done yet; the text is Russian."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    number: int
    kind: Kind
    subject: str
    body: Mapping[str, Any]
    ordered_by: str
    ordered_at: datetime
    state: str
    as_of: datetime | None
    done: int
    total: int
    finished_at: datetime | None
    audit: int | None
    told: str
    result: Mapping[str, Any] | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def put(
    engine: Engine,
    kind: Kind,
    subject: str,
    body: Mapping[str, Any],
    *,
    by: str,
    at: datetime,
    taken: str,
) -> int:
    """Its number. OrderedBeforeError with the line `taken` where one of its slot is open."""
    row = OrderRow(
        kind=kind,
        subject=subject,
        slot=f"{kind}:{subject}",
        body=dict(body),
        ordered_by=by,
        ordered_at=at,
    )
    with exclusive(engine) as opened:
        if opened.exec(select(OrderRow.id).where(OrderRow.slot == row.slot)).first():
            raise OrderedBeforeError([taken])
        opened.add(row)
        opened.flush()
    assert row.id is not None
    return row.id


def open_numbers(engine: Engine) -> tuple[int, ...]:
    """Of what is to be done, oldest first."""
    wanted = select(OrderRow.id).where(col(OrderRow.state).in_(OPEN)).order_by(col(OrderRow.id))
    with session(engine) as opened:
        return tuple(number for number in opened.exec(wanted) if number is not None)


def begin(engine: Engine, number: int, as_of: datetime, keep_since: datetime) -> Order | None:
    """The order, now being done; one that broke off after `keep_since` keeps its moment. None: it
    is done already."""
    with exclusive(engine) as opened:
        row = opened.get_one(OrderRow, number)
        if row.state not in OPEN:
            return None
        if row.as_of is None or not keep_since <= row.as_of <= as_of:
            row.as_of = as_of
        row.state = "running"
        opened.add(row)
    return _value(row)


def progress(engine: Engine, number: int, done: int, total: int) -> None:
    _update(engine, number, done=done, total=total)


def put_back(engine: Engine, number: int, told: str) -> None:
    """Somebody else is in the way: later."""
    _update(engine, number, state="waiting", told=told)


def finish(
    engine: Engine,
    number: int,
    at: datetime,
    *,
    told: str = "",
    audit: int | None = None,
    result: Mapping[str, Any] | None = None,
    failed: bool = False,
) -> None:
    state = "failed" if failed else "done"
    ended = {"state": state, "slot": None, "finished_at": at}
    kept = None if result is None else dict(result)
    _update(engine, number, **ended, told=told, audit_id=audit, result=kept)


def _update(engine: Engine, number: int, **values: Any) -> None:
    with session(engine) as opened:
        opened.exec(update(OrderRow).where(col(OrderRow.id) == number).values(**values))


def newest(
    engine: Engine, kinds: Sequence[Kind], subject: str | None = None, most: int = 1
) -> tuple[Order, ...]:
    """The newest of these kinds, without their results."""
    wanted = (
        select(OrderRow)
        .where(col(OrderRow.kind).in_(kinds))
        .options(defer(OrderRow.result))  # type: ignore[arg-type]
        .order_by(col(OrderRow.id).desc())
        .limit(most)
    )
    if subject is not None:
        wanted = wanted.where(OrderRow.subject == subject)
    with session(engine) as opened:
        rows = opened.exec(wanted).all()
        return tuple(_value(row, with_result=False) for row in rows)


def newest_result(engine: Engine, kind: Kind, subject: str) -> Order | None:
    """The newest one that is done, with what came of it."""
    wanted = (
        select(OrderRow)
        .where(OrderRow.kind == kind, OrderRow.subject == subject, OrderRow.state == "done")
        .order_by(col(OrderRow.id).desc())
        .limit(1)
    )
    with session(engine) as opened:
        row = opened.exec(wanted).first()
    return _value(row) if row else None


def _value(row: OrderRow, *, with_result: bool = True) -> Order:
    return Order(
        number=row.id or 0,
        kind=Kind(row.kind),
        subject=row.subject,
        body=row.body,
        ordered_by=row.ordered_by,
        ordered_at=row.ordered_at,
        state=row.state,
        as_of=row.as_of,
        done=row.done,
        total=row.total,
        finished_at=row.finished_at,
        audit=row.audit_id,
        told=row.told,
        result=row.result if with_result else None,
    )
