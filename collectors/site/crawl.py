"""One site, read politely from its home page outwards."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field, replace

from collectors.barrier import barrier
from collectors.contacts import union
from collectors.http.answers import Answer
from collectors.http.client import Client
from collectors.http.errors import NoSuchNameError, ReadError
from collectors.model import (
    SITE,
    Contacts,
    Crawl,
    Evidence,
    Facts,
    Failure,
    FailureCode,
    Link,
    Observation,
    Presence,
    SiteFacts,
    SiteMemory,
    SitePage,
)
from collectors.networks import social_networks
from collectors.site.beside import mapped_pages, own_scripts, scripted_widgets
from collectors.site.earlier import last_answers
from collectors.site.frontier import Frontier
from collectors.site.home import Home, find_home
from collectors.site.page import PageReading
from collectors.site.reader import NotAPageError, SiteReader
from collectors.site.resting import LEFT, forbids_the_same, shows_the_same
from collectors.site.settings import SiteSettings
from collectors.site.territory import Target, Territory, target
from collectors.site.weighing import Scales

PATIENCE = 5  # failures in a row of an unwell host, after which it is left alone
FEW_LINKS = 3
FEW_ENDLESS = 2
FEW_ALIKE = 2  # pages that say the same by chance
MOST_NUMBERS = 100
UNWELL = frozenset(
    {
        FailureCode.TIMEOUT,
        FailureCode.DNS,
        FailureCode.CONNECTION,
        FailureCode.TLS,
        FailureCode.SERVER_ERROR,
        FailureCode.FORBIDDEN,
        FailureCode.RATE_LIMITED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteReading:
    """What became of one site; a certificate that does not hold is a failure with a note."""

    facts: Facts | None = None
    failure: Failure | None = None
    broke: Failure | None = None  # on one of its pages, which is not read
    evidence: tuple[Evidence, ...] = ()


async def read_site(
    client: Client,
    settings: SiteSettings,
    address: str,
    *,
    is_authority: bool,
    names_resolve: Callable[[], Awaitable[bool]],
    scales: Scales,
    memory: SiteMemory | None = None,
) -> SiteReading:
    """Never raises ReadError. `names_resolve` tells whether our resolver can be believed."""
    run = client.run
    takes_word = address in run.believed and not is_authority
    last = None if is_authority else run.at_rest.get((SITE, address))
    earlier = last_answers(memory, run.originals, takes_word=takes_word)

    async def read() -> SiteReading:
        reader = SiteReader(
            client,
            run.as_of.date(),
            with_blocks=is_authority,
            scales=scales,
            memory=memory,
            earlier=earlier,
        )
        with closing(reader):
            return await _read(reader, settings, address, names_resolve, last)

    reading = await read()
    return await read() if earlier and earlier.must_be_read_anew() else reading


async def _read(
    reader: SiteReader,
    settings: SiteSettings,
    address: str,
    names_resolve: Callable[[], Awaitable[bool]],
    last: Observation | None,
) -> SiteReading:
    is_authority = reader.with_blocks
    broke = None
    try:
        home = await find_home(reader, address, whole_host=is_authority)
    except NoSuchNameError as error:
        if not await names_resolve():
            return _unread(reader, address, error)
        home = None
    except ReadError as error:
        return _unread(reader, address, error)
    if home is None:
        facts = Facts(presence=Presence.ABSENT)
    elif last and shows_the_same(home, last) and forbids_the_same(reader.evidence, last):
        return SiteReading(failure=LEFT, evidence=tuple(reader.evidence))
    else:
        most = settings.max_pages_authority if is_authority else settings.max_pages
        crawl = _Crawl(reader, home, most)
        facts, broke = await crawl.facts(settings.site_timeout), crawl.broke
    return SiteReading(facts=facts, broke=broke, evidence=tuple(reader.evidence))


def _unread(reader: SiteReader, address: str, error: ReadError) -> SiteReading:
    note = None
    if reader.certificate and error.failure.code is FailureCode.TLS:
        crawl = Crawl(complete=False, read=0, frontier=1, skipped={FailureCode.TLS.value: 1})
        site = SiteFacts(
            final_url=address, pages=(), crawl=crawl, certificate=reader.certificate.value
        )
        note = Facts(site=site)
    return SiteReading(facts=note, failure=error.failure, evidence=tuple(reader.evidence))


@dataclass(slots=True)
class _Crawl:
    """The reading of one site as it grows."""

    reader: SiteReader
    home: Home
    most: int
    frontier: Frontier = field(default_factory=Frontier)
    pages: list[SitePage] = field(default_factory=list)
    contacts: list[Contacts] = field(default_factory=list)
    pos: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    unread_scripts: bool = False
    most_links: int = 0
    ended: int = 0  # pages read to their end, and those that may go on
    endless: int = 0
    broke: Failure | None = None  # the last page on which our program did
    shown: set[tuple[str, str]] = field(default_factory=set)

    @property
    def site(self) -> Territory:
        return self.home.site

    async def facts(self, seconds: float) -> Facts:
        try:
            async with asyncio.timeout(seconds):
                await self._from_home()
        except TimeoutError:
            self.frontier.skip(FailureCode.INTERRUPTED)
            self.unread_scripts = True
        home, certificate = self.home.reading.page, self.reader.certificate
        return Facts(
            presence=Presence.LIVE,
            title=home.title,
            contacts=union(*self.contacts),
            site=SiteFacts(
                final_url=home.url,
                pages=tuple(self.pages),
                crawl=self.frontier.crawl(),
                pos_widgets=self._widgets(),
                certificate=certificate.value if certificate else None,
                text=self.home.reading.text,
                numbers=tuple(dict.fromkeys(self.numbers))[:MOST_NUMBERS],
                networks=tuple(social_networks()),
            ),
        )

    async def _from_home(self) -> None:
        if self.reader.earlier:
            self.reader.earlier.is_home = False
        reading = self.home.reading
        self._take(reading)
        self._mark_home(target(reading.page.url))
        await self._add_from_maps()
        failures = 0
        while self.frontier.asked < self.most and failures < PATIENCE:
            found = self.frontier.next()
            if found is None:
                break
            failures = 0 if await self._visit(*found) else failures + 1
        await self._search_scripts()
        self._doubt_menus()
        self._doubt_answers()
        self._doubt_ends()

    async def _add_from_maps(self) -> None:
        mapped = await mapped_pages(self.reader, self.site)
        self.frontier.add(mapped.pages, 1)
        for code in mapped.unread:
            self.frontier.skip(code)

    def _mark_home(self, found: Target) -> None:
        own = self.site.page(found)
        if own is None:  # the section leads out of itself: nothing of it was seen
            self.frontier.skip(FailureCode.REDIRECTS)
        else:
            self.frontier.seen(own)
        self.frontier.seen(self.site.home, self.site.beside_home("/"))
        self.frontier.follow(self.home.reading.links, self.home.reading.maps, 0)

    async def _visit(self, url: str, steps: int) -> bool:
        """Whether the server answered with something that says what is there."""
        with barrier("page", url) as crossing:
            try:
                answer = await self.reader.page(url, attempts=2)
                return await self._read(answer, url, steps)
            except NotAPageError:
                return True
            except ReadError as error:
                self.frontier.skip(error.failure.code)
                return error.failure.code not in UNWELL
        self.frontier.skip(FailureCode.OUR_FAULT)
        self.broke = replace(crossing.failure, detail=f"{url}: {crossing.failure.detail}")
        return True

    async def _read(self, answer: Answer, url: str, steps: int) -> bool:
        if answer.status in (404, 410):
            self.frontier.read += 1
            self.pages.append(SitePage(url=url, status=answer.status))
            return True
        place = self.site.page(target(answer.url))
        if place is None or (place != url and place in self.frontier.done):
            return True  # led out of the site, or to a page that was read
        self.frontier.seen(place)
        reading = await self.reader.parse(answer, self.site)
        self._take(reading)
        self.frontier.follow(reading.links, reading.maps, steps)
        return True

    def _take(self, reading: PageReading) -> None:
        """Of what every page of a site repeats (menu, side bar), the first showing is kept."""
        self.frontier.read += 1
        if reading.is_cut:
            self.frontier.skip(FailureCode.TOO_LARGE)
        if reading.is_part:
            self.frontier.skip(FailureCode.CUT)
        self.ended += reading.is_endless is False and not reading.is_part
        self.endless += reading.is_endless is True and not reading.is_part
        self.most_links = max(self.most_links, len(reading.links))
        page = reading.page
        anchors = tuple(link for link in page.anchors if self._is_new(link))
        blocks = tuple(one for one in page.blocks if self._once(f"# {one.heading}", one.text))
        hints = tuple(one for one in page.hints if self._once(f"hint {one.url}", one.shown or ""))
        self.pages.append(replace(page, anchors=anchors, blocks=blocks, hints=hints))
        self.contacts.append(reading.contacts)
        self.pos += reading.pos
        self.numbers += reading.numbers

    def _is_new(self, link: Link) -> bool:
        """Links to pages of networks stay wherever they are: it matters where they stand."""
        return link.page is not None or self._once(link.url, link.text)

    def _once(self, first: str, second: str) -> bool:
        is_new = (first, second) not in self.shown
        self.shown.add((first, second))
        return is_new

    async def _search_scripts(self) -> None:
        """Only when no page shows the ПОС form in its own markup: scripts may bring it in."""
        if self.pos:
            return
        found = await scripted_widgets(self.reader, self.home.reading.scripts)
        self.pos, self.unread_scripts = list(found.forms), not found.all_read
        home = self.pages[0]
        self.pages[0] = replace(home, hints=(*home.hints, *found.hints))

    def _doubt_menus(self) -> None:
        """A site of scripts where no page has a menu of links: its menu may be drawn by them."""
        if self.most_links < FEW_LINKS and own_scripts(self.home.reading.scripts):
            self.frontier.skip(FailureCode.NEEDS_JAVASCRIPT)

    def _doubt_answers(self) -> None:
        """Most pages say the same: a login form, a check that no phrase of ours knows."""
        inner = [page for page in self.pages[1:] if page.status < 400]
        told = Counter((page.title, page.headings, page.text_length) for page in inner)
        if max(told.values(), default=0) > max(FEW_ALIKE, len(inner) / 2):
            self.frontier.skip(FailureCode.STUB)

    def _doubt_ends(self) -> None:
        """Pages that stop before `</html>` where others of the site have it: a server that broke
        down midway ends its answer as properly as a good one. Where none has it, it is a habit;
        one page alone shows no habit.
        """
        if self.endless and (self.ended or self.endless < FEW_ENDLESS):
            self.frontier.skip(FailureCode.CUT, self.endless)

    def _widgets(self) -> tuple[str, ...] | None:
        """Empty only when everything was read that could hold a form."""
        if self.pos:
            return tuple(dict.fromkeys(self.pos))
        return None if self.unread_scripts or not self.frontier.crawl().complete else ()
