"""The monthly table of a ЦУР (columns of requirements.md B.5) as institutions of a registry."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from monitor.registry.cells import CellFaultError, answer, text
from monitor.registry.faults import Problem
from monitor.registry.shape import suggestion
from monitor.registry.tables import CellError, Content, Formula, Grid
from reports.formats.cur import kind_of_sphere
from rules.attestations import TABLE_VALID_DAYS

_HEADER_WITHIN = 20  # rows: titles and dates may stand above the header
_UNTOLD = frozenset({"", "-", "–", "—", "н/д", "нет данных", "не заполнено"})
_NOTHING = _UNTOLD | {"нет", "отсутствует", "0"}


@dataclass(slots=True)
class Found:
    """Institutions as a registry declares them, where they stand, and faults by row and column."""

    institutions: list[dict[str, Any]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)  # the first row of each institution
    page_rows: list[list[int]] = field(default_factory=list)  # the row of each of its pages
    problems: list[tuple[int, str, Problem]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table:
    """Where the header stands, and which column is which."""

    header: int  # index into the rows of the grid
    places: Mapping[str, tuple[int, ...]]  # word of cur.toml → columns
    titles: tuple[str, ...]

    def title(self, word: str) -> str | None:
        """The column's title as this table writes it."""
        return self.titles[self.places[word][0]] if word in self.places else None


def recognised(grid: Grid) -> Table | None:
    """The columns of a ЦУР table, if the grid is one: names and ОГРН are there."""
    for index, (_, row) in enumerate(grid.rows[:_HEADER_WITHIN]):
        titles = tuple(" ".join(str(cell or "").split()) for cell in row)
        places = _places(titles)
        if {"name", "ogrn"} <= set(places):
            return Table(index, places, titles)
    return None


def day_of(path: Path) -> date:
    """The date of a table: in its file's name (2026-11-01, 01.11.2026), else of its last change."""
    for pattern, form in ((r"\d{4}-\d\d-\d\d", "%Y-%m-%d"), (r"\d\d\.\d\d\.\d{4}", "%d.%m.%Y")):
        for written in re.findall(pattern, path.name):
            try:
                return datetime.strptime(written, form).date()  # noqa: DTZ007 (a day has no zone)
            except ValueError:
                continue
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()


def by_town(grid: Grid, table: Table) -> Mapping[str, Grid]:
    """A region's table as one a municipality, by its name; empty where no row names any.

    A row that names none belongs to the one above it, as in a table with merged cells.
    """
    rows: dict[str, list[tuple[int, tuple[Content, ...]]]] = {}
    name = ""
    above, below = grid.rows[: table.header + 1], grid.rows[table.header + 1 :]
    for number, contents in below if "town" in table.places else ():
        name = _Row(number, contents, table, Found()).said("town") or name
        if name and not _is_numbering(contents):
            rows.setdefault(name, []).append((number, contents))
    return {name: Grid(grid.title, (*above, *own)) for name, own in rows.items()}


def institutions(grid: Grid, table: Table, stated_on: date) -> Found:
    """Every row as an institution; rows of one ОГРН are one institution with several pages."""
    found = Found()
    known: dict[str, int] = {}
    for number, contents in grid.rows[table.header + 1 :]:
        row = _Row(number, contents, table, found)
        name = row.said("name")
        if not name or _is_numbering(contents):
            continue
        one = _institution(row, name, stated_on)
        if one["id"] in known:
            _join(found.institutions[known[one["id"]]], one)
            found.page_rows[known[one["id"]]] += [number] * len(one["page"])
            continue
        known[one["id"]] = len(found.institutions)
        found.institutions.append(one)
        found.rows.append(number)
        found.page_rows.append([number] * len(one["page"]))
    _unknown_columns(grid, table, found)
    _founders(found)
    return found


# --- columns ------------------------------------------------------------------------------------


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(files("monitor.registry").joinpath("cur.toml").read_text("utf-8"))


def _places(titles: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    places: dict[str, tuple[int, ...]] = {}
    for number, title in enumerate(titles):
        word = _word(title)
        if word is not None:
            places[word] = (*places.get(word, ()), number)
    return places


def _word(title: str) -> str | None:
    plain = title.casefold().replace("ё", "е")
    known: Mapping[str, str] = _words()["columns"]
    return next((word for word, start in known.items() if plain.startswith(start)), None)


def _unknown_columns(grid: Grid, table: Table, found: Found) -> None:
    """A column that we neither read nor leave out by name is told, never dropped silently."""
    known = [*_words()["columns"].values(), *_words()["ignored"]]
    for title in table.titles:
        plain = title.casefold()
        if title and _word(title) is None and not any(plain.startswith(one) for one in known):
            about = {
                "value": title,
                "known": ", ".join(known),
                "suggestion": suggestion(plain, known),
            }
            problem = Problem((), "unknown_cur_column", about)
            found.problems.append((grid.rows[table.header][0], title, problem))


def _is_numbering(contents: tuple[Content, ...]) -> bool:
    """The row «1 2 3 4 …» below the header."""
    shown = [str(cell).removesuffix(".0") for cell in contents if cell is not None]
    return len(shown) > 3 and shown == [str(number) for number in range(1, len(shown) + 1)]


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    contents: tuple[Content, ...]
    table: Table
    found: Found

    def said(self, word: str) -> str:
        """The text of a column; several of one word (Сфера 1, 2, 3) are joined."""
        parts = [self._text(place) for place in self.table.places.get(word, ())]
        return " ".join(part for part in parts if part)

    def answer(self, word: str) -> bool | None:
        """«да» or «нет»; None where the cell is empty or holds a dash: that is not a «нет»."""
        said = self.said(word)
        if said.casefold() in _UNTOLD:
            return None
        try:
            return answer(said)
        except CellFaultError as error:
            self._tell(self.table.places[word][0], error.problem)
            return None

    def _text(self, place: int) -> str:
        content = self.contents[place] if place < len(self.contents) else None
        if content is None:
            return ""
        try:
            if isinstance(content, Formula):
                raise CellFaultError("formula")
            if isinstance(content, CellError):
                raise CellFaultError("cell_error", value=content.text)
            return text(content)
        except CellFaultError as error:
            self._tell(place, error.problem)
            return ""

    def _tell(self, place: int, problem: Problem) -> None:
        told = (self.number, self.table.titles[place], problem)
        if told not in self.found.problems[-3:]:
            self.found.problems.append(told)


# --- a row --------------------------------------------------------------------------------------


def _institution(row: _Row, name: str, stated_on: date) -> dict[str, Any]:
    ogrn = re.sub(r"\s", "", row.said("ogrn"))
    one: dict[str, Any] = {
        "id": f"ogrn-{ogrn}" if re.fullmatch(r"\d+", ogrn) else f"row-{row.number}",
        "name": name,
        "kind": _kind(name, row.said("sphere")),
    }
    if ogrn:
        one["ogrn"] = ogrn
    if founder := row.said("founder"):
        one["parent"] = founder  # a name, until the founders are found among the institutions
    if category := _category(row.said("status")):
        one["category"] = category
    return one | _parts(row, stated_on)


def _parts(row: _Row, stated_on: date) -> dict[str, Any]:
    page = _page(row)
    ground = row.said("ground")
    parts: dict[str, Any] = {
        "page": [page] if page else [],
        "attestation": _attestations(row, page, stated_on),
    }
    if ground.casefold() not in _NOTHING:
        parts["exemption"] = [{"scope": ["pages"], "ground": ground}]
    return parts


def _page(row: _Row) -> dict[str, Any] | None:
    link, number = row.said("page"), re.sub(r"\D", "", row.said("page_id")).lstrip("0")
    if link.casefold() in _NOTHING:
        link = f"https://vk.com/club{number}" if number else ""
    if not link:
        return None
    page: dict[str, Any] = {"url": link, "network": "vk"}
    return page | {"known_id": number} if number else page


def _attestations(
    row: _Row, page: Mapping[str, Any] | None, stated_on: date
) -> list[dict[str, Any]]:
    """What the table says of a page, dated as the table, good for as long as the next is due.

    «Нет» counts for «Госпаблики» only, where the table is the proof that clause 6.7 knows. The
    mark may have come since, and a machine can see it: an old «нет» must accuse nobody.
    """
    attested = []
    for kind in ("gospabliki", "gos_mark"):
        said = row.answer(kind)
        if said is None or (not said and (page is None or kind == "gos_mark")):
            continue
        attested.append(
            {
                "kind": kind,
                "value": said,
                "stated_by": _words()["attested_by"],
                "stated_on": stated_on,
                "valid_until": stated_on + timedelta(days=TABLE_VALID_DAYS),
                "source": "cur_table",
            }
            | ({"page": page["url"]} if page else {})
        )
    return attested


def _kind(name: str, sphere: str) -> str:
    """A sphere that we write ourselves decides; of others the name tells more than the sphere."""
    if ours := kind_of_sphere(sphere):
        return ours
    for said in (name.casefold().replace("ё", "е"), sphere.casefold().replace("ё", "е")):
        for rule in _words()["kinds"]:
            if any(word in f"{said} " for word in rule["words"]):
                return str(rule["kind"])
    return "other"


def _category(status: str) -> str | None:
    known: Mapping[str, str] = _words()["categories"]
    return next((code for word, code in known.items() if word in status.casefold()), None)


def _join(one: dict[str, Any], other: Mapping[str, Any]) -> None:
    """A second row of the same institution: its page and what is said of it."""
    for word in ("page", "attestation", "exemption"):
        one[word] = [*one.get(word, []), *other.get(word, [])]


def _founders(found: Found) -> None:
    """A founder by name becomes a parent by id where it stands in the table itself."""
    ids = {one["name"].casefold(): one["id"] for one in found.institutions}
    for one in found.institutions:
        founder = ids.get(one.pop("parent", "").casefold())
        if founder is not None and founder != one["id"]:
            one["parent"] = founder
