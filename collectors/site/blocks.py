"""Possible cards of institutions in a page: sections, table rows, list items, boxes. No network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from collectors.links import page_in_link
from collectors.model import Block, Link
from collectors.site.html import elements, href_of, marks, on_one_line, shown
from collectors.site.shown import shown_contacts
from collectors.site.territory import absolute

MOST_TEXT = 2000
MOST_HEADING = 300
MOST_LINKS = 30
MOST_INNER = 40  # an item with more items in it is a menu or a map, no card
WORTH = 80  # characters: a shorter piece without a contact is a menu entry
ROOTS = ("html", "body", "main")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BOX = re.compile(
    r"(?:^|\s)(?:[\w-]*[-_])?"
    r"(?:v?card|item|contact|institution|organi[sz]ation|department|accordion|spoiler)s?(?=\s|$)"
)
FURNITURE = re.compile(
    r"(?:^|\s)(?:[\w-]*[-_])?(?:menu|nav|navbar|navigation|breadcrumbs?|pagination)(?=\s|$)"
)
NAME = re.compile(r"[^\W\d_]{3}")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a page: the elements that it consists of, and its heading."""

    heading: str
    text: str
    parts: tuple[HtmlElement, ...]


def blocks(root: HtmlElement, base: str, place: str) -> Iterator[Block]:
    """Each (heading, text) once. `contacts.links` are all links of the block, outward ones too."""
    seen: set[tuple[str, str]] = set()
    for piece in _pieces(root):
        links = tuple(_links(piece, base, place))[:MOST_LINKS]
        key = (piece.heading, piece.text)
        if key in seen or not _is_worth(piece, links):
            continue
        seen.add(key)
        yield Block(
            heading=piece.heading,
            text=piece.text,
            contacts=shown_contacts(piece.text, place, links),
        )


def _pieces(root: HtmlElement) -> Iterator[_Piece]:
    yield from _sections(root)
    for row in elements(root, "tr"):
        if next(elements(row, "table"), None) is None:
            yield _row(row)
    menus = _menu_items(root)
    for item in elements(root, "li", "dd"):
        if item not in menus and not _is_whole_list(item):
            yield _listed(item)
    for box in elements(root, "div", "article", "section", "details"):
        if _is_box(box) and not _holds_boxes(box):
            yield _listed(box)


def _sections(root: HtmlElement) -> Iterator[_Piece]:
    for heading in elements(root, *HEADINGS):
        parts = tuple(_following(heading))
        text = "\n".join(filter(None, (shown(part) for part in parts)))
        yield _Piece(on_one_line(heading, MOST_HEADING), text[:MOST_TEXT], (heading, *parts))


def _following(heading: HtmlElement) -> Iterator[HtmlElement]:
    """What stands under a heading: up to the next one of its rank, out of its own wrapping box."""
    start = heading
    while start.getnext() is None:
        parent = start.getparent()
        if parent is None or parent.tag in ROOTS:
            return
        start = parent
    for one in start.itersiblings():
        if not isinstance(one, HtmlElement) or _ends_section(one, str(heading.tag)):
            return
        yield one


def _ends_section(element: HtmlElement, rank: str) -> bool:
    if element.tag in HEADINGS:
        return str(element.tag) <= rank
    return any(str(inner.tag) <= rank for inner in elements(element, *HEADINGS))


def _row(row: HtmlElement) -> _Piece:
    cells = [on_one_line(cell, MOST_HEADING) for cell in elements(row, "td", "th")]
    heading = next((cell for cell in cells if NAME.search(cell)), "")
    return _Piece(heading, shown(row)[:MOST_TEXT], (row,))


def _listed(element: HtmlElement) -> _Piece:
    text = shown(element)[:MOST_TEXT]
    heading = next((line for line in text.splitlines() if NAME.search(line)), "")
    term = element.getprevious() if element.tag == "dd" else None
    if term is not None:
        heading = on_one_line(term, MOST_HEADING)
    return _Piece(heading[:MOST_HEADING], text, (element,))


def _menu_items(root: HtmlElement) -> set[HtmlElement]:
    parts = elements(root, "nav", "ul", "ol", "div", "header", "section", "aside", "li")
    menus = (part for part in parts if part.tag == "nav" or FURNITURE.search(marks(part)))
    return {item for menu in menus for item in elements(menu, "li", "dd")}


def _is_whole_list(item: HtmlElement) -> bool:
    return next(islice(elements(item, "li"), MOST_INNER, None), None) is not None


def _is_box(element: HtmlElement) -> bool:
    """By the end of a class name: `card`, `org-item`; `card__title` is a part of a box."""
    return element.tag == "details" or BOX.search(marks(element)) is not None


def _holds_boxes(box: HtmlElement) -> bool:
    inner = elements(box, "div", "article", "section", "details")
    return any(one is not box and _is_box(one) for one in inner)


def _links(piece: _Piece, base: str, place: str) -> Iterator[Link]:
    for part in piece.parts:
        for anchor in elements(part, "a", "area"):
            href = href_of(anchor)
            text = " ".join(str(anchor.text_content()).split())[:200]
            if href.lower().startswith(("mailto:", "tel:")):
                yield Link(url=href, place=place, text=text)
            elif href and not href.startswith("#") and (link := absolute(base, href)):
                yield Link(url=link.url, place=place, text=text)


def _is_worth(piece: _Piece, links: tuple[Link, ...]) -> bool:
    return bool(piece.heading or piece.text) and (
        len(piece.text) >= WORTH
        or sum(char.isdigit() for char in piece.text) >= 5
        or "@" in piece.text
        or any(page_in_link(link.url) for link in links)
    )
