"""Two institutions of a town in one group of kinds, with one number or none: cards and pages."""

from __future__ import annotations

from typing import Any

import pytest

from rules.engine import judge_alone
from rules.model import Finding
from tests.rules.test_cases import ACTS
from tests.rules.world import told, world

KEDROVY = "kedrovy-2022-298"
PAIRS = [
    ("МБОУ «Гимназия № 1»", "МБОУ «Лицей № 1»"),
    ("МБОУ «Школа № 1»", "МБОУ «Гимназия № 1»"),
    ("МБОУ «Лицей»", "МБОУ «Гимназия»"),
    ("МБУ ДО «Детская музыкальная школа»", "МБУ ДО «Детская художественная школа»"),
    ("МБУ ДО «Дом детского творчества» г. Кедрового", "МБУ ДО «СЮН» г. Кедрового"),
]
FIRST, SECOND = "https://vk.com/first", "https://vk.com/second"
PHONES = ["8 (38250) 3-55-46"]


def card(name: str, link: str) -> dict[str, Any]:
    return {"heading": name, "phones": PHONES, "links": [link]}


def of_the_first(requirement: str, first: str, second: str, *blocks: dict[str, Any]) -> Finding:
    """What is said of the first of the two where the authority's site has these cards."""
    pages = {name: [{"network": "vk", "address": url}] for name, url in
             (("school", FIRST), ("museum", SECOND))}  # fmt: skip
    names = {"school": first, "museum": second}
    town = {
        who: {"name": name, "short_name": "", "popular_names": [], "pages": pages[who]}
        for who, name in names.items()
    }
    reading = {"network": "vk", "facts": {"page_id": None, "screen_name": None}}
    given = {
        "who": "adm",
        "page": False,
        "town": town,
        "authority_site": {"complete": True, "pages": [{"blocks": list(blocks)}]},
        "readings": [{**reading, "address": url} for url in (FIRST, SECOND)],
    }
    judged = judge_alone(world(told(requirement, given)), [ACTS[KEDROVY]])
    return next(one for one in judged if one.requirement == requirement and one.about == "school")


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_two_right_cards_are_not_taken_for_one(first: str, second: str) -> None:
    cards = card(first, FIRST), card(second, SECOND)
    found = of_the_first(f"{KEDROVY}/8.1a.page_links", first, second, *cards)
    assert str(found.outcome) == "pass"


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_card_of_the_other_is_no_card(first: str, second: str) -> None:
    found = of_the_first(f"{KEDROVY}/8.1a.name", first, second, card(second, SECOND))
    assert (str(found.outcome), str(found.reason)) == ("review", "card_not_found")


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_name_of_the_other_on_the_page_is_no_pass(first: str, second: str) -> None:
    given = {
        "registry": {"name": first, "short_name": "", "popular_names": []},
        "facts": {"title": f"{second} | Кедровый", "description": "", "status": ""},
    }
    judged = judge_alone(world(told(f"{KEDROVY}/9.1.name", given)), [ACTS[KEDROVY]])
    found = next(one for one in judged if one.requirement == f"{KEDROVY}/9.1.name")
    assert str(found.outcome) == "review"
    assert second in found.because
