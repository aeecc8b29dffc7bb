"""A run over the sandbox, and small worlds for it."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from collectors.model import Evidence, Exchange, Observation, Page, Run
from collectors.vk import NETWORK
from collectors.vk.settings import VkSettings
from monitor.sandbox import Community, Fault, Limits, Post, Running, Token, World
from tests.cast import NOW

TOKEN = "vk1.a.SchoolSecret"
SECOND = "vk1.a.MuseumSecret"
FREE = Limits(requests_per_second=None)


@dataclass
class Kept:
    """Keeps exchanges in memory."""

    exchanges: list[Exchange] = field(default_factory=list)

    def keep(self, exchange: Exchange) -> Evidence:
        self.exchanges.append(exchange)
        return Evidence(
            record=uuid4().urn,
            sha256=hashlib.sha256(exchange.body).hexdigest(),
            url=exchange.url,
            fetched_at=exchange.fetched_at,
            status=exchange.status,
        )


@dataclass
class Calls:
    """A ledger in memory with so many calls left for each token."""

    most: int = 100_000
    taken: Counter[str] = field(default_factory=Counter)
    exhausted: list[tuple[str, str]] = field(default_factory=list)
    freed: list[int] = field(default_factory=list)  # calls that come back, one number a wait

    def take(self, reader: str, method: str, calls: int) -> int:
        granted = min(calls, self.most - self.taken[f"{reader} {method}"])
        self.taken[f"{reader} {method}"] += granted
        return granted

    def exhaust(self, reader: str, method: str) -> None:
        self.exhausted.append((reader, method))

    def left(self, reader: str, method: str) -> int:
        return self.most

    def frees_in(self, reader: str, method: str) -> float | None:
        if not self.freed:
            return None
        self.most += self.freed.pop(0)
        return 0.01


def a_run(budget: Calls | None = None, as_of: datetime = NOW, weeks: int = 10) -> Run:
    return Run(
        as_of=as_of,
        walls_since=as_of - timedelta(weeks=weeks),
        evidence=Kept(),
        budget=budget or Calls(),
    )


def settings(sandbox: Running, tokens: str = TOKEN, **changed: Any) -> VkSettings:
    usual: dict[str, Any] = {
        "api_url": sandbox.vk_url,
        "requests_per_second": 500,
        "timeout": 60,
        "backoff": 0.01,
        "control_pages": sandbox.world.control_pages,
    }
    return VkSettings(tokens=tokens, **(usual | changed))


def read(settings: VkSettings, pages: Sequence[Page], run: Run | None = None) -> list[Observation]:
    async def gathered() -> list[Observation]:
        collect = NETWORK.collector(settings)
        return [one async for batch in collect(pages, run or a_run()) for one in batch]

    return asyncio.run(gathered())


def page(address: str, known_id: str | None = None) -> Page:
    if not address.startswith("https://"):
        address = f"https://vk.com/{address}"
    return Page(institution="kedr/school", network="vk", address=address, known_id=known_id)


def posts(
    number: int, every: timedelta = timedelta(days=1), after: int = 0, **about: Any
) -> tuple[Post, ...]:
    """So many posts, the newest an hour old, numbered from `after` + 1."""
    return tuple(
        Post(
            id=after + number - at,
            published_at=NOW - timedelta(hours=1) - at * every,
            **({"text": f"Новость № {number - at}"} | about),
        )
        for at in range(number)
    )


CONTROL = Community(
    id=900, name="Правительство", screen_name="control", government_mark=True, description="…"
)
SCHOOL = Community(
    id=101,
    name="Школа № 1 | Кедровый",
    screen_name="kedr_school1",
    description="МКОУ СОШ № 1. Приёмная: 8 (38250) 3-55-46, school1@example.org",
    city="Кедровый",
    address="1-й мкр., д. 61",
    government_mark=True,
    posts=posts(20, timedelta(days=3)),
)


def world(
    *communities: Community,
    faults: tuple[Fault, ...] = (),
    limits: Limits = FREE,
    tokens: tuple[Token, ...] = (Token(value=TOKEN),),
    **more: Any,
) -> World:
    return World(
        communities=(CONTROL, *communities),
        tokens=tokens,
        limits=limits,
        faults=faults,
        clock=NOW,
        control_pages=("https://vk.com/control",),
        **more,
    )
