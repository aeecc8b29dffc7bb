"""The rows of a sheet of ours as keys, each with the cell that it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from openpyxl.utils import get_column_letter

from monitor.registry.cells import CellFaultError, value
from monitor.registry.grid import Content, Grid
from monitor.registry.imports.draft import Cell, Draft, Row
from monitor.registry.imports.header import header_of
from monitor.registry.sheets import Column, Sheet
from monitor.registry.titles import untitled
from monitor.registry.workbook import sample


def rows_of(draft: Draft, grid: Grid, sheet: Sheet) -> Iterator[Row]:
    if not grid.rows:
        return
    columns = _columns(draft, grid, sheet)
    absent = _absent(sheet, columns)
    for number, place, value_there in untitled(grid.rows[0][1], grid.rows[1:]):
        cell = Cell(grid.title, number, get_column_letter(place + 1))
        draft.report(cell, "untitled_cell", value=value_there)
    for number, contents in grid.rows[1:]:
        shown = {
            column.key: contents[place] if place < len(contents) else None
            for place, column in columns.items()
        }
        links = {column.key: grid.links.get((number, place)) for place, column in columns.items()}
        if not _is_sample(shown, sheet) and any(one is not None for one in shown.values()):
            row = _row(draft, Cell(grid.title, number, None), shown, links, columns.values())
            yield replace(row, faulty=row.faulty | absent)


def _columns(draft: Draft, grid: Grid, sheet: Sheet) -> dict[int, Column]:
    """Place in the row → column; unknown and missing columns become problems."""
    by_title = {column.title.casefold(): column for column in sheet.columns}
    found: dict[int, Column] = {}
    for place, title in enumerate(header_of(grid)):
        column = by_title.get(title.casefold())
        if column is not None and column not in found.values():
            found[place] = column
        elif column is not None:
            draft.report_title(grid, title, "second_column")
        elif title:
            draft.report_title(
                grid, title, "unknown_column", [known.title for known in sheet.columns]
            )
    absent = _absent(sheet, found)
    for column in sheet.columns:
        if column.key in absent:
            draft.report_title(grid, column.title, "no_column")
    return found


def _absent(sheet: Sheet, columns: Mapping[int, Column]) -> frozenset[str]:
    """Keys of columns that must be there and are not; told once, not again for every row."""
    found = {column.key for column in columns.values()}
    return frozenset(c.key for c in sheet.columns if c.required and c.key not in found)


def _is_sample(shown: Mapping[str, Content], sheet: Sheet) -> bool:
    """The sample row as the template has it; one that was changed is a row, with a wrong id."""
    return all(
        str(shown.get(column.key) or "").strip() == sample(sheet, column)
        for column in sheet.columns
        if column.key in shown
    )


def _row(
    draft: Draft,
    at: Cell,
    shown: Mapping[str, Content],
    links: Mapping[str, str | None],
    columns: Iterable[Column],
) -> Row:
    keys: dict[str, Any] = {}
    cells: dict[str, Cell] = {}
    faulty: set[str] = set()
    for column in columns:
        cells[column.key] = Cell(at.sheet, at.row, column.title)
        try:
            found = _value(shown[column.key], column, links[column.key])
        except CellFaultError as error:
            draft.problems.append((cells[column.key], error.problem))
            faulty.add(column.key)
            continue
        if found is not None:
            keys[column.key] = found
    return Row(at, keys, cells, frozenset(faulty))


def _value(content: Content, column: Column, link: str | None) -> Any:
    found = None if content is None else value(content, column, link)
    if found is None and column.required:
        raise CellFaultError("cell_required", example=column.sample)
    return found
