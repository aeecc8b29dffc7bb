"""What a site links to: pages of networks, and what may be a link to one. No address is parsed.

The collector has resolved every link; only what an earlier version read is resolved here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from collectors.addresses import SHORTENERS
from collectors.links import resolved
from collectors.model import OK, VK, Address, Link, SiteFacts, SitePage
from rules.dossier.case import Case
from rules.dossier.views import View

KNOWN_EARLIER = (OK, VK)  # to the versions that did not tell whose pages they looked for


@dataclass(frozen=True, slots=True)
class SiteLinks:
    """The links of a card, of a page, of one site or of several."""

    pages: frozenset[Address] = frozenset()  # that a visitor can follow a link to
    hints: Mapping[Address, Link] = field(default_factory=dict)  # shown in another way
    short: frozenset[str] = frozenset()  # each may lead to one page that is missed, none to two
    networks: frozenset[str] = frozenset()  # whose pages were looked for

    def hint(self, addresses: Iterable[Address]) -> Link | None:
        """How one page is shown; a widget that does not tell its page may show any."""
        listed = list(addresses)
        nameless = ((network, "") for network, _ in listed)
        return next((self.hints[one] for one in (*listed, *nameless) if one in self.hints), None)


NO_LINKS = SiteLinks()


def links_on(case: Case, view: View | None) -> SiteLinks:
    """All that a site links to from anywhere."""
    if view is None or view.facts.site is None:
        return NO_LINKS
    site = view.facts.site
    key = ("links", view.page.address)
    return case.hearing.of_site(view).once(key, lambda: _all_links(site))


def _all_links(site: SiteFacts) -> SiteLinks:
    return links_of(site, (link for page in site.pages for link in _page_links(page)))


def links_on_page(site: SiteFacts, page: SitePage) -> SiteLinks:
    return links_of(site, _page_links(page))


def links_of(site: SiteFacts, links: Iterable[Link]) -> SiteLinks:
    once = {(link.url, link.shown): link for link in links}  # every page repeats the menu
    told = [read(site, link) for link in once.values()]
    pages = frozenset(link.page for link in told if link.page and link.shown is None)
    hints: dict[Address, Link] = {}
    for link in sorted(told, key=lambda link: link.place):
        if link.page and link.shown and link.page not in pages:
            hints.setdefault(link.page, link)
    short = frozenset(link.url for link in told if is_shortened(link.url))
    return SiteLinks(pages, hints, short, frozenset(_networks(site)))


def together(parts: Iterable[SiteLinks]) -> SiteLinks:
    """Several sites as one; a network was looked for where each of them was searched for it."""
    listed = list(parts)
    if not listed:
        return NO_LINKS
    return SiteLinks(
        pages=frozenset().union(*(one.pages for one in listed)),
        hints={page: hint for one in reversed(listed) for page, hint in one.hints.items()},
        short=frozenset().union(*(one.short for one in listed)),
        networks=frozenset.intersection(*(one.networks for one in listed)),
    )


def read(site: SiteFacts, link: Link) -> Link:
    """With its page, also where an earlier version read the site."""
    return resolved(link) if site.networks is None and link.page is None else link


def _networks(site: SiteFacts) -> tuple[str, ...]:
    return KNOWN_EARLIER if site.networks is None else site.networks


def _page_links(page: SitePage) -> Iterator[Link]:
    yield from page.anchors
    yield from (link for block in page.blocks for link in block.contacts.links)
    yield from page.hints


def is_shortened(url: str) -> bool:
    return (urlsplit(url if "//" in url else f"//{url}").hostname or "") in SHORTENERS
