"""Sheets as the bytes of an XLSX file: plain values only, and always the same bytes.

A text that begins with «=», «+», «-» or «@» is written as text with the text format, so that no
program computes it, neither now nor after somebody has edited the cell.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports.tables import Column, Sheet, Value, flat
from reports.templating import is_safe

LONGEST_TEXT = 32_000  # Excel refuses a cell of more than 32 767 characters
LONGEST_LINK = 2_000  # and an address of more than 2 079
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


def workbook(sheets: tuple[Sheet, ...], made_at: datetime) -> bytes:
    """`made_at` goes into the properties; the same sheets give the same bytes."""
    packed = io.BytesIO()
    with Workbook(packed, _PLAIN) as book:
        made = made_at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"author": "Dozor", "created": made})
        styles = {name: book.add_format(_TOP | dict(one)) for name, one in _STYLES.items()}
        for sheet in sheets:
            _write(book.add_worksheet(sheet.title), sheet, styles)
    return packed.getvalue()


def _write(page: Worksheet, sheet: Sheet, styles: Styles) -> None:
    """Row by row: what is written is no longer kept in memory."""
    page.freeze_panes(1, 0)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
        page.write_string(0, place, column.title, styles["heading"])
    number = 0
    for number, row in enumerate(sheet.rows, 1):
        for place, column in enumerate(sheet.columns):
            _fill(page, (number, place), column, row.get(column.key), styles)
    page.autofilter(0, 0, number, len(sheet.columns) - 1)


def _fill(
    page: Worksheet, at: tuple[int, int], column: Column, value: Value, styles: Styles
) -> None:
    if value is None or value == "":
        return
    if isinstance(value, date):
        page.write_datetime(*at, value, styles["day"])
    elif isinstance(value, int):
        page.write_number(*at, value, styles["number"])
    elif column.link and at[0] <= MOST_LINKS and len(value) <= LONGEST_LINK and is_safe(value):
        page.write_url(*at, value, styles["link"], string=_text(value))
    else:
        page.write_string(*at, _text(value), styles["text"])


def _text(value: str) -> str:
    """One line without control signs, short enough for a cell."""
    shown = flat(value)
    return shown if len(shown) <= LONGEST_TEXT else f"{shown[:LONGEST_TEXT]}…"
