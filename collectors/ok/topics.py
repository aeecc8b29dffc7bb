"""The topics of a group, in the order of the page."""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from collectors.model import (
    Author,
    Page,
)
from collectors.ok.dates import read_date
from collectors.ok.layout import (
    AUTHORS,
    DATES,
    LINKS,
    OTHERS_WORDS,
    PINNED,
    POSTS,
    RESHARES,
    SIGNS_OF_A_TOPIC,
    TEXTS,
)
from collectors.ok.page import canonical, own_address, own_id
from collectors.ok.shapes import tags_in, value_of
from collectors.ok.texts import identities, text_of
from collectors.ok.walls import Entry


def entries(soup: BeautifulSoup, clock: datetime, page: Page) -> tuple[Entry, ...]:
    """The topics in the order of the page; those whose date cannot be read come without one."""
    own = {page.address, own_address(soup), f"https://ok.ru/group/{own_id(soup)}"}
    return tuple(_entry(block, clock, own) for block in _topic_blocks(soup))


def shows_topics(soup: BeautifulSoup) -> bool:
    return bool(_topic_blocks(soup))


def _topic_blocks(soup: BeautifulSoup) -> list[Tag]:
    """The outermost blocks that hold a topic: with a date, a topic's number or a topic's text."""
    found = {id(tag) for tag in POSTS.all_in(soup)}
    outermost = [
        tag
        for tag in soup.find_all("div")
        if id(tag) in found and not any(id(parent) in found for parent in tag.parents)
    ]
    return [tag for tag in outermost if SIGNS_OF_A_TOPIC.are_in(tag) or _topic_id(tag)]


def _entry(block: Tag, clock: datetime, own: set[str | None]) -> Entry:
    date, text = DATES.surest_in(block), TEXTS.surest_in(block)
    return Entry(
        key=_topic_id(block) or sha256(text_of(block).encode()).hexdigest()[:16],
        moment=read_date(text_of(date), clock) if date else None,
        author=_author(block, own),
        is_pinned=PINNED.are_in(block),
        is_repost=RESHARES.are_in(block),
        text=text_of(text) if text else None,
    )


def _topic_id(block: Tag) -> str | None:
    if own := value_of(block, "data-id1"):
        return own
    for tag in tags_in(block):
        if "data-id1" in tag.attrs:
            return value_of(tag, "data-id1")
    found = re.search(r"/topic/(\d+)|themeId=(\d+)|cnts_(\d+)", str(block))
    return next(filter(None, found.groups())) if found else None


def _author(block: Tag, own: set[str | None]) -> Author:
    """Whose name stands over the topic.

    A topic of a member carries a link to the person, so one without any is the group's own. (An
    inference, not documented; it touches only the strict bound, which never accuses.)
    """
    apart = identities(OTHERS_WORDS.all_in(block))
    links = [str(tag["href"]) for tag in LINKS.all_in(block) if not _is_below(tag, apart)]
    if any(urlsplit(href).path.startswith("/profile/") for href in links):
        return Author.OTHER
    named = AUTHORS.surest_in(block)
    if named is None or canonical(str(named["href"])) in own:
        return Author.PAGE
    return Author.UNTOLD


def _is_below(tag: Tag, others: frozenset[int]) -> bool:
    return any(id(parent) in others for parent in tag.parents)
