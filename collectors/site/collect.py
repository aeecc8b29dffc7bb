"""The collector of official sites: many at once, each at its own pace."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import anyio

from collectors.apart import Apart
from collectors.barrier import barrier
from collectors.garbage import brief_searches
from collectors.guard import Resolver, guard, resolve
from collectors.http.client import Client, open_client, trust_store
from collectors.http.limits import Limits
from collectors.model import SITE, Observation, Page, Run
from collectors.networks import network_hosts
from collectors.site.crawl import SiteReading, read_site
from collectors.site.memory import parsers_version
from collectors.site.settings import SiteSettings
from collectors.site.weighing import Scales

PAGES = "site.pages"  # no fact is unseen by it alone: the crawl says that it is not complete
Asked = tuple[str, bool]  # address, and whether it is the authority's
Read = tuple[Asked, SiteReading]


async def collect(
    settings: SiteSettings,
    pages: Sequence[Page],
    run: Run,
    *,
    resolver: Resolver = resolve,
    trust: ssl.SSLContext | None = None,
) -> AsyncIterator[tuple[Observation, ...]]:
    """One observation a page, as soon as its site is done; a shared address is read once."""
    asked: dict[Asked, list[Page]] = {}
    for page in pages:
        asked.setdefault((page.address, page.role == "authority"), []).append(page)
    roots = await asyncio.to_thread(_prepared, settings, run)
    opened = open_client(
        SITE,
        run,
        limits(settings),
        guard(settings.allow_addresses),
        resolver=resolver,
        trust=trust or roots,
    )
    async with opened as client, Apart() as apart:
        sites = _Sites(client, settings, resolver, Scales(apart))
        with brief_searches():
            async with sites.begun(asked) as tasks:
                for done in asyncio.as_completed(tasks):
                    one, reading = await done
                    yield tuple(_observation(page, reading, run) for page in asked[one])


def _prepared(settings: SiteSettings, run: Run) -> ssl.SSLContext:
    """The roots that are trusted, when all is at hand that else were loaded while sites wait."""
    network_hosts()
    anyio.run(anyio.sleep, 0)  # anyio imports each of its parts when it is first used
    anyio.Lock()
    if run.memories:
        parsers_version()
    return trust_store(settings.extra_roots)


def limits(settings: SiteSettings) -> Limits:
    return Limits(
        requests_per_second=settings.requests_per_second_per_host,
        max_bytes=settings.max_bytes,
        connect_timeout=settings.connect_timeout,
        read_timeout=settings.read_timeout,
        total_timeout=settings.total_timeout,
        attempts=settings.attempts,
        first_wait=settings.first_wait,
    )


@dataclass(slots=True)
class _Sites:
    """What the sites of one run share."""

    client: Client
    settings: SiteSettings
    resolver: Resolver
    scales: Scales
    places: asyncio.Semaphore = field(init=False)
    of_domains: defaultdict[str, asyncio.Semaphore] = field(init=False)
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    proof: bool | None = None

    def __post_init__(self) -> None:
        self.places = asyncio.Semaphore(self.settings.hosts_at_once)
        most = self.settings.domain_hosts_at_once
        self.of_domains = defaultdict(lambda: asyncio.Semaphore(most))

    @asynccontextmanager
    async def begun(self, asked: Iterable[Asked]) -> AsyncIterator[list[asyncio.Task[Read]]]:
        tasks = [asyncio.create_task(self.read(one)) for one in asked]
        try:
            yield tasks
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def read(self, asked: Asked) -> Read:
        async with self.of_domains[domain_of(asked[0])], self.places:
            with barrier("site", asked[0]) as crossing:
                return asked, await self._read(*asked)
        return asked, SiteReading(failure=crossing.failure)

    async def _read(self, address: str, is_authority: bool) -> SiteReading:
        memories = self.client.run.memories
        memory = memories.of_site(f"{address} {is_authority:d}") if memories else None
        reading = await read_site(
            self.client,
            self.settings,
            address,
            is_authority=is_authority,
            names_resolve=self.names_resolve,
            scales=self.scales,
            memory=memory,
        )
        if memory:
            memory.save()
        return reading

    async def names_resolve(self) -> bool:
        """Whether a name that surely exists is known here: else "no such name" says nothing."""
        async with self.asking:
            if self.proof is None:
                names = self.settings.control_hosts
                self.proof = any([await self._resolves(name) for name in names])
            return self.proof

    async def _resolves(self, host: str) -> bool:
        try:
            async with asyncio.timeout(self.settings.connect_timeout):
                return bool(await self.resolver(host, 443))
        except (socket.gaierror, TimeoutError):
            return False


def domain_of(address: str) -> str:
    """Under which the host has its name: whoever has it may serve all its hosts by one machine."""
    host = urlsplit(address).hostname or ""
    is_number = host[-1:].isdigit() or ":" in host
    return host if is_number else ".".join(host.split(".")[-2:])


def _observation(page: Page, reading: SiteReading, run: Run) -> Observation:
    return Observation(
        page=page,
        observed_at=run.as_of,
        facts=reading.facts,
        failure=reading.failure,
        gaps={PAGES: reading.broke} if reading.broke else {},
        evidence=reading.evidence,
        reader="public",
    )
