"""Fragments: what stood where something was looked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from collectors.model import Author, Crawl, Facts, Observation, Post, SiteFacts, SitePage, Wall
from reports.seen import MOST, fragment, masked
from rules.model import Finding, Outcome, Severity
from tests.cast import EVIDENCE, NOW, SCHOOL_VK, TOMSK, wall

FINDING = Finding(
    institution="school",
    municipality="kedr",
    requirement="kedrovy-2022-298/9.1.phone",
    clause="9(1)",
    outcome=Outcome.FAIL,
    severity=Severity.MAJOR,
    reason="phone_absent",
    because="Телефона на странице не нашлось.",
    network="vk",
    page=SCHOOL_VK.address,
    evidence=(EVIDENCE,),
)
PAGE = Facts(title="Школа № 1", status="", description="Мы учим детей с 1961 года.")


def looked_at(facts: Facts) -> Observation:
    return Observation(page=SCHOOL_VK, observed_at=NOW, facts=facts, evidence=(EVIDENCE,))


def measuring(**measured: Any) -> Finding:
    return replace(FINDING, measured=measured)


def test_what_differs_is_shown_itself() -> None:
    seen = fragment(measuring(shown=["8 (38250) 9-99-99"]), looked_at(PAGE))
    assert seen is not None
    assert (seen.quotes, seen.place) == (("8 (38250) 9-99-99",), "указано на странице")


def test_of_what_is_absent_the_head_of_the_page_is_shown() -> None:
    seen = fragment(measuring(shown=[]), looked_at(PAGE))
    assert seen is not None
    assert seen.quotes == ("Школа № 1", "Мы учим детей с 1961 года.")
    assert (seen.at, seen.url) == (NOW, SCHOOL_VK.address)


def test_a_look_that_the_finding_does_not_rest_on_is_not_shown() -> None:
    another = replace(EVIDENCE, record="urn:uuid:other")
    assert fragment(FINDING, replace(looked_at(PAGE), evidence=(another,))) is None


def test_without_a_look_what_was_measured_is_shown() -> None:
    seen = fragment(measuring(title="Школа № 1"))
    assert seen is not None
    assert seen.quotes == ("Школа № 1",)


def test_of_posts_the_last_days_are_shown() -> None:
    facts = replace(PAGE, wall=wall(1, 9, 20, 30))
    seen = fragment(measuring(weeks_below=4), looked_at(facts), TOMSK)
    assert seen is not None
    assert [one.replace("\N{NO-BREAK SPACE}", " ") for one in seen.quotes] == [
        "22 ноября 2026, 03:00",
        "14 ноября 2026, 03:00",
        "3 ноября 2026, 03:00",
    ]


def test_a_visitors_post_is_not_told() -> None:
    theirs = Post(key="1", published_at=NOW - timedelta(days=1), author=Author.OTHER)
    facts = replace(PAGE, wall=Wall(posts=(theirs,), covered_since=NOW))
    assert fragment(measuring(weeks_below=4), looked_at(facts), TOMSK) is None


def test_a_site_is_shown_by_how_it_begins() -> None:
    pages = (SitePage(url="https://school1.example/", status=200, title="Школа № 1"),)
    crawl = Crawl(complete=True, read=1, frontier=0)
    site = SiteFacts(final_url=pages[0].url, pages=pages, crawl=crawl, text="Главная. Новости.")
    seen = fragment(FINDING, looked_at(Facts(site=site)))
    assert seen is not None
    assert (seen.quotes, seen.place) == (
        ("Школа № 1", "Главная. Новости."),
        "начало главной страницы сайта",
    )


def test_a_quotation_is_bounded_and_of_one_line() -> None:
    seen = fragment(FINDING, looked_at(Facts(description="слово\n" * 500)))
    assert seen is not None
    assert (len(seen.quotes[0]) <= MOST, "\n" in seen.quotes[0]) == (True, False)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Директор Иванова Мария Петровна", "Директор [имя]"),
        ("Пишите Сидорову И. П.", "Пишите [имя]"),
        ("звоните 8-913-123-45-67", "звоните [телефон]"),
        ("пишите ivanova@example.org", "пишите [адрес почты]"),
        ("a@b.example-c@d.example,e@f.example", "[адрес почты][адрес почты],[адрес почты]"),
        ("я@дома, школа@", "я@дома, школа@"),
        (
            "Школа № 1, с 1961 года, ОГРН 1027000000004",
            "Школа № 1, с 1961 года, ОГРН 1027000000004",
        ),
        ("Дом культуры имени Гагарина", "Дом культуры имени Гагарина"),
    ],
)
def test_who_is_named_in_passing_is_not_told(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize("sign", ["а", "a.", "7", "А", "Аа-", "Аа ", "7 (", "@", "a@"])
def test_a_million_signs_in_a_row_are_masked_as_quickly_as_words(sign: str) -> None:
    """What tries each sign anew with all that follow would not come to its end."""
    endless = sign * (1_000_000 // len(sign))
    assert len(masked(endless)) == len(endless)
