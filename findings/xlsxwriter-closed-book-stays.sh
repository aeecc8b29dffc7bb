#!/bin/sh
# 2026-12-01. xlsxwriter 3.3.1, Python 3.11.
#
# Expected: with `constant_memory` a book holds one row at a time, and what it needed is gone once it is closed and no
#   name stands for it any more.
# Happens: links are not rows: all of a sheet's are held until the end. And a book and its sheets hold each other (a
#   sheet keeps a bound method of its book), so that after `close()` everything stays until the cycle is searched for;
#   Python looks through old objects only once they have grown by a quarter, so a second book is made beside the first.
# Why an auditor of pages cares: a region's workbook has 20,000 addresses a sheet, and a night writes it twice, once as
#   a file and once for the letter: 290 MB of a process that else held 380. Clearing the list that `worksheets()` gives
#   and `sheetnames` lets go of all at once.
# Exit status: 0 as stated here, 1 changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check xlsxwriter==3.3.1
"$place/venv/bin/python" - <<'PYTHON'
import gc
import io
import sys
import tracemalloc

from xlsxwriter import Workbook

SHEETS, LINKS = 3, 20_000


def kept_after_a_book(*, cleared: bool) -> float:
    """Megabytes that are still held when the book is closed and nobody names it."""
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    with Workbook(io.BytesIO(), {"constant_memory": True}) as book:
        for number in range(SHEETS):
            sheet = book.add_worksheet(f"town {number}")
            for row in range(LINKS):
                sheet.write_url(row, 0, f"https://vk.example/club{number}{row}")
    if cleared:
        book.worksheets().clear()
        book.sheetnames.clear()
    del book, sheet
    return (tracemalloc.get_traced_memory()[0] - before) / 1e6


gc.disable()  # as between two searches through old objects
tracemalloc.start()
kept, cleared = kept_after_a_book(cleared=False), kept_after_a_book(cleared=True)
gc.collect()
print(f"{SHEETS} sheets of {LINKS:,} links, closed and forgotten: {kept:.0f} MB are held")
print(f"its sheets cleared as well: {cleared:.1f} MB")
sys.exit(0 if kept > 10 and cleared < 1 else 1)
PYTHON
