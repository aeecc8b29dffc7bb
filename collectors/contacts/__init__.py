"""Contacts in text: telephones, e-mail, postal addresses, links to sites and pages.

`find_contacts` keeps everything that stands in the text; `found` judges which of it is the
owner's, for the command `dozor contacts`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal, TypeVar

from collectors.contacts.emails import email_of_field, find_emails, linked_emails
from collectors.contacts.hints import find_hints
from collectors.contacts.links import find_links
from collectors.contacts.owner import (
    as_shown,
    found,
    last_digits,
    mailbox,
    marked,
    speaks_of_another,
)
from collectors.contacts.phones import (
    find_phones,
    linked_phones,
    parse_phone,
    parse_phones,
    phones_of_field,
)
from collectors.contacts.postal import find_addresses
from collectors.contacts.signs import usual_signs
from collectors.model import Contacts, Email, Hint, HintKind, Link, Phone, PostalAddress
from collectors.redirects import led_to

__all__ = [
    "NOTHING",
    "find_contacts",
    "found",
    "from_field",
    "marked_as",
    "of_another",
    "parse_phone",
    "parse_phones",
    "speaks_of_another",
    "union",
]

NOTHING = Contacts()
MOST_HINTS_OF_ALL = 40  # a site repeats its riddles on every page

T = TypeVar("T")
V = TypeVar("V", Phone, Email, PostalAddress)


def find_contacts(
    text: str, place: str, links: Sequence[Link] = (), hints: Collection[HintKind] = tuple(HintKind)
) -> Contacts:
    """All contacts of a text and of the links beside it (`tel:` and `mailto:` included).

    `place` names where the text stands (`description`, an address of a page); links keep theirs.
    A redirector is left out: `vk.com/away.php?to=` is a link to what it leads to.
    `hints`: of which kinds to look for what only resembles a contact, where none is found.
    """
    if not text and not links:
        return NOTHING
    text = usual_signs(text)
    shown = _contacts_in(text, place) if text else NOTHING
    web = [
        replace(link, url=led_to(link.url))
        for link in links
        if not link.url.lower().startswith(("tel:", "mailto:"))
    ]
    linked = Contacts(
        phones=tuple(linked_phones(links)), emails=tuple(linked_emails(links)), links=tuple(web)
    )
    whole = union(shown, marked_as(shown, linked)) if links else union(shown)
    if not text:
        return whole
    return replace(whole, hints=tuple(_hints(text, place, _absent_kinds(whole) & set(hints))))


def marked_as(shown: Contacts, other: Contacts) -> Contacts:
    """`other` (link targets, micro-markup of the page) is whose the text says that shows it."""
    return replace(
        other,
        phones=as_shown(other.phones, shown.phones, last_digits),
        emails=as_shown(other.emails, shown.emails, mailbox),
        addresses=as_shown(other.addresses, shown.addresses, _fold),
    )


def of_another(contacts: Contacts) -> Contacts:
    """With a mark on each that it is not the owner's."""
    return replace(
        contacts,
        phones=tuple(replace(one, of_another=True) for one in contacts.phones),
        emails=tuple(replace(one, of_another=True) for one in contacts.emails),
        addresses=tuple(replace(one, of_another=True) for one in contacts.addresses),
    )


def _fold(address: PostalAddress) -> str:
    return " ".join(address.original.lower().split())


def _hints(text: str, place: str, kinds: Collection[HintKind]) -> Iterator[Hint]:
    for kind in sorted(kinds):
        yield from find_hints(text, place, kind)


def _absent_kinds(shown: Contacts) -> set[HintKind]:
    found = {
        HintKind.PHONE: shown.phones,
        HintKind.EMAIL: shown.emails,
        HintKind.POSTAL: shown.addresses,
    }
    return {kind for kind, values in found.items() if not values}


def _contacts_in(text: str, place: str) -> Contacts:
    phones, emails, addresses = marked(
        text, find_phones(text, place), find_emails(text, place), find_addresses(text, place)
    )
    return Contacts(
        phones=phones,
        emails=emails,
        addresses=addresses,
        links=tuple(
            replace(spot.link, url=led_to(spot.link.url)) for spot in find_links(text, place)
        ),
    )


def from_field(kind: Literal["phone", "email"], written: str, place: str) -> Contacts:
    """The contacts of a field that is for them: a value counts there however odd it is written.

    Of a value that no finder knows («4-12», «school@localhost») the digits or the text are kept.
    """
    if not written:
        return NOTHING
    if kind == "phone":
        return Contacts(phones=phones_of_field(written, place))
    return Contacts(emails=email_of_field(written, place))


def union(*contacts: Contacts) -> Contacts:
    """Everything of all, each value once: it keeps the place where it was seen first.

    What stands once among the owner's own contacts is the owner's.
    """
    return Contacts(
        phones=_own_once(
            (phone for one in contacts for phone in one.phones),
            lambda phone: (phone.e164, phone.extension, phone.local),
        ),
        emails=_own_once((mail for one in contacts for mail in one.emails), mailbox),
        addresses=_own_once(
            (address for one in contacts for address in one.addresses),
            _fold,
        ),
        links=_once((link for one in contacts for link in one.links), lambda link: link.url),
        hints=_once(
            (hint for one in contacts for hint in one.hints),
            lambda hint: (hint.kind, hint.original),
        )[:MOST_HINTS_OF_ALL],
    )


def _own_once(values: Iterable[V], key: Callable[[V], object]) -> tuple[V, ...]:
    seen: dict[object, V] = {}
    for value in values:
        known = seen.setdefault(key(value), value)
        if known.of_another and not value.of_another:
            seen[key(value)] = value
    return tuple(seen.values())


def _once(values: Iterable[T], key: Callable[[T], object]) -> tuple[T, ...]:
    seen: dict[object, T] = {}
    for value in values:
        seen.setdefault(key(value), value)
    return tuple(seen.values())
