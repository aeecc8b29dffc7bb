"""A sentence names the places that its network has: nobody is sent to look for others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from collectors.networks import contact_places
from rules.engine import judge_alone
from rules.model import Finding
from tests.rules.test_cases import ACTS, ALL
from tests.rules.world import world

PLACES = ("стату", "контактах", "ссылках", "сведениях о группе", "на стене", "стены")
LAW = [ACTS[name] for name in ("kedrovy-2022-298", "fed-8fz", "region-max")]


def told(network: str) -> Iterator[Finding]:
    """Every case about a page, as if that page were one of another network."""
    for case in ALL:
        given = dict(case.given)
        if given.get("page") is False or "readings" in given or "/9.1" not in case.requirement:
            continue
        given["page"] = {"network": network}
        dossier = world(replace(case, given=given))
        named = replace(dossier.municipality, packs=tuple(act.id for act in LAW))
        yield from judge_alone(replace(dossier, municipality=named), LAW)


@pytest.mark.parametrize("network", ["ok", "max"])
def test_no_sentence_names_a_place_that_its_network_has_not(network: str) -> None:
    own = " ".join(contact_places(network))
    foreign = [place for place in PLACES if place not in own]
    said = {
        text
        for one in told(network)
        if one.network in (network, None)
        for text in (one.because, one.preview_because or "")
    }
    assert [text for text in said for place in foreign if place in text] == []
    assert any("искали в" in text for text in said)


def test_where_to_write_is_one_place_of_each_kind() -> None:
    advised = {one.remedy for one in told("ok") if one.reason == "phone_unclear"}
    assert len(advised) == 1
    assert "в сведениях о группе или описании страницы" in str(advised)
