"""Rows of the board as a reader sees them, on a page and in a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from monitor.desk.overview.asking import sentences, words
from monitor.desk.queue.items import path_of
from monitor.storage.board_rows import BoardRow
from monitor.storage.summary import TownCount
from reports.standing import Standing
from reports.tables import STANDING_TINTS, Column, Row, Sheet
from reports.words import word
from reports.words import words as report_words
from rules.model import Municipality

WIDTHS: Mapping[str, int] = {"town": 26, "title": 44, "id": 18, "kind": 20, "standing": 30}
NARROW = 14
COUNTED = ("failed", "review", "unseen", "pending", "passed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An institution."""

    title: str
    path: str
    town: str
    kind: str
    sign: str
    mark: str
    standing: str
    failed: int
    review: int
    unseen: int
    read: datetime | None


def line(row: BoardRow, towns: Mapping[str, Municipality]) -> Line:
    town = towns.get(row.municipality)
    at = row.audit_as_of
    return Line(
        title=row.title,
        path=path_of(row.municipality, row.institution),
        town=town.name if town else row.municipality,
        kind=report_words()["kinds"].get(row.kind, row.kind),
        sign=word("standings", row.standing, "sign"),
        mark=STANDING_TINTS[Standing(row.standing)],
        standing=standing_of(row),
        failed=row.failed,
        review=row.review,
        unseen=row.unseen,
        read=at.astimezone(town.timezone) if at and town else at,
    )


def standing_of(row: BoardRow) -> str:
    return word("standings", row.standing, "word").format(row.waiting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A municipality, or all of them: institutions, by their standings."""

    id: str
    name: str
    region: str
    institutions: int
    standings: Sequence[int]
    failed: int
    review: int
    unseen: int


def towns_of(counted: Mapping[str, TownCount], towns: Iterable[Municipality]) -> Sequence[Town]:
    """By region, then as the settings name them."""
    known = [one for one in towns if one.id in counted]
    return [
        _town(one.id, one.name, one.region, [counted[one.id]])
        for one in sorted(known, key=lambda town: town.region)
    ]


def whole(counted: Mapping[str, TownCount]) -> Town:
    return _town("", "", "", list(counted.values()))


def _town(name: str, title: str, region: str, several: Sequence[TownCount]) -> Town:
    return Town(
        id=name,
        name=title,
        region=region,
        institutions=sum(one.institutions for one in several),
        standings=[sum(one.standings.get(it, 0) for one in several) for it in Standing],
        failed=sum(one.failed for one in several),
        review=sum(one.review for one in several),
        unseen=sum(one.unseen for one in several),
    )


def headings() -> Sequence[str]:
    return [words("standings", it) for it in Standing]


# --- as a file ----------------------------------------------------------------------------------


def sheet(rows: Iterable[BoardRow], towns: Mapping[str, Municipality]) -> Sheet:
    columns = [
        Column(
            key=key,
            title=title,
            width=WIDTHS.get(key, NARROW),
            tint="tint" if key == "standing" else "",
        )
        for key, title in sentences()["columns"].items()
    ]
    return Sheet(
        title=words("file", "sheet"),
        columns=tuple(columns),
        rows=_rows(rows, towns),
        frozen=2,
        printed=len(columns),
    )


def _rows(rows: Iterable[BoardRow], towns: Mapping[str, Municipality]) -> Iterator[Row]:
    for row in rows:
        shown = line(row, towns)
        yield {
            "town": shown.town,
            "title": row.title,
            "id": row.institution,
            "kind": shown.kind,
            "standing": shown.standing,
            "tint": shown.mark,
            "read": _day(shown.read),
            **{name: getattr(row, name) for name in COUNTED},
        }


def _day(at: datetime | None) -> date | None:
    return at.date() if at else None
