"""Sheets as the bytes of an XLSX file: plain values only, and always the same bytes.

A text that begins with «=», «+», «-» or «@» is written as text with the text format, so that no
program computes it, neither now nor after somebody has edited the cell.

A region has more than a million cells, and most of them repeat a few thousand texts. The library
words each cell anew; `Page` words a text once and writes a row at a time, which takes a third of
the time. All else (styles, panes, filters, links, packing) is the library's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from math import ceil
from tempfile import TemporaryFile
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from reports.model import Streamed
from reports.tables import Column, Sheet, Value, flat
from reports.templating import is_safe

LONGEST_TEXT = 32_000  # Excel refuses a cell of more than 32 767 characters
LONGEST_LINK = 2_000  # and an address of more than 2 079
LINE, TALLEST = 15, 405  # points; Excel refuses a row of more than 409
PIECE = 1_000_000  # bytes
CROWDED = 1.2  # signs that wrap as one does where words end early and letters are wide
MOST_LINKS = 20_000  # and 65 530 links a sheet; every address is there as text as well
_PLAIN = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_TOP = {"valign": "top", "text_wrap": True}
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "heading": {"bold": True, "bg_color": "#DCE6F1"},
    "text": {"num_format": "@"},
    "link": {"num_format": "@", "font_color": "#0B5394", "underline": 1},
    "day": {"num_format": "dd.mm.yyyy"},
    "number": {"num_format": "0"},
}
Styles = Mapping[str, Format]
DAY_ZERO = date(1899, 12, 30)
_WORDING = Worksheet()


def streamed(sheets: Callable[[], Iterable[Sheet]], made_at: datetime) -> Streamed:
    return Streamed(lambda: pieces(sheets(), made_at))


def workbook(sheets: Iterable[Sheet], made_at: datetime) -> bytes:
    """`made_at` goes into the properties; the same sheets give the same bytes."""
    return b"".join(pieces(sheets, made_at))


def pieces(sheets: Iterable[Sheet], made_at: datetime) -> Iterator[bytes]:
    """Packed on the disk first: the list of what is in the file stands at its end."""
    with TemporaryFile() as packed:
        _pack(packed, sheets, made_at)
        packed.seek(0)
        yield from iter(partial(packed.read, PIECE), b"")


def _pack(packed: IO[bytes], sheets: Iterable[Sheet], made_at: datetime) -> None:
    with Workbook(packed, _PLAIN) as book:
        made = made_at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"author": "Dozor", "created": made})
        styles = {name: book.add_format(_TOP | dict(one)) for name, one in _STYLES.items()}
        for sheet in sheets:
            _write(book.add_worksheet(sheet.title, Page), sheet, styles)


class Page(Worksheet):  # type: ignore[misc]  # the library has no types
    """A sheet that takes whole rows: xlsxwriter's `constant_memory` sheet, whose row file `fh` we
    write ourselves."""

    def line(self, number: int, cells: Iterable[str], width: int, height: int) -> None:
        """Finished cells of one row; rows come in order, from 0 on.

        A row without a height stays one line high in LibreOffice, whatever wraps in it.
        """
        self._check_dimensions(number, 0)
        self._check_dimensions(number, width - 1)
        high = f' ht="{height}"' if height > LINE else ""
        self.fh.write(f'<row r="{number + 1}"{high}>{"".join(cells)}</row>')

    def link(self, at: tuple[int, int], address: str) -> None:
        """Register the address; its cell is written with the row, so the library's is dropped."""
        self.write_url(*at, address, None, "-")
        self.table.clear()


def _write(page: Page, sheet: Sheet, styles: Styles) -> None:
    """Row by row: what is written is no longer kept in memory."""
    page.freeze_panes(1, 0)
    letters = [xl_col_to_name(place) for place in range(len(sheet.columns))]
    head = [
        f'<c r="{letter}1"{_style(styles["heading"])}{_inline(column.title)}'
        for letter, column in zip(letters, sheet.columns, strict=True)
    ]
    titles = {column.key: column.title for column in sheet.columns}
    page.line(0, head, len(letters), _height(sheet.columns, titles))
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
    marks = {name: _style(style) for name, style in styles.items()}
    number = 0
    for number, row in enumerate(sheet.rows, 1):
        cells = _cells(page, number, sheet.columns, letters, row, marks)
        page.line(number, cells, len(letters), _height(sheet.columns, row))
    page.autofilter(0, 0, number, len(sheet.columns) - 1)


def _height(columns: Iterable[Column], row: Mapping[str, Value]) -> int:
    """Points, by the cell that wraps most; estimated, as no font is known here."""
    most = 0.0
    for column in columns:
        value = row.get(column.key)
        if isinstance(value, str) and len(value) > most * column.width:
            most = len(value) / column.width
    return min(LINE * ceil(CROWDED * most), TALLEST)


def _style(style: Format) -> str:
    return f' s="{style._get_xf_index()}"'


def _cells(
    page: Page,
    number: int,
    columns: Iterable[Column],
    letters: Iterable[str],
    row: Mapping[str, Value],
    marks: Mapping[str, str],
) -> Iterator[str]:
    for place, (column, letter) in enumerate(zip(columns, letters, strict=True)):
        value = row.get(column.key)
        if value is None or value == "":
            continue
        if isinstance(value, str):
            is_link = column.link and _is_followed(number, value)
            if is_link:
                page.link((number, place), value)
            mark = marks["link" if is_link else "text"]
            yield f'<c r="{letter}{number + 1}"{mark}{_inline(value)}'
        elif isinstance(value, date):
            yield f'<c r="{letter}{number + 1}"{marks["day"]}><v>{_serial(value)}</v></c>'
        else:
            yield f'<c r="{letter}{number + 1}"{marks["number"]}><v>{value:d}</v></c>'


def _is_followed(number: int, value: str) -> bool:
    return number <= MOST_LINKS and len(value) <= LONGEST_LINK and is_safe(value)


def _serial(value: date) -> int:
    """Days as a spreadsheet counts them, its false 29 February 1900 included."""
    return (value - DAY_ZERO).days


@lru_cache(maxsize=20_000)
def _inline(value: str) -> str:
    """The rest of a cell with text; the library knows which signs a cell must not hold bare."""
    shown = _WORDING._escape_control_characters(_text(value))
    return f' t="inlineStr"><is><t>{_WORDING._escape_data(shown)}</t></is></c>'


def _text(value: str) -> str:
    """One line without control signs, short enough for a cell."""
    shown = flat(value)
    return shown if len(shown) <= LONGEST_TEXT else f"{shown[:LONGEST_TEXT]}…"
