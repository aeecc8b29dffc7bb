"""Spreadsheets of strangers: XLSX and CSV as plain rows, within limits.

Nothing is computed or followed: a formula is told as such, macros and links to other files are
left unread.
"""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from collectors.text import normalised
from monitor.registry.faults import Problem, RegistryError, fault
from monitor.registry.files import unreadable
from monitor.registry.grid import Cells, Content, Grid, Place
from monitor.registry.titles import HEADER_WITHIN, is_title
from monitor.registry.xlsx import Area, Book, BookError, XlsxSheet, linked, unescape_text

MAX_BYTES = 20_000_000
MAX_UNPACKED = 200_000_000
MAX_PARTS = 2_000
MAX_ROWS = 50_000
MAX_COLUMNS = 200
_MAX_ROW_NUMBER = 200_000  # rows that are formatted and empty count here
_MAX_SPREAD = 2_000_000  # cells under merges and links of several cells
_SEPARATORS = ";\t,|"
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|table|meta|head|body)", re.I)
_AS_TEXT = re.compile(r'="([^"]*)"')  # by which Excel is kept from rounding a number

Row = tuple[int, Cells]


def grids(path: Path) -> list[Grid]:
    """Every sheet of a file; RegistryError with what is wrong with the file as a whole."""
    content = _content(path)
    if content[:4] == b"PK\x03\x04":
        return _workbook(path, content)
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise _refusal(path, "not_a_workbook", reason="это старый формат XLS или файл с паролем")
    if _MARKUP.match(content):
        raise _refusal(
            path, "not_a_workbook", reason="это веб-страница или XML, как бы ни звался файл"
        )
    return [_text_table(path, content)]


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _refusal(path, "no_table") from None
    except OSError as error:
        raise RegistryError([fault(path, 1, unreadable(error))]) from None
    if len(content) > MAX_BYTES:
        raise _refusal(path, "too_large", limit=MAX_BYTES // 1_000_000)
    return content


def _refusal(
    path: Path, code: str, row: int = 1, sheet: str | None = None, **about: object
) -> RegistryError:
    return RegistryError([fault(path, row, Problem((), code, about), sheet=sheet)])


# --- XLSX ---------------------------------------------------------------------------------------


def _workbook(path: Path, content: bytes) -> list[Grid]:
    title = None
    found = []
    try:
        book = Book(content)
        _weigh(path, book)
        for page in book.sheets():
            title = page.title
            found.append(_sheet(path, page))
    except BookError as error:
        raise _refusal(path, "not_a_workbook", sheet=title, reason=str(error)) from error
    return found


def _weigh(path: Path, book: Book) -> None:
    """Refuse what would not fit into memory."""
    parts = book.parts()
    if sum(part.file_size for part in parts) > MAX_UNPACKED or len(parts) > MAX_PARTS:
        raise _refusal(path, "bomb", limit=MAX_UNPACKED // 1_000_000)


def _sheet(path: Path, page: XlsxSheet) -> Grid:
    rows = list(_filled_rows(path, page.rows(MAX_COLUMNS), page.title))
    spread = sum(_within(rows, area) for area in [*page.merged, *(one for one, _ in page.links)])
    if spread > _MAX_SPREAD:
        raise _refusal(path, "too_many_merged", sheet=page.title)
    goes_on = _spread_merged(rows, page.merged)
    links = dict(_links(rows, page))
    for place in sorted(goes_on):  # the row above has its link already
        if link := links.get((_row_above(rows, place[0]), place[1])):
            links[place] = link
    return Grid(page.title, _without_empty(rows), links, frozenset(goes_on))


def _spread_merged(rows: list[Row], merged: Iterable[Area]) -> set[Place]:
    """A merged cell says the same in each of its rows; what is hidden beneath it is nobody's."""
    goes_on: set[Place] = set()
    for area in (one for one in merged if one[2] < MAX_COLUMNS):
        top, _, left, right = area
        said: Content = None
        for index in _of(rows, area):
            number, cells = rows[index]
            if number == top:
                said = cells[left] if left < len(cells) else None
            elif said is not None:
                goes_on.add((number, left))
            rows[index] = (number, _cover(cells, left, right, said))
    return goes_on


def _cover(cells: Cells, left: int, right: int, said: Content) -> Cells:
    width = max(len(cells), left + 1)
    whole = [*cells, *[None] * (width - len(cells))]
    whole[left : right + 1] = [said, *[None] * (min(right + 1, width) - left - 1)]
    return tuple(whole)


def _links(rows: Sequence[Row], page: XlsxSheet) -> Iterator[tuple[Place, str]]:
    for area, address in page.links:
        for index in _of(rows, area):
            for column in range(area[2], min(area[3], MAX_COLUMNS) + 1):
                yield (rows[index][0], column), address


def _of(rows: Sequence[Row], area: Area) -> range:
    """Indexes of the rows of an area."""
    first = bisect_left(rows, area[0], key=lambda row: row[0])
    return range(first, bisect_right(rows, area[1], key=lambda row: row[0]))


def _within(rows: Sequence[Row], area: Area) -> int:
    """How many cells of these rows the area covers."""
    return len(_of(rows, area)) * max(0, min(area[3], MAX_COLUMNS) - area[2] + 1)


def _row_above(rows: Sequence[Row], number: int) -> int:
    """The number of the last row above, empty ones left out; of the first row its own."""
    return rows[max(bisect_left(rows, number, key=lambda row: row[0]) - 1, 0)][0]


def _without_empty(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(row for row in rows if any(cell is not None for cell in row[1]))


# --- CSV ----------------------------------------------------------------------------------------


def _text_table(path: Path, content: bytes) -> Grid:
    text = unescape_text(normalised(_decode(path, content)))
    separator = _separator(text)
    links: dict[Place, str] = {}
    rows = enumerate(_records(path, text, separator), 1)
    contents = ((number, _cells_of(row, number, links)) for number, row in rows)
    return Grid(None, tuple(_filled_rows(path, contents)), links)


def _records(path: Path, text: str, separator: str) -> Iterator[list[str]]:
    """A quotation mark that nobody closes would take the rows below into its cell, in silence."""
    is_strict = _is_well_quoted(text, separator)
    width = max(map(len, _first_rows(text, separator)), default=0)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for number, row in enumerate(map(_without_blanks, rows), 1):
            if len(row) > MAX_COLUMNS:
                raise _refusal(path, "too_many_columns", number, limit=MAX_COLUMNS)
            if not is_strict and any(_took_a_row(cell, separator, width) for cell in row):
                raise _refusal(path, "open_quote", number)
            yield row
    except csv.Error:
        raise _refusal(path, "open_quote", rows.line_num) from None


def _without_blanks(row: list[str]) -> list[str]:
    """Without the empty cells at its end, of which a line of separators has millions."""
    while row and not row[-1].strip():
        row.pop()
    return row


def _is_well_quoted(text: str, separator: str) -> bool:
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            pass
    except csv.Error:
        return False
    return True


def _took_a_row(cell: str, separator: str, width: int) -> bool:
    lines = cell.splitlines()
    return len(lines) > 1 and max(line.count(separator) for line in lines) >= max(1, width - 3)


def _cells_of(row: Sequence[str], number: int, links: dict[Place, str]) -> Cells:
    """`links` grows by the formulas of links."""
    cells: list[Content] = []
    for place, written in enumerate(row):
        as_text = _AS_TEXT.fullmatch(written)
        cell = as_text[1] if as_text else written
        found = linked(cell) if cell.startswith("=") else None
        if found:
            links[number, place] = found[0]
        shown = found[1] if found else cell
        cells.append(shown if shown.strip() else None)
    return tuple(cells)


def _separator(text: str) -> str:
    """By which most of the titles of columns are found that we know, else most rows look alike.

    The first line may be a title with commas of its own, and so may be addresses and shares.
    """
    return max(_SEPARATORS, key=lambda separator: _likeness(_first_rows(text, separator)))


def _first_rows(text: str, separator: str) -> list[list[str]]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        return [row[:MAX_COLUMNS] for row in islice(rows, HEADER_WITHIN)]
    except csv.Error:
        return []


def _likeness(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    known = max((sum(map(is_title, row)) for row in rows), default=0)
    widths = [len(row) for row in rows if len(row) > 1]
    return known, max(map(widths.count, widths), default=0)


def _decode(path: Path, content: bytes) -> str:
    """«Текст Юникод» of Excel is UTF-16; other programs write it without its mark."""
    if coding := _utf_16(content):
        try:
            return content.decode(coding)
        except UnicodeDecodeError:
            raise _refusal(path, "not_a_workbook", reason="текст в UTF-16 повреждён") from None
    if b"\0" in content[:10_000]:
        raise _refusal(path, "not_a_workbook", reason="это двоичный файл")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("windows-1251", errors="replace")


def _utf_16(content: bytes) -> str | None:
    """By its mark; else by figures and separators, every second byte of which is nought."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = content[:10_000:2].count(0), content[1:10_000:2].count(0)
    if max(even, odd) > 10 * min(even, odd):
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


# --- both ---------------------------------------------------------------------------------------


def _filled_rows(path: Path, rows: Iterable[Row], sheet: str | None = None) -> Iterator[Row]:
    """Rows that hold anything; RegistryError when there are too many."""
    told = 0
    for number, row in rows:
        if len(row) > MAX_COLUMNS and any(cell is not None for cell in row[MAX_COLUMNS:]):
            raise _refusal(path, "too_many_columns", number, sheet, limit=MAX_COLUMNS)
        if any(cell is not None for cell in row):
            told += 1
            yield number, row
        if told > MAX_ROWS + 1 or number > _MAX_ROW_NUMBER:
            raise _refusal(path, "too_many_rows", number, sheet, limit=MAX_ROWS)
