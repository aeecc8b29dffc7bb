"""From a spreadsheet to the text of a registry file.

A sheet becomes the same document that a registry file is, with the cell of every key kept beside
it; then the same checks run, and their problems are told by sheet, row and column.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, count
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter
from pydantic import ValidationError

from collectors.text import normalised
from monitor.registry import checks, cur, shape, values
from monitor.registry.cells import CellFaultError, value
from monitor.registry.checks import Setting
from monitor.registry.declaration import Registry
from monitor.registry.faults import Fault, Problem, RegistryError, fault
from monitor.registry.files import latest_day
from monitor.registry.grid import Content, Grid
from monitor.registry.latin import latin
from monitor.registry.mend import mend
from monitor.registry.shape import suggestion
from monitor.registry.sheets import SPECIAL, Column, Sheet, described, sheet_of, sheets
from monitor.registry.tables import grids
from monitor.registry.titles import HEADER_WITHIN, one_line, untitled
from monitor.registry.workbook import sample
from monitor.registry.write import to_toml
from rules.toml_lines import Loc

Warn = Callable[[Fault], object]


def import_table(
    path: Path | str,
    *,
    municipality: str | None = None,
    name: str | None = None,
    timezone: str | None = None,
    stated_on: date | None = None,
    today: date | None = None,
    found: Sequence[Grid] | None = None,
    warn: Warn | None = None,
) -> str:
    """The text of a registry file with what an XLSX or CSV table holds.

    Known are the workbook of `template`, one sheet of it as CSV, and the ЦУР table. `municipality`
    (its id), `name` and `timezone` stand in where the table does not say whose it is;
    `stated_on` is the date of a ЦУР table (default: the one in the file's name, else of its last
    change); `found` what `grids(path)` gave to a caller who has read the file already;
    `warn` hears what of the table was not read, and refuses nothing.
    RegistryError has every fault with sheet, row and column.
    """
    path = Path(path)
    draft = _read(path, found or grids(path), stated_on)
    remark = ""
    if "municipality" not in draft.document:
        given = {"id": municipality, "name": name, "timezone": timezone}
        draft.document["municipality"] = _unnamed(path) | {
            k: normalised(v) for k, v in given.items() if v
        }
        remark = "" if municipality and name else described()["unnamed"]["remark"] + "\n"
    registry = _checked(draft, path, Setting(today or latest_day()), warn)
    return remark + to_toml(values.municipality(registry, digest=""))


def import_tables(
    path: Path | str,
    *,
    timezone: str | None = None,
    stated_on: date | None = None,
    today: date | None = None,
    found: Sequence[Grid] | None = None,
    warn: Warn | None = None,
) -> Mapping[str, str]:
    """Id → text of a registry, one a municipality, of a ЦУР table with a column that names them.

    Empty where the table names none, or one only. RegistryError has the faults of all of them.
    """
    path = Path(path)
    found = found or grids(path)
    for grid in found:
        table = cur.recognised(grid)
        towns = cur.by_town(grid, table) if table else {}
        if table and len(towns) > 1:
            setting, day = Setting(today or latest_day()), stated_on or cur.day_of(path)
            beside = _beside(grid, found)
            return _registries(path, table, towns, timezone, setting, day, beside, warn)
    return {}


def _registries(
    path: Path,
    table: cur.Table,
    towns: Mapping[str, Grid],
    timezone: str | None,
    setting: Setting,
    stated_on: date,
    beside: Sequence[tuple[Cell, Problem]],
    warn: Warn | None,
) -> Mapping[str, str]:
    texts: dict[str, str] = {}
    faults: list[Fault] = []
    for name, grid in towns.items():
        draft = _from_cur(grid, table, stated_on)
        draft.problems += [] if texts or faults else beside  # told once, not by every town
        number = _free(shape.slug(latin(name)), texts)
        draft.document["municipality"] = {
            **described()["municipality"],
            "id": number,
            "name": name,
            **({"timezone": timezone} if timezone else {}),
        }
        try:
            registry = _checked(draft, path, setting, warn)
            texts[number] = to_toml(values.municipality(registry, digest=""))
        except RegistryError as error:
            faults += error.faults
    if faults:
        raise RegistryError(faults)
    return texts


def _free(wanted: str, taken: Container[str]) -> str:
    """«severny», and for another of that name «severny-2»."""
    names = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
    return next(one for one in names if one not in taken)


@dataclass(frozen=True, slots=True)
class Cell:
    sheet: str | None
    row: int
    column: str | None


@dataclass(slots=True)
class Draft:
    """A document on its way out of a table. `cells` tells where each key came from."""

    document: dict[str, Any] = field(default_factory=dict)
    cells: dict[Loc, Cell] = field(default_factory=dict)
    problems: list[tuple[Cell, Problem]] = field(default_factory=list)
    broken: list[Loc] = field(default_factory=list)
    institutions: dict[str, int] = field(default_factory=dict)  # id → place in the document

    def cell(self, loc: Loc) -> Cell:
        """The cell of `loc`, or of the nearest thing around it."""
        while loc and loc not in self.cells:
            loc = loc[:-1]
        return self.cells.get(loc, Cell(None, 1, None))


def _unnamed(path: Path) -> dict[str, Any]:
    """A table that does not say whose it is: the office fills it in before anything is judged."""
    return {**described()["municipality"], "id": shape.slug(path.stem)}


def _read(path: Path, found: Sequence[Grid], stated_on: date | None) -> Draft:
    own = {sheet.title.casefold(): sheet for sheet in sheets()}
    named = [(grid, own[title]) for grid in found if (title := _title(grid)) in own]
    if named:
        known = [(_from_header(grid, sheet), sheet) for grid, sheet in named]
        return _from_sheets([_from_header(grid, own.get(_title(grid))) for grid in found], known)
    for grid in found:
        if table := cur.recognised(grid):
            draft = _from_cur(grid, table, stated_on or cur.day_of(path))
            draft.problems += _beside(grid, found)
            return draft
    likely = [(grid, sheet) for grid in found if (sheet := _likely(grid))]
    if not likely:
        raise RegistryError([fault(path, 1, Problem((), "no_sheets"))])
    known = [(_from_header(grid, sheet), sheet) for grid, sheet in likely]
    read = {id(grid): begun for (grid, _), (begun, _) in zip(likely, known, strict=True)}
    return _from_sheets([read.get(id(grid), grid) for grid in found], known)


def _title(grid: Grid) -> str:
    return (grid.title or "").strip().casefold()


def _likely(grid: Grid) -> Sheet | None:
    """The sheet whose columns stand in the header: of a CSV file, or under another title."""
    wanted = [sheet for sheet in sheets() if _begin(grid, sheet) is not None]
    return max(wanted, key=lambda sheet: _titles_found(grid, sheet), default=None)


def _titles_found(grid: Grid, sheet: Sheet) -> int:
    header = {title.casefold() for title in _header(_from_header(grid, sheet))}
    return len(header & {column.title.casefold() for column in sheet.columns})


def _begin(grid: Grid, sheet: Sheet) -> int | None:
    """Index of the row that holds the titles of a sheet; others may stand above it."""
    for index, (_, row) in enumerate(grid.rows[:HEADER_WITHIN]):
        if _required(sheet) <= {one_line(cell).casefold() for cell in row}:
            return index
    return None


def _from_header(grid: Grid, sheet: Sheet | None) -> Grid:
    """Without what stands above its header, if it has one."""
    begin = _begin(grid, sheet) if sheet else None
    return replace(grid, rows=grid.rows[begin:]) if begin else grid


def _required(sheet: Sheet) -> set[str]:
    return {column.title.casefold() for column in sheet.columns if column.required}


def _header(grid: Grid) -> list[str]:
    if not grid.rows:
        return []
    return [one_line(cell) for cell in grid.rows[0][1]]


# --- our own sheets -----------------------------------------------------------------------------


def _from_sheets(found: Sequence[Grid], named: Sequence[tuple[Grid, Sheet]]) -> Draft:
    draft = Draft()
    order = [sheet.table for sheet in sheets()]
    for grid, sheet in sorted(named, key=lambda pair: order.index(pair[1].table)):
        rows = list(_rows(draft, grid, sheet))
        if sheet.table == "municipality":
            _one_only(draft, grid, rows)
        for row in rows:
            _place(draft, sheet, row)
    _unread(draft, found, [grid for grid, _ in named])
    return draft


def _one_only(draft: Draft, grid: Grid, rows: Sequence[_Row]) -> None:
    if len(rows) != 1:
        cell = rows[1].at if rows else Cell(grid.title, 2, None)
        draft.problems.append((cell, Problem((), "second_row" if rows else "no_row")))


def _unread(draft: Draft, found: Sequence[Grid], read: Sequence[Grid]) -> None:
    """A sheet that is filled and not ours is told, so that nothing is dropped silently."""
    titles = [sheet.title for sheet in sheets()]
    ours = {described()["help"]["title"], described()["words"]["lists"]}
    for grid in found:
        if grid not in read and grid.rows and grid.title not in ours:
            name = grid.title or ""
            about = {
                "value": name,
                "known": ", ".join(titles),
                "suggestion": suggestion(name, titles),
            }
            cell = Cell(grid.title, grid.rows[0][0], None)
            draft.problems.append((cell, Problem((), "unknown_sheet", about)))


@dataclass(frozen=True, slots=True)
class _Row:
    """One row as keys, with the cells they came from; `faulty` are keys that could not be read."""

    at: Cell
    keys: dict[str, Any]
    cells: dict[str, Cell]
    faulty: frozenset[str]


def _rows(draft: Draft, grid: Grid, sheet: Sheet) -> Iterator[_Row]:
    if not grid.rows:
        return
    columns = _columns(draft, grid, sheet)
    for number, place, value_there in untitled(grid.rows[0][1], grid.rows[1:]):
        cell = Cell(grid.title, number, get_column_letter(place + 1))
        draft.problems.append((cell, Problem((), "untitled_cell", {"value": value_there})))
    for number, contents in grid.rows[1:]:
        told = {
            column.key: contents[place] if place < len(contents) else None
            for place, column in columns.items()
        }
        links = {column.key: grid.links.get((number, place)) for place, column in columns.items()}
        if not _is_sample(told, sheet) and any(said is not None for said in told.values()):
            yield _row(draft, Cell(grid.title, number, None), told, links, columns.values())


def _columns(draft: Draft, grid: Grid, sheet: Sheet) -> dict[int, Column]:
    """Place in the row → column; unknown and missing columns become problems."""
    known = {column.title.casefold(): column for column in sheet.columns}
    found: dict[int, Column] = {}
    for place, title in enumerate(_header(grid)):
        column = known.get(title.casefold())
        if column is not None and column not in found.values():
            found[place] = column
        elif column is not None:
            _tell(draft, grid, title, "second_column", [])
        elif title:
            _tell(draft, grid, title, "unknown_column", [one.title for one in sheet.columns])
    for column in sheet.columns:
        if column.required and column not in found.values():
            _tell(draft, grid, column.title, "no_column", [])
    return found


def _tell(draft: Draft, grid: Grid, title: str, code: str, known: Sequence[str]) -> None:
    about = {"value": title, "known": ", ".join(known), "suggestion": suggestion(title, known)}
    cell = Cell(grid.title, grid.rows[0][0], title)
    draft.problems.append((cell, Problem((), code, about)))


def _is_sample(told: Mapping[str, Content], sheet: Sheet) -> bool:
    """The sample row as the template has it; one that was changed is a row, with a wrong id."""
    return all(
        str(told.get(column.key) or "").strip() == sample(sheet, column)
        for column in sheet.columns
        if column.key in told
    )


def _row(
    draft: Draft,
    at: Cell,
    told: Mapping[str, Content],
    links: Mapping[str, str | None],
    columns: Iterable[Column],
) -> _Row:
    keys: dict[str, Any] = {}
    cells: dict[str, Cell] = {}
    faulty: set[str] = set()
    for column in columns:
        cells[column.key] = Cell(at.sheet, at.row, column.title)
        try:
            said = _said(told[column.key], column, links[column.key])
        except CellFaultError as error:
            draft.problems.append((cells[column.key], error.problem))
            faulty.add(column.key)
            continue
        if said is not None:
            keys[column.key] = said
    return _Row(at, keys, cells, frozenset(faulty))


def _said(content: Content, column: Column, link: str | None) -> Any:
    said = None if content is None else value(content, column, link)
    if said is None and column.required:
        raise CellFaultError("cell_required", example=column.sample)
    return said


# --- where a row belongs ------------------------------------------------------------------------


def _place(draft: Draft, sheet: Sheet, row: _Row) -> None:
    if SPECIAL.get(sheet.table) in row.faulty:  # nobody knows which act or network it is of
        return
    if sheet.table == "municipality":
        _keep(draft, ("municipality",), row)
    elif sheet.table == "acts":
        _keep(draft, ("acts", row.keys.pop("act", "")), row)
    elif sheet.table == "institution":
        _place_institution(draft, row)
    else:
        _place_inner(draft, sheet.table, row)


def _place_institution(draft: Draft, row: _Row) -> None:
    institutions = draft.document.setdefault("institution", [])
    loc: Loc = ("institution", len(institutions))
    institutions.append({})
    draft.institutions.setdefault(str(row.keys.get("id")), len(institutions) - 1)
    pages = row.keys.pop("pages", [])
    _keep(draft, loc, row)
    institutions[-1]["page"] = [{"url": url} for url in pages]
    for number in range(len(pages)):
        draft.cells[(*loc, "page", number)] = row.cells["pages"]


def _place_inner(draft: Draft, table: str, row: _Row) -> None:
    wanted = row.keys.pop("institution", None)
    institutions = draft.document.get("institution", [])
    number = draft.institutions.get(str(wanted))
    if number is None:
        if wanted is not None:
            draft.problems.append((row.cells["institution"], _stranger(wanted, institutions)))
        return
    loc: Loc = ("institution", number, table)
    if table in SPECIAL:
        _keep(draft, (*loc, row.keys.pop(SPECIAL[table], "")), row)
    else:
        _keep(draft, (*loc, len(institutions[number].setdefault(table, []))), row)


def _stranger(wanted: str, institutions: Sequence[Mapping[str, Any]]) -> Problem:
    known = [str(one.get("id")) for one in institutions]
    about = {
        "value": wanted,
        "sheet_name": sheet_of("institution").title,
        "suggestion": suggestion(wanted, known),
    }
    return Problem((), "cell_row", about)


def _keep(draft: Draft, loc: Loc, row: _Row) -> None:
    """Put the row's keys into the document at `loc`, and remember their cells."""
    _put(draft.document, loc, row.keys)
    draft.cells[loc] = row.at
    draft.cells |= {(*loc, key): cell for key, cell in row.cells.items()}
    draft.broken += [(*loc, key) for key in row.faulty]


def _put(around: Any, loc: Loc, keys: dict[str, Any]) -> None:
    *parents, last = loc
    for part in parents:
        around = around[part] if isinstance(part, int) else around.setdefault(part, {})
    if isinstance(around, list) and last == len(around):
        around.append(keys)
    else:
        around[last] = keys


# --- the ЦУР table ------------------------------------------------------------------------------


def _from_cur(grid: Grid, table: cur.Table, stated_on: date) -> Draft:
    found = cur.institutions(grid, table, stated_on)
    draft = Draft(document={"institution": found.institutions})
    for number, row in enumerate(found.rows):
        loc: Loc = ("institution", number)
        draft.cells[loc] = Cell(grid.title, row, None)
        for key, word in (("name", "name"), ("ogrn", "ogrn"), ("parent", "founder")):
            draft.cells[(*loc, key)] = Cell(grid.title, row, table.title(word))
        for place, page_row in enumerate(found.page_rows[number]):
            cell = Cell(grid.title, page_row, table.title("page") or table.title("page_id"))
            draft.cells[(*loc, "page", place)] = cell
    for row, title, problem in found.problems:
        draft.problems.append((Cell(grid.title, row, title), problem))
    return draft


def _beside(read: Grid, found: Sequence[Grid]) -> list[tuple[Cell, Problem]]:
    """The other sheets of a ЦУР workbook: a second table is a fault, all else is told."""
    told = []
    for grid in found:
        if grid is not read and grid.rows:
            code = "second_cur_table" if cur.recognised(grid) else "unread_sheet"
            about = {"value": grid.title, "other": read.title}
            told.append((Cell(grid.title, grid.rows[0][0], None), Problem((), code, about)))
    return told


# --- checking -----------------------------------------------------------------------------------


def _checked(draft: Draft, path: Path, setting: Setting, warn: Warn | None) -> Registry:
    """The declaration; RegistryError with every fault by its cell.

    Of warnings those that `registry check` cannot see any more: what the table had and lost.
    """
    registry, problems = _judge(draft, setting)
    faults = [_fault(path, cell, problem) for cell, problem in draft.problems]
    for one in faults if warn else ():
        if warn and one.severity == "warning":
            warn(one)
    faults += [_fault(path, draft.cell(one.loc), _told(draft, one)) for one in problems]
    errors = [one for one in faults if one.severity == "error"]
    if errors or registry is None:
        raise RegistryError(sorted(errors, key=lambda one: (one.sheet or "", one.line)))
    return registry


def _judge(draft: Draft, setting: Setting) -> tuple[Registry | None, list[Problem]]:
    mended = mend(draft.document, draft.broken)
    try:
        registry = Registry.model_validate(mended.declared)
    except ValidationError as error:
        return None, list(shape.problems(error))
    found = checks.problems(registry, setting)
    return registry, [one for one in found if not mended.concerns(one)]


def _told(draft: Draft, problem: Problem) -> Problem:
    other = problem.about.get("other")
    if isinstance(other, tuple):
        return problem._replace(about={**problem.about, "other": draft.cell(other).row})
    return problem


def _fault(path: Path, cell: Cell, problem: Problem) -> Fault:
    return fault(path, cell.row, problem, sheet=cell.sheet, column=cell.column)
