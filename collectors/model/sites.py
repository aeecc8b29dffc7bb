"""A site: its pages, and how far it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from collectors.model.contacts import Contacts, Link

ROBOTS = "/robots.txt"  # the path of a host's rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of a site's page under one heading or in one table row: may be a card."""

    heading: str
    text: str
    contacts: Contacts = field(default_factory=Contacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """One page of a crawled site."""

    url: str
    status: int
    title: str = ""
    headings: tuple[str, ...] = ()
    breadcrumbs: tuple[str, ...] = ()
    anchors: tuple[Link, ...] = ()  # every link, with its text; `place` is this page's url
    text_length: int = 0
    documents: int = 0  # links to PDF, DOCX, … (noted, not read)
    latest_date: date | None = None
    blocks: tuple[Block, ...] = ()
    mentions: tuple[str, ...] = ()  # dates and numbers of acts named in the text: "№ 298"
    hints: tuple[Link, ...] = ()  # pages of networks that are shown, but not by a link


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """How far a site was read. Only a complete crawl can show that something is missing."""

    complete: bool
    read: int
    frontier: int  # addresses known and not read
    skipped: Mapping[str, int] = field(default_factory=dict)  # FailureCode → count


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    final_url: str
    pages: tuple[SitePage, ...]
    crawl: Crawl
    pos_widgets: tuple[str, ...] | None = None  # addresses of ПОС forms; () = looked, none
    certificate: str | None = None  # a note on a certificate that our store does not accept
    text: str | None = None  # how the home page begins and ends; None: kept by an earlier version
    numbers: tuple[str, ...] = ()  # ОГРН and ИНН on any page: they tell whose site it is
    networks: tuple[str, ...] | None = None
    """Whose pages were looked for in its links. None: an earlier version, which did not tell."""
