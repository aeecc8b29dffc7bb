"""The workbook and the CSV, read back with the programs that read such files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from xlsxwriter import Workbook as XlsxWorkbook

from reports.formats import csv as csv_format
from reports.formats import xlsx
from reports.model import Report
from reports.tables import Column, Row, Sheet, sheets
from reports.workbook import _text, workbook
from tests.cast import NOW, SCHOOL
from tests.reports.town import HOSTILE, REPORT, TWO_TOWNS

SHEETS = ["Сделать", "выводы", "учреждения", "страницы", "записи", "требования", "о проверке"]
TRAPS = ["=1+1", "+7 38250", "-2", "@SUM(A1)", "\t=1+1", "\r=cmd|' /C calc'!A0", "=HYPERLINK(1)"]


def book(report: Report) -> Workbook:
    return load_workbook(io.BytesIO(xlsx.FORMAT.render(report).main))


def cells(report: Report) -> Iterator[Cell]:
    for sheet in book(report).worksheets:
        for row in sheet.iter_rows():
            yield from (cell for cell in row if isinstance(cell, Cell) and cell.value is not None)


def rows(report: Report) -> list[dict[str, str]]:
    text = csv_format.FORMAT.render(report).main.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def named(name: str) -> Report:
    school = replace(SCHOOL, short_name=name, name=name)
    return replace(REPORT, institutions=(REPORT.institutions[0], school))


def test_every_sheet_of_the_workbook_can_be_filtered() -> None:
    workbook = book(REPORT)
    assert workbook.sheetnames == SHEETS
    for sheet in workbook.worksheets:
        assert sheet.auto_filter.ref == sheet.dimensions


def test_every_finding_is_a_row() -> None:
    assert book(REPORT)["выводы"].max_row == len(REPORT.findings) + 1
    assert len(rows(REPORT)) == len(REPORT.findings)


def test_a_region_is_told_without_what_is_in_order() -> None:
    """A sheet of a hundred thousand rows opens for nobody; the CSV holds them all."""
    region = replace(REPORT, findings=REPORT.findings * 700)
    _, found, *_, last = sheets(region, whole=False)
    assert {row["mark"] for row in found.rows}.isdisjoint({"выполнено", "не относится"})
    assert "есть в CSV" in str(next(iter(last.rows))["what"])
    assert len(list(sheets(region)[1].rows)) == len(region.findings)


def test_a_row_leads_to_the_page_and_to_the_material() -> None:
    sheet = book(REPORT)["выводы"]
    column = {cell.value: number for number, cell in enumerate(sheet[1], 1)}
    page, material = (sheet.cell(2, column[title]) for title in ("Страница", "Материал"))
    targets = [cell.hyperlink and cell.hyperlink.target for cell in (page, material)]
    assert targets == ["https://vk.com/kedradm", "https://api.vk.ru/method/groups.getById"]


def test_an_address_that_runs_something_is_no_link() -> None:
    linked = [cell.hyperlink.target for cell in cells(HOSTILE) if cell.hyperlink]
    assert linked
    assert all(str(target).startswith("http") for target in linked)


@pytest.mark.parametrize("name", TRAPS)
def test_a_name_that_looks_like_a_formula_stays_text(name: str) -> None:
    found = [cell for cell in cells(named(name)) if cell.value == " ".join(name.split())]
    assert found
    assert {cell.data_type for cell in found} == {"s"}
    assert {cell.number_format for cell in found} == {"@"}


def test_no_cell_of_a_workbook_is_a_formula() -> None:
    assert [cell for cell in cells(HOSTILE) if cell.data_type not in ("s", "n", "d")] == []


@pytest.mark.parametrize("name", TRAPS)
def test_a_formula_in_csv_is_quoted_by_an_apostrophe(name: str) -> None:
    said = next(row["Учреждение"] for row in rows(named(name)) if row["Код учреждения"] == "school")
    assert said == "'" + " ".join(name.split())


def test_csv_opens_in_a_russian_spreadsheet() -> None:
    content = csv_format.FORMAT.render(REPORT).main
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows(REPORT)[0]["С какого дня"] == "15.11.2026"


def test_a_semicolon_and_a_line_end_stay_in_their_cell() -> None:
    told = rows(named('Школа; "лучшая"\r\nв городе'))
    assert 'Школа; "лучшая" в городе' in {row["Учреждение"] for row in told}


@pytest.mark.parametrize("render", [xlsx.FORMAT.render, csv_format.FORMAT.render])
def test_the_same_report_gives_the_same_bytes(render: Callable[[Report], bytes]) -> None:
    assert render(REPORT) == render(REPORT)


def test_no_table_tells_what_a_draft_would_have_said() -> None:
    assert not [cell for cell in cells(TWO_TOWNS) if "другая страница" in str(cell.value)]


def test_the_last_sheet_tells_how_to_read_the_others() -> None:
    told = [str(cell.value) for cell in book(REPORT)["о проверке"]["B"]]
    assert any("не нарушение" in one for one in told)


ODD_TEXTS = (
    "a < b & «c»",
    "=1+1",
    "_x0041_",
    "tab\there\x00",
    " edge ",
    "ё" * 40_000,
)


def test_rows_are_written_as_the_library_writes_cells() -> None:
    columns = (Column("text", "Текст", 20), Column("day", "День", 9), Column("number", "Число", 9))
    rows: list[Row] = [{"text": one, "day": date(2026, 3, 1), "number": 7} for one in ODD_TEXTS]
    written = workbook((Sheet("Лист", columns, rows),), NOW)
    assert rows_of(written) == rows_of(by_cell(columns, rows))


def rows_of(content: bytes) -> list[bytes]:
    """Heights and styles apart."""
    with ZipFile(io.BytesIO(content)) as packed:
        found = re.findall(rb"<row .*?</row>", packed.read("xl/worksheets/sheet1.xml"))
    return [re.sub(rb' (ht|s)="\d+"', b"", row) for row in found]


def by_cell(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The same sheet through the library's own methods."""
    packed = io.BytesIO()
    with XlsxWorkbook(packed, {"constant_memory": True}) as made:
        page = made.add_worksheet("Лист")
        for place, column in enumerate(columns):
            page.write_string(0, place, column.title)
        for number, row in enumerate(rows, 1):
            page.write_string(number, 0, _text(row["text"]))
            page.write_datetime(number, 1, row["day"])
            page.write_number(number, 2, row["number"])
    return packed.getvalue()


def test_a_name_that_looks_like_rich_text_stays_text() -> None:
    """The library would take it for markup of its own and put it into the sheet as it is."""
    name = "<r><t>Школа</t></r>"
    rows = workbook((Sheet("Лист", (Column("a", "А", 9),), [{"a": name}]),), NOW)
    assert load_workbook(io.BytesIO(rows)).worksheets[0]["A2"].value == name


def test_what_counts_in_the_share_is_said_with_what_is_below_the_recommended() -> None:
    (sheet,) = (one for one in sheets(REPORT) if one.title == "о проверке")
    told = " ".join(str(row["value"]) for row in sheet.rows)
    assert "из «выполнено», «не выполнено» и «ниже рекомендуемого» вместе" in told
