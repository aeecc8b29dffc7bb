"""Contacts that a piece of a site shows. No network."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from collectors.contacts import find_contacts, union
from collectors.links import resolved
from collectors.model import Contacts, HintKind, Link

NO_HINTS: tuple[HintKind, ...] = ()


def shown_contacts(
    text: str, place: str, links: Sequence[Link] = (), hints: Collection[HintKind] = NO_HINTS
) -> Contacts:
    """As `find_contacts`, and links to pages of networks in their canonical form, each once."""
    found = find_contacts(text, place, links, hints)
    return union(replace(found, links=tuple(_canonical(link) for link in found.links)))


def _canonical(link: Link) -> Link:
    found = resolved(link)
    return found if found.page is None or found.shown else replace(found, url=found.page[1])
