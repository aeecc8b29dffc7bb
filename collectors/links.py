"""Which page of a network a link leads to, and which pages a site shows without a link.

No network is named here: each installed one is asked (`Network.page_in_link`, `in_widgets`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from collectors.addresses import SCHEME, AddressError, tidy
from collectors.model import Address, Link, Network, Shown
from collectors.networks import network_hosts, social_networks
from collectors.redirects import inner_addresses

MOST_REDIRECTS = 3
_FULL = re.compile(r"(?:https?:?)?//+[^/\s]+\.[^/\s]+|[\w-]+(?:\.[\w-]+)+/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Destination:
    page: Address | None = None
    shown: Shown | None = None  # None: the page itself is opened


def page_in_link(url: str) -> Address | None:
    """The page to which a link on a web page leads, as (network, canonical address).

    None for everything that is not the page itself: share buttons, widgets, persons, applications,
    and single posts, photos, topics and articles — a link to one piece of news does not show where
    the official page is. Sections of a page count as the page, redirectors are followed. A bare
    word is a relative link of the site, never a screen name.
    """
    led = _destination_of(url)
    return led.page if led.shown is None else None


def resolved(link: Link) -> Link:
    """With the page that it opens, of which it opens one item, or that it names in a parameter."""
    led = _destination_of(link.url)
    return replace(link, page=led.page, shown=led.shown) if led.page else link


@lru_cache(maxsize=16384)  # a site shows its links on every page, and each is asked about thrice
def _destination_of(url: str) -> _Destination:
    try:
        return _follow(tidy(url), MOST_REDIRECTS)
    except AddressError:
        return _Destination()


def _follow(cleaned: str, redirects: int) -> _Destination:
    if not (SCHEME.match(cleaned) or _FULL.match(cleaned) or _first(cleaned) in network_hosts()):
        return _Destination()
    if page := opened(cleaned):
        return _Destination(page)
    if page := owner_of_item(cleaned):
        return _Destination(page, Shown.ITEM)
    found = _Destination()
    for inner in inner_addresses(cleaned) if redirects else ():
        led = _follow_inner(inner.url, redirects - 1)
        if led.page and led.shown is None and inner.is_led_to:
            return led
        if led.page and not found.page:
            found = led if inner.is_led_to else replace(led, shown=Shown.PARAMETER)
    return found


def _follow_inner(url: str, redirects: int) -> _Destination:
    try:
        return _follow(tidy(url), redirects)
    except AddressError:
        return _Destination()


def opened(url: str) -> Address | None:
    """The page that an address opens by itself, whichever network's it is."""
    for slug, network in social_networks().items():
        try:
            page = _opened_in(network, url)
        except ValueError:
            continue
        if page:
            return slug, page
    return None


def owner_of_item(url: str) -> Address | None:
    """The page whose single post, photo or topic an address opens, whichever network's it is."""
    for slug, network in social_networks().items():
        try:
            page = network.item_in_link(url) if network.item_in_link else None
        except ValueError:
            continue
        if page:
            return slug, page
    return None


def _opened_in(network: Network, url: str) -> str | None:
    if network.page_in_link is not None:
        return network.page_in_link(url)
    return network.canonical(url) if _FULL.match(url) else None


def _first(cleaned: str) -> str:
    return cleaned.partition("/")[0].lower()
