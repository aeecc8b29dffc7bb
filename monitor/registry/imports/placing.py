"""Where in the document the rows of a sheet belong."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.registry.grid import Grid
from monitor.registry.imports.codes import propose_codes
from monitor.registry.imports.draft import Cell, Draft, Row
from monitor.registry.imports.header import from_header
from monitor.registry.imports.rows import rows_of
from monitor.registry.shape import suggestion
from monitor.registry.sheets import SPECIAL, Sheet, described, sheet_of, sheets
from rules.model import Municipality
from rules.toml_lines import Loc


def from_sheets(
    read: Sequence[tuple[Grid, Sheet]], found: Sequence[Grid], earlier: Municipality | None
) -> Draft:
    """A draft of the sheets that are `read`; what else was `found` and is filled is told.

    `earlier`: the registry that it is to replace, whose codes are kept.
    """
    draft = Draft()
    order = [sheet.table for sheet in sheets()]
    for whole, sheet in sorted(read, key=lambda pair: order.index(pair[1].table)):
        grid = from_header(whole, sheet)
        rows = list(rows_of(draft, grid, sheet))
        if sheet.table == "municipality":
            _expect_one_row(draft, grid, rows)
        if sheet.table == "institution":
            propose_codes(draft, rows, earlier)
        for row in rows:
            _place(draft, sheet, row)
    _report_unread(draft, [grid for grid in found if all(grid is not one for one, _ in read)])
    return draft


def _expect_one_row(draft: Draft, grid: Grid, rows: Sequence[Row]) -> None:
    if len(rows) != 1:
        cell = rows[1].at if rows else Cell(grid.title, 2, None)
        draft.report(cell, "second_row" if rows else "no_row")


def _report_unread(draft: Draft, unread: Sequence[Grid]) -> None:
    """A sheet that is filled and not ours is told, so that nothing is dropped silently."""
    titles = [sheet.title for sheet in sheets()]
    ours = {described()["help"]["title"], described()["words"]["lists"]}
    for grid in unread:
        if grid.rows and grid.title not in ours:
            name = grid.title or ""
            about = {
                "value": name,
                "known": ", ".join(titles),
                "suggestion": suggestion(name, titles),
            }
            cell = Cell(grid.title, grid.rows[0][0], None)
            draft.report(cell, "unknown_sheet", **about)


def _place(draft: Draft, sheet: Sheet, row: Row) -> None:
    if SPECIAL.get(sheet.table) in row.faulty:  # nobody knows which act or network it is of
        return
    if sheet.table == "municipality":
        draft.keep(("municipality",), row)
    elif sheet.table == "acts":
        draft.keep(("acts", row.keys.pop("act", "")), row)
    elif sheet.table == "institution":
        _place_institution(draft, row)
    else:
        _place_inner(draft, sheet.table, row)


def _place_institution(draft: Draft, row: Row) -> None:
    institutions = draft.document.setdefault("institution", [])
    loc: Loc = ("institution", len(institutions))
    institutions.append({})
    if "id" in row.keys:
        draft.institutions.setdefault(str(row.keys["id"]), len(institutions) - 1)
    pages = row.keys.pop("pages", [])
    draft.keep(loc, row)
    institutions[-1]["page"] = [{"url": url} for url in pages]
    for number in range(len(pages)):
        draft.cells[(*loc, "page", number)] = row.cells["pages"]


def _place_inner(draft: Draft, table: str, row: Row) -> None:
    wanted = row.keys.pop("institution", None)
    if wanted is None:
        return
    number = draft.institutions.get(str(wanted))
    if number is None:
        _report_stranger(draft, row, str(wanted))
        number = _stray(draft, str(wanted))
    loc: Loc = ("institution", number, table)
    if table in SPECIAL:
        draft.keep((*loc, row.keys.pop(SPECIAL[table], "")), row)
        return
    institution = draft.document["institution"][number]
    draft.keep((*loc, len(institution.setdefault(table, []))), row)


def _stray(draft: Draft, wanted: str) -> int:
    """A stand-in for an institution that is not in the table: what is said of it is checked too."""
    institutions = draft.document.setdefault("institution", [])
    if wanted not in draft.strays:
        draft.strays[wanted] = len(institutions)
        institutions.append({"id": f"stray.{len(institutions)}", "name": "x", "kind": "other"})
    return draft.strays[wanted]


def _report_stranger(draft: Draft, row: Row, wanted: str) -> None:
    title, near = sheet_of("institution").title, suggestion(wanted, draft.institutions)
    about = {"value": wanted, "sheet_name": title, "suggestion": near}
    draft.report(row.cells["institution"], "cell_row", **about)
