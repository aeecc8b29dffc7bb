"""The list of official pages for the authority's own site."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any

from bs4 import BeautifulSoup

from reports.formats.pages import CSV, FORMAT
from reports.model import Report
from tests.cast import SCHOOL, SCHOOL_VK
from tests.reports.town import HOSTILE_NAME, REPORT


def links(report: Report) -> list[str]:
    page = BeautifulSoup(FORMAT.render(report).main, "lxml")
    return [str(one["href"]) for one in page.select("a")]


def with_school(**changes: Any) -> Report:
    school = replace(SCHOOL, **changes)
    return replace(REPORT, institutions=(school,), findings=())


def test_every_official_page_and_site_is_listed() -> None:
    assert links(with_school()) == [
        "https://school1.example",
        "https://vk.com/kedr_school1",
        "https://ok.ru/group/70000000000101",
    ]


def test_what_is_history_or_no_official_page_is_not_listed() -> None:
    gone = replace(SCHOOL_VK, deleted_on=date(2026, 1, 1))
    branch = replace(SCHOOL_VK, address="https://vk.com/branch", role="branch")
    future = replace(SCHOOL_VK, address="https://vk.com/future", created_on=date(2027, 1, 1))
    assert links(with_school(pages=(gone, branch, future), site=None)) == []


def test_a_page_that_was_found_dead_is_left_out() -> None:
    acts = tuple(
        replace(
            act, requirements=tuple(replace(r, predicate="page_exists") for r in act.requirements)
        )
        for act in REPORT.acts
    )
    assert "https://ok.ru/kedrmuseum" not in links(replace(REPORT, acts=acts))
    assert "https://ok.ru/kedrmuseum" in links(REPORT)


def test_the_list_is_a_page_with_a_language_a_title_and_a_main() -> None:
    page = BeautifulSoup(FORMAT.render(with_school()).main, "lxml")
    assert (page.html and page.html["lang"], len(page.select("main h1"))) == ("ru", 1)
    assert page.title
    assert page.title.get_text() == "Официальные страницы и сайты: Город Кедровый"


def test_a_name_cannot_run_on_the_authoritys_site() -> None:
    page = BeautifulSoup(FORMAT.render(with_school(name=HOSTILE_NAME)).main, "lxml")
    assert not page.select("script")
    assert HOSTILE_NAME in page.get_text()


def test_the_list_holds_nothing_of_persons() -> None:
    told = FORMAT.render(REPORT).main.decode() + CSV.render(REPORT).main.decode()
    for hidden in (*SCHOOL.phones, *SCHOOL.emails, "директор"):
        assert hidden not in told


def test_the_csv_says_the_same() -> None:
    text = CSV.render(REPORT).main.decode("utf-8-sig")
    told = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    assert [row["Адрес"] for row in told] == links(REPORT)
