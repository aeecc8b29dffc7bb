"""The networks that are installed: entry points of the group `dozor.networks`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

from collectors.installed import installed_under
from collectors.model import SITE, AddressOwner, Network, Page

_LINKS = re.compile(r"https?://[^\s<>\"']+")
_BEHIND = ".,;:)»"


@cache
def networks() -> Mapping[str, Network]:
    """Slug → network, in the order of their names."""
    found = installed_under("dozor.networks")
    return {point.name: point.load() for point in sorted(found, key=lambda point: point.name)}


@cache
def social_networks() -> Mapping[str, Network]:
    """Those that have pages; sites are none."""
    return {slug: one for slug, one in networks().items() if slug != SITE}


@cache
def network_hosts() -> frozenset[str]:
    """Every spelling of the hosts that networks call their own."""
    return frozenset().union(*(one.hosts for one in social_networks().values()))


# --- how it is called, whether it is installed or not ---------------------------------------------


def title(slug: str) -> str:
    """«ВКонтакте»; the slug itself of a network that is not installed any more."""
    return networks()[slug].title if slug in networks() else slug


def where(slug: str) -> str:
    """«во «ВКонтакте»»."""
    network = networks().get(slug)
    return network.where or f"в соцсети «{network.title}»" if network else slug


def page_title(slug: str) -> str:
    """«страница ВКонтакте»."""
    network = networks().get(slug)
    return network.page_title or f"страница в соцсети «{network.title}»" if network else slug


def new_page(slug: str) -> str:
    """What an institution creates there: «открытую для всех группу»; "" where nothing is told."""
    return networks()[slug].new_page if slug in networks() else ""


def text_places(slug: str) -> tuple[str, ...]:
    """«описании», «статусе»: where its pages tell of themselves; () where nothing is told."""
    places = networks()[slug].places if slug in networks() else None
    return places.texts if places else ()


def contact_places(slug: str) -> tuple[str, ...]:
    """The same, behind the places that are for contacts alone: «контактах», «ссылках»."""
    places = networks()[slug].places if slug in networks() else None
    return (*places.contacts, *places.texts) if places else ()


def room(slug: str) -> tuple[str, ...]:
    """Where an institution may write its contacts: the first place of each kind."""
    places = networks()[slug].places if slug in networks() else None
    return (*places.contacts[:1], *places.texts[:1]) if places else ()


def dated_in(text: str) -> datetime | None:
    """When the post was published that a link in the text leads to, where the link itself tells.

    It supports what a person states, and is never a ground to accuse.
    """
    for url in _LINKS.findall(text):
        host = urlsplit(url).hostname or ""
        for network in social_networks().values():
            if network.item_dated is not None and host in network.hosts:
                return network.item_dated(url.rstrip(_BEHIND))
    return None


# --- by what addresses a page goes ----------------------------------------------------------------


def owner_in_address(page: Page) -> AddressOwner | None:
    """Whose the page's own address says that it is."""
    network = networks().get(page.network)
    if network is None or network.owner_in_address is None:
        return None
    return network.owner_in_address(page.address)


def other_addresses(page: Page, page_id: str | None, name: str | None) -> Iterator[str]:
    """Addresses that open the page as well: by its number and by its present name.

    Where a network does not say how, both are tried as the last part of the address.
    """
    network = networks().get(page.network)
    if network is None:
        return
    if network.addresses_of is not None:
        yield from network.addresses_of(page_id, name)
        return
    for last in filter(None, (page_id, name)):
        with suppress(ValueError):
            yield network.canonical(f"{page.address.rpartition('/')[0]}/{last}")
