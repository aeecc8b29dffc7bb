"""What a new registry file changes, and which notices fall due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from collectors.model import Page
from monitor.registry import Change, diff
from rules.model import Act, ActStatus, Event, Institution, Municipality
from rules.packs import load_act, shipped
from tests.cast import ADMINISTRATION, SCHOOL, SCHOOL_OK, SCHOOL_VK, TOWN

MINVODY = load_act(shipped()["minvody-draft"])
TODAY = date(2026, 11, 29)
DRAFT = {"packs": ("minvody-draft",), "acts": {"minvody-draft": ActStatus(status="in_force")}}
OLD = replace(TOWN, institutions=(ADMINISTRATION, SCHOOL), **DRAFT)  # type: ignore[arg-type]
NEW_PAGE = Page(
    institution="kedr/school",
    network="vk",
    address="https://vk.com/club7",
    role="branch",
    created_on=date(2026, 11, 20),
)


def changes(school: Institution) -> list[tuple[str, str | None, date | None]]:
    new = replace(OLD, institutions=(ADMINISTRATION, school))
    return [(one.kind, one.requirement, one.due) for one in compared(OLD, new)]


def compared(old: Municipality, new: Municipality, act: Act = MINVODY) -> tuple[Change, ...]:
    return diff(old, new, [act], TODAY)


def test_the_same_registry_has_no_changes() -> None:
    assert compared(OLD, OLD) == ()


def test_a_new_page_calls_for_two_notices() -> None:
    assert changes(replace(SCHOOL, pages=(*SCHOOL.pages, NEW_PAGE))) == [
        ("page_created", None, None),
        ("notice", "minvody-draft/3.3.2", date(2026, 11, 24)),
        ("notice", "minvody-draft/3.2.4", date(2026, 11, 25)),
    ]


def test_a_deleted_page_calls_for_two_notices() -> None:
    gone = replace(SCHOOL_VK, deleted_on=date(2026, 11, 20))
    kinds = [kind for kind, _, _ in changes(replace(SCHOOL, pages=(gone, SCHOOL_OK)))]
    assert kinds == ["page_deleted", "notice", "notice"]


def test_a_notice_that_was_sent_is_not_due() -> None:
    sent = Event(
        kind="notice_sent",
        on=date(2026, 11, 21),
        page=NEW_PAGE.address,
        to="department",
        about="page_created",
    )
    told = changes(replace(SCHOOL, pages=(*SCHOOL.pages, NEW_PAGE), events=(sent,)))
    assert [one for _, one, _ in told] == [None, "minvody-draft/3.2.4", None]


def test_a_page_without_a_date_has_no_day_of_notice() -> None:
    undated = replace(NEW_PAGE, created_on=None)
    assert changes(replace(SCHOOL, pages=(*SCHOOL.pages, undated)))[1][2] is None


def test_a_page_that_is_struck_out_is_told() -> None:
    assert changes(replace(SCHOOL, pages=(SCHOOL_VK,))) == [("page_removed", None, None)]


def test_a_changed_key_is_told_by_its_title() -> None:
    new = replace(OLD, institutions=(ADMINISTRATION, replace(SCHOOL, ogrn=None)))
    (change,) = compared(OLD, new)
    assert change.text == "МКОУ СОШ № 1: «ОГРН» было «1027000000004», стало «не указано»."


def test_a_town_that_no_act_binds_owes_no_notice() -> None:
    new = replace(SCHOOL, pages=(*SCHOOL.pages, NEW_PAGE))
    free = replace(OLD, packs=())
    after = replace(free, institutions=(ADMINISTRATION, new))
    assert [one.kind for one in compared(free, after)] == ["page_created"]


# --- the numbers of the law stand in the packs -------------------------------------------------


def with_workdays(days: int) -> Act:
    """The act as it might be passed: every notice within so many working days."""
    return replace(
        MINVODY,
        requirements=tuple(
            replace(
                one,
                editions=tuple(
                    replace(it, parameters={**it.parameters, "within_workdays": days})
                    for it in one.editions
                ),
            )
            if one.predicate == "noticed"
            else one
            for one in MINVODY.requirements
        ),
    )


def notices(act: Act, **status: object) -> list[Change]:
    statuses = {"minvody-draft": ActStatus(**status)}  # type: ignore[arg-type]
    old = replace(OLD, acts=statuses)
    school = replace(SCHOOL, pages=(*SCHOOL.pages, NEW_PAGE))
    found = compared(old, replace(old, institutions=(ADMINISTRATION, school)), act)
    return [one for one in found if one.kind == "notice"]


def test_the_term_is_that_of_the_pack() -> None:
    told = notices(with_workdays(5), status="in_force")
    assert {one.due for one in told} == {date(2026, 11, 27)}
    assert not [one.text for one in told if "проект" in one.text]


def test_a_draft_says_that_it_is_one_and_a_repealed_act_asks_for_nothing() -> None:
    assert all("пока акт — проект" in one.text for one in notices(MINVODY))
    assert notices(MINVODY, status="repealed") == []


def test_what_happened_before_the_act_calls_for_no_notice() -> None:
    assert notices(MINVODY, status="in_force", effective_date=date(2026, 11, 21)) == []
