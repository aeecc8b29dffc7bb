"""A statement that cannot be meant is refused before it is written down for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.errors import UsageError
from monitor.commands.statements import attest, waive
from monitor.registry.statements import Statement, faults
from rules.model import Attestation, Event, Waiver
from rules.packs import load_act, shipped
from tests.cast import ADMINISTRATION, MUSEUM_VK, SCHOOL, SCHOOL_VK, TOWN

TODAY = date(2026, 11, 23)
ACTS = [load_act(shipped()["kedrovy-2022-298"])]
MARK = "kedrovy-2022-298/6.6"


def told(said: Statement) -> str:
    return "\n".join(faults(said, SCHOOL, TOWN, ACTS, TODAY))


def closed(requirement: str, page: str | None = None) -> Attestation:
    return Attestation(
        kind="finding",
        requirement=requirement,
        page=page,
        outcome="pass",
        stated_by="директор",
        stated_on=TODAY,
    )


def tolerated(until: date) -> Waiver:
    return Waiver(requirement=MARK, reason="ремонт", by="глава", until=until)


def test_what_makes_sense_is_not_refused() -> None:
    for one in (
        closed(MARK, SCHOOL_VK.address),
        tolerated(TODAY),
        Event(kind="page_created", on=TODAY, page="https://vk.com/club9"),
        Event(kind="notice_sent", on=TODAY, to="cur"),
    ):
        assert told(one) == ""


def test_an_unknown_requirement_is_told_with_its_neighbours() -> None:
    assert "похожие: kedrovy-2022-298/6.6" in told(closed("kedrovy/6.6"))
    assert "похожие: kedrovy-2022-298/6.6" in told(closed("6.6"))
    assert "dozor rules list" in told(closed("щ/щщщ"))


def test_a_requirement_of_an_act_that_does_not_bind_here_is_refused() -> None:
    assert "такого требования" in told(closed("minvody-draft/3.1"))


def test_a_page_of_another_institution_is_refused() -> None:
    assert "Музей кедра" in told(closed(MARK, MUSEUM_VK.address))
    assert "museum" in told(Event(kind="page_created", on=TODAY, page=MUSEUM_VK.address))


def test_a_page_that_nobody_registered_is_refused_with_those_that_are() -> None:
    assert SCHOOL_VK.address in told(closed(MARK, "https://vk.com/club9"))


def test_a_page_beside_a_requirement_of_the_institution_is_refused() -> None:
    assert "уберите --page" in told(closed("kedrovy-2022-298/6.5", SCHOOL_VK.address))


def of_the_authority(requirement: str, **said: Any) -> str:
    answer = replace(closed(f"kedrovy-2022-298/{requirement}"), **said)
    return "\n".join(faults(answer, ADMINISTRATION, TOWN, ACTS, TODAY))


def test_an_answer_about_everybody_at_once_is_refused_with_the_way_out() -> None:
    assert "--about school" in of_the_authority("8.1a.postal")
    assert of_the_authority("8.1a.postal", about="school") == ""


def test_an_answer_about_nobody_or_beside_the_point_is_refused() -> None:
    assert "есть: school" in of_the_authority("8.1a.postal", about="shcool")
    assert "уберите --about" in of_the_authority("7.1", about="school")


def test_an_answer_about_events_names_the_page() -> None:
    acts = [load_act(shipped()["minvody-draft"])]
    for number in ("3.2.4", "3.3.2"):
        told = faults(closed(f"minvody-draft/{number}"), ADMINISTRATION, TOWN, acts, TODAY)
        assert "назовите её" in "\n".join(told)
    noticed = closed("minvody-draft/3.2.4", SCHOOL_VK.address)
    assert faults(noticed, ADMINISTRATION, TOWN, acts, TODAY) == []


def test_counts_that_cannot_be_are_refused() -> None:
    said = Attestation(kind="two_factor", stated_by="директор", stated_on=TODAY, value=True)
    assert "пишут вместе" in told(replace(said, count=2))
    assert "больше" in told(replace(said, count=3, of=2))


def test_dates_that_cannot_be_are_refused() -> None:
    tomorrow, yesterday = TODAY + timedelta(days=1), TODAY - timedelta(days=1)
    assert "ещё не наступил" in told(Event(kind="appointed", on=tomorrow))
    assert "уже прошёл" in told(tolerated(yesterday))
    backwards = Attestation(
        kind="pos", stated_by="директор", stated_on=TODAY, valid_until=yesterday, value=True
    )
    assert "переставлены" in told(backwards)


def test_a_notice_to_nobody_is_refused() -> None:
    assert "--to" in told(Event(kind="notice_sent", on=TODAY, page=SCHOOL_VK.address))


def test_a_name_of_signs_that_nobody_sees_is_no_name() -> None:
    with pytest.raises(UsageError, match="--by"):
        attest(Path("config.toml"), "school-1", by="\u200b")


@pytest.mark.parametrize("nothing", ["", " ", "-", "\u200b", "нет"])
@pytest.mark.parametrize("option", ["reason", "by"])
def test_a_waiver_has_a_reason_and_somebody_who_granted_it(option: str, nothing: str) -> None:
    said = {"requirement": MARK, "reason": "ремонт", "by": "глава", "until": "2027-01-01"}
    with pytest.raises(UsageError, match=f"--{option}: укажите"):
        waive(Path("none.toml"), "school-1", **(said | {option: nothing, "page": None}))


@pytest.mark.parametrize("nothing", [" ", "—", "\u200b"])
def test_nobody_attests_nothing(nothing: str) -> None:
    with pytest.raises(UsageError, match="--by: укажите"):
        attest(Path("none.toml"), "school-1", kind="style", by=nothing)
