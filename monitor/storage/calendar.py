"""What ends on which day, by the board: counted for all days, listed for some of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Engine, and_, func, or_
from sqlalchemy import case as sa_case
from sqlalchemy import select as sa_select
from sqlmodel import col, select

from monitor.storage import waiting
from monitor.storage.board_rows import BoardCaseRow, BoardRow, BoardTermRow
from monitor.storage.database import session
from monitor.storage.statements import linked
from monitor.storage.tables import StatementRow
from rules.cases.model import Recorded

Towns = Collection[str] | None  # None: all of them
RUNNING = ("to_do", "answered", "rereading")  # states in which a term goes on


class Ending(NamedTuple):
    """A row, and how the institution is called."""

    row: Any
    title: str


Listed = tuple[Sequence[Ending], int]  # and how many there are in all


def terms(engine: Engine, towns: Towns, first: date, last: date, most: int) -> Sequence[Ending]:
    """Confirmations and waivers in force that end within these days, the first to end first."""
    return ending(engine, towns, first, last, most)[0]


def due(engine: Engine, towns: Towns, first: date, last: date, most: int) -> Sequence[Ending]:
    """Cases whose own term ends within these days."""
    on = col(BoardCaseRow.due)
    asked = (on >= first, on <= last, col(BoardCaseRow.state).in_(RUNNING))
    return _page(engine, BoardCaseRow, towns, asked, (on,), most)[0]


def overdue(engine: Engine, towns: Towns, most: int, at: int = 1) -> Sequence[Ending]:
    """Those whose term is over, the longest first; a page of `most`."""
    case = BoardCaseRow
    asked = (col(case.state) == "overdue",)
    return _page(engine, case, towns, asked, (col(case.due),), most, at)[0]


def disputed_cases(engine: Engine, towns: Towns, today: date, most: int) -> Listed:
    """The longest first, and how many there are; `answer` of a row: that of the case."""
    case = BoardCaseRow
    return _page(engine, case, towns, waiting.disputed(today), (col(case.since),), most)


def seen_to(engine: Engine, towns: Towns, most: int) -> tuple[Listed, Listed]:
    """In one statement: cases whose term is over and which nobody was told to see to, the longest
    first; and those that are assigned, by the day on which they are to be done, without a day last.
    """
    case = BoardCaseRow
    free, until = col(case.assigned).is_(None), col(case.assigned_until)
    order = (sa_case((free, col(case.due)), else_=until), col(BoardRow.sorting), col(case.id))
    nth = func.row_number().over(partition_by=free, order_by=(until.is_(None), *order))
    total = func.count().over(partition_by=free)
    within = (
        select(col(case.id).label("id"), nth.label("nth"), total.label("total"))
        .join(BoardRow, _whose(case))
        .where(
            *_of(case, towns), or_(col(case.assigned).is_not(None), col(case.state) == "overdue")
        )
        .subquery()
    )
    wanted = (
        select(case, BoardRow.title, within.c.total)
        .join(BoardRow, _whose(case))
        .join(within, within.c.id == col(case.id))
        .where(within.c.nth <= most)
        .order_by(within.c.nth)
    )
    with session(engine) as opened:
        found = opened.exec(wanted).all()
    return _as_listed([one for one in found if one[0].assigned is None]), _as_listed(
        [one for one in found if one[0].assigned is not None]
    )


def _as_listed(found: Sequence[tuple[Any, str, int]]) -> Listed:
    return [Ending(row, title) for row, title, _ in found], found[0][2] if found else 0


def ending(engine: Engine, towns: Towns, first: date, last: date, most: int) -> Listed:
    """As `terms`, and how many there are."""
    until = col(BoardTermRow.until)
    return _page(engine, BoardTermRow, towns, (until >= first, until <= last), (until,), most)


def counts_by_state(engine: Engine, towns: Towns) -> Mapping[str, int]:
    """How many cases stand in each state, and how many are assigned to somebody."""
    case = BoardCaseRow
    wanted = sa_select(col(case.state), func.count(), func.count(col(case.assigned)))
    wanted = wanted.where(*_of(case, towns)).group_by(col(case.state))
    with session(engine) as opened:
        rows = opened.connection().execute(wanted).all()
    found = {state: int(count) for state, count, _ in rows}
    return found | {"assigned": sum(int(given) for _, _, given in rows)}


def counts_by_day(
    engine: Engine, towns: Towns, first: date, last: date
) -> Mapping[tuple[str, str, date], tuple[int, int]]:
    """(municipality, state, last day) → cases and institutions of all that fall due."""
    case = BoardCaseRow
    whose: tuple[Any, ...] = case.municipality, case.state, case.due
    wanted: Any = (
        sa_select(*map(col, whose), func.count(), func.count(func.distinct(col(case.institution))))
        .where(*_of(case, towns), col(case.due) >= first, col(case.due) <= last)
        .where(col(case.state).in_(RUNNING))
        .group_by(*map(col, whose))
    )
    with session(engine) as opened:
        return {
            (town, state, day): (int(cases), int(institutions))
            for town, state, day, cases, institutions in opened.connection().execute(wanted)
        }


def terms_by_day(engine: Engine, towns: Towns, first: date, last: date) -> Mapping[date, int]:
    row = BoardTermRow
    wanted = (
        sa_select(col(row.until), func.count())
        .where(*_of(row, towns), col(row.until) >= first, col(row.until) <= last)
        .group_by(col(row.until))
    )
    with session(engine) as opened:
        return {day: int(count) for day, count in opened.connection().execute(wanted)}


def events(engine: Engine, towns: Towns) -> Sequence[Recorded]:
    """Events that were recorded, with their withdrawals."""
    wanted = select(StatementRow).where(StatementRow.kind == "event", *_of(StatementRow, towns))
    kind = col(StatementRow.kind) == "withdrawn"
    taken = select(StatementRow).where(kind, *_of(StatementRow, towns))
    with session(engine) as opened:
        rows = [*opened.exec(wanted.order_by(col(StatementRow.id))), *opened.exec(taken)]
        return [one for one in linked(rows) if not hasattr(one.said, "of")]


def _page(
    engine: Engine,
    kind: Any,
    towns: Towns,
    asked: Sequence[ColumnElement[bool]],
    order: Sequence[Any],
    most: int,
    at: int = 1,
) -> Listed:
    """One page of them, and how many there are."""
    wanted = (
        select(kind, BoardRow.title, func.count().over())
        .join(BoardRow, _whose(kind))
        .where(*_of(kind, towns), *asked)
        .order_by(*order, col(BoardRow.sorting), kind.id)
        .limit(most)
        .offset(most * (at - 1))
    )
    with session(engine) as opened:
        found = opened.exec(wanted).all()
    return _as_listed(found)


def _whose(kind: Any) -> ColumnElement[bool]:
    return and_(
        col(BoardRow.municipality) == kind.municipality,
        col(BoardRow.institution) == kind.institution,
    )


def _of(kind: Any, towns: Towns) -> tuple[ColumnElement[bool], ...]:
    return () if towns is None else (kind.municipality.in_(sorted(towns)),)
