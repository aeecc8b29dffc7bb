from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bs4 import BeautifulSoup

from reports.mail import Letter
from reports.model import Report
from reports.weekly import weekly_letter
from tests.cast import TOWN
from tests.reports.town import HOSTILE, REPORT, TWO_TOWNS, big_report


def week_before(report: Report) -> Report:
    audit = replace(report.audit, as_of=report.audit.as_of - timedelta(days=7))
    return replace(report, audit=audit)


def letter(report: Report) -> Letter:
    return weekly_letter(report, week_before(report), 7)


def test_the_subject_tells_what_changed() -> None:
    assert letter(REPORT).subject == (
        "Дозор за неделю, Город Кедровый: стало хуже 3, исправлено 1, выполняют 1 из 4"
    )


def test_both_bodies_tell_then_and_now_and_what_waits() -> None:
    both = letter(REPORT)
    page = BeautifulSoup(both.html, "lxml").get_text()
    for told in ("Стало хуже: 3", "Исправлено: 1", "было", "Телефон", "Возражения", "Проверок"):
        assert told in both.text
        assert told in page


def test_the_first_letter_compares_with_nothing() -> None:
    first = weekly_letter(replace(REPORT, previous_as_of=None), None, 1)
    assert "Сравнивать пока не с чем" in first.text
    assert "было" not in first.text
    assert "стало хуже" not in first.subject


def test_a_name_cannot_inject_a_header_or_markup() -> None:
    town = replace(TOWN, name="Кедровый\r\nBcc: all@example.org")
    assert "\n" not in letter(replace(REPORT, municipalities=(town,))).subject
    assert not BeautifulSoup(letter(HOSTILE).html, "lxml").select("script, img")


def test_two_towns_have_a_part_each_and_a_draft_none() -> None:
    both = letter(TWO_TOWNS)
    assert both.text.count("НЕДЕЛЯ:") == len(TWO_TOWNS.municipalities)
    assert "другая страница" not in both.text + both.html


def test_it_stays_small_also_for_a_big_town() -> None:
    assert len(letter(big_report(60)).html.encode()) <= 60_000
