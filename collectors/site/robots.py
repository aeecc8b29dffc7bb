"""robots.txt (RFC 9309) and sitemap.xml: what may be read, and what there is. No network."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import quote, unquote_to_bytes

from lxml import etree
from protego import Protego

from collectors.ends import has_end
from collectors.site.encodings import decoded, encoding_of
from collectors.site.territory import Territory, absolute

LONGEST_DELAY = 10.0
MOST_BYTES = 512_000  # of a robots.txt: RFC 9309 asks readers for 500 KiB, and lets the rest go
MOST_WILDCARDS = 3_000  # rules with a * or a $, each tried on each address
MOST_NAMED = 50  # sitemaps of a robots.txt: fewer than half of these are asked for
MOST_SITEMAPS = 200  # of an index, likewise
MOST_PAGES = 5_000  # of a site that its sitemap names: twenty times what is read of any
MOST_ADDRESSES = 20_000
ASCII = "".join(map(chr, range(128)))
ENCODED = re.compile(r"(?:%[\da-f]{2})+", re.IGNORECASE)
BARE_AMPERSAND = re.compile(r"&(?!#?\w+;)")
AGENT = re.compile(
    r"^([ \t]{0,99}(?:user-?agent|user agent)[ \t]{0,99}(?::|[ \t])[ \t]{0,99})([^#\r\n]{0,500})",
    re.IGNORECASE | re.MULTILINE,
)
SOMEBODY = "another-agent"
UNSEEN = re.compile("^[\u200b-\u200f\u2060\u00a0]+", re.MULTILINE)  # before a rule's name
PACKED = b"\x1f\x8b"
BEGINNINGS = (PACKED, b"<?xml", b"\xef\xbb\xbf<?xml")  # of a sitemap, whatever is left of it


@dataclass(frozen=True, slots=True)
class Robots:
    rules: Protego
    agent: str
    as_bytes: Protego | None = None  # the same rules, their paths in the file's own encoding
    is_whole: bool = True  # False: it may forbid and name more than came
    is_too_many: bool = False  # it has more rules than are looked at
    length: int = 0  # of what is kept, in bytes

    def permits(self, url: str) -> bool:
        asked = _told_apart(url)
        readings = (self.rules, self.as_bytes or self.rules)
        return all(rules.can_fetch(asked, self.agent) for rules in readings)

    def forget(self) -> None:
        """Take a ring apart: rules and parser hold each other. So ten thousand rules go at once,
        and no search for garbage has to find them."""
        for rules in filter(None, (self.rules, self.as_bytes)):
            vars(rules).clear()

    @property
    def delay(self) -> float:
        """Seconds between two requests that the host asks for; no more than ten are granted."""
        asked = float(self.rules.crawl_delay(self.agent) or 0.0)
        return min(asked, LONGEST_DELAY) if asked > 0 else 0.0  # «nan» is none

    @property
    def sitemaps(self) -> tuple[str, ...]:
        return tuple(islice(self.rules.sitemaps, MOST_NAMED))


def robots(body: bytes, user_agent: str, content_type: str = "") -> Robots:
    """An empty body permits everything: so does a host that has no robots.txt.

    A path in windows-1251 may mean addresses in UTF-8 or in windows-1251: both are refused.
    """
    kept, agent = body[:MOST_BYTES], user_agent.partition("/")[0]
    encoding = encoding_of(kept, content_type)
    text = UNSEEN.sub("", decoded(kept, content_type).replace("\ufeff", ""))
    if sum(map(text.count, "*$")) > MOST_WILDCARDS and _wildcards(text) > MOST_WILDCARDS:
        return Robots(_rules("", agent), agent, is_too_many=True)
    bare = None if encoding.startswith("utf") else _rules(quote(kept, safe=ASCII), agent)
    is_whole = len(kept) == len(body)
    return Robots(_rules(text, agent), agent, bare, is_whole=is_whole, length=len(kept))


def _wildcards(text: str) -> int:
    return sum("*" in line or "$" in line for line in text.splitlines())


def _rules(text: str, agent: str) -> Protego:
    lines = "\n".join(_told_apart(text).splitlines())
    return Protego.parse(AGENT.sub(lambda line: _as_ours(line, agent), lines))


def _as_ours(line: re.Match[str], agent: str) -> str:
    """All others under one name: Protego gives each rule to each agent that is named before it,
    and a thousand agents before a thousand rules would be a million. A * within a name means
    nothing, it says.
    """
    named = line[2].strip().lower()
    name = named if named == "*" else named.replace("*", "")
    return line[1] + (name if name in ("", "*") or name in agent.lower() else SOMEBODY)


def _told_apart(text: str) -> str:
    """Protego takes all bytes that are not UTF-8 for one and the same: `/%ED` forbade `/%EA`."""
    return ENCODED.sub(_as_written, text)


def _as_written(run: re.Match[str]) -> str:
    try:
        unquote_to_bytes(run[0]).decode("utf-8")
    except UnicodeDecodeError:
        return run[0].upper().replace("%", "%25")
    return run[0]


@dataclass(frozen=True, slots=True)
class Sitemap:
    """`pages` of a site; `more` are other sitemaps of an index."""

    pages: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    is_whole: bool = True  # its root is closed, and all that it names is kept


def sitemap_of(body: bytes, most_bytes: int, content_type: str, site: Territory) -> Sitemap | None:
    """As `sitemap`: pages of the site, each as it is spelled there, and sitemaps of its hosts."""
    found = sitemap(body, most_bytes, content_type)
    if found is None:
        return None
    pages = tuple(islice(_own_pages(found.pages, site), MOST_PAGES + 1))
    named = tuple(islice(own_addresses(found.more, site), MOST_SITEMAPS + 1))
    is_all = len(pages) <= MOST_PAGES and len(named) <= MOST_SITEMAPS
    return replace(found, pages=pages[:MOST_PAGES], more=named, is_whole=found.is_whole and is_all)


def own_addresses(urls: Iterable[str], site: Territory) -> Iterator[str]:
    for one in urls:
        link = absolute(site.home, one)
        if link is not None and site.owns(link):
            yield link.url


def _own_pages(urls: Iterable[str], site: Territory) -> Iterator[str]:
    for one in urls:
        link = absolute(site.home, one)
        page = site.page(link) if link is not None else None
        if page is not None:
            yield page


def sitemap(body: bytes, most_bytes: int, content_type: str = "") -> Sitemap | None:
    """None: not a sitemap (a page that says "not found" with status 200, say)."""
    try:
        text = _mend(decoded(_unpack(body, most_bytes), content_type))
        root = etree.fromstring(text, _parser())
    except (etree.XMLSyntaxError, zlib.error, ValueError):
        root = None
    if root is None:
        return Sitemap(is_whole=False) if body.lstrip().startswith(BEGINNINGS) else None
    kind = etree.QName(root).localname
    places = tuple(islice(_places(root), MOST_ADDRESSES + 1))
    is_whole = len(places) <= MOST_ADDRESSES and has_end(text)
    kept = places[:MOST_ADDRESSES]
    if kind == "sitemapindex":
        return Sitemap(more=kept, is_whole=is_whole)
    return Sitemap(pages=kept, is_whole=is_whole) if kind == "urlset" else None


def _mend(text: str) -> bytes:
    """What stands before the first tag and a bare `&` would cost addresses or all of it."""
    return BARE_AMPERSAND.sub("&amp;", text[max(0, text.find("<")) :]).encode("utf-8", "replace")


def _parser() -> etree.XMLParser:
    """UTF-8, whatever the file says of itself: its bytes were read already."""
    return etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, recover=True)


def _places(root: etree._Element) -> Iterator[str]:
    for element in root.iter("{*}loc"):
        if element.text and element.text.strip():
            yield element.text.strip()


def _unpack(body: bytes, most: int) -> bytes:
    """A `sitemap.xml.gz` is a packed file, not a packed answer."""
    if not body.startswith(PACKED):
        return body
    return zlib.decompressobj(wbits=31).decompress(body, most)
