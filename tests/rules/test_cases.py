"""Every case file through `judge`, and what the cases together must cover."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from rules.dossier import attestations, views
from rules.dossier import case as cases_of_one
from rules.engine import judge_alone
from rules.model import Act, Finding, Outcome, Requirement
from rules.packs import load_act, shipped
from rules.predicates import contents, posts
from rules.terms import notices
from tests.rules.world import Given, cases, world

OWN = Path(__file__).parent / "packs/region-max.toml"  # an invented order that names MAX
ACTS = {name: load_act(path) for name, path in {**shipped(), OWN.stem: OWN}.items()}
ALL = list(cases())
REQUIREMENTS = [one for act in ACTS.values() for one in act.requirements]


def found(case: Given, act: Act) -> list[Finding]:
    """The findings that the case speaks of."""
    narrowed = {key: case.then[key] for key in ("network", "page", "about") if key in case.then}
    return [
        one
        for one in judge_alone(world(case), [act])
        if one.requirement == case.requirement
        and all(getattr(one, key) == value for key, value in narrowed.items())
    ]


def told(case: Given, act: Act) -> list[dict[str, Any]]:
    """Those of the expected things that the findings differ in."""
    wanted = [key for key in case.then if key not in ("says", "findings", "tolerated")]
    return [
        {key: _plain(getattr(one, key)) for key in wanted}
        | ({"tolerated": one.waiver is not None} if "tolerated" in case.then else {})
        | (
            {"says": case.then["says"]}
            if "says" in case.then and case.then["says"] in one.because
            else {}
        )
        for one in found(case, act)
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Outcome) else value


def expected(case: Given) -> list[dict[str, Any]]:
    count = case.then.get("findings", 1)
    return [{key: value for key, value in case.then.items() if key != "findings"}] * count


@pytest.mark.parametrize("case", ALL, ids=str)
def test_the_case_is_judged_as_written(case: Given) -> None:
    act = ACTS[case.requirement.partition("/")[0]]
    assert told(case, act) == expected(case), [one.because for one in found(case, act)]


def _only(act: Act, requirement: Requirement) -> Act:
    return replace(act, requirements=(requirement,))


def _steps() -> list[Any]:
    """Every number of every edition, one up and one down."""
    return [
        pytest.param(requirement, index, name, value + step, id=f"{requirement.id}-{name}{step:+}")
        for requirement in REQUIREMENTS
        for index, edition in enumerate(requirement.editions)
        for name, value in edition.parameters.items()
        if type(value) is int
        for step in (1, -1)
    ]


@pytest.mark.parametrize(("requirement", "index", "name", "value"), _steps())
def test_a_threshold_off_by_one_is_noticed(
    requirement: Requirement, index: int, name: str, value: int
) -> None:
    edition = requirement.editions[index]
    moved = replace(edition, parameters={**edition.parameters, name: value})
    editions = tuple(moved if one is edition else one for one in requirement.editions)
    act = _only(ACTS[requirement.id.partition("/")[0]], replace(requirement, editions=editions))
    own = [case for case in ALL if case.requirement == requirement.id]
    assert any(told(case, act) != expected(case) for case in own)


# Numbers that no pack has, where they decide: counts, days as a span, months, shares.
SPANS = [
    (cases_of_one, "DATES_DIFFER", timedelta(days=1)),
    (cases_of_one, "RECENT", timedelta(days=1)),
    (views, "ABSENT_READS", 1),
    (views, "ABSENT_DAYS", 1),
    (attestations, "VALID_MONTHS", 1),
    (attestations, "TABLE_VALID_DAYS", 1),
    (notices, "SHARE_OF_ONE_DAY", 1),
    (posts, "AUTOPOSTED_ON", 1),
    (posts, "FEWEST_WEEKS", 1),
    (contents, "GRACE_DAYS", 1),
]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("home", "name", "step"), SPANS, ids=lambda one: str(one).rpartition(".")[2]
)
def test_a_span_off_by_one_is_noticed(
    monkeypatch: pytest.MonkeyPatch, home: ModuleType, name: str, step: Any, sign: int
) -> None:
    monkeypatch.setattr(home, name, getattr(home, name) + sign * step)
    assert any(told(case, narrow(case)) != expected(case) for case in ALL)


def narrow(case: Given) -> Act:
    act = ACTS[case.requirement.partition("/")[0]]
    return replace(
        act, requirements=tuple(one for one in act.requirements if one.id == case.requirement)
    )


@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize(
    "name",
    sorted(
        {name for one in REQUIREMENTS for name in one.editions[-1].parameters if "dead" in name}
    ),
)
def test_the_last_day_of_a_term_decides(name: str, step: int) -> None:
    """A date, not a number: the act in force one day earlier or later."""
    timed = [case for case in ALL if case.given.get("acts") and name in _parameters(case)]
    assert any(told(_shifted(case, step), narrow(case)) != expected(case) for case in timed)


def _parameters(case: Given) -> set[str]:
    one = narrow(case).requirements[0]
    return {name for edition in one.editions for name in edition.parameters}


def _shifted(case: Given, days: int) -> Given:
    acts = {
        name: {**told, "effective_date": told["effective_date"] + timedelta(days=days)}
        for name, told in case.given["acts"].items()
        if "effective_date" in told
    }
    return replace(case, given={**case.given, "acts": {**case.given["acts"], **acts}})


# Cases that need a registry of their own: see test_engine.
BESIDE = {("kedrovy-2022-298/3.list", Outcome.PASS)}


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda one: one.id)
def test_every_outcome_that_a_requirement_can_have_is_shown_by_a_case(
    requirement: Requirement,
) -> None:
    shown = {case.then.get("outcome") for case in ALL if case.requirement == requirement.id}
    wanted = {one for one in requirement.outcomes if (requirement.id, one) not in BESIDE}
    assert wanted - shown == set()


def test_no_case_shows_an_outcome_that_is_not_declared() -> None:
    declared = {one.id: set(one.outcomes) for one in REQUIREMENTS}
    for case in ALL:
        act = ACTS[case.requirement.partition("/")[0]]
        for one in judge_alone(world(case), [act]):
            assert {one.outcome, one.preview or one.outcome} <= declared[one.requirement], case


def test_clauses_that_only_ask_never_fail() -> None:
    asking = {"6.3", "6.1-pos", "6.8", "4", "5", "3.list", "12"}
    found = {one.id.partition("/")[2] for one in REQUIREMENTS if Outcome.FAIL not in one.outcomes}
    assert asking <= found
