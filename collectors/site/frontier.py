"""Which page of a site is read next, and whether the reading is complete. No network.

Complete means (requirements 7.x): every page within two steps of the home page, of the site-map
page and of sitemap.xml was read. Pages of `sitemap.xml` are one step from it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush

from collectors.model import Crawl, FailureCode

STEPS = 2
TELLING = re.compile(
    r"kontakt|contact|sveden|svedeni|about|o-nas|ob-|uchrezhd|podved|organiz|struct|strukt|sitemap"
    r"|контакт|сведени|учрежден|подведом|структур|obrashch|dokument|document|social|soc",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Frontier:
    """Pages by (steps, promise, order of finding); each address once, at its nearest."""

    waiting: list[tuple[int, int, int, str]] = field(default_factory=list)
    steps: dict[str, int] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    asked: int = 1  # the home page
    read: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    def add(self, urls: Iterable[str], steps: int) -> None:
        """Addresses that lie beyond the second step are none of ours."""
        for url in urls:
            if steps <= STEPS and steps < self.steps.get(url, STEPS + 1):
                self.steps[url] = steps
                heappush(self.waiting, (steps, _promise(url), len(self.steps), url))

    def follow(self, links: Iterable[str], maps: Iterable[str], steps: int) -> None:
        """What a page leads to; the map of the site counts as a home page of its own."""
        self.add(maps, 0)
        self.add(links, steps + 1)

    def next(self) -> tuple[str, int] | None:
        while self.waiting:
            steps, _, _, url = heappop(self.waiting)
            if url not in self.done and self.steps[url] == steps:
                self.done.add(url)
                self.asked += 1
                return url, steps
        return None

    def seen(self, *urls: str) -> None:
        """These are read or need no reading: where a redirect led, the home page."""
        self.done.update(urls)

    def skip(self, code: FailureCode, count: int = 1) -> None:
        self.skipped[code.value] += count

    @property
    def left(self) -> int:
        return len({url for *_, url in self.waiting} - self.done)

    def crawl(self) -> Crawl:
        return Crawl(
            complete=not self.left and not self.skipped,
            read=self.read,
            frontier=self.left,
            skipped=dict(self.skipped),
        )


def _promise(url: str) -> int:
    """Telling pages first, then plain ones, then what a query makes (calendars, filters)."""
    if "?" in url:
        return 2
    return 0 if TELLING.search(url) else 1
