"""Contacts as they are shown: telephones, letters, postal addresses, links, and hints of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from collectors.model.pages import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A telephone number that is shown. Either `e164` or, where no area code is given, `local`."""

    original: str
    place: str
    e164: str | None = None  # "+73825035546"
    extension: str | None = None  # "2"
    local: str | None = None  # digits of a number without a code: "35546"
    of_another: bool = False  # it stands only where the text speaks of another body


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    value: str  # lower case, domain in Unicode
    original: str
    place: str
    of_another: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAddress:
    original: str
    place: str
    of_another: bool = False


class Shown(StrEnum):
    """How a site shows the address of a page where a plain link to it is not to be seen."""

    ITEM = "item"  # a link to one post, photo or topic, from which a visitor reaches the page
    PARAMETER = "parameter"  # within another address, which may or may not lead on to it
    WIDGET = "widget"  # the network's own frame or script shows the page
    CODE = "code"  # in an attribute, a script, a drawing: perhaps a link, perhaps not
    TEXT = "text"  # to be read, not to be followed


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    url: str
    place: str
    text: str = ""
    page: Address | None = None  # of a network, to which it leads; see `SiteFacts.networks`
    shown: Shown | None = None  # None: a link to be followed


class HintKind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    POSTAL = "postal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What a reader may take for a contact though no finder understands it: «school1@example. org».

    It proves nothing, and keeps from calling that contact absent.
    """

    kind: HintKind
    original: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """Everything that is shown, from every place that was read (guard G15)."""

    phones: tuple[Phone, ...] = ()
    emails: tuple[Email, ...] = ()
    addresses: tuple[PostalAddress, ...] = ()
    links: tuple[Link, ...] = ()
    hints: tuple[Hint, ...] = ()
