"""How the workbook looks: what stays in sight, what comes on paper, how high rows are."""

from __future__ import annotations

import gc
import io
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from reports.formats import cur, xlsx
from reports.tables import Column, Row, Sheet
from reports.words import words
from reports.workbook import RowSheet, workbook
from reports.wrapping import height, lines_of
from tests.cast import NOW, SCHOOL, SCHOOL_VK
from tests.reports.town import REPORT, TWO_TOWNS

MEASURED = Path(__file__).parents[1] / "recorded" / "libreoffice" / "rows.json"


@pytest.fixture(scope="module")
def book() -> Workbook:
    return load_workbook(io.BytesIO(xlsx.FORMAT.render(REPORT).main))


@pytest.fixture(scope="module")
def cur_sheet() -> Worksheet:
    return load_workbook(io.BytesIO(cur.FORMAT.render(REPORT).main)).worksheets[0]


def written(*sheets: Sheet) -> Worksheet:
    return load_workbook(io.BytesIO(workbook(sheets, NOW))).worksheets[0]


@pytest.fixture
def nobody_searches_for_garbage() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def sheets_held() -> int:
    return sum(type(one) is RowSheet for one in gc.get_objects())


@pytest.mark.usefixtures("nobody_searches_for_garbage")
def test_what_a_book_was_made_of_is_let_go_of_once_it_is_written() -> None:
    assert xlsx.FORMAT.render(REPORT).main
    assert sheets_held() == 0


@pytest.mark.usefixtures("nobody_searches_for_garbage")
def test_what_a_book_was_made_of_is_let_go_of_where_a_row_breaks() -> None:
    def rows() -> Iterator[Row]:
        yield {"name": "Школа"}
        raise LookupError

    with suppress(LookupError):
        workbook([Sheet("Свод", (Column("name", "Учреждение", 20),), rows())], NOW)
    assert sheets_held() == 0


def test_two_columns_stay_in_sight_where_there_are_more(book: Workbook) -> None:
    *tables, last = book.worksheets
    assert {sheet.freeze_panes for sheet in tables} == {"C2"}
    assert last.freeze_panes == "A2"


def test_the_table_of_the_cur_keeps_the_name_in_sight(cur_sheet: Worksheet) -> None:
    head = [cell.value for cell in cur_sheet[1]]
    assert cur_sheet.freeze_panes == "D2"
    assert head[2] == "Наименование подведомственной организации"


def test_every_sheet_is_printed_lying_as_wide_as_the_paper_with_its_heads(
    book: Workbook, cur_sheet: Worksheet
) -> None:
    for sheet in (*book.worksheets, cur_sheet):
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)
        assert sheet.print_title_rows == "$1:$1"


def test_a_printed_sheet_is_narrow_enough_to_be_read(book: Workbook) -> None:
    """A4 takes 149 characters of ten points; at two thirds of that size they are still legible."""
    for sheet in book.worksheets:
        columns = sheet[sheet.print_area.split("!")[-1]][0]
        wide = sum(sheet.column_dimensions[cell.column_letter].width for cell in columns)
        assert wide <= 149 * 1.5


def test_every_printed_page_says_of_what_town_and_day_it_is(book: Workbook) -> None:
    for sheet in book.worksheets:
        assert "Город Кедровый · 23 ноября 2026" in sheet.oddHeader.left.text.replace("\xa0", " ")


def test_a_town_is_a_column_only_where_there_are_several(book: Workbook) -> None:
    several = load_workbook(io.BytesIO(xlsx.FORMAT.render(TWO_TOWNS).main))
    assert "Муниципалитет" not in [cell.value for cell in book["выводы"][1]]
    assert several["выводы"]["A1"].value == "Муниципалитет"


def test_no_two_counts_have_heads_that_begin_alike(book: Workbook) -> None:
    """In a narrow column no more than the beginning is seen."""
    for name in ("учреждения", "страницы", "требования"):
        counts = [str(cell.value) for cell in book[name][1] if str(cell.value)[1:2] == " "]
        assert counts
        assert len({head[0] for head in counts}) == len(counts)


def test_an_outcome_has_its_colour_on_every_sheet(book: Workbook) -> None:
    colours: dict[str, set[str]] = {}
    for name in ("Сделать", "выводы"):
        head, *rows = book[name].iter_rows()
        place = [cell.value for cell in head].index("Вывод")
        for row in rows:
            word = str(row[place].value).lstrip("✕▼◐ ")
            colours.setdefault(word, set()).add(row[place].fill.fgColor.rgb)
    assert all(len(those) == 1 for those in colours.values())
    assert colours["не выполнено"] != colours["выполнено"] != colours["не удалось проверить"]


def test_a_count_of_nothing_is_not_coloured(book: Workbook) -> None:
    head, *rows = book["учреждения"].iter_rows()
    place = [cell.value for cell in head].index("✕ Не выполнено")
    for row in rows:
        assert (row[place].fill.fgColor.rgb == "FFFDECEA") is bool(row[place].value)


# --- rows as high as their texts ----------------------------------------------------------------


@pytest.mark.parametrize("measured", json.loads(MEASURED.read_text("utf-8")))
def test_a_row_is_no_lower_than_libreoffice_needs_and_little_higher(
    measured: dict[str, Any],
) -> None:
    given = height(lines_of(measured["text"], measured["width"]))
    assert measured["points"] <= given <= 1.5 * measured["points"] + 15


def test_a_row_is_as_high_as_what_wraps_most_in_it() -> None:
    columns = (Column("a", "А", 20), Column("b", "Посмотреть человеку", 9))
    sheet = written(Sheet("Лист", columns, [{"a": "Слово " * 20, "b": 7}]))
    lines = [lines_of("Посмотреть человеку", 9, is_bold=True), lines_of("Слово " * 20, 20)]
    assert lines == [3, 7]
    assert [sheet.row_dimensions[row].height for row in (1, 2)] == [height(n) for n in lines]


def test_no_row_is_higher_than_a_spreadsheet_takes() -> None:
    sheet = written(Sheet("Лист", (Column("a", "А", 9),), [{"a": "ё" * 40_000}]))
    assert sheet.row_dimensions[2].height <= 409


def test_no_word_of_a_head_is_broken(book: Workbook, cur_sheet: Worksheet) -> None:
    for sheet in (*book.worksheets, cur_sheet):
        for cell in sheet[1]:
            wide = int(sheet.column_dimensions[cell.column_letter].width)
            for word in str(cell.value).split():
                assert lines_of(word, wide, is_bold=True) == 1, (sheet.title, word)


# --- links --------------------------------------------------------------------------------------


def targets(*addresses: str) -> list[str | None]:
    sheet = written(Sheet("Лист", (Column("a", "А", 9, link=True),), [{"a": a} for a in addresses]))
    return [cell.hyperlink and cell.hyperlink.target for cell in sheet["A"][1:]]


def test_a_cyrillic_host_is_led_to_in_punycode_and_read_as_it_is() -> None:
    """LibreOffice loses the target of a link to a .рф host."""
    school = replace(SCHOOL, site="https://школа.рф/о-нас", pages=(SCHOOL_VK,))
    report = replace(REPORT, institutions=(REPORT.institutions[0], school))
    sheet = load_workbook(io.BytesIO(xlsx.FORMAT.render(report).main))["страницы"]
    (cell,) = [one for one in sheet["B"] if one.value == "https://школа.рф/о-нас"]
    assert cell.hyperlink.target == "https://xn--80atdl2c.xn--p1ai/%D0%BE-%D0%BD%D0%B0%D1%81"


def test_an_address_that_is_in_ascii_is_led_to_as_it_stands() -> None:
    assert targets("https://vk.com/a%20b?c=d", "http://a_b.ru:8080/") == [
        "https://vk.com/a%20b?c=d",
        "http://a_b.ru:8080/",
    ]


def test_a_host_that_is_none_is_no_link() -> None:
    assert targets("https://бъд..рф/", "https://школа.рф:порт/") == [None, None]


def test_signs_of_marks_stand_before_the_words_of_the_first_sheet(book: Workbook) -> None:
    head, *rows = book["Сделать"].values
    place = head.index("Вывод")
    marks = words()["marks"]
    told = {f"{marks[one]['sign']} {marks[one]['word']}" for one in ("fail", "below", "review")}
    assert {row[place] for row in rows} == told
