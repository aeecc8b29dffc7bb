"""What reading VK costs: requests, pace, weight; beside the loop that asks page by page.

    python -m benchmarks.vk [--pages 1000] [--json]

The sandbox answers after `latency` seconds and refuses what comes faster than three a second a
token. A page has 35 posts in ten weeks, of about 350 letters; every sixth is a repost. Ways that
need a request or two a page are measured over a few pages, so `requests` are not those of all.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import jconfig
import requests
import vk_api

from benchmarks.running import NOW, Apart, Weights, a_run, apart, most_in_a_second, show
from collectors.model import Page
from collectors.vk import NETWORK
from collectors.vk.facts import FIELDS
from collectors.vk.settings import VkSettings
from collectors.vk.transport import LIBRARY_BASE, Rebase
from monitor.sandbox import Community, Limits, Post, Token, World

TOKENS = ("vk1.a.first", "vk1.a.second")
TEXT = "Сегодня в нашей школе прошёл урок, на котором говорили о лесе и реке. " * 5
ORIGINAL = "Новость областной газеты, которую школа пересказала своим читателям. " * 12
FEW = 24
FIRST_ID = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """`rate` is the mean of requests a second and token, `peak` that of the fullest second."""

    way: str
    tokens: int
    latency: float
    pages: int
    requests: int
    requests_a_page: float
    wall_get: int
    seconds: float
    rate: float
    peak: int
    refused: int  # for speed: error 6
    kb_a_page: float


def posts() -> tuple[Post, ...]:
    return tuple(
        Post(
            id=100 - at,
            published_at=NOW - timedelta(days=2 * at, hours=1),
            text=f"{at}. {TEXT}",
            repost_of=ORIGINAL if at % 6 == 5 else None,
        )
        for at in range(35)
    )


def world(pages: int, latency: float, *, may_execute: bool) -> World:
    shown = posts()
    return World(
        communities=tuple(
            Community(
                id=FIRST_ID + at,
                name=f"Школа № {at}",
                description="МБОУ СОШ. Приёмная: 8 (38250) 3-55-46",
                posts=shown,
            )
            for at in range(pages)
        ),
        tokens=tuple(Token(value=token, may_execute=may_execute) for token in TOKENS),
        limits=Limits(requests_per_second=3, wall_get_per_day=None, latency=latency),
        clock=NOW,
    )


Way = Callable[[Apart, int, int], Sequence[int]]  # sandbox, pages, tokens → bytes of the answers


def by_collector(sandbox: Apart, pages: int, tokens: int) -> Sequence[int]:
    settings = VkSettings(api_url=sandbox.vk_url, tokens=",".join(TOKENS[:tokens]))
    asked = [
        Page(institution="town/school", network="vk", address=f"https://vk.com/club{FIRST_ID + at}")
        for at in range(pages)
    ]
    weights = Weights()

    async def read() -> int:
        seen = [
            one
            async for batch in NETWORK.collector(settings)(asked, a_run(weights))
            for one in batch
        ]
        return sum(1 for one in seen if one.facts and one.facts.wall)

    walls = asyncio.run(read())
    if walls != pages:
        raise SystemExit(f"{walls} walls of {pages} pages were read: these figures mean nothing")
    return weights.sizes


def by_loop(sandbox: Apart, pages: int, _: int) -> Sequence[int]:
    """As one would write it with vk_api alone, its own pace of 0.34 s a request included."""
    session, adapter = requests.Session(), Rebase(sandbox.vk_url, 30)
    session.trust_env = False
    session.mount(LIBRARY_BASE, adapter)
    loop = vk_api.VkApi(
        token=TOKENS[0], session=session, api_version="5.199", config=jconfig.MemoryConfig
    )
    sizes = []
    for number in range(FIRST_ID, FIRST_ID + pages):
        loop.method("groups.getById", {"group_id": number, "fields": FIELDS})
        sizes.append(_size(adapter))
        loop.method("wall.get", {"owner_id": -number, "count": 100})
        sizes.append(_size(adapter))
    session.close()
    return sizes


def _size(adapter: Rebase) -> int:
    return len(adapter.exchange.body) if adapter.exchange else 0


def measured(
    name: str, way: Way, *, pages: int, latency: float, tokens: int = 1, may_execute: bool = True
) -> Cost:
    with apart(world(pages, latency, may_execute=may_execute)) as sandbox:
        begun = time.monotonic()
        sizes = way(sandbox, pages, tokens)
        seconds = time.monotonic() - begun
        calls = sandbox.log("vk")
    outer = [call for call in calls if not call["inner"]]
    by_token = [
        [call["at"] for call in outer if call["token"] == token] for token in TOKENS[:tokens]
    ]
    span = max(max(times) - min(times) for times in by_token)
    return Cost(
        way=name,
        tokens=tokens,
        latency=latency,
        pages=pages,
        requests=len(outer),
        requests_a_page=len(outer) / pages,
        wall_get=sum(call["method"] == "wall.get" for call in calls),
        seconds=seconds,
        rate=(len(outer) / tokens - 1) / span if span else 0.0,
        peak=max(map(most_in_a_second, by_token)),
        refused=sum(call["outcome"] == "error 6" for call in outer),
        kb_a_page=sum(sizes) / pages / 1000,
    )


def costs(pages: int) -> list[Cost]:
    few = min(FEW, pages)
    return [
        measured("execute", by_collector, pages=pages, latency=0.0),
        measured("execute", by_collector, pages=pages, latency=0.5),
        measured("execute", by_collector, pages=pages, latency=0.5, tokens=2),
        measured("wall by wall", by_collector, pages=few, latency=0.5, may_execute=False),
        measured("loop of vk_api", by_loop, pages=few, latency=0.0),
        measured("loop of vk_api", by_loop, pages=few, latency=0.5),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    show(costs(given.pages), as_json=given.json)


if __name__ == "__main__":
    main()
