"""What waits for an operator, by the board: counted in one statement, listed a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Engine,
    Select,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    union_all,
)
from sqlalchemy import select as sa_select
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col, select

from monitor.storage.board_rows import (
    BoardAnswerRow,
    BoardCaseRow,
    BoardRow,
    BoardTermRow,
    PostponedRow,
)
from monitor.storage.bodies import made
from monitor.storage.database import session
from monitor.storage.received import UNCLEAR
from monitor.storage.roles import INSTITUTION
from monitor.storage.statements import KINDS
from monitor.storage.tables import MessageRow, ReceivedRow, StatementRow
from rules.cases.model import Said
from rules.reasons import Reason

EXPIRING = timedelta(days=30)
PAGE = 50  # of a list
ONCE = str(Reason.EXEMPT_UNFOUNDED)  # asked of an institution as a whole
READ_DECIDES = "corrected"  # the kind of answer that a reading decides

Towns = Collection[str] | None  # None: all of them


class Waits(StrEnum):
    """In the order in which they are looked at."""

    ANSWERS = "answers"
    REVIEWS = "reviews"
    DISPUTES = "disputes"
    TERMS = "terms"
    LETTERS = "letters"
    MAIL = "mail"


class Shown(NamedTuple):
    """A row, and how the institution is called."""

    row: Any
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingFilter:
    """Which of them. `aside`: those that somebody has put aside, instead of the others."""

    what: Waits
    towns: Towns
    today: date
    requirement: str = ""
    aside: bool = False


_ROWS: Mapping[Waits, Any] = {
    Waits.ANSWERS: BoardAnswerRow,
    Waits.REVIEWS: BoardCaseRow,
    Waits.DISPUTES: BoardCaseRow,
    Waits.TERMS: BoardTermRow,
}
_ORDER: Mapping[Waits, tuple[str, ...]] = {
    Waits.ANSWERS: ("number",),
    Waits.REVIEWS: ("since", "municipality", "institution", "id"),
    Waits.DISPUTES: ("since", "municipality", "institution", "id"),
    Waits.TERMS: ("until", "municipality", "institution", "id"),
}


def counts(engine: Engine, towns: Towns, today: date) -> Mapping[Waits, int]:
    """What is put aside is not."""
    asked = [_count_of(what, WaitingFilter(what=what, towns=towns, today=today)) for what in Waits]
    with session(engine) as opened:
        rows = opened.connection().execute(union_all(*asked))
        return {Waits(what): int(count) for what, count in rows}


def _count_of(what: Waits, wanted: WaitingFilter) -> Select[str, int]:
    counting = sa_select(literal(str(what)), func.count())
    if what is Waits.LETTERS:
        return counting.select_from(MessageRow).where(*_where_parked(wanted.towns))
    if what is Waits.MAIL:
        return counting.select_from(ReceivedRow).where(*_unclear(wanted.towns))
    return counting.select_from(_ROWS[what]).where(*_conditions(wanted))


def one_page(engine: Engine, wanted: WaitingFilter, at: int = 1) -> tuple[Sequence[Shown], int]:
    """One page of them, and how many there are; not of letters and mail."""
    kind, order = _ROWS[wanted.what], _ORDER[wanted.what]
    whose = and_(
        col(BoardRow.municipality) == kind.municipality,
        col(BoardRow.institution) == kind.institution,
    )
    rows = (
        select(kind, BoardRow.title, func.count().over())
        .join(BoardRow, whose)
        .where(*_conditions(wanted))
        .order_by(*(getattr(kind, name) for name in order))
        .limit(PAGE)
        .offset(PAGE * (at - 1))
    )
    with session(engine) as opened:
        found = opened.exec(rows).all()
    return [Shown(row, title) for row, title, _ in found], found[0][2] if found else 0


def by_requirement(engine: Engine, wanted: WaitingFilter) -> Mapping[str, int]:
    kind = _ROWS[wanted.what]
    rows = (
        sa_select(kind.requirement, func.count())
        .where(*_conditions(wanted), kind.requirement.is_not(None))
        .group_by(kind.requirement)
        .order_by(kind.requirement)
    )
    with session(engine) as opened:
        return {name: int(count) for name, count in opened.connection().execute(rows)}


def _conditions(wanted: WaitingFilter) -> list[ColumnElement[bool]]:
    kind = _ROWS[wanted.what]
    is_aside = exists().where(
        col(PostponedRow.thing) == kind.thing, col(PostponedRow.until) > wanted.today
    )
    found = [*_kinds(wanted), is_aside if wanted.aside else ~is_aside]
    if wanted.towns is not None:
        found.append(kind.municipality.in_(sorted(wanted.towns)))
    if wanted.requirement:
        found.append(kind.requirement == wanted.requirement)
    return found


def _kinds(wanted: WaitingFilter) -> list[ColumnElement[bool]]:
    case = BoardCaseRow
    match wanted.what:
        case Waits.REVIEWS:
            return [*_asked(case), ~_is_asked_already()]
        case Waits.DISPUTES:
            is_answered = exists().where(col(BoardAnswerRow.number) == col(case.answer))
            return [*disputed(wanted.today), ~is_answered]
        case Waits.TERMS:
            until = col(BoardTermRow.until)
            last = wanted.today + EXPIRING
            return [until >= wanted.today, until <= last, col(BoardTermRow.kind) != "waiver"]
    return []


def _asked(case: Any) -> list[ColumnElement[bool]]:
    return [case.outcome == "review", case.state.in_(("to_do", "overdue"))]


def _is_asked_already() -> ColumnElement[bool]:
    """An exemption without grounds is one question, however many requirements hang on it."""
    case: Any = BoardCaseRow
    other: Any = aliased(BoardCaseRow)
    same = other.municipality == case.municipality, other.institution == case.institution
    asked = exists().where(*same, *_asked(other), other.reason == ONCE, other.id < case.id)
    return and_(case.reason == ONCE, asked)


def disputed(today: date) -> list[ColumnElement[bool]]:
    """Cases in dispute; not those that somebody was told to see to by a day that is to come."""
    case = BoardCaseRow
    seen_to = func.coalesce(col(case.assigned_until) >= today, false())
    return [col(case.state) == "disputed", ~seen_to]


# --- letters and mail ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A letter that was put aside, and why."""

    number: int
    role: str
    recipient: str
    subject: str
    answer: str


def _where_parked(towns: Towns) -> list[ColumnElement[bool]]:
    """Of some municipalities: what goes to their institutions."""
    found = [col(MessageRow.state) == "parked"]
    if towns is not None:
        theirs = (
            col(MessageRow.role).startswith(f"{INSTITUTION}{town}/", autoescape=True)
            for town in sorted(towns)
        )
        found.append(or_(false(), *theirs))
    return found


def _unclear(towns: Towns) -> list[ColumnElement[bool]]:
    """Of whom it comes is not known: it is for those who see all municipalities."""
    waits = col(ReceivedRow.kind) == UNCLEAR, col(ReceivedRow.removed_on).is_(None)
    return [*waits, *([] if towns is None else [false()])]


def parked_letters(engine: Engine, towns: Towns) -> Sequence[Parked]:
    """The oldest first; a page of them."""
    rows = (
        sa_select(*(getattr(MessageRow, name) for name in ("id", *Parked.__slots__[1:])))
        .where(*_where_parked(towns))
        .order_by(col(MessageRow.id))
        .limit(PAGE)
    )
    with session(engine) as opened:
        return [
            Parked(number=number, role=role, recipient=recipient, subject=subject, answer=answer)
            for number, role, recipient, subject, answer in opened.connection().execute(rows)
        ]


# --- what stands beside an answer ---------------------------------------------------------------


def statements_by_number(engine: Engine, numbers: Collection[int]) -> Mapping[int, Said]:
    """What was stated under these numbers, in one statement."""
    rows = sa_select(col(StatementRow.id), col(StatementRow.kind), col(StatementRow.body)).where(
        col(StatementRow.id).in_(sorted(numbers))
    )
    with session(engine) as opened:
        found = opened.connection().execute(rows) if numbers else ()
        return {number or 0: made(KINDS[kind], body) for number, kind, body in found}


def cases_beside(engine: Engine, answers: Sequence[BoardAnswerRow]) -> Sequence[BoardCaseRow]:
    """All open cases of those who answered."""
    whose = [
        and_(
            col(BoardCaseRow.municipality) == one.municipality,
            col(BoardCaseRow.institution) == one.institution,
        )
        for one in {(row.municipality, row.institution): row for row in answers}.values()
    ]
    with session(engine) as opened:
        return opened.exec(select(BoardCaseRow).where(or_(*whose))).all() if whose else ()


def row_of(engine: Engine, kind: type[SQLModel], thing: str) -> Any:
    """None: it waits no more."""
    with session(engine) as opened:
        return opened.exec(select(kind).where(getattr(kind, "thing") == thing)).first()  # noqa: B009
