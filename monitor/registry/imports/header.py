"""Which sheet of ours a grid is, and in which row its header stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitor.registry.grid import Grid
from monitor.registry.sheets import Sheet, sheets
from monitor.registry.titles import HEADER_WITHIN, one_line


def named_sheets(found: Sequence[Grid]) -> list[tuple[Grid, Sheet]]:
    """The grids that have the title of a sheet of ours."""
    own = {sheet.title.casefold(): sheet for sheet in sheets()}
    return [(grid, own[title]) for grid in found if (title := _title(grid)) in own]


def likely_sheets(found: Sequence[Grid]) -> list[tuple[Grid, Sheet]]:
    """The grids that have the columns of a sheet of ours: a CSV file, or under another title."""
    return [(grid, sheet) for grid in found if (sheet := _likely(grid))]


def _title(grid: Grid) -> str:
    return (grid.title or "").strip().casefold()


def _likely(grid: Grid) -> Sheet | None:
    """The sheet whose columns stand in the header: of a CSV file, or under another title."""
    wanted = [sheet for sheet in sheets() if _begin(grid, sheet) is not None]
    return max(wanted, key=lambda sheet: _titles_found(grid, sheet), default=None)


def _titles_found(grid: Grid, sheet: Sheet) -> int:
    header = {title.casefold() for title in header_of(from_header(grid, sheet))}
    return len(header & {column.title.casefold() for column in sheet.columns})


def _begin(grid: Grid, sheet: Sheet) -> int | None:
    """Index of the row that holds the titles of a sheet; others may stand above it."""
    for index, (_, row) in enumerate(grid.rows[:HEADER_WITHIN]):
        if _required_titles(sheet) <= {one_line(cell).casefold() for cell in row}:
            return index
    return None


def from_header(grid: Grid, sheet: Sheet) -> Grid:
    """Without what stands above its header, if it has one."""
    begin = _begin(grid, sheet)
    return replace(grid, rows=grid.rows[begin:]) if begin else grid


def _required_titles(sheet: Sheet) -> set[str]:
    return {column.title.casefold() for column in sheet.columns if column.required}


def header_of(grid: Grid) -> list[str]:
    if not grid.rows:
        return []
    return [one_line(cell) for cell in grid.rows[0][1]]
