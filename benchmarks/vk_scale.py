"""VK from a town to the country: pages a second, work and memory a page, evidence and database too.

    python -m benchmarks.all --only vk_scale [--full]

The sandbox stands in a process of its own with every limit off; what reads it stands in another,
whose memory is told. A page has 35 posts in ten weeks, of some 350 letters. `collect` is the
collector alone, `pipeline` is `dozor collect`: planning, WARC files, SQLite, the run's summary;
`next night` is the same where every page has been read the night before.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Figure, Size
from benchmarks.region import application, municipalities, pages, vk_settings, world
from benchmarks.running import NOW, Apart, Weights, a_run, apart, measured
from benchmarks.vk import posts
from collectors.model import Page
from collectors.vk import NETWORK
from monitor.audit.begin import AuditRequest
from monitor.audit.run import collect
from monitor.sandbox import Limits

LIMITS_OFF = Limits(requests_per_second=None, wall_get_per_day=None)
COUNTRY, REGION, TOWN = 173_000, 5_300, 1_000
ALONE = {Size.TINY: (30,), Size.QUICK: (TOWN, REGION), Size.FULL: (TOWN, REGION, 50_000, COUNTRY)}
WHOLE = {Size.TINY: (30,), Size.QUICK: (TOWN,), Size.FULL: (TOWN, REGION, COUNTRY)}
NEXT = {Size.TINY: (30,), Size.QUICK: (TOWN,), Size.FULL: (REGION,)}
MEMORY = {REGION: 300.0, COUNTRY: 500.0}  # MB
PAGES_A_SECOND = 750.0  # ten times what VK allows a token: 3 requests of 25 walls
CONSTANT = 1.2
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Read:
    pages: int
    requests: int
    size: int  # bytes: of the answers, or of what is on the disk
    seconds: float
    cpu: float  # seconds


@dataclass(frozen=True, slots=True)
class Cost:
    read: Read
    peak_mb: float
    sandbox_cpu: float  # seconds

    @property
    def pages_a_second(self) -> float:
        return self.read.pages / self.read.seconds

    @property
    def cpu_ms(self) -> float:
        return 1000 * self.read.cpu / self.read.pages


Way = Callable[[Apart, int], Read]


def figures(size: Size) -> Iterator[Figure]:
    yield from _of_way("collect", alone, ALONE[size])
    yield from _of_way("pipeline", whole, WHOLE[size])
    yield from _of_way("next night", next_night, NEXT[size])


def _of_way(name: str, way: Way, counts: tuple[int, ...]) -> Iterator[Figure]:
    first: Cost | None = None
    for count in counts:
        cost = cost_of(way, count)
        yield from _told(f"vk {name} {count:,}", cost)
        if first is not None:
            yield _constant(f"vk {name} {count:,}", cost, first)
        first = first or cost


def cost_of(way: Way, count: int) -> Cost:
    with apart(world(count, posts(), LIMITS_OFF, NOW)) as sandbox:
        before = sandbox.cpu()
        spent = measured(way, sandbox, count)
        used = sandbox.cpu() - before
    if spent.value.pages != count:
        raise SystemExit(f"{spent.value.pages} walls of {count} pages: these figures mean nothing")
    return Cost(spent.value, spent.peak_mb, used)


def _told(what: str, cost: Cost) -> Iterator[Figure]:
    read = cost.read
    yield Figure(
        what=f"{what}: speed",
        value=cost.pages_a_second,
        unit="pages/s",
        at_least=PAGES_A_SECOND if read.pages >= TOWN else None,
        reference="VK's own limit a token (75)",
        ratio=cost.pages_a_second / 75,
        note=f"the sandbox kept the other core busy for {cost.sandbox_cpu / read.seconds:.0%}",
    )
    yield Figure(what=f"{what}: work", value=cost.cpu_ms, unit="CPU ms/page")
    most = MEMORY.get(read.pages)
    yield Figure(what=f"{what}: memory", value=cost.peak_mb, unit="MB", at_most=most)
    yield Figure(what=f"{what}: requests", value=read.requests / read.pages, unit="a page")
    yield Figure(what=f"{what}: bytes", value=read.size / read.pages / 1000, unit="KB/page")


def _constant(what: str, cost: Cost, first: Cost) -> Figure:
    """By work, not by the clock: a neighbour on the machine takes time, not work."""
    return Figure(
        what=f"{what}: work a page, beside {first.read.pages:,} pages",
        value=cost.cpu_ms / first.cpu_ms,
        unit="×",
        at_most=CONSTANT,
        note=f"by the clock {first.pages_a_second / cost.pages_a_second:.2f}",
    )


# --- what is measured, in a process of its own ------------------------------------------------


def alone(sandbox: Apart, count: int) -> Read:
    weights, asked = Weights(), pages(count)
    begun, cpu = time.monotonic(), time.process_time()
    walls = asyncio.run(_read(sandbox, asked, weights))
    seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
    return Read(walls, len(weights.sizes), sum(weights.sizes), seconds, cpu)


async def _read(sandbox: Apart, asked: Sequence[Page], weights: Weights) -> int:
    """The walls that were read; nothing is kept."""
    walls = 0
    async for batch in NETWORK.collector(vk_settings(sandbox.vk_url))(asked, a_run(weights)):
        walls += sum(1 for one in batch if one.facts and one.facts.wall)
    return walls


def whole(sandbox: Apart, count: int) -> Read:
    return _nights(sandbox, count, nights=1)


def next_night(sandbox: Apart, count: int) -> Read:
    return _nights(sandbox, count, nights=2)


def _nights(sandbox: Apart, count: int, nights: int) -> Read:
    """The last one is told; bytes are those on the disk after it: evidence and database."""
    with TemporaryDirectory(prefix="dozor-bench-") as folder:
        networks = {"vk": vk_settings(sandbox.vk_url)}
        with application(Path(folder), municipalities(count), networks, lambda: NOW) as opened:
            for night in range(nights):
                begun, cpu = time.monotonic(), time.process_time()
                done = collect(opened, AuditRequest(as_of=NOW + night * DAY))
                seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
        size = sum(one.stat().st_size for one in Path(folder).rglob("*") if one.is_file())
    told = done.collection
    return Read(told.read, told.requests.get("vk", 0), size // nights, seconds, cpu)
