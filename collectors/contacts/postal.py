"""Postal addresses in Russian writing: a chain of parts, each of a known kind.

«636615, Томская область, г. Кедровый, 1-й мкр., д. 61» is index, region, settlement, street,
house. A chain counts as an address if it has a street or settlement together with a house, or an
index together with a settlement. Every repeat and every chain is bounded, and so is the work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from collectors.model import PostalAddress

_B = r"[ \t\u00a0]"
_END = r"(?![\w-])"
_STOP = (  # words that are labels, kinds of places or bodies, and no part of a place's name
    r"(?!(?i:тел|телефон[ыа]?|факс|сайт|почта|эл|электронн\w{2}|адрес|режим|график|email|инн|огрн|кпп"
    r"|директор|заведующ\w{2}|контакт\w{0,4}|при[её]мная|учредител\w{1,2}|школ[аыуе]|сад|детск\w{2}"
    r"|библиотек[аи]|центр[ае]?|музе[йя]|администраци[яи]|управлени[ея]|отдел|учреждени[ея]"
    r"|дом|корпус|корп|литера?|строение|улиц[аые]|ул|проспект[еа]?|просп|пр|переулок|пер|площадь|пл"
    r"|микрорайон|мкр|квартал|шоссе|бульвар|набережная|наб|проезд|тупик|тракт|аллея|область|обл"
    r"|район|р-н|город|г|пос[её]лок|пос|село|край|республика|респ|россия)(?![\w-]))"
)
_WORD = rf"{_STOP}[«\"]?[А-ЯЁ][а-яёА-ЯЁ]{{0,30}}(?:-[А-ЯЁа-яё0-9]{{1,30}}){{0,3}}[»\"]?"
_NAME = rf"{_WORD}(?:{_B}{_WORD}){{0,2}}"
_INITIALS = rf"(?:[А-ЯЁ]\.{_B}?){{0,2}}"
_STREET_TYPE = (
    r"(?i:улица|ул|проспект|просп|пр-кт|пр-т|пр-зд|пр|переулок|пер|площадь|пл|бульвар|бул|б-р"
    r"|шоссе|ш|набережная|наб|проезд|тупик|тракт|аллея|линия|квартал|кв-л|микрорайон|мкр-н|мкрн"
    r"|мкр|м-н|территория|тер|городок)"
)
_QUARTER = r"(?i:микрорайон|мкр-н|мкрн|мкр|м-н|квартал|кв-л|линия)"
_ORDINAL = r"(?:\d{1,4}(?:-?[а-яё]{1,6})?|[IVXХ]{1,6})"
_LOWER = (
    r"(?:реки|имени|им\.?|революции|лет|летия|года|мая|марта|января|октября|дивизии|съезда|армии"
    r"|битвы|войны|стрелковой|гвардейской|партизан|бригады|героя|героев|улица)"
)
_STREET_WORD = rf"(?:{_INITIALS}{_WORD}|{_LOWER}{_END}|[А-ЯЁ]\.(?={_B}?[А-ЯЁ]))"
_STREET_NAME = (
    rf"(?:{_ORDINAL}{_B})?{_STREET_WORD}(?:{_B}?{_STREET_WORD}|{_B}{_STREET_WORD}){{0,4}}"
)
_TOWN_TYPE = (
    r"(?i:город-курорт|город|село|пос[её]лок|пос|пгт|рп|р\.\s?п|деревня|дер|станица|ст-ца|ст|хутор|аул|слобода|сл"
    r"|местечко|разъезд|станция|п/о|снт|с/п|г)"
)
_TOWN_LETTER = r"(?i:с|п|д|х)"
_LETTER = (
    rf"(?:/\d{{1,4}})?(?:{_B}?[-/]?{_B}?(?:[«\"][А-ЯЁа-яё][»\"]|[А-ЯЁA-Z](?![\w.]))"
    rf"|[-/]?[а-яa-z](?![\w.])|{_B}[абвгде](?={_B}?(?:[,;\n]|$)))?(?:/\d{{1,4}})?(?![\w:]|[-–.,/]\d)"
)
_PARTS = {
    "index": r"(?<!\d)[1-6]\d{5}(?!\d)",
    "country": rf"(?i:Россия|РФ|Российская{_B}Федерация){_END}",
    "region": (
        rf"(?:РМЭ|РТ|РБ|РК|РД|КЧР|КБР|ХМАО|ЯНАО|РСО|МО|ЛО|НСО)(?:-[А-Я]\w{{2,9}})?{_END}"
        rf"|(?:{_NAME}{_B}(?i:область|обл\.?|край|АО|а\.{_B}?о\.|авт(?:ономный|\.){_B}(?:округ|область)"
        rf"|респ\.?|республика){_END}|(?i:республика|респ\.?|обл\.?|край){_B}?{_NAME})"
        rf"(?:{_B}?[-–—]{_B}?{_WORD}|{_B}\({_WORD}\)|{_B}Эл{_END})?"
    ),
    "district": (
        rf"{_NAME}{_B}(?i:район|р-он|р-н|муниципальный{_B}(?:район|округ)|г\.?о\.?|городской{_B}округ"
        rf"|м\.?о\.?|с/с|с/п|с\.п\.|сельсовет|сельское{_B}поселение|городское{_B}поселение){_END}\.?"
        rf"|(?i:район|р-он|р-н|г\.{_B}?о\.|м\.{_B}?[ор]\.|городской{_B}округ|муниципальный{_B}округ"
        rf"|муниципальное{_B}образование|МО){_B}?(?:(?i:город|г\.){_B}?)?"
        rf"(?:{_NAME}|«[^»\n]{{2,60}}»|\"[^\"\n]{{2,60}}\")"
    ),
    "settlement": (
        rf"(?:{_TOWN_TYPE}(?:\.{_B}?|{_B})|{_TOWN_LETTER}\.{_B}?)(?:{_ORDINAL}{_B})?{_NAME}"
        rf"|{_NAME}{_B}(?:{_TOWN_TYPE}|{_TOWN_LETTER}){_END}\.?"
    ),
    "hamlet": rf"{_TOWN_LETTER}{_B}{_NAME}",
    "street": (
        rf"{_STREET_TYPE}(?:\.{_B}?|{_B}){_STREET_NAME}"
        rf"|{_QUARTER}(?:\.{_B}?|{_B})№?{_B}?\d{{1,3}}(?:-?[а-яё]{{1,2}}{_END}|[А-ЯЁ]{_END})?"
        rf"|\d{{1,3}}(?:-?[а-яё]{{1,2}})?{_B}?{_QUARTER}{_END}\.?(?:{_B}В\.{_B}?О\.)?"
        rf"|(?:{_ORDINAL}{_B})?{_INITIALS}{_NAME}{_B}{_STREET_TYPE}{_END}\.?"
    ),
    "house": (
        rf"(?:(?i:дом|д|владение|вл|здание|зд)(?:\.{_B}?|{_B})?(?:№{_B}?)?|№{_B}?)\d{{1,4}}{_LETTER}"
    ),
    "part": (
        rf"(?i:корпус|корп|к|строение|стр|помещение|пом|офис|оф|квартира|кв|кабинет|каб|подъезд|этаж"
        rf"|секция|блок|а/я)(?:\.{_B}?|{_B})?№?{_B}?\d{{1,4}}{_LETTER}"
        rf"|(?i:литера|литер|лит|корпус|корп|к|строение|стр)(?:\.{_B}?|{_B})"
        rf"[«\"]?[А-ЯЁA-Z]\d?[»\"]?{_END}|\d{{1,2}}{_B}этаж{_END}"
    ),
    "number": rf"\d{{1,4}}{_LETTER}",
    "bare street": rf"{_NAME}(?={_B}?,{_B}?\d{{1,4}}[а-яА-Я]?(?:[,;.\s]|$))",
    "name": (
        rf"{_NAME}(?:{_B}остров)?(?={_B}?,|{_B}\d{{1,3}}(?:-?[а-яё]{{1,2}})?{_B}?{_QUARTER}{_END})"
    ),
}
_KINDS = {kind: re.compile(body) for kind, body in _PARTS.items()}
_SEPARATOR = re.compile(r"[ \t\u00a0]{0,3}[,;.]?[ \t\u00a0]{0,3}\r?\n?[ \t\u00a0]{0,8}")
_START = re.compile(r"(?<![\w-])(?<!\d[.,/])[\w«\"]")
_LABELLED = re.compile(r"адрес\w{0,3}[^\n:]{0,30}:\s{0,3}$", re.IGNORECASE)
_CHAIN = 16
_SAME = {"hamlet": "settlement", "bare street": "street"}
_HOUSES = {"house", "number"}


@dataclass(frozen=True, slots=True)
class Part:
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Spot:
    start: int
    end: int
    address: PostalAddress


def find_addresses(text: str, place: str) -> list[Spot]:
    """Postal addresses in order, as they stand, line breaks included."""
    spots: list[Spot] = []
    for match in _START.finditer(text):
        if spots and match.start() < spots[-1].end:
            continue
        if span := _span(text, match.start()):
            start, end = span
            spots.append(Spot(start, end, PostalAddress(original=text[start:end], place=place)))
    return spots


def streets(text: str) -> Iterator[str]:
    """Whatever looks like a street or a numbered quarter, with or without a house."""
    for match in _START.finditer(text):
        if street := _KINDS["street"].match(text, match.start()):
            yield street[0]


def parts_of(text: str) -> list[tuple[str, str]]:
    """The parts of one written address: [("settlement", "г. Кедровый"), ("street", …), …]."""
    parts = _chain(text, len(text) - len(text.lstrip()))
    return [(part.kind, text[part.start : part.end]) for part in parts]


def _span(text: str, start: int) -> tuple[int, int] | None:
    parts = _without_heading(text, _chain(text, start))
    if not parts or not _is_address(text, parts):
        return None
    return parts[0].start, parts[-1].end


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
        separator = _SEPARATOR.match(text, part.end)
        position = separator.end() if separator else part.end
    while parts and parts[-1].kind == "name":
        parts.pop()
    return parts


def _part(text: str, position: int, before: list[Part]) -> Part | None:
    gap = text[before[-1].end : position] if before else ""
    for kind, pattern in _KINDS.items():
        if _fits(kind, [part.kind for part in before], gap):
            match = pattern.match(text, position)
            if match and _closes(before, kind, gap):
                return Part(_SAME.get(kind, kind), position, match.end())
    return None


def _closes(before: list[Part], kind: str, gap: str) -> bool:
    """Whether the chain may go on: behind a house a new line begins another thing."""
    has_house = bool(before) and any(part.kind in _HOUSES for part in before)
    return not has_house or kind == "part" or "\n" not in gap or gap.strip() in (",", ";")


def _fits(kind: str, kinds: list[str], gap: str) -> bool:
    """Whether a part of this kind may follow: an address has one index, one house to a street."""
    last = kinds[-1] if kinds else ""
    match kind:
        case "number":
            in_village = last == "settlement" and bool({"index", "region", "district"} & {*kinds})
            return (last == "street" or in_village) and "\n" not in gap
        case "house":
            return last in ("street", "settlement", "name", "region", "district")
        case "part":
            return bool({"house", "number", "street"} & {*kinds})
        case "bare street":
            return last == "settlement"
        case "name":
            return last in ("", "index", "country", "region", "district", "settlement", "name")
        case "hamlet":
            return last in ("index", "region", "district", "country")
        case "settlement":
            return "settlement" not in kinds or not _HOUSES & {*kinds}
        case "street":
            return True
        case "district":
            return kinds.count(kind) < 2
        case _:
            return kind not in kinds
