"""What no case file can tell: broken predicates, editions, other acts, other registries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from collectors.model import Post
from rules.dossier.attestations import is_leading_post
from rules.engine import declared_pages, judge_alone
from rules.model import Act, ActStatus, Attestation, Finding, Institution, Outcome, Requirement
from rules.packs import shipped
from tests import cast
from tests.rules.test_cases import ACTS

KEDROVY, DRAFT = ACTS["kedrovy-2022-298"], ACTS["minvody-draft"]


def requirement(act: Act, name: str) -> Requirement:
    return next(one for one in act.requirements if one.id == f"{act.id}/{name}")


def only(act: Act, one: Requirement) -> Act:
    return replace(act, requirements=(one,))


def school(act: Act) -> tuple[Finding, ...]:
    return judge_alone(
        cast.dossier(cast.SCHOOL, cast.seen(cast.SCHOOL_VK, cast.SCHOOL_FACTS)), [act]
    )


def test_a_broken_predicate_costs_its_own_finding_only() -> None:
    broken = replace(requirement(KEDROVY, "6.5"), predicate="fixed_pages")
    both = replace(KEDROVY, requirements=(broken, requirement(KEDROVY, "6.6")))
    assert [one.outcome for one in school(both)] == [Outcome.ERROR, Outcome.PASS]


def test_a_repealed_wording_does_not_apply() -> None:
    one = requirement(KEDROVY, "6.6")
    ended = replace(one.editions[0], until=date(2025, 1, 1))
    findings = school(only(KEDROVY, replace(one, editions=(ended,))))
    assert findings[0].reason == "edition_not_in_force"


def test_the_edition_of_the_date_decides() -> None:
    one = requirement(KEDROVY, "6.4-recommended")
    first = one.editions[0]
    stricter = replace(
        first, since=date(2026, 11, 1), parameters={**first.parameters, "min_posts": 9}
    )
    act = only(KEDROVY, replace(one, editions=(first, stricter)))
    now = cast.dossier(cast.SCHOOL, cast.seen(cast.SCHOOL_VK, cast.SCHOOL_FACTS))
    before = replace(now, as_of=cast.NOW)
    assert judge_alone(before, [act])[0].required["min_posts"] == 9
    assert judge_alone(before, [only(KEDROVY, one)])[0].required["min_posts"] == 2


FIRST_DAY = date(2022, 12, 1)  # of 298 its signing, of 8-ФЗ (270-ФЗ) its entry into force


def test_every_wording_begins_on_the_day_of_its_act() -> None:
    begun = {
        act.id: {one.since for asked in act.requirements for one in asked.editions}
        for act in ACTS.values()
        if act.id in shipped()
    }
    assert begun == {
        "kedrovy-2022-298": {FIRST_DAY},
        "fed-8fz": {FIRST_DAY},
        "minvody-draft": {date(2023, 8, 30)},
    }
    assert (KEDROVY.signed_on, KEDROVY.effective_date) == (FIRST_DAY, None)
    assert ACTS["fed-8fz"].effective_date == FIRST_DAY


@pytest.mark.parametrize(("minutes", "reason"), [(-1, "act_not_yet_in_force"), (0, "mark_seen")])
def test_an_act_binds_from_midnight_where_the_municipality_is(minutes: int, reason: str) -> None:
    midnight = datetime(2022, 12, 1, tzinfo=cast.TOMSK) + timedelta(minutes=minutes)
    seen = cast.seen(replace(cast.SCHOOL_VK, created_on=None), cast.SCHOOL_FACTS, at=midnight)
    town = replace(cast.SCHOOL, pages=(replace(cast.SCHOOL_VK, created_on=None),))
    found = judge_alone(
        cast.dossier(town, seen, as_of=midnight), [only(KEDROVY, requirement(KEDROVY, "6.6"))]
    )
    assert found[0].reason == reason


def test_an_act_that_the_municipality_does_not_name_binds_nobody() -> None:
    assert school(DRAFT) == ()


def test_a_registry_as_the_act_lists_it_agrees() -> None:
    bodies = tuple(
        Institution(id=f"i{number}", municipality="kedr", name=name, kind="other", parent="adm")
        for number, name in enumerate((*KEDROVY.listed, *KEDROVY.exempt))
    )
    town = replace(cast.TOWN, institutions=(cast.ADMINISTRATION, *bodies))
    act = only(KEDROVY, requirement(KEDROVY, "3.list"))
    findings = judge_alone(cast.dossier(cast.ADMINISTRATION, municipality=town), [act])
    assert findings[0].reason == "list_agrees"


def test_a_draft_accuses_nobody_in_any_clause() -> None:
    town = replace(cast.TOWN, packs=(DRAFT.id,))
    for who in town.institutions:
        for finding in judge_alone(cast.dossier(who, municipality=town), [DRAFT]):
            assert finding.outcome is Outcome.NOT_APPLICABLE
            assert finding.preview is not Outcome.ERROR


def test_the_act_names_pages_of_the_authority_only() -> None:
    town = replace(cast.TOWN, packs=(DRAFT.id,))
    named = declared_pages(cast.ADMINISTRATION, town, [DRAFT])
    assert [page.address for page in named] == [
        "https://ok.ru/group/56674472755216",
        "https://vk.com/minvodygorod",
    ]
    assert declared_pages(cast.SCHOOL, town, [DRAFT]) == ()


def test_a_registry_that_knows_the_date_beats_the_file() -> None:
    status = ActStatus(status="in_force", effective_date=date(2027, 1, 1))
    town = replace(cast.TOWN, acts={KEDROVY.id: status})
    findings = judge_alone(cast.dossier(cast.SCHOOL, municipality=town), [KEDROVY])
    assert {one.outcome for one in findings} == {Outcome.NOT_APPLICABLE}


def test_a_post_from_the_future_is_not_counted() -> None:
    later = Post(key="later", published_at=cast.NOW + timedelta(days=1), own_length=100)
    wall = replace(cast.wall(), posts=(later,))
    facts = replace(cast.SCHOOL_FACTS, wall=wall)
    act = only(KEDROVY, requirement(KEDROVY, "6.4-regularity"))
    findings = judge_alone(cast.dossier(cast.SCHOOL, cast.seen(cast.SCHOOL_VK, facts)), [act])
    assert findings[0].reason == "no_posts"


def test_a_gap_between_nights_leaves_the_window_open() -> None:
    """Ten days ago the wall was read; tonight only the last three days of it (G04)."""
    old = cast.NOW - timedelta(days=6)
    before = replace(cast.SCHOOL_FACTS, wall=cast.wall(now=old))
    now = replace(cast.wall(), covered_since=cast.NOW - timedelta(days=3))
    seen = [
        cast.seen(cast.SCHOOL_VK, before, at=old),
        cast.seen(cast.SCHOOL_VK, replace(cast.SCHOOL_FACTS, wall=now)),
    ]
    act = only(KEDROVY, requirement(KEDROVY, "6.4-regularity"))
    findings = judge_alone(cast.dossier(cast.SCHOOL, *seen), [act])
    assert findings[0].outcome is Outcome.UNKNOWN


def test_a_renamed_page_keeps_its_id_and_address() -> None:
    found = {one.page_id for one in school(KEDROVY) if one.network == "vk" and one.page}
    assert found == {"101"}


@pytest.mark.parametrize(
    "post",
    [
        "директор", "Директор школы № 1", "и.о. директора", "ИО заведующего",
        "Врио начальника отдела",
        "заместитель директора по УВР", "зам. директора", "заведующая детским садом", "заведующий",
        "Глава города", "мэр", "руководитель учреждения", "исполняющая обязанности директора",
        "начальник отдела образования", "директор Кедрова А. А.", "заведующая МКДОУ № 1",
    ],
)  # fmt: skip
def test_a_leading_post_is_known(post: str) -> None:
    assert is_leading_post(post)


@pytest.mark.parametrize(
    "post",
    [
        "секретарь директора", "помощник руководителя", "заведующий хозяйством",
        "классный руководитель",
        "руководитель кружка", "учитель", "бухгалтер", "начальник смены", "", "завхоз", "методист",
        "заместитель бухгалтера", "специалист отдела",
    ],
)  # fmt: skip
def test_another_post_is_not(post: str) -> None:
    assert not is_leading_post(post)


def test_a_norm_may_differ_by_kind_and_category() -> None:
    one = requirement(KEDROVY, "6.4-recommended")
    norms = {"by_kind": {"school": {"min_posts": 3}}, "by_category": {"flagship": {"min_posts": 5}}}
    first = one.editions[0]
    edition = replace(first, parameters={**first.parameters, **norms})
    act = only(KEDROVY, replace(one, editions=(edition,)))
    seen = cast.seen(cast.SCHOOL_VK, cast.SCHOOL_FACTS)
    flagship = replace(cast.SCHOOL, category="flagship")
    wanted = [
        judge_alone(cast.dossier(who, seen), [act])[0].required["min_posts"]
        for who in (cast.MUSEUM, cast.SCHOOL, flagship)
    ]
    assert wanted == [2, 3, 5]


@pytest.mark.parametrize(
    ("reading", "outcome"), [("", Outcome.REVIEW), ("pages_must_be_connected", Outcome.FAIL)]
)
def test_of_two_readings_the_pack_chooses(reading: str, outcome: Outcome) -> None:
    said = Attestation(kind="pos", value=False, stated_by="директор", stated_on=date(2026, 10, 1))
    one = requirement(KEDROVY, "6.1-pos")
    edition = replace(one.editions[0], parameters={"reading": reading})
    act = only(KEDROVY, replace(one, worst=Outcome.FAIL, editions=(edition,)))
    who = replace(cast.SCHOOL, attestations=(said,))
    seen = cast.seen(cast.SCHOOL_VK, cast.SCHOOL_FACTS)
    assert judge_alone(cast.dossier(who, seen), [act])[0].outcome is outcome


def judged_as_authority(*bodies: Institution) -> list[str]:
    """Whom clause 7 accuses in a registry that does not say which body is the administration."""
    town = replace(cast.TOWN, authority=None, institutions=(*bodies, cast.SCHOOL))
    section = only(KEDROVY, requirement(KEDROVY, "7.1"))
    return [
        one.id
        for one in town.institutions
        for found in judge_alone(cast.dossier(one, municipality=town), [section])
        if found.outcome is not Outcome.NOT_APPLICABLE
    ]


def test_the_only_authority_of_a_registry_needs_no_naming() -> None:
    council = replace(cast.ADMINISTRATION, id="duma", name="Дума города", parent="adm")
    assert judged_as_authority(cast.ADMINISTRATION) == ["adm"]
    assert judged_as_authority(cast.ADMINISTRATION, council) == ["adm"]


def test_of_two_authorities_without_a_word_neither_is_accused() -> None:
    council = replace(cast.ADMINISTRATION, id="duma", name="Дума города")
    assert judged_as_authority(cast.ADMINISTRATION, council) == []
