"""Addresses of sites and pages, with or without a scheme, Latin or Cyrillic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from collectors.addresses import may_be_host
from collectors.contacts.domains import trimmed_host
from collectors.model import Link

_LABEL = r"[^\W_](?:[\w-]{0,61})"
_LINK = re.compile(
    rf"(?<![\w@.%+/-])(?:(?P<scheme>https?://)(?P<sure>{_LABEL}(?:\.{_LABEL}){{0,6}})"
    rf"|(?P<host>{_LABEL}(?:\.{_LABEL}){{1,6}}))(?![\w@-])"
    r"(?P<rest>(?::\d{2,5})?(?:[/?#][\w\-.~:/?#@!$&'*+,;=%]{0,500})?)",
    re.IGNORECASE,
)
_SIGN = re.compile(r"[.:](?:(?<=\.)[^\W_]|(?<=:)//)")
_LONGEST_LABEL = 62
_AT = re.compile(
    r"(?:@|%40|[(\[{<*«\"'/] ?(?:at|a|а|ат|эт|dog|@|собака|собачка) ?[)\]}>*»\"'/]"
    r"| собака| собачка)\s?$",
    re.IGNORECASE,
)
_CLOSING = ".,;:!?'»)"
_FILES = re.compile(r"\.(?:pdf|docx?|xlsx?|zip|rar|html?|php|jpe?g|png)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LinkSpot:
    start: int
    end: int
    link: Link


def find_links(text: str, place: str) -> list[LinkSpot]:
    """Links as they stand; what sticks to the end of a sentence is left off."""
    spans = _spans(text)
    return [LinkSpot(start, end, Link(url=text[start:end], place=place)) for start, end in spans]


@lru_cache(maxsize=2)
def _spans(text: str) -> tuple[tuple[int, int], ...]:
    """A page is asked twice: for its links, and by the finder of phones that leaves them out."""
    found = (_span(match) for match in _matches(text))
    return tuple(span for span in found if span)


def _matches(text: str) -> Iterator[re.Match[str]]:
    """As `_LINK.finditer`, tried only at the words that a dot or `://` follows."""
    position = 0
    for sign in _SIGN.finditer(text):
        start = _start_of_word(text, sign.start())
        match = _LINK.match(text, start) if start >= position else None
        if match:
            position = match.end()
            yield match


def _start_of_word(text: str, end: int) -> int:
    """One longer than a label begins no link, wherever it is looked at."""
    start, first = end, max(0, end - _LONGEST_LABEL - 1)
    while start > first and (text[start - 1].isalnum() or text[start - 1] in "_-"):
        start -= 1
    return start


def _span(match: re.Match[str]) -> tuple[int, int] | None:
    written = match["sure"] or match["host"]
    before = match.string[max(0, match.start() - 16) : match.start()]
    host = None if _AT.search(before) else _host(match)
    if not host or not may_be_host(host) or (_FILES.search(written) and not match["scheme"]):
        return None
    is_whole = len(host) == len(written)
    rest = match["rest"].rstrip(_CLOSING) if is_whole else ""
    end = match.start("rest") - (len(written) - len(host)) + len(rest)
    return match.start(), end


def _host(match: re.Match[str]) -> str | None:
    """After a scheme stands a host, whatever it is: a name of the house, an address in numbers."""
    if sure := match["sure"]:
        return trimmed_host(sure) or sure.lower()
    return trimmed_host(match["host"])
