"""The findings as one CSV file: UTF-8 with a mark of it, semicolons, one finding a line.

A cell that begins with = + - @ (or their full-width twins) gets an apostrophe before it, as
a spreadsheet would compute it otherwise. Whoever reads the file with a program takes that one
apostrophe off where such a sign follows it. Tabs and line ends become spaces.
"""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from reports.model import Format, Report, Streamed
from reports.tables import Sheet, Value, findings_sheet, flat

AT_ONCE = 100_000  # signs
DANGEROUS = frozenset("=+-@＝＋－＠")


def render_csv(report: Report) -> Streamed:
    return written(partial(findings_sheet, report))


def written(sheet: Callable[[], Sheet]) -> Streamed:
    return Streamed(lambda: lines(sheet()))


def lines(sheet: Sheet) -> Iterator[bytes]:
    """Some at a time: so much work is little beside writing each alone."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(column.title for column in sheet.columns)
    yield BOM_UTF8
    for row in sheet.rows:
        writer.writerow(plain(row.get(column.key)) for column in sheet.columns)
        if text.tell() > AT_ONCE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def plain(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, int):
        return str(value)
    shown = flat(value)
    return f"'{shown}" if shown[:1] in DANGEROUS else shown


FORMAT = Format(slug="csv", suffix=".csv", title="таблица CSV", render=render_csv)
