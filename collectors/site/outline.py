"""What the text of a page says of itself: headings, breadcrumbs, numbers, its latest date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from lxml.html import HtmlElement

from collectors.site.budget import (
    WorkBudget,
)
from collectors.site.dates import Dated, iso_dates
from collectors.site.html import (
    elements,
    marks,
    on_one_line,
    shown,
)

MOST_OPENING, MOST_CLOSING = 2000, 1000  # characters of a page in which it says whose it is


# ОГРН, wherever it stands; ИНН only where it is named. Each way begins with a letter or a figure
# of its own and looks back after it: so the search runs from one of these to the next.
REGISTERED = re.compile(
    r"ОГРН(?:ИП)?[^\d\n]{0,40}(\d{10,15})\b|ИНН[^\d\n]{0,40}(\d{10,15})\b|1(?<!\w1)\d{12}\b"
)
BREADCRUMBS = re.compile(r"breadcrumb|\bcrumbs?\b|pathway|navigation-chain|хлебные")


def beginning_and_end(text: str) -> str:
    """Head and foot of a page, where it says whose it is; the middle is left out."""
    if len(text) <= MOST_OPENING + MOST_CLOSING:
        return text
    return f"{text[:MOST_OPENING]}\n…\n{text[-MOST_CLOSING:]}"


def headings(root: HtmlElement, budget: WorkBudget) -> Iterator[str]:
    """Each once. Raises SpentError."""
    seen = {""}
    for element in elements(root, "h1", "h2", "h3"):
        text = on_one_line(element, 200, budget)
        if text not in seen:
            seen.add(text)
            yield text


def breadcrumbs(root: HtmlElement) -> Iterator[str]:
    for element in elements(root, "nav", "ul", "ol", "div", "p"):
        if BREADCRUMBS.search(marks(element)):
            parts = (part.strip(" /»›→-•|>") for part in shown(element).splitlines())
            for line in parts:
                yield from filter(None, (p.strip() for p in re.split(r"\s[/»›→>|]\s", line[:300])))
            return


def registered_numbers(text: str) -> Iterator[str]:
    for match in REGISTERED.finditer(text):
        yield match[1] or match[2] or match[0]


def all_days(root: HtmlElement, dated: Iterable[Dated]) -> Iterator[date]:
    """Every date that a page tells, in its text or to machines."""
    for element in elements(root, "time"):
        yield from iso_dates(element.get("datetime") or "")
    for day, _ in dated:
        yield day
