"""The parts of a postal address as they are written: index, region, settlement, street, house…

Every repeat has an upper bound, so that each place of a text costs a bounded number of steps.
"""

from __future__ import annotations

import re
from functools import cache
from threading import Lock

from collectors.contacts.words import any_of

_B = r"[ \t\u00a0]"
_END = r"(?![\w-])"

_LABEL_WORDS = (
    r"тел|телефон[ыа]?|факс|сайт|почта|эл|электронн\w{2}|адрес|режим|график|инн|огрн|кпп"
    r"|директор|заведующ\w{2}|контакт\w{0,4}|приемная|приёмная|учредител\w{1,2}"
)
_LABELS = any_of(_LABEL_WORDS)
_STOP_WORDS = (  # words that are labels, kinds of places or bodies, and no part of a place's name
    rf"{_LABEL_WORDS}|школ[аыуе]|сад|детский|детская|детского|детскому|детские|детских"
    r"|библиотек[аи]|центр[ае]?|музе[йя]|администраци[яи]|управлени[ея]|отдел|учреждени[ея]"
    r"|дом|корпус|корп|литера?|строение|улиц[аые]|ул|проспект[еа]?|просп|пр|переулок|пер|площадь|пл"
    r"|микрорайон|мкр|квартал|шоссе|бульвар|набережная|наб|проезд|тупик|тракт|аллея|область|обл"
    r"|район|р-н|город|г|поселок|посёлок|пос|село|край|республика|респ|россия"
)
_STOP = rf"(?!(?:{any_of(_STOP_WORDS)})(?![\w-]))"
_SOFT_STOP = (  # behind «ул.» a street may be called anything: «ул. Детская», «ул. Дом Культуры»
    rf"(?!(?:{_LABELS})(?![\w-])|(?i:дом|д|корпус|корп|строение|стр|литера?)\.?{_B}?[№\d])"
)
_CAPITAL = r"(?>[«\"]?[А-ЯЁ][а-яёА-ЯЁ]{0,30}(?:-[А-ЯЁа-яё0-9]{1,30}){0,3}[»\"]?)"
_WORD = _STOP + _CAPITAL
_STREET_TYPES = (
    "улица|ул|проспект|просп|пр-кт|пр-т|пр-зд|пр-д|пр|переулок|пер|площадь|пл|бульвар|бул|б-р"
    "|шоссе|ш|набережная|наб|проезд|тупик|туп|тракт|аллея|линия|квартал|кв-л|кварт|микрорайон"
    "|мкр-н|мкрн|мкр|м-н|территория|тер|городок|спуск|въезд|заезд|просека|магистраль|ж/к"
)
_STREET_TYPE = f"(?:{any_of(_STREET_TYPES)})"
_DISTRICT_WORD = rf"(?i:район|р-он|р-н|м\.?{_B}?р-н|муницип\w{{2,8}}|городской|улус)"
_TAKEN = rf"(?!{_B}(?:{_STREET_TYPE}|{_DISTRICT_WORD}){_END})"
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
_TOWN_TYPES = (
    "город-курорт|город|село|поселок|посёлок|пос|деревня|дер|станица|ст-ца|ст|хутор|хут|аул|слобода"
    "|сл|местечко|разъезд|рзд|станция|п/о|снт|с/п|ж/р|ж/м|г"
)
_TOWN_TYPE = rf"(?:{any_of(_TOWN_TYPES)}|(?i:п\.?\s?г\.?\s?т|р\.?\s?п|[ндк]\.?п|ж\.?р))"
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
    r"|(?!-[йяео])[-/]?[А-ЯЁа-яёA-Za-z](?!\w|[.-]\w)"
    rf"|{_B}?[-/]?{_B}?[А-ЯЁA-Z](?:(?![\w.]|-\w)|(?=\.\s{{1,3}}{_NEXT_LABEL}))"
    rf"|{_B}[абвгде](?={_B}?(?:[,;\n|()]|$|{_NEXT_LABEL}))|{_B}[абве](?=\.(?:\s|$))"
    rf")?(?:/\d{{1,4}})?(?![\w]|[-–./]\d|:\d)"
)
_NUMBER = rf"\d{{1,4}}(?:[-–]\d{{1,3}}(?![-–\d]))?{_LETTER}"
_NO_HOUSE = (  # 12 мая; 5 лет; 8 (38250) 3-55-46
    rf"(?!{_B}?\(?\d{{3,5}}[) -]|{_B}(?:январ|феврал|март|апрел|ма[яй]|июн|июл|август|сентябр"
    r"|октябр|ноябр|декабр|лет|год|час|чел|раз|руб|км|кв\.?\s?м|метр|дн|минут|%)|\s?%)"
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
_BODIES = {
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
        rf"{_SURE_STREET}(?=(?>[^\d/\n]{{0,180}})[\d/])(?:\.\s{{0,2}}|{_B}{{1,2}})(?:[^\s,;:()|]{{1,30}}{_B}){{0,4}}?[^\s,;:()|]{{1,30}}?"
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
KINDS = tuple(_BODIES)  # in the order in which they are tried
_COMPILING = Lock()
_DIGIT, _CAPITAL_LETTER, _SMALL, _OTHER = "digit", "capital", "small", "other"
_WORDS = frozenset({_CAPITAL_LETTER, _SMALL})
_NAMES = frozenset({_CAPITAL_LETTER, _OTHER})
# With what a part of each kind may begin, so that few patterns are tried in vain.
OPENS = {
    "index": frozenset({_DIGIT}),
    "country": _WORDS,
    "region": _WORDS | _NAMES,
    "district": _WORDS | _NAMES,
    "street before": _NAMES | {_DIGIT},
    "settlement": _WORDS | _NAMES,
    "hamlet": _WORDS,
    "street": _WORDS | {_DIGIT},
    "loose street": _WORDS,
    "house": _WORDS | {_OTHER},
    "part": _WORDS | {_DIGIT},
    "box": _WORDS,
    "number": frozenset({_DIGIT}),
    "tail": _NAMES | {_DIGIT},
    "bare street": _NAMES,
    "name": _NAMES,
    "town": _NAMES,
}


@cache
def pattern(kind: str) -> re.Pattern[str]:
    """Compiled when first tried: to compile all takes as long as to read the addresses of a site,
    and few texts need all. Networks are read side by side, so it is done by one of them only: the
    others then find it among the patterns that `re` remembers.
    """
    with _COMPILING:
        return re.compile(_BODIES[kind])


def opening(sign: str) -> str:
    if sign.isdigit():
        return _DIGIT
    return _SMALL if sign.islower() else _CAPITAL_LETTER if sign.isupper() else _OTHER


SEPARATOR = re.compile(r"[ \t\u00a0]{0,3}[,;.]?[ \t\u00a0]{0,3}\r?\n?[ \t\u00a0]{0,8}")

# Where to look. An address has a word for a street or a town, or an index: ANCHOR, for lower case.
# It begins at such a word, a number, or a name that something fitting follows: START.
_OTHER_TYPES = "пгт|рп|нп|дп|кп|б/н"
_BEFORE_WORDS = "республика|респ|обл|область|край|р-н|р-он|район|россия|рф|российская|улус|зато|мо"
_BEHIND_WORDS = (
    "ао|автономный|автономная|авт|муниципальный|городской|сельское|городское|сельсовет|кожуун|аймак"
    "|наслег|волость|округ|с/с|с/о|г|с|п|д|х|м|м.р-н|и|остров"
)
_LONG_WORDS = "рабоч|дачн|курорт|железнодор|сельск|городск|муницип"
_OPENING = any_of(f"{_STREET_TYPES}|{_TOWN_TYPES}|{_OTHER_TYPES}|{_BEFORE_WORDS}")
_FOLLOWING = any_of(
    f"{_STREET_TYPES}|{_TOWN_TYPES}|{_OTHER_TYPES}|{_BEFORE_WORDS}|{_BEHIND_WORDS}", lower=True
)
ANCHOR = re.compile(
    r"\b(?<!-)(?=[а-яё1-6])"
    rf"(?:(?:{any_of(f'{_STREET_TYPES}|{_TOWN_TYPES}|{_OTHER_TYPES}', lower=True)})(?![\w-])"
    r"|[спдхр][.]|[1-6]\d{5}(?!\d))"
)
START = re.compile(
    rf"(?<![\w-])(?:(?=[А-ЯЁа-яё])(?:(?:{_OPENING})(?![\w-])|[СПДХРМспдхрнкжагм][.]|(?:{_LONG_WORDS}))"
    rf"|[А-ЯЁ«\"](?=[\w«»\".-]{{0,60}}(?:[,;]|{_B}?[(]|{_B}{{1,2}}(?:[А-ЯЁ«\"\d—–-]|(?:{_FOLLOWING})(?![\w-]))))"
    rf"|(?<!\d[.,/])(?:[1-6]\d{{5}}(?!\d)|{_ORDINAL}{_B}?(?=[А-ЯЁа-яё])))"
)
_ODD = (
    "\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u202f\u3000\ufeff\u00ad"
    "\u2010\u2011\u2012\u2212aceopxyABCEHKMOPTX"
)
_USUAL = "              ----асеорхуАВСЕНКМОРТХ"


def plain(text: str) -> str:
    """Equally long, so that places in the text stay: odd blanks and dashes as usual ones, Latin
    letters that look like Cyrillic as these («c. Пудино», typed on the wrong layout).
    """
    for odd, usual in zip(_ODD, _USUAL, strict=True):  # much quicker than str.translate
        text = text.replace(odd, usual)
    return text
