"""E-mail addresses, also those that are written so that robots do not find them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

import idna

from collectors.contacts.domains import trimmed_host, whole_host
from collectors.model import Email, Link
from collectors.text import normalised

_BLANK = r"[ \t\u00a0]"
_AT = (
    rf"(?:{_BLANK}{{0,2}}[(\[{{<*]{{1,2}}{_BLANK}?(?:at|a|а|ат|эт|dog|@|собака|собачка)"
    rf"{_BLANK}?[)\]}}>*]{{1,2}}{_BLANK}{{0,2}}"
    rf"|{_BLANK}{{0,2}}[«\"'/](?:at|собака|собачка)[»\"'/]{_BLANK}{{0,2}}"
    rf"|{_BLANK}{{1,2}}соба(?:чка|ка){_BLANK}{{1,2}}|{_BLANK}?@{_BLANK}?|%40)"
)
_DOT = (
    rf"(?:\.|{_BLANK}?[(\[{{<]{_BLANK}?(?:dot|точка|тчк|\.){_BLANK}?[)\]}}>]{_BLANK}?"
    rf"|{_BLANK}{{1,2}}точка{_BLANK}{{1,2}})"
)
_WRITTEN_DOT = re.compile(_DOT, re.IGNORECASE)
_LABEL = r"[^\W_][\w-]{0,62}"
_EMAIL = re.compile(
    rf"(?<![\w.%+-])(?P<name>\w[\w%+.-]{{0,63}}){_AT}(?P<domain>{_LABEL}(?:{_DOT}{_LABEL}){{1,5}})",
    re.IGNORECASE,
)


# What every address has; its name begins at most so far before. It opens with one letter or sign
# (that third С is one in any case, says `re`), so the search runs from one of these to the next.
_SIGN = re.compile(
    r"[@%сС\u1c83(\[{<*«\"'/](?:(?<=@)|(?<=%)40|(?<=[сС\u1c83])(?i:оба(?:чка|ка))"
    r"|(?<=[(\[{<*])\s?(?i:a|at|а|ат|эт|dog|собака|собачка)(?=\s?[)\]}>*])"
    r"|(?<=[«\"'/])(?i:at|собака|собачка)(?=[»\"'/]))"
)
_NAME = re.compile(r"(?<![\w.%+-])\w")
_REACH = 72
_LETTER = re.compile(r"[^\W\d_]")  # «5 (а) school1.ru» ends an address


@dataclass(frozen=True, slots=True)
class EmailSpot:
    start: int
    end: int
    email: Email


def find_emails(text: str, place: str) -> list[EmailSpot]:
    found = (_spot(match, place) for match in _all_matches(text))
    return [spot for spot in found if spot]


@lru_cache(maxsize=2)
def _all_matches(text: str) -> tuple[re.Match[str], ...]:
    """A page is asked twice: for these, and by the finder of phones that leaves them out."""
    return tuple(_matches(text))


def _matches(text: str) -> Iterator[re.Match[str]]:
    """As `_EMAIL.finditer`, tried only at the words before an @ or what stands for it.

    Once each: a word that opens no address before one sign opens none before the next.
    """
    position = 0
    for sign in _SIGN.finditer(text):
        for name in _NAME.finditer(text, max(position, sign.start() - _REACH), sign.start()):
            if name.start() < position:
                continue
            match = _EMAIL.match(text, name.start())
            position = match.end() if match else name.start() + 1
            if match:
                yield match


def linked_emails(links: Sequence[Link]) -> list[Email]:
    """The addresses of `mailto:` links, which may name several and carry a subject."""
    emails: list[Email] = []
    for link in links:
        if link.url.lower().startswith("mailto:"):
            written = normalised(unquote(link.url[7:])).partition("?")[0]
            emails += email_of_field(written, link.place)
    return emails


def email_of_field(written: str, place: str) -> tuple[Email, ...]:
    """The addresses of a field for them; whatever holds an @ is one."""
    found = tuple(spot.email for spot in find_emails(written, place))
    value = "".join(written.split()).lower()
    return found or ((Email(value=value, original=written, place=place),) if "@" in value else ())


def _spot(match: re.Match[str], place: str) -> EmailSpot | None:
    domain = _WRITTEN_DOT.sub(".", match["domain"])
    host = whole_host(domain) if "@" in match[0] else trimmed_host(domain)
    name = match["name"].strip(".-")
    if not host or not name or ".." in name or not ("@" in match[0] or _LETTER.search(name)):
        return None
    end = match.end() - (len(domain) - len(host))
    value = f"{name}@{unicode_host(host)}".lower()
    original = match.string[match.start() : end]
    return EmailSpot(match.start(), end, Email(value=value, original=original, place=place))


def unicode_host(host: str) -> str:
    """Punycode as it is read: «xn--80ak6aa92e.xn--p1ai» → Cyrillic. Unreadable stays as it is."""
    try:
        return idna.decode(host) if "xn--" in host.lower() else host.lower()
    except idna.IDNAError:
        return host.lower()
