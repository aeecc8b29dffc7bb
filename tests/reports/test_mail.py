from __future__ import annotations

from dataclasses import replace

from bs4 import BeautifulSoup

from reports.mail import digest, table_letter
from tests.cast import TOWN
from tests.reports.town import HOSTILE, REPORT, TWO_TOWNS, big_report


def test_the_subject_carries_the_result_and_what_changed() -> None:
    assert digest(REPORT).subject == (
        "Дозор, Город Кедровый: выполняют 2 из 4, новых нарушений 2, не проверено 1"
    )


def test_the_subject_of_a_first_audit_says_how_many_violate() -> None:
    first = replace(REPORT, previous_as_of=None)
    assert "с нарушениями 1" in digest(first).subject


def test_a_name_cannot_inject_a_header() -> None:
    town = replace(TOWN, name="Кедровый\r\nBcc: all@example.org")
    subject = digest(replace(REPORT, municipalities=(town,))).subject
    assert "\n" not in subject
    assert "\r" not in subject


def test_the_text_part_stands_alone() -> None:
    text = digest(REPORT).text
    for told in ("Выполняют: 2 из 4", "Музей кедра", "Кому звонить", "Стало хуже: 3"):
        assert told in text
    assert "<" not in text


def test_styles_are_inlined_and_nothing_is_loaded() -> None:
    page = BeautifulSoup(digest(TWO_TOWNS).html, "lxml")
    assert not page.select("style, script, img, link")
    assert page.select("td[style]")


def test_markup_in_a_name_stays_text() -> None:
    assert not BeautifulSoup(digest(HOSTILE).html, "lxml").select("script, img")


def test_a_preview_is_in_no_letter() -> None:
    letter = digest(TWO_TOWNS)
    assert "другая страница" not in letter.text
    assert "другая страница" not in letter.html


def test_the_letter_is_small_also_for_a_big_town() -> None:
    assert len(digest(big_report(60)).html.encode()) <= 100_000


def test_the_whole_report_is_attached_as_a_page_and_a_workbook() -> None:
    page, table = digest(REPORT).attachments
    assert (page.name, table.name) == ("dozor-kedr-2026-11-23.html", "dozor-kedr-2026-11-23.xlsx")
    assert page.content.startswith(b"<!doctype html>")
    assert table.content.startswith(b"PK")


def test_the_table_of_the_cur_says_what_an_empty_cell_means() -> None:
    letter = table_letter(REPORT)
    assert letter.subject == "Таблица госпабликов на 23 ноября 2026: Город Кедровый"
    assert "не знаем" in letter.text
    assert letter.attachments[0].name == "dozor-kedr-2026-11-23-cur.xlsx"


def test_a_page_that_was_rendered_already_is_attached_as_it_is() -> None:
    assert digest(REPORT, b"<!doctype html>").attachments[0].content == b"<!doctype html>"
