"""Where telephone numbers stand in a text, with an area code and without."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from collectors.contacts.area_codes import area_code, digits_of, exists, is_area, is_solid
from collectors.contacts.phone_words import NEAR, is_local, is_trusted
from collectors.model import Phone

_GAP = r"[\s()\-‐‑–—.]{0,4}"
FULL = re.compile(rf"(?<![\d+])(?<!\d[-–./:])\(?(?:\+\s?7|[78])(?:{_GAP}\d){{10}}(?!\d)")
CODED = re.compile(rf"(?<!\d)\(\d[\d -]{{2,5}}\)(?:{_GAP}\d){{5,7}}(?!\d)")
BARE = re.compile(r"(?<![\w+])(?<![\d№][-–./:])\d{3,5}(?:[- –]\d{1,3}){2,4}(?![\w]|[-–./:]\d)")
HALVES = re.compile(
    r"(?<![\w+])(?<![\d№][-–./:])(?:\d{3}-\d{2}|\d{3,5})[- –]\d{5,7}(?![\w]|[-–./:]\d)"
)
SOLID = re.compile(r"(?<![\w+])(?<!\d[-–./:])[3489]\d{9}(?![\w]|[-–./:]\d)")
_DASH = r"[-‐‑–—]"
LOCAL = re.compile(
    r"(?<![\w№+])(?<!\w[-–/])(?<!\d[.:,])(?<![№#] )"
    rf"(?:\d{{1,3}} ?{_DASH} ?\d{{1,2}} ?{_DASH} ?\d{{2}}|\d{{2,3}}{_DASH}\d{{2,4}}"
    r"|\d{1,3}(?: \d{2}){2}|\d{1,3}(?:\.\d{2}){2}|\d{5,7})(?!\w|[-–.:]\d)"
)
_NEXT = re.compile(
    r"\s{0,2}(?:[,;/]|и|или)\s{0,3}(\d(?:[-‐‑–— ]?\d){4,6})(?!\w|[-–.:]\d|[ -]?\(|/\d{1,4}(?!\d|-))"
)
_TAIL = re.compile(
    r"(?:/|,(?=\d{2}(?:\s{0,3}(?:[;,)\n]|$)|\s\D))|,\s(?=\d{2}\s{0,3}(?:[;)\n]|$)))"
    r"(\d{2})(?![\w]|[-–./:]\d)"
)
_EXTENSION = re.compile(
    r"[\s,;(]{0,4}(?:доб(?:авочный)?|вн(?:утр(?:енний)?)?|доп|ext)[.:]{0,2}\s{0,2}"
    r"(?:номер|№)?\s{0,2}(\d{1,6})(?!\d)\)?",
    re.IGNORECASE,
)
_OWN_CODE = re.compile(r"\(\d[\d -]{1,5}\)[ \-‐-―]{0,3}\Z")


# Where a pattern that looks back first may begin: one search for these in place of six.
_OPENING = re.compile(r"[(+\d](?:(?<=\d)\d{0,39})?")


@dataclass(frozen=True, slots=True)
class PhoneSpot:
    """A phone and where it stands in the text.

    `code` is its area code if the writing shows it. `is_solid`: it does not, and `code` is only the
    shortest that it may be. `is_borrowed`: the code is that of another line's number.
    """

    start: int
    end: int
    phone: Phone
    code: str = ""
    is_borrowed: bool = False
    is_solid: bool = False


def openings_in(text: str) -> list[int]:
    return [match.start() for match in _OPENING.finditer(text)]


def matches_at(
    pattern: re.Pattern[str], openings: Iterable[int], text: str
) -> Iterator[re.Match[str]]:
    """As `pattern.finditer`, tried only at `openings`."""
    end = 0
    for start in openings:
        match = pattern.match(text, start) if start >= end else None
        if match:
            end = match.end()
            yield match


def spots_with_code(text: str, place: str, openings: Sequence[int]) -> Iterator[PhoneSpot]:
    candidates = [
        *((match, True) for match in matches_at(FULL, openings, text)),
        *((match, False) for match in matches_at(CODED, openings, text)),
        *((match, False) for match in matches_at(BARE, openings, text)),
        *((match, False) for match in matches_at(HALVES, openings, text)),
        *((match, False) for match in matches_at(SOLID, openings, text)),
    ]
    for match, has_prefix in sorted(candidates, key=lambda pair: (pair[0].start(), not pair[1])):
        spot = _spot_of(text, match, has_prefix, place)
        if spot:
            yield spot
            yield from _following_spots(text, spot, place)


def _spot_of(text: str, match: re.Match[str], has_prefix: bool, place: str) -> PhoneSpot | None:
    written = match[0]
    digits = digits_of(written)
    national = digits[1:] if has_prefix else digits
    code = area_code(written, has_prefix, national)
    if code is None or not is_trusted(text, match, written, has_prefix):
        return None
    e164 = f"+7{national}"
    if not exists(e164):
        return None
    end, extension = _extension_at(text, match.end())
    original = text[match.start() : end]
    phone = Phone(original=original, place=place, e164=e164, extension=extension)
    return PhoneSpot(match.start(), end, phone, code, is_solid=is_solid(written, has_prefix))


def _extension_at(text: str, end: int) -> tuple[int, str | None]:
    match = _EXTENSION.match(text, end)
    return (match.end(), match[1]) if match else (end, None)


def _following_spots(text: str, spot: PhoneSpot, place: str) -> Iterator[PhoneSpot]:
    """The numbers that follow in a list without repeating the code: «…1-22-33, 1-22-34»."""
    while after := _next_in_list(text, spot):
        start, end, digits = after
        code = _code_for(spot, digits)
        if not exists(f"+7{code}{digits}"):
            return
        end, extension = _extension_at(text, end)
        phone = Phone(
            original=text[start:end],
            place=place,
            e164=f"+7{code}{digits}",
            extension=extension,
        )
        spot = PhoneSpot(start, end, phone, code)
        yield spot


def _code_for(spot: PhoneSpot, local: str) -> str:
    """A number that is written as one run has the code that makes ten digits with the next."""
    return (spot.phone.e164 or "")[2 : 12 - len(local)] if spot.is_solid else spot.code


def _next_in_list(text: str, spot: PhoneSpot) -> tuple[int, int, str] | None:
    """Start, end and digits of a list's next number; «3-55-46/47» changes the last two digits."""
    local = (spot.phone.e164 or "")[2 + len(spot.code) :] or spot.phone.local or ""
    match = _NEXT.match(text, spot.end)
    if match and len(digits_of(match[1])) in _lengths(spot, local):
        return match.start(1), match.end(), digits_of(match[1])
    tail = _TAIL.match(text, spot.end)
    return (tail.start(1), tail.end(), local[:-2] + tail[1]) if tail else None


def _lengths(spot: PhoneSpot, local: str) -> tuple[int, ...]:
    """How many digits the next number of a list may have."""
    return (5, 6, 7) if spot.is_solid and is_area(spot.code) else (len(local),)


def spots_without_code(
    text: str, place: str, openings: Sequence[int], taken: Sequence[tuple[int, int]]
) -> list[PhoneSpot]:
    """Local numbers outside the spans that are taken (sorted, as the matches are)."""
    spots: list[PhoneSpot] = []
    for match in _matches_outside(matches_at(LOCAL, openings, text), taken):
        follows = bool(spots) and _follows(text, spots[-1], match)
        if follows or is_local(text, match):
            end, extension = _extension_at(text, match.end())
            start = _code_before(text, match.start())
            written = text[start : match.end()]
            phone = Phone(
                original=written, place=place, local=digits_of(written), extension=extension
            )
            spots.append(PhoneSpot(start, end, phone))
    return spots


def _code_before(text: str, start: int) -> int:
    """Where a number begins that has a code, and not one to make ten digits: «(3825) 3-55-46»."""
    before = _OWN_CODE.search(text, max(0, start - NEAR), start)
    return before.start() if before else start


def _matches_outside(
    matches: Iterable[re.Match[str]], taken: Sequence[tuple[int, int]]
) -> Iterator[re.Match[str]]:
    index = 0
    for match in matches:
        while index < len(taken) and taken[index][1] <= match.start():
            index += 1
        if index == len(taken) or taken[index][0] >= match.end():
            yield match


def _follows(text: str, spot: PhoneSpot, match: re.Match[str]) -> bool:
    after = _next_in_list(text, spot)
    return after is not None and after[0] == match.start()
