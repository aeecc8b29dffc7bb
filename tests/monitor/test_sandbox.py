"""The sandbox as a server: life, clock, control, sites and their troubles, the demo town."""

from __future__ import annotations

import gc
import socket
import ssl
import threading
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from monitor.sandbox import (
    Fault,
    Running,
    Site,
    SitePage,
    World,
    demo_nights,
    demo_world,
    serve,
    write_demo_registry,
)
from monitor.sandbox.world import FaultKind, Trouble
from tests.cast import NOW
from tests.monitor.sandboxes import SERVICE, SMALL, limited, vk


def town(*pages: tuple[str, SitePage], **changes: object) -> World:
    site = Site(name="town", address="127.0.7.9", pages=dict(pages))
    return World(sites=(replace(site, **changes),))  # type: ignore[arg-type]


def get(running: Running, path: str = "", timeout: float = 60) -> httpx.Response:
    return httpx.get(running.site_url("town") + path, timeout=timeout)


def test_it_starts_and_stops_and_leaves_no_thread() -> None:
    before = threading.active_count()
    with serve(SMALL) as running:
        vk(running, "groups.getById", group_id="101")
    assert threading.active_count() == before


def test_who_connects_while_it_stops_is_left_to_no_search_for_garbage() -> None:
    """Or a test that runs later fails by a socket that it never opened."""
    for _ in range(5):
        with serve(SMALL) as running:
            late = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(3)]
        for one in late:
            one.close()
    gc.collect()


def test_several_run_side_by_side() -> None:
    with serve(SMALL) as one, serve(replace(SMALL, clock=None)) as other:
        vk(one, "groups.getById", group_id="101")
        assert one.port != other.port
        assert (len(one.log("vk")), len(other.log("vk"))) == (1, 0)


def test_it_listens_on_loopback_only() -> None:
    with serve(SMALL) as running:
        assert running.base.startswith("http://127.0.0.1:")
        assert running.site_url("school").startswith("http://127.0.7.1:")


def test_a_hanging_request_does_not_keep_it_from_stopping() -> None:
    with serve(SMALL) as running:
        running.add_fault(Fault(kind="hang"))
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(running.vk_url + "/method/wall.get", timeout=0.2)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("not_json", b"<html>Technical works</html>"), ("null", b'{"response":null}')],
)
def test_an_answer_may_be_spoilt(kind: FaultKind, expected: bytes) -> None:
    with serve(SMALL) as running:
        running.add_fault(Fault(kind=kind))
        assert httpx.get(running.vk_url + "/method/wall.get").content == expected


def test_an_answer_may_be_cut() -> None:
    with serve(SMALL) as running:
        running.add_fault(Fault(kind="cut"))
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(running.vk_url + "/method/wall.get")


def test_another_process_steers_it_over_http() -> None:
    with serve(SMALL) as running:
        control = running.control_url
        httpx.post(f"{control}/clock", json={"now": "2026-01-01T00:00:00+00:00"})
        httpx.post(f"{control}/faults", json={"code": 9, "method": "groups.getById"})
        answer = vk(running, "groups.getById", group_id="101")
        httpx.post(f"{control}/revoke", json={"token": SERVICE})
        log = httpx.get(f"{control}/log", params={"surface": "vk"}).json()
    assert running.state.now() == datetime(2026, 1, 1, tzinfo=UTC)
    assert answer["error"]["error_code"] == 9
    assert [line["outcome"] for line in log] == ["error 9"]
    assert running.state.revoked == {SERVICE}


@pytest.mark.parametrize("now", ["2026-01-01T00:00:00", "yesterday", 5])
def test_a_wrong_command_is_refused(now: object) -> None:
    with serve(SMALL) as running:
        assert httpx.post(f"{running.control_url}/clock", json={"now": now}).status_code == 400


def test_the_log_tells_inner_calls_apart() -> None:
    with serve(SMALL) as running:
        vk(running, "execute", code="return API.wall.get({owner_id:-101}).count;")
        calls = running.log("vk")
        counters = running.counters()
    assert [(call.method, call.inner) for call in calls] == [("wall.get", True), ("execute", False)]
    assert counters == {"vk:wall.get": 1, "vk:execute": 1}


def test_the_settings_point_at_it() -> None:
    with serve(limited(requests_per_second=3)) as running:
        settings = running.settings()
    assert settings["DOZOR_VK__API_URL"] == running.vk_url
    assert settings["DOZOR_VK__REQUESTS_PER_SECOND"] == "3"
    assert settings["DOZOR_SITE__ALLOW_ADDRESSES"] == '["127.0.0.0/8"]'
    assert settings["OK_APPLICATION_KEY"] == "APPKEY"
    assert "group" not in settings["VK_TOKENS"].split(",")


# --- sites ------------------------------------------------------------------------------------


def test_a_site_is_read_on_its_own_address() -> None:
    cyrillic = SitePage(body="<p>Школа</p>", encoding="windows-1251")
    with serve(town(("/", cyrillic), ("/a", SitePage(location="/")))) as running:
        home, moved, none = get(running), get(running, "a"), get(running, "none")
        assert httpx.get(running.site_url("town") + "vk/method/wall.get").status_code == 404
    assert home.content == "<p>Школа</p>".encode("windows-1251")
    assert home.headers["Content-Type"] == "text/html; charset=windows-1251"
    assert (moved.status_code, moved.headers["Location"]) == (302, "/")
    assert none.status_code == 404


@pytest.mark.parametrize("status", [403, 404, 410, 500, 503])
def test_a_whole_site_may_be_down(status: int) -> None:
    with serve(town(everywhere=SitePage(status=status))) as running:
        assert get(running, "anything").status_code == status


@pytest.mark.parametrize(
    ("trouble", "failure"),
    [
        ("hang", httpx.ReadTimeout),
        ("cut", httpx.RemoteProtocolError),
        ("refuse", httpx.RemoteProtocolError),
    ],
)
def test_a_page_may_be_in_trouble(trouble: Trouble, failure: type[Exception]) -> None:
    with (
        serve(town(("/", SitePage(body="<p>", trouble=trouble)))) as running,
        pytest.raises((failure, httpx.ReadError)),
    ):
        get(running, timeout=0.5 if trouble == "hang" else 60)


@pytest.mark.parametrize("trouble", ["endless", "drip"])
def test_a_body_may_have_no_end(trouble: Trouble) -> None:
    with (
        serve(town(("/", SitePage(trouble=trouble)))) as running,
        httpx.stream("GET", running.site_url("town"), timeout=60) as answer,
    ):
        parts = answer.iter_raw()
        assert [len(next(parts)) > 0 for _ in range(3)] == [True, True, True]


def test_a_bomb_is_small_on_the_wire() -> None:
    with (
        serve(town(("/", SitePage(trouble="bomb")))) as running,
        httpx.stream("GET", running.site_url("town"), timeout=60) as answer,
    ):
        assert answer.headers["Content-Encoding"] == "gzip"
        assert int(answer.headers["Content-Length"]) < 1_000_000


# --- the demo town ----------------------------------------------------------------------------


@pytest.mark.parametrize("now", [NOW, datetime(2027, 1, 8, 20, tzinfo=UTC)])
def test_the_demo_town_serves_every_page_that_it_registers(now: datetime, tmp_path: Path) -> None:
    with serve(demo_world(now)) as running:
        registry = tomllib.loads(write_demo_registry(running, tmp_path).read_text("utf-8"))
        pages = [page["url"] for one in registry["institution"] for page in one.get("page", ())]
        names = [url.rpartition("/")[2] for url in pages if "vk.com" in url]
        answer = vk(running, "groups.getById", "demo-service-token", group_ids=",".join(names))
        groups = [url.removeprefix("https://ok.ru") for url in pages if "ok.ru" in url]
        statuses = {httpx.get(running.ok_site_url + path).status_code for path in groups}
    assert len(registry["institution"]) >= 10
    assert len(answer["response"]["groups"]) == len(names)
    assert statuses == {200}


def test_a_link_inside_a_demo_site_leads_to_a_page() -> None:
    with serve(demo_world(NOW)) as running:
        paths = ["", "contacts", "institutions", "pages", "documents", "robots.txt", "sitemap.xml"]
        answers = [httpx.get(running.site_url("adm") + path) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    assert running.site_url("adm") in answers[-1].text


def test_the_earlier_nights_end_now() -> None:
    nights = demo_nights(NOW)
    assert nights[-1] == NOW
    assert len(nights) == 5
    assert nights == sorted(nights)


def test_the_library_fell_silent_between_two_nights() -> None:
    nights = demo_nights(NOW)
    counts = []
    with serve(demo_world(NOW)) as running:
        for night in (nights[0], nights[2], nights[4]):
            running.set_clock(night)
            wall = vk(running, "wall.get", "demo-service-token", domain="sosnovoborsk_lib")
            counts.append(wall["response"]["count"])
    assert counts[0] < counts[1] == counts[2]


# --- certificates -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "complaint"),
    [
        ("unknown_root", "unable to get local issuer"),
        ("expired", "certificate has expired"),
        ("wrong_name", "mismatch"),
    ],
)
def test_a_site_may_have_a_certificate_that_nobody_accepts(kind: str, complaint: str) -> None:
    with (
        serve(town(("/", SitePage(body="да")), tls=kind)) as running,
        pytest.raises(httpx.ConnectError, match=complaint),
    ):
        httpx.get(running.site_url("town"), verify=trusting(running))


def test_a_site_may_have_a_good_certificate() -> None:
    with serve(town(("/", SitePage(body="да")), tls="trusted")) as running:
        assert httpx.get(running.site_url("town"), verify=trusting(running)).text == "да"


def trusting(running: Running) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(cadata=running.authority.decode())
    return context
