"""The sandbox's OK: signature vectors, rights, groups, topics, public pages, date texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from bs4 import BeautifulSoup

from monitor.sandbox import Fault, Running, serve
from monitor.sandbox.ok_api import session_secret, signature
from monitor.sandbox.ok_pages import date_text
from tests.cast import NOW
from tests.monitor.sandboxes import GROUP, KEY, SMALL

MOSCOW = ZoneInfo("Europe/Moscow")
# https://konstantintogoi.github.io/aiookru/api
VECTOR = {
    "application_key": "ABCDEFGHIGKLMNOPK",
    "method": "events.get",
    "format": "json",
    "access_token": "-s-84W-s3egarWUsbkq-IWTucuedzTKT8VUXIA.s4Xx8IW7",
}


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with serve(SMALL) as one:
        yield one


def ask(running: Running, method: str, **params: str) -> httpx.Response:
    """A signed call in the session of KEY."""
    whole = {"application_key": "APPKEY", "method": method, "access_token": "OKTOKEN", **params}
    whole["sig"] = signature(whole, session_secret("OKTOKEN", "SECRET"))
    return httpx.get(f"{running.ok_api_url}/fb.do", params=whole)


def page(running: Running, path: str, **headers: str) -> httpx.Response:
    return httpx.get(running.ok_site_url + path, headers={"Accept-Language": "ru", **headers})


def select(answer: httpx.Response, selector: str) -> list[str]:
    return [tag.get_text(strip=True) for tag in BeautifulSoup(answer.text, "lxml").select(selector)]


def test_the_published_signatures_come_out() -> None:
    secret = session_secret(VECTOR["access_token"], "ABC123DEF456GHI789JKL123")
    assert secret == "b1a2b89707a94624c43afae67d59274c"
    assert signature(VECTOR, secret) == "232c8eb921951c4dba9b72606f9ddb4c"
    assert signature(VECTOR, "ae5362b5b588cc7294c2414d71b74d5d") == (
        "03a41413523ea8092507949d6e711963"
    )


def test_a_signed_call_is_answered_with_the_fields_asked_for(running: Running) -> None:
    answer = ask(running, "group.getInfo", uids=str(GROUP.id), fields="name,gos_org").json()
    assert answer == [{"uid": str(GROUP.id), "name": "Школа № 1", "gos_org": True}]


def test_the_other_form_of_the_address_works_too(running: Running) -> None:
    params = {"application_key": "APPKEY", "access_token": "OKTOKEN", "uids": "2"}
    params["sig"] = signature(params, session_secret("OKTOKEN", "SECRET"))
    answer = httpx.post(f"{running.ok_api_url}/api/group/getInfo", data=params).json()
    assert answer[0]["name"] == "Закрытая"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"application_key": "OTHER"}, 101),
        ({"sig": "0" * 32}, 104),
        ({"access_token": "OTHER"}, 103),
    ],
)
def test_an_error_is_a_200_with_a_header(
    running: Running, change: dict[str, str], code: int
) -> None:
    params = {
        "application_key": "APPKEY",
        "method": "group.getInfo",
        "access_token": "OKTOKEN",
        "uids": "2",
    }
    params["sig"] = signature(params, session_secret("OKTOKEN", "SECRET"))
    answer = httpx.get(f"{running.ok_api_url}/fb.do", params=params | change)
    assert answer.status_code == 200
    assert answer.headers["Invocation-Error"] == str(code)
    assert answer.json()["error_code"] == code


def test_the_envelope_is_the_recorded_one(running: Running) -> None:
    answer = httpx.get(f"{running.ok_api_url}/api/users/getCurrentUser?application_key=x&sig=y")
    assert answer.json() == {
        "error_code": 101,
        "error_data": None,
        "error_msg": "PARAM_API_KEY : Application not exist",
    }


def test_unknown_methods_and_groups_are_refused(running: Running) -> None:
    assert ask(running, "group.nothing").json()["error_code"] == 3
    assert ask(running, "group.getCounters", group_id="9").json()["error_code"] == 160
    assert ask(running, "stream.get", gid="2").json()["error_code"] == 456
    assert ask(running, "group.getInfo", uids="9").json() == []


def test_rights_and_sessions_are_asked_for() -> None:
    key = replace(KEY, methods=frozenset({"group.getInfo"}))
    with serve(replace(SMALL, ok_keys=(key,))) as running:
        assert ask(running, "stream.get", gid=str(GROUP.id)).json()["error_code"] == 10
        params = {"application_key": "APPKEY", "method": "group.getInfo", "uids": "2"}
        params["sig"] = signature(params, "SECRET")
        answer = httpx.get(f"{running.ok_api_url}/fb.do", params=params).json()
    assert answer["error_code"] == 453


def test_counters_and_addresses_are_told(running: Running) -> None:
    counters = ask(
        running, "group.getCounters", group_id=str(GROUP.id), counterTypes="themes,members"
    ).json()
    url = ask(running, "url.getInfo", url="https://ok.ru/kedrschool").json()
    assert counters == {"counters": {"themes": 25, "members": 100}}
    assert (url["type"], url["objectIdStr"]) == ("GROUP", str(GROUP.id))


@pytest.mark.parametrize("method", ["stream.get", "mediatopic.getTopics"])
def test_topics_come_by_portions(running: Running, method: str) -> None:
    def topics(answer: Any) -> list[str]:
        entries = answer.get("entities", answer)["media_topics"]
        return [entry["id"] for entry in entries]

    first = ask(running, method, gid=str(GROUP.id), count="20").json()
    rest = ask(running, method, gid=str(GROUP.id), count="20", anchor=first["anchor"]).json()
    assert len({*topics(first), *topics(rest)}) == 25
    assert "anchor" not in rest


def test_any_error_of_ok_can_be_asked_for(running: Running) -> None:
    running.add_fault(Fault(code=8, method="group.getInfo"))
    answer = ask(running, "group.getInfo", uids="2")
    running.clear_faults()
    assert answer.headers["Invocation-Error"] == "8"


# --- public pages -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", [f"/group/{GROUP.id}", f"/group{GROUP.id}", f"/{GROUP.id}", "/kedrschool"]
)
def test_every_address_form_leads_to_the_group(running: Running, path: str) -> None:
    answer = page(running, path)
    assert select(answer, "h1.group-name_h") == ["Школа № 1"]
    assert f"groupId={GROUP.id}" in answer.text
    assert "Госорганизация" in answer.text
    assert select(answer, ".navMenuCount") == ["25"]


def test_topics_are_paged(running: Running) -> None:
    first = page(running, f"/group/{GROUP.id}/topics")
    rest = page(running, f"/group/{GROUP.id}/topics/?st.page=2")
    ids = re.findall(r'data-id1="(\d+)"', first.text + rest.text)
    assert len(select(first, ".feed-w .feed_date")) == 20
    assert sorted(map(int, ids)) == list(range(1, 26))


def test_a_closed_group_shows_no_topics(running: Running) -> None:
    answer = page(running, "/group/2/topics")
    assert answer.status_code == 200
    assert "закрытая группа" in answer.text
    assert not select(answer, ".feed_date")


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/group/3", 200, "заблокирована"),
        ("/group/4", 200, "Войдите"),
        ("/group/5", 404, "не найдена"),
        ("/profile/5", 404, "не найдена"),
    ],
)
def test_other_pages_say_what_they_are(running: Running, path: str, status: int, text: str) -> None:
    answer = page(running, path)
    assert answer.status_code == status
    assert text in answer.text
    assert "group-name_h" not in answer.text


def test_the_page_knows_the_clock() -> None:
    with serve(SMALL) as running:
        running.set_clock(NOW - timedelta(days=20))
        assert select(page(running, "/kedrschool"), ".navMenuCount") == ["6"]


def test_a_fault_may_strike_one_page(running: Running) -> None:
    running.add_fault(Fault(kind="status", code=502, method="page", about="kedrschool"))
    answers = [page(running, "/kedrschool").status_code for _ in range(2)]
    running.clear_faults()
    assert answers == [502, 200]


@pytest.mark.parametrize(
    ("moment", "variety", "text"),
    [
        ("2026-11-22T10:15", 0, "10:15"),
        ("2026-11-21T10:15", 0, "вчера 10:15"),
        ("2026-11-21T10:15", 1, "вчера в 10:15"),
        ("2026-11-12T10:15", 0, "12 ноя 10:15"),
        ("2026-11-12T10:15", 1, "12 ноября в 10:15"),
        ("2026-05-09T10:15", 0, "9 мая 10:15"),
        ("2024-11-12T10:15", 0, "12 ноя 2024"),
        ("2024-11-12T10:15", 1, "12 ноября 2024 в 10:15"),
    ],
)
def test_a_date_is_written_in_oks_ways(moment: str, variety: int, text: str) -> None:
    now = datetime(2026, 11, 22, 23, 0, tzinfo=MOSCOW)
    written = datetime.fromisoformat(moment).replace(tzinfo=MOSCOW)
    assert date_text(written, now, variety) == text


def test_a_reader_without_russian_gets_english_dates(running: Running) -> None:
    answer = page(running, "/kedrschool", **{"Accept-Language": "en"})
    assert select(answer, ".feed_date")[0].startswith("yesterday ")


def test_a_day_is_cut_by_the_clock_of_moscow() -> None:
    now = datetime(2026, 11, 22, 21, 30, tzinfo=ZoneInfo("UTC")).astimezone(MOSCOW)
    assert date_text(now - timedelta(hours=1), now, 0) == "вчера 23:30"
