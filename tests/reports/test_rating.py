"""Municipalities side by side: the place follows from the share, and from nothing else."""

from __future__ import annotations

from dataclasses import replace

from bs4 import BeautifulSoup

from reports.building import build
from reports.formats.html import FORMAT
from reports.model import Report
from reports.view import Region
from rules.model import Finding, Outcome
from tests.cast import SCHOOL, TOWN
from tests.reports.town import REPORT, SCHOOL_FINDINGS

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
CLAUSES = [one for one in SCHOOL_FINDINGS if one.network == "vk"]


def region(**towns: str) -> Report:
    """By name the outcomes of its school: «PPF?» is two met, one not, one not seen."""
    kinds = {"P": PASS, "F": FAIL, "?": UNKNOWN}
    made = tuple(replace(TOWN, id=name, name=name) for name in towns)
    return replace(
        REPORT,
        municipalities=made,
        institutions=tuple(replace(SCHOOL, municipality=name) for name in towns),
        findings=tuple(
            replace(CLAUSES[place % 6], municipality=name, outcome=kinds[sign], previous=PASS)
            for name, signs in towns.items()
            for place, sign in enumerate(signs)
        ),
    )


def shown(**towns: str) -> Region:
    found = build(region(**towns), is_index=True).region
    assert found is not None
    return found


def places(found: Region) -> dict[str, str]:
    return {one.town.name: one.place for one in found.ranked}


def test_the_greater_share_comes_first() -> None:
    assert places(shown(a="PF", b="PP", c="FF")) == {"b": "1", "a": "2", "c": "3"}


def test_equal_shares_share_a_place_and_the_next_one_is_counted_on() -> None:
    found = places(shown(a="PF", b="PFPF", c="PPP", d="F"))
    assert found == {"c": "1", "a": "2–3", "b": "2–3", "d": "4"}


def test_shares_that_print_alike_are_equal() -> None:
    assert set(places(shown(a="P" * 200 + "F" * 100, b="P" * 201 + "F" * 100)).values()) == {"1–2"}


def test_what_was_not_seen_moves_nobody() -> None:
    assert places(shown(a="PFPF?", b="PPF")) == {"b": "1", "a": "2"}
    assert places(shown(a="PPF??", b="PF")) == {"b": "1"}, "40 % unseen: no place"


def test_a_town_of_which_too_little_was_seen_is_listed_with_the_reason() -> None:
    found = shown(a="PPPP", b="F???", c="????")
    told = {one.town.name: one.because for one in found.unranked}
    assert told == {"b": "увидеть удалось слишком мало", "c": "судить пока не о ком"}
    assert places(found) == {"a": "1"}


def test_the_worst_requirements_are_counted_over_all_municipalities() -> None:
    worst = shown(a="FP", b="FF", c="PP").unmet
    assert [(one.institutions, one.municipalities) for one in worst] == [(2, 2), (1, 1)]


def test_one_municipality_has_no_rating() -> None:
    assert build(region(a="PF")).region is None


def test_the_name_of_the_region_is_used_where_all_give_it() -> None:
    report = region(a="P", b="P")
    towns = tuple(replace(one, region="Томская область") for one in report.municipalities)
    found = build(replace(report, municipalities=towns), is_index=True).region
    assert found is not None
    assert found.name == "Томская область"


def test_the_method_is_printed_beside_the_places() -> None:
    page = BeautifulSoup(FORMAT.render(region(a="PF", b="PP")).main, "lxml")
    header = page.select_one("header.top")
    assert header is not None
    text = " ".join(header.get_text(" ").split())
    for told in ("Место ни на один вывод не влияет", "больше чем на 33 %", "целые проценты"):
        assert told in text


def test_no_finding_changes_because_of_a_place() -> None:
    report = region(a="PF", b="PP")
    before: tuple[Finding, ...] = report.findings
    build(report)
    assert report.findings == before
