"""Plots, and the words and tables that say the same."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

from reports.building import build
from reports.formats.html import FORMAT
from reports.model import Report, Tally, Writing
from reports.plots import bars, heat_map, marks_along, trend
from reports.posts_view import Spread
from reports.standing import Standing
from rules.model import Edition
from tests import cast
from tests.cast import TOWN
from tests.reports.town import KEDROVY, PAGE_OF, REPORT, REQUIREMENTS, weekly

EDITION = Edition(since=date(2022, 12, 1), parameters={"min_workdays_in_week": 3})
DECREE = replace(
    KEDROVY, requirements=(replace(REQUIREMENTS[1], editions=(EDITION,)), *REQUIREMENTS[2:])
)
VIOLATES_1, VIOLATES_2 = ({Standing.VIOLATES: number} for number in (1, 2))


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
    told = said(soup(REPORT).find("h2", string="Кто когда писал").parent)  # type: ignore[union-attr]
    assert "За неделю 16–22 нояб. 2026: ни одной собственной записи — 1" in told
    assert "Без собственных записей: МУ «Музей кедра» (ВКонтакте)" in told


def posts_told(**writings: Writing) -> str:
    """«Кто когда писал», where pages of VK wrote as given, by their institution."""
    of_pages = {("vk", PAGE_OF[whose, "vk"]): one for whose, one in writings.items()}
    shown = soup(replace(REPORT, writings=of_pages)).find("h2", string="Кто когда писал")
    return said(shown.parent)  # type: ignore[union-attr]


def wrote(recent: int, reposts: int, **more: Any) -> Writing:
    return Writing(weeks={}, last=cast.NOW, recent=recent, reposts=reposts, **more)


def test_who_has_only_posts_of_others_is_not_called_silent_without_saying_so() -> None:
    others = {date(2026, 11, 16): 2}
    told = posts_told(museum=wrote(0, 0, others=others))
    assert "«Музей кедра» (ВКонтакте) (записи других авторов есть)" in told


def test_a_newer_post_of_somebody_else_stands_beside_the_last_own_one() -> None:
    old = replace(wrote(0, 0, others_last=cast.NOW), last=cast.NOW - timedelta(days=180))
    told = posts_told(museum=old)
    assert "(другого автора — 23 ноября 2026)" in told.replace("\N{NO-BREAK SPACE}", " ")


def test_reposts_of_the_town_are_a_share_of_all_posts_that_were_read() -> None:
    told = posts_told(museum=wrote(4, 4), school=wrote(12, 0)).replace("\N{NO-BREAK SPACE}", " ")
    assert "25 %, 4 из 16; непрочитанные не в счёт" in told


def test_a_first_audit_has_no_trend() -> None:
    first = soup(replace(REPORT, trend=REPORT.trend[-1:]))
    assert "Это первая проверка" in said(first.select_one(".trend"))


def test_the_trend_is_told_in_words_and_as_a_table() -> None:
    trend = soup(REPORT).select_one(".trend")
    assert "Выполнено 82 % → 71 % проверенного" in said(trend)
    assert len(soup(REPORT).select(".trend tbody tr")) == 2


def test_the_trend_tells_the_course_of_the_month_and_of_the_last_audit_apart() -> None:
    past = [
        Tally(audit=at, as_of=cast.NOW - timedelta(days=ago), counts={}, standings=standings)
        for at, ago, standings in ((1, 28, VIOLATES_1), (2, 1, VIOLATES_2), (3, 0, VIOLATES_2))
    ]
    told = said(soup(replace(REPORT, trend=tuple(past))).select_one(".trend"))
    told = told.replace("\N{NO-BREAK SPACE}", " ")
    assert "с тех пор на 1 учреждение больше; с прошлой проверки без изменений" in told


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


def test_a_listener_is_told_what_each_plot_shows() -> None:
    page = soup(REPORT)
    plots = page.select(".plot svg[role=img]")
    assert len(plots) == 2
    for plot in plots:
        named = (page.find(id=str(plot[key])) for key in ("aria-labelledby", "aria-describedby"))
        assert all(said(tag) for tag in named)


def test_signs_of_an_axis_do_not_touch_and_the_last_one_stands() -> None:
    marks = marks_along([f"{day} нояб." for day in range(10, 20)], 5.0, 10.0)
    assert marks[-1].text == "19 нояб."
    assert all(right.at - left.at >= 40 for left, right in pairwise(marks))


def test_the_line_of_the_trend_breaks_where_nothing_could_be_judged() -> None:
    seen, other = build(REPORT).history
    blind = replace(seen, share=replace(seen.share, part=0, whole=0))
    drawn = BeautifulSoup(trend([seen, other, blind, seen, other], "trend"), "lxml")
    assert len(drawn.select("circle")) == 4 + 1  # and that of the legend
    assert str(drawn.select("path[fill=none]")[0]["d"]).count("M") == 2


@pytest.mark.parametrize("most", [0, 1, 7, 8, 99, 100, 3333, 123_456])
def test_the_axis_of_the_bars_counts_whole_pages_as_far_as_the_tallest(most: int) -> None:
    posts = build(REPORT).sections[0].posts
    assert posts is not None
    spread = Spread(week=posts.weeks[0], none=most // 2, one=0, more=most - most // 2, unread=0)
    drawn = BeautifulSoup(bars(replace(posts, spread=(spread,)), "posts"), "lxml")
    counts = [int(tag.get_text()) for tag in drawn.select("g[text-anchor=end] text")]
    assert counts == sorted(set(counts))
    assert counts[0] == 0
    assert most <= counts[-1]
    assert len(counts) < 10
