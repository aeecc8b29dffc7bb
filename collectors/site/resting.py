"""A site is left for another night while its home page shows what it showed at the last crawl.

That is what verdicts of an institution's site rest on: whose it is, how to reach them, pages of
networks, ПОС. News come and go on a home page and mean nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from collectors.contacts import NOTHING, union
from collectors.model import (
    ROBOTS,
    Address,
    Contacts,
    Evidence,
    Failure,
    FailureCode,
    Observation,
    SiteFacts,
    SitePage,
)
from collectors.networks import social_networks
from collectors.site.home import Home
from collectors.site.page import PageReading

LEFT = Failure(FailureCode.AT_REST, "the home page shows what it showed at the last whole look")
KEPT_LINKS = 2  # a half of them at least, or it is another site


def shows_the_same(home: Home, last: Observation) -> bool:
    """Nothing of it is new since that look, and it does not lack what stood on this very page."""
    facts = last.facts
    site = facts.site if facts else None
    if facts is None or site is None or not site.pages:
        return False
    reading, then = home.reading, site.pages[0]
    shown = facts.contacts or NOTHING
    return (
        not (reading.is_cut or reading.is_part)
        and _is_same_page(reading.page, then, site)
        and _adds_nothing(reading, then, site)
        and union(shown, reading.contacts) == shown
        and _keeps_contacts(reading.contacts, shown, then)
        and _keeps_links(reading.page, then)
    )


def forbids_the_same(asked: Iterable[Evidence], last: Observation) -> bool:
    """Pages that robots.txt kept from that look it keeps from another, while it is what it was."""
    site = last.facts.site if last.facts else None
    if site is None or FailureCode.ROBOTS.value not in site.crawl.skipped:
        return True
    then = _rules(last.evidence)
    return all(then.get(url) == digest for url, digest in _rules(asked).items())


def _rules(asked: Iterable[Evidence]) -> Mapping[str, str]:
    return {one.url: one.sha256 for one in asked if one.url.endswith(ROBOTS)}


def _is_same_page(page: SitePage, then: SitePage, site: SiteFacts) -> bool:
    """By the same spelling, with the same title, searched for the same networks."""
    return (
        (page.url, page.status, page.title) == (then.url, then.status, then.title)
        and page.url == site.final_url
        and site.networks == tuple(social_networks())
    )


def _adds_nothing(reading: PageReading, then: SitePage, site: SiteFacts) -> bool:
    return (
        set(reading.page.hints) <= set(then.hints)  # of then also what scripts brought in
        and set(reading.pos) <= set(site.pos_widgets or ())
        and set(reading.numbers) <= set(site.numbers)
    )


def _keeps_contacts(now: Contacts, shown: Contacts, then: SitePage) -> bool:
    """Telephones and e-mail that were first seen on this page, as those of its head and foot."""
    there = {value for _, value in _told(now)}
    return all(value in there for place, value in _told(shown) if place == then.url)


def _told(contacts: Contacts) -> Iterator[tuple[str, str | None]]:
    yield from ((one.place, one.e164 or one.local) for one in contacts.phones)
    yield from ((one.place, one.value) for one in contacts.emails)


def _keeps_links(page: SitePage, then: SitePage) -> bool:
    """All to pages of networks, and most of the others."""
    were, are = ({link.url for link in one.anchors} for one in (then, page))
    is_alike = len(were & are) * KEPT_LINKS >= len(were)
    return is_alike and _linked_pages(page) == _linked_pages(then)


def _linked_pages(page: SitePage) -> set[Address]:
    return {link.page for link in page.anchors if link.page}
