"""Spreadsheets of strangers: XLSX and CSV as plain rows, within limits.

Nothing is computed or followed: a formula is told as such, macros and links to other files are
left unread.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.read_only import EMPTY_CELL

from monitor.registry.faults import Problem, RegistryError, fault
from monitor.registry.files import unreadable

MAX_BYTES = 20_000_000
MAX_UNPACKED = 200_000_000
MAX_PARTS = 2_000
MAX_ROWS = 50_000
MAX_COLUMNS = 200
_PROLOG = 1_000_000  # bytes of a part before its first element, padded by whoever means harm
_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_MAX_ROW_NUMBER = 200_000  # rows that are formatted and empty count here

Value = str | int | float | bool | date | None


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that holds no value but a way to compute one."""

    text: str


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that Excel itself could not compute: «#REF!»."""

    text: str


Content = Value | Formula | CellError


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: its title (None for CSV) and the rows that hold anything, the header too."""

    title: str | None
    rows: tuple[tuple[int, tuple[Content, ...]], ...]  # row number as the program shows it


def grids(path: Path) -> list[Grid]:
    """Every sheet of a file; RegistryError with what is wrong with the file as a whole."""
    content = _content(path)
    if content[:4] == b"PK\x03\x04":
        return _workbook(path, content)
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise _refused(path, "not_a_workbook", reason="это старый формат XLS или файл с паролем")
    return [_text_table(path, content)]


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _refused(path, "no_file") from None
    except OSError as error:
        raise RegistryError([fault(path, 1, unreadable(error))]) from None
    if len(content) > MAX_BYTES:
        raise _refused(path, "too_large", limit=MAX_BYTES // 1_000_000)
    return content


def _refused(path: Path, code: str, **about: object) -> RegistryError:
    return RegistryError([fault(path, 1, Problem((), code, about))])


# --- XLSX ---------------------------------------------------------------------------------------


def _workbook(path: Path, content: bytes) -> list[Grid]:
    _inspect(path, content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        return [_sheet(path, page) for page in book.worksheets]
    except RegistryError:
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise on a broken file
        raise _refused(path, "not_a_workbook", reason=type(error).__name__) from error


def _inspect(path: Path, content: bytes) -> None:
    """Refuse what would not fit into memory, and XML that defines things of its own."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if sum(part.file_size for part in parts) > MAX_UNPACKED or len(parts) > MAX_PARTS:
                raise _refused(path, "bomb", limit=MAX_UNPACKED // 1_000_000)
            for part in parts:
                with packed.open(part) as file:
                    prolog = file.read(_PROLOG)
                    if any(told in prolog for told in _DOCTYPES):
                        raise _refused(path, "not_a_workbook", reason="в ней есть DOCTYPE")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise _refused(path, "not_a_workbook", reason="файл повреждён") from error


def _sheet(path: Path, page: Any) -> Grid:
    """The size that a sheet tells of itself is often wrong, and a stranger's may be a trap."""
    page.reset_dimensions()
    rows = page.iter_rows(max_col=MAX_COLUMNS + 1)
    return _grid(path, page.title, map(_contents, rows))


def _contents(row: tuple[object, ...]) -> tuple[Content, ...]:
    """Empty rows are told by the hundred thousand: they are passed over without a look."""
    is_empty = set(map(id, row)) <= {id(EMPTY_CELL)}
    return () if is_empty else tuple(map(_cell_content, row))


def _cell_content(cell: object) -> Content:
    if cell is EMPTY_CELL:
        return None
    value = getattr(cell, "value", None)
    kind = getattr(cell, "data_type", None)
    if kind == "f":
        return Formula(str(value))
    if kind == "e":
        return CellError(str(value))
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str | int | float | bool | date) or value is None:
        return None if isinstance(value, str) and not value.strip() else value
    return str(value)


# --- CSV ----------------------------------------------------------------------------------------


def _text_table(path: Path, content: bytes) -> Grid:
    text = _decoded(path, content)
    first = text.partition("\n")[0]
    separator = max(";,\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        contents = [tuple(cell if cell.strip() else None for cell in row) for row in rows]
    except csv.Error as error:
        raise _refused(path, "not_a_workbook", reason=str(error)) from None
    return _grid(path, None, contents)


def _decoded(path: Path, content: bytes) -> str:
    if b"\0" in content[:10_000]:
        raise _refused(path, "not_a_workbook", reason="это двоичный файл")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("windows-1251", errors="replace")


# --- both ---------------------------------------------------------------------------------------


def _grid(path: Path, title: str | None, contents: Iterable[tuple[Content, ...]]) -> Grid:
    return Grid(title, tuple(_filled(path, contents)))


def _filled(
    path: Path, contents: Iterable[tuple[Content, ...]]
) -> Iterator[tuple[int, tuple[Content, ...]]]:
    """Rows that hold anything, numbered from one; RegistryError when there are too many."""
    told = 0
    for number, row in enumerate(contents, 1):
        if len(row) > MAX_COLUMNS and any(cell is not None for cell in row[MAX_COLUMNS:]):
            raise _refused(path, "too_many_columns", limit=MAX_COLUMNS)
        if any(cell is not None for cell in row):
            told += 1
            yield number, row
        if told > MAX_ROWS + 1 or number > _MAX_ROW_NUMBER:
            raise _refused(path, "too_many_rows", limit=MAX_ROWS)
