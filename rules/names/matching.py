"""Whether what a page shows is what the registry says: guards G14, G16 and G18, pure functions.

Every comparison leans to the institution: writing differs, registries grow old, and a difference
that a reader would not notice must not become a finding.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product
from urllib.parse import urlsplit

import idna

from collectors.contacts.postal import find_addresses, parts_of, streets
from collectors.model import Phone
from rules.names.literal import one_alphabet
from rules.names.words import OF_A_TOWN, WORDS, stem


class Match(StrEnum):
    SAME = "same"
    LIKELY = "likely"  # nothing contradicts, or only the writing does: a human should look
    DIFFERENT = "different"


# --- telephones, e-mail, sites ------------------------------------------------------------------


def same_phone(registry: Phone, shown: Phone) -> bool:
    """Equal numbers; a number without its code equals any that ends with it (G16)."""
    if registry.e164 and shown.e164:
        return registry.e164 == shown.e164
    ours, theirs = _digits(registry), _digits(shown)
    short, long = sorted((ours, theirs), key=len)
    return len(short) >= 5 and long.endswith(short)


def _digits(phone: Phone) -> str:
    return phone.e164.removeprefix("+7") if phone.e164 else phone.local or ""


_SAME_MAIL = dict.fromkeys(("ya.ru", "yandex.com", "yandex.by", "yandex.kz"), "yandex.ru")


def same_email(registry: str, shown: str) -> bool:
    """Case, punycode and the several names of Yandex's mail make no difference."""
    return _mailbox(registry) == _mailbox(shown)


def _mailbox(written: str) -> tuple[str, str]:
    name, _, domain = written.strip().lower().removeprefix("mailto:").rpartition("@")
    host = _host(domain)
    return name, _SAME_MAIL.get(host, host)


def alike_email(registry: str, shown: str) -> bool:
    """The same to the eye: some letters of one of them are of another alphabet."""
    ours, theirs = _mailbox(registry), _mailbox(shown)
    return tuple(map(one_alphabet, ours)) == tuple(map(one_alphabet, theirs))


def alike_site(registry: str, shown: str) -> bool:
    ours, theirs = one_alphabet(_site(registry)[0]), one_alphabet(_site(shown)[0])
    return bool(ours) and ours == theirs


def same_site(registry: str, shown: str, aliases: Iterable[str] = ()) -> bool:
    """The registry's host, or an alias of it; a section of a shared portal needs its path (G22)."""
    ours = [_site(written) for written in (registry, *aliases)]
    host, path = _site(shown)
    return any(
        host and host == our_host and (not our_path or f"{path}/".startswith(f"{our_path}/"))
        for our_host, our_path in ours
    )


def _site(written: str) -> tuple[str, str]:
    try:
        parts = urlsplit(re.sub(r"^(?:https?:)?/{0,2}", "//", written.strip(), flags=re.IGNORECASE))
    except ValueError:  # brackets that are no IPv6 address: nobody's site
        return "", ""
    return _host(parts.netloc.rpartition("@")[2].partition(":")[0]), parts.path.rstrip("/").lower()


def _host(written: str) -> str:
    host = written.lower().rstrip(".").removeprefix("www.")
    try:
        return idna.decode(host) if "xn--" in host else host
    except idna.IDNAError:
        return host


# --- postal addresses ---------------------------------------------------------------------------


def has_street_like(text: str) -> bool:
    return _words_of(text).has_street


def is_address(text: str) -> bool:
    """A street, or a village and a house in it: many villages have no streets."""
    written = _words_of(text)
    return written.has_street or written.is_found


def has_house(text: str) -> bool:
    """A street, or a house: nothing that only names a town."""
    written = _words_of(text)
    return written.has_street or any(place.house for place in written.places)


def same_address(registry: str, shown: str) -> Match:
    """By words of the street and settlement and by the house; an index that differs is minor.

    Where a text names several houses, the best of them counts.
    """
    pairs = product(_words_of(registry).places, _words_of(shown).places)
    matches = {_compare(ours, theirs, registry, shown) for ours, theirs in pairs}
    return next(match for match in Match if match in matches)


def _compare(ours: _Place, theirs: _Place, registry: str, shown: str) -> Match:
    if not (ours.street or ours.settlement) or not ours.house or not theirs.house:
        return _loosely(registry, shown)
    street = _same_street(ours, theirs)
    if street is Match.DIFFERENT or not _agree(ours.settlement, theirs.settlement):
        return Match.DIFFERENT
    if _number(ours.house) != _number(theirs.house):
        return Match.DIFFERENT
    is_same = ours.house == theirs.house and ours.street_type in (theirs.street_type, "")
    return street if is_same else Match.LIKELY


@dataclass(frozen=True, slots=True)
class _Place:
    settlement: frozenset[str]
    street: frozenset[str]
    street_type: str
    house: str


_STREET_TYPES: dict[str, str] = {
    short: name for name, shorts in WORDS["streets"].items() for short in [name, *shorts]
}
_SETTLEMENT_TYPES = frozenset(WORDS["settlements"])
_CORPS = re.compile(r"(?:корпус|корп|к|строение|стр)\W{0,3}(\w{1,4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Words:
    """A text taken apart as postal addresses."""

    has_street: bool
    is_found: bool  # the finder of addresses takes it for one
    places: tuple[_Place, ...]


# The registry's addresses are held against every card of a site; a parse takes a millisecond.
@lru_cache(maxsize=OF_A_TOWN)
def _words_of(text: str) -> _Words:
    found = [spot.address.original for spot in find_addresses(text, "")]
    places = [place for one in found or [text] for place in _places_of(parts_of(one))]
    return _Words(any(True for _ in streets(text)), bool(found), tuple(places))


def _places_of(parts: Sequence[tuple[str, str]]) -> list[_Place]:
    """«ул. Мира, 5; ул. Труда, 6»: a street behind a house begins another place of the town."""
    towns = _address_words(" ".join(text for kind, text in parts if kind in ("settlement", "name")))
    settlement = frozenset(map(stem, towns)) - _SETTLEMENT_TYPES
    groups: list[list[tuple[str, str]]] = [[]]
    for kind, text in parts:
        if kind == "street" and any(known in _HOUSES for known, _ in groups[-1]):
            groups.append([])
        groups[-1].append((kind, text))
    return [_place(settlement, group) for group in groups]


_HOUSES = ("house", "number")


def _place(settlement: frozenset[str], parts: Sequence[tuple[str, str]]) -> _Place:
    street = _address_words(" ".join(text for kind, text in parts if kind == "street"))
    types = [_STREET_TYPES[word] for word in street if word in _STREET_TYPES]
    houses = [_house(text) for kind, text in parts if kind in _HOUSES]
    corps = [match[1].lower() for kind, text in parts if kind == "part"
             if (match := _CORPS.match(text))]  # fmt: skip
    return _Place(
        settlement=settlement,
        street=frozenset(map(stem, _street_words(street))),
        street_type=types[0] if types else "",
        house="к".join([*houses[:1], *corps[:1]]),
    )


_ROMAN = {"xx": "20", "xxi": "21", "xxii": "22", "xxiii": "23", "xxiv": "24", "xxv": "25",
          "iii": "3", "ii": "2", "iv": "4", "vi": "6", "vii": "7"}  # fmt: skip


def _street_words(words: Iterable[str]) -> Iterator[str]:
    """Without the type; «XXII» is «22», «Первомайская» is «1 Мая», initials are left out."""
    for word in words:
        figure = _ROMAN.get(word.replace("х", "x").replace("с", "c"), word)
        if word.startswith("первомайск"):
            yield from ("1", "мая")
        elif word not in _STREET_TYPES and (figure.isdigit() or len(figure) > 1):
            yield figure


_VAGUE = frozenset(WORDS["vague_street_words"].split())


def _same_street(ours: _Place, theirs: _Place) -> Match:
    """Same: all that one says of the name stands in the other; likely: part of it, or one has a
    number and the other none («Линейная», «1-я Линейная»).
    """
    if not ours.street or not theirs.street:
        return Match.SAME if ours.street == theirs.street else Match.LIKELY
    figures = [frozenset(filter(str.isdigit, one.street)) for one in (ours, theirs)]
    names = [
        _telling_words(one.street - own) for one, own in zip((ours, theirs), figures, strict=True)
    ]
    is_numbered_only = not names[0] or not names[1]
    if (all(figures) or is_numbered_only) and not figures[0] & figures[1]:
        return Match.DIFFERENT
    if not _agree(*names):
        return Match.DIFFERENT
    is_same = names[0] <= names[1] or names[1] <= names[0]
    return Match.SAME if is_same and figures[0] == figures[1] else Match.LIKELY


def _telling_words(street: frozenset[str]) -> frozenset[str]:
    """«Красных Партизан» is not «Красной Армии»: what many streets share tells them not apart."""
    return frozenset(word for word in street if word not in _VAGUE) or street


def _address_words(text: str) -> list[str]:
    """Of a postal address, in lower case with е for ё; «1-й» is «1», «пр-т» one word."""
    usual = one_alphabet(text.lower().replace("ё", "е"))
    plain = re.sub(r"(\d)-?(?:й|я|е|го|ый|ой|ая|ое)\b", r"\1", usual)
    return re.findall(r"[^\W_]+(?:-[^\W_]+)*", re.sub(r"(\d)-(?=[^\W\d])", r"\1 ", plain))


def _house(written: str) -> str:
    """«д. 5-а» is «5а», «дом 12 "А"» is «12а», «5 корп. 2» is «5к2»."""
    plain = re.sub(
        r"(?<=\d)\W{0,2}(?:корпус|корп|строение|стр|с)\W{0,2}(?=\d)", "к", written.lower()
    )
    return re.sub(r"^\D+|[^\w/]", "", plain)


def _number(house: str) -> str:
    return re.split(r"\D", house, maxsplit=1)[0]


def _agree(ours: Collection[str], theirs: Collection[str]) -> bool:
    return not ours or not theirs or bool(set(ours) & set(theirs))


def _loosely(registry: str, shown: str) -> Match:
    """For what is no full address: likely if all that one of them says stands in the other too."""
    ours, theirs = _telling(registry), _telling(shown)
    is_likely = bool(ours and theirs) and (ours <= theirs or theirs <= ours)
    return Match.LIKELY if is_likely else Match.DIFFERENT


def _telling(written: str) -> frozenset[str]:
    """The words that name a place, and the numbers, without the index."""
    words = [
        word for word in _address_words(written) if word not in _STREET_TYPES and word != "дом"
    ]
    stems = {stem(word) for word in words if not re.fullmatch(r"\d{6}", word)}
    return frozenset(stems - _SETTLEMENT_TYPES)
