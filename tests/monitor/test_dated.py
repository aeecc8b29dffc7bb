"""What expires: every fact has its day, the page lists it, and the doctor tells what is old."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from collectors.model import Dated
from collectors.networks import social_networks
from monitor.sandbox import serve
from monitor.service.dated_signs import _of_act, _of_fact, dated_signs
from rules.packs import load_act, shipped
from tests import dated_page
from tests.cast import NOW
from tests.collectors.max import ADDRESS, CHANNEL, NUMBER, WORLD
from tests.monitor.pipeline import Town, school

FACT = Dated(what="так", source="сайт", checked_on=date(2026, 1, 1), valid_until=date(2028, 1, 1))
PAGE = Path(__file__).parents[2] / "docs/platforms.md"


def test_the_page_is_up_to_date() -> None:
    command = "python -m tests.dated_page > docs/platforms.md"
    assert PAGE.read_text("utf-8") == dated_page.page(), command


@pytest.mark.parametrize("slug", ["vk", "ok", "max"])
def test_every_network_dates_what_it_takes_for_so(slug: str) -> None:
    assert list(social_networks()[slug].dated())


@pytest.mark.parametrize("name", shipped())
def test_every_clause_was_looked_at_on_some_day(name: str) -> None:
    act = load_act(shipped()[name])
    assert [one.id for one in act.requirements if one.checked_on is None] == []


@pytest.mark.parametrize(
    ("today", "told"),
    [
        (date(2027, 1, 1), []),
        (date(2027, 1, 2), ["больше года назад"]),
        (date(2028, 1, 2), ["верно было до"]),
    ],
)
def test_what_is_a_year_old_or_over_is_told(today: date, told: list[str]) -> None:
    signs = [sign.what for sign in _of_fact("MAX: так", FACT, today)]
    assert [word in sign for word, sign in zip(told, signs, strict=True)] == [True] * len(told)


def test_clauses_of_one_day_are_one_line() -> None:
    act = load_act(shipped()["fed-8fz"])
    first = replace(act.requirements[0], checked_on=date(2020, 1, 1))
    mixed = replace(act, requirements=(first, *act.requirements[1:]))
    assert len(list(_of_act(mixed, date(2027, 12, 1)))) == 2


def test_the_doctor_says_which_schema_a_run_met(tmp_path: Path) -> None:
    with serve(replace(WORLD, max_channels=(CHANNEL,))) as running:
        body = {**school(1), "page": [{"url": ADDRESS, "chat_id": NUMBER}]}
        office = Town(tmp_path, running, [body])
        office.audit(NOW)
        told = [sign.what for sign in dated_signs(office.settings())]
    assert [one for one in told if "схеме 0.0.33" in one]
