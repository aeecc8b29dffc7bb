"""E-mail addresses, also those that are written so that robots do not find them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

import idna

from collectors.contacts.domains import whole_host
from collectors.model import Email, Link

_BLANK = r"[ \t\u00a0]"
_AT = (
    rf"(?:{_BLANK}{{0,2}}[(\[{{<*]{{1,2}}{_BLANK}?(?:at|@|собака|собачка|эт){_BLANK}?[)\]}}>*]{{1,2}}"
    rf"{_BLANK}{{0,2}}|{_BLANK}{{1,2}}соба(?:чка|ка){_BLANK}{{1,2}}|{_BLANK}?@{_BLANK}?)"
)
_DOT = (
    rf"(?:\.|{_BLANK}?[(\[{{<]{_BLANK}?(?:dot|точка|\.){_BLANK}?[)\]}}>]{_BLANK}?"
    rf"|{_BLANK}{{1,2}}точка{_BLANK}{{1,2}})"
)
_LABEL = r"[^\W_][\w-]{0,62}"
_EMAIL = re.compile(
    rf"(?<![\w.%+-])(?P<name>\w[\w%+.-]{{0,63}}){_AT}(?P<domain>{_LABEL}(?:{_DOT}{_LABEL}){{1,5}})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Spot:
    start: int
    end: int
    email: Email


def find_emails(text: str, place: str) -> list[Spot]:
    found = (_spot(match, place) for match in _EMAIL.finditer(text))
    return [spot for spot in found if spot]


def linked_emails(links: Sequence[Link]) -> list[Email]:
    """The addresses of `mailto:` links, which may name several and carry a subject."""
    emails: list[Email] = []
    for link in links:
        if link.url.lower().startswith("mailto:"):
            written = unquote(link.url[7:]).partition("?")[0]
            emails += email_of_field(written, link.place)
    return emails


def email_of_field(written: str, place: str) -> tuple[Email, ...]:
    """The addresses of a field for them; whatever holds an @ is one."""
    found = tuple(spot.email for spot in find_emails(written, place))
    value = "".join(written.split()).lower()
    return found or ((Email(value=value, original=written, place=place),) if "@" in value else ())


def _spot(match: re.Match[str], place: str) -> Spot | None:
    domain = re.sub(_DOT, ".", match["domain"], flags=re.IGNORECASE)
    host = whole_host(domain)
    name = match["name"].strip(".-")
    if not host or not name or ".." in name:
        return None
    end = match.end() - (len(domain) - len(host))
    value = f"{name}@{unicode_host(host)}".lower()
    original = match.string[match.start() : end]
    return Spot(match.start(), end, Email(value=value, original=original, place=place))


def unicode_host(host: str) -> str:
    """Punycode as it is read: «xn--80ak6aa92e.xn--p1ai» → Cyrillic. Unreadable stays as it is."""
    try:
        return idna.decode(host) if "xn--" in host.lower() else host.lower()
    except idna.IDNAError:
        return host.lower()
