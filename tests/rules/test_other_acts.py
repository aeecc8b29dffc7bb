"""Acts as other regions write them: each way of asking, as a small pack, loaded and judged.

The acts are invented after those of requirements.md, part C. `REGION` stands for the act of a
region, `TOWN` for that of a municipality which names the region's clause in its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from collectors.model import Observation
from rules.engine import judge_alone
from rules.model import (
    Act,
    ActStatus,
    Attestation,
    Event,
    Exemption,
    Finding,
    Institution,
    NoPage,
    Outcome,
)
from rules.packs import PackError, load_act
from rules.text.explain import explain
from tests import cast

Table = dict[str, Any]
WINDOW = {
    "lookback_weeks": 4,
    "max_calendar_weeks": 8,
    "max_weeks_below": 1,
    "min_workdays_in_week": 3,
    "min_own_text": 50,
}
POSTS: Table = {
    "id": "4",
    "clause": "4",
    "title": "Публикации",
    "law": "Публиковать новости каждую неделю.",
    "looks_at": "Записи на стене.",
    "how": "Выполнено: записей достаточно.",
    "source": "указ, пункт 4",
    "nature": "mandatory",
    "severity": "minor",
    "per": "page",
    "networks": ["vk", "ok"],
    "predicate": "posts_per_week",
    "norm": {"min_posts": "at_least"},
    "outcomes": ["pass", "fail", "review", "pending", "unknown", "not_applicable"],
    "advice": "Публикуйте чаще.",
    "edition": [{"since": date(2025, 1, 1), "parameters": {"min_posts": 3, **WINDOW}}],
}
PAGES: Table = {
    **{key: POSTS[key] for key in ("looks_at", "how", "source", "nature", "outcomes", "advice")},
    "id": "2",
    "clause": "2",
    "title": "Страницы",
    "law": "Создать официальные страницы.",
    "severity": "critical",
    "networks": {"all_of": ["vk", "ok"]},
    "predicate": "page_exists",
    "edition": [{"since": date(2025, 1, 1)}],
}
OWN: Table = {  # what a municipal clause says itself when it names the region's
    "id": "7",
    "clause": "7",
    "law": "Публиковать, как велит область.",
    "source": "постановление, пункт 7",
    "nature": "mandatory",
    "inherits": "region/4",
    "edition": [{"since": date(2025, 6, 1)}],
}
LIVELY = cast.seen(cast.SCHOOL_VK, cast.SCHOOL_FACTS)  # three posts in every week


def said(posts: int) -> list[Table]:
    return [{"since": date(2025, 6, 1), "parameters": {"min_posts": posts}}]


def pack(folder: Path, name: str, *requirements: Table, **told: Any) -> Act:
    head = {"id": name, "title": f"Акт {name}", "short_title": f"Акт {name}"}
    about = {"status": "in_force", "signed_on": date(2025, 1, 1), **told}
    path = folder / f"{name}.toml"
    path.write_text(tomli_w.dumps({**head, **about, "requirement": list(requirements)}), "utf-8")
    return load_act(path)


def found(
    *acts: Act,
    who: Institution = cast.SCHOOL,
    seen: tuple[Observation, ...] = (LIVELY,),
    statuses: Mapping[str, ActStatus] | None = None,
) -> dict[str, Finding]:
    """By requirement; the School has one page with posts, in VK."""
    who = replace(who, pages=who.pages[:1])
    town = replace(
        cast.TOWN,
        packs=tuple(act.id for act in acts),
        acts=statuses or {},
        institutions=tuple(who if one.id == who.id else one for one in cast.TOWN.institutions),
    )
    return {
        one.requirement: one
        for one in judge_alone(cast.dossier(who, *seen, municipality=town), acts)
    }


def outcomes(findings: Mapping[str, Finding]) -> dict[str, str]:
    return {name: str(one.outcome) for name, one in findings.items()}


# --- acts that build on each other ------------------------------------------------------------


def test_the_stricter_duty_is_counted_and_names_its_act(tmp_path: Path) -> None:
    region = pack(tmp_path, "region", {**POSTS, "edition": [_edition(min_posts=9)]})
    town = pack(tmp_path, "town", {**OWN, "edition": said(2)})
    judged = found(region, town)
    assert outcomes(judged) == {"region/4": "fail", "town/7": "not_applicable"}
    assert "Акт region" in judged["town/7"].because


def test_the_town_may_ask_for_more_than_the_region(tmp_path: Path) -> None:
    region, town = (
        pack(tmp_path, "region", POSTS),
        pack(tmp_path, "town", {**OWN, "edition": said(9)}),
    )
    assert outcomes(found(region, town)) == {"region/4": "not_applicable", "town/7": "fail"}


def test_of_equal_duties_the_nearest_is_counted(tmp_path: Path) -> None:
    region, town = (
        pack(tmp_path, "region", POSTS),
        pack(tmp_path, "town", {**OWN, "edition": said(3)}),
    )
    judged = found(region, town)
    assert judged["region/4"].reason == "stricter_elsewhere"
    assert judged["town/7"].reason == "posts_enough"


def test_a_town_that_only_recommends_leaves_the_duty_as_it_is(tmp_path: Path) -> None:
    region = pack(tmp_path, "region", {**POSTS, "edition": [_edition(min_posts=9)]})
    soft = {**OWN, "nature": "recommended", "severity": "advisory", "edition": said(2)}
    judged = found(region, pack(tmp_path, "town", soft))
    assert outcomes(judged) == {"region/4": "fail", "town/7": "pass"}


def test_a_recommendation_that_asks_more_stays_a_recommendation(tmp_path: Path) -> None:
    region = pack(tmp_path, "region", POSTS)
    soft = {**OWN, "nature": "recommended", "severity": "advisory", "edition": said(9)}
    judged = found(region, pack(tmp_path, "town", soft))
    assert outcomes(judged) == {"region/4": "pass", "town/7": "fail"}
    assert judged["town/7"].severity == "advisory"


def test_a_number_of_another_act_is_told_with_that_act(tmp_path: Path) -> None:
    region, town = pack(tmp_path, "region", POSTS), pack(tmp_path, "town", OWN)
    finding = found(region, town)["town/7"]
    assert finding.required["min_posts"] == 3
    assert "Норму установил документ «Акт region», п. 4." in finding.notes


def test_the_number_is_that_of_the_other_acts_edition_of_the_date(tmp_path: Path) -> None:
    editions = [_edition(min_posts=1), _edition(min_posts=5, since=date(2026, 11, 1))]
    region = pack(tmp_path, "region", {**POSTS, "edition": editions})
    town = pack(tmp_path, "town", OWN)
    assert found(region, town)["town/7"].required["min_posts"] == 5


@pytest.mark.parametrize(
    "status",
    [
        ActStatus(status="repealed"),
        ActStatus(status="draft"),
        ActStatus(effective_date=date(2027, 1, 1)),
    ],
)
def test_an_act_that_does_not_bind_gives_nothing(tmp_path: Path, status: ActStatus) -> None:
    region, town = pack(tmp_path, "region", POSTS), pack(tmp_path, "town", OWN)
    finding = found(region, town, statuses={"region": status})["town/7"]
    assert finding.outcome is Outcome.NOT_APPLICABLE
    assert finding.reason == "inherited_not_in_force"


def test_a_duty_with_its_own_number_outlives_the_other_act(tmp_path: Path) -> None:
    region = pack(tmp_path, "region", POSTS, status="repealed")
    whole = [{"since": date(2025, 6, 1), "parameters": {"min_posts": 9, **WINDOW}}]
    judged = found(region, pack(tmp_path, "town", {**OWN, "edition": whole}))
    assert outcomes(judged) == {"region/4": "not_applicable", "town/7": "fail"}


def test_an_act_that_the_registry_does_not_name_gives_nothing(tmp_path: Path) -> None:
    pack(tmp_path, "region", POSTS)
    assert found(pack(tmp_path, "town", OWN))["town/7"].reason == "inherited_not_in_force"


def test_a_stricter_duty_of_others_takes_nothing_away(tmp_path: Path) -> None:
    libraries = {**POSTS, "subjects": {"kind": ["library"]}, "edition": [_edition(min_posts=9)]}
    region = pack(tmp_path, "region", libraries)
    town = pack(tmp_path, "town", {**OWN, "subjects": {}, "edition": said(2)})
    assert outcomes(found(region, town)) == {"region/4": "not_applicable", "town/7": "pass"}


def test_a_duty_whose_term_runs_does_not_stand_for_one_that_is_due(tmp_path: Path) -> None:
    region = pack(tmp_path, "region", PAGES, effective_date=date(2025, 1, 1))
    later = {**OWN, "id": "7", "inherits": "region/2", "edition": _given(deadline_days=30)}
    town = pack(tmp_path, "town", later, effective_date=date(2026, 11, 20))
    who = replace(cast.SCHOOL, no_pages={"ok": NoPage(confirmed_on=date(2026, 11, 1))})
    assert outcomes(found(region, town, who=who)) == {"region/2": "fail", "town/7": "pending"}


def test_three_acts_one_over_the_other(tmp_path: Path) -> None:
    country = pack(tmp_path, "country", {**POSTS, "id": "1", "edition": [_edition(min_posts=1)]})
    middle = {**OWN, "id": "4", "inherits": "country/1", "edition": said(2)}
    region, town = pack(tmp_path, "region", middle), pack(tmp_path, "town", OWN)
    judged = found(country, region, town)
    counted = [name for name, one in judged.items() if one.reason != "stricter_elsewhere"]
    assert counted == ["town/7"]
    assert judged["town/7"].required["min_posts"] == 2


def test_any_network_is_less_than_all(tmp_path: Path) -> None:
    country = pack(tmp_path, "country", {**PAGES, "networks": {"any_of": ["vk", "ok"]}})
    own = {**OWN, "inherits": "country/2", "networks": {"all_of": ["vk", "ok"]}}
    who = replace(cast.SCHOOL, no_pages={"ok": NoPage(confirmed_on=date(2026, 11, 1))})
    judged = found(country, pack(tmp_path, "town", own), who=who)
    assert outcomes(judged) == {"country/2": "not_applicable", "town/7": "fail"}
    assert outcomes(found(country, who=who)) == {"country/2": "pass"}


def test_clauses_that_cannot_be_compared_are_judged_apart(tmp_path: Path) -> None:
    region = pack(tmp_path, "region", POSTS)
    other = [{"since": date(2025, 6, 1), "parameters": {"min_posts": 2, "max_weeks_below": 0}}]
    judged = found(region, pack(tmp_path, "town", {**OWN, "edition": other}))
    assert outcomes(judged) == {"region/4": "pass", "town/7": "pass"}


def test_the_explanation_names_the_other_act(tmp_path: Path) -> None:
    pack(tmp_path, "region", POSTS)
    told = dict(explain(pack(tmp_path, "town", OWN).requirements[0]).parts)
    assert "Акт region, п. 4 (region/4)" in told["Связь с другими документами"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inherits": "regoin/4"}, "did you mean 'region'?"),
        ({"inherits": "region/44"}, "did you mean '4'?"),
        ({"inherits": "town/7"}, "a circle: town/7 → town/7"),
        ({"per": "institution", "predicate": "page_exists"}, "asks another thing"),
        ({"inherits": "region/soft"}, "only recommends, a duty cannot rest on it"),
        ({"inherits": "region/unseen"}, "is not checked, nothing is to be inherited"),
        ({"norm": {"min_post": "at_least"}}, "did you mean 'min_posts'?"),
        ({"nature": "recommended"}, "a recommendation is `advisory` or `info`"),
    ],
)
def test_a_fault_of_inheritance_has_its_place(tmp_path: Path, change: Table, message: str) -> None:
    soft = {**POSTS, "id": "soft", "nature": "recommended", "severity": "advisory"}
    unseen = {key: POSTS[key] for key in POSTS if key not in ("predicate", "norm")}
    unseen |= {"id": "unseen", "why_not": "не видно", "outcomes": ["not_applicable"]}
    unseen["edition"] = [{"since": date(2025, 1, 1)}]
    pack(tmp_path, "region", POSTS, soft, unseen)
    with pytest.raises(PackError) as raised:
        pack(tmp_path, "town", {**OWN, **change})
    assert str(raised.value).startswith(f"{tmp_path / 'town.toml'}:")
    assert ": 7: " in str(raised.value)
    assert message in str(raised.value)


def test_a_circle_over_two_acts_is_told(tmp_path: Path) -> None:
    (tmp_path / "region.toml").write_text(
        'id = "region"\n[[requirement]]\nid = "4"\ninherits = "town/7"\n'
    )
    with pytest.raises(PackError, match="a circle: town/7 → region/4 → town/7"):
        pack(tmp_path, "town", OWN)


def _edition(since: date = date(2025, 1, 1), **numbers: object) -> Table:
    return {"since": since, "parameters": {**WINDOW, **numbers}}


def _given(**parameters: object) -> list[Table]:
    return [{"since": date(2025, 1, 1), "parameters": parameters}]


# --- whom an act binds ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subjects", "bound"),
    [
        ({"institution": ["school", "museum"]}, ["school", "museum"]),
        ({"kind": ["school"]}, ["school"]),
        ({"not_kind": ["school", "accounting", "authority"]}, ["museum", "clinic"]),
        ({"parent": ["adm"], "not_kind": ["accounting"]}, ["school", "museum", "clinic"]),
        ({"category": ["flagship"]}, ["clinic"]),
        ({"not_category": ["flagship"], "parent": ["adm"]}, ["school", "museum", "office"]),
        ({"authority": True}, ["adm"]),
    ],
)
def test_an_act_names_its_subjects(tmp_path: Path, subjects: Table, bound: list[str]) -> None:
    act = pack(tmp_path, "town", {**PAGES, "subjects": subjects, "exempt_scope": "none"})
    clinic = replace(cast.CLINIC, category="flagship")
    others = (cast.ADMINISTRATION, cast.SCHOOL, cast.MUSEUM, clinic, cast.OFFICE)
    judged = [(one.id, found(act, who=one)["town/2"].outcome) for one in others]
    assert [who for who, outcome in judged if outcome is not Outcome.NOT_APPLICABLE] == bound


def test_norms_differ_by_kind_and_category(tmp_path: Path) -> None:
    """As in Новосибирская область: ten a week for some, five for others."""
    numbers = {
        "by_kind": {"school": {"min_posts": 5}},
        "by_category": {"flagship": {"min_posts": 10}},
    }
    edition = {"since": date(2025, 1, 1), "parameters": {"min_posts": 1, **WINDOW, **numbers}}
    act = pack(tmp_path, "town", {**POSTS, "edition": [edition]})
    flagship = replace(cast.SCHOOL, category="flagship")
    asked = [
        found(act, who=who)["town/4"].required["min_posts"]
        for who in (cast.MUSEUM, cast.SCHOOL, flagship)
    ]
    assert asked == [1, 5, 10]


def test_the_towns_own_number_goes_before_the_regions_for_a_kind(tmp_path: Path) -> None:
    split = _edition(min_posts=1, by_kind={"school": {"min_posts": 2}})
    region = pack(tmp_path, "region", {**POSTS, "edition": [split]})
    judged = found(region, pack(tmp_path, "town", {**OWN, "edition": said(3)}))
    assert judged["town/7"].required["min_posts"] == 3


def test_a_recommendation_is_advisory_whatever_was_seen(tmp_path: Path) -> None:
    """A page that surely is not there is critical, but not where it is only recommended."""
    soft = {**PAGES, "nature": "recommended", "severity": "advisory"}
    who = replace(cast.SCHOOL, no_pages={"ok": NoPage(confirmed_on=date(2026, 11, 1))})
    finding = found(pack(tmp_path, "town", soft), who=who)["town/2"]
    assert (finding.outcome, finding.severity) == (Outcome.FAIL, "advisory")


# --- terms ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "began", "outcome"),
    [
        ({"deadline_days": 30}, date(2026, 10, 24), "pending"),  # Monday 23 November is the last
        ({"deadline_days": 30}, date(2026, 10, 23), "pending"),  # a Sunday moves to the Monday
        ({"deadline_days": 30}, date(2026, 10, 20), "fail"),
        ({"deadline_workdays": 5}, date(2026, 11, 16), "pending"),
        ({"deadline_workdays": 5}, date(2026, 11, 13), "fail"),
        ({"deadline_months": 1}, date(2026, 10, 23), "pending"),
        ({"deadline_months": 1}, date(2026, 10, 20), "fail"),
    ],
)
def test_a_term_is_counted_as_the_act_says(
    tmp_path: Path, term: Table, began: date, outcome: str
) -> None:
    timed = {**PAGES, "edition": _given(**term)}
    act = pack(tmp_path, "town", timed, effective_date=began)
    who = replace(cast.SCHOOL, no_pages={"ok": NoPage(confirmed_on=date(2026, 11, 1))})
    assert outcomes(found(act, who=who)) == {"town/2": outcome}


def test_a_term_may_differ_by_kind(tmp_path: Path) -> None:
    given = {"deadline_days": 10, "by_kind": {"school": {"deadline_days": 60}}}
    timed = {**PAGES, "edition": _given(**given)}
    act = pack(tmp_path, "town", timed, effective_date=date(2026, 11, 1))
    absent = {"ok": NoPage(confirmed_on=date(2026, 11, 2))}
    who = [replace(one, no_pages=absent) for one in (cast.SCHOOL, cast.MUSEUM)]
    seen = (LIVELY, cast.seen(cast.MUSEUM_VK, cast.SCHOOL_FACTS))
    judged = [str(found(act, who=one, seen=seen)["town/2"].outcome) for one in who]
    assert judged == ["pending", "fail"]


def test_a_term_that_ends_in_an_uncovered_year_is_unknown(tmp_path: Path) -> None:
    timed = {
        **PAGES,
        "edition": [{"since": date(2025, 1, 1), "parameters": {"deadline_months": 24}}],
    }
    act = pack(tmp_path, "town", timed, effective_date=date(2026, 10, 1))
    who = replace(cast.SCHOOL, no_pages={"ok": NoPage(confirmed_on=date(2026, 11, 1))})
    assert found(act, who=who)["town/2"].reason == "calendar_uncovered"


def test_a_notice_in_working_days_as_another_act_sets_them(tmp_path: Path) -> None:
    notice = {
        **PAGES,
        "per": "event",
        "predicate": "noticed",
        "exempt_scope": "none",
        "edition": _given(to="cur", within_workdays=5),
    }
    act = pack(tmp_path, "town", notice, effective_date=date(2025, 1, 1))
    made = Event(kind="page_created", on=date(2026, 11, 16), page=cast.SCHOOL_VK.address)
    late = replace(made, on=date(2026, 11, 13))
    judged = [
        str(found(act, who=replace(cast.SCHOOL, events=(one,)))["town/2"].outcome)
        for one in (made, late)
    ]
    assert judged == ["pending", "fail"]


# --- editions, exemptions, readings -----------------------------------------------------------


def test_an_act_that_was_changed_is_judged_in_the_wording_of_the_day(tmp_path: Path) -> None:
    """The third wording is in force, as in Фёдоровский район; the first ended long ago."""
    editions = [
        {**_edition(min_posts=9), "until": date(2025, 12, 31)},
        _edition(min_posts=4, since=date(2026, 1, 1)),
        _edition(min_posts=2, since=date(2026, 11, 1)),
    ]
    act = pack(tmp_path, "town", {**POSTS, "edition": editions})
    assert found(act)["town/4"].required["min_posts"] == 2


def test_bodies_of_a_named_list_are_exempt(tmp_path: Path) -> None:
    act = pack(tmp_path, "town", PAGES, exempt=[cast.OFFICE.name])
    assert found(act, who=cast.OFFICE)["town/2"].reason == "exempt_named"


def test_an_open_rule_asks_for_ground_and_consent(tmp_path: Path) -> None:
    act = pack(tmp_path, "town", PAGES)
    bare = replace(cast.MUSEUM, pages=(), exemptions=(Exemption(scope=("pages",)),))
    assert found(act, who=bare)["town/2"].reason == "exempt_unfounded"


@pytest.mark.parametrize(
    ("reading", "outcome"), [("", "review"), ("pages_must_be_connected", "fail")]
)
def test_one_clause_has_two_readings(tmp_path: Path, reading: str, outcome: str) -> None:
    pos = {
        **PAGES,
        "predicate": "connected",
        "networks": ["vk", "ok"],
        "edition": _given(reading=reading),
    }
    said_no = Attestation(
        kind="pos", value=False, stated_by="директор", stated_on=date(2026, 10, 1)
    )
    finding = found(pack(tmp_path, "town", pos), who=replace(cast.SCHOOL, attestations=(said_no,)))
    assert str(finding["town/2"].outcome) == outcome
