"""A small MAX on a real socket, and a reading of it by the real collector."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from collectors.max import MaxSettings
from collectors.max.collect import collect
from collectors.model import Observation, Page
from monitor.sandbox import MaxChannel, MaxMember, Post, Running, World, serve
from tests.cast import NOW
from tests.collectors.tiny_web import Shelf, a_run

BOT, OTHER_BOT = "max-bot-token", "max-other-bot-token"
NUMBER = -70000000000005
ADDRESS = "https://max.ru/school_one"


def post(number: int, days: float, **more: Any) -> Post:
    return Post(
        id=number,
        published_at=NOW - timedelta(days=days),
        text=more.pop("text", f"Новость {number}"),
        **more,
    )


def posts(count: int, every: float = 1) -> tuple[Post, ...]:
    return tuple(post(number, number * every) for number in range(1, count + 1))


CONTACTS = post(900, 200, text="Почта school1@example.org", pinned=True)
CHANNEL = MaxChannel(
    chat_id=NUMBER,
    name="Школа № 1",
    link=ADDRESS,
    description="Телефон 8 (38250) 3-55-46",
    bots={BOT: MaxMember()},
    posts=(*posts(3), CONTACTS),
)
WORLD = World(max_channels=(CHANNEL,), max_bots=(BOT,), clock=NOW)


def world(**changes: Any) -> World:
    """The school's channel with other values."""
    return replace(WORLD, max_channels=(replace(CHANNEL, **changes),))


def page(address: str = ADDRESS, number: int | None = NUMBER) -> Page:
    known = None if number is None else str(number)
    return Page(institution="kedr/school-1", network="max", address=address, known_id=known)


def read(
    running: Running, *pages: Page, shelf: Shelf | None = None, **more: Any
) -> list[Observation]:
    settings = MaxSettings(
        **{
            "api_url": running.max_url,
            "requests_per_second": 1000,
            "first_wait": 0.01,
            "timeout": 60,
            "tokens": ",".join(running.world.max_bots),
            **more,
        }
    )
    return visit(settings, pages or (page(),), shelf)


def visit(
    settings: MaxSettings, pages: Sequence[Page], shelf: Shelf | None = None
) -> list[Observation]:
    async def go() -> list[Observation]:
        run = a_run() if shelf is None else replace(a_run(), evidence=shelf)
        return [one async for batch in collect(settings, pages, run) for one in batch]

    return asyncio.run(go())


def seen(shown: World = WORLD, *pages: Page, **more: Any) -> Observation:
    """One page of the world."""
    with serve(shown) as running:
        (observation,) = read(running, *pages, **more)
        return observation


def day(moment: datetime) -> int:
    """How many days before NOW."""
    return (NOW - moment).days
