"""The whole reading of OK, against the sandbox over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from unicodedata import normalize

import httpx
import pytest

from collectors.model import (
    BEGINNING,
    Access,
    Author,
    Evidence,
    Exchange,
    FailureCode,
    Observation,
    Page,
    Presence,
    Run,
)
from collectors.ok import NETWORK, OkSettings
from monitor.sandbox import Fault, OkGroup, OkKey, Post, Running, World, serve
from tests.cast import LIVELY, MUSEUM_OK, NOW, SCHOOL_OK

SINCE = NOW - timedelta(weeks=6)
KEYS = {"application_key": "app", "application_secret_key": "sec", "access_token": "tok"}


def news(*days_ago: float) -> tuple[Post, ...]:
    moments = [NOW - timedelta(days=day) for day in days_ago]
    return tuple(Post(id=n, published_at=at, text="Урок") for n, at in enumerate(moments, 1))


SCHOOL = OkGroup(
    id=70000000000101,
    name="Школа № 1",
    description="Пишите: school1@example.org",
    phone="8 (38250) 3-55-46",
    city="Кедровый",
    address="1-й мкр., д. 61",
    government_mark=True,
    posts=news(*LIVELY, 50),
    created_at=datetime(2022, 11, 30, tzinfo=NOW.tzinfo),
)
MUSEUM = OkGroup(id=70000000000102, name="Музей", shortname="kedrmuseum", posts=news(2, 50))
KEY = OkKey(application_key="app", secret_key="sec", access_token="tok")
WORLD = World(ok_groups=(SCHOOL, MUSEUM), ok_keys=(KEY,), clock=NOW)


@dataclass
class Kept:
    """An evidence sink that keeps the exchanges in memory."""

    exchanges: list[Exchange] = field(default_factory=list)

    def keep(self, exchange: Exchange) -> Evidence:
        self.exchanges.append(exchange)
        return Evidence(
            record=f"urn:{len(self.exchanges)}",
            sha256=sha256(exchange.body).hexdigest(),
            url=exchange.url.partition("?")[0],
            fetched_at=exchange.fetched_at,
            status=exchange.status,
        )


class Plenty:
    def take(self, reader: str, method: str, calls: int) -> int:
        return calls

    def exhaust(self, reader: str, method: str) -> None: ...

    def left(self, reader: str, method: str) -> int:
        return 1

    def frees_in(self, reader: str, method: str) -> float | None: ...


@pytest.fixture
def ok() -> Iterator[Running]:
    with serve(WORLD) as running:
        yield running


def read(ok: Running, *pages: Page, as_of: datetime = NOW, **more: Any) -> list[Observation]:
    settings = OkSettings(
        api_url=ok.ok_api_url,
        site_url=ok.ok_site_url,
        requests_per_second=1000,
        timeout=60,
        first_wait=0.01,
        pause=0.01,
        **more,
    )
    run = Run(as_of=as_of, walls_since=SINCE, evidence=Kept(), budget=Plenty())
    return asyncio.run(_all(settings, pages, run))


async def _all(settings: OkSettings, pages: tuple[Page, ...], run: Run) -> list[Observation]:
    batches = NETWORK.collector(settings)(pages, run)
    return [seen async for batch in batches for seen in batch]


def with_group(group: OkGroup) -> World:
    return replace(WORLD, ok_groups=(group, MUSEUM))


def only(ok_seen: list[Observation]) -> Observation:
    (seen,) = ok_seen
    return seen


# --- public pages ---------------------------------------------------------------------------------


def test_public_pages_show_the_group_and_its_topics(ok: Running) -> None:
    seen = only(read(ok, SCHOOL_OK))
    assert (seen.failure, seen.reader) == (None, "public")
    assert seen.facts is not None
    assert (seen.facts.title, seen.facts.government_mark) == ("Школа № 1", True)
    assert (seen.facts.access, seen.facts.topics_count) == (Access.OPEN, len(LIVELY) + 1)
    assert len(seen.evidence) == 2


def test_public_topics_have_their_days(ok: Running) -> None:
    facts = only(read(ok, SCHOOL_OK)).facts
    assert facts is not None
    assert facts.wall is not None
    assert facts.wall.covered_since == BEGINNING
    assert all(post.author is Author.PAGE for post in facts.wall.posts)
    apart = [
        abs(p.published_at - (NOW - timedelta(days=d)))
        for p, d in zip(facts.wall.posts, LIVELY, strict=False)
    ]
    assert max(apart) < timedelta(days=1)


def test_a_long_list_is_read_page_by_page_until_the_window_is_covered() -> None:
    with serve(with_group(replace(SCHOOL, posts=news(*range(1, 300))))) as busy:
        seen = only(read(busy, SCHOOL_OK))
        assert len(busy.log("ok_page")) == 4
    assert seen.facts is not None
    assert seen.facts.wall is not None
    assert seen.facts.wall.covered_since is not None
    assert SINCE - timedelta(days=25) < seen.facts.wall.covered_since <= SINCE
    assert "wall" not in seen.gaps


def test_a_short_name_is_read_like_a_number(ok: Running) -> None:
    facts = only(read(ok, MUSEUM_OK)).facts
    assert facts is not None
    assert (facts.page_id, facts.screen_name) == ("70000000000102", "kedrmuseum")


def test_a_renamed_group_is_followed_by_its_number(ok: Running) -> None:
    renamed = replace(MUSEUM_OK, address="https://ok.ru/oldname", known_id="70000000000102")
    facts = only(read(ok, renamed)).facts
    assert facts is not None
    assert (facts.presence, facts.screen_name) == (Presence.LIVE, "kedrmuseum")


def test_a_group_that_is_not_there_is_absent(ok: Running) -> None:
    facts = only(
        read(ok, Page(institution="x/y", network="ok", address="https://ok.ru/nobody"))
    ).facts
    assert facts is not None
    assert facts.presence is Presence.ABSENT


def test_a_blocked_group_is_banned() -> None:
    with serve(with_group(replace(SCHOOL, blocked=True))) as ok:
        facts = only(read(ok, SCHOOL_OK)).facts
    assert facts is not None
    assert facts.presence is Presence.BANNED


def test_a_login_wall_is_a_failure() -> None:
    with serve(with_group(replace(SCHOOL, login_wall=True))) as ok:
        seen = only(read(ok, SCHOOL_OK))
    assert seen.facts is None
    assert seen.failure is not None
    assert seen.failure.code is FailureCode.LOGIN_WALL


def test_a_login_wall_before_the_topics_leaves_the_head() -> None:
    wall = Fault(kind="captcha_wall", method="page", about="/topics", times=None)
    with serve(replace(WORLD, faults=(wall,))) as ok:
        seen = only(read(ok, SCHOOL_OK))
    assert seen.facts is not None
    assert (seen.facts.title, seen.facts.wall) == ("Школа № 1", None)
    assert seen.gaps["wall"].code is FailureCode.LOGIN_WALL


def test_a_closed_group_hides_its_topics() -> None:
    with serve(with_group(replace(SCHOOL, access="CLOSED"))) as ok:
        seen = only(read(ok, SCHOOL_OK))
    assert seen.facts is not None
    assert (seen.facts.access, seen.facts.wall) == (Access.CLOSED, None)
    assert seen.gaps["wall"].code is FailureCode.NOT_VISIBLE


@pytest.mark.parametrize("access", ["CLOSED", "SECRET"])
def test_a_closed_group_hides_its_topics_from_the_api_too(access: Any) -> None:
    with serve(with_group(replace(SCHOOL, access=access))) as ok:
        seen = only(read(ok, SCHOOL_OK, **KEYS))
    assert seen.facts is not None
    assert seen.facts.wall is None
    assert seen.gaps["wall"].code is FailureCode.NOT_VISIBLE


def test_no_topics_beside_a_counter_are_no_empty_wall() -> None:
    bare = f"""<meta property="og:url" content="{SCHOOL_OK.address}"><h1>Школа</h1>
    <nav><a href="/group/1/topics">Темы <span class="navMenuCount">7</span></a></nav></html>"""
    with serve(
        replace(WORLD, faults=(Fault(kind="body", text=bare, method="page", times=None),))
    ) as ok:
        seen = only(read(ok, SCHOOL_OK))
    assert seen.facts is not None
    assert (seen.facts.wall, seen.facts.topics_count) == (None, 7)
    assert seen.gaps["wall"].code is FailureCode.UNRECOGNISED


@pytest.mark.parametrize("counted", [12, 24])
def test_a_closed_list_below_its_own_counter_is_a_hole_in_the_wall(counted: int) -> None:
    topics = list_of_topics(*range(2, 122, 10)).replace(">12</span>", f">{counted}</span>")
    fault = Fault(kind="body", text=topics, method="page", times=None)
    with serve(replace(WORLD, faults=(fault,))) as ok:
        seen = only(read(ok, SCHOOL_OK))
    assert ("wall" in seen.gaps) is (counted > 12)


def list_of_topics(*days_ago: float) -> str:
    """As the network shows it, properly closed."""
    with serve(with_group(replace(SCHOOL, posts=news(*days_ago)))) as ok:
        return httpx.get(f"{ok.ok_site_url}/group/70000000000101/topics").text


def test_a_counted_zero_is_an_empty_wall() -> None:
    with serve(with_group(replace(SCHOOL, posts=()))) as ok:
        seen = only(read(ok, SCHOOL_OK))
    assert seen.facts is not None
    assert seen.facts.wall is not None
    assert (seen.facts.wall.posts, seen.facts.wall.total) == ((), 0)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(kind="status", code=502, method="page", times=None), FailureCode.SERVER_ERROR),
        (Fault(kind="status", code=403, method="page", times=None), FailureCode.FORBIDDEN),
        (Fault(kind="cut", method="page", times=None), FailureCode.CUT),
        (Fault(kind="body", text="", method="page", times=None), FailureCode.EMPTY),
        (Fault(kind="not_json", method="page", times=None), FailureCode.UNRECOGNISED),
    ],
)
def test_trouble_on_the_way_is_named_and_accuses_nobody(fault: Fault, code: FailureCode) -> None:
    with serve(replace(WORLD, faults=(fault,))) as ok:
        seen = only(read(ok, SCHOOL_OK))
    assert seen.facts is None
    assert seen.failure is not None
    assert seen.failure.code is code


def test_the_mark_is_absent_only_beside_a_control_page_that_shows_it(ok: Running) -> None:
    silent = only(read(ok, MUSEUM_OK))
    proven = only(read(ok, MUSEUM_OK, control_pages=(SCHOOL_OK.address,)))
    assert silent.facts is not None
    assert silent.facts.government_mark is None
    assert silent.gaps["government_mark"].code is FailureCode.CONTROL_SILENT
    assert proven.facts is not None
    assert (proven.facts.government_mark, dict(proven.gaps)) == (False, {})


def test_a_control_page_without_the_mark_proves_nothing(ok: Running) -> None:
    seen = only(read(ok, MUSEUM_OK, control_pages=(MUSEUM_OK.address,)))
    assert seen.facts is not None
    assert seen.facts.government_mark is None


# --- the API --------------------------------------------------------------------------------------


def test_the_api_shows_what_public_pages_show_and_the_day_of_creation(ok: Running) -> None:
    seen = only(read(ok, SCHOOL_OK, **KEYS))
    assert seen.facts is not None
    assert seen.reader == sha256(b"tok").hexdigest()[:8]
    assert seen.facts.created_at == SCHOOL.created_at
    assert seen.facts.wall is not None
    assert [post.published_at for post in seen.facts.wall.posts[:2]] == [
        NOW - timedelta(days=1),
        NOW - timedelta(days=3),
    ]
    assert not dict(seen.gaps)


def test_a_title_of_the_api_is_read_as_it_looks() -> None:
    strewn = "\u00ad".join(normalize("NFD", "Музей"))
    with serve(with_group(replace(SCHOOL, name=strewn))) as ok:
        facts = only(read(ok, SCHOOL_OK, **KEYS)).facts
    assert facts is not None
    assert facts.title == "Музей"


def test_many_groups_cost_one_call(ok: Running) -> None:
    read(ok, SCHOOL_OK, MUSEUM_OK, **KEYS)
    assert len(ok.log("ok_api", "group.getInfo")) == 1
    assert len(ok.log("ok_api", "url.getInfo")) == 1


def test_places_that_the_api_leaves_out_are_read_from_the_public_page(ok: Running) -> None:
    seen = only(read(ok, MUSEUM_OK, **KEYS))
    assert seen.facts is not None
    assert seen.facts.unread_places == ()
    assert seen.facts.contacts is not None
    assert seen.facts.contacts.phones == ()


def test_a_refused_method_leaves_the_wall_to_public_pages() -> None:
    basic = frozenset({"group.getInfo", "group.getCounters", "url.getInfo"})
    with serve(replace(WORLD, ok_keys=(replace(KEY, methods=basic),))) as ok:
        first, second = read(ok, SCHOOL_OK, MUSEUM_OK, **KEYS)
        assert len(ok.log("ok_api", "stream.get")) <= 2
    for seen in (first, second):
        assert seen.facts is not None
        assert seen.facts.wall is not None
        assert "wall" not in seen.gaps


@pytest.mark.parametrize("key", ["application_key", "application_secret_key", "access_token"])
def test_a_wrong_key_leaves_everything_to_public_pages(ok: Running, key: str) -> None:
    seen = only(read(ok, SCHOOL_OK, **{**KEYS, key: "wrong"}))
    assert (seen.reader, seen.failure) == ("public", None)
    assert seen.facts is not None
    assert seen.facts.wall is not None


def test_a_token_revoked_midway_leaves_what_was_read() -> None:
    revoked = Fault(code=102, method="stream.get", first=2, times=None)
    with serve(replace(WORLD, faults=(revoked,))) as ok:
        first, second = read(ok, SCHOOL_OK, MUSEUM_OK, **KEYS)
    for seen in (first, second):
        assert seen.facts is not None
        assert seen.facts.wall is not None


@pytest.mark.parametrize("code", [1, 2, 8, 11, 31, 704, 5000, 9999])
def test_a_passing_error_is_repeated(code: int) -> None:
    with serve(replace(WORLD, faults=(Fault(code=code, method="group.getInfo"),))) as ok:
        seen = only(read(ok, SCHOOL_OK, **KEYS))
        assert len(ok.log("ok_api", "group.getInfo")) == 2
    assert seen.reader != "public"


@pytest.mark.parametrize("kind", ["not_json", "null", "cut"])
def test_a_broken_answer_of_the_api_leaves_the_page_to_the_public_way(kind: Any) -> None:
    with serve(
        replace(WORLD, faults=(Fault(kind=kind, method="group.getInfo", times=None),))
    ) as ok:
        seen = only(read(ok, SCHOOL_OK, **KEYS))
    assert seen.reader == "public"
    assert seen.facts is not None


@pytest.mark.parametrize("code", [160, 300, 456, 458])
def test_one_bad_group_does_not_spoil_the_call_of_many(code: int) -> None:
    bad = Fault(code=code, method="group.getInfo", about=str(MUSEUM.id), times=None)
    with serve(replace(WORLD, faults=(bad,))) as ok:
        first, second = read(ok, SCHOOL_OK, replace(MUSEUM_OK, known_id=str(MUSEUM.id)), **KEYS)
    assert (first.reader != "public", second.reader) == (True, "public")


def test_a_blocked_group_is_banned_by_the_api() -> None:
    with serve(with_group(replace(SCHOOL, blocked=True))) as ok:
        facts = only(read(ok, SCHOOL_OK, **KEYS)).facts
    assert facts is not None
    assert facts.presence is Presence.BANNED


# --- every page, once -----------------------------------------------------------------------------


def test_every_page_gets_exactly_one_observation(ok: Running) -> None:
    numbered = [
        Page(institution="x/y", network="ok", address=f"https://ok.ru/group/{n}")
        for n in range(1, 12)
    ]
    pages = (SCHOOL_OK, MUSEUM_OK, *numbered)
    assert [seen.page for seen in read(ok, *pages)] == list(pages)
    assert [seen.page for seen in read(ok, *pages, **KEYS)] == list(pages)


def test_later_topics_are_ignored(ok: Running) -> None:
    earlier = NOW - timedelta(days=10)
    ok.set_clock(earlier)
    facts = only(read(ok, SCHOOL_OK, as_of=earlier)).facts
    assert facts is not None
    assert facts.wall is not None
    assert all(post.published_at <= earlier for post in facts.wall.posts)


def test_a_reading_that_is_left_early_leaves_nothing_running(ok: Running) -> None:
    async def first() -> int:
        settings = OkSettings(
            api_url=ok.ok_api_url, site_url=ok.ok_site_url, requests_per_second=1000
        )
        run = Run(as_of=NOW, walls_since=SINCE, evidence=Kept(), budget=Plenty())
        batches = NETWORK.collector(settings)([SCHOOL_OK, MUSEUM_OK] * 10, run)
        await anext(batches)
        await batches.aclose()  # type: ignore[attr-defined]
        return len(asyncio.all_tasks())

    assert asyncio.run(first()) == 1


def test_evidence_that_cannot_be_kept_stops_the_run(ok: Running) -> None:
    class Full(Kept):
        def keep(self, exchange: Exchange) -> Evidence:
            raise OSError("disk full")

    settings = OkSettings(site_url=ok.ok_site_url, requests_per_second=1000)
    run = Run(as_of=NOW, walls_since=SINCE, evidence=Full(), budget=Plenty())
    with pytest.raises(OSError, match="disk full"):
        asyncio.run(_all(settings, (SCHOOL_OK, MUSEUM_OK), run))


def test_a_server_that_is_down_is_not_asked_all_night() -> None:
    down = Fault(kind="status", code=502, method="page", times=None)
    pages = [
        Page(institution="x/y", network="ok", address=f"https://ok.ru/group/{n}")
        for n in range(1, 41)
    ]
    with serve(replace(WORLD, faults=(down,))) as ok:
        seen = read(ok, *pages)
        assert len(ok.log("ok_page")) <= 48
    assert {one.failure and one.failure.code for one in seen} == {FailureCode.SERVER_ERROR}
    assert len(seen) == 40


def test_an_api_that_is_down_is_left_alone() -> None:
    with serve(replace(WORLD, faults=(Fault(code=2, times=None),))) as ok:
        seen = read(ok, *[SCHOOL_OK, MUSEUM_OK] * 10, **KEYS)
        assert len(ok.log("ok_api")) <= 30
    assert {one.reader for one in seen} == {"public"}


def test_the_operator_hears_of_a_refused_key(ok: Running) -> None:
    seen = only(read(ok, SCHOOL_OK, **{**KEYS, "access_token": "wrong"}))
    assert seen.gaps["created_at"].code is FailureCode.TOKEN_REFUSED


def test_a_flood_refusal_leaves_the_method_alone() -> None:
    with serve(replace(WORLD, faults=(Fault(code=8, method="stream.get", times=None),))) as ok:
        first, second = read(ok, SCHOOL_OK, MUSEUM_OK, **KEYS)
        assert len(ok.log("ok_api", "stream.get")) <= 6
    for seen in (first, second):
        assert seen.facts is not None
        assert seen.facts.wall is not None


def test_a_failure_of_the_api_does_not_tell_the_token() -> None:
    looping = Fault(kind="status", code=403, method="group.getInfo", times=None)
    with serve(replace(WORLD, faults=(looping,))) as ok:
        seen = only(read(ok, SCHOOL_OK, **{**KEYS, "access_token": "SECRETTOKEN"}))
    assert "SECRETTOKEN" not in repr(seen)
