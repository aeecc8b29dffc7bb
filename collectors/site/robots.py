"""robots.txt (RFC 9309) and sitemap.xml: what may be read, and what there is. No network."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from protego import Protego

LONGEST_DELAY = 10.0
MOST_ADDRESSES = 20_000


@dataclass(frozen=True, slots=True)
class Robots:
    rules: Protego
    agent: str

    def permits(self, url: str) -> bool:
        return bool(self.rules.can_fetch(url, self.agent))

    @property
    def delay(self) -> float:
        """Seconds between two requests that the host asks for; no more than ten are granted."""
        return min(float(self.rules.crawl_delay(self.agent) or 0.0), LONGEST_DELAY)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        return tuple(self.rules.sitemaps)


def robots(body: bytes, user_agent: str) -> Robots:
    """An empty body permits everything: so does a host that has no robots.txt."""
    return Robots(Protego.parse(body.decode("utf-8", "replace")), user_agent.partition("/")[0])


@dataclass(frozen=True, slots=True)
class Sitemap:
    """`pages` of a site; `more` are other sitemaps of an index."""

    pages: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


def sitemap(body: bytes, most_bytes: int) -> Sitemap | None:
    """None: not a sitemap (a page that says "not found" with status 200, say)."""
    try:
        root = etree.fromstring(_unpacked(body, most_bytes), _parser())
    except (etree.XMLSyntaxError, zlib.error, ValueError):
        return None
    if root is None:
        return None
    kind = etree.QName(root).localname
    places = tuple(_places(root))[:MOST_ADDRESSES]
    if kind == "sitemapindex":
        return Sitemap(more=places)
    return Sitemap(pages=places) if kind == "urlset" else None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, recover=True)


def _places(root: etree._Element) -> Iterator[str]:
    for element in root.iter("{*}loc"):
        if element.text and element.text.strip():
            yield element.text.strip()


def _unpacked(body: bytes, most: int) -> bytes:
    """A `sitemap.xml.gz` is a packed file, not a packed answer."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    return zlib.decompressobj(wbits=31).decompress(body, most)
