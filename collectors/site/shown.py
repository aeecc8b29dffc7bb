"""Contacts that a piece of a site shows. No network."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from collectors.addresses import page_in_link
from collectors.contacts import find_contacts, union
from collectors.model import Contacts, HintKind, Link

NO_HINTS: tuple[HintKind, ...] = ()


def shown_contacts(
    text: str, place: str, links: Sequence[Link] = (), hints: Collection[HintKind] = NO_HINTS
) -> Contacts:
    """As `find_contacts`, and links to pages in VK and OK in their canonical form, each once."""
    found = find_contacts(text, place, links, hints)
    return union(replace(found, links=tuple(_canonical(link) for link in found.links)))


def _canonical(link: Link) -> Link:
    page = page_in_link(link.url)
    return replace(link, url=page[1]) if page else link
