"""VK with its limits on: how near the limit we come, and what others spend on the same pages.

    python -m benchmarks.all --only vk_limits [--full]

Three requests a second, an answer after a tenth of a second. The peers are written for this
purpose from their public descriptions, each in its own usual way, and read the same sandbox: the
page-by-page loop of vk_api with its built-in pace (as VKAdmin reads), an asyncio loop with one
groups.getById and one wall.get a page, and the sweep of metadata 500 ids a call, which reads no
wall at all (as find-pos-widgets). Ways that need two requests a page are measured over few pages.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import httpx
import jconfig
import requests
import vk_api
from aiolimiter import AsyncLimiter

from benchmarks.figures import Figure, Size
from benchmarks.region import FIRST_ID, TOKENS, pages, vk_settings, world
from benchmarks.running import NOW, Apart, Weights, a_run, apart, measured
from benchmarks.vk import posts
from collectors.vk import NETWORK
from collectors.vk.transport import LIBRARY_BASE, Rebase
from monitor.sandbox import Limits

RATE = 3
LIMITED = Limits(requests_per_second=RATE, wall_get_per_day=None, latency=0.1)
OURS = {Size.TINY: 30, Size.QUICK: 1000, Size.FULL: 5300}
FEW = {Size.TINY: 2, Size.QUICK: 12, Size.FULL: 60}
FIELDS = "activity,addresses,city,contacts,description,menu,is_government_organization,status,wall"
SWEPT = 500
SLOWER = 5.0  # per cent of what the limit itself takes


Took = tuple[float, float]
Way = Callable[[Apart, int], Took]


@dataclass(frozen=True, slots=True)
class Tour:
    pages: int
    requests: int
    refused: int  # for speed
    seconds: float
    cpu: float

    @property
    def ms_a_page(self) -> float:
        return 1000 * self.seconds / self.pages


def figures(size: Size) -> Iterator[Figure]:
    ours = tour(collector, OURS[size])
    yield from _near_the_limit(ours)
    for name, peer, count in (
        ("loop of vk_api", loop, FEW[size]),
        ("asyncio loop", asyncio_loop, FEW[size]),
        ("metadata sweep, no walls", sweep, OURS[size]),
    ):
        yield from _beside(name, tour(peer, count), ours)


def tour(way: Way, count: int) -> Tour:
    with apart(world(count, posts(), LIMITED, NOW)) as sandbox:
        spent = measured(way, sandbox, count)
        calls = [call for call in sandbox.log("vk") if not call["inner"]]
    refused = sum(call["outcome"] == "error 6" for call in calls)
    seconds, cpu = spent.value
    return Tour(count, len(calls), refused, seconds, cpu)


def _near_the_limit(ours: Tour) -> Iterator[Figure]:
    least = ours.requests / RATE
    yield Figure(
        what=f"vk limits on, {ours.pages:,} pages: longer than requests ÷ rate",
        value=100 * (ours.seconds / least - 1),
        unit="%",
        at_most=SLOWER if ours.requests > 100 else None,
        note=f"{ours.seconds:.1f} s for {ours.requests} requests, refused for speed {ours.refused}",
    )
    yield Figure(what="vk limits on, ours: time", value=ours.ms_a_page, unit="ms/page")
    yield Figure(
        what="vk limits on, ours: requests", value=ours.requests / ours.pages, unit="a page"
    )


def _beside(name: str, peer: Tour, ours: Tour) -> Iterator[Figure]:
    pairs = (
        ("time", "ms/page", peer.ms_a_page, ours.ms_a_page),
        ("requests", "a page", peer.requests / peer.pages, ours.requests / ours.pages),
        ("work", "CPU ms/page", 1000 * peer.cpu / peer.pages, 1000 * ours.cpu / ours.pages),
    )
    for what, unit, theirs, mine in pairs:
        yield Figure(
            what=f"vk limits on, {name}: {what}",
            value=theirs,
            unit=unit,
            reference="ours",
            ratio=theirs / mine,
            note=f"over {peer.pages:,} pages",
        )


# --- ways to read, each in a process of its own: seconds and CPU seconds ----------------------


def collector(sandbox: Apart, count: int) -> Took:
    settings = vk_settings(sandbox.vk_url, pace=RATE)

    async def read() -> int:
        reading = NETWORK.collector(settings)(pages(count), a_run(Weights()))
        return sum(
            [sum(1 for one in batch if one.facts and one.facts.wall) async for batch in reading]
        )

    begun = _clocks()
    walls = asyncio.run(read())
    if walls != count:
        raise SystemExit(f"{walls} walls of {count} pages were read: these figures mean nothing")
    return _since(begun)


def loop(sandbox: Apart, count: int) -> Took:
    session = requests.Session()
    session.trust_env = False
    session.mount(LIBRARY_BASE, Rebase(sandbox.vk_url, 30))
    api = vk_api.VkApi(
        token=TOKENS[0], session=session, api_version="5.199", config=jconfig.MemoryConfig
    )
    begun = _clocks()
    for number in _ids(count):
        api.method("groups.getById", {"group_id": number, "fields": FIELDS})
        api.method("wall.get", {"owner_id": -number, "count": 100})
    took = _since(begun)
    session.close()
    return took


def asyncio_loop(sandbox: Apart, count: int) -> Took:
    async def read() -> None:
        pace = AsyncLimiter(1, 1.03 / RATE)
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            tasks = [_one(http, pace, sandbox, number) for number in _ids(count)]
            await asyncio.gather(*tasks)

    begun = _clocks()
    asyncio.run(read())
    return _since(begun)


async def _one(http: httpx.AsyncClient, pace: AsyncLimiter, sandbox: Apart, number: int) -> None:
    await _asked(http, pace, sandbox, "groups.getById", group_ids=number, fields=FIELDS)
    await _asked(http, pace, sandbox, "wall.get", owner_id=-number, count=100)


def sweep(sandbox: Apart, count: int) -> Took:
    async def read() -> None:
        pace, ids = AsyncLimiter(1, 1.03 / RATE), [str(one) for one in _ids(count)]
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            for at in range(0, count, SWEPT):
                some = ",".join(ids[at : at + SWEPT])
                await _asked(http, pace, sandbox, "groups.getById", group_ids=some, fields=FIELDS)

    begun = _clocks()
    asyncio.run(read())
    return _since(begun)


async def _asked(
    http: httpx.AsyncClient, pace: AsyncLimiter, sandbox: Apart, method: str, **values: object
) -> object:
    sent = {**{k: str(v) for k, v in values.items()}, "access_token": TOKENS[0], "v": "5.199"}
    while True:
        async with pace:
            answer = await http.post(f"{sandbox.vk_url}/method/{method}", data=sent)
        if "response" in (told := answer.json()):
            return told["response"]
        await asyncio.sleep(1)  # refused for speed


def _ids(count: int) -> Sequence[int]:
    return range(FIRST_ID, FIRST_ID + count)


def _clocks() -> Took:
    return time.monotonic(), time.process_time()


def _since(begun: Took) -> Took:
    return time.monotonic() - begun[0], time.process_time() - begun[1]
