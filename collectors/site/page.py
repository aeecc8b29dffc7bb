"""One page of a site: from bytes to what the rules want to know of it. No network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from collectors.contacts import marked_as, union
from collectors.hints import hints_of, is_crowded
from collectors.links import resolved
from collectors.model import Block, Contacts, FailureCode, HintKind, Link, SitePage
from collectors.site.anchors import (
    Anchor,
    as_links,
    named_links,
    pages_among,
    without_foreign,
)
from collectors.site.blocks import blocks
from collectors.site.budget import (
    MOST_CONTACTS,
    MOST_TEXT,
    until_spent,
)
from collectors.site.dates import Dated, dates, mentions
from collectors.site.gates import gate_of, is_for_sale
from collectors.site.html import (
    lay_out,
    shown,
)
from collectors.site.markup import Markup, Source, read_markup
from collectors.site.outline import (
    all_days,
    beginning_and_end,
    breadcrumbs,
    headings,
    registered_numbers,
)
from collectors.site.shown import shown_contacts
from collectors.site.territory import Territory, target
from collectors.site.widgets import pos_widgets

MOST_ANCHORS = 600
MOST_HINTS = 1000
MOST_MENTIONS = 1500
MOST_BLOCKS = 1000
MOST_HEADINGS = 100
LITTLE_TEXT = 200  # characters: less, with scripts and without links, is a page drawn by a script


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """A page as read. `links` and `scripts` are of the same site; `links` in one spelling."""

    page: SitePage
    contacts: Contacts
    links: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()  # of `links`, those that call themselves the map of the site
    scripts: tuple[str, ...] = ()
    pos: tuple[str, ...] = ()
    refresh: str | None = None  # where the page sends a browser by itself
    has_scripts: bool = False
    gate: FailureCode | None = None  # what stands here instead of the site
    is_for_sale: bool = False
    text: str = ""  # how the page begins and ends
    numbers: tuple[str, ...] = ()  # ОГРН and ИНН that stand on it
    is_cut: bool = False  # it has more anchors, mentions… than are kept, or outran its budget
    is_part: bool = False  # its end did not come
    is_endless: bool | None = None  # it begins as a whole page and does not end as one
    days: tuple[date, ...] = ()  # all that it tells, in order

    def as_of(self, today: date) -> PageReading:
        """With the latest date that was not yet to come: the rest is the same on every day."""
        latest = max((day for day in self.days if day <= today), default=None)
        return replace(self, page=replace(self.page, latest_date=latest))

    @property
    def is_empty(self) -> bool:
        return not self.page.text_length and not self.links

    @property
    def needs_javascript(self) -> bool:
        few = self.page.text_length < LITTLE_TEXT and len(self.links) < 3
        return self.has_scripts and few and not self.refresh and not self.is_for_sale


def read_page(source: Source, site: Territory, as_of: date, *, with_blocks: bool) -> PageReading:
    """`with_blocks`: the authority's pages are cut into possible cards of institutions."""
    return parse_page(source, site, with_blocks=with_blocks).as_of(as_of)


def parse_page(source: Source, site: Territory, *, with_blocks: bool) -> PageReading:
    """What the bytes say on any day: it depends on nothing but what is given here and on the code,
    so it may be kept from one night to the next (collectors/site/memory.py)."""
    markup = read_markup(source, site, with_blocks)
    if markup is None:
        nothing = SitePage(url=source.url, status=source.status)
        return PageReading(page=nothing, contacts=Contacts(), is_part=source.is_part)
    lay_out(markup.root)
    body = markup.root.find("body")
    whole = shown(markup.root if body is None else body)
    text = whole[:MOST_TEXT]
    dated = tuple(dates(text))
    found = _inventory(markup, site, text, dated, with_blocks)
    contacts = _contacts(markup, text)
    pages = _linked_pages(markup, site)
    is_long = (
        max(len(whole), len(markup.structured)) > MOST_TEXT
        or _are_many(contacts)
        or is_crowded(markup.code)
    )
    answers = bool(contacts.phones and contacts.emails)
    return PageReading(
        page=_kept_page(markup, found, text),
        contacts=_first_contacts(contacts),
        links=pages,
        maps=_map_pages(markup, site),
        scripts=markup.scripts,
        pos=pos_widgets(markup.text),
        refresh=markup.refresh,
        has_scripts=markup.has_scripts,
        gate=gate_of(markup.title, text, markup.text, len(pages), shows_contacts=answers),
        is_for_sale=is_for_sale(markup.title, text, len(pages)),
        text=beginning_and_end(text),
        numbers=tuple(dict.fromkeys(registered_numbers(text))),
        is_cut=not markup.is_all or found.is_more_than_kept or is_long or markup.budget.is_spent,
        is_part=source.is_part,
        is_endless=source.is_endless,
        days=tuple(sorted(set(all_days(markup.root, dated)))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inventory:
    """All that was found of what is kept in part; one more than that shows that there is more."""

    anchors: tuple[Anchor, ...]
    hints: tuple[Link, ...]
    mentions: tuple[str, ...]
    blocks: tuple[Block, ...]
    headings: tuple[str, ...]

    @property
    def is_more_than_kept(self) -> bool:
        return (
            len(self.anchors) > MOST_ANCHORS
            or len(self.hints) > MOST_HINTS
            or len(self.mentions) > MOST_MENTIONS
            or len(self.blocks) > MOST_BLOCKS
            or len(self.headings) > MOST_HEADINGS
        )


def _inventory(
    markup: Markup, site: Territory, text: str, dated: Iterable[Dated], with_blocks: bool
) -> _Inventory:
    url = markup.source.url
    anchors = tuple(without_foreign(markup.links, site))
    linked = (resolved(Link(url=anchor.target.url, place="")).page for anchor in anchors)
    cut_out = blocks(markup.root, markup.base, url, markup.budget) if with_blocks else iter(())
    return _Inventory(
        anchors=anchors,
        hints=tuple(islice(hints_of(markup.code, text, url, linked), MOST_HINTS + 1)),
        mentions=mentions(text, dated),
        blocks=tuple(islice(until_spent(cut_out), MOST_BLOCKS + 1)),
        headings=tuple(until_spent(headings(markup.root, markup.budget))),
    )


def _contacts(markup: Markup, text: str) -> Contacts:
    """Of text, links and micro-markup; what one of them calls another body's is that in both."""
    url = markup.source.url
    named = tuple(named_links(markup.links, url))
    described = shown_contacts(markup.structured[:MOST_TEXT], url)
    seen = marked_as(described, shown_contacts(text, url, named, [HintKind.EMAIL]))
    return union(seen, marked_as(seen, described))


def _are_many(contacts: Contacts) -> bool:
    return max(map(len, (contacts.phones, contacts.emails, contacts.addresses))) > MOST_CONTACTS


def _first_contacts(contacts: Contacts) -> Contacts:
    if not _are_many(contacts):
        return contacts
    return replace(
        contacts,
        phones=contacts.phones[:MOST_CONTACTS],
        emails=contacts.emails[:MOST_CONTACTS],
        addresses=contacts.addresses[:MOST_CONTACTS],
    )


def _linked_pages(markup: Markup, site: Territory) -> tuple[str, ...]:
    """Pages of this site to which the page leads, in any way that a visitor may go."""
    sent = [] if markup.refresh is None else [target(markup.refresh)]
    links = (link.target for link in markup.links)
    led = (*markup.frames, *sent, *links, *markup.clicked)
    return tuple(dict.fromkeys(pages_among(led, site)))


def _map_pages(markup: Markup, site: Territory) -> tuple[str, ...]:
    maps = (link.target for link in markup.links if link.is_map)
    return tuple(dict.fromkeys(pages_among(maps, site)))


def _kept_page(markup: Markup, found: _Inventory, text: str) -> SitePage:
    source = markup.source
    return SitePage(
        url=source.url,
        status=source.status,
        title=markup.title,
        headings=found.headings[:MOST_HEADINGS],
        breadcrumbs=tuple(breadcrumbs(markup.root)),
        anchors=tuple(as_links(found.anchors[:MOST_ANCHORS], source.url)),
        hints=found.hints[:MOST_HINTS],
        text_length=len(text),
        documents=len({link.target.url for link in markup.links if link.target.is_document}),
        blocks=found.blocks[:MOST_BLOCKS],
        mentions=found.mentions[:MOST_MENTIONS],
    )
