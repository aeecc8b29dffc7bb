"""Who is read when a day's calls do not reach for all; pure, and over nights in the sandbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from collectors.model import Facts, Failure, FailureCode, Observation, Page, Presence, Quota
from collectors.vk import NETWORK
from monitor.audit.coverage import Outline, OutlineFacts, OutlineWall, look
from monitor.audit.plan import Past, Try, not_due, planned, told_of_pages, tried
from monitor.audit.scope import with_known_ids
from monitor.sandbox import Community, Limits, Post, Token, World, serve
from monitor.storage.ledger import Ledger
from rules.engine import judge_alone
from rules.model import Outcome
from tests import cast
from tests.cast import NOW
from tests.monitor.pipeline import Done, Town, school
from tests.rules.test_cases import ACTS

WALLS = "wall.get"
NIGHT = timedelta(days=1)
PAGES = tuple(
    Page(institution=f"town/{n}", network="vk", address=f"https://vk.com/club{n}") for n in range(4)
)


def due(past: Past, left: int, pages: tuple[Page, ...] = PAGES) -> list[int]:
    costs = {page: {WALLS: 1} for page in pages}
    plan = planned(pages, costs, {WALLS: left}, past, NOW)
    assert {*plan.due, *plan.waiting} == set(pages)
    return [pages.index(page) for page in plan.due]


def past(*nights_ago: float | None, failed: int | None = None, **more: Any) -> Past:
    tries = {
        (page.network, page.address): Try(NOW - ago * NIGHT, whole=at != failed)
        for at, (page, ago) in enumerate(zip(PAGES, nights_ago, strict=True))
        if ago is not None
    }
    return Past(tries=tries, **more)


def test_with_calls_enough_all_are_read_in_the_registrys_order() -> None:
    assert due(past(1, None, 2, 3), left=4) == [0, 1, 2, 3]


def test_a_page_never_read_goes_first_and_the_longest_unread_next() -> None:
    assert due(past(1, None, 3, 2), left=3) == [1, 2, 3]


def test_a_proof_that_ends_before_the_next_night_goes_before_one_that_lasts() -> None:
    assert due(past(1, 2, 7, 3), left=1) == [2]


def test_what_failed_last_night_goes_before_what_is_proven() -> None:
    assert due(past(2, 3, 4, 1, failed=3), left=1) == [3]


def test_what_fails_every_night_does_not_push_out_what_grows_stale() -> None:
    assert due(past(6, 7, 7, 1, failed=3), left=2) == [1, 2]


def test_among_equals_the_worst_goes_first() -> None:
    worst = {("vk", PAGES[2].address): frozenset({Outcome.PASS, Outcome.FAIL})}
    assert due(past(1, 1, 1, 1, outcomes=worst), left=1) == [2]


TOMSK = ZoneInfo("Asia/Tomsk")


def accused(number: int, **more: Any) -> dict[str, Any]:
    address = ("vk", PAGES[number].address)
    return {"accused": frozenset({address}), "zones": {"town": TOMSK}, **more}


def test_a_fail_that_would_rest_on_an_old_look_goes_before_a_proof_that_lasts() -> None:
    assert due(past(2, 2, 2, 1, **accused(3)), left=1) == [3]


def test_a_proof_that_ends_goes_before_a_fail_of_yesterday() -> None:
    assert due(past(2, 7, 2, 1, **accused(3)), left=2) == [1, 3]


def test_a_fail_by_a_look_of_the_same_local_day_needs_no_other() -> None:
    """NOW is three at night in Tomsk: a look two hours ago was today's, four hours ago not."""
    assert due(past(2, 2, 2, 2 / 24, **accused(3)), left=1) == [0]
    assert due(past(2, 2, 2, 4 / 24, **accused(3)), left=1) == [3]


def told_of(name: str, *looks: Observation) -> set[str]:
    found = judge_alone(cast.dossier(cast.SCHOOL, *looks), [ACTS["kedrovy-2022-298"]])
    (_, pages) = told_of_pages(one for one in found if one.requirement.endswith(name))
    return {address for _, address in pages}


@pytest.mark.parametrize("hours", [0, 30])
@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("6.4-regularity", replace(cast.SCHOOL_FACTS, wall=cast.wall(70))),
        ("6.1-pages", Facts(presence=Presence.DELETED)),
    ],
)
def test_who_is_accused_or_would_be_is_read_tonight(name: str, facts: Facts, hours: int) -> None:
    look = cast.seen(cast.SCHOOL_VK, facts, at=NOW - timedelta(hours=hours))
    assert told_of(name, look) == {cast.SCHOOL_VK.address}


def test_a_lively_page_and_one_that_was_never_read_are_not_accused() -> None:
    lively = cast.seen(cast.SCHOOL_VK, cast.SCHOOL_FACTS)
    assert told_of("", lively, not_due(cast.SCHOOL_OK, NOW)) == set()


def test_a_page_that_costs_more_than_is_left_lets_a_cheaper_one_go() -> None:
    costs = {page: {WALLS: 3 if page is PAGES[0] else 1} for page in PAGES}
    plan = planned(PAGES, costs, {WALLS: 2}, Past(), NOW)
    assert plan.due == PAGES[1:3]


def test_a_page_is_priced_by_what_it_showed_last_time() -> None:
    assert NETWORK.cost(None) == {WALLS: 1}
    assert NETWORK.cost(not_due(PAGES[0], NOW)) == {WALLS: 1}


@pytest.mark.parametrize(
    ("recent", "old", "calls"), [(52, 100, 1), (90, 0, 1), (91, 0, 2), (180, 20, 2), (9_000, 0, 12)]
)
def test_a_wall_costs_as_many_sheets_as_its_ten_weeks_take(
    recent: int, old: int, calls: int
) -> None:
    wall = cast.wall(*[1] * recent, *[77] * old)
    last = cast.seen(cast.SCHOOL_VK, replace(cast.SCHOOL_FACTS, wall=wall))
    assert NETWORK.cost(last) == {WALLS: calls}


@pytest.mark.parametrize(
    ("gap", "whole"),
    [
        (None, True),
        (FailureCode.NOT_VISIBLE, True),
        (FailureCode.QUOTA, False),
        (FailureCode.MALFORMED, False),
    ],
)
def test_a_try_is_whole_when_nothing_that_is_shown_is_missing(
    gap: FailureCode | None, whole: bool
) -> None:
    gaps = {"wall": Failure(gap)} if gap else {}
    last = Observation(page=PAGES[0], observed_at=NOW, facts=Facts(), gaps=gaps)
    assert tried(last) == Try(NOW, whole)


def test_a_wall_that_the_calls_did_not_reach_rests_on_a_fresh_one() -> None:
    read = Outline(observed_at=NOW - NIGHT, facts=OutlineFacts(wall=OutlineWall()))
    cut = Outline(observed_at=NOW, facts=OutlineFacts(), gaps={"wall": Failure(FailureCode.QUOTA)})
    assert look((cut, read), NOW, timedelta(days=7)).unread is None
    assert look((cut,), NOW, timedelta(days=7)).unread is FailureCode.QUOTA


def test_a_page_is_asked_by_the_registrys_id_else_by_the_one_that_was_seen() -> None:
    page = PAGES[0]
    seen = {(page.network, page.address): "8"}
    assert [one.known_id for one in with_known_ids([page], seen)] == ["8"]
    given = replace(page, known_id="7")
    assert with_known_ids([given], {}) == with_known_ids([given], seen) == (given,)


# --- over nights ---

TOKEN, SECOND = "vk1.first", "vk1.second"


def a_world(pages: int, *tokens: str) -> World:
    posts = tuple(Post(id=n, published_at=NOW - n * NIGHT, text="Новость") for n in range(1, 9))
    return World(
        communities=tuple(
            Community(id=n, name=f"Школа № {n}", description="Школа", posts=posts)
            for n in range(1, pages + 1)
        ),
        tokens=tuple(Token(value=token) for token in tokens or (TOKEN,)),
        limits=Limits(requests_per_second=None, wall_get_per_day=5),
    )


@contextmanager
def town(folder: Path, pages: int, *tokens: str) -> Iterator[Town]:
    """Five calls a token and day, one of them kept for audits on demand."""
    schools = [school(n, f"https://vk.com/club{n}") for n in range(1, pages + 1)]
    with serve(a_world(pages, *tokens)) as sandbox:
        quota = {"wall_get_per_day": 5, "reserve_per_day": 1}
        yield Town(folder, sandbox, schools, {"vk": quota})


def at(town: Town, moment: datetime, *names: str) -> Done:
    town.sandbox.set_clock(moment)
    return town.audit(moment, *names)


def waiting(done: Done) -> set[str]:
    return {
        address
        for (_, address), seen in done.seen.items()
        if seen[0].failure and seen[0].failure.code is FailureCode.NOT_DUE
    }


def test_every_page_is_read_within_the_window_and_never_over_quota(tmp_path: Path) -> None:
    with town(tmp_path, 12) as small:
        nights = [at(small, NOW + n * NIGHT) for n in range(4)]
        assert [len(waiting(done)) for done in nights] == [8, 8, 8, 8]
        assert not [call for call in small.sandbox.log("vk") if call.outcome == "error 29"]
        assert small.sandbox.counters()["vk:wall.get"] == 16
    read = Counter(address for done in nights for address in _read(done))
    assert sorted(read.values()) == [1] * 8 + [2] * 4
    assert not waiting(nights[0]) & waiting(nights[1]) & waiting(nights[2])
    assert nights[2].audit.complete
    assert not nights[0].audit.complete


def _read(done: Done) -> set[str]:
    return {address for _, address in done.seen} - waiting(done)


def test_pages_that_wait_cost_no_request_and_are_not_accused(tmp_path: Path) -> None:
    with town(tmp_path, 8) as small:
        done = at(small, NOW)
        asked = small.sandbox.counters()
    assert asked == {"vk:groups.getById": 1, "vk:execute": 1, "vk:wall.get": 4}
    left = [one for one in done.findings if one.network == "vk" and one.page in waiting(done)]
    assert {one.outcome for one in left} <= {Outcome.UNKNOWN, Outcome.NOT_APPLICABLE}


def test_what_waits_is_judged_by_a_look_that_is_still_fresh(tmp_path: Path) -> None:
    with town(tmp_path, 8) as small:
        first, second = at(small, NOW), at(small, NOW + NIGHT)
    again = {one.page for one in second.findings if one.outcome is not Outcome.UNKNOWN}
    assert waiting(second) == _read(first)
    assert waiting(second) <= again


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    with town(tmp_path, 8) as small:
        at(small, NOW)
        again = at(small, NOW + timedelta(minutes=5))
        assert small.sandbox.counters()["vk:wall.get"] == 4
    assert len(waiting(again)) == 8


def test_the_reserve_is_for_audits_on_demand(tmp_path: Path) -> None:
    with town(tmp_path, 8) as small:
        night = at(small, NOW)
        name = min(waiting(night)).rpartition("club")[2]
        asked = at(small, NOW + timedelta(hours=2), f"school-{name}")
    assert not waiting(asked)


def test_tokens_share_the_pages(tmp_path: Path) -> None:
    with town(tmp_path, 8, TOKEN, SECOND) as small:
        assert not waiting(at(small, NOW))
        walls = Counter(call.token for call in small.sandbox.log("vk", "wall.get"))
    assert sorted(walls.values()) == [4, 4]


def test_calls_that_end_their_day_within_the_hour_are_planned_with(engine: Engine) -> None:
    now = [NOW]
    ledger = Ledger(engine, {WALLS: Quota(per_day=5, reserve=1)}, lambda: now[0])
    assert ledger.take("t", WALLS, 9) == 4
    assert (ledger.left("t", WALLS), ledger.frees_in("t", WALLS)) == (0, None)
    now[0] += NIGHT - timedelta(seconds=2)
    assert ledger.take("t", WALLS, 9) == 0
    assert (ledger.left("t", WALLS), ledger.frees_in("t", WALLS)) == (4, 2)


def test_the_order_is_the_same_whatever_the_registrys() -> None:
    same = past(3, 1, 2, 5)
    turned = tuple(replace(page) for page in reversed(PAGES))
    chosen = planned(turned, {p: {WALLS: 1} for p in turned}, {WALLS: 2}, same, NOW).due
    assert set(chosen) == {PAGES[0], PAGES[3]}
