"""A requirement's own place: everybody by outcome, with telephones."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from reports.asked_view import Asked, Standings
from reports.building import build
from reports.formats.html import FORMAT
from rules.model import Outcome
from tests.reports.town import REPORT, big_report

PHONE = "8 (38299) 5-55-10"
CALLED = replace(
    REPORT, institutions=tuple(replace(one, phones=(PHONE,)) for one in REPORT.institutions)
)
ASKED = {one.title: one for one in build(CALLED).sections[0].places.asked}


@pytest.fixture(scope="module")
def page() -> BeautifulSoup:
    return BeautifulSoup(FORMAT.render(REPORT).main, "lxml")


def group(asked: Asked, mark: str) -> Standings:
    (found,) = [one for one in asked.groups if one.mark == mark]
    return found


def test_who_does_not_meet_it_stands_there_with_telephones() -> None:
    (who,) = group(ASKED["Почтовый адрес"], Outcome.FAIL).who
    assert (who.name, who.phones) == ("МУ «Музей кедра»", (PHONE,))


def test_everybody_stands_there_once_by_the_worst_page() -> None:
    for one in ASKED.values():
        names = [who.name for group in one.groups for who in group.who]
        assert len(names) == len(set(names))


def test_what_everybody_meets_has_no_place() -> None:
    assert all(any(not group.is_quiet for group in one.groups) for one in ASKED.values())


def test_a_column_of_the_matrix_leads_there(page: BeautifulSoup) -> None:
    titles = page.select(".matrix .titles .turn")
    leading = [page.find(id=str(one.a["href"])[1:]) for one in titles if one.a]
    assert len(leading) == len(titles) > 0
    assert [one.h3.text for one in leading if one and one.h3] != []


def test_a_requirement_that_is_not_met_leads_there(page: BeautifulSoup) -> None:
    (unmet,) = page.select("a[href$='9.1.postal']:not(.turn a)")
    assert page.find(id=str(unmet["href"])[1:]) is not None


def test_a_regions_index_has_none() -> None:
    assert b"-asked" not in FORMAT.render(big_report(61, pages=1)).main


def test_a_file_that_would_be_too_big_does_without() -> None:
    """Before it is made an index with a file an institution."""
    rendered = FORMAT.render(big_report(18, pages=1))
    assert (list(rendered.beside), b"-asked" in rendered.main) == ([], False)
