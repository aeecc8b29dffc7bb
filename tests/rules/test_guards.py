"""The guards G01 to G27, each by its number; docs/walk.md says at its end what each is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from rules.model import Outcome, Severity
from tests import cast
from tests.rules.test_false_accusations import TOMSK, finding

ABSENT = {"presence": "absent"}
IN_FORCE = {"minvody-draft": {"status": "in_force", "effective_date": date(2026, 1, 1)}}


def nights(*days_ago: float) -> list[dict[str, Any]]:
    """Looks that found nothing, the newest last."""
    return [{"days_ago": days, "facts": ABSENT} for days in days_ago]


def after(*days_ago: float) -> Outcome:
    return finding("6.1-pages", "vk", readings=nights(*days_ago)).outcome


def test_g01_an_absence_is_believed_after_three_looks_on_two_days() -> None:
    assert [after(0), after(1, 0), after(0.02, 0.01, 0), after(2, 1, 0)] == [
        Outcome.REVIEW, Outcome.REVIEW, Outcome.REVIEW, Outcome.FAIL,
    ]  # fmt: skip


def test_g01_days_are_those_of_the_municipality() -> None:
    """At 01:00, 05:00 and 23:00 of Tomsk the date of Greenwich changes, that of Tomsk does not."""
    evening = datetime(2026, 11, 23, 23, tzinfo=TOMSK)
    looks = [{"hours_ago": hours, "facts": ABSENT} for hours in (22, 18, 0)]
    assert finding("6.1-pages", "vk", when=evening, readings=looks).outcome is Outcome.REVIEW


def test_g01_a_look_that_failed_neither_agrees_nor_contradicts() -> None:
    looks = [*nights(3, 2), {"days_ago": 1, "failure": "timeout"}, *nights(0)]
    assert finding("6.1-pages", "vk", readings=looks).outcome is Outcome.FAIL


def test_g01_a_page_that_was_seen_again_begins_a_new_count() -> None:
    looks = [*nights(5, 4, 3), {"days_ago": 2}, *nights(1, 0)]
    assert finding("6.1-pages", "vk", readings=looks).outcome is Outcome.REVIEW


def test_g01_a_page_that_came_back_is_there() -> None:
    assert finding("6.1-pages", "vk", readings=[*nights(3, 2, 1), {}]).outcome is Outcome.PASS


@pytest.mark.parametrize("code", ["token_refused", "server_error", "forbidden", "not_visible"])
def test_g02_an_error_of_the_network_proves_nothing(code: str) -> None:
    assert finding("6.1-pages", "vk", failure=code).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(("created", "outcome"), [(10, Outcome.PENDING), (9, Outcome.FAIL)])
def test_g03_a_new_page_has_fourteen_days(created: int, outcome: Outcome) -> None:
    page = {"created_on": date(2026, 11, created)}
    given: dict[str, Any] = {"page": page, "facts": {"contacts": {}}, "posts_days_ago": [1]}
    assert finding("9.1.phone", **given).outcome is outcome


def test_g04_a_window_that_was_not_read_whole_is_unknown() -> None:
    short = finding("6.4-regularity", posts_days_ago=[], covered_weeks=2)
    assert short.outcome is Outcome.UNKNOWN


def test_g04_what_was_seen_is_enough_if_it_meets_the_norm() -> None:
    assert finding("6.4-recommended", covered_weeks=1).outcome is Outcome.PASS


def test_g05_a_week_ends_at_midnight_of_the_municipality() -> None:
    after_midnight = datetime(2026, 11, 16, 0, 30, tzinfo=TOMSK)
    weeks = finding("6.4-recommended", posts_at=[after_midnight]).measured["weeks"]
    assert weeks["2026-11-16"]["strict"] == 1


def test_g06_the_pinned_post_is_sorted_by_its_date() -> None:
    posts = [{"days_ago": 900, "is_pinned": True}, {"days_ago": 2}]
    assert finding("6.4-regularity", posts=posts).measured["newest"] == "2026-11-21"


@pytest.mark.parametrize(("length", "strict"), [(50, 1), (49, 0)])
def test_g07_a_repost_counts_by_its_own_words(length: int, strict: int) -> None:
    post = {"days_ago": 3, "is_repost": True, "own_length": length}
    weeks = finding("6.4-recommended", posts=[post]).measured["weeks"]
    assert weeks["2026-11-16"] == {"strict": strict, "generous": 1}


def test_g08_a_post_from_a_profile_counts_generously_only() -> None:
    weeks = finding("6.4-recommended", posts=[{"days_ago": 3, "author": "other"}]).measured["weeks"]
    assert weeks["2026-11-16"] == {"strict": 0, "generous": 1}


def test_g09_what_is_not_on_the_wall_is_not_called_a_violation_of_a_duty() -> None:
    found = finding("6.4-recommended", posts_days_ago=[])
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.ADVISORY)


def test_g10_a_post_that_was_deleted_later_counts() -> None:
    looks = [{"days_ago": 2, "posts_days_ago": [1]}, {"posts_days_ago": []}]
    assert finding("6.4-regularity", readings=looks).measured["posts"] == 1


@pytest.mark.parametrize(
    ("kind", "on", "outcome"),
    [
        ("page_created", date(2026, 11, 18), Outcome.PASS),
        ("page_renamed", date(2026, 11, 18), Outcome.PASS),
        ("page_created", date(2025, 11, 18), Outcome.UNKNOWN),
        ("notice_sent", date(2026, 11, 18), Outcome.UNKNOWN),
    ],
)
def test_g10_walls_of_two_pages_are_one_only_if_an_event_says_so(
    kind: str, on: date, outcome: Outcome
) -> None:
    """A stranger's community may have had the address: its posts are not the School's."""
    looks = [
        {"days_ago": 6, "facts": {"page_id": "777"}, "posts_days_ago": [1, 5, 14]},
        {"facts": {"page_id": "888"}, "posts_days_ago": [1]},
    ]
    events = {"events": [{"kind": kind, "on": on, "page": cast.SCHOOL_VK.address}]}
    assert finding("6.4-regularity", readings=looks, registry=events).outcome is outcome


def test_g09_counters_of_two_pages_are_not_one() -> None:
    looks = [
        {"days_ago": 20, "facts": {"page_id": "777", "clips_count": 1}},
        {"facts": {"page_id": "888", "clips_count": 50}, "posts_days_ago": []},
    ]
    assert "clips_grown" not in finding("6.4-recommended", readings=looks).measured


def test_g11_a_week_of_holidays_is_not_judged() -> None:
    when = datetime(2026, 1, 19, 3, tzinfo=TOMSK)
    assert "2026-01-05" not in finding("6.4-recommended", when=when).measured["weeks"]


def test_g12_a_founded_exemption_covers_the_date() -> None:
    exemption = {"ground": "архив", "approved_by": "adm", "document": "№ 5"}
    given: dict[str, Any] = {"page": False, "registry": {"exemptions": [exemption]}}
    assert finding("6.1-pages", "vk", **given).outcome is Outcome.NOT_APPLICABLE


def test_g13_an_act_that_was_repealed_binds_nobody() -> None:
    acts = {"kedrovy-2022-298": {"status": "repealed"}}
    assert finding("6.6", acts=acts, facts={"government_mark": False}).reason == "act_repealed"


def test_g14_a_renamed_page_is_known_by_its_number() -> None:
    card = {"heading": "МКОУ СОШ № 1", "links": ["https://vk.ru/public101"]}
    site: dict[str, Any] = {"pages": [{"blocks": [card]}]}
    given: dict[str, Any] = {"site": site, "authority_site": site}
    assert finding("fed-8fz/site-links-to-pages", **given).outcome is Outcome.PASS


def test_g15_contacts_count_wherever_they_stand() -> None:
    facts = {"contacts": {}, "pinned_text": "Приёмная: 8 (38250) 3-55-46"}
    assert finding("9.1.phone", facts=facts).outcome is Outcome.PASS


def test_g16_a_local_number_is_enough() -> None:
    assert finding("9.1.phone", facts={"contacts": {"phones": ["3-55-46"]}}).outcome is Outcome.PASS


def test_g17_quotes_and_signs_of_number_do_not_matter() -> None:
    facts = {"title": "МКОУ СОШ N1", "description": ""}
    assert finding("9.1.name", facts=facts).outcome is Outcome.PASS


def test_g18_the_index_may_be_missing() -> None:
    shown = {"addresses": ["г. Кедровый, 1 мкр, 61"]}
    assert finding("9.1.postal", facts={"contacts": shown}).outcome is Outcome.PASS


def test_g19_the_tick_does_not_stand_for_the_mark() -> None:
    facts = {"government_mark": False, "verified": True}
    assert finding("6.6", facts=facts).outcome is Outcome.FAIL


def test_g20_without_a_control_page_nobody_lacks_the_mark() -> None:
    assert finding("6.6", hidden=["government_mark"]).outcome is Outcome.UNKNOWN


def test_g21_a_branch_is_a_page_of_the_network() -> None:
    assert finding("6.1-pages", "vk", page={"role": "branch"}).outcome is Outcome.PASS


def test_g22_a_section_of_a_shared_site_is_compared_with_its_path() -> None:
    registry: dict[str, Any] = {"site": "https://portal.example/school1"}
    ours = {"links": ["https://portal.example/school1/about"]}
    theirs = {"links": ["https://portal.example/school2"]}
    assert finding("9.1.site", registry=registry, facts={"contacts": ours}).outcome is Outcome.PASS
    other = finding("9.1.site", registry=registry, facts={"contacts": theirs})
    assert other.outcome is Outcome.REVIEW


def test_g23_a_page_that_nobody_registered_is_not_judged() -> None:
    found = finding("6.1-pages", "ok")
    assert (found.outcome, found.reason) == (Outcome.UNKNOWN, "page_not_registered")


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({"value": True, "stated_by": "директор"}, Outcome.PASS),
        ({"value": False, "stated_by": "директор"}, Outcome.FAIL),
        ({"value": True, "stated_by": "секретарь"}, Outcome.UNKNOWN),
        ({"value": True, "stated_by": "директор", "valid_until": cast.NOW.date() - timedelta(3)},
         Outcome.UNKNOWN),
    ],
)  # fmt: skip
def test_g24_only_a_valid_word_of_the_right_post_counts(
    said: dict[str, Any], outcome: Outcome
) -> None:
    attestation = {"kind": "gospabliki", "stated_on": date(2026, 10, 1), **said}
    assert finding("6.7", registry={"attestations": [attestation]}).outcome is outcome


def test_g25_a_year_without_a_calendar_is_unknown() -> None:
    event = {"kind": "page_created", "on": date(2027, 12, 31), "page": "https://vk.com/new"}
    when = datetime(2028, 1, 20, 3, tzinfo=TOMSK)
    given: dict[str, Any] = {"registry": {"events": [event]}, "acts": IN_FORCE}
    assert finding("minvody-draft/3.3.2", when=when, **given).outcome is Outcome.UNKNOWN


def test_g26_a_post_older_than_the_page_is_a_question() -> None:
    given: dict[str, Any] = {"page": {"created_on": date(2026, 11, 10)}, "facts": {"contacts": {}}}
    found = finding("9.1.phone", **given)
    assert (found.outcome, found.reason) == (Outcome.REVIEW, "date_conflict")


def test_g27_a_number_of_our_own_only_asks() -> None:
    found = finding("6.4-regularity", posts_days_ago=[1, 20])
    assert (found.outcome, found.reason) == (Outcome.REVIEW, "posts_with_gaps")
