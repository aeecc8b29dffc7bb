"""Contacts in text: telephones, e-mail, postal addresses, links to sites and pages.

`find_contacts` keeps everything that stands in the text; `found` judges which of it is the
owner's, for the command `dozor contacts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Literal, TypeVar

from collectors.contacts.emails import email_of_field, find_emails, linked_emails
from collectors.contacts.links import find_links
from collectors.contacts.owner import found
from collectors.contacts.phones import (
    find_phones,
    linked_phones,
    parse_phone,
    parse_phones,
    phones_of_field,
)
from collectors.contacts.postal import find_addresses
from collectors.model import Contacts, Link
from collectors.redirects import led_to

__all__ = ["find_contacts", "found", "from_field", "parse_phone", "parse_phones", "union"]

T = TypeVar("T")


def find_contacts(text: str, place: str, links: Sequence[Link] = ()) -> Contacts:
    """All contacts of a text and of the links beside it (`tel:` and `mailto:` included).

    `place` names where the text stands (`description`, an address of a page); links keep theirs.
    A redirector is left out: `vk.com/away.php?to=` is a link to what it leads to.
    """
    web = [
        replace(link, url=led_to(link.url))
        for link in links
        if not link.url.lower().startswith(("tel:", "mailto:"))
    ]
    linked = Contacts(
        phones=tuple(linked_phones(links)), emails=tuple(linked_emails(links)), links=tuple(web)
    )
    return union(_shown(text, place), linked) if text else union(linked)


def _shown(text: str, place: str) -> Contacts:
    return Contacts(
        phones=tuple(spot.phone for spot in find_phones(text, place)),
        emails=tuple(spot.email for spot in find_emails(text, place)),
        addresses=tuple(spot.address for spot in find_addresses(text, place)),
        links=tuple(
            replace(spot.link, url=led_to(spot.link.url)) for spot in find_links(text, place)
        ),
    )


def from_field(kind: Literal["phone", "email"], written: str, place: str) -> Contacts:
    """The contacts of a field that is for them: a value counts there however odd it is written.

    Of a value that no finder knows («4-12», «school@localhost») the digits or the text are kept.
    """
    if kind == "phone":
        return Contacts(phones=phones_of_field(written, place))
    return Contacts(emails=email_of_field(written, place))


def union(*contacts: Contacts) -> Contacts:
    """Everything of all, each value once: it keeps the place where it was seen first."""
    return Contacts(
        phones=_once(
            (phone for one in contacts for phone in one.phones),
            lambda phone: (phone.e164, phone.extension, phone.local),
        ),
        emails=_once((mail for one in contacts for mail in one.emails), lambda mail: mail.value),
        addresses=_once(
            (address for one in contacts for address in one.addresses),
            lambda address: " ".join(address.original.lower().split()),
        ),
        links=_once((link for one in contacts for link in one.links), lambda link: link.url),
    )


def _once(values: Iterable[T], key: Callable[[T], object]) -> tuple[T, ...]:
    seen: dict[object, T] = {}
    for value in values:
        seen.setdefault(key(value), value)
    return tuple(seen.values())
