"""The twenty-six cases of requirements.md F, each by its number: nobody is accused by mistake."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collectors.contacts import parse_phones
from rules.engine import judge_alone
from rules.model import Finding, Outcome, Severity
from rules.names.matching import same_phone
from tests import cast
from tests.rules.test_cases import ACTS
from tests.rules.world import told, world

KEDROVY = "kedrovy-2022-298/"
POS = "https://pos.gosuslugi.ru/form/?opaId=12345&utm_source=vk&utm_medium=38&utm_campaign="
TOMSK = ZoneInfo("Asia/Tomsk")
WEEKS = {"weeks_judged": 4}


def finding(
    requirement: str, network: str | None = None, when: datetime = cast.NOW, **given: Any
) -> Finding:
    """The one finding of a requirement of the Kedrovy act, or of the act that is named."""
    whole = requirement if "/" in requirement else KEDROVY + requirement
    act = ACTS[whole.partition("/")[0]]
    found = judge_alone(world(told(whole, given, when)), [act])
    (one,) = [one for one in found if one.requirement == whole and network in (None, one.network)]
    return one


def test_f01_a_page_three_days_old_with_one_post_has_time() -> None:
    new = {"created_on": date(2026, 11, 20)}
    assert finding("6.4-recommended", page=new, posts_days_ago=[1]).outcome is Outcome.PENDING


def test_f02_a_pinned_post_of_2022_is_not_the_last_one() -> None:
    pinned = {"days_ago": 1400, "is_pinned": True}
    lively = [{"days_ago": days} for days in cast.LIVELY]
    assert finding("6.4-recommended", posts=[pinned, *lively]).outcome is Outcome.PASS


def test_f03_reposts_alone_are_a_question() -> None:
    reposts = [{"days_ago": d, "is_repost": True, "own_length": 0} for d in cast.LIVELY]
    assert finding("6.4-recommended", posts=reposts).outcome is Outcome.REVIEW


def test_f04_posts_from_the_secretary_are_a_question() -> None:
    posts = [{"days_ago": d, "author": "other"} for d in cast.LIVELY]
    assert finding("6.4-recommended", posts=posts).outcome is Outcome.REVIEW


@pytest.mark.parametrize("code", ["rate_limited", "quota", "captcha", "our_fault"])
def test_f05_an_error_of_ours_is_unknown(code: str) -> None:
    assert finding("6.1-pages", "vk", failure=code).outcome is Outcome.UNKNOWN


def test_f06_contacts_may_stand_in_the_address_only() -> None:
    shown = {"addresses": ["г. Кедровый, 1-й мкр., д. 61"], "phones": ["8 (38250) 3-55-46"]}
    for atom in ("9.1.postal", "9.1.phone"):
        assert finding(atom, facts={"contacts": shown}).outcome is Outcome.PASS


def test_f07_a_telephone_is_its_digits() -> None:
    (ours,) = parse_phones("8 (38250) 3-55-46 доб. 2")
    (shown,) = parse_phones("+7 38250 35546")
    assert same_phone(ours, shown)


def test_f08_a_short_title_names_the_kindergarten() -> None:
    kindergarten = {
        "name": "Муниципальное казённое дошкольное образовательное учреждение Детский сад № 1 "
        "г. Кедрового",
        "short_name": "МКДОУ Детский сад № 1 г.Кедрового",
        "popular_names": [],
    }
    facts = {"title": "Детский сад №1 | Кедровый", "description": ""}
    assert finding("9.1.name", registry=kindergarten, facts=facts).outcome is Outcome.PASS


def test_f09_the_exempt_office_needs_no_pages() -> None:
    found = finding("6.1-pages", "vk", who="office", page=False)
    assert found.outcome is Outcome.NOT_APPLICABLE


def test_f10_an_exemption_without_consent_is_a_question() -> None:
    in_force: dict[str, Any] = {
        "minvody-draft": {"status": "in_force", "effective_date": date(2026, 1, 1)}
    }
    claimed = {"exemptions": [{"ground": "сфера деятельности", "document": "№ 5"}]}
    found = finding("minvody-draft/4", acts=in_force, registry=claimed)
    assert found.outcome is Outcome.REVIEW


def test_f11_a_draft_accuses_nobody() -> None:
    given: dict[str, Any] = {"facts": {"presence": "banned"}, "site": {"pages": []}}
    found = judge_alone(world(told("minvody-draft/1", given)), [ACTS["minvody-draft"]])
    assert {one.outcome for one in found} == {Outcome.NOT_APPLICABLE}


def test_f12_the_week_of_new_year_is_not_judged() -> None:
    when = datetime(2026, 1, 19, 3, tzinfo=TOMSK)
    weeks = finding("6.4-recommended", when=when).measured["weeks"]
    assert "2025-12-29" not in weeks
    assert "2026-01-05" not in weeks


def test_f13_the_blue_tick_is_another_thing() -> None:
    facts = {"government_mark": True, "verified": False}
    assert finding("6.6", facts=facts).outcome is Outcome.PASS


def test_f14_a_lost_control_page_leaves_only_those_who_show_the_mark() -> None:
    silent: dict[str, Any] = {
        "hidden": ["government_mark"],
        "gaps": {"government_mark": "control_silent"},
    }
    assert finding("6.6", **silent).outcome is Outcome.UNKNOWN
    assert finding("6.6").outcome is Outcome.PASS


def test_f15_a_deleted_page_that_was_replaced_is_history() -> None:
    pages = [
        {"network": "vk", "address": "https://vk.com/old", "deleted_on": date(2026, 11, 9)},
        {"network": "vk", "address": "https://vk.com/new"},
    ]
    events = [
        {"kind": "page_deleted", "on": date(2026, 11, 9), "page": "https://vk.com/old"},
        {"kind": "notice_sent", "on": date(2026, 11, 10), "to": "department"},
    ]
    registry: dict[str, Any] = {"pages": pages, "events": events}
    looks = [{"network": "vk", "address": "https://vk.com/new"}]
    assert finding("6.1-pages", "vk", registry=registry, readings=looks).outcome is Outcome.PASS
    in_force: dict[str, Any] = {
        "minvody-draft": {"status": "in_force", "effective_date": date(2026, 1, 1)}
    }
    told_in_time = finding("minvody-draft/3.3.2", registry=registry, acts=in_force)
    assert told_in_time.outcome is Outcome.PASS


def test_f16_a_link_by_number_is_the_same_page() -> None:
    link = {"heading": "МКОУ СОШ № 1", "links": ["https://m.vk.com/club101"]}
    given: dict[str, Any] = {
        "site": {"pages": [{"blocks": [link]}]},
        "authority_site": {"pages": [{"blocks": [link]}]},
    }
    assert finding("fed-8fz/site-links-to-pages", **given).outcome is Outcome.PASS


def test_f17_a_link_left_as_a_template_is_a_question() -> None:
    found = finding("6.1-pos", facts={"menu": [POS + "OGRN"]})
    assert (found.outcome, found.reason) == (Outcome.REVIEW, "pos_link_template")


def test_f18_a_link_of_the_founder_is_a_question() -> None:
    assert finding("6.1-pos", facts={"menu": [POS + "1027000000015"]}).outcome is Outcome.REVIEW


def test_f19_a_deletion_noticed_later_counts_from_the_latest_date() -> None:
    event = {
        "kind": "page_deleted",
        "on": date(2026, 11, 20),
        "page": "https://vk.com/old",
        "is_estimate": True,
        "earliest": date(2026, 11, 10),
    }
    in_force: dict[str, Any] = {
        "minvody-draft": {"status": "in_force", "effective_date": date(2026, 1, 1)}
    }
    found = finding("minvody-draft/3.3.2", registry={"events": [event]}, acts=in_force)
    assert found.outcome is Outcome.PENDING


def test_f20_an_unknown_certificate_is_no_lost_site() -> None:
    assert finding("3.site", site={"failure": "tls"}).outcome is Outcome.UNKNOWN


def test_f21_an_abandoned_project_is_not_judged() -> None:
    pages = [
        {"network": "vk", "address": "https://vk.com/kedr_school1"},
        {"network": "vk", "address": "https://vk.com/museum", "role": "project"},
    ]
    silent: dict[str, Any] = {
        "network": "vk",
        "address": "https://vk.com/museum",
        "posts_days_ago": [],
    }
    found = finding("6.4-regularity", registry={"pages": pages}, readings=[silent, {}])
    assert (found.outcome, found.page) == (Outcome.PASS, "https://vk.com/kedr_school1")


def test_f22_unreadable_topics_leave_the_other_network_as_it_is() -> None:
    ok: dict[str, Any] = {"network": "ok", "address": cast.SCHOOL_OK.address}
    look: dict[str, Any] = {**ok, "hidden": ["wall"], "gaps": {"wall": "login_wall"}}
    registry: dict[str, Any] = {
        "pages": [{"network": "vk", "address": "https://vk.com/kedr_school1"}, ok]
    }
    given: dict[str, Any] = {"registry": registry, "readings": [look, {}]}
    assert finding("6.4-regularity", "ok", **given).outcome is Outcome.UNKNOWN
    assert finding("6.4-regularity", "vk", **given).outcome is Outcome.PASS


def test_f23_sunday_night_in_tomsk_belongs_to_that_week() -> None:
    posted = datetime(2026, 11, 15, 23, 30, tzinfo=TOMSK)
    weeks = finding("6.4-recommended", posts_at=[posted]).measured["weeks"]
    assert weeks["2026-11-09"] == {"strict": 1, "generous": 1}


def test_f24_no_email_in_the_registry_is_a_question() -> None:
    given: dict[str, Any] = {
        "registry": {"emails": [], "no_email": True},
        "facts": {"contacts": {}},
    }
    found = finding("9.1.email", **given)
    assert (found.outcome, found.severity) == (Outcome.REVIEW, Severity.INFO)


def test_f25_a_ban_is_a_fact_and_an_unknown_name_perhaps_a_typing_error() -> None:
    banned = finding("6.1-pages", "vk", facts={"presence": "banned"})
    absent = finding("6.1-pages", "vk", facts={"presence": "absent"})
    assert (banned.outcome, absent.outcome) == (Outcome.FAIL, Outcome.REVIEW)


def test_f26_after_the_holidays_older_weeks_are_taken() -> None:
    when = datetime(2026, 1, 19, 3, tzinfo=TOMSK)
    busy = [3, 5, 22, 23, 29, 30, 36, 37]  # nothing in the two weeks of holidays
    found = finding("6.4-recommended", when=when, posts_days_ago=busy)
    assert (found.outcome, len(found.measured["weeks"])) == (Outcome.PASS, 4)
