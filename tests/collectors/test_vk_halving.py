"""One wall or community that spoils the answer to a whole batch costs itself."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.halving import IN_VAIN
from collectors.model import FailureCode, Observation, Presence
from collectors.vk.reader import ATTEMPTS
from collectors.vk.script import OriginalsAsked, proof
from monitor.sandbox import Fault, serve
from tests.collectors.test_vk import gap, town, why
from tests.collectors.vk import Calls, a_run, page, read, settings, world

TOWN = 30
EACH_ALONE = 2 * TOWN  # calls: how walls fall into batches is a matter of time
EACH_IN_VAIN = TOWN * ATTEMPTS + 2 * IN_VAIN + TOWN
GUILTY = "https://vk.com/club1007"
ITS_WALL = '"owner_id":-1007,'


def looked_at(
    *faults: Fault, budget: Calls | None = None, **changed: Any
) -> tuple[dict[str, Observation], int]:
    """What was seen of thirty pages, and in how many requests."""
    pages = [page(f"club{1000 + at}") for at in range(TOWN)]
    with serve(world(*town(TOWN), faults=faults)) as sandbox:
        seen = read(settings(sandbox, **changed), pages, a_run(budget))
        asked = sum(not call.inner for call in sandbox.log())
    return {one.page.address: one for one in seen}, asked


def of_execute(kind: Any, about: str = ITS_WALL, **more: Any) -> Fault:
    return Fault(kind=kind, method="execute", about=about, times=None, **more)


SPOILT = [
    (of_execute("status", code=500), FailureCode.SERVER_ERROR),
    (of_execute("status", code=413), FailureCode.OUR_FAULT),
    (of_execute("cut"), FailureCode.MALFORMED),
    (of_execute("not_json"), FailureCode.MALFORMED),
    (of_execute("body", text='{"error": {}}'), FailureCode.MALFORMED),
    (of_execute("error", code=10), FailureCode.SERVER_ERROR),
    (of_execute("error", code=100), FailureCode.OUR_FAULT),
    (of_execute("error", code=18), FailureCode.NOT_VISIBLE),
    (of_execute("error", code=9999), FailureCode.UNRECOGNISED),
]


@pytest.mark.parametrize(("fault", "code"), SPOILT)
def test_one_wall_that_spoils_execute_costs_itself(fault: Fault, code: FailureCode) -> None:
    seen, asked = looked_at(fault)
    assert {url: gap(one) for url, one in seen.items() if gap(one)} == {GUILTY: code}
    assert asked < EACH_ALONE


def test_a_wall_that_hangs_execute_costs_itself_and_not_the_token() -> None:
    seen, _ = looked_at(of_execute("hang"), timeout=0.5)
    assert {url: gap(one) for url, one in seen.items() if gap(one)} == {GUILTY: FailureCode.TIMEOUT}


def test_three_walls_that_spoil_execute_cost_three() -> None:
    guilty = [1003, 1004, 1024]
    seen, _ = looked_at(*(of_execute("status", f"-{one},", code=500) for one in guilty))
    assert [url for url, one in sorted(seen.items()) if gap(one)] == [
        f"https://vk.com/club{one}" for one in guilty
    ]


def test_an_execute_that_never_answers_is_not_halved_for_ever() -> None:
    seen, asked = looked_at(of_execute("status", about="wall.get", code=502))
    assert {gap(one) for one in seen.values()} == {FailureCode.SERVER_ERROR}
    assert asked < EACH_IN_VAIN


def test_halving_spends_calls_of_the_day_and_no_more() -> None:
    budget = Calls(most=90)
    seen, _ = looked_at(of_execute("status", code=500), budget=budget)
    assert set(budget.taken.values()) == {90}
    assert {gap(one) for one in seen.values()} == {None, FailureCode.QUOTA}


def test_trouble_that_passes_while_a_batch_is_halved_costs_no_wall() -> None:
    passing = Fault(code=6, method="execute", first=9, times=3)
    seen, _ = looked_at(passing, of_execute("status", code=500))
    assert [url for url, one in seen.items() if gap(one)] == [GUILTY]


def of_pages(kind: Any, about: str = "1007", **more: Any) -> Fault:
    return Fault(kind=kind, method="groups.getById", about=about, times=None, **more)


OF_PAGES = [
    (of_pages("status", code=500), FailureCode.SERVER_ERROR),
    (of_pages("cut"), FailureCode.MALFORMED),
    (of_pages("body", text="[]"), FailureCode.MALFORMED),
    (of_pages("null_item"), FailureCode.MALFORMED),
    (of_pages("error", code=10), FailureCode.SERVER_ERROR),
    (of_pages("error", code=18), FailureCode.NOT_VISIBLE),
]


@pytest.mark.parametrize(("fault", "code"), OF_PAGES)
def test_one_community_that_spoils_a_call_costs_itself(fault: Fault, code: FailureCode) -> None:
    seen, asked = looked_at(fault)
    assert {url: why(one) for url, one in seen.items() if why(one)} == {GUILTY: code}
    assert asked < EACH_ALONE


def test_an_entry_that_is_no_community_makes_nobody_absent() -> None:
    """Which page it is of is not told: none that is not in the answer is called absent for it."""
    spoilt = [of_pages("null_item", str(one)) for one in (1003, 1004)]
    seen, _ = looked_at(*spoilt)
    absent = [one for one in seen.values() if one.facts and one.facts.presence is Presence.ABSENT]
    assert absent == []


def test_a_page_that_is_gone_is_absent_beside_an_entry_that_is_no_community() -> None:
    pages = [page(f"club{one}") for one in (1001, 1002, 1003, 7777)]
    with serve(world(*town(5), faults=(of_pages("null_item", "1002"),))) as sandbox:
        seen = {one.page.address[-4:]: one for one in read(settings(sandbox), pages)}
    assert why(seen["1002"]) is FailureCode.MALFORMED
    gone = seen["7777"].facts
    assert gone is not None
    assert gone.presence is Presence.ABSENT


def test_a_server_that_answers_no_call_is_not_asked_for_ever() -> None:
    seen, asked = looked_at(of_pages("status", about="10", code=502))
    assert {why(one) for one in seen.values()} == {FailureCode.SERVER_ERROR}
    assert asked < 80


@pytest.mark.parametrize("copies", [[5], [None], ["x"], {"0": []}])
def test_originals_of_an_odd_shape_prove_nothing(copies: Any) -> None:
    entry = {"n": 1, "count": 1, "copy_history": copies, "copies": [1]}
    assert proof([entry]) is not OriginalsAsked.COUNTED
