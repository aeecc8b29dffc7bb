"""What a town's sites take of requests, night by night, where nothing is asked in vain.

    python -m benchmarks.site_nights [--sites 40] [--nights 12]

Whole audits by sites of the sandbox, judged by 8-ФЗ. Each has a dozen pages and news on its home
page every working day; one in twelve does not say how to write to it, and once a month somebody
changes how. The same nights are taken again with every site read whole. A region's hours are by
our own pace, one request a second and host: as many hosts at once as the settings say, and where
all sites stand on one platform, as many as are read there.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.figures import Figure, Size, table
from benchmarks.ok import REGION
from benchmarks.ok_nights import NIGHT, asked_in_night
from benchmarks.running import NOW
from collectors.site.settings import SiteSettings
from monitor.sandbox import Change, Running, Site, SitePage, World, serve
from tests.monitor.pipeline import Town, school

USUAL_PAGES = 60  # of a site in the region's reckoning
RESTING = 2  # requests: robots.txt and the home page
SECTIONS, NEWS = 10, 5  # pages; links to news on the home page
SILENT, CHANGES = 1 / 12, 1 / 30  # of sites; of how to write to one, a night
WORKING_DAYS = 5
SIZES: Mapping[Size, tuple[int, int]] = {  # sites, nights
    Size.TINY: (4, 3),
    Size.QUICK: (40, 12),
    Size.FULL: (120, 22),
}


def figures(size: Size) -> Iterator[Figure]:
    sites, nights = SIZES[size]
    thrifty, full = (requests(sites, nights, thrifty=thrifty) for thrifty in (True, False))
    yield from _figures(thrifty, full, sites)


def _figures(thrifty: list[int], full: list[int], sites: int) -> Iterator[Figure]:
    """Of the nights after the first, in which all is read."""
    asked, whole = (mean(night[1:]) / sites for night in (thrifty, full))
    share, usual = (asked - RESTING) / (whole - RESTING), SiteSettings()
    yield Figure(what="sites, requests a site and night", value=asked, unit="", ratio=asked / whole)
    yield Figure(what="sites, share that is read whole", value=share, unit="")
    yield Figure(what="sites, the fullest night", value=max(thrifty[1:]) / sites, unit="")
    for place, at_once in (
        ("a region's sites", usual.hosts_at_once),
        ("the same on one platform", usual.domain_hosts_at_once),
    ):
        seconds = REGION * (RESTING + share * (USUAL_PAGES - 1)) / at_once
        what = f"{place} of {USUAL_PAGES} pages, a night"
        yield Figure(what=what, value=seconds / 3600, unit="h")


def requests(sites: int, nights: int, *, thrifty: bool = True) -> list[int]:
    """By the night."""
    random = Random(f"{sites} {nights}")
    world = World(sites=tuple(_site(at, nights, random) for at in range(sites)), clock=NOW)
    with TemporaryDirectory() as folder, serve(world) as sandbox:
        members = [_member(at, sandbox) for at in range(sites)]
        settings = {"site": {"thrifty": thrifty}}
        town = Town(Path(folder), sandbox, members, settings, packs=("fed-8fz",))
        return [asked_in_night(town, sandbox, number, "site:") for number in range(nights)]


def _member(at: int, sandbox: Running) -> dict[str, Any]:
    return school(at, site=sandbox.site_url(f"school{at}"), emails=[f"school{at}@example.org"])


def _site(at: int, nights: int, random: Random) -> Site:
    """It changes on some nights, an hour before they are read."""
    is_silent = random.random() < SILENT
    written, changes = 0, []
    for number in range(nights):
        written += (NOW + number * NIGHT).weekday() < WORKING_DAYS
        if random.random() < CHANGES and number:
            is_silent = not is_silent
        told = Change(
            at=NOW + number * NIGHT - timedelta(hours=1),
            values={"pages": _pages(at, written, is_silent=is_silent)},
        )
        changes.append(told)
    return Site(
        name=f"school{at}", address=f"127.0.{20 + at // 200}.{at % 200 + 1}", later=tuple(changes)
    )


def _pages(at: int, news: int, *, is_silent: bool) -> dict[str, SitePage]:
    """The home page with the newest of its news, sections, and how to write to the school."""
    menu = "".join(f'<a href="/s{one}">Раздел {one}</a> ' for one in range(SECTIONS))
    latest = range(news, max(0, news - NEWS), -1)
    feed = "".join(f'<a href="/news{one}">Новость {one}</a> ' for one in latest)
    email = "Приходите." if is_silent else f"E-mail: school{at}@example.org"
    texts = {
        "/": f"Муниципальное учреждение «Школа № {at}». {feed}",
        **{f"/s{one}": f"Раздел {one}. {email if one == 0 else ''}" for one in range(SECTIONS)},
        **{f"/news{one}": f"Новость {one} школы." for one in latest},
    }
    return {path: _page(menu, f"<h1>{path}</h1>{text}", at) for path, text in texts.items()}


def _page(menu: str, text: str, at: int) -> SitePage:
    head = f"<head><title>Школа № {at}</title></head>"
    return SitePage(body=f"<html>{head}<body>{menu}<p>{text}</p></body></html>")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sites", type=int, default=SIZES[Size.QUICK][0])
    parser.add_argument("--nights", type=int, default=SIZES[Size.QUICK][1])
    given = parser.parse_args()
    thrifty, full = (
        requests(given.sites, given.nights, thrifty=thrifty) for thrifty in (True, False)
    )
    for asked in (thrifty, full):
        print(" ".join(f"{count / given.sites:.1f}" for count in asked))
    print(table(list(_figures(thrifty, full, given.sites))))


if __name__ == "__main__":
    main()
