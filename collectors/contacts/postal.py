"""Postal addresses in Russian writing: a chain of parts, each of a known kind (`parts`).

«636615, Томская область, г. Кедровый, 1-й мкр., д. 61» is index, region, settlement, street,
house. A chain counts as an address if it has a street or settlement together with a house, or an
index together with a settlement. Every repeat and every chain is bounded, and so is the work.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from collectors.contacts.parts import (
    ANCHOR,
    KINDS,
    OPENS,
    SEPARATOR,
    START,
    opening,
    pattern,
    plain,
)
from collectors.model import PostalAddress

_LABELLED = re.compile(r"адрес\w{0,3}[^\n:]{0,30}:\s{0,3}$", re.IGNORECASE)
_CHAIN = 16
_LONG_CHAIN = 3
_FIGURES = re.compile(r"[\d/][\d/]{0,999}")  # «б/н» is one
_LABEL = re.compile(r"адрес")
_FIGURE_REACH, _LABEL_REACH = 300, 60
_REACH = 200
_SAME = {
    "hamlet": "settlement",
    "street before": "street",
    "loose street": "street",
    "bare street": "street",
    "town": "name",
}
_HOUSES = frozenset({"house", "number"})


@dataclass(frozen=True, slots=True)
class Part:
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PostalSpot:
    start: int
    end: int
    address: PostalAddress


def find_addresses(text: str, place: str) -> list[PostalSpot]:
    """Postal addresses in order, as they stand, line breaks included."""
    usual = plain(text)
    spots: list[PostalSpot] = []
    position = 0
    for start in _starts(usual, _lower(usual)):
        if start < position:
            continue
        parts = _chain(usual, start)
        if own := _address_in(usual, parts):
            position = own[-1].end
            address = PostalAddress(original=text[own[0].start : position], place=place)
            spots.append(PostalSpot(own[0].start, position, address))
        elif len(parts) >= _LONG_CHAIN:  # its parts alone would make no address either
            position = parts[-1].start + 1
    return spots


def _starts(text: str, lower: str) -> Iterator[int]:
    """Where an address may begin: at a word that opens a part, not far before a word for a street,
    a town, or an index, and before a figure (without any, only behind «адрес:»). Most of a page is
    none of it, and costs next to nothing.
    """
    figures = [match.end() for match in _FIGURES.finditer(text)]
    labels = [match.start() for match in _LABEL.finditer(lower)]
    for start in _starts_before(text, (anchor.start() for anchor in ANCHOR.finditer(lower))):
        if _any(figures, start + 1, start + _FIGURE_REACH) or _any(
            labels, start - _LABEL_REACH, start
        ):
            yield start


def _starts_before(text: str, anchors: Iterator[int]) -> Iterator[int]:
    """One that lies behind an anchor waits for the next: the text is searched through once."""
    found, position = None, 0
    for anchor in anchors:
        if found is None or found.start() < anchor - _REACH:
            found = START.search(text, max(position, anchor - _REACH))
        while found and found.start() <= anchor:
            yield found.start()
            position = found.start() + 1
            found = START.search(text, position)
        if found is None:  # nor does any begin before the anchors to come
            return


def _any(places: list[int], first: int, last: int) -> bool:
    index = bisect_left(places, first)
    return index < len(places) and places[index] <= last


def _lower(text: str) -> str:
    """Equally long: a few letters would become two."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower()[0] for c in text)


def streets(text: str) -> Iterator[str]:
    """Whatever looks like a street or a numbered quarter, with or without a house."""
    usual = plain(text)
    for start in (match.start() for match in START.finditer(usual)):
        for kind in ("street before", "street", "loose street"):
            if street := pattern(kind).match(usual, start):
                yield text[start : street.end()]
                break


def parts_of(text: str) -> list[tuple[str, str]]:
    """The parts of one written address: [("settlement", "г. Кедровый"), ("street", …), …]."""
    usual = plain(text)
    parts = _chain(usual, len(text) - len(text.lstrip()))
    return [(part.kind, usual[part.start : part.end]) for part in parts]


def _address_in(text: str, parts: list[Part]) -> list[Part]:
    own = _without_heading(text, parts)
    return own if own and _is_address(text, own) else []


def _without_heading(text: str, parts: list[Part]) -> list[Part]:
    """«МБОУ СОШ № 1 г. Кедрового», line break, «ул. Мира, 5»: the town belongs to the name."""
    if not parts or _opens_line(text, parts[0].start):
        return parts
    for index, (one, other) in enumerate(pairwise(parts)):
        between = text[one.end : other.start]
        if one.kind in _HOUSES | {"street"}:
            return parts
        if "\n" in between and "," not in between:
            return parts[index + 1 :]
    return parts


def _opens_line(text: str, start: int) -> bool:
    before = text[max(0, start - 60) : start].rpartition("\n")[2].rstrip()
    return not before or before.endswith((":", "-", "—", "–", "•", "📍", "|"))


def _is_address(text: str, parts: list[Part]) -> bool:
    kinds = {part.kind for part in parts}
    has_town = "settlement" in kinds or {"index", "name"} <= kinds
    if kinds & _HOUSES:
        return "street" in kinds or has_town
    before = text[max(0, parts[0].start - 60) : parts[0].start]
    is_labelled = "street" in kinds and bool(_LABELLED.search(before))
    return has_town and ("index" in kinds or is_labelled)


def _chain(text: str, start: int) -> list[Part]:
    parts: list[Part] = []
    position = start
    while len(parts) < _CHAIN and (part := _part(text, position, parts)):
        parts.append(part)
        separator = SEPARATOR.match(text, part.end)
        position = separator.end() if separator else part.end
    while parts and parts[-1].kind == "name":
        parts.pop()
    return parts


def _part(text: str, position: int, before: list[Part]) -> Part | None:
    for kind in _kinds_after(text, position, before):
        if match := pattern(kind).match(text, position):
            return Part(_SAME.get(kind, kind), position, match.end())
    return None


def _kinds_after(text: str, position: int, before: list[Part]) -> tuple[str, ...]:
    kinds = [part.kind for part in before]
    seen = frozenset(kinds if kinds.count("district") < 2 else [*kinds, "districts"])
    gap = text[before[-1].end : position] if before else ""
    sign = opening(text[position : position + 1])
    return _may_follow(kinds[-1] if kinds else "", seen, gap.strip(" \t\u00a0\r"), sign)


@lru_cache(maxsize=2048)
def _may_follow(last: str, seen: frozenset[str], gap: str, sign: str) -> tuple[str, ...]:
    """The kinds that may follow; behind a house a new line without a comma begins another thing."""
    if seen & _HOUSES and "\n" in gap and gap.strip() not in (",", ";"):
        return ("part",)
    return tuple(kind for kind in KINDS if sign in OPENS[kind] and _fits(kind, last, seen, gap))


def _fits(kind: str, last: str, seen: frozenset[str], gap: str) -> bool:
    """Whether a part of this kind may follow: an address has one index, one house to a street."""
    match kind:
        case "number":
            in_village = last == "settlement" and bool({"index", "region", "district"} & seen)
            return (last == "street" or in_village) and ("\n" not in gap or "," in gap)
        case "house":
            return last in ("street", "settlement", "name", "region", "district")
        case "part":
            return bool({"house", "number", "street"} & seen)
        case "box":
            return bool({"index", "settlement"} & seen)
        case "tail":
            return bool(_HOUSES & seen) and "index" not in seen
        case "bare street":
            return last == "settlement"
        case "town":
            return last in ("index", "region", "district")
        case "name":
            return last in ("", "index", "country", "region", "district", "settlement", "name")
        case "hamlet":
            return last in ("index", "region", "district", "country")
        case "settlement":
            return "settlement" not in seen or not _HOUSES & seen
        case "street" | "street before" | "loose street":
            return True
        case "district":
            return "districts" not in seen
        case _:
            return kind not in seen
