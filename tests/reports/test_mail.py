from __future__ import annotations

import io
from dataclasses import replace
from random import Random
from zipfile import ZipFile

from bs4 import BeautifulSoup

from reports.mail import digest, table_letter
from reports.model import Rendered, Streamed
from tests.cast import SCHOOL, TOWN
from tests.reports.town import HOSTILE, REPORT, SCHOOL_FINDINGS, TWO_TOWNS, big_report


def test_the_subject_carries_the_result_and_what_changed() -> None:
    assert digest(REPORT).subject == (
        "Дозор, Город Кедровый: выполняют 1 из 4, новых нарушений 2, судить нельзя о 2"
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
    for told in ("Выполняют: 1 из 4", "Музей кедра", "кому звонить", "Стало хуже: 3"):
        assert told in text
    assert "<" not in text


def test_styles_are_inlined_and_nothing_is_loaded() -> None:
    page = BeautifulSoup(digest(TWO_TOWNS).html, "lxml")
    assert not page.select("script, img, link")
    (dark,) = page.select("style")
    assert "@media (prefers-color-scheme: dark)" in dark.text.splitlines()[1]
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
    page = Rendered(b"<!doctype html>")
    assert digest(REPORT, page).attachments[0].content == b"<!doctype html>"


# --- too big for one file -----------------------------------------------------------------------

REGION = big_report(61, pages=1)  # an index, and a card for each beside it


def test_a_report_of_many_files_comes_as_an_archive_whose_links_lead_somewhere() -> None:
    whole, _ = digest(REGION).attachments
    with ZipFile(io.BytesIO(whole.content)) as opened:
        names = set(opened.namelist())
        index = BeautifulSoup(opened.read("dozor-kedr-2026-11-23.html"), "lxml")
    links = {str(a["href"]) for a in index.select(".register a")}
    assert (whole.name, whole.media_type) == ("dozor-kedr-2026-11-23.zip", "application/zip")
    assert len(links) == 61
    assert links < names
    assert "распакуйте его целиком" in digest(REGION).text


def test_the_same_report_gives_the_same_archive() -> None:
    assert digest(REGION).attachments[0] == digest(REGION).attachments[0]


def test_a_report_too_big_for_a_letter_is_said_to_lie_on_the_server() -> None:
    noise = Random(7)
    cards = ((f"cards/{number}.html", noise.randbytes(1_000_000)) for number in range(9))
    letter = digest(REPORT, Rendered(b"<!doctype html>", cards), "/var/reports/audit-000017.html")
    assert [one.name for one in letter.attachments] == ["dozor-kedr-2026-11-23.xlsx"]
    assert next(cards, None) is not None, "no more is packed than is needed to see that"
    for body in (letter.text, letter.html):
        assert "/var/reports/audit-000017.html" in body
        assert "Рядом" not in body


def test_a_workbook_that_no_longer_fits_beside_the_page_stays_behind() -> None:
    page = Rendered(b"<!doctype html>" + b" " * 6_990_000)
    assert [one.media_type for one in digest(REPORT, page).attachments] == ["text/html"]


def test_of_a_page_that_is_too_big_no_more_is_read_than_shows_it() -> None:
    pieces = iter([b"<!doctype html>", *[b" " * 1_000_000] * 9])
    letter = digest(REPORT, Streamed(lambda: pieces))
    assert [one.name for one in letter.attachments] == ["dozor-kedr-2026-11-23.xlsx"]
    assert next(pieces, None) is not None


# --- several municipalities ---------------------------------------------------------------------


def test_the_letter_of_a_region_is_told_by_municipalities() -> None:
    letter = digest(TWO_TOWNS)
    assert letter.subject == (
        "Дозор, 2 муниципалитета: выполняют 1 из 4, новых нарушений 2, судить нельзя о 2"
    )
    for told in ("Муниципалитеты по доле", "это не оценка", "Как менялось"):
        assert told in letter.text
        assert told in letter.html


def test_the_letter_of_a_region_stays_small() -> None:
    towns = tuple(replace(TOWN, id=f"t{number}", name=f"Район № {number}") for number in range(60))
    schools = tuple(replace(SCHOOL, municipality=one.id) for one in towns)
    findings = tuple(
        replace(one, municipality=town.id) for town in towns for one in SCHOOL_FINDINGS
    )
    region = replace(REPORT, municipalities=towns, institutions=schools, findings=findings)
    letter = digest(region, Rendered(b""))
    assert "Район № 59" in letter.text
    assert max(len(letter.html.encode()), len(letter.text.encode())) <= 100_000
    assert len(letter.subject) <= 150
