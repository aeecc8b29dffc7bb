"""Postal addresses in Russian writing: a chain of parts, each of a known kind.

«636615, Томская область, г. Кедровый, 1-й мкр., д. 61» is index, region, settlement, street,
house. A chain counts as an address if it has a street or settlement together with a house, or an
index together with a settlement. Every part and every chain is bounded, so is the work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from collectors.model import PostalAddress

_B = r"[ \t\u00a0]"
_STOP = (
    r"(?!(?:Тел|Факс|Сайт|Почта|Адрес|Дом|Корпус|Режим|График|Телефон|Электронная|Директор"
    r"|Заведующ|ИНН|ОГРН|Контакт|Email|Улица|Проспект|Область|Район|Город|Посёлок|Поселок|Село)"
    r"[а-яё]{0,8}(?![\w-]))"
)
_WORD = rf"{_STOP}[«\"]?[А-ЯЁ][а-яёА-ЯЁ]{{0,30}}(?:-[А-ЯЁа-яё0-9]{{1,30}}){{0,3}}[»\"]?"
_NAME = rf"{_WORD}(?:{_B}{_WORD}){{0,2}}"
_END = r"(?![\w-])"
_INITIALS = rf"(?:[А-ЯЁ]\.{_B}?){{0,2}}"
_STREET_TYPE = (
    r"(?:улица|ул|проспект|просп|пр-кт|пр-т|пр-зд|пр|переулок|пер|площадь|пл|бульвар|бул|б-р"
    r"|шоссе|ш|набережная|наб|проезд|тупик|тракт|аллея|линия|квартал|кв-л|микрорайон|мкр-н|мкрн"
    r"|мкр|м-н|территория|тер|городок)"
)
_ORDINAL = r"\d{1,4}(?:-?[а-яё]{1,3})?"
_STREET_NAME = (
    rf"(?:им(?:ени|\.){_B}?)?(?:{_ORDINAL}{_B}(?=лет|года|[А-ЯЁ]))?{_INITIALS}"
    rf"(?:{_NAME}|лет{_B}{_NAME}|года)(?:{_B}(?:революции|лет|года|мая|дивизии|съезда"
    rf"|армии|битвы|улица){_END}(?:{_B}{_NAME})?)?"
)
_LETTER = (
    rf"(?:/\d{{1,4}})?(?:{_B}?[-/]?{_B}?(?:[«\"][А-ЯЁа-яё][»\"]|[А-ЯЁA-Z](?![\w.])"
    rf")|[-/]?[а-яa-z](?![\w.]))?(?:/\d{{1,4}})?(?![\w:]|[-–.,/]\d)"
)
_PARTS = {
    "index": (r"(?<!\d)[1-6]\d{5}(?!\d)"),
    "region": (
        rf"(?:Россия|РФ|Российская{_B}Федерация|РМЭ|РТ|РБ|КЧР|КБР|ХМАО|ЯНАО|РСО|МО|ЛО){_END}"
        rf"|{_NAME}{_B}(?:область|обл\.?|край|АО|автономный{_B}округ|Респ\.?|республика){_END}"
        rf"|(?:Республика|Респ\.?|обл\.?){_B}?{_NAME}(?:{_B}Эл)?"
    ),
    "district": (
        rf"{_NAME}{_B}(?:район|р-он|р-н|муниципальный{_B}(?:район|округ)|г\.?о\.?|городской{_B}округ"
        rf"|м\.?о\.?|с/с|с/п|сельсовет){_END}\.?|(?:район|р-он|р-н){_B}?{_NAME}"
    ),
    "settlement": (
        rf"(?:город|г|село|с|посёлок|поселок|пос|пгт|рп|р\.{_B}?п|п|деревня|дер|д|станица|ст-ца"
        rf"|ст|хутор|х|аул|слобода|сл|местечко|разъезд|станция|п/о|снт)(?:\.{_B}?|{_B})"
        rf"(?:{_ORDINAL}{_B})?{_NAME}"
        rf"|{_NAME}{_B}(?:город|г|село|с|посёлок|поселок|пос|пгт|рп|п|деревня|дер|д|станица|ст-ца"
        rf"|хутор|х|аул){_END}\.?"
    ),
    "street": (
        rf"{_STREET_TYPE}(?:\.{_B}?|{_B}){_STREET_NAME}"
        rf"|(?:микрорайон|мкр-н|мкрн|мкр|м-н|квартал|кв-л|линия)(?:\.{_B}?|{_B})"
        rf"№?{_B}?\d{{1,3}}(?:-?[а-яё]{{1,2}}{_END}|[А-ЯЁ]{_END})?"
        rf"|\d{{1,3}}(?:-?[а-яё]{{1,2}})?{_B}?(?:микрорайон|мкр-н|мкрн|мкр|м-н|квартал|кв-л|линия)"
        rf"{_END}\.?"
        rf"|(?:{_ORDINAL}{_B})?{_NAME}{_B}{_STREET_TYPE}{_END}\.?"
    ),
    "house": (
        rf"(?:дом|д|владение|вл|здание|зд)(?:\.{_B}?|{_B})?№?{_B}?\d{{1,4}}{_LETTER}"
        rf"|№{_B}?\d{{1,4}}{_LETTER}"
    ),
    "part": (
        rf"(?:корпус|корп|к|строение|стр|помещение|пом|офис|оф|квартира|кв|кабинет|каб|подъезд|этаж"
        rf"|секция|блок|а/я)(?:\.{_B}?|{_B})?№?{_B}?\d{{1,4}}{_LETTER}"
        rf"|(?:литера|литер|лит|корпус|корп|к|строение|стр)(?:\.{_B}?|{_B})[«\"]?[А-ЯЁA-Z]\d?[»\"]?{_END}"
        rf"|\d{{1,2}}{_B}этаж{_END}"
    ),
    "number": (rf"\d{{1,4}}{_LETTER}"),
    "name": (rf"{_NAME}(?={_B}?,)"),
}
_KINDS = {kind: re.compile(body) for kind, body in _PARTS.items()}
_SEPARATOR = re.compile(r"[ \t\u00a0]{0,3}[,;.]?[ \t\u00a0]{0,3}\r?\n?[ \t\u00a0]{0,8}")
_START = re.compile(r"(?<![\w-])(?<!\d[.,/])[\wА-ЯЁ«\"]")
_CHAIN = 16


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
    parts = _chain(text, start)
    if not _is_address({part.kind for part in parts}):
        return None
    return parts[0].start, parts[-1].end


def _is_address(kinds: set[str]) -> bool:
    has_house = bool(kinds & {"house", "number"})
    has_town = bool(kinds & {"settlement", "name"})
    return (
        ("street" in kinds and has_house)
        or (has_town and "house" in kinds)
        or ("index" in kinds and has_town and bool(kinds & {"settlement", "street"}))
    )


def _chain(text: str, start: int) -> list[Part]:
    parts: list[Part] = []
    position = start
    while len(parts) < _CHAIN and (part := _part(text, position, parts)):
        parts.append(part)
        separator = _SEPARATOR.match(text, part.end)
        position = separator.end() if separator else part.end
    return parts


def _part(text: str, position: int, before: list[Part]) -> Part | None:
    for kind, pattern in _KINDS.items():
        match = pattern.match(text, position)
        if match and _fits(kind, before, text, position):
            return Part(kind, position, match.end())
    return None


def _fits(kind: str, before: list[Part], text: str, position: int) -> bool:
    """Whether a part of this kind may follow: an address has one index, one house to a street."""
    kinds = [part.kind for part in before]
    if kind == "number":
        return bool(kinds) and kinds[-1] == "street" and "\n" not in text[before[-1].end : position]
    if kind == "house":
        return bool(kinds) and kinds[-1] in ("street", "settlement", "name", "region", "district")
    if kind == "part":
        return bool(set(kinds) & {"house", "number", "street"})
    if kind == "name":
        return not kinds or (kinds[-1] in ("index", "region", "district"))
    if kind in ("index", "region", "district"):
        return kind not in kinds
    return kind != "settlement" or not set(kinds) & {"house", "number"} or "settlement" not in kinds
