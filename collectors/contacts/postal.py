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
_LABELS = (
    r"тел|телефон[ыа]?|факс|сайт|почта|эл|электронн\w{2}|адрес|режим|график|email|инн|огрн|кпп"
    r"|директор|заведующ\w{2}|контакт\w{0,4}|при[её]мная|учредител\w{1,2}"
)
_STOP = (  # words that are labels, kinds of places or bodies, and no part of a place's name
    rf"(?!(?i:{_LABELS}|школ[аыуе]|сад|детск(?:ий|ая|ого|ому|ие|их)"
    r"|библиотек[аи]|центр[ае]?|музе[йя]|администраци[яи]|управлени[ея]|отдел|учреждени[ея]"
    r"|дом|корпус|корп|литера?|строение|улиц[аые]|ул|проспект[еа]?|просп|пр|переулок|пер|площадь|пл"
    r"|микрорайон|мкр|квартал|шоссе|бульвар|набережная|наб|проезд|тупик|тракт|аллея|область|обл"
    r"|район|р-н|город|г|пос[её]лок|пос|село|край|республика|респ|россия)(?![\w-]))"
)
_SOFT_STOP = (  # behind «ул.» a street may be called anything: «ул. Детская», «ул. Дом Культуры»
    rf"(?!(?i:{_LABELS})(?![\w-])|(?i:дом|д|корпус|корп|строение|стр|литера?)\.?{_B}?[№\d])"
)
_CAPITAL = r"(?>[«\"]?[А-ЯЁ][а-яёА-ЯЁ]{0,30}(?:-[А-ЯЁа-яё0-9]{1,30}){0,3}[»\"]?)"
_WORD = _STOP + _CAPITAL
_STREET_TYPE = (
    r"(?i:улица|ул|проспект|просп|пр-кт|пр-т|пр-зд|пр-д|пр|переулок|пер|площадь|пл|бульвар|бул|б-р"
    r"|шоссе|ш|набережная|наб|проезд|тупик|туп|тракт|аллея|линия|квартал|кв-л|кварт|микрорайон"
    r"|мкр-н|мкрн|мкр|м-н|территория|тер|городок|спуск|въезд|заезд|просека|магистраль|ж/к)"
)
_TAKEN = rf"(?!{_B}(?:{_STREET_TYPE}|(?i:район|р-он|р-н|м\.?{_B}?р-н|муницип\w{{2,8}}|городской|улус)){_END})"
_NAME = rf"{_WORD}(?:{_B}{_WORD}{_TAKEN}){{0,2}}"
_QUARTER = r"(?i:микрорайон|мкр-н|мкрн|мкр|м-н|квартал|кв-л|линия)"
_ORDINAL = r"(?:\d{1,4}(?:-?[а-яё]{1,6})?|[IVXХ]{1,6})"
_LOWER = (
    r"(?:реки|(?i:имени|им\.?)|революции|лет|летия|года|мая|марта|января|февраля|июля|июня|октября"
    r"|ноября|декабря|дивизии|съезда|партсъезда|армии|битвы|войны|стрелковой|гвардейской|партизан"
    r"|бригады|полка|героя|героев|комиссаров|академика|генерала|маршала|адмирала|лейтенанта|капитана"
    r"|майора|полковника|космонавта|л[её]тчика|профессора|писателя|поэта|братьев|коммунаров|улица)"
)
_SHORTENED = rf"[А-ЯЁ][а-яё]{{0,2}}\.(?={_B}?[А-ЯЁ])"
_INITIALS_BEHIND = rf"(?:[А-ЯЁ]\.{_B}?){{1,2}}(?=[,;\d]|(?i:дом|д){_END})"
_MORE_NAME = (
    rf"(?:{_B}|(?<=\.))(?:{_INITIALS_BEHIND}|{_SHORTENED}|{_LOWER}{_END}|и(?={_B}[А-ЯЁ])"
    rf"|(?![А-ЯЁ](?!\w)){_WORD})"
)
_STREET_NAME = (
    rf"(?:{_ORDINAL}{_B})?(?:{_SHORTENED}|[а-яё]\.(?={_B}?[А-ЯЁ])|{_LOWER}{_END}|{_SOFT_STOP}{_CAPITAL})"
    rf"(?:{_MORE_NAME}){{0,4}}"
)
_TOWN_TYPE = (
    r"(?i:город-курорт|город|село|пос[её]лок|пос|п\.?\s?г\.?\s?т|р\.?\s?п|[ндк]\.?п|деревня|дер|станица"
    r"|ст-ца|ст|хутор|хут|аул|слобода|сл|местечко|разъезд|рзд|станция|п/о|снт|с/п|ж\.?р|ж/р|ж/м|г)"
)
_TOWN_BEFORE = (
    rf"(?:ЗАТО{_B})?(?i:(?:рабочий|дачный|курортный){_B}пос[её]лок|сельское{_B}поселение"
    rf"|(?:пос[её]лок|пос|п)(?:\.{_B}?|{_B})(?:городского|сельского){_B}типа"
    rf"|(?:(?:пос[её]лок|пос|п)(?:\.{_B}?|{_B}))?(?:ж/д|железнодорожн\w{{2}}){_B}(?:станци[яи]|ст|рзд)"
    rf"|(?:пос[её]лок|пос|п)(?:\.{_B}?|{_B})(?:станции|ст|разъезда)|{_TOWN_TYPE})"
)
_TOWN_LETTER = r"(?:[спдхСПДХ]|а)"
_QUOTED_LETTER = r"[«\"][А-ЯЁа-яё][»\"]"
_NEXT_LABEL = r"(?:[Тт]ел|[Фф]акс|[Ээ]л|[Ee]-?mail|\+|8)"
_LETTER = (
    rf"(?:/\d{{1,4}})?(?:{_B}?[-/]?{_B}?{_QUOTED_LETTER}"
    r"|(?:(?:к|с|стр|корп|К)\d{1,3}){1,2}"
    r"|(?!-[йяео])[-/]?[А-ЯЁа-яёA-Za-z](?!\w|\.\w)"
    rf"|{_B}?[-/]?{_B}?[А-ЯЁA-Z](?:(?![\w.])|(?=\.\s{{1,3}}{_NEXT_LABEL}))"
    rf"|{_B}[абвгде](?={_B}?(?:[,;\n|()]|$|{_NEXT_LABEL}))|{_B}[абве](?=\.(?:\s|$))"
    rf")?(?:/\d{{1,4}})?(?![\w]|[-–./]\d|:\d)"
)
_NUMBER = rf"\d{{1,4}}(?:[-–]\d{{1,3}}(?![-–\d]))?{_LETTER}"
_NO_HOUSE = (  # 12 мая; 5 лет; 8 (38250) 3-55-46
    rf"(?!{_B}?\(?\d{{3,5}}[) -]|{_B}(?:январ|феврал|март|апрел|ма[яй]|июн|июл|август|сентябр|октябр"
    r"|ноябр|декабр|лет|год|час|чел|раз|руб|км|кв\.?\s?м|метр|дн|минут|%)|\s?%)"
)
_HOUSE_TYPE = (
    r"(?i:домовладение|дом|д|владение|влд|вл|здание|зд|строение|стр|сооружение|соор|участок|уч"
    r"|корпус|корп)"
)
_UNNUMBERED = (
    rf"(?i:(?:(?:дом|д|зд|здание)(?:\.{_B}?|{_B}))?(?:б/н|без{_B}номера|б\.{_B}?н\.?)){_END}"
)
_SURE_STREET = (
    r"(?i:улица|ул|проспект|просп|пр-кт|пр-т|пр-д|переулок|пер|площадь|пл|бульвар|б-р|шоссе"
    r"|набережная|наб|проезд|тупик|тракт|квартал|кв-л|микрорайон|мкр-н|мкрн|мкр)"
)
_PARTS = {
    "index": r"(?<!\d)[1-6]\d{5}(?!\d)",
    "country": rf"(?i:Россия|РФ|Российская{_B}Федерация){_END}",
    "region": (
        rf"(?:РМЭ|РТ|РБ|РК|РД|КЧР|КБР|ХМАО|ЯНАО|РСО|МО|ЛО|НСО)(?:{_B}?[-–—]{_B}?[А-Я]\w{{2,9}})?{_END}"
        rf"|(?:{_NAME}{_B}(?i:область|обл\.?|край|АО|а\.{_B}?о\.|авт(?:ономный|\.){_B}(?:округ|область)"
        rf"|автономная{_B}область|респ\.?|республика){_END}"
        rf"|(?i:республика|респ\.?|обл\.?|край){_B}?{_NAME})"
        rf"(?:{_B}?[-–—]{_B}?{_WORD}|{_B}\({_WORD}\)|{_B}Эл{_END})?"
    ),
    "district": (
        rf"{_NAME}{_B}(?i:район|р-он|р-н|муниципальный{_B}(?:район|р-н|округ)|г\.?о\.?"
        rf"|городской{_B}округ|м\.?{_B}?р-н|м\.?{_B}?о\.?|с/с|с/п|с\.п\.|сельсовет|с/о|улус|кожуун|аймак"
        rf"|наслег|волость|сельское{_B}поселение|городское{_B}поселение){_END}\.?"
        rf"|(?i:район|р-он|р-н|г\.{_B}?о\.|м\.{_B}?[ор]\.|м\.?{_B}?р-н|городской{_B}округ"
        rf"|муниципальный{_B}(?:округ|район)|улус|муниципальное{_B}образование|МО)"
        rf"{_B}?(?:(?i:город|г\.){_B}?)?(?:{_NAME}|«[^»\n]{{2,60}}»|\"[^\"\n]{{2,60}}\")"
    ),
    "street before": (
        rf"(?:{_ORDINAL}{_B})?(?:{_SHORTENED}{_B}?){{0,2}}{_SOFT_STOP}{_CAPITAL}(?:{_B}(?:и{_B})?{_WORD}){{0,3}}"
        rf"(?:{_B}(?:[А-ЯЁ]\.){{1,2}})?{_B}{_STREET_TYPE}"
        rf"{_END}(?!\.?{_B}?(?!{_HOUSE_TYPE}{_END})(?:[«\"]?[А-ЯЁ]|\d{{1,2}}(?:-?[а-яё]{{1,3}})?{_B}(?:лет|[А-ЯЁ][а-яё]{{2}})|{_LOWER}{_END}))\.?"
    ),
    "settlement": (
        rf"(?:{_TOWN_BEFORE}(?:\.{_B}?|{_B})|{_TOWN_LETTER}\.{_B}?)"
        rf"(?:(?i:имени{_B}|им\.{_B}?))?(?:{_ORDINAL}{_B})?{_NAME}"
        rf"|{_NAME}{_B}(?:{_TOWN_TYPE}|[спдх]){_END}\.?"
    ),
    "hamlet": rf"{_TOWN_LETTER}{_B}{_NAME}",
    "street": (
        rf"{_STREET_TYPE}(?:\.\s{{0,2}}|{_B}{{1,2}}){_STREET_NAME}"
        rf"|{_QUARTER}(?:\.{_B}?|{_B})№?{_B}?\d{{1,3}}(?:-?[а-яё]{{1,2}}{_END}|[А-ЯЁ]{_END})?"
        rf"|\d{{1,3}}(?:-?[а-яё]{{1,2}})?{_B}?{_QUARTER}{_END}\.?(?:{_B}В\.{_B}?О\.)?"
    ),
    "loose street": (
        rf"{_SURE_STREET}(?:\.\s{{0,2}}|{_B}{{1,2}})(?:[^\s,;:()|]{{1,30}}{_B}){{0,4}}?[^\s,;:()|]{{1,30}}?"
        rf"(?:{_B}?\([^()\n]{{1,30}}\))?(?={_B}?,?{_B}?(?:{_HOUSE_TYPE}(?:\.{_B}?|{_B})?№?{_B}?\d|№{_B}?\d"
        rf"|{_UNNUMBERED})|{_B}?,{_B}?\d{{1,4}}[а-яА-Я]?(?!\w|[-:]\d))"
    ),
    "house": (rf"(?:{_HOUSE_TYPE}(?:\.\s{{0,2}}|{_B})?(?:№{_B}?)?|№{_B}?){_NUMBER}|{_UNNUMBERED}"),
    "part": (
        rf"(?i:корпус|корп|к|строение|стр|помещение|пом|офис|оф|квартира|кв|кабинет|каб|подъезд|этаж"
        rf"|секция|блок)(?:\.{_B}?|{_B})?№?{_B}?{_NUMBER}"
        rf"|(?i:литера|литер|лит|корпус|корп|к|строение|стр)(?:\.{_B}?|{_B})"
        rf"[«\"]?[А-ЯЁA-Z]\d?[»\"]?{_END}|\d{{1,2}}(?:-?й)?{_B}этаж{_END}"
    ),
    "box": rf"(?i:а/я|абонентский{_B}ящик){_B}?№?{_B}?\d{{1,5}}{_END}",
    "number": rf"{_NUMBER}{_NO_HOUSE}",
    "tail": rf"(?:{_NAME},{_B}?)?(?:Россия,{_B}?)?[1-6]\d{{5}}(?!\d)",
    "bare street": rf"{_NAME}(?={_B}?,{_B}?\d{{1,4}}[а-яА-Я]?(?:[,;.\s]|$))",
    "name": (
        rf"{_NAME}(?:{_B}остров)?(?={_B}?,|{_B}\d{{1,3}}(?:-?[а-яё]{{1,2}})?{_B}?{_QUARTER}{_END})"
    ),
    "town": rf"{_NAME}(?={_B}{_STREET_TYPE}(?:\.|{_B}))",
}
_KINDS = {kind: re.compile(body) for kind, body in _PARTS.items()}
_FIRST = ("index", "country", "region", "district", "street before", "settlement", "street",
          "loose street", "name")  # fmt: skip
_SEPARATOR = re.compile(r"[ \t\u00a0]{0,3}[,;.]?[ \t\u00a0]{0,3}\r?\n?[ \t\u00a0]{0,8}")
_TYPE_WORD = (
    rf"(?:{_STREET_TYPE}|{_TOWN_BEFORE}|{_TOWN_LETTER}(?=\.)|(?i:респ|обл|край|р-н|р-он|район))"
)
_START = re.compile(
    rf"(?<![\w-])(?:[А-ЯЁ«\"]|(?<!\d[.,/])(?:[1-6]\d{{5}}(?!\d)|{_ORDINAL}{_B}?(?=[А-ЯЁа-яё]))"
    rf"|(?=[а-яё])(?:{_TYPE_WORD}{_END}|(?i:россия|рф|российская|муницип|улус|м\.?{_B}?[ор])))"
)
_ANCHOR = re.compile(
    rf"(?<![\w-])(?:(?:{_STREET_TYPE}|{_TOWN_BEFORE}){_END}|{_TOWN_LETTER}(?:\.|{_B}[А-ЯЁ])"
    r"|[1-6]\d{5}(?!\d))"
)
_LABELLED = re.compile(r"адрес\w{0,3}[^\n:]{0,30}:\s{0,3}$", re.IGNORECASE)
_CHAIN = 16
_LONG_CHAIN = 6
_REACH = 200
_SAME = {
    "hamlet": "settlement",
    "street before": "street",
    "loose street": "street",
    "bare street": "street",
    "town": "name",
}
_HOUSES = {"house", "number"}
# Equally long, so that places in the text stay: odd blanks and dashes, Latin letters that look
# like Cyrillic («c. Пудино» typed on the wrong layout).
_PLAIN = str.maketrans(
    "\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u202f\u3000\ufeff\u00ad"
    "\u2010\u2011\u2012\u2212aceopxyABCEHKMOPTX",
    "              ----асеорхуАВСЕНКМОРТХ",
)


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
    plain = text.translate(_PLAIN)
    spots: list[Spot] = []
    position = 0
    for start in _starts(plain):
        if start >= position:
            parts = _chain(plain, start)
            position = parts[-1].end if len(parts) >= _LONG_CHAIN else start
            if own := _address_in(plain, parts):
                position = own[-1].end
                original = text[own[0].start : position]
                spots.append(
                    Spot(own[0].start, position, PostalAddress(original=original, place=place))
                )
    return spots


def _starts(text: str) -> Iterator[int]:
    """Where an address may begin: at a word that opens a part, not far before a word for a street,
    a town, or an index. Most of a page is neither and costs nothing more.
    """
    start = _START.search(text)
    for anchor in _ANCHOR.finditer(text):
        near = anchor.start() - _REACH
        if start and start.start() < near:
            start = _START.search(text, near)
        while start and start.start() <= anchor.start():
            yield start.start()
            start = _START.search(text, start.start() + 1)


def streets(text: str) -> Iterator[str]:
    """Whatever looks like a street or a numbered quarter, with or without a house."""
    plain = text.translate(_PLAIN)
    for match in _START.finditer(plain):
        for kind in ("street before", "street", "loose street"):
            if street := _KINDS[kind].match(plain, match.start()):
                yield text[match.start() : street.end()]
                break


def parts_of(text: str) -> list[tuple[str, str]]:
    """The parts of one written address: [("settlement", "г. Кедровый"), ("street", …), …]."""
    plain = text.translate(_PLAIN)
    parts = _chain(plain, len(text) - len(text.lstrip()))
    return [(part.kind, plain[part.start : part.end]) for part in parts]


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
            return (last == "street" or in_village) and ("\n" not in gap or "," in gap)
        case "house":
            return last in ("street", "settlement", "name", "region", "district")
        case "part":
            return bool({"house", "number", "street"} & {*kinds})
        case "box":
            return bool({"index", "settlement"} & {*kinds})
        case "tail":
            return bool(_HOUSES & {*kinds}) and "index" not in kinds
        case "bare street":
            return last == "settlement"
        case "town":
            return last in ("index", "region", "district")
        case "name":
            return last in ("", "index", "country", "region", "district", "settlement", "name")
        case "hamlet":
            return last in ("index", "region", "district", "country")
        case "settlement":
            return "settlement" not in kinds or not _HOUSES & {*kinds}
        case "street" | "street before" | "loose street":
            return True
        case "district":
            return kinds.count(kind) < 2
        case _:
            return kind not in kinds
