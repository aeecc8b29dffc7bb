"""What the head of a group's page shows of the group."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup, Tag

from collectors.contacts import find_contacts, union
from collectors.model import (
    Contacts,
    Facts,
    Link,
    Page,
    Presence,
)
from collectors.numbers import number_in
from collectors.ok import phrases
from collectors.ok.layout import (
    DESCRIPTIONS,
    INFORMATION,
    LINKS,
    MEMBERS,
    META_DESCRIPTIONS,
    NAMES,
    PLACES_OF_THE_MARK,
    PROSE,
    TOPIC_LINKS,
)
from collectors.ok.page import number_of, own_address, own_id, stated_access
from collectors.ok.shapes import tags_in, value_of
from collectors.ok.texts import identities, meta_content, text_of

MOST_BLOCKS = 50  # about the group, of a kind: a page has a handful


def group_facts(soup: BeautifulSoup, page: Page) -> Facts:
    """What the head of the group's page shows. The mark is True or None: see `control`."""
    description, is_cut = _description(soup)
    return Facts(
        presence=Presence.LIVE,
        access=stated_access(soup),
        page_id=own_id(soup),
        screen_name=_screen_name(soup, page),
        kind="group",
        title=_title(soup),
        description=description,
        government_mark=True if has_mark(soup) else None,
        members_count=_count(text_of(MEMBERS.surest_in(soup))),
        topics_count=topics_count(soup),
        contacts=_contacts(soup),
        unread_places=("description",) if is_cut else (),
    )


def facts_in_part(soup: BeautifulSoup, page: Page) -> Facts:
    """Of a page that broke off: without what its rest might add to or take back."""
    facts = group_facts(soup, page)
    return replace(facts, access=None, members_count=None, topics_count=None)


def topics_count(soup: BeautifulSoup) -> int | None:
    """The number beside the menu's link to the topics, and no other number."""
    links = TOPIC_LINKS.in_order_of_sureness(soup)
    counts = (_count(text_of(_counter_in(link))) for link in links)
    return next((count for count in counts if count is not None), None)


def _counter_in(link: Tag) -> Tag:
    """What is marked as a counter, or else the last of the link's pieces."""
    return next(filter(_is_counter, tags_in(link)), link)


def _is_counter(tag: Tag) -> bool:
    is_last = tag.name == "span" and tag.find_next_sibling("span") is None
    return is_last or "navMenuCount" in tag.attrs.get("class", ())


def has_mark(soup: BeautifulSoup) -> bool:
    """«Госорганизация» as a label of its own near the title (text, tooltip or label)."""
    near = PLACES_OF_THE_MARK.all_in(soup)[:MOST_BLOCKS]
    if name := NAMES.surest_in(soup):
        near += [tag for tag in name.find_next_siblings(limit=3) if isinstance(tag, Tag)]
    prose, seen = identities(PROSE.all_in(soup)), set[int]()
    return any(_is_mark(tag) for block in near for tag in _unseen_tags(block, prose, seen))


def _unseen_tags(block: Tag, prose: frozenset[int], seen: set[int]) -> Iterator[Tag]:
    """The block and all in it but prose; what stands in several blocks comes once."""
    waiting = [block]
    while waiting:
        tag = waiting.pop()
        if id(tag) not in seen:
            seen.add(id(tag))
            yield tag
            within = (child for child in tag.contents if isinstance(child, Tag))
            waiting += [child for child in within if id(child) not in prose]


def _is_mark(tag: Tag) -> bool:
    labels = [str(tag.get(name, "")) for name in ("title", "aria-label", "data-tooltip", "alt")]
    own = "".join(text for text in tag.find_all(string=True, recursive=False))
    return phrases.MARK in map(phrases.normal, [own, *labels])


def _title(soup: BeautifulSoup) -> str | None:
    if name := NAMES.surest_in(soup):
        words = [
            str(s).strip() for s in name.find_all(string=True) if phrases.normal(s) != phrases.MARK
        ]
        return " ".join(" ".join(words).split()) or None
    written = meta_content(soup, "og:title") or (soup.title.get_text() if soup.title else "")
    return re.split(r" \| | — Темы", written)[0].strip() or None


def _description(soup: BeautifulSoup) -> tuple[str | None, bool]:
    """The description, and whether it is only the beginning of it."""
    block = DESCRIPTIONS.surest_in(soup)
    text = text_of(block) if block else _meta_description(soup)
    return text, (text or "").endswith(("…", "..."))


def _meta_description(soup: BeautifulSoup) -> str | None:
    tag = META_DESCRIPTIONS.surest_in(soup)
    return None if tag is None else value_of(tag, "content").strip()


def _screen_name(soup: BeautifulSoup, page: Page) -> str | None:
    named = own_address(soup) or page.address
    return None if number_of(named) else urlsplit(named).path.strip("/")


def _contacts(soup: BeautifulSoup) -> Contacts | None:
    """From the description and every block about the group; None when there is no such block."""
    found = [
        find_contacts(text_of(tag), place, _links(tag, place))
        for place, shapes in (("description", DESCRIPTIONS), ("info", INFORMATION))
        for tag in shapes.all_in(soup)[:MOST_BLOCKS]
    ]
    metas = META_DESCRIPTIONS.all_in(soup)[:MOST_BLOCKS]
    found += [find_contacts(str(meta.get("content", "")), "description") for meta in metas]
    return union(*found) if found else None


def _links(tag: Tag, place: str) -> list[Link]:
    """Links that lead away from OK, and to letters and telephones."""
    tags = [link for link in (tag, *LINKS.all_in(tag)) if link.get("href")]
    hrefs = ((_target_of(str(link["href"])), link.get_text(" ", strip=True)) for link in tags)
    away = ("http://", "https://", "//", "tel:", "mailto:")
    return [Link(url=url, place=place, text=text) for url, text in hrefs if url.startswith(away)]


def _target_of(href: str) -> str:
    """The address behind OK's own redirect for links that lead away."""
    target = parse_qs(urlsplit(href).query).get("st.link")
    return target[0] if target else href


def _count(text: str) -> int | None:
    """«12 463», «1,234»; «12K» is not a count."""
    found = re.search(r"\d[\d\s.,]*(?![\d\w])", text.replace("\xa0", " "))
    if found is None or re.search(r"\d\s*[kкmмт]", text.lower()):
        return None
    figures = number_in(re.sub(r"\D", "", found[0]))
    return int(figures) if figures else None
