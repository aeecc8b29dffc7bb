"""Where a page leads: its links, frames, buttons, scripts, and the refresh of a browser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from collectors.addresses import SHORTENERS
from collectors.links import page_in_link, resolved
from collectors.model import Link
from collectors.site.html import (
    elements,
    href_of,
)
from collectors.site.reveal import unhidden
from collectors.site.territory import Target, Territory, absolute, target

MOST_CODE = 2000  # characters of a script in an attribute
OPENS = re.compile(
    r"(?:location(?:\.href)?\s{0,3}=|(?:open|assign|replace)\()\s{0,3}[\"']([^\"']+)"
)
REFRESH = re.compile(r"^\s*\d+\s*[;,]\s*url\s*=\s*['\"]?([^'\"]+)", re.IGNORECASE)
CLICKED = etree.XPath(
    "//body//*[@data-href or @data-url or @data-link or contains(@onclick, 'location')"
    " or contains(@onclick, 'open(') or contains(@onchange, 'location')]"
    " | //body//a[starts-with(@href, 'javascript:')]"
    " | //body//form[@action][not(@method) or translate(@method, 'GET', 'get') = 'get']"
    "[not(.//input[not(@type='submit' or @type='button')] or .//textarea or .//select)]"
)
BASES = etree.XPath(".//base[@href][not(ancestor::template or ancestor::svg)]")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link as it stands on the page, and where it leads."""

    href: str
    target: Target
    text: str

    @property
    def is_map(self) -> bool:
        return "карта сайта" in self.text.lower() or "sitemap" in self.target.path.lower()


def base_address(root: HtmlElement, url: str) -> str:
    """Of the first `<base>` that has an `href`: one that only names a target says nothing."""
    bases = BASES(root)
    found = absolute(url, bases[0].get("href") or "") if bases else None
    return found.url if found else url


def anchors(root: HtmlElement, base: str) -> Iterator[Anchor]:
    here = target(base)
    for element in elements(root, "a", "area"):
        href = href_of(element)
        found = absolute(base, href) if href and not href.startswith("#") else None
        if found is None:
            href = href if href.lower().startswith(("mailto:", "tel:")) else ""
        if href:
            yield Anchor(href, found or here, _anchor_text(element))
    for element in elements(root, "span", "a"):
        if hidden := element.get("data-cfemail"):
            yield Anchor(f"mailto:{unhidden(hidden)}", here, "")


def _anchor_text(element: HtmlElement) -> str:
    text = " ".join(str(element.text_content()).split())
    if not text:  # an icon: what it says to those who do not see it
        images = [element, *elements(element, "img")]
        labels = (image.get(name) for image in images for name in ("title", "aria-label", "alt"))
        text = " ".join(next(filter(None, labels), "").split())
    return text[:200]


def frame_targets(root: HtmlElement, base: str) -> Iterator[Target]:
    for element in elements(root, "frame", "iframe"):
        found = absolute(base, element.get("src") or "") if element.get("src") else None
        if found is not None:
            yield found


def script_addresses(root: HtmlElement, base: str, site: Territory) -> Iterator[str]:
    for element in elements(root, "script"):
        source = element.get("src")
        script = absolute(base, source) if source else None
        if script is not None and site.owns(script):
            yield script.url


def refresh_address(root: HtmlElement, base: str, header: str) -> str | None:
    contents = [meta.get("content") for meta in elements(root, "meta") if _is_refresh(meta)]
    found = REFRESH.match(header or next(iter(contents), None) or "")
    link = absolute(base, found[1].strip()) if found else None
    return link.url if link is not None and link.url != base else None


def _is_refresh(element: HtmlElement) -> bool:
    return (element.get("http-equiv") or "").lower() == "refresh"


def clicked_targets(root: HtmlElement, base: str) -> Iterator[Target]:
    """Where a click leads that is no link: a script, a list to choose from, a bare button."""
    for element in CLICKED(root):
        for written in _written_in(element):
            found = absolute(base, written)
            if found is not None:
                yield found


def _written_in(element: HtmlElement) -> Iterator[str]:
    yield from filter(None, map(element.get, ("data-href", "data-url", "data-link")))
    for code in map(element.get, ("onclick", "href")):
        yield from (found[1] for found in OPENS.finditer((code or "")[:MOST_CODE]))
    if element.tag == "form":
        yield element.get("action") or ""
    elif "location" in (element.get("onchange") or ""):
        yield from (one.get("value") or "" for one in elements(element, "option"))


def pages_among(links: Iterable[Target], site: Territory) -> Iterator[str]:
    for link in links:
        page = site.page(link)
        if page is not None:
            yield page


def without_foreign(links: tuple[Anchor, ...], site: Territory) -> Iterator[Anchor]:
    """Anchors that a rule may ask for: this site's, documents, networks', shortened, ПОС; once."""
    seen: set[tuple[str, str]] = set()
    for link in links:
        key = (link.target.url, link.text)
        if key not in seen and _is_wanted(link, site):
            seen.add(key)
            yield link


def _is_wanted(link: Anchor, site: Territory) -> bool:
    if link.href.lower().startswith(("mailto:", "tel:")):
        return False
    found = link.target
    return (
        site.holds(found)
        or found.is_document
        or found.host == "pos.gosuslugi.ru"
        or found.host in SHORTENERS
        or resolved(Link(url=found.url, place="")).page is not None
    )


def as_links(anchors: tuple[Anchor, ...], place: str) -> Iterator[Link]:
    for anchor in anchors:
        yield resolved(Link(url=anchor.target.url, place=place, text=anchor.text))


def named_links(links: tuple[Anchor, ...], place: str) -> Iterator[Link]:
    """Links that are contacts: `mailto:`, `tel:`, and pages of networks."""
    for link in links:
        if link.href.lower().startswith(("mailto:", "tel:")):
            yield Link(url=link.href, place=place, text=link.text)
        elif page_in_link(link.target.url):
            yield Link(url=link.target.url, place=place, text=link.text)
