"""Possible cards of institutions in a page: sections, table rows, list items, boxes. No network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from collectors.links import page_in_link
from collectors.model import Block, Link
from collectors.site.budget import SEARCHED_A_STEP, WorkBudget
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


def blocks(root: HtmlElement, base: str, place: str, budget: WorkBudget) -> Iterator[Block]:
    """Each (heading, text) once. `contacts.links` are all links of the block, outward ones too.

    Raises SpentError.
    """
    seen: set[tuple[str, str]] = set()
    for piece in _pieces(root, budget):
        links = tuple(islice(_links(piece, base, place), MOST_LINKS))
        key = (piece.heading, piece.text)
        if key in seen or not _is_worth(piece, links):
            continue
        seen.add(key)
        budget.spend(len(piece.text) // SEARCHED_A_STEP)
        yield Block(
            heading=piece.heading,
            text=piece.text,
            contacts=shown_contacts(piece.text, place, links),
        )


def _pieces(root: HtmlElement, budget: WorkBudget) -> Iterator[_Piece]:
    yield from _sections(root, budget)
    for row in elements(root, "tr"):
        if next(elements(row, "table"), None) is None:
            yield _row(row, budget)
    menus = _menu_items(root, budget)
    for item in elements(root, "li", "dd"):
        if item not in menus and not _is_whole_list(item):
            yield _list_item(item, budget)
    for box in elements(root, "div", "article", "section", "details"):
        if _is_box(box) and not _holds_boxes(box, budget):
            yield _list_item(box, budget)


def _sections(root: HtmlElement, budget: WorkBudget) -> Iterator[_Piece]:
    for heading in elements(root, *HEADINGS):
        parts = tuple(_following(heading, budget))
        text = "\n".join(filter(None, (shown(part, budget) for part in parts)))
        title = on_one_line(heading, MOST_HEADING, budget)
        yield _Piece(title, text[:MOST_TEXT], (heading, *parts))


def _following(heading: HtmlElement, budget: WorkBudget) -> Iterator[HtmlElement]:
    """What stands under a heading: up to the next one of its rank, out of its own wrapping box."""
    start = heading
    while start.getnext() is None:
        budget.spend()
        parent = start.getparent()
        if parent is None or parent.tag in ROOTS:
            return
        start = parent
    for one in start.itersiblings():
        budget.spend()
        if not isinstance(one, HtmlElement) or _ends_section(one, str(heading.tag)):
            return
        yield one


def _ends_section(element: HtmlElement, rank: str) -> bool:
    if element.tag in HEADINGS:
        return str(element.tag) <= rank
    return any(str(inner.tag) <= rank for inner in elements(element, *HEADINGS))


def _row(row: HtmlElement, budget: WorkBudget) -> _Piece:
    cells = (on_one_line(cell, MOST_HEADING, budget) for cell in elements(row, "td", "th"))
    heading = next((cell for cell in cells if NAME.search(cell)), "")
    return _Piece(heading, shown(row, budget)[:MOST_TEXT], (row,))


def _list_item(element: HtmlElement, budget: WorkBudget) -> _Piece:
    text = shown(element, budget)[:MOST_TEXT]
    heading = next((line for line in text.splitlines() if NAME.search(line)), "")
    term = element.getprevious() if element.tag == "dd" else None
    if term is not None:
        heading = on_one_line(term, MOST_HEADING, budget)
    return _Piece(heading[:MOST_HEADING], text, (element,))


def _menu_items(root: HtmlElement, budget: WorkBudget) -> set[HtmlElement]:
    parts = elements(root, "nav", "ul", "ol", "div", "header", "section", "aside", "li")
    items: set[HtmlElement] = set()
    for part in parts:
        if part.tag == "nav" or FURNITURE.search(marks(part)):
            inner = tuple(elements(part, "li", "dd"))
            budget.spend(len(inner))
            items.update(inner)
    return items


def _is_whole_list(item: HtmlElement) -> bool:
    return next(islice(elements(item, "li"), MOST_INNER, None), None) is not None


def _is_box(element: HtmlElement) -> bool:
    """By the end of a class name: `card`, `org-item`; `card__title` is a part of a box."""
    return element.tag == "details" or BOX.search(marks(element)) is not None


def _holds_boxes(box: HtmlElement, budget: WorkBudget) -> bool:
    for one in elements(box, "div", "article", "section", "details"):
        budget.spend()
        if one is not box and _is_box(one):
            return True
    return False


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
