"""The monthly table of a ЦУР (columns of requirements.md B.5) as institutions of a registry."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from collectors.model import VK
from monitor.registry.addresses import may_be_numbered, page_address
from monitor.registry.cells import (
    CellFaultError,
    addressed,
    addresses,
    answer,
    check_computed,
    is_no_answer,
    is_nothing,
    text,
)
from monitor.registry.faults import Problem
from monitor.registry.grid import Cells, Content, Grid
from monitor.registry.shape import suggestion
from monitor.registry.titles import HEADER_WITHIN, cur_word, cur_words, one_line, untitled
from reports.formats.cur import kind_of_sphere
from rules.dossier.attestations import TABLE_VALID_DAYS

_READ_ONCE = ("page", "gospabliki", "gos_mark")
"""Columns whose second one would say something of another page."""


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
    found = []
    for index, (_, row) in enumerate(grid.rows[:HEADER_WITHIN]):
        titles = tuple(map(one_line, row))
        places = _places(titles)
        if {"name", "ogrn"} <= set(places):
            found.append(Table(index, places, titles))
    return max(found, key=lambda table: len(table.places), default=None)  # of two rows, the lower


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

    A row that names none belongs to the one above it, as in a table with merged cells; a name in
    other capitals is the same.
    """
    rows: dict[str, list[tuple[int, Cells]]] = {}
    spelled: dict[str, str] = {}
    name = ""
    above, below = grid.rows[: table.header + 1], grid.rows[table.header + 1 :]
    for number, contents in below if "town" in table.places else ():
        name = _Row(number, contents, table, grid, Found()).said("town") or name
        name = spelled.setdefault(one_line(name).casefold().replace("ё", "е"), name)
        if name and not _is_numbering(contents):
            rows.setdefault(name, []).append((number, contents))
    return {name: replace(grid, rows=(*above, *own)) for name, own in rows.items()}


def institutions(grid: Grid, table: Table, stated_on: date) -> Found:
    """Every row as an institution; rows of one ОГРН are one institution with several pages."""
    found = Found()
    known: dict[str, int] = {}
    above: dict[str, Any] = {}
    for number, contents in grid.rows[table.header + 1 :]:
        row = _Row(number, contents, table, grid, found)
        if _is_numbering(contents) or row.repeats_titles():
            continue
        if one := _institution(row, above, known, stated_on):
            above = _keep(one, number, known, found)
    _report_unknown_columns(grid, table, found)
    _report_untitled(grid, table, found)
    _founders(found)
    return found


def _keep(
    institution: dict[str, Any], number: int, known: dict[str, int], found: Found
) -> dict[str, Any]:
    """The institution of a row as it is kept: a new one, or one that has a row already."""
    if institution["id"] in known:
        place = known[institution["id"]]
        pages = _join(found.institutions[place], institution)
        found.page_rows[place] += [number] * pages
        return found.institutions[place]
    known[institution["id"]] = len(found.institutions)
    found.institutions.append(institution)
    found.rows.append(number)
    found.page_rows.append([number] * len(institution["page"]))
    return institution


# --- columns ------------------------------------------------------------------------------------


def _places(titles: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    places: dict[str, tuple[int, ...]] = {}
    for number, title in enumerate(titles):
        word = cur_word(title)
        if word is not None:
            places[word] = (*places.get(word, ()), number)
    return places


def _report_unknown_columns(grid: Grid, table: Table, found: Found) -> None:
    """A column that we neither read nor leave out by name is told, never dropped silently."""
    known = [*cur_words()["columns"].values(), *cur_words()["ignored"]]
    for title in table.titles:
        plain = title.casefold()
        if title and cur_word(title) is None and not any(plain.startswith(one) for one in known):
            about = {
                "value": title,
                "known": ", ".join(known),
                "suggestion": suggestion(plain, known),
            }
            problem = Problem((), "unknown_cur_column", about)
            found.problems.append((grid.rows[table.header][0], title, problem))
    for place in (place for word in _READ_ONCE for place in table.places.get(word, ())[1:]):
        problem = Problem((), "second_cur_column", {"value": table.titles[place]})
        found.problems.append((grid.rows[table.header][0], table.titles[place], problem))


def _report_untitled(grid: Grid, table: Table, found: Found) -> None:
    rows = [row for row in grid.rows[table.header + 1 :] if not _is_numbering(row[1])]
    for number, place, content in untitled(grid.rows[table.header][1], rows):
        problem = Problem((), "untitled_cur_cell", {"value": content})
        found.problems.append((number, get_column_letter(place + 1), problem))


def _is_numbering(contents: Cells) -> bool:
    """The row «1 2 3 4 …» below the header."""
    shown = [str(cell).removesuffix(".0") for cell in contents if cell is not None]
    return len(shown) > 3 and shown == [str(number) for number in range(1, len(shown) + 1)]


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    contents: Cells
    table: Table
    grid: Grid
    found: Found

    def said(self, word: str) -> str:
        """The text of a column; several of one word (Сфера 1, 2, 3) are joined.

        A dash, «нет», «отсутствует» say nothing: whether it is so has columns of its own.
        """
        parts = [self._text(place) for place in self.table.places.get(word, ())]
        return " ".join(part for part in parts if part and not is_nothing(part))

    def answer(self, word: str) -> bool | None:
        """«да» or «нет»; None where the cell is empty or holds a dash: that is not a «нет»."""
        place = self.table.places.get(word, (-1,))[0]
        said = self._text(place)
        if not said or is_no_answer(said):
            return None
        try:
            return answer(said)
        except CellFaultError as error:
            self.tell(word, error.problem)
            return None

    def pages(self) -> list[str]:
        """The addresses of pages; a cell that is a link is read by where it leads."""
        place = self.table.places.get("page", (-1,))[0]
        content, link = self._content(place), self.grid.links.get((self.number, place))
        if content is None:
            return []
        try:
            content = addressed(content, link, "url") if link else content
            check_computed(content)
            found = addresses(content)
        except CellFaultError as error:
            self.tell("page", error.problem)
            return []
        return [] if found == ["0"] else found

    def goes_on(self, word: str) -> bool:
        """Whether the column goes on with the cell above it, merged with this one."""
        places = self.table.places.get(word, ())
        return any((self.number, place) in self.grid.goes_on for place in places)

    def repeats_titles(self) -> bool:
        """The header once more: at the top of a printed page, or of two rows that are merged."""
        shown = [one_line(self._content(place)) for place in self.table.places["name"]]
        return shown == [self.table.titles[place] for place in self.table.places["name"]]

    def _content(self, place: int) -> Content:
        return self.contents[place] if 0 <= place < len(self.contents) else None

    def _text(self, place: int) -> str:
        content = self._content(place)
        if content is None:
            return ""
        try:
            check_computed(content)
            return text(content)
        except CellFaultError as error:
            self._tell(place, error.problem)
            return ""

    def tell(self, word: str, problem: Problem) -> None:
        """A problem of the row, at the first of the columns that are there."""
        self._tell(self.table.places[word][0], problem)

    def _tell(self, place: int, problem: Problem) -> None:
        told = (self.number, self.table.titles[place], problem)
        if told not in self.found.problems[-3:]:
            self.found.problems.append(told)


# --- a row --------------------------------------------------------------------------------------


def _institution(
    row: _Row, above: Mapping[str, Any], known: Container[str], stated_on: date
) -> dict[str, Any] | None:
    """None: the row tells of no institution. A row without a name must say whose it is."""
    ogrn, name = re.sub(r"\s", "", row.said("ogrn")), row.said("name")
    number = f"ogrn-{ogrn}" if re.fullmatch(r"\d+", ogrn) else f"row-{row.number}"
    if above and row.goes_on("name") and not ogrn:
        number, ogrn = above["id"], above.get("ogrn", "")
    if not name and number not in known:
        if ogrn or row.pages() or row.said("page_id"):
            row.tell("name", Problem((), "row_without_name"))
        return None
    return _describe(row, number, name, ogrn, stated_on)


def _describe(row: _Row, number: str, name: str, ogrn: str, stated_on: date) -> dict[str, Any]:
    institution: dict[str, Any] = {
        "id": number,
        "name": name,
        "kind": _kind(name, row.said("sphere")),
    }
    if ogrn:
        institution["ogrn"] = ogrn
    if inn := _number(row.said("inn")):
        institution["inn"] = inn
    if founder := row.said("founder"):
        institution["parent"] = (
            founder  # a name, until the founders are found among the institutions
        )
    if category := _category(row.said("status")):
        institution["category"] = category
    return institution | _parts(row, stated_on)


def _number(said: str) -> str:
    """An ИНН, also of a cell that holds the КПП behind it; a cell without figures says nothing."""
    bare = re.sub(r"\s", "", said)
    whole = re.match(r"(\d{10}|\d{12})(?!\d)", bare)
    return whole[1] if whole else bare if re.search(r"\d", bare) else ""


def _parts(row: _Row, stated_on: date) -> dict[str, Any]:
    pages = _pages(row)
    ground = row.said("ground")
    parts: dict[str, Any] = {"page": pages, "attestation": []}
    if len(pages) < 2:  # of several in a cell nobody knows which of them is meant
        parts["attestation"] = _attestations(row, pages[0] if pages else None, stated_on)
    if ground not in ("", "0"):
        parts["exemption"] = [{"scope": ["pages"], "ground": ground}]
    return parts


def _pages(row: _Row) -> list[dict[str, Any]]:
    """The number is that of the page where the row has one page."""
    links, number = row.pages(), re.sub(r"\D", "", row.said("page_id")).lstrip("0")
    if not links and number:
        links = [f"https://vk.com/club{number}"]
    known = {"known_id": number} if number and _is_numbered(row, links, number) else {}
    return [{"url": link, "network": VK} | known for link in links]


def _is_numbered(row: _Row, links: Sequence[str], number: str) -> bool:
    """Of two numbers the address is right: people click it. The other is told."""
    try:
        found = [page_address(link, VK) for link in links]
    except ValueError:  # told where addresses are checked
        return False
    if len(found) == 1 and not may_be_numbered(number, *found[0]):
        row.tell("page_id", Problem((), "cur_number", {"value": number, "page": links[0]}))
        return False
    return len(found) == 1


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
                "stated_by": cur_words()["attested_by"],
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
        for rule in cur_words()["kinds"]:
            if any(word in f"{said} " for word in rule["words"]):
                return str(rule["kind"])
    return "other"


def _category(status: str) -> str | None:
    known: Mapping[str, str] = cur_words()["categories"]
    return next((code for word, code in known.items() if word in status.casefold()), None)


def _join(institution: dict[str, Any], other: Mapping[str, Any]) -> int:
    """A second row of the same institution: its page and what is said of it.

    What a merged cell says of both rows is said once. The number of pages that are new.
    """
    before = len(institution["page"])
    for word in ("page", "attestation", "exemption"):
        known = institution.get(word, [])
        institution[word] = [*known, *(said for said in other.get(word, []) if said not in known)]
    return len(institution["page"]) - before


def _founders(found: Found) -> None:
    """A founder by name becomes a parent by id where it stands in the table itself."""
    ids = {one["name"].casefold(): one["id"] for one in found.institutions}
    for one in found.institutions:
        founder = ids.get(one.pop("parent", "").casefold())
        if founder is not None and founder != one["id"]:
            one["parent"] = founder
