"""What reading OK without keys costs: pages a minute at a pace, requests and CPU a page.

    python -m benchmarks.ok [--pages 10] [--json]

The slowest part of a region's night: a group's page and its topics are two requests, at one
request a second. The sandbox runs in a process of its own, so that `cpu_ms_a_page` is ours alone.
Its pages are small; what a page as heavy as OK's own takes is measured apart, by filling one up.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from dataclasses import asdict, dataclass
from datetime import timedelta

import httpx

from benchmarks.running import NOW, Weights, a_run, apart, show
from collectors.model import Page
from collectors.ok import NETWORK, OkSettings
from collectors.ok.group import group_facts
from collectors.ok.page import PageText, parse, trouble
from monitor.sandbox import OkGroup, Post, World, serve

TEXT = "Сегодня в нашей школе прошёл урок, на котором говорили о лесе и реке. " * 5
FILLING = "<div class='toolbar'><a href='/x' data-l='t,a'><span>текст</span></a></div>"
FIRST_ID = 70_000_000_000_000
REGION = 5300  # pages of a region, for which the night is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    requests_per_second: float
    pages: int
    requests_a_page: float
    kb_a_page: float
    pages_a_minute: float
    cpu_ms_a_page: float
    region_hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsing:
    """In a thread; `longest_pause_ms` is how long the loop, which all networks share, stood."""

    kb: float
    cpu_ms: float
    longest_pause_ms: float


def world(pages: int) -> World:
    posts = tuple(
        Post(id=100 - at, published_at=NOW - timedelta(days=4 * at, hours=1), text=TEXT)
        for at in range(18)
    )
    return World(
        ok_groups=tuple(
            OkGroup(
                id=FIRST_ID + at,
                name=f"Школа № {at}",
                description="МБОУ СОШ. Приёмная: 8 (38250) 3-55-46",
                posts=posts,
                government_mark=True,
            )
            for at in range(pages)
        ),
        clock=NOW,
    )


def reading(pages: int, pace: float) -> Cost:
    weights = Weights()
    with apart(world(pages)) as sandbox:
        settings = OkSettings(site_url=sandbox.ok_site_url, requests_per_second=pace)
        begun, cpu = time.monotonic(), time.process_time()
        walls = asyncio.run(_read(settings, pages, weights))
        seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
    if walls != pages:
        raise SystemExit(f"{walls} walls of {pages} pages were read: these figures mean nothing")
    return Cost(
        requests_per_second=pace,
        pages=pages,
        requests_a_page=len(weights.sizes) / pages,
        kb_a_page=sum(weights.sizes) / pages / 1000,
        pages_a_minute=60 * pages / seconds,
        cpu_ms_a_page=1000 * cpu / pages,
        region_hours=REGION * seconds / pages / 3600,
    )


async def _read(settings: OkSettings, pages: int, weights: Weights) -> int:
    collect = NETWORK.collector(settings)
    asked = [_page(at) for at in range(pages)]
    seen = [one async for batch in collect(asked, a_run(weights)) for one in batch]
    return sum(1 for one in seen if one.facts and one.facts.wall)


def _page(at: int) -> Page:
    address = f"https://ok.ru/group/{FIRST_ID + at}"
    return Page(institution="town/school", network="ok", address=address)


def parsing(kb: int) -> Parsing:
    with serve(world(1)) as running:
        path = f"/group/{FIRST_ID}"
        shown = httpx.get(running.ok_site_url + path, headers={"Accept-Language": "ru"}).text
    filling = FILLING * max(0, (kb * 1000 - len(shown.encode())) // len(FILLING.encode()))
    filled = PageText(path, shown.replace("</body>", f"{filling}</body>"))
    cpu, pause = asyncio.run(_parsed(filled))
    size = len(filled.html.encode()) / 1000
    return Parsing(kb=size, cpu_ms=1000 * cpu, longest_pause_ms=1000 * pause)


async def _parsed(filled: PageText) -> tuple[float, float]:
    cpu = time.process_time()
    work = asyncio.create_task(asyncio.to_thread(_parse, filled))
    longest, last = 0.0, time.monotonic()
    while not work.done():
        await asyncio.sleep(0.001)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    return time.process_time() - cpu, longest


def _parse(shown: PageText) -> None:
    soup = parse(shown)
    trouble(soup, shown, _page(0))
    group_facts(soup, _page(0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    read = [reading(given.pages, 1.0), reading(given.pages * 4, 50.0)]
    parsed = [parsing(kb) for kb in (5, 150, 400)]
    if given.json:
        told = {
            "reading": [asdict(one) for one in read],
            "parsing": [asdict(one) for one in parsed],
        }
        print(json.dumps(told, indent=1))
    else:
        show(read, as_json=False)
        show(parsed, as_json=False)


if __name__ == "__main__":
    main()
