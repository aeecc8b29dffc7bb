"""Plots, and the words and tables that say the same."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup, Tag

from reports.building import build
from reports.formats.html import FORMAT
from reports.model import Report
from reports.plots import heat_map
from rules.model import Edition
from tests.cast import TOWN
from tests.reports.town import KEDROVY, PAGE_OF, REPORT, REQUIREMENTS, weekly

EDITION = Edition(since=date(2022, 12, 1), parameters={"min_workdays_in_week": 3})
DECREE = replace(
    KEDROVY, requirements=(replace(REQUIREMENTS[1], editions=(EDITION,)), *REQUIREMENTS[2:])
)


def soup(report: Report) -> BeautifulSoup:
    return BeautifulSoup(FORMAT.render(report).main, "lxml")


def said(tag: Tag | None) -> str:
    assert tag is not None
    return re.sub(r"\s+", " ", tag.get_text(" "))


def test_every_number_of_the_plot_stands_in_a_table_too() -> None:
    (plot,) = soup(REPORT).select('.plot[aria-label*="записей"] svg')
    numbers = [t.get_text() for t in plot.select("text") if t.get_text() in "0123456789?"]
    cells = soup(REPORT).select('.scroll[aria-label*="записей"] td')
    assert numbers == [cell.get_text() for cell in cells]


def test_a_week_that_was_not_read_is_no_silence() -> None:
    unread = replace(REPORT, weeks={("vk", PAGE_OF["school", "vk"]): weekly(3, 3)})
    (posts,) = (section.posts for section in build(unread).sections)
    assert posts is not None
    assert {page.counts for page in posts.pages} == {(3, 3), (None, None)}
    assert posts.silent == ()


def test_a_holiday_week_is_marked_and_nobody_is_named_for_it() -> None:
    holidays = {date(2026, 12, 28): 3, date(2027, 1, 4): 0}
    weeks = {("vk", PAGE_OF["school", "vk"]): holidays}
    as_of = REPORT.audit.as_of + timedelta(weeks=8)
    report = replace(REPORT, acts=(DECREE,), weeks=weeks, audit=replace(REPORT.audit, as_of=as_of))
    (posts,) = (section.posts for section in build(report).sections)
    assert posts is not None
    assert [week.is_short for week in posts.weeks] == [False, True]
    assert posts.silent == ()


def test_an_exempt_body_is_in_no_plot_of_posts() -> None:
    (posts,) = (section.posts for section in build(REPORT).sections)
    assert posts is not None
    assert not any("бухгалтерия" in page.institution for page in posts.pages)


def test_the_last_week_is_told_in_words() -> None:
    told = said(soup(REPORT).find("h2", string="Сколько пишут").parent)  # type: ignore[union-attr]
    assert "За неделю 16–22 нояб. 2026: ни одной записи — 1" in told
    assert "Без записей: МУ «Музей кедра» (ВКонтакте)" in told


def test_a_first_audit_has_no_trend() -> None:
    first = soup(replace(REPORT, trend=REPORT.trend[-1:]))
    assert "Это первая проверка" in said(first.select_one(".trend"))


def test_the_trend_is_told_in_words_and_as_a_table() -> None:
    trend = soup(REPORT).select_one(".trend")
    assert "выполнено было 82 % проверенных требований, стало 71 %" in said(trend)
    assert len(soup(REPORT).select(".trend tbody tr")) == 2


def test_plots_have_no_id_twice() -> None:
    ids = [str(tag["id"]) for tag in soup(REPORT).select("[id]")]
    assert len(ids) == len(set(ids))


def test_what_came_and_went_is_listed() -> None:
    first = said(soup(REPORT).select_one(".first"))
    assert "Новые в реестре: 1 Музей кедра: страница в Одноклассниках" in first
    assert "Сняты с реестра: 1 МКУ «Клуб»: учреждение" in first


def test_a_town_without_moves_says_nothing_of_them() -> None:
    still = replace(REPORT, entered=(), left=(), municipalities=(TOWN,))
    assert "Сняты с реестра" not in said(soup(still).select_one(".first"))


@pytest.mark.parametrize("name", ["$x^$", "a_$\\bad$", "\\$ {", "Шко\x00\r\n$ла", "я" * 9000])
def test_a_name_is_drawn_as_it_is_and_is_no_formula(name: str) -> None:
    posts = build(REPORT).sections[0].posts
    assert posts is not None
    page = replace(posts.pages[0], institution=name)
    assert name[:3] in heat_map(replace(posts, pages=(page, *posts.pages[1:])), "posts")
