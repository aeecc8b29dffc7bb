"""What strangers may send: how the work grows with it, and how long it holds up everybody else.

    python -m benchmarks.all --only hostile [--full]

Growth: each parser gets an input, one twice as long, and one twice that; a page past its budget
costs no more for being longer. Lag: a crawl of sites made of such pages, in which a task asks every
few milliseconds to be woken up. How late it wakes is told by the clock; what the loop itself worked
meanwhile by the processor, since on a busy machine the clock tells of the others, too.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import _lru_cache_wrapper

from benchmarks.corpus import ENDS, PAGES, ROBOTS, SITEMAPS, Growing
from benchmarks.figures import Figure, Size
from benchmarks.running import NOW, Apart, Weights, a_run, apart, measured
from collectors.contacts import find_contacts
from collectors.ends import breaks_off, has_end, lacks_end
from collectors.heads import put_right
from collectors.model import SITE, Page
from collectors.site import SiteSettings
from collectors.site.collect import collect
from collectors.site.markup import Source
from collectors.site.page import read_page
from collectors.site.robots import robots, sitemap_of
from collectors.site.territory import territory
from monitor.sandbox import Site, SitePage, World
from rules.names.called import name_of

SIZES = {Size.TINY: 2_000, Size.QUICK: 20_000, Size.FULL: 100_000}
SITE_PAGES = {Size.TINY: 20_000, Size.QUICK: 150_000, Size.FULL: 600_000}
AGAIN = 3
TELLING = 0.005  # seconds: of less, twice as much says nothing
MOST_GROWTH = 2.2
MOST_LAG = 50.0  # ms
TICK = 0.005
HOME = territory("http://127.0.0.1/", "http://127.0.0.1/", whole_host=True)

Parser = Callable[[str], object]


def figures(size: Size) -> Iterator[Figure]:
    for what, parser, inputs in parsers():
        yield grown(what, parser, inputs, SIZES[size])
    with apart(world(SITE_PAGES[size])) as sandbox:
        held = measured(crawled, sandbox).value
    note = f"{held.sites} sites, {held.seconds:.0f} s"
    for what, value in (("by the clock", held.lag), ("by its processor", held.work)):
        yield Figure(
            what=f"hostile sites: longest hold of the loop, {what}",
            value=value,
            unit="ms",
            at_most=MOST_LAG,
            note=note,
        )


# --- growth -----------------------------------------------------------------------------------


def parsers() -> Iterator[tuple[str, Parser, Mapping[str, Growing]]]:
    yield "page", _page, PAGES
    yield "contacts", lambda text: find_contacts(text, ""), PAGES
    yield "robots.txt", _robots, ROBOTS
    yield "sitemap", lambda text: sitemap_of(text.encode(), 5_000_000, "", HOME), SITEMAPS
    yield "end of a document", _ends, ENDS
    yield "head", lambda text: put_right(text.encode()), {"folds": _folds}
    yield "name", name_of, {one: PAGES[one] for one in ("Школа № # ", "8-", "А.", "г. ")}


def _folds(size: int) -> str:
    return "HTTP/1.1 200 OK\nX: 1" + "\n a" * 400 + "b" * size


def _page(text: str) -> object:
    source = Source(url=HOME.home, status=200, content_type="", body=text.encode())
    return read_page(source, HOME, NOW.date(), with_blocks=True)


def _robots(text: str) -> object:
    return robots(text.encode(), "Dozor/1").permits("http://127.0.0.1/" + "a" * 500)


def _ends(text: str) -> object:
    body = text.encode()
    return has_end(body), breaks_off(body), lacks_end(body)


def grown(what: str, parser: Parser, inputs: Mapping[str, Growing], size: int) -> Figure:
    """The worst of all inputs; its piece is told."""
    growths = {name: _growth(parser, make, size) for name, make in inputs.items()}
    piece = max(growths, key=lambda name: growths[name])
    return Figure(
        what=f"twice as much hostile input: {what}",
        value=growths[piece],
        unit="× the work",
        at_most=MOST_GROWTH,
        note=f"{len(inputs)} kinds of {size // 1000} KB and more, worst: {piece.strip()}",
    )


def _growth(parser: Parser, make: Growing, size: int) -> float:
    """Of two doublings the lesser: what grows faster than its input does so in both, and a busy
    neighbour seldom. 0: too quick to tell.
    """
    for scale in (1, 10):
        lengths = (times * scale * size for times in (1, 2, 4))
        once, twice, fourfold = (_cpu(parser, make(length)) for length in lengths)
        if fourfold > TELLING:
            return min(twice / once, fourfold / twice)
    return 0.0


def _cpu(parser: Parser, text: str) -> float:
    """Seconds of the processor, the best of a few: memories begin empty, and nobody looks for
    garbage meanwhile.
    """
    gc.collect()
    gc.disable()
    try:
        return min(_once(parser, text) for _ in range(AGAIN))
    finally:
        gc.enable()


def _once(parser: Parser, text: str) -> float:
    for memory in memories():
        memory.cache_clear()
    begun = time.process_time()
    parser(text)
    return time.process_time() - begun


def memories() -> Iterator[_lru_cache_wrapper[object]]:
    """Every one that keeps so many values, of links, names, numbers: half an input may find itself
    there from the time before where the whole of it does not.
    """
    ours = [of for name, of in sys.modules.items() if name.startswith(("collectors.", "rules."))]
    for kept in (value for module in ours for value in vars(module).values()):
        if isinstance(kept, _lru_cache_wrapper) and kept.cache_parameters()["maxsize"] is not None:
            yield kept


# --- lag --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    sites: int
    seconds: float
    lag: float  # ms
    work: float


def world(size: int) -> World:
    """A site a kind: its home page, its robots.txt, its sitemap and a script are of it."""
    maps, rules = list(SITEMAPS.values()), list(ROBOTS.values())
    sites = (
        _site(at, make, rules[at % len(rules)], maps[at % len(maps)], size)
        for at, make in enumerate(PAGES.values())
    )
    return World(sites=tuple(sites), clock=NOW)


def _site(at: int, make: Growing, rules: Growing, sitemap: Growing, size: int) -> Site:
    calm = "<!doctype html><html><body>" + '<a href="/a">Раздел</a> Текст школы. ' * 40
    pages = {
        "/": SitePage(body=f"{calm}<script src=/s.js></script></body></html>"),
        "/a": SitePage(body=make(size)),
        "/b": SitePage(body=make(25_000)),
        "/s.js": SitePage(body=make(size), content_type="text/javascript"),
        "/robots.txt": SitePage(body=f"{rules(size)}\nAllow: /", content_type="text/plain"),
        "/sitemap.xml": SitePage(body=sitemap(size), content_type="application/xml"),
    }
    return Site(name=f"h{at}", address=f"127.2.0.{at + 1}", pages=pages)


def crawled(sandbox: Apart) -> Held:
    return asyncio.run(_crawled(sandbox))


async def _crawled(sandbox: Apart) -> Held:
    settings = SiteSettings(
        requests_per_second_per_host=50.0, max_pages=10, allow_addresses=("127.0.0.0/8",)
    )
    asked = [
        Page(institution="town/school", network=SITE, address=url.rstrip("/"))
        for url in sandbox.site_urls.values()
    ]
    lags: list[tuple[float, float]] = []
    watcher = asyncio.create_task(_watch(lags))
    begun = time.monotonic()
    async for _ in collect(settings, asked, a_run(Weights())):
        pass
    watcher.cancel()
    lag, work = (1000 * max(one[which] for one in lags) for which in (0, 1))
    return Held(len(asked), time.monotonic() - begun, lag, work)


async def _watch(lags: list[tuple[float, float]]) -> None:
    while True:
        begun, worked = time.monotonic(), time.thread_time()
        await asyncio.sleep(TICK)
        lags.append((time.monotonic() - begun - TICK, time.thread_time() - worked))
