"""Sheets as the bytes of an XLSX file: plain values only, and always the same bytes.

A text that begins with «=», «+», «-» or «@» is written as text with the text format, so that no
program computes it, neither now nor after somebody has edited the cell.

A region has more than a million cells, and most of them repeat a few thousand texts. The library
words each cell anew; `Page` words a text once and writes a row at a time, which takes a third of
the time. All else (styles, panes, filters, links, packing) is the library's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

import idna
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from reports.cell_styles import DEFAULT, PLAIN, Looks, is_bold, kind_of
from reports.model import Streamed
from reports.tables import Column, Row, Sheet, Value, flat
from reports.templating import is_safe
from reports.wrapping import REMEMBERED, height, lines_of

LONGEST_TEXT = 32_000  # Excel refuses a cell of more than 32 767 characters
LONGEST_LINK = 2_000  # and an address of more than 2 079
LONGEST_HEADING = 120  # and a page's head of more than 255
PIECE = 1_000_000  # bytes
MOST_LINKS = 20_000  # and 65 530 links a sheet; every address is there as text as well
UNCHANGED = "/%:@!$&'()*+,;=?-._~"  # of what follows a host
PAPERS = {"A4": 9, "A3": 8}
MARGINS = {"left": 0.4, "right": 0.4, "top": 0.65, "bottom": 0.55}  # inches
_PLAIN = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
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
    book = Workbook(packed, _options())
    try:
        with book:
            made = made_at.astimezone(UTC).replace(tzinfo=None)
            book.set_properties({"author": "Dozor", "created": made})
            looks = Looks(book)
            for sheet in sheets:
                _write(book.add_worksheet(sheet.title, RowSheet), sheet, looks)
    finally:
        _forget(book)


def _forget(book: Workbook) -> None:
    """A book and its sheets point to each other: the links of a region, 100 MB, would stay until
    somebody searches for garbage, and the letter makes the same book again."""
    book.worksheets().clear()
    book.sheetnames.clear()


def _options() -> dict[str, Any]:
    """Anew for each book: the library writes into what it is given."""
    return {**_PLAIN, "default_format_properties": dict(DEFAULT)}


class RowSheet(Worksheet):  # type: ignore[misc]  # the library has no types
    """A sheet that takes whole rows: xlsxwriter's `constant_memory` sheet, whose row file `fh` we
    write ourselves."""

    def line(self, number: int, cells: Iterable[str], width: int, high: int) -> None:
        """Finished cells of one row; rows come in order, from 0 on."""
        self._check_dimensions(number, 0)
        self._check_dimensions(number, width - 1)
        self.fh.write(f'<row r="{number + 1}" ht="{high}">{"".join(cells)}</row>')

    def link(self, at: tuple[int, int], address: str) -> None:
        """Register the address; its cell is written with the row, so the library's is dropped."""
        self.write_url(*at, address, None, "-")
        self.table.clear()


def _write(page: RowSheet, sheet: Sheet, looks: Looks) -> None:
    """Row by row: what is written is no longer kept in memory."""
    letters = [xl_col_to_name(place) for place in range(len(sheet.columns))]
    page.line(0, _head(sheet.columns, letters, looks), len(letters), _head_height(sheet.columns))
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
    number, before = 0, None
    for number, row in enumerate(sheet.rows, 1):
        begins = sheet.group != "" and row.get(sheet.group) != before
        before = row.get(sheet.group)
        line = SheetLine(number, row, is_ruled=begins and number > 1)
        cells = _cells(page, line, sheet.columns, letters, looks)
        page.line(number, cells, len(letters), _height(sheet.columns, row))
    _lay_out(page, sheet, number)


def _lay_out(page: RowSheet, sheet: Sheet, last: int) -> None:
    """What stays in sight, and what of it comes on paper: all columns of a sheet abreast."""
    page.freeze_panes(1, sheet.frozen)
    page.autofilter(0, 0, last, len(sheet.columns) - 1)
    page.set_landscape()
    page.set_paper(PAPERS[sheet.paper])
    page.set_margins(**MARGINS)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.hide_gridlines(0)
    page.print_area(0, 0, last, (sheet.printed or len(sheet.columns)) - 1)
    page.set_header(f"&L&9{_printable(sheet.heading)}&R&9{_printable(sheet.title)}")
    page.set_footer("&R&9&P / &N")


def _printable(text: str) -> str:
    """An ampersand begins a command of the head of a page."""
    return flat(text)[:LONGEST_HEADING].replace("&", "&&")


def _head(columns: Iterable[Column], letters: Iterable[str], looks: Looks) -> Iterator[str]:
    for letter, column in zip(letters, columns, strict=True):
        yield f'<c r="{letter}1"{looks.heading}{_inline(column.title)}'


def _head_height(columns: Iterable[Column]) -> int:
    return height(max(lines_of(one.title, one.width, is_bold=True) for one in columns))


def _height(columns: Iterable[Column], row: Row) -> int:
    """Points, by the cell that wraps most."""
    most = 1
    for column in columns:
        value = row.get(column.key)
        if isinstance(value, str) and len(value) > column.width // 2:
            bold = is_bold(_tint(column, row, value))
            most = max(most, lines_of(_text(value), column.width, is_bold=bold))
    return height(most)


class SheetLine(NamedTuple):
    number: int
    row: Row
    is_ruled: bool  # it begins a group


def _cells(
    page: RowSheet, line: SheetLine, columns: Sequence[Column], letters: Sequence[str], looks: Looks
) -> Iterator[str]:
    number, row, is_ruled = line
    for place, (column, letter) in enumerate(zip(columns, letters, strict=True)):
        value = row.get(column.key)
        at = f'<c r="{letter}{number + 1}"'
        if value is None or value == "":
            if is_ruled:
                yield f"{at}{looks.of('text', PLAIN, is_ruled)}/>"
            continue
        target = _target(value) if column.link and number <= MOST_LINKS else None
        if target:
            page.link((number, place), target)
        kind = kind_of(value, is_link=target is not None)
        yield f"{at}{looks.of(kind, _tint(column, row, value), is_ruled)}{_content(value)}"


def _tint(column: Column, row: Row, value: Value) -> str:
    """Of a count that of its mark; of others what the row says."""
    if column.mark:
        return column.mark if value else "none"
    return str(row.get(column.tint) or PLAIN) if column.tint else PLAIN


def _content(value: Value) -> str:
    if isinstance(value, str):
        return _inline(value)
    return f"><v>{_serial(value) if isinstance(value, date) else value:d}</v></c>"


def _target(value: Value) -> str | None:
    """An address as every program follows it: the host in punycode, other signs by their bytes.

    None: it is not to be followed.
    """
    if not isinstance(value, str) or len(value) > LONGEST_LINK or not is_safe(value):
        return None
    target = value if value.isascii() else _in_ascii(value)
    return target if target and len(target) <= LONGEST_LINK else None


def _in_ascii(address: str) -> str | None:
    parts = urlsplit(address)
    try:
        host = idna.encode(parts.hostname or "", uts46=True).decode()
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # idna's errors are ValueErrors
        return None
    path, query = (quote(part, safe=UNCHANGED) for part in (parts.path, parts.query))
    fragment = quote(parts.fragment, safe=UNCHANGED)
    return urlunsplit((parts.scheme, host + port, path, query, fragment))


def _serial(value: date) -> int:
    """Days as a spreadsheet counts them, its false 29 February 1900 included."""
    return (value - DAY_ZERO).days


@lru_cache(maxsize=REMEMBERED)
def _inline(value: str) -> str:
    """The rest of a cell with text; the library knows which signs a cell must not hold bare."""
    shown = _WORDING._escape_control_characters(_text(value))
    return f' t="inlineStr"><is><t>{_WORDING._escape_data(shown)}</t></is></c>'


def _text(value: str) -> str:
    """One line without control signs, short enough for a cell."""
    shown = flat(value)
    return shown if len(shown) <= LONGEST_TEXT else f"{shown[:LONGEST_TEXT]}…"
