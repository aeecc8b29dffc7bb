"""The workbook that an office fills in: empty with a sample row, or holding a registry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from textwrap import wrap
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from monitor.registry.sheets import SPECIAL, Column, Sheet, described, sheets
from monitor.registry.write import document
from monitor.registry.xlsx import escape
from rules.model import Municipality

_LAST_ROW = 5_000  # drop-down lists and text formats reach so far
_SIZE, _LINE = 11, 15.0  # of a letter and of a line, in points
_TALLEST = 405.0  # likewise; Excel refuses a row of more than 409
_HEAD = PatternFill("solid", fgColor="DCE6F1")
_GREY = PatternFill("solid", fgColor="EEEEEE")
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def template(path: Path | str) -> None:
    """Write the empty workbook, with a sample row on every sheet; how to fill it in comes first."""
    book = _book()
    for sheet in sheets():
        page = book[sheet.title]
        for number, column in enumerate(sheet.columns, 1):
            cell = _cell(page, 2, number)
            _text(cell, sample(sheet, column))
            cell.fill = _GREY
            cell.font = Font(italic=True, color="777777")
    _finish(book)
    book.save(path)


def sample(sheet: Sheet, column: Column) -> str:
    """What the sample row says in a column; the first one says that it is a sample."""
    mark = described()["words"]["sample"]
    return f"{mark}: {column.sample}" if column is sheet.columns[0] else column.sample


def export(municipality: Municipality, path: Path | str) -> None:
    """Write a registry as a workbook, from which `import_table` gives the same registry."""
    book = _book()
    told = document(municipality)
    for sheet in sheets():
        page = book[sheet.title]
        for row, keys in enumerate(_rows(sheet.table, told), 2):
            for number, column in enumerate(sheet.columns, 1):
                _fill(_cell(page, row, number), column, keys.get(column.key))
    _finish(book)
    book.save(path)


# --- what stands on a sheet ---------------------------------------------------------------------


def _rows(table: str, told: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    if table == "municipality":
        return [told["municipality"]]
    if table == "acts":
        return [{"act": act, **keys} for act, keys in told["acts"].items()]
    if table == "institution":
        return list(told["institution"])
    return _inner_rows(table, told["institution"])


def _inner_rows(
    table: str, institutions: Iterable[Mapping[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    for one in institutions:
        parts = one.get(table, ())
        if table in SPECIAL:
            parts = [{SPECIAL[table]: name, **keys} for name, keys in dict(parts).items()]
        for part in parts:
            yield {"institution": one["id"], **part}


def _fill(cell: Cell, column: Column, said: Any) -> None:
    if said is None:
        return
    if isinstance(said, bool):
        words = described()["words"]
        said = words["yes"] if said else words["no"]
    if isinstance(said, list):
        said = _join(said)
    if column.choices is not None:
        said = column.choices[said]
    if isinstance(said, str):
        _text(cell, said)
    else:
        cell.value = said
    if isinstance(said, date):
        cell.number_format = "DD.MM.YYYY"


def _cell(page: Worksheet, row: int, column: int) -> Cell:
    """openpyxl also knows merged cells; our sheets have none."""
    cell = page.cell(row, column)
    assert isinstance(cell, Cell)
    return cell


def _join(said: Iterable[Any]) -> str:
    """One a line; a lone value that holds a semicolon gets a line end, so that it stays one."""
    written = [one.strftime("%d.%m.%Y") if isinstance(one, date) else one for one in said]
    joined = "\n".join(written)
    return joined + "\n" if len(written) == 1 and ";" in joined else joined


def _text(cell: Cell, text: str) -> None:
    """Text stays text: «=1+1» of a stranger never becomes a formula."""
    cell.value = escape(ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"
    cell.number_format = "@"
    cell.alignment = _WRAPPED


# --- the empty workbook -------------------------------------------------------------------------


def _book() -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    _help(book)
    pages = [(book.create_sheet(sheet.title), sheet) for sheet in sheets()]
    lists = book.create_sheet(described()["words"]["lists"])
    lists.sheet_state = "hidden"
    for page, sheet in pages:
        _prepare(page, sheet, lists)
    return book


def _prepare(page: Worksheet, sheet: Sheet, lists: Worksheet) -> None:
    page.freeze_panes = "B2"
    _fit_to_width(page)
    for number, column in enumerate(sheet.columns, 1):
        letter = get_column_letter(number)
        _head(_cell(page, 1, number), column)
        page.column_dimensions[letter].width = column.width
        if column.kind in ("text", "texts"):
            page.column_dimensions[letter].number_format = "@"
        if words := _words(column):
            _drop_down(page, letter, _list_address(lists, words))


def _fit_to_width(page: Worksheet) -> None:
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _head(cell: Cell, column: Column) -> None:
    cell.value = column.title
    cell.font = Font(bold=column.required)
    cell.fill = _HEAD
    cell.alignment = _WRAPPED
    note = Comment(column.note, "Дозор")
    note.width, note.height = 320, 90
    cell.comment = note


def _words(column: Column) -> tuple[str, ...]:
    if column.kind == "bool":
        words = described()["words"]
        return words["yes"], words["no"]
    return tuple((column.choices or {}).values())


def _drop_down(page: Worksheet, letter: str, words: str) -> None:
    rule = DataValidation(type="list", formula1=words, allow_blank=True)
    rule.errorTitle, rule.error = page.title, described()["words"]["choose"]
    rule.add(f"{letter}2:{letter}{_LAST_ROW}")
    page.add_data_validation(rule)


def _list_address(lists: Worksheet, words: tuple[str, ...]) -> str:
    """The address of the words on the hidden sheet: a rule itself may hold 255 characters only."""
    letter = get_column_letter(_column_of(lists, words))
    return f"'{lists.title}'!${letter}$1:${letter}${len(words)}"


def _column_of(lists: Worksheet, words: tuple[str, ...]) -> int:
    width = lists.max_column if lists.cell(1, 1).value else 0
    for column in range(1, width + 1):
        if tuple(lists.cell(row, column).value for row in range(1, len(words) + 1)) == words:
            return column
    for row, word in enumerate(words, 1):
        lists.cell(row, width + 1).value = word
    return width + 1


def _finish(book: Workbook) -> None:
    """Each row as high as its text, and each list as long as the sheet: LibreOffice needs both.

    A row without a height stays one line high in it. And it cuts the rules of a sheet off a
    thousand rows below the last cell that holds anything: hence the note in the last row, which
    nobody prints.
    """
    for page in book.worksheets:
        for number, cells in enumerate(page.iter_rows(), 1):
            page.row_dimensions[number].height = _height(page, cells)
    for sheet in sheets():
        note = Comment(described()["words"]["last_row"], "Дозор")
        _cell(book[sheet.title], _LAST_ROW, 1).comment = note


def _height(page: Worksheet, cells: Iterable[Any]) -> float:
    highest = max((_lines(page, cell) * _line(cell) for cell in cells), default=_LINE)
    return min(highest, _TALLEST)


def _line(cell: Any) -> float:
    return _LINE * max(1.0, float(cell.font.size or _SIZE) / _SIZE)


def _lines(page: Worksheet, cell: Any) -> int:
    """How many lines its words fill; bold and large ones are wider."""
    scale = float(cell.font.size or _SIZE) / _SIZE * (1.15 if cell.font.bold else 1.05)
    width = max(1, int(page.column_dimensions[cell.column_letter].width / scale))
    paragraphs = str("" if cell.value is None else cell.value).split("\n")
    return sum(max(1, len(wrap(line, width))) for line in paragraphs)


def _help(book: Workbook) -> None:
    page = book.create_sheet(described()["help"]["title"])
    _fit_to_width(page)
    page.column_dimensions["A"].width = 95
    for row, line in enumerate(described()["help"]["lines"], 1):
        cell = page.cell(row, 1)
        cell.value = line
        cell.alignment = _WRAPPED
        cell.font = Font(bold=row == 1, size=14 if row == 1 else 11)
