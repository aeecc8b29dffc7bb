"""Which of the contacts in a text are those of the page's owner (the command `dozor contacts`).

A judgement: a line that names another body (a founder, a department, a help line, the maker of
the site) opens a passage about it, and a line about the owner (its head, its requisites, a new
heading) closes the passage. Contacts inside such a passage are another's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from collectors.addresses import page_in_link
from collectors.contacts.emails import find_emails, linked_emails
from collectors.contacts.links import find_links
from collectors.contacts.phones import find_phones, linked_phones
from collectors.contacts.postal import find_addresses
from collectors.model import Link, Phone

Span = tuple[int, int]

_KIND_WORDS = (
    r"школ|гимнази|лице[йя]|детск|дошкольн|образовательн\w+ (?:учреждени|организаци)|библиотек|музе"
    r"|дом\w? культур|дворец|дворц|центр|учреждени|колледж|техникум|интернат|\bсош\b|\bдши\b"
)
_OTHERS = re.compile(
    r"^\W{0,4}(?:учредител|прокуратур|роспотребнадзор|рособрнадзор|министерств|департамент|комитет"
    r"|управлени|отдел\w{0,3} (?:образован|культур|опек|полиц)|администраци"
    r"|территориальн|уполномоченн|вышестоящ|контролирующ|надзорн|орган\w{0,2} (?:контрол|надзор)"
    r"|един\w+ (?:справочн|общероссийск|телефон|дежурн)|телефон\w? (?:доверия|горяч|экстренн)"
    r"|горяч\w+ лини|детск\w+ телефон доверия|полици|гибдд|мчс|скор\w+ помощ"
    r"|разработ(?:ка|чик|ано)|создани\w сайт|техническ\w+ поддержк|хостинг|спонсор|партн[её]р)",
    re.IGNORECASE,
)
_INLINE = re.compile(
    r"(?:телефон\w? доверия|горяч\w+ лини\w|справочн\w+ служб\w|роспотребнадзор\w?|прокуратур\w"
    r"|учредител\w{1,2}|министерств\w|департамент\w?|техподдержк\w)",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"^\W{0,4}(?:директор|заведующ|руководител|заместител|главный|начальник|при[её]мн|секретар"
    r"|юридическ|фактическ|почтов|полное|сокращ|наш|контакт|о (?:школе|нас)|реквизит|вахта"
    r"|©|муниципальн|мбоу|мкоу|маоу|мбдоу|мкдоу|мадоу|гбоу|мбу|мку|мау|бухгалтер|методист)",
    re.IGNORECASE,
)
_NETWORKS = ("vk.com", "vk.ru", "vkontakte.ru", "ok.ru", "odnoklassniki.ru", "t.me", "telegram.me")
_PORTALS = (
    *_NETWORKS,
    *("instagram.com", "facebook.com", "youtube.com", "youtu.be", "twitter.com", "rutube.ru"),
    *("max.ru", "wa.me", "viber.com", "dzen.ru", "tiktok.com", "yandex.ru", "google.com"),
    *("gosuslugi.ru", "bus.gov.ru", "edu.gov.ru", "minobrnauki.gov.ru", "obrnadzor.gov.ru"),
    *("mail.ru", "rambler.ru", "gmail.com", "government.ru", "kremlin.ru", "edu.ru"),
)


def found(record: Mapping[str, Any]) -> dict[str, Any]:
    """`id` and the keys of `expected`, for a record with `id`, `text`, `links`."""
    text = str(record.get("text") or "")
    links = [Link(url=str(url).strip(), place="links") for url in record.get("links") or ()]
    others = passages_of_others(text)
    phones = [
        *(spot.phone for spot in find_phones(text, "text") if not _inside(spot.start, others)),
        *linked_phones(links),
    ]
    emails = [
        *(spot.email for spot in find_emails(text, "text") if not _inside(spot.start, others)),
        *linked_emails(links),
    ]
    places = [
        spot.address for spot in find_addresses(text, "text") if not _inside(spot.start, others)
    ]
    written = [spot.link for spot in find_links(text, "text") if not _inside(spot.start, others)]
    return {
        "id": record.get("id"),
        "org_name": bool(_names_owner(text)),
        "postal_address": _once(address.original for address in places),
        "emails": _once(email.value for email in emails),
        "phones": _once(_e164(phone) for phone in phones if phone.e164),
        "phones_local": _once(phone.original for phone in phones if phone.local),
        "site_links": _once(link.url for link in written if _is_site(link.url)),
        "vk_links": _pages("vk", [*written, *links]),
        "ok_links": _pages("ok", [*written, *links]),
    }


def passages_of_others(text: str) -> list[Span]:
    """Where the text speaks of another body, line by line, as sorted spans."""
    spans: list[Span] = []
    offset, is_open = 0, False
    for line in text.splitlines(keepends=True):
        is_open = _opens(line) or (is_open and bool(line.strip()) and not _OWN.match(line))
        if is_open:
            spans.append((offset, offset + len(line)))
        elif inline := _INLINE.search(line):
            spans.append((offset + inline.start(), offset + len(line)))
        offset += len(line)
    return spans


def _opens(line: str) -> bool:
    return bool(_OTHERS.match(line))


def _inside(position: int, spans: Sequence[Span]) -> bool:
    return any(start <= position < end for start, end in spans)


def _e164(phone: Phone) -> str:
    return f"{phone.e164};ext={phone.extension}" if phone.extension else str(phone.e164)


def _is_site(url: str) -> bool:
    host = (urlsplit(url if "//" in url else f"//{url}").hostname or "").removeprefix("www.")
    return not any(host == portal or host.endswith(f".{portal}") for portal in _PORTALS)


def _pages(network: str, links: Iterable[Link]) -> list[str]:
    pages = (page_in_link(link.url) for link in links)
    return _once(page[1] for page in pages if page and page[0] == network)


def _names_owner(text: str) -> bool:
    return bool(re.search(_KIND_WORDS, text, re.IGNORECASE))


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
