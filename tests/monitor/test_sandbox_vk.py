"""The sandbox's VK: the official schema, versions, fields, walls, rights, limits, errors."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest

from monitor.sandbox import Change, Community, Fault, Running, World, serve, vk
from tests.cast import NOW
from tests.monitor.sandboxes import (
    SCHOOL,
    SERVICE,
    SMALL,
    error,
    limited,
    posts,
)
from tests.monitor.sandboxes import vk as ask
from tests.monitor.vk_schema import codes, validate
from tests.waiting import until

EVERY_FIELD = ",".join(vk.FIELDS)
DOCUMENTED = ",".join(sorted(set(vk.FIELDS) - {"is_government_organization", "menu"}))


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with serve(SMALL) as one:
        yield one


def test_groups_fit_the_official_schema(running: Running) -> None:
    answer = ask(running, "groups.getById", group_ids="kedr.school,102,103,104", fields=DOCUMENTED)
    assert len(answer["response"]["groups"]) == 4
    validate("groups/responses.json", "groups_getById_object_response", answer)


def test_walls_fit_the_official_schema(running: Running) -> None:
    answer = ask(running, "wall.get", owner_id=-101, count=100)
    assert len(answer["response"]["items"]) == 33
    validate("wall/responses.json", "wall_get_response", answer)


def test_extended_walls_fit_the_official_schema(running: Running) -> None:
    answer = ask(running, "wall.get", domain="kedr.school", extended=1)
    validate("wall/responses.json", "wall_get_extended_response", answer)


def test_addresses_and_names_fit_the_official_schema(running: Running) -> None:
    addresses = ask(running, "groups.getAddresses", group_id=101)
    name = ask(running, "utils.resolveScreenName", screen_name="kedr.school")
    validate("groups/responses.json", "groups_getAddresses_response", addresses)
    validate("utils/responses.json", "utils_resolveScreenName_response", name)
    assert addresses["response"]["count"] == 1


def test_an_old_version_gets_a_list(running: Running) -> None:
    answer = ask(running, "groups.getById", group_ids="101", v="5.131")
    assert [group["id"] for group in answer["response"]] == [101]


def test_a_field_that_was_not_asked_for_is_absent(running: Running) -> None:
    (group,) = ask(running, "groups.getById", group_id="101", fields="status")["response"]["groups"]
    assert "status" in group
    assert "description" not in group


def test_numbers_short_names_and_old_forms_lead_to_the_same_group(running: Running) -> None:
    names = "101,club101,public101,KEDR.school,nobody"
    answer = ask(running, "groups.getById", group_ids=names)
    assert [group["id"] for group in answer["response"]["groups"]] == [101]


def test_more_than_500_groups_are_refused(running: Running) -> None:
    assert error(ask(running, "groups.getById", group_ids=",".join(["101"] * 501))) == 100


def test_marks_are_shown_to_those_who_may_see_them_only(running: Running) -> None:
    fields = "is_government_organization,menu"
    seen = ask(running, "groups.getById", group_id="101", fields=fields)["response"]["groups"][0]
    hidden = ask(running, "groups.getById", "plain", group_id="101", fields=fields)
    assert seen["is_government_organization"] is True
    assert seen["menu"]["items"][0]["url"].startswith("https://pos.gosuslugi.ru")
    assert not {"menu", "is_government_organization"} & set(hidden["response"]["groups"][0])


def test_the_address_of_a_site_is_filled_in(running: Running) -> None:
    answer = ask(running, "groups.getById", group_id="101", fields="description")
    assert running.site_url("school").rstrip("/") in answer["response"]["groups"][0]["description"]


def test_the_pinned_post_comes_first_whatever_its_date(running: Running) -> None:
    items = ask(running, "wall.get", owner_id=-101)["response"]["items"]
    dates = [item["date"] for item in items[1:]]
    assert items[0]["id"] == 900
    assert items[0]["is_pinned"] == 1
    assert dates == sorted(dates, reverse=True)


def test_a_wall_is_read_by_portions(running: Running) -> None:
    first = ask(running, "wall.get", owner_id=-101, count=20)["response"]
    rest = ask(running, "wall.get", owner_id=-101, count=100, offset=20)["response"]
    assert first["count"] == rest["count"] == 33
    assert len({item["id"] for item in first["items"] + rest["items"]}) == 33


def test_the_owners_filter_hides_a_visitor(running: Running) -> None:
    owner = ask(running, "wall.get", owner_id=-101, filter="owner", count=100)["response"]
    others = ask(running, "wall.get", owner_id=-101, filter="others")["response"]
    assert owner["count"] == 32
    assert [item["from_id"] for item in others["items"]] == [77]


def test_a_repost_carries_its_original(running: Running) -> None:
    items = ask(running, "wall.get", owner_id=-101)["response"]["items"]
    (repost,) = [item for item in items if "copy_history" in item]
    assert repost["copy_history"][0]["text"] == "Новость области"
    assert repost["marked_as_ads"] == 1


@pytest.mark.parametrize(
    ("owner", "code"), [(-102, 15), (-103, 19), (-104, 15), (-999, 100), (5, 30)]
)
def test_a_wall_that_may_not_be_read_says_why(running: Running, owner: int, code: int) -> None:
    assert error(ask(running, "wall.get", owner_id=owner)) == code


def test_a_person_is_not_a_community(running: Running) -> None:
    assert ask(running, "utils.resolveScreenName", screen_name="ivan")["response"]["type"] == "user"
    assert ask(running, "utils.resolveScreenName", screen_name="nobody")["response"] == []


def test_an_error_echoes_the_key_like_vk(running: Running) -> None:
    answer = ask(running, "wall.get", owner_id=-102)["error"]
    echoed = {line["key"]: line["value"] for line in answer["request_params"]}
    assert echoed["access_token"] == SERVICE
    assert echoed["method"] == "wall.get"


@pytest.mark.parametrize("code", sorted(set(vk.MESSAGES) & set(codes())))
def test_the_messages_are_those_of_the_schema(code: int) -> None:
    assert vk.MESSAGES[code] == codes()[code]


def test_a_key_may_stand_in_the_header_and_the_query_may_hold_everything(running: Running) -> None:
    url = f"{running.vk_url}/method/groups.getById?group_id=101&v=5.199"
    answer = httpx.get(url, headers={"Authorization": f"Bearer {SERVICE}"}).json()
    assert answer["response"]["groups"][0]["id"] == 101


def test_a_form_may_be_multipart(running: Running) -> None:
    form = {"access_token": SERVICE, "v": "5.199", "group_id": "101"}
    files = {key: (None, value) for key, value in form.items()}
    answer = httpx.post(f"{running.vk_url}/method/groups.getById", files=files).json()
    assert answer["response"]["groups"][0]["id"] == 101


@pytest.mark.parametrize(
    ("token", "method", "code"),
    [
        ("", "groups.getById", 5),
        ("unknown", "groups.getById", 5),
        ("group", "wall.get", 27),
        (SERVICE, "groups.getSettings", 28),
        ("user", "groups.getSettings", 15),
        ("plain", "execute", 28),
        (SERVICE, "wall.nothing", 3),
        (SERVICE, "GROUPS.getbyid", 3),
    ],
)
def test_a_key_may_call_what_its_kind_may(
    running: Running, token: str, method: str, code: int
) -> None:
    assert error(ask(running, method, token, owner_id=-101, code="return 1;")) == code


def test_a_version_must_be_told(running: Running) -> None:
    assert error(ask(running, "groups.getById", v="", group_id="1")) == 100
    assert error(ask(running, "groups.getById", v="5.50", group_id="1")) == 8


# --- limits -----------------------------------------------------------------------------------


def test_the_fourth_request_of_a_second_is_too_many() -> None:
    with serve(limited(requests_per_second=3)) as running:
        answers = until(lambda: with_a_refusal(four_at_once(running)))
        other = ask(running, "groups.getById", "user", group_id="101")
    (refused,) = (told for told in answers if "response" not in told)
    assert error(refused) == 6
    assert "response" in other


def four_at_once(running: Running) -> list[dict[str, Any]]:
    time.sleep(1)  # what was asked before no longer counts
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ask, running, "groups.getById", group_id="101") for _ in range(4)]
        return [told.result() for told in asked]


def with_a_refusal(answers: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """None where this machine is so busy that the four came over more than a second."""
    return answers if any("error" in told for told in answers) else None


def test_the_daily_quota_counts_calls_inside_execute_and_comes_back_after_a_day() -> None:
    with serve(limited(wall_get_per_day=2)) as running:
        code = "return [API.wall.get({owner_id:-101}).count, API.wall.get({owner_id:-101}).count];"
        assert ask(running, "execute", code=code)["response"] == [33, 33]
        assert error(ask(running, "wall.get", owner_id=-101)) == 29
        running.set_clock(NOW + timedelta(hours=24))
        assert "response" in ask(running, "wall.get", owner_id=-101)


def test_an_inner_call_over_the_quota_is_false_with_its_error() -> None:
    with serve(limited(wall_get_per_day=1)) as running:
        code = "return [API.wall.get({owner_id:-101}).count, API.wall.get({owner_id:-101})];"
        answer = ask(running, "execute", code=code)
    assert answer["response"] == [33, False]
    assert [line["error_code"] for line in answer["execute_errors"]] == [29]


def test_execute_makes_25_calls_and_no_more(running: Running) -> None:
    code = "var i=0; while(i<%d){API.groups.getById({group_id:101}); i=i+1;} return i;"
    assert ask(running, "execute", code=code % 25)["response"] == 25
    assert error(ask(running, "execute", code=code % 26)) == 13


def test_execute_stops_at_a_thousand_operations(running: Running) -> None:
    answer = ask(running, "execute", code="var i=0; while(1){i=i+1;} return i;")["error"]
    assert answer["error_code"] == 13
    assert "Too many operations" in answer["error_msg"]


def test_an_answer_that_is_too_big_is_refused() -> None:
    with serve(limited(answer_bytes=3000)) as running:
        answer = ask(running, "execute", code="return API.wall.get({owner_id:-101,count:100});")
    assert answer["error"]["error_code"] == 13
    assert "response size is too big" in answer["error"]["error_msg"]


# --- faults and time --------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(vk.MESSAGES))
def test_any_error_can_be_asked_for(running: Running, code: int) -> None:
    running.add_fault(Fault(code=code, method="groups.getById"))
    assert error(ask(running, "groups.getById", group_id="101")) == code
    running.clear_faults()


def test_the_second_call_fails_and_the_third_succeeds(running: Running) -> None:
    running.add_fault(Fault(code=10, method="wall.get", first=2))
    answers = [ask(running, "wall.get", owner_id=-101) for _ in range(3)]
    running.clear_faults()
    assert ["error" in answer for answer in answers] == [False, True, False]


def test_a_fault_may_strike_one_wall_inside_execute(running: Running) -> None:
    running.add_fault(Fault(code=18, method="wall.get", about="-102", times=None))
    code = "return [API.wall.get({owner_id:-101}).count, API.wall.get({owner_id:-102})];"
    answer = ask(running, "execute", code=code)
    running.clear_faults()
    assert answer["response"] == [33, False]
    assert answer["execute_errors"][0]["error_code"] == 18


def test_a_key_may_be_revoked_midway() -> None:
    with serve(SMALL) as running:
        assert "response" in ask(running, "groups.getById", group_id="101")
        running.revoke(SERVICE)
        assert error(ask(running, "groups.getById", group_id="101")) == 5


def test_captcha_and_validation_carry_their_addresses(running: Running) -> None:
    running.add_fault(Fault(code=14))
    captcha = ask(running, "groups.getById", group_id="101")["error"]
    running.add_fault(Fault(code=17))
    validation = ask(running, "groups.getById", group_id="101")["error"]
    running.clear_faults()
    assert captcha["captcha_sid"]
    assert validation["redirect_uri"]


def test_only_what_was_published_before_the_clock_is_shown() -> None:
    with serve(SMALL) as running:
        running.set_clock(NOW - timedelta(days=10))
        items = ask(running, "wall.get", owner_id=-101, count=100)["response"]["items"]
    assert max(item["date"] for item in items) <= (NOW - timedelta(days=10)).timestamp()


def test_a_page_changes_its_name_and_keeps_its_number() -> None:
    change = Change(at=NOW - timedelta(days=5), values={"screen_name": "new_name"})
    page = Community(id=7, name="Клуб", screen_name="old_name", later=(change,), posts=posts(1))
    with serve(World(communities=(page,), tokens=SMALL.tokens, clock=NOW)) as running:
        now = ask(running, "utils.resolveScreenName", screen_name="old_name")["response"]
        running.set_clock(NOW - timedelta(days=6))
        then = ask(running, "utils.resolveScreenName", screen_name="old_name")["response"]
    assert now == []
    assert then["object_id"] == 7


def test_a_world_may_make_its_pages_when_they_are_asked_for() -> None:
    def made(key: int | str) -> Community | None:
        return Community(id=key, name=f"Учреждение {key}") if isinstance(key, int) else None

    with serve(World(more_communities=made, tokens=SMALL.tokens)) as running:
        answer = ask(running, "groups.getById", group_ids="5,170000")["response"]["groups"]
    assert [group["name"] for group in answer] == ["Учреждение 5", "Учреждение 170000"]


def test_the_school_is_as_the_world_says(running: Running) -> None:
    group = ask(running, "groups.getById", group_id="101", fields=EVERY_FIELD)
    (school,) = group["response"]["groups"]
    assert school["addresses"]["main_address"]["address"] == SCHOOL.address
    assert [line.get("phone") for line in school["contacts"]] == ["8 (38299) 5-55-46", None]
