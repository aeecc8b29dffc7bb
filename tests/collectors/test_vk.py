"""The VK collector over real sockets: what is read, at which cost, and every kind of trouble."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any, cast
from urllib.parse import unquote_plus

import pytest

from collectors.model import (
    BEGINNING,
    Author,
    Evidence,
    Exchange,
    FailureCode,
    Health,
    Observation,
    Presence,
    Run,
    Wall,
)
from collectors.vk import NETWORK
from collectors.vk.check import signs
from collectors.vk.script import OriginalsAsked, proof
from collectors.vk.settings import VkSettings, fingerprint
from monitor.sandbox import Community, Fault, Limits, MenuItem, Post, Running, Token, World, serve
from tests.cast import NOW
from tests.collectors.vk import (
    CONTROL,
    FREE,
    SCHOOL,
    SECOND,
    TOKEN,
    Calls,
    Kept,
    a_run,
    page,
    posts,
    read,
    settings,
    world,
)

HOME = page("kedr_school1")
CAPTCHA_WITHOUT_PICTURE = '{"error": {"error_code": 14, "redirect_uri": "https://id.vk.ru"}}'


@contextmanager
def school(*faults: Fault, **more: Any) -> Iterator[Running]:
    with serve(world(SCHOOL, faults=faults, **more)) as sandbox:
        yield sandbox


def look(sandbox: Running, *addresses: str, **changed: Any) -> list[Observation]:
    return read(settings(sandbox, **changed), [page(a) for a in addresses or ("kedr_school1",)])


def wall(observation: Observation) -> Wall:
    assert observation.facts is not None
    assert observation.facts.wall is not None
    return observation.facts.wall


def exchanges(run: Run) -> list[Exchange]:
    return cast(Kept, run.evidence).exchanges


def why(observation: Observation) -> FailureCode | None:
    return observation.failure.code if observation.failure else None


def gap(observation: Observation, name: str = "wall") -> FailureCode | None:
    return observation.gaps[name].code if name in observation.gaps else None


def town(number: int, **about: Any) -> list[Community]:
    usual: dict[str, Any] = {"description": "Школа", "posts": posts(20, timedelta(days=4))}
    return [
        Community(id=1000 + at, name=f"Школа № {at}", **(usual | about)) for at in range(number)
    ]


# --- what is read ---


def test_a_page_and_its_wall_are_one_observation() -> None:
    with school() as sandbox:
        (seen,) = look(sandbox)
    assert seen.facts is not None
    assert (seen.facts.presence, seen.facts.page_id) == (Presence.LIVE, "101")
    assert seen.facts.government_mark is True
    assert len(wall(seen).posts) == 20
    assert wall(seen).covered_since == BEGINNING
    assert seen.reader == fingerprint(TOKEN)
    assert len(seen.evidence) == 2
    assert seen.observed_at == NOW


def test_every_exchange_is_kept_with_its_bytes() -> None:
    run = a_run()
    with school() as sandbox:
        read(settings(sandbox), [HOME], run)
    kept = cast(Kept, run.evidence).exchanges
    assert [one.url.rpartition("/")[2] for one in kept] == ["groups.getById", "execute"]
    assert all(one.status == 200 and one.body.startswith(b'{"response"') for one in kept)
    assert kept[0].request_headers["User-Agent"] == run.user_agent


def test_pages_are_matched_by_number_and_name() -> None:
    with serve(world(*town(5), SCHOOL)) as sandbox:
        seen = look(sandbox, "club1004", "kedr_school1", "club1000")
    titles = {one.page.address: one.facts.title for one in seen if one.facts}
    assert titles["https://vk.com/club1004"] == "Школа № 4"
    assert titles["https://vk.com/club1000"] == "Школа № 0"
    assert titles["https://vk.com/kedr_school1"] == "Школа № 1 | Кедровый"


def test_an_older_version_that_answers_a_list_is_read_too() -> None:
    with school() as sandbox:
        (seen,) = look(sandbox, api_version="5.131")
    assert len(wall(seen).posts) == 20


def test_a_renamed_page_is_followed_by_its_number() -> None:
    with school() as sandbox:
        (seen,) = read(settings(sandbox), [page("old_name", known_id="101")])
    assert seen.facts is not None
    assert seen.facts.screen_name == "kedr_school1"


def test_the_pinned_posts_contacts_count() -> None:
    pinned = Post(id=1, published_at=NOW - timedelta(days=300), pinned=True, text="museum@kedr.ru")
    museum = Community(id=5, name="Музей", description="Музей", posts=(pinned, *posts(3)))
    with serve(world(museum)) as sandbox:
        (seen,) = look(sandbox, "club5")
    assert seen.facts is not None
    assert seen.facts.pinned_text == "museum@kedr.ru"
    assert seen.facts.contacts is not None
    assert [one.value for one in seen.facts.contacts.emails] == ["museum@kedr.ru"]


def test_visitors_are_told_from_the_page_and_not_kept() -> None:
    visitor = Post(id=99, published_at=NOW - timedelta(hours=2), author=55, text="Тайна")
    with serve(world(replace(SCHOOL, posts=(visitor, *SCHOOL.posts)))) as sandbox:
        (seen,) = look(sandbox)
    theirs = [one for one in wall(seen).posts if one.author is Author.OTHER]
    assert [one.own_length for one in theirs] == [None]
    assert "Тайна" not in repr(seen)


def test_clips_are_counted_for_they_are_on_no_wall() -> None:
    with serve(world(replace(SCHOOL, clips=7))) as sandbox:
        (seen,) = look(sandbox)
    assert seen.facts is not None
    assert seen.facts.clips_count == 7


def test_posts_after_the_runs_moment_are_ignored() -> None:
    with school() as sandbox:
        (seen,) = read(settings(sandbox), [HOME], a_run(as_of=NOW - timedelta(days=10)))
    assert wall(seen).posts[0].published_at <= NOW - timedelta(days=10)


def test_a_wall_is_read_on_only_until_the_window_is_covered() -> None:
    busy = replace(SCHOOL, posts=posts(600, timedelta(hours=8)))
    with serve(world(busy)) as sandbox:
        (seen,) = look(sandbox)
        inner = sandbox.counters()["vk:wall.get"]
    covered = wall(seen).covered_since
    assert covered is not None
    assert covered < NOW - timedelta(weeks=10)
    assert inner == 3  # 52, 100 and 100 of the 210 posts that the window holds


@pytest.mark.parametrize(("shown", "calls"), [(0, 2), (60, 1), (400, 1)])
def test_a_page_that_posts_much_is_asked_for_as_many_posts_at_once(shown: int, calls: int) -> None:
    busy = replace(SCHOOL, posts=posts(200, timedelta(hours=28)))
    run = replace(a_run(), expected={HOME.key: shown})
    with serve(world(busy)) as sandbox:
        (seen,) = read(settings(sandbox), [HOME], run)
        inner = sandbox.counters()["vk:wall.get"]
    since = NOW - timedelta(weeks=10)
    assert (inner, wall(seen).count_since(since)) == (calls, 60)
    assert (wall(seen).covered_since or NOW) < since


def test_keys_that_a_projection_drops_are_never_zipped() -> None:
    pinned = Post(id=1, published_at=NOW - timedelta(days=300), pinned=True)
    mixed = (pinned, *posts(3, after=10), *posts(2, after=20, repost_of="Чужое"))
    keys = [Community(id=n, name="Ш", description="Ш", posts=mixed) for n in range(1, 31)]
    with serve(world(*keys, projection_keeps_gaps=False)) as sandbox:
        seen = look(sandbox, *(f"club{n}" for n in range(1, 31)))
        calls = sandbox.counters()["vk:execute"]
    for one in seen:
        assert [post.is_pinned for post in wall(one).posts][-1] is True
        assert sum(post.is_repost for post in wall(one).posts) == 2
    assert calls == 3  # one that was not aligned, then whole items


# --- pages that are not there, or not shown ---


@pytest.mark.parametrize("address", ["club999", "nobody_here"])
def test_what_vk_does_not_know_is_absent(address: str) -> None:
    with school() as sandbox:
        (seen,) = look(sandbox, address)
    assert seen.facts is not None
    assert seen.facts.presence is Presence.ABSENT
    assert seen.evidence


@pytest.mark.parametrize("code", [104, 125])
def test_a_refused_number_is_asked_alone_and_then_absent(code: int) -> None:
    bad = Fault(code=code, method="groups.getById", about="999", times=None)
    with school(bad) as sandbox:
        seen = {one.page.address: one for one in look(sandbox, "kedr_school1", "club999")}
    gone = seen["https://vk.com/club999"].facts
    assert gone is not None
    assert gone.presence is Presence.ABSENT
    assert wall(seen["https://vk.com/kedr_school1"]).posts


def test_a_bad_parameter_proves_nothing() -> None:
    bad = Fault(code=100, method="groups.getById", about="999", times=None)
    with school(bad) as sandbox:
        (seen,) = look(sandbox, "club999")
    assert why(seen) is FailureCode.OUR_FAULT


def test_a_person_is_not_a_community() -> None:
    with school(persons={"ivanov_director": 5}) as sandbox:
        (seen,) = look(sandbox, "ivanov_director")
    assert why(seen) is FailureCode.NOT_A_COMMUNITY


@pytest.mark.parametrize("said", ["deleted", "banned"])
def test_a_positive_statement_is_told_and_no_wall_is_asked(said: str) -> None:
    with serve(world(replace(SCHOOL, deactivated=said))) as sandbox:  # type: ignore[arg-type]
        (seen,) = look(sandbox)
        assert "vk:wall.get" not in sandbox.counters()
    assert seen.facts is not None
    assert seen.facts.presence == Presence(said)


def test_a_wall_that_is_off_costs_no_call() -> None:
    with serve(world(replace(SCHOOL, wall=0))) as sandbox:
        (seen,) = look(sandbox)
        assert "vk:wall.get" not in sandbox.counters()
    assert gap(seen) is FailureCode.NOT_VISIBLE


@pytest.mark.parametrize("code", [15, 18, 30, 203, 212])
def test_a_hidden_wall_leaves_the_facts(code: int) -> None:
    with serve(world(replace(SCHOOL, wall_error=code), *town(3))) as sandbox:
        seen = look(sandbox, "kedr_school1", "club1000", "club1001")
    hidden = next(one for one in seen if one.page == HOME)
    assert hidden.facts is not None
    assert hidden.facts.title
    assert hidden.facts.wall is None
    assert gap(hidden) is FailureCode.NOT_VISIBLE
    assert all(wall(one).posts for one in seen if one is not hidden)


def test_two_hidden_walls_keep_their_own_reasons() -> None:
    one, two = town(2)
    hidden = (replace(one, wall_error=15), replace(two, wall_error=10))
    with serve(world(*hidden)) as sandbox:
        seen = {o.page.address: gap(o) for o in look(sandbox, "club1000", "club1001")}
    assert seen == {
        "https://vk.com/club1000": FailureCode.NOT_VISIBLE,
        "https://vk.com/club1001": FailureCode.SERVER_ERROR,
    }


# --- the mark and its control pages ---


def test_without_a_control_page_no_mark_is_unknown() -> None:
    plain = replace(SCHOOL, government_mark=False)
    with serve(world(plain)) as sandbox:
        (seen,) = look(sandbox, control_pages=())
        (proved,) = look(sandbox)
    assert seen.facts is not None
    assert proved.facts is not None
    assert seen.facts.government_mark is None
    assert gap(seen, "government_mark") is FailureCode.CONTROL_SILENT
    assert proved.facts.government_mark is False


def test_a_token_that_is_not_shown_marks_accuses_nobody() -> None:
    blind = (Token(value=TOKEN, sees_marks=False),)
    with serve(world(replace(SCHOOL, government_mark=False), tokens=blind)) as sandbox:
        (seen,) = look(sandbox)
    assert gap(seen, "government_mark") is FailureCode.CONTROL_SILENT
    assert gap(seen, "menu") is FailureCode.CONTROL_SILENT


def test_a_control_pages_menu_proves_that_menus_are_shown() -> None:
    control = replace(CONTROL, id=901, screen_name="c2", menu=(MenuItem(title="x", url="u"),))
    with serve(world(SCHOOL, control)) as sandbox:
        (seen,) = look(sandbox, control_pages=("vk.com/c2",))
    assert seen.facts is not None
    assert seen.facts.menu == ()


# --- economy ---


@pytest.mark.parametrize(("controls", "asked"), [((), 2), (("vk.com/control",), 3)])
def test_a_thousand_pages_cost_forty_two_requests(controls: tuple[str, ...], asked: int) -> None:
    """2 + 40; a control page makes the thousand one more than two calls hold."""
    with serve(world(*town(1000))) as sandbox:
        addresses = [f"club{1000 + at}" for at in range(1000)]
        seen = look(sandbox, *addresses, control_pages=controls)
        counted = sandbox.counters()
    assert len(seen) == 1000
    assert all(wall(one).posts for one in seen)
    assert counted["vk:groups.getById"] == asked
    assert counted["vk:execute"] == 40
    assert counted["vk:wall.get"] == 1000


def test_a_control_page_is_asked_for_once_and_holds_for_the_run() -> None:
    with serve(world(*town(1200, posts=()))) as sandbox:
        seen = look(sandbox, *(f"club{1000 + at}" for at in range(1200)))
        assert sandbox.counters()["vk:groups.getById"] == 3  # 499, 500 and 201
    assert {one.facts.government_mark for one in seen if one.facts} == {False}


def test_originals_of_reposts_travel_only_until_their_number_is_proven() -> None:
    shared = posts(20, timedelta(days=3), repost_of="Чужая новость. " * 100)
    run = a_run()
    with serve(world(*town(50, posts=shared))) as sandbox:
        seen = read(settings(sandbox), [page(f"club{1000 + at}") for at in range(50)], run)
    first, second = [len(one.body) for one in exchanges(run)[1:]]
    assert all(post.is_repost for one in seen for post in wall(one).posts)
    assert (first > 1_000_000, second < 150_000) == (True, True)


def test_a_vk_that_does_not_count_originals_is_asked_for_them() -> None:
    """An original without a number beside it: `@.length` means nothing to this VK."""
    both = [{"copy_history": [None, [{"id": 1}]], "copies": [None, None]}]
    assert proof(both) is OriginalsAsked.WHOLE
    assert (
        proof([{"copy_history": [None, None], "copies": [None, None]}]) is OriginalsAsked.UNPROVEN
    )
    assert (
        proof([{"copy_history": [None, [{}, {}]], "copies": [None, 2]}]) is OriginalsAsked.COUNTED
    )


def test_a_vk_that_breaks_down_over_the_count_is_asked_without_it() -> None:
    broken = Fault(kind="status", code=500, method="execute", about="copies", times=None)
    with school(broken) as sandbox:
        (seen,) = look(sandbox)
    assert len(wall(seen).posts) == 20


def test_long_texts_make_the_first_sheets_shorter() -> None:
    long = posts(45, timedelta(days=2), text="Длинная новость школы. " * 60)
    run = a_run()
    with serve(world(*town(400, posts=long))) as sandbox:
        seen = read(settings(sandbox), [page(f"club{1000 + at}") for at in range(400)], run)
    assert all(len(wall(one).posts) == 45 for one in seen)
    scripts = [unquote_plus(one.request_body.decode()) for one in exchanges(run)[1:]]
    assert '"count":52' in scripts[0]
    assert sum('"offset":0,"count":30' in one for one in scripts) >= 10


def test_an_error_inside_execute_is_waited_out_and_not_for_ever() -> None:
    busy = Fault(code=6, method="wall.get", about="-101", times=None)
    with school(busy) as sandbox:
        begun = time.monotonic()
        (seen,) = look(sandbox, backoff=0.1)
        assert sandbox.counters()["vk:wall.get"] == 3
    assert gap(seen) is FailureCode.RATE_LIMITED
    assert time.monotonic() - begun > 0.3  # one pause, then twice as long


def test_calls_that_come_free_are_waited_for() -> None:
    with serve(world(*town(30))) as sandbox:
        budget = Calls(most=10, freed=[15, 10])
        seen = read(settings(sandbox), [page(f"club{1000 + n}") for n in range(30)], a_run(budget))
    assert all(wall(one).posts for one in seen)


def test_the_rate_is_kept_though_answers_are_slow() -> None:
    limits = Limits(requests_per_second=10, latency=0.3)
    blocked = (Token(value=TOKEN, may_execute=False),)
    with serve(world(*town(15), limits=limits, tokens=blocked)) as sandbox:
        seen = look(sandbox, *(f"club{1000 + at}" for at in range(15)), requests_per_second=10)
        refused = [call for call in sandbox.log() if call.outcome == "error 6"]
        asked = [call.at for call in sandbox.log() if not call.inner]
    assert len(refused) <= 2  # on a busy machine calls may bunch; then the pace widens
    assert all(wall(one).posts for one in seen)
    waited = [later - earlier for earlier, later in pairwise(asked)]
    assert min(waited) < limits.latency  # one after another it would never be less


def test_a_token_that_may_not_execute_reads_wall_by_wall() -> None:
    plain = (Token(value=TOKEN, may_execute=False),)
    with serve(world(*town(8), tokens=plain)) as sandbox:
        seen = look(sandbox, *(f"club{1000 + at}" for at in range(8)))
        counted = sandbox.counters()
    assert all(wall(one).posts for one in seen)
    assert counted["vk:execute"] == 1  # probed once
    assert counted["vk:wall.get"] == 8


@pytest.mark.parametrize("text", ['{"response": null}', '{"response": []}'])
def test_walls_that_execute_never_brings_together_are_read_one_by_one(text: str) -> None:
    never = Fault(kind="body", method="execute", text=text, times=None)
    with serve(world(*town(60), faults=(never,))) as sandbox:
        seen = look(sandbox, *(f"club{1000 + at}" for at in range(60)), backoff=0.01)
        counted = sandbox.counters()
    assert all(wall(one).posts for one in seen)
    assert counted["vk:wall.get"] == 60
    assert counted["vk:execute"] < 12  # then that token is not asked to any more


@pytest.mark.parametrize("limits", [Limits(requests_per_second=None, execute_operations=200)])
def test_a_batch_that_is_too_big_is_halved(limits: Limits) -> None:
    with serve(world(*town(60), limits=limits)) as sandbox:
        seen = look(sandbox, *(f"club{1000 + at}" for at in range(60)))
    assert len(seen) == 60
    assert all(wall(one).posts for one in seen)


def test_a_wall_too_heavy_for_execute_is_read_alone() -> None:
    limits = Limits(requests_per_second=None, answer_bytes=60_000)
    heavy = replace(SCHOOL, posts=posts(20, timedelta(days=4), text="Очень длинно. " * 200))
    with serve(world(*town(24), heavy, limits=limits)) as sandbox:
        seen = look(sandbox, "kedr_school1", *(f"club{1000 + at}" for at in range(24)))
        calls = sandbox.counters()["vk:execute"]
    assert len(seen) == 25
    assert all(wall(one).posts for one in seen)
    assert calls < 14


def test_calls_inside_execute_are_taken_from_the_budget() -> None:
    budget = Calls()
    with serve(world(*town(30))) as sandbox:
        read(settings(sandbox), [page(f"club{1000 + at}") for at in range(30)], a_run(budget))
    assert budget.taken == {f"{fingerprint(TOKEN)} wall.get": 30}


def test_pages_beyond_the_days_calls_are_told_so() -> None:
    with serve(world(*town(30))) as sandbox:
        pages = [page(f"club{1000 + at}") for at in range(30)]
        seen = read(settings(sandbox), pages, a_run(Calls(most=10)))
    assert len(seen) == 30
    assert sum(gap(one) is FailureCode.QUOTA for one in seen) == 20
    assert all(one.facts and one.facts.title for one in seen)


def test_two_tokens_share_the_days_work() -> None:
    both = (Token(value=TOKEN), Token(value=SECOND))
    with serve(world(*town(30), tokens=both)) as sandbox:
        pages = [page(f"club{1000 + at}") for at in range(30)]
        budget = Calls(most=15)
        seen = read(settings(sandbox, tokens=f"{TOKEN}, {SECOND}"), pages, a_run(budget))
    assert all(wall(one).posts for one in seen)
    assert sorted(budget.taken.values()) == [15, 15]


# --- trouble ---


def test_without_a_token_every_page_is_told() -> None:
    seen = read(VkSettings(), [HOME, page("club5")])
    assert [why(one) for one in seen] == [FailureCode.TOKEN_MISSING] * 2


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(code=5, times=None), FailureCode.TOKEN_REFUSED),
        (Fault(code=14, times=None), FailureCode.CAPTCHA),
        (Fault(code=17, times=None), FailureCode.CAPTCHA),
        (Fault(kind="body", text=CAPTCHA_WITHOUT_PICTURE, times=None), FailureCode.CAPTCHA),
        (Fault(code=29, times=None), FailureCode.QUOTA),
        (Fault(code=6, times=None), FailureCode.RATE_LIMITED),
        (Fault(code=9, times=None), FailureCode.RATE_LIMITED),
        (Fault(code=10, times=None), FailureCode.SERVER_ERROR),
        (Fault(code=7, times=None), FailureCode.NOT_VISIBLE),
        (Fault(code=113, times=None), FailureCode.OUR_FAULT),
        (Fault(kind="status", code=502, times=None), FailureCode.SERVER_ERROR),
        (Fault(kind="status", code=403, times=None), FailureCode.FORBIDDEN),
        (Fault(kind="not_json", times=None), FailureCode.MALFORMED),
        (Fault(kind="cut", times=None), FailureCode.MALFORMED),
        (Fault(kind="null", times=None), FailureCode.MALFORMED),
        (Fault(kind="body", text='{"error": {}}', times=None), FailureCode.MALFORMED),
        (Fault(kind="body", text="[]", times=None), FailureCode.MALFORMED),
    ],
)
def test_trouble_with_the_pages_is_a_named_failure(fault: Fault, code: FailureCode) -> None:
    with school(fault) as sandbox:
        (seen,) = look(sandbox)
        assert len(sandbox.log()) <= 4
    assert why(seen) is code
    assert TOKEN not in repr(seen)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(code=5, method="execute"), FailureCode.TOKEN_REFUSED),
        (Fault(code=5, method="wall.get"), FailureCode.TOKEN_REFUSED),
        (Fault(code=29, method="execute"), FailureCode.QUOTA),
        (Fault(code=29, method="wall.get"), FailureCode.QUOTA),
        (Fault(code=10, method="wall.get", times=None), FailureCode.SERVER_ERROR),
        (Fault(code=6, method="execute", times=None), FailureCode.RATE_LIMITED),
        (Fault(kind="cut", method="execute", times=None), FailureCode.MALFORMED),
        (Fault(kind="status", code=502, method="execute", times=None), FailureCode.SERVER_ERROR),
    ],
)
def test_trouble_with_the_wall_leaves_what_was_read(fault: Fault, code: FailureCode) -> None:
    with school(fault) as sandbox:
        (seen,) = look(sandbox)
        assert len(sandbox.log()) <= 12
    assert seen.facts is not None
    assert seen.facts.government_mark is True
    assert gap(seen) is code
    assert gap(seen, "contacts") is code  # the pinned post might hold them


@pytest.mark.parametrize(
    "fault",
    [
        Fault(code=6, times=2),
        Fault(code=10, times=1),
        Fault(code=9, times=1),
        Fault(kind="status", code=502, times=2),
        Fault(kind="cut", times=1),
        Fault(kind="null", method="execute", times=1),
        Fault(code=36, method="execute", times=1),
        Fault(code=12, method="execute", times=1),
        Fault(code=10, method="wall.get", times=1),
    ],
)
def test_trouble_that_passes_costs_nothing_but_time(fault: Fault) -> None:
    with school(fault) as sandbox:
        (seen,) = look(sandbox)
    assert len(wall(seen).posts) == 20


def test_a_server_that_hangs_is_left_after_its_time_out() -> None:
    with school(Fault(kind="hang", times=None)) as sandbox:
        (seen,) = look(sandbox, timeout=0.2)
    assert why(seen) is FailureCode.TIMEOUT


def test_a_server_that_is_not_there_is_told() -> None:
    (seen,) = read(VkSettings(api_url="http://127.0.0.1:9", tokens=TOKEN, backoff=0.01), [HOME])
    assert why(seen) is FailureCode.CONNECTION


def test_the_days_quota_gone_midway_is_written_down() -> None:
    budget = Calls()
    limits = replace(FREE, wall_get_per_day=40)
    with serve(world(*town(60), limits=limits)) as sandbox:
        seen = read(settings(sandbox), [page(f"club{1000 + n}") for n in range(60)], a_run(budget))
    assert (fingerprint(TOKEN), "wall.get") in budget.exhausted
    assert sum(gap(one) is FailureCode.QUOTA for one in seen) == 20
    assert sum(gap(one) is None for one in seen) == 40


def test_a_token_revoked_midway_leaves_what_it_read() -> None:
    revoked = Fault(code=5, method="execute", first=2, times=None)
    with serve(world(*town(60), faults=(revoked,))) as sandbox:
        seen = look(sandbox, *(f"club{1000 + at}" for at in range(60)))
    assert len(seen) == 60
    assert sum(gap(one) is None for one in seen) == 25
    assert sum(gap(one) is FailureCode.TOKEN_REFUSED for one in seen) == 35


def test_another_token_takes_over_from_one_that_is_refused() -> None:
    both = (Token(value=TOKEN, valid=False), Token(value=SECOND))
    with serve(world(*town(30), tokens=both)) as sandbox:
        tokens = f"{TOKEN},{SECOND}"
        seen = look(sandbox, *(f"club{1000 + at}" for at in range(30)), tokens=tokens)
    assert all(wall(one).posts for one in seen)
    assert {one.reader for one in seen} == {fingerprint(SECOND)}


def test_a_group_token_reads_pages_and_says_why_not_walls() -> None:
    with school(tokens=(Token(value=TOKEN, kind="group", may_execute=False),)) as sandbox:
        (seen,) = look(sandbox)
    assert seen.facts is not None
    assert gap(seen) is FailureCode.TOKEN_REFUSED


def test_a_run_that_is_cancelled_ends_at_once() -> None:
    async def cancelled(vk: VkSettings) -> float:
        async def collected() -> None:
            async for _ in NETWORK.collector(vk)([HOME], a_run()):
                pass

        task = asyncio.create_task(collected())
        while not sandbox.log("vk"):
            await asyncio.sleep(0.01)
        begun = time.monotonic()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return time.monotonic() - begun

    with school(Fault(kind="hang", times=None)) as sandbox:
        assert asyncio.run(cancelled(settings(sandbox, timeout=120))) < 60


def test_evidence_that_cannot_be_kept_stops_the_run() -> None:
    class Full(Kept):
        def keep(self, exchange: Exchange) -> Evidence:
            raise OSError("no space left")

    with school() as sandbox, pytest.raises(OSError, match="no space"):
        read(settings(sandbox), [HOME], replace(a_run(), evidence=Full()))


def test_pages_are_found_no_further_ahead_than_their_walls_are_read() -> None:
    """A country's communities are never all in memory, and its first walls come at once."""

    async def asked_at_first(sandbox: Running) -> int:
        pages = [page(f"club{1000 + at}") for at in range(1400)]
        batches = NETWORK.collector(settings(sandbox))(pages, a_run())
        await anext(batches)
        return sandbox.counters()["vk:groups.getById"]

    with serve(world(*town(1400))) as sandbox:
        assert asyncio.run(asked_at_first(sandbox)) == 1


def test_batches_come_as_they_are_read() -> None:
    async def sizes(vk: VkSettings, count: int) -> list[int]:
        pages = [page(f"club{1000 + at}") for at in range(count)]
        return [len(batch) async for batch in NETWORK.collector(vk)(pages, a_run())]

    with serve(world(*town(60))) as sandbox:
        assert sorted(asyncio.run(sizes(settings(sandbox), 60))) == [10, 25, 25]


def test_a_parameter_that_spoils_every_call_is_not_asked_for_ever() -> None:
    bad = Fault(code=100, method="groups.getById", times=None)
    pages = [page(f"name{at}") for at in range(300)]
    with school(bad) as sandbox:
        seen = read(settings(sandbox), pages)
        assert len(sandbox.log()) < 200
    assert {why(one) for one in seen} == {FailureCode.OUR_FAULT}


# --- settings ---


@pytest.mark.parametrize(
    ("token", "state", "said"),
    [
        (Token(value=TOKEN), Health.GOOD, "по 25"),
        (Token(value=TOKEN), Health.GOOD, "(сервисный ключ)"),
        (Token(value=TOKEN, kind="user"), Health.GOOD, "(ключ пользователя)"),
        (Token(value=TOKEN, kind="group"), Health.FAULT, "ключ сообщества: стен"),
        (Token(value=TOKEN, may_execute=False), Health.GOOD, "без execute"),
        (Token(value=TOKEN, valid=False), Health.FAULT, "не принят"),
    ],
)
def test_a_token_is_checked_for_the_operator(token: Token, state: Health, said: str) -> None:
    with school(tokens=(token,)) as sandbox:
        (told,) = signs(settings(sandbox), uncounted)
    assert told.state is state
    assert f"ключ ВКонтакте {fingerprint(TOKEN)}: " in told.what
    assert said in told.what


@pytest.mark.parametrize("method", ["groups.getById", "groups.getSettings", "execute"])
def test_a_token_that_a_night_reads_with_now_is_checked_as_well(method: str) -> None:
    """VK counts calls by the second, and what came too soon says nothing of the token."""
    with school(Fault(code=6, method=method, times=2)) as sandbox:
        (told,) = signs(settings(sandbox), uncounted)
    assert "ключ работает (сервисный ключ), стены читаются по 25" in told.what


@pytest.mark.parametrize("fault", [{"code": 10}, {"kind": "status", "code": 502}])
def test_trouble_of_the_server_is_not_told_as_the_tokens(fault: dict[str, Any]) -> None:
    with school(Fault(method="execute", times=None, **fault)) as sandbox:
        (told,) = signs(settings(sandbox), uncounted)
    assert told.what.endswith("ключ работает (сервисный ключ)")


def uncounted(_reader: str, _method: str) -> None:
    """For a doctor without a database."""


@pytest.mark.parametrize(
    "wrong",
    [
        {"api_url": "api.vk.ru"},
        {"requests_per_second": 0},
        {"control_pages": ("https://vk.com/id5",)},
    ],
)
def test_a_wrong_setting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        VkSettings(**wrong)  # type: ignore[arg-type]


def test_tokens_are_never_shown() -> None:
    vk = VkSettings(tokens=f"{TOKEN}, {SECOND},\n{TOKEN}")
    assert vk.token_list == (TOKEN, SECOND)
    assert TOKEN not in repr(vk)


def test_the_ledger_is_told_of_the_quota() -> None:
    quota = NETWORK.quotas(VkSettings(wall_get_per_day=100, reserve_per_day=7))["wall.get"]
    assert (quota.per_day, quota.reserve) == (100, 7)
    assert isinstance(world(), World)
