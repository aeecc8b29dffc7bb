"""The table of a ЦУР as a draft: cells are told by its own titles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from monitor.registry import cur
from monitor.registry.faults import Problem
from monitor.registry.grid import Grid
from monitor.registry.imports.draft import Cell, Draft
from rules.toml_lines import Loc


def from_cur(grid: Grid, table: cur.Table, stated_on: date) -> Draft:
    found = cur.institutions(grid, table, stated_on)
    draft = Draft(document={"institution": found.institutions})
    for number, row in enumerate(found.rows):
        loc: Loc = ("institution", number)
        draft.cells[loc] = Cell(grid.title, row, None)
        words = {"name": "name", "ogrn": "ogrn", "inn": "inn", "parent": "founder"}
        for key, word in words.items():
            draft.cells[(*loc, key)] = Cell(grid.title, row, table.title(word))
        for place, page_row in enumerate(found.page_rows[number]):
            cell = Cell(grid.title, page_row, table.title("page") or table.title("page_id"))
            draft.cells[(*loc, "page", place)] = cell
    for row, title, problem in found.problems:
        draft.problems.append((Cell(grid.title, row, title), problem))
    return draft


def sheets_beside(read: Grid, found: Sequence[Grid]) -> list[tuple[Cell, Problem]]:
    """The other sheets of a ЦУР workbook: a second table is a fault, all else is told."""
    problems = []
    for grid in found:
        if grid is not read and grid.rows:
            code = "second_cur_table" if cur.recognised(grid) else "unread_sheet"
            about = {"value": grid.title, "other": read.title}
            problems.append((Cell(grid.title, grid.rows[0][0], None), Problem((), code, about)))
    return problems
