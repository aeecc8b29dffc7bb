"""Telephone numbers as they are written in Russia, in running text and in registries.

Candidates are found by patterns whose every repeat is bounded, so that the work grows with the
length of the text and no faster; phonenumbers says whether a candidate is a number that exists.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import unquote

from collectors.contacts.area_codes import digits_of, exists, is_area
from collectors.contacts.emails import find_emails
from collectors.contacts.links import find_links
from collectors.contacts.phone_spots import (
    PhoneSpot,
    matches_at,
    openings_in,
    spots_with_code,
    spots_without_code,
)
from collectors.model import Link, Phone
from collectors.text import normalised

HOURS = re.compile(r"(?<![\d.:])[0-2]?\d[.:][0-5]\d\s?[-–—]\s?[0-2]?\d[.:][0-5]\d(?![\d]|[-–.:]\d)")
# Equally long: odd dashes, blanks and brackets as the usual ones.
_ODD = "\u2012\u2212\u00ad\u200b\ufeff[]"
_USUAL = "--   ()"
_AREA_CODE = re.compile(
    r"(?<!\w)код\w{0,3}\s{1,3}(?:(?:города|района|междугородн\w{1,4}|телефона|г\.)\s{0,3})?"
    r"[:\-–—(]{0,3}\s{0,2}(?:\+?7|8)?[\s(\-]{0,3}(\d{3,5})(?!\d)",
    re.IGNORECASE,
)
_SLASHED = re.compile(r"((?:\+7|[78])\s?)/(\d{3,5})/")
_DIGIT = re.compile(r"\d")
_HOUR = re.compile(r"[.:][0-5]\d\s?[-–—]")  # as in opening hours
_BETWEEN_SLASHES = re.compile(r"/\d{3,5}/")


def find_phones(text: str, place: str) -> list[PhoneSpot]:
    """Every number in the text in order; local numbers completed if the text gives one code."""
    if not _DIGIT.search(text):
        return []
    spots: list[PhoneSpot] = []
    plain = _plain_writing(_without_addresses(text))
    openings = openings_in(plain)
    for spot in spots_with_code(plain, place, openings):
        if not spots or spot.start >= spots[-1].end:
            spots.append(spot)
    taken = [(spot.start, spot.end) for spot in spots]
    spots += spots_without_code(plain, place, openings, taken)
    spots.sort(key=lambda spot: spot.start)
    return _complete_all([_with_original(spot, text) for spot in spots], plain)


def _plain_writing(text: str) -> str:
    """As long as before, in the usual signs; opening hours blotted out.

    «8.00-17.00 8» would begin a number.
    """
    for odd, usual in zip(_ODD, _USUAL, strict=True):
        text = text.replace(odd, usual)
    if _HOUR.search(text):
        hours = matches_at(HOURS, openings_in(text), text)
        text = _blot_out(text, [match.span() for match in hours], "|")
    return _SLASHED.sub(r"\1(\2)", text) if _BETWEEN_SLASHES.search(text) else text


def _blot_out(text: str, spans: Iterable[tuple[int, int]], by: str) -> str:
    """The text with the spans overwritten by the sign `by`: as long as before."""
    pieces, position = [], 0
    for start, end in sorted(spans):
        pieces += [text[position:start], by * (end - max(start, position))]
        position = max(position, end)
    return "".join([*pieces, text[position:]])


def _without_addresses(text: str) -> str:
    """The text, equally long, with e-mail and web addresses blotted out: they hold numbers too."""
    spans = [(s.start, s.end) for s in find_emails(text, "")]
    spans += [(s.start, s.end) for s in find_links(text, "")]
    return _blot_out(text, spans, "_")


def _with_original(spot: PhoneSpot, text: str) -> PhoneSpot:
    return replace(spot, phone=replace(spot.phone, original=text[spot.start : spot.end]))


def linked_phones(links: Sequence[Link]) -> list[Phone]:
    """The numbers of `tel:` links."""
    calls = [link for link in links if link.url.lower().startswith("tel:")]
    fields = dict.fromkeys((normalised(unquote(link.url[4:])), link.place) for link in calls)
    return [phone for field, place in fields for phone in phones_of_field(field, place)]


def phones_of_field(written: str, place: str) -> tuple[Phone, ...]:
    """The numbers of a field for them; where none is found, all its digits are one."""
    digits = digits_of(written)
    unknown = Phone(original=written, place=place, local=digits)
    return parse_phones(written, place) or ((unknown,) if len(digits) > 1 else ())


def parse_phones(written: str, place: str = "registry") -> tuple[Phone, ...]:
    """All numbers of a registry's value: «3-55-46», «8 (38250) 3-55-46 доб. 2, 3-55-47»."""
    return tuple(spot.phone for spot in find_phones(f"тел. {written.strip()}", place))


def parse_phone(written: str, place: str = "registry") -> Phone:
    """The first number of a registry's value; neither `e164` nor `local` if there is none."""
    phones = parse_phones(written, place)
    return phones[0] if phones else Phone(original=written, place=place)


def _complete_all(spots: Sequence[PhoneSpot], text: str) -> list[PhoneSpot]:
    """Local numbers with the one area code that the text names and that makes ten digits."""
    if not any(spot.phone.local for spot in spots):
        return list(spots)
    named = set(_AREA_CODE.findall(text))
    sure = {spot.code for spot in spots if is_area(spot.code) and not spot.is_solid}
    codes = _by_length(named or sure or set(_codes_of_runs(spots)))
    completed: list[PhoneSpot] = []
    is_far, looked = True, 0  # whether the line has ended behind the last number with a code
    for spot in spots:
        if spot.phone.local:
            is_far = is_far or text.find("\n", looked, spot.start) >= 0
            looked = max(looked, spot.start)
            completed.append(_complete(spot, codes, is_borrowed=not named and is_far))
        else:
            completed.append(spot)
            is_far, looked = False, spot.end
    return completed


def _by_length(codes: set[str]) -> Mapping[int, list[str]]:
    return {length: [c for c in codes if len(c) == length] for length in set(map(len, codes))}


def _codes_of_runs(spots: Iterable[PhoneSpot]) -> Iterator[str]:
    """All that the code of «83825021345» may be."""
    for spot in spots:
        if spot.is_solid and is_area(spot.code) and spot.phone.e164:
            yield from (spot.phone.e164[2 : 2 + length] for length in (3, 4, 5))


def _complete(spot: PhoneSpot, codes: Mapping[int, list[str]], *, is_borrowed: bool) -> PhoneSpot:
    fitting = codes.get(10 - len(spot.phone.local or ""), [])
    if len(fitting) != 1 or not exists(f"+7{fitting[0]}{spot.phone.local}"):
        return spot
    completed = replace(spot.phone, e164=f"+7{fitting[0]}{spot.phone.local}", local=None)
    return replace(spot, phone=completed, is_borrowed=is_borrowed)
