"""One page of a site: from bytes to what the rules want to know of it. No network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from lxml import etree
from lxml.html import HtmlElement

from collectors.addresses import SHORTENERS
from collectors.contacts import marked_as, union
from collectors.ends import without_loose_end
from collectors.hints import hints_of, is_crowded, names_a_network
from collectors.links import page_in_link, resolved
from collectors.model import Block, Contacts, FailureCode, HintKind, Link, SitePage
from collectors.site.blocks import blocks
from collectors.site.budget import (
    LETTERS_A_STEP,
    MOST_CONTACTS,
    MOST_LINKS,
    MOST_TEXT,
    Budget,
    SpentError,
)
from collectors.site.dates import Dated, dates, iso_dates, mentions
from collectors.site.encodings import encoding_of, text_of
from collectors.site.gates import gate_of, is_for_sale
from collectors.site.html import (
    elements,
    href_of,
    lay_out,
    marks,
    on_one_line,
    shown,
    spell_queries,
    tree,
)
from collectors.site.reveal import reveal, unhidden
from collectors.site.shown import shown_contacts
from collectors.site.territory import Target, Territory, absolute, target
from collectors.site.widgets import pos_widgets
from collectors.text import normalised_all

MOST_ANCHORS = 600
MOST_HINTS = 1000
MOST_MENTIONS = 1500
MOST_BLOCKS = 1000
MOST_VALUE = 3000  # characters of a property of micro-markup
MOST_HEADINGS = 100
LITTLE_TEXT = 200  # characters: less, with scripts and without links, is a page drawn by a script
MOST_OPENING, MOST_CLOSING = 2000, 1000  # characters of a page in which it says whose it is
# ОГРН, wherever it stands; ИНН only where it is named. Each way begins with a letter or a figure
# of its own and looks back after it: so the search runs from one of these to the next.
REGISTERED = re.compile(
    r"ОГРН(?:ИП)?[^\d\n]{0,40}(\d{10,15})\b|ИНН[^\d\n]{0,40}(\d{10,15})\b|1(?<!\w1)\d{12}\b"
)
BREADCRUMBS = re.compile(r"breadcrumb|\bcrumbs?\b|pathway|navigation-chain|хлебные")
REFRESH = re.compile(r"^\s*\d+\s*[;,]\s*url\s*=\s*['\"]?([^'\"]+)", re.IGNORECASE)
OPENS = re.compile(
    r"(?:location(?:\.href)?\s{0,3}=|(?:open|assign|replace)\()\s{0,3}[\"']([^\"']+)"
)
CLICKED = etree.XPath(
    "//body//*[@data-href or @data-url or @data-link or contains(@onclick, 'location')"
    " or contains(@onclick, 'open(') or contains(@onchange, 'location')]"
    " | //body//a[starts-with(@href, 'javascript:')]"
    " | //body//form[@action][not(@method) or translate(@method, 'GET', 'get') = 'get']"
    "[not(.//input[not(@type='submit' or @type='button')] or .//textarea or .//select)]"
)
BASES = etree.XPath(".//base[@href][not(ancestor::template or ancestor::svg)]")
PROPERTIED = etree.XPath("descendant-or-self::*[@itemprop]")
T = TypeVar("T")
PROPERTIES = {"tel": "Телефон", "phone": "Телефон", "mail": "E-mail", "address": "Адрес"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A page as read. `links` and `scripts` are of the same site; `links` in one spelling."""

    page: SitePage
    contacts: Contacts
    links: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()  # of `links`, those that call themselves the map of the site
    scripts: tuple[str, ...] = ()
    pos: tuple[str, ...] = ()
    refresh: str | None = None  # where the page sends a browser by itself
    has_scripts: bool = False
    gate: FailureCode | None = None  # what stands here instead of the site
    is_for_sale: bool = False
    text: str = ""  # how the page begins and ends
    numbers: tuple[str, ...] = ()  # ОГРН and ИНН that stand on it
    is_cut: bool = False  # it has more anchors, mentions… than are kept, or outran its budget
    is_part: bool = False  # its end did not come
    is_endless: bool | None = None  # it begins as a whole page and does not end as one

    @property
    def is_empty(self) -> bool:
        return not self.page.text_length and not self.links

    @property
    def needs_javascript(self) -> bool:
        few = self.page.text_length < LITTLE_TEXT and len(self.links) < 3
        return self.has_scripts and few and not self.refresh and not self.is_for_sale


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The bytes of a page, and what is known of them."""

    url: str
    status: int
    content_type: str
    body: bytes
    is_part: bool = False  # nothing proves that its end came
    is_endless: bool | None = None
    refresh: str = ""  # the header of that name, which works as the element does


@dataclass(frozen=True, slots=True)
class _Anchor:
    href: str
    target: Target
    text: str

    @property
    def is_map(self) -> bool:
        return "карта сайта" in self.text.lower() or "sitemap" in self.target.path.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Markup:
    """What stands in the markup; afterwards the tree is laid out for reading its text."""

    source: Source
    text: str  # as it came
    root: HtmlElement
    budget: Budget
    base: str
    is_all: bool  # the parser came to its end, and so did who counted its links
    code: str  # where addresses may stand beside links
    structured: str  # micro-markup and JSON-LD, as lines
    title: str
    links: tuple[_Anchor, ...]
    frames: tuple[Target, ...]
    clicked: tuple[Target, ...]
    scripts: tuple[str, ...]
    has_scripts: bool
    refresh: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """All that was found of what is kept in part; one more than that shows that there is more."""

    anchors: tuple[_Anchor, ...]
    hints: tuple[Link, ...]
    mentions: tuple[str, ...]
    blocks: tuple[Block, ...]
    headings: tuple[str, ...]

    @property
    def is_more_than_kept(self) -> bool:
        return (
            len(self.anchors) > MOST_ANCHORS
            or len(self.hints) > MOST_HINTS
            or len(self.mentions) > MOST_MENTIONS
            or len(self.blocks) > MOST_BLOCKS
            or len(self.headings) > MOST_HEADINGS
        )


def read_page(source: Source, site: Territory, as_of: date, *, with_blocks: bool) -> Reading:
    """`with_blocks`: the authority's pages are cut into possible cards of institutions."""
    markup = _markup(source, site, with_blocks)
    if markup is None:
        nothing = SitePage(url=source.url, status=source.status)
        return Reading(page=nothing, contacts=Contacts(), is_part=source.is_part)
    lay_out(markup.root)
    body = markup.root.find("body")
    whole = shown(markup.root if body is None else body)
    text = whole[:MOST_TEXT]
    dated = tuple(dates(text))
    found = _found(markup, site, text, dated, with_blocks)
    contacts = _contacts(markup, text)
    pages = _linked(markup, site)
    is_long = (
        max(len(whole), len(markup.structured)) > MOST_TEXT
        or _are_many(contacts)
        or is_crowded(markup.code)
    )
    answers = bool(contacts.phones and contacts.emails)
    return Reading(
        page=_kept_page(markup, found, text, _latest(markup.root, dated, as_of)),
        contacts=_kept_contacts(contacts),
        links=pages,
        maps=_maps(markup, site),
        scripts=markup.scripts,
        pos=pos_widgets(markup.text),
        refresh=markup.refresh,
        has_scripts=markup.has_scripts,
        gate=gate_of(markup.title, text, markup.text, len(pages), shows_contacts=answers),
        is_for_sale=is_for_sale(markup.title, text, len(pages)),
        text=_ends(text),
        numbers=tuple(dict.fromkeys(_registered(text))),
        is_cut=not markup.is_all or found.is_more_than_kept or is_long or markup.budget.is_spent,
        is_part=source.is_part,
        is_endless=source.is_endless,
    )


def _markup(source: Source, site: Territory, with_signs: bool) -> _Markup | None:
    """In this order: what `reveal` adds to the tree are links and texts, no micro-markup."""
    budget = Budget()
    body = without_loose_end(source.body) if source.is_part else source.body
    encoding = encoding_of(body, source.content_type)
    text = text_of(body, encoding)
    root, is_all = tree(text)
    if root is None:
        return None
    if not encoding.startswith("utf"):
        spell_queries(root, encoding)
    base = _base(root, source.url)
    structured = "\n".join([*_until_spent(_microdata(root, budget)), *_linked_data(root)])
    scripts = tuple(islice(_scripts(root, base, site), MOST_LINKS + 1))
    has_scripts = next(elements(root, "script"), None) is not None
    refresh = _refresh(root, base, source.refresh)
    clicked = tuple(islice(_clicked(root, base), MOST_LINKS + 1))
    reveal(root, budget, with_signs=with_signs)
    links = tuple(islice(_links(root, base), MOST_LINKS + 1))
    frames = tuple(islice(_frames(root, base), MOST_LINKS + 1))
    return _Markup(
        source=source,
        text=text,
        root=root,
        budget=budget,
        base=base,
        is_all=is_all and max(map(len, (scripts, clicked, links, frames))) <= MOST_LINKS,
        code=_code(root, text),
        structured=structured,
        title=" ".join((root.findtext(".//title") or "").split())[:300],
        links=links,
        frames=frames,
        clicked=clicked,
        scripts=scripts,
        has_scripts=has_scripts,
        refresh=refresh,
    )


def _found(
    markup: _Markup, site: Territory, text: str, dated: Iterable[Dated], with_blocks: bool
) -> _Found:
    url = markup.source.url
    anchors = tuple(_kept(markup.links, site))
    linked = (resolved(Link(url=one.target.url, place="")).page for one in anchors)
    cut_out = blocks(markup.root, markup.base, url, markup.budget) if with_blocks else iter(())
    return _Found(
        anchors=anchors,
        hints=tuple(islice(hints_of(markup.code, text, url, linked), MOST_HINTS + 1)),
        mentions=mentions(text, dated),
        blocks=tuple(islice(_until_spent(cut_out), MOST_BLOCKS + 1)),
        headings=tuple(_until_spent(_headings(markup.root, markup.budget))),
    )


def _until_spent(found: Iterator[T]) -> Iterator[T]:
    try:
        yield from found
    except SpentError:
        return


def _contacts(markup: _Markup, text: str) -> Contacts:
    """Of text, links and micro-markup; what one of them calls another body's is that in both."""
    url = markup.source.url
    named = tuple(named_links(markup.links, url))
    described = shown_contacts(markup.structured[:MOST_TEXT], url)
    seen = marked_as(described, shown_contacts(text, url, named, [HintKind.EMAIL]))
    return union(seen, marked_as(seen, described))


def _are_many(contacts: Contacts) -> bool:
    return max(map(len, (contacts.phones, contacts.emails, contacts.addresses))) > MOST_CONTACTS


def _kept_contacts(contacts: Contacts) -> Contacts:
    if not _are_many(contacts):
        return contacts
    return replace(
        contacts,
        phones=contacts.phones[:MOST_CONTACTS],
        emails=contacts.emails[:MOST_CONTACTS],
        addresses=contacts.addresses[:MOST_CONTACTS],
    )


def _linked(markup: _Markup, site: Territory) -> tuple[str, ...]:
    """Pages of this site to which the page leads, in any way that a visitor may go."""
    sent = [] if markup.refresh is None else [target(markup.refresh)]
    links = (link.target for link in markup.links)
    led = (*markup.frames, *sent, *links, *markup.clicked)
    return tuple(dict.fromkeys(_pages(led, site)))


def _maps(markup: _Markup, site: Territory) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_pages((one.target for one in markup.links if one.is_map), site)))


def _kept_page(markup: _Markup, found: _Found, text: str, latest: date | None) -> SitePage:
    source = markup.source
    return SitePage(
        url=source.url,
        status=source.status,
        title=markup.title,
        headings=found.headings[:MOST_HEADINGS],
        breadcrumbs=tuple(_breadcrumbs(markup.root)),
        anchors=tuple(_as_links(found.anchors[:MOST_ANCHORS], source.url)),
        hints=found.hints[:MOST_HINTS],
        text_length=len(text),
        documents=len({link.target.url for link in markup.links if link.target.is_document}),
        latest_date=latest,
        blocks=found.blocks[:MOST_BLOCKS],
        mentions=found.mentions[:MOST_MENTIONS],
    )


# --- links ------------------------------------------------------------------------------------
def _base(root: HtmlElement, url: str) -> str:
    """Of the first `<base>` that has an `href`: one that only names a target says nothing."""
    bases = BASES(root)
    found = absolute(url, bases[0].get("href") or "") if bases else None
    return found.url if found else url


def _links(root: HtmlElement, base: str) -> Iterator[_Anchor]:
    here = target(base)
    for element in elements(root, "a", "area"):
        href = href_of(element)
        found = absolute(base, href) if href and not href.startswith("#") else None
        if found is None:
            href = href if href.lower().startswith(("mailto:", "tel:")) else ""
        if href:
            yield _Anchor(href, found or here, _anchor_text(element))
    for element in elements(root, "span", "a"):
        if hidden := element.get("data-cfemail"):
            yield _Anchor(f"mailto:{unhidden(hidden)}", here, "")


def _anchor_text(element: HtmlElement) -> str:
    text = " ".join(str(element.text_content()).split())
    if not text:  # an icon: what it says to those who do not see it
        images = [element, *elements(element, "img")]
        said = (one.get(name) for one in images for name in ("title", "aria-label", "alt"))
        text = " ".join(next(filter(None, said), "").split())
    return text[:200]


def _frames(root: HtmlElement, base: str) -> Iterator[Target]:
    for element in elements(root, "frame", "iframe"):
        found = absolute(base, element.get("src") or "") if element.get("src") else None
        if found is not None:
            yield found


def _pages(links: Iterable[Target], site: Territory) -> Iterator[str]:
    for link in links:
        page = site.page(link)
        if page is not None:
            yield page


def _kept(links: tuple[_Anchor, ...], site: Territory) -> Iterator[_Anchor]:
    """Anchors that a rule may ask for: this site's, documents, networks', shortened, ПОС; once."""
    seen: set[tuple[str, str]] = set()
    for link in links:
        key = (link.target.url, link.text)
        if key not in seen and _is_wanted(link, site):
            seen.add(key)
            yield link


def _is_wanted(link: _Anchor, site: Territory) -> bool:
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


def _as_links(anchors: tuple[_Anchor, ...], place: str) -> Iterator[Link]:
    for anchor in anchors:
        yield resolved(Link(url=anchor.target.url, place=place, text=anchor.text))


def _code(root: HtmlElement, markup: str) -> str:
    """Elements, attributes and scripts, without comments; "" where no network is named."""
    if not names_a_network(markup):
        return ""
    return str(etree.tostring(root, encoding="unicode", method="html"))


def named_links(links: tuple[_Anchor, ...], place: str) -> Iterator[Link]:
    """Links that are contacts: `mailto:`, `tel:`, and pages of networks."""
    for link in links:
        if link.href.lower().startswith(("mailto:", "tel:")):
            yield Link(url=link.href, place=place, text=link.text)
        elif page_in_link(link.target.url):
            yield Link(url=link.target.url, place=place, text=link.text)


def _scripts(root: HtmlElement, base: str, site: Territory) -> Iterator[str]:
    for element in elements(root, "script"):
        source = element.get("src")
        script = absolute(base, source) if source else None
        if script is not None and site.owns(script):
            yield script.url


def _refresh(root: HtmlElement, base: str, header: str) -> str | None:
    told = [one.get("content") for one in elements(root, "meta") if _is_refresh(one)]
    found = REFRESH.match(header or next(iter(told), None) or "")
    link = absolute(base, found[1].strip()) if found else None
    return link.url if link is not None and link.url != base else None


def _is_refresh(element: HtmlElement) -> bool:
    return (element.get("http-equiv") or "").lower() == "refresh"


def _clicked(root: HtmlElement, base: str) -> Iterator[Target]:
    """Where a click leads that is no link: a script, a list to choose from, a bare button."""
    for element in CLICKED(root):
        for written in _written_in(element):
            found = absolute(base, written)
            if found is not None:
                yield found


def _written_in(element: HtmlElement) -> Iterator[str]:
    yield from filter(None, map(element.get, ("data-href", "data-url", "data-link")))
    for code in map(element.get, ("onclick", "href")):
        yield from (found[1] for found in OPENS.finditer((code or "")[:MOST_OPENING]))
    if element.tag == "form":
        yield element.get("action") or ""
    elif "location" in (element.get("onchange") or ""):
        yield from (one.get("value") or "" for one in elements(element, "option"))


# --- text -------------------------------------------------------------------------------------
def _ends(text: str) -> str:
    """Head and foot of a page, where it says whose it is; the middle is left out."""
    if len(text) <= MOST_OPENING + MOST_CLOSING:
        return text
    return f"{text[:MOST_OPENING]}\n…\n{text[-MOST_CLOSING:]}"


def _headings(root: HtmlElement, budget: Budget) -> Iterator[str]:
    """Each once. Raises SpentError."""
    seen = {""}
    for element in elements(root, "h1", "h2", "h3"):
        text = on_one_line(element, 200, budget)
        if text not in seen:
            seen.add(text)
            yield text


def _breadcrumbs(root: HtmlElement) -> Iterator[str]:
    for element in elements(root, "nav", "ul", "ol", "div", "p"):
        if BREADCRUMBS.search(marks(element)):
            parts = (part.strip(" /»›→-•|>") for part in shown(element).splitlines())
            for line in parts:
                yield from filter(None, (p.strip() for p in re.split(r"\s[/»›→>|]\s", line[:300])))
            return


def _registered(text: str) -> Iterator[str]:
    for match in REGISTERED.finditer(text):
        yield match[1] or match[2] or match[0]


def _latest(root: HtmlElement, dated: Iterable[Dated], as_of: date) -> date | None:
    stamps = (element.get("datetime") or "" for element in elements(root, "time"))
    found = [day for stamp in stamps for day in iso_dates(stamp)]
    found += [day for day, _ in dated]
    return max((day for day in found if day <= as_of), default=None)


# --- structured data --------------------------------------------------------------------------
def _microdata(root: HtmlElement, budget: Budget) -> Iterator[str]:
    """`itemprop` of schema.org and of the school sites' /sveden, as lines of text."""
    for element in PROPERTIED(root):
        name = element.get("itemprop").lower()
        label = next((PROPERTIES[part] for part in PROPERTIES if part in name), None)
        if label:
            founder = "Учредитель, " if "uchred" in name else ""
            value = _value(element)[:MOST_VALUE]
            budget.spend(1 + len(value) // LETTERS_A_STEP)
            yield f"{founder}{label}: {value}\n"


def _value(element: HtmlElement) -> str:
    own = element.get("content") or " ".join(str(element.text_content()).split())
    return own or ", ".join(one.get("content") or "" for one in elements(element, "meta"))


def _linked_data(root: HtmlElement) -> Iterator[str]:
    for element in elements(root, "script"):
        if "ld+json" in (element.get("type") or ""):
            try:
                yield from _labelled(normalised_all(json.loads(element.text or "")))
            except (ValueError, RecursionError):
                continue


def _labelled(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _labelled(one)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            label = next((PROPERTIES[part] for part in PROPERTIES if part in key.lower()), None)
            if label and isinstance(one, str):
                yield f"{label}: {one}"
            elif label and isinstance(one, Mapping):
                yield f"{label}: {', '.join(str(part) for part in _postal(one))}"
            yield from _labelled(one)


def _postal(address: Mapping[str, Any]) -> Iterator[str]:
    for key in ("postalCode", "addressRegion", "addressLocality", "streetAddress"):
        value = address.get(key)
        if value and isinstance(value, str | int):
            yield str(value)
        elif isinstance(value, list):
            yield from (one for one in value if isinstance(one, str))
