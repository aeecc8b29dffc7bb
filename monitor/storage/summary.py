"""The board as a table: filtered, sorted, counted by municipality, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, exists, func
from sqlalchemy import select as sa_select
from sqlmodel import col, select

from monitor.storage.board_rows import BoardCaseRow, BoardRow
from monitor.storage.database import session
from monitor.storage.waiting import Towns

PAGE = 50
AT_ONCE = 500  # rows of a download
SORTS: Mapping[str, tuple[Any, ...]] = {
    "name": (col(BoardRow.sorting),),
    "failed": (col(BoardRow.failed).desc(), col(BoardRow.sorting)),
    "review": (col(BoardRow.review).desc(), col(BoardRow.sorting)),
    "unseen": (col(BoardRow.unseen).desc(), col(BoardRow.sorting)),
    "town": (col(BoardRow.municipality), col(BoardRow.sorting)),
    "read": (col(BoardRow.audit_as_of), col(BoardRow.sorting)),
}
COUNTS = ("failed", "review", "unseen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """What is looked for; "" lets everything pass. The words of `text` are folded already."""

    text: str = ""
    town: str = ""
    kind: str = ""
    category: str = ""
    standing: str = ""
    state: str = ""
    outcome: str = ""
    requirement: str = ""
    network: str = ""

    def told(self) -> Mapping[str, str]:
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name))}


def page(engine: Engine, sieve: Sieve, towns: Towns, sort: str, at: int) -> Sequence[BoardRow]:
    rows = (
        select(BoardRow)
        .where(*_sifted(sieve, towns))
        .order_by(*SORTS[sort], col(BoardRow.municipality), col(BoardRow.institution))
        .limit(PAGE)
        .offset(PAGE * (at - 1))
    )
    with session(engine) as opened:
        return opened.exec(rows).all()


def each(engine: Engine, sieve: Sieve, towns: Towns, sort: str) -> Iterator[BoardRow]:
    """All of them, for a download."""
    rows = (
        select(BoardRow)
        .where(*_sifted(sieve, towns))
        .order_by(*SORTS[sort], col(BoardRow.municipality), col(BoardRow.institution))
        .execution_options(yield_per=AT_ONCE)
    )
    with session(engine) as opened:
        yield from opened.exec(rows)


@dataclass(frozen=True, slots=True)
class TownCount:
    """Of one municipality: institutions by standing, and what they have in all."""

    standings: Mapping[str, int]
    failed: int
    review: int
    unseen: int

    @property
    def institutions(self) -> int:
        return sum(self.standings.values())


def by_town(engine: Engine, sieve: Sieve, towns: Towns) -> Mapping[str, TownCount]:
    """In one statement."""
    sums = (func.sum(getattr(BoardRow, name)) for name in COUNTS)
    rows = (
        sa_select(col(BoardRow.municipality), col(BoardRow.standing), func.count(), *sums)
        .where(*_sifted(sieve, towns))
        .group_by(col(BoardRow.municipality), col(BoardRow.standing))
    )
    found: dict[str, TownCount] = {}
    with session(engine) as opened:
        for town, standing, count, *more in opened.connection().execute(rows):
            known = found.get(town, TownCount({}, 0, 0, 0))
            added = [getattr(known, name) + int(it) for name, it in zip(COUNTS, more, strict=True)]
            found[town] = TownCount({**known.standings, standing: int(count)}, *added)
    return found


def _sifted(sieve: Sieve, towns: Towns) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [col(BoardRow.is_active).is_(True)]
    if towns is not None:
        found.append(col(BoardRow.municipality).in_(sorted(towns)))
    found += [col(BoardRow.search).contains(word, autoescape=True) for word in sieve.text.split()]
    for name, value in (
        ("municipality", sieve.town),
        *_same(sieve, "kind", "category", "standing"),
    ):
        if value:
            found.append(col(getattr(BoardRow, name)) == value)
    asked = [
        col(getattr(BoardCaseRow, name)) == value
        for name, value in _same(sieve, "state", "outcome", "requirement", "network")
        if value
    ]
    if asked:
        found.append(exists().where(and_(*_of_institution(), *asked)))
    return found


def _same(sieve: Sieve, *names: str) -> Iterator[tuple[str, str]]:
    return ((name, getattr(sieve, name)) for name in names)


def _of_institution() -> tuple[ColumnElement[bool], ...]:
    return (
        col(BoardCaseRow.municipality) == col(BoardRow.municipality),
        col(BoardCaseRow.institution) == col(BoardRow.institution),
    )
