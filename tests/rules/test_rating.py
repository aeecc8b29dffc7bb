"""The outside rating: only what was measured counts, and it decides nothing."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import rules
from collectors.model import Facts, Link
from rules.model import Attestation
from rules.rating import RatingResult, rate, shipped_ratings
from tests import cast

SVETOFOR = shipped_ratings()["svetofor"]
WIDGETS = tuple(Link(url=f"https://pos.gosuslugi.ru/{n}", place="menu") for n in (1, 2))


def rated(facts: Facts, **institution: Any) -> RatingResult:
    who = replace(cast.SCHOOL, pages=(cast.SCHOOL_VK,), **institution)
    (found,) = rate(cast.dossier(who, cast.seen(cast.SCHOOL_VK, facts)), SVETOFOR)
    return found


def test_what_was_not_measured_is_taken_out_of_the_sum() -> None:
    found = rated(cast.SCHOOL_FACTS)
    assert (found.reached, found.possible, found.total) == (60, 70, 95)
    assert found.parts["Подключение к «Госпабликам»"] is None
    assert round(found.unknown_share, 2) == 0.26


def test_one_form_of_two_is_half() -> None:
    found = rated(replace(cast.SCHOOL_FACTS, menu=WIDGETS[:1]))
    assert found.parts["Формы ПОС"] == 5


def test_a_valid_word_counts_as_measured() -> None:
    said = Attestation(
        kind="gospabliki", value=True, stated_by="директор", stated_on=date(2026, 10, 1)
    )
    found = rated(replace(cast.SCHOOL_FACTS, menu=WIDGETS), attestations=(said,))
    assert found.share == 1


def test_a_hidden_wall_takes_no_points_away() -> None:
    assert rated(replace(cast.SCHOOL_FACTS, wall=None)).parts["Активность"] is None


def test_few_posts_on_a_wall_that_was_read_are_no_activity() -> None:
    found = rated(replace(cast.SCHOOL_FACTS, wall=cast.wall(1, 2)))
    assert found.parts["Активность"] == 0


def test_a_page_that_was_not_read_has_no_share() -> None:
    found = rated(Facts())
    assert (found.share, found.unknown_share) == (None, 1)


def test_before_its_first_edition_there_is_no_rating() -> None:
    early = replace(cast.dossier(), as_of=cast.NOW.replace(year=2021))
    assert rate(early, SVETOFOR) == ()


def test_it_tells_its_method_and_source() -> None:
    found = rated(cast.SCHOOL_FACTS)
    assert "не найден" in found.source
    assert "Охват" in found.method


def test_no_rating_enters_an_outcome() -> None:
    for path in Path(rules.__file__).parent.rglob("*.py"):
        named = [
            node.module
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.ImportFrom)
        ]
        assert "rules.rating" not in named, path
