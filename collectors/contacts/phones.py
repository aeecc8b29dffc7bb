"""Telephone numbers as they are written in Russia, in running text and in registries.

Candidates are found by patterns whose every repeat is bounded, so that the work grows with the
length of the text and no faster; phonenumbers says whether a candidate is a number that exists.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import unquote

import phonenumbers

from collectors.contacts.emails import find_emails
from collectors.contacts.links import find_links
from collectors.contacts.words import any_of
from collectors.model import Link, Phone
from collectors.text import normalised

_GAP = r"[\s()\-‐‑–—.]{0,4}"
_FULL = re.compile(rf"(?<![\d+])(?<!\d[-–./:])\(?(?:\+\s?7|[78])(?:{_GAP}\d){{10}}(?!\d)")
_CODED = re.compile(rf"(?<!\d)\(\d[\d -]{{2,5}}\)(?:{_GAP}\d){{5,7}}(?!\d)")
_BARE = re.compile(r"(?<![\w+])(?<![\d№][-–./:])\d{3,5}(?:[- –]\d{1,3}){2,4}(?![\w]|[-–./:]\d)")
_HALVES = re.compile(
    r"(?<![\w+])(?<![\d№][-–./:])(?:\d{3}-\d{2}|\d{3,5})[- –]\d{5,7}(?![\w]|[-–./:]\d)"
)
_SOLID = re.compile(r"(?<![\w+])(?<!\d[-–./:])[3489]\d{9}(?![\w]|[-–./:]\d)")
_DASH = r"[-‐‑–—]"
_LOCAL = re.compile(
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
_PHONE_WORDS = (
    "тел|факс|т/ф|тф|сот|моб|phone|fax|tel|звони|приемн|приёмн|вахт|касс|регистратур|секретар"
    "|whatsapp|viber|контакт"
)
_OTHER_WORDS = (
    "инн|огрн|кпп|бик|окпо|октмо|окато|оквэд|окфс|окопф|снилс|паспорт|счет|счёт|р/с|к/с|л/с|р/сч|кбк"
    "|уин|id|лиценз|приказ|постановл|распоряж|договор|контракт|кадастр|индекс|координат|свидетельств"
    "|аккредитац|серия|серии|исх|вх[.]|реестр|протокол|гост|шифр|карта|карты"
)
_LABEL = re.compile(
    rf"(?<!\w)(?:(?P<phone>{any_of(_PHONE_WORDS)}|[ТтФф]\.|[☎📞📱])|(?P<other>{any_of(_OTHER_WORDS)}))"
)
_NUMBERED = re.compile(r"(?:№|#|(?<!\w)(?:N|No|гост|п|ст)\.?)\s{0,2}$", re.IGNORECASE)
_ABROAD = re.compile(r"\+(?!7)\d[\d\s()\-]{0,14}$")
_MOBILE = re.compile(r"9\d{2} \d{3} \d{2} \d{2}")
_LIKE_LOCAL = re.compile(r"\d{1,3}[-‐‑–—]\d{1,2}[-‐‑–—]\d{2}")
_COUNTED = re.compile(r"\s{0,2}(?:руб|₽|%|чел|год|шт\.|учени|учащ|детей|обуча)", re.IGNORECASE)
_CODE_END = re.compile(r"\)[\s\-]{0,3}\d| \d{1,3}-\d\d-\d\d(?!\d)")
_INDEX = re.compile(r"[1-6]\d{5}")
_TOWN = re.compile(r"\s{0,2},?\s{0,2}(?:[А-ЯЁ][а-яё]{2}|[гспд]\.|обл|респ|россия|РФ|РОССИЯ)")
_DATE = re.compile(r"(?:[0-2]?\d|3[01])\.(?:0\d|1[0-2])\.\d{2}")
_HOURS = re.compile(
    r"(?<![\d.:])[0-2]?\d[.:][0-5]\d\s?[-–—]\s?[0-2]?\d[.:][0-5]\d(?![\d]|[-–.:]\d)"
)
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
# Where a pattern that looks back first may begin: one search for these in place of six.
_OPENING = re.compile(r"[(+\d](?:(?<=\d)\d{0,39})?")
_OWN_CODE = re.compile(r"\(\d[\d -]{1,5}\)[ \-‐-―]{0,3}\Z")
_HOUR = re.compile(r"[.:][0-5]\d\s?[-–—]")  # as in opening hours
_BETWEEN_SLASHES = re.compile(r"/\d{3,5}/")
_LABEL_REACH = 60
_NEAR = 30


@dataclass(frozen=True, slots=True)
class Spot:
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


def find_phones(text: str, place: str) -> list[Spot]:
    """Every number in the text in order; local numbers completed if the text gives one code."""
    if not _DIGIT.search(text):
        return []
    spots: list[Spot] = []
    plain = _usual(_masked(text))
    openings = _openings(plain)
    for spot in _with_code(plain, place, openings):
        if not spots or spot.start >= spots[-1].end:
            spots.append(spot)
    taken = [(spot.start, spot.end) for spot in spots]
    spots += _without_code(plain, place, openings, taken)
    spots.sort(key=lambda spot: spot.start)
    shown = [_as_it_stands(spot, text) for spot in spots]
    return _completed(shown, plain)


def _usual(text: str) -> str:
    """Equally long; opening hours blotted out, as «8.00-17.00 8» would begin a number."""
    for odd, usual in zip(_ODD, _USUAL, strict=True):
        text = text.replace(odd, usual)
    if _HOUR.search(text):
        hours = _matches(_HOURS, _openings(text), text)
        text = _blotted(text, [match.span() for match in hours], "|")
    return _SLASHED.sub(r"\1(\2)", text) if _BETWEEN_SLASHES.search(text) else text


def _openings(text: str) -> list[int]:
    return [match.start() for match in _OPENING.finditer(text)]


def _matches(
    pattern: re.Pattern[str], openings: Iterable[int], text: str
) -> Iterator[re.Match[str]]:
    """As `pattern.finditer`, tried only at `openings`."""
    end = 0
    for start in openings:
        match = pattern.match(text, start) if start >= end else None
        if match:
            end = match.end()
            yield match


def _blotted(text: str, spans: Iterable[tuple[int, int]], by: str) -> str:
    """Equally long."""
    pieces, position = [], 0
    for start, end in sorted(spans):
        pieces += [text[position:start], by * (end - max(start, position))]
        position = max(position, end)
    return "".join([*pieces, text[position:]])


def _masked(text: str) -> str:
    """The text, equally long, with e-mail and web addresses blotted out: they hold numbers too."""
    spans = [(s.start, s.end) for s in find_emails(text, "")]
    spans += [(s.start, s.end) for s in find_links(text, "")]
    return _blotted(text, spans, "_")


def _as_it_stands(spot: Spot, text: str) -> Spot:
    return replace(spot, phone=replace(spot.phone, original=text[spot.start : spot.end]))


def linked_phones(links: Sequence[Link]) -> list[Phone]:
    """The numbers of `tel:` links."""
    written = [link for link in links if link.url.lower().startswith("tel:")]
    fields = dict.fromkeys((normalised(unquote(link.url[4:])), link.place) for link in written)
    return [phone for field, place in fields for phone in phones_of_field(field, place)]


def phones_of_field(written: str, place: str) -> tuple[Phone, ...]:
    """The numbers of a field for them; where none is found, all its digits are one."""
    digits = _digits(written)
    unknown = Phone(original=written, place=place, local=digits)
    return parse_phones(written, place) or ((unknown,) if len(digits) > 1 else ())


def parse_phones(written: str, place: str = "registry") -> tuple[Phone, ...]:
    """All numbers of a registry's value: «3-55-46», «8 (38250) 3-55-46 доб. 2, 3-55-47»."""
    return tuple(spot.phone for spot in find_phones(f"тел. {written.strip()}", place))


def parse_phone(written: str, place: str = "registry") -> Phone:
    """The first number of a registry's value; neither `e164` nor `local` if there is none."""
    phones = parse_phones(written, place)
    return phones[0] if phones else Phone(original=written, place=place)


def _with_code(text: str, place: str, openings: Sequence[int]) -> Iterator[Spot]:
    candidates = [
        *((match, True) for match in _matches(_FULL, openings, text)),
        *((match, False) for match in _matches(_CODED, openings, text)),
        *((match, False) for match in _matches(_BARE, openings, text)),
        *((match, False) for match in _matches(_HALVES, openings, text)),
        *((match, False) for match in _matches(_SOLID, openings, text)),
    ]
    for match, has_prefix in sorted(candidates, key=lambda pair: (pair[0].start(), not pair[1])):
        spot = _spot(text, match, has_prefix, place)
        if spot:
            yield spot
            yield from _continued(text, spot, place)


def _spot(text: str, match: re.Match[str], has_prefix: bool, place: str) -> Spot | None:
    written = match[0]
    digits = _digits(written)
    national = digits[1:] if has_prefix else digits
    code = _area_code(written, has_prefix, national)
    if code is None or not _is_trusted(text, match, written, has_prefix):
        return None
    e164 = f"+7{national}"
    if not _exists(e164):
        return None
    end, extension = _extension(text, match.end())
    original = text[match.start() : end]
    phone = Phone(original=original, place=place, e164=e164, extension=extension)
    return Spot(match.start(), end, phone, code, is_solid=_is_solid(written, has_prefix))


def _is_solid(written: str, has_prefix: bool) -> bool:
    """Code and number run together: «83825021345», «8382502-13-45»."""
    groups = re.findall(r"\d{1,11}", written)
    runs_on = len(groups[0]) > 5 + has_prefix or max(map(len, groups)) > 7
    return "(" not in written and runs_on


def _area_code(written: str, has_prefix: bool, national: str) -> str | None:
    """The code that the grouping shows; None where no number is grouped so (a date, a СНИЛС)."""
    if len(national) != 10:
        return None
    rest = re.sub(r"^\(?(?:\+\s?7|[78])", "", written) if has_prefix else written
    if bracket := re.search(r"\(([\d\s\-]{3,7})\)", rest):
        return _digits(bracket[1])
    groups = re.findall(r"\d{1,11}", rest)
    if len(groups) == 1 or (has_prefix and _is_run_together(groups)):
        return _registered_code(national)
    sizes = [len(group) for group in groups]
    if (has_prefix and sizes[:2] == [2, 3]) or sizes == [3, 2, 5]:  # 8 38 250 3-55-46, 861-40-67226
        groups = [groups[0] + groups[1], *groups[2:]]
    if len(groups[0]) not in (3, 4, 5) or len(groups) > 6 or groups[1:] == ["345", "678"]:
        return None
    return groups[0] if max(map(len, groups[1:])) < 8 and groups[-1] != "" else None


def _is_run_together(groups: Sequence[str]) -> bool:
    """«8382502-13-45»: the code sticks to the number's first group."""
    return 6 <= len(groups[0]) <= 8 and all(len(group) == 2 for group in groups[1:])


@lru_cache(maxsize=16384)  # a number stands on every page of its site
def _registered_code(national: str) -> str:
    number = phonenumbers.parse(f"+7{national}", "RU")
    return national[: phonenumbers.length_of_geographical_area_code(number)]


def _is_trusted(text: str, match: re.Match[str], written: str, has_prefix: bool) -> bool:
    """Whether the writing or the words before it say that this is a telephone number."""
    if "+" in written or "(" in written:
        return True
    labels = _labels(text, match.start())
    if written.isdigit():
        sure = has_prefix and (written[1:].startswith(("9", "800")) or _opens_line(text, match))
        return labels[-1:] == ["phone"] or (sure and not labels)
    is_shaped = has_prefix or "-" in written or bool(_MOBILE.fullmatch(written))
    return _is_no_other(text, match.start(), labels) and ("phone" in labels or is_shaped)


def _opens_line(text: str, match: re.Match[str]) -> bool:
    """Nothing but a bullet stands before it in its line."""
    before = text[max(0, match.start() - _NEAR) : match.start()]
    return not before.rpartition("\n")[2].strip(" \t-–—•·*☎📞📱")


def _is_no_other(text: str, start: int, labels: Sequence[str | None]) -> bool:
    """Nothing before says that this is a number of another kind; a word for phones outweighs."""
    numbered = _NUMBERED.search(text[max(0, start - 8) : start])
    return not numbered and ("phone" in labels or "other" not in labels)


def _labels(text: str, start: int) -> list[str | None]:
    """The kinds (phone, other) of the words before `start` that name numbers, nearest last.

    A word for telephones may stand in the line above, one for other numbers rules its line only.
    """
    before = text[max(0, start - _LABEL_REACH) : start]
    line = before.rfind("\n")
    return [
        match.lastgroup
        for match in _LABEL.finditer(before)
        if match.lastgroup == "phone" or match.start() > line
    ]


@lru_cache(maxsize=16384)
def _exists(e164: str) -> bool:
    return phonenumbers.is_valid_number(phonenumbers.parse(e164, None))


def _extension(text: str, end: int) -> tuple[int, str | None]:
    match = _EXTENSION.match(text, end)
    return (match.end(), match[1]) if match else (end, None)


def _continued(text: str, spot: Spot, place: str) -> Iterator[Spot]:
    """The numbers that follow in a list without repeating the code: «…1-22-33, 1-22-34»."""
    while after := _next(text, spot):
        start, end, digits = after
        code = _code_for(spot, digits)
        if not _exists(f"+7{code}{digits}"):
            return
        end, extension = _extension(text, end)
        phone = Phone(
            original=text[start:end],
            place=place,
            e164=f"+7{code}{digits}",
            extension=extension,
        )
        spot = Spot(start, end, phone, code)
        yield spot


def _code_for(spot: Spot, local: str) -> str:
    """A number that is written as one run has the code that makes ten digits with the next."""
    return (spot.phone.e164 or "")[2 : 12 - len(local)] if spot.is_solid else spot.code


def _next(text: str, spot: Spot) -> tuple[int, int, str] | None:
    """Start, end and digits of a list's next number; «3-55-46/47» changes the last two digits."""
    local = (spot.phone.e164 or "")[2 + len(spot.code) :] or spot.phone.local or ""
    match = _NEXT.match(text, spot.end)
    if match and len(_digits(match[1])) in _lengths(spot, local):
        return match.start(1), match.end(), _digits(match[1])
    tail = _TAIL.match(text, spot.end)
    return (tail.start(1), tail.end(), local[:-2] + tail[1]) if tail else None


def _lengths(spot: Spot, local: str) -> tuple[int, ...]:
    """How many digits the next number of a list may have."""
    return (5, 6, 7) if spot.is_solid and _is_area(spot.code) else (len(local),)


def _without_code(
    text: str, place: str, openings: Sequence[int], taken: Sequence[tuple[int, int]]
) -> list[Spot]:
    """Local numbers outside the spans that are taken (sorted, as the matches are)."""
    spots: list[Spot] = []
    for match in _outside(_matches(_LOCAL, openings, text), taken):
        follows = bool(spots) and _follows(text, spots[-1], match)
        if follows or _is_local(text, match):
            end, extension = _extension(text, match.end())
            start = _code_before(text, match.start())
            written = text[start : match.end()]
            phone = Phone(
                original=written, place=place, local=_digits(written), extension=extension
            )
            spots.append(Spot(start, end, phone))
    return spots


def _code_before(text: str, start: int) -> int:
    """Where a number begins that has a code, and not one to make ten digits: «(3825) 3-55-46»."""
    before = _OWN_CODE.search(text, max(0, start - _NEAR), start)
    return before.start() if before else start


def _outside(
    matches: Iterable[re.Match[str]], taken: Sequence[tuple[int, int]]
) -> Iterator[re.Match[str]]:
    index = 0
    for match in matches:
        while index < len(taken) and taken[index][1] <= match.start():
            index += 1
        if index == len(taken) or taken[index][0] >= match.end():
            yield match


def _follows(text: str, spot: Spot, match: re.Match[str]) -> bool:
    after = _next(text, spot)
    return after is not None and after[0] == match.start()


def _is_local(text: str, match: re.Match[str]) -> bool:
    """Hyphens as in 3-55-46 speak for themselves; other writings need a word right before."""
    written, start = match[0], match.start()
    before = text[max(0, start - 20) : start]
    if not 5 <= len(_digits(written)) <= 7 or written[0] == "0" or _ABROAD.search(before):
        return False
    if _LIKE_LOCAL.fullmatch(written):
        labels = _labels(text, start)
        is_shown = "phone" in labels or _is_plain(written, before)
        return is_shown and _is_no_other(text, start, labels)
    return not _is_other_number(text, match) and _is_called_phone(text, start)


def _is_other_number(text: str, match: re.Match[str]) -> bool:
    """A code in brackets, a date, a count of people or roubles, the index of an address."""
    written, end = match[0], match.end()
    is_code = written.isdigit() and bool(_CODE_END.match(text, end))
    is_index = bool(_INDEX.fullmatch(written) and _TOWN.match(text, end))
    return is_code or is_index or bool(_DATE.fullmatch(written) or _COUNTED.match(text, end))


def _is_called_phone(text: str, start: int) -> bool:
    """A word for telephones stands close before, without another number in between."""
    before = text[max(0, start - _NEAR) : start]
    labels = list(_LABEL.finditer(before))
    if not labels or labels[-1].lastgroup != "phone":
        return False
    return not re.search(r"\d|\S\s{0,9}\n\s{0,9}\S|№|код", before[labels[-1].end() :])


def _is_plain(written: str, before: str) -> bool:
    """3-55-46 is a telephone anywhere; 55-35-46 may be ages or a date, unless it opens a line."""
    if len(_digits(written)) != 6:
        return True
    day, month, _ = (int(group) for group in re.findall(r"\d{1,3}", written))
    is_date = day <= 31 and month <= 12
    return not is_date and not before.rpartition("\n")[2].strip(" \t-–—•·")


def _completed(spots: Sequence[Spot], text: str) -> list[Spot]:
    """Local numbers with the one area code that the text names and that makes ten digits."""
    if not any(spot.phone.local for spot in spots):
        return list(spots)
    named = set(_AREA_CODE.findall(text))
    sure = {spot.code for spot in spots if _is_area(spot.code) and not spot.is_solid}
    codes = _by_length(named or sure or set(_codes_of_runs(spots)))
    completed: list[Spot] = []
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


def _codes_of_runs(spots: Iterable[Spot]) -> Iterator[str]:
    """All that the code of «83825021345» may be."""
    for spot in spots:
        if spot.is_solid and _is_area(spot.code) and spot.phone.e164:
            yield from (spot.phone.e164[2 : 2 + length] for length in (3, 4, 5))


def _is_area(code: str) -> bool:
    """A mobile or toll-free code is nobody's town."""
    return bool(code) and code[0] in "348" and not code.startswith("80")


def _complete(spot: Spot, codes: Mapping[int, list[str]], *, is_borrowed: bool) -> Spot:
    fitting = codes.get(10 - len(spot.phone.local or ""), [])
    if len(fitting) != 1 or not _exists(f"+7{fitting[0]}{spot.phone.local}"):
        return spot
    completed = replace(spot.phone, e164=f"+7{fitting[0]}{spot.phone.local}", local=None)
    return replace(spot, phone=completed, is_borrowed=is_borrowed)


def _digits(written: str) -> str:
    return re.sub(r"\D", "", written)
