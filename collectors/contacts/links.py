"""Addresses of sites and pages, with or without a scheme, Latin or Cyrillic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from collectors.contacts.domains import trimmed_host
from collectors.model import Link

_LABEL = r"[^\W_](?:[\w-]{0,61})"
_LINK = re.compile(
    rf"(?<![\w@.%+/-])(?:(?P<scheme>https?://)(?P<sure>{_LABEL}(?:\.{_LABEL}){{0,6}})"
    rf"|(?P<host>{_LABEL}(?:\.{_LABEL}){{1,6}}))(?![\w@-])"
    r"(?P<rest>(?::\d{2,5})?(?:[/?#][\w\-.~:/?#@!$&'*+,;=%]{0,500})?)",
    re.IGNORECASE,
)
_AT = re.compile(
    r"(?:@|[(\[{<*] ?(?:at|@|собака|собачка) ?[)\]}>*]| собака| собачка)\s?$", re.IGNORECASE
)
_CLOSING = ".,;:!?'»)"
_FILES = re.compile(r"\.(?:pdf|docx?|xlsx?|zip|rar|html?|php|jpe?g|png)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Spot:
    start: int
    end: int
    link: Link


def find_links(text: str, place: str) -> list[Spot]:
    """Links as they stand; what sticks to the end of a sentence is left off."""
    found = (_spot(match, place) for match in _matched(text))
    return [spot for spot in found if spot]


@lru_cache(maxsize=2)
def _matched(text: str) -> tuple[re.Match[str], ...]:
    """A page is asked twice: for its links, and by the finder of phones that leaves them out."""
    return tuple(_LINK.finditer(text))


def _spot(match: re.Match[str], place: str) -> Spot | None:
    written = match["sure"] or match["host"]
    before = match.string[max(0, match.start() - 16) : match.start()]
    host = None if _AT.search(before) else _host(match)
    if not host or (_FILES.search(written) and not match["scheme"]):
        return None
    is_whole = len(host) == len(written)
    rest = match["rest"].rstrip(_CLOSING) if is_whole else ""
    end = match.start("rest") - (len(written) - len(host)) + len(rest)
    url = match.string[match.start() : end]
    return Spot(match.start(), end, Link(url=url, place=place))


def _host(match: re.Match[str]) -> str | None:
    """After a scheme stands a host, whatever it is: a name of the house, an address in numbers."""
    if sure := match["sure"]:
        return trimmed_host(sure) or sure.lower()
    return trimmed_host(match["host"])
