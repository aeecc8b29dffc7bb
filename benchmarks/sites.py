"""Official sites: a minute's worth of them, ten pages each, every host at its own slow pace.

    python -m benchmarks.all --only sites [--full]

Hosts are loopback addresses of the sandbox (127.1.x.y), each asked once a second at most, as
[site] requests_per_second_per_host has it; robots.txt and sitemap.xml are asked for, too. The peer
is a plain Scrapy spider with the same pace, the same robots.txt and the same pages, that takes of a
page its title, headings, links and length, and keeps no evidence.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.figures import Figure, Size
from benchmarks.running import NOW, Apart, Weights, a_run, apart, measured
from collectors.model import SITE, Page
from collectors.site import NETWORK, SiteSettings
from monitor.sandbox import Site, SitePage, World

COUNTS = {Size.TINY: 2, Size.QUICK: 60, Size.FULL: 1000}
PACE = {Size.TINY: 50.0, Size.QUICK: 1.0, Size.FULL: 1.0}  # requests a second and host
AT_ONCE = 320
PAGES = 10
SITES_A_MINUTE = 1000.0
SECTIONS = (
    "contacts",
    "sveden",
    "news",
    "about",
    "documents",
    "staff",
    "food",
    "parents",
    "events",
)


@dataclass(frozen=True, slots=True)
class Crawled:
    sites: int
    pages: int
    seconds: float
    cpu: float

    @property
    def sites_a_minute(self) -> float:
        return 60 * self.sites / self.seconds

    @property
    def cpu_ms(self) -> float:
        return 1000 * self.cpu / self.pages


Way = Callable[[Apart, float], Crawled]


def figures(size: Size) -> Iterator[Figure]:
    ours, peak = crawled(collector, COUNTS[size], PACE[size])
    scrapy, its_peak = crawled(spider, COUNTS[size], PACE[size])
    at_least = SITES_A_MINUTE if size is Size.FULL else None
    yield Figure(
        what="sites, politely: speed",
        value=ours.sites_a_minute,
        unit="sites/min",
        at_least=at_least,
        reference="Scrapy",
        ratio=ours.sites_a_minute / scrapy.sites_a_minute,
        note=f"{ours.sites} sites of {PAGES} pages, {PACE[size]:g} request/s a host",
    )
    for what, mine, theirs, unit in (
        ("work", ours.cpu_ms, scrapy.cpu_ms, "CPU ms/page"),
        ("memory", peak, its_peak, "MB"),
    ):
        yield Figure(
            what=f"sites, politely: {what}",
            value=mine,
            unit=unit,
            reference="Scrapy",
            ratio=mine / theirs,
        )
    yield Figure(
        what="sites: what one core could read",
        value=60_000 / (ours.cpu_ms * PAGES),
        unit="sites/min",
        reference="Scrapy",
        ratio=scrapy.cpu_ms / ours.cpu_ms,
    )


def crawled(way: Way, count: int, pace: float) -> tuple[Crawled, float]:
    with apart(world(count)) as sandbox:
        spent = measured(way, sandbox, pace)
    read = spent.value
    if read.pages != count * PAGES:
        raise SystemExit(f"{read.pages} pages of {count} sites: these figures mean nothing")
    return read, spent.peak_mb


# --- the sites --------------------------------------------------------------------------------


def world(count: int) -> World:
    return World(sites=tuple(_site(at) for at in range(count)), clock=NOW)


def _site(at: int) -> Site:
    robots = SitePage(body="User-agent: *\nDisallow: /admin/\n", content_type="text/plain")
    pages = {"/robots.txt": robots, "/": SitePage(body=_html("Главная", at))}
    pages |= {f"/{name}/": SitePage(body=_html(name, at)) for name in SECTIONS}
    return Site(name=f"s{at}", address=f"127.1.{at // 250}.{at % 250 + 1}", pages=pages)


def _html(title: str, at: int) -> str:
    """Some 20 KB: a menu, news under headings, a table of staff, contacts at the foot."""
    menu = "".join(f'<li><a href="/{name}/">Раздел {name}</a></li>' for name in SECTIONS)
    news = "".join(
        f"<h2>Новость {number} от 1{number % 10}.10.2026</h2><p>{TEXT}</p>" for number in range(8)
    )
    staff = "".join(
        f"<tr><td>Учитель {number}</td><td>Образование высшее</td></tr>" for number in range(12)
    )
    return (
        f"<html><head><title>{title} — Школа № {at}</title></head><body><nav><ul>{menu}</ul></nav>"
        f"<h1>{title}</h1>{news}<table>{staff}</table>"
        f"<footer>МБОУ СОШ № {at}, 636615, Томская область, г. Кедровый, ул. Лесная, д. 5, "
        "тел. 8 (38250) 3-55-46, school@kedr.example</footer></body></html>"
    )


TEXT = "Сегодня в нашей школе прошёл урок, на котором говорили о лесе, реке и людях. " * 12

# --- ways to read, each in a process of its own -----------------------------------------------


def collector(sandbox: Apart, pace: float) -> Crawled:
    settings = SiteSettings(
        requests_per_second_per_host=pace,
        hosts_at_once=AT_ONCE,
        domain_hosts_at_once=AT_ONCE,
        allow_addresses=("127.0.0.0/8",),
    )
    asked = [
        Page(institution="town/school", network=SITE, address=url.rstrip("/"))
        for url in sandbox.site_urls.values()
    ]
    begun, cpu = time.monotonic(), time.process_time()
    pages = asyncio.run(_read(settings, asked))
    seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
    return Crawled(len(asked), pages, seconds, cpu)


async def _read(settings: SiteSettings, asked: Sequence[Page]) -> int:
    """Pages of complete crawls."""
    pages = 0
    async for batch in NETWORK.collector(settings)(asked, a_run(Weights())):
        sites = [one.facts.site for one in batch if one.facts and one.facts.site]
        pages += sum(len(site.pages) for site in sites if site.crawl.complete)
    return pages


def spider(sandbox: Apart, pace: float) -> Crawled:
    try:
        from benchmarks.spider import crawl  # Scrapy is for this one benchmark
    except ImportError as error:
        raise SystemExit(f"pip install -r requirements/bench.txt ({error})") from None
    begun, cpu = time.monotonic(), time.process_time()
    pages = crawl(list(sandbox.site_urls.values()), pace, AT_ONCE)
    seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
    return Crawled(len(sandbox.site_urls), pages, seconds, cpu)
