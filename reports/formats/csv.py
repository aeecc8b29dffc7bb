"""The findings as one CSV file: UTF-8 with a mark of it, semicolons, one finding a line.

A cell that begins with = + - @ (or their full-width twins) gets an apostrophe before it, as
a spreadsheet would compute it otherwise. Whoever reads the file with a program takes that one
apostrophe off where such a sign follows it. Tabs and line ends become spaces.
"""

from __future__ import annotations

import csv
import io
from datetime import date

from reports.model import Format, Rendered, Report
from reports.tables import Sheet, Value, flat, sheets

DANGEROUS = frozenset("=+-@＝＋－＠")


def render_csv(report: Report) -> Rendered:
    return Rendered(written(sheets(report)[0]))


def written(sheet: Sheet) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(column.title for column in sheet.columns)
    writer.writerows([plain(row.get(column.key)) for column in sheet.columns] for row in sheet.rows)
    return text.getvalue().encode("utf-8-sig")


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
