"""What a reader may take for a contact though no finder understands it.

«school1@example. org», a number with a digit too many, a picture behind «E-mail:». Nothing here
proves a contact; it keeps from saying that there is none (the generous bound). Every repeat is
bounded, as in the finders.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import islice

from collectors.contacts.postal import streets
from collectors.contacts.signs import all_figures
from collectors.model import Hint, HintKind

OBJECT = "\ufffc"  # stands in a text for what is drawn there: a picture, a script's work
NO_TEXT = "[не текст]"
MOST_HINTS = 5  # of a kind in a text
_LONGEST = 80

# --- e-mail -------------------------------------------------------------------------------------
# «е» and «а» may be of either alphabet.
_MAIL_LABEL = (
    r"(?<!\w)(?:[eе]\W{0,2}m[aа]il(?!\w)|[еэи]\W?м[еэ]йл|(?:эл|электр)\w{0,8}\W{0,3}(?:почт|адрес|ящик)\w{0,4}"
    r"|(?:адрес|ящик)\w{0,2} (?:эл|электр)\w{0,8}\W{0,3}почт\w{0,2}"
    r"|почт[ауы](?!\w| росс| банк)|почтой(?!\w)|mail(?= ?:)|[✉📧📨📩])"
)
_MAIL_FIELD = re.compile(
    rf"{_MAIL_LABEL}[^\w@\ufffc\n]{{0,10}}(?:\n[^\w@\ufffc\n]{{0,5}})?(?P<value>[^\n]{{1,80}})",
    re.IGNORECASE,
)
_PROVIDERS = (
    r"mail|yandex|rambler|gmail|inbox|list\W?ru|bk\W?ru|яндекс|мэйл|мейл|майл|рамблер|гмайл"
)
_LIKE_MAIL = re.compile(
    rf"\ufffc|@|\bсоба(?:к|чк)|(?:\bat\b|[#$©®ⓐ🐶🐕])\s?\w{{2}}|{_PROVIDERS}"
    r"|[a-z0-9][\w-]{1,40}\s{0,2}[.,·•]\s{0,2}(?:ru|рф|com|org|net|su|info|edu|gov|pro|xn--)\b"
    r"|^[a-z][\w.-]{0,30}[\d_][\w.-]{0,30}",
    re.IGNORECASE,
)
_AT_SIGN = re.compile(r"[@＠﹫]")
_BEFORE_AT = re.compile(r"[\w\]})»\"'](?: {0,2})$")
_BEHIND_AT = re.compile(r" {0,2}[\w\[({]")
_SPELT = re.compile(
    r"(?<=\w) {1,2}(?:at|эт|ат|собака|собачка) {1,2}\w[\w-]{1,40} {0,2}(?:[.,]|dot|дот|точка|тчк)",
    re.IGNORECASE,
)
_DRAWN_AT = re.compile(r"[a-z0-9_-] ?[©®ⓐⒶ🐶🐕] ?[a-z0-9-]{2,30} ?[.,]", re.IGNORECASE)
_PROTECTED = re.compile(
    r"\[email(?: |\u00a0)protected\]|защищ[её]н\w{0,2}(?: \w{1,12}){0,3} от (?:спам|робот|бот)"
    r"|protected from spam|(?:адрес|почт|mail)[^\n]{0,80}(?:включ\w{1,6}|поддержк\w|enable\w?) "
    r"(?:javascript|java script|скрипт)",
    re.IGNORECASE,
)

# --- telephones ---------------------------------------------------------------------------------
_PHONE_LABEL = (
    r"(?<![^\W_])(?=[ТтФфСсМмPpЗзПпВвКкWwVvTt])(?:тел(?:ефон\w{0,3})?|факс|т/ф|тф|т|сот|моб\w{0,8}|ph(?:one)?|tel|звони\w{0,4}|приемн\w{2,4}"
    r"|приёмн\w{2,4}|вахт\w{1,2}|секретар\w{1,2}|контакт\w{0,4}|whatsapp|viber)(?![^\W\d_])|[☎📞📱✆]"
)
_PHONE_FIELD = re.compile(
    rf"(?:{_PHONE_LABEL})(?P<between>[^\d\n\ufffc№]{{0,40}}(?:\n[^\d\n\ufffc№]{{0,5}})?)"
    r"(?P<value>\ufffc|\d{1,2}-\d\d(?![-\d.:])|\d(?:[\s()\-‐-―./*_+]{0,3}[\dOОЗб]){3,15})(?![\d])",
    re.IGNORECASE,
)
_PHONE_SHAPE = re.compile(
    r"(?<![\w.,+/-])(?:(?:\+ ?\d|[78])[ \-‐-―]{0,2}\(\d[\d -]{1,6}\)(?:[ \-‐-―.·•_*/]{0,3}\d){3,10}"
    r"|\(\d[\d -]{2,6}\)(?:[ \-‐-―]{0,3}\d){3,9}"
    r"|\+7(?:[ \-‐-―]{0,2}\d){6,13}"
    r"|8[ \-‐-―·•_*]\d{3,5}(?:[ \-‐-―·•_*]{1,2}\d{1,4}){2,4})(?![\w])"
)
# «wa.me/79131112233»: who opens it sees the number.
_CALLED = re.compile(
    r"(?:wa\.me/|whatsapp\.com/send/?\?phone=|viber://\w{1,9}\?number=|t\.me/)(?:\+|%2B)?\d{10,12}(?!\d)",
    re.IGNORECASE,
)
_FIGURES = re.compile(r"[\d\ufffc]")
_NO_PHONE = re.compile(
    r"\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d|(?:19|20)\d\d(?:\s?[-–—]\s?(?:19|20)?\d\d)?"
    r"|\d{1,2}[.:]\d\d\s?[-–—]\s?\d{1,2}[.:]\d\d|[1-6]\d{5}"
)
_OTHER_NUMBER = re.compile(
    r"(?<!\w)(?:инн|огрн|кпп|бик|снилс|р/с|к/с|л/с|сч[её]т\w?|кбк|приказ\w?|лиценз\w{2}|кадастр\w{0,6}"
    r"|индекс|договор\w?)[^\d\n]{0,20}$",
    re.IGNORECASE,
)
_FIGURE = (
    "(?:ноль|один(?:надцать)?|дв(?:а(?:дцать)?|е(?:сти|надцать)?)|три(?:ста|надцать|дцать)?"
    "|четыре(?:ста)?|четырнадцать|(?:пят|шест|сем|восем)(?:ь(?:десят|сот)?|надцать)"
    "|девят(?:ь(?:сот)?|надцать)|девяносто|десять|сорок|сто)"
)
_IN_WORDS = re.compile(
    rf"(?<!\w)(?=[НнОоДдТтЧчПпШшСсВв]){_FIGURE}(?:[\s,.-]{{1,3}}{_FIGURE}){{2,20}}(?!\w)",
    re.IGNORECASE,
)
_WITH_LETTERS = re.compile(
    r"(?<!\w)[+(]?[\dозбoli](?:[\s()-]{0,3}[\dозбoli]){4,13}(?!\w)", re.IGNORECASE
)
_FEWEST_DIGITS = 4

# --- postal addresses ---------------------------------------------------------------------------
_PLACE_FIELD = re.compile(
    r"(?<!\w)(?:адрес\w{0,2}(?! {0,2}(?:эл|сайт|e-?mail|интернет|страниц|почт\w{1,2} {0,2}:))"
    r"|мест[оа] ?нахождени\w"
    r"|находимся|располож\w{3,6}|[📍🏠🏫])[^\w\n\ufffc]{0,8}(?:\n[^\w\n\ufffc]{0,5})?(?P<value>[^\n]{1,80})",
    re.IGNORECASE,
)
_LIKE_PLACE = re.compile(
    r"\ufffc|(?=[^\n]{0,80}[А-ЯЁ][а-яё]{2})[^\n]{0,80}(?:\d|(?i:\bул|улиц|мкр|микрорайон|пер[.е]|проспект|площад|дом\b))"
)
_VILLAGE = re.compile(
    r"\b(?:с|п|д|х|ст|пос|пгт|село|пос[её]лок|деревня|хутор|станица|аул)\b\.?\s{0,2}"
    r"[А-ЯЁ][а-яё-]{2,30},\s{0,2}(?:дом|д)?\.?\s{0,2}\d{1,3}\b"
)
_INDEXED = re.compile(r"(?<!\d)[1-6]\d{5}(?!\d)[, ]{1,3}(?:г\. ?|с\. ?|п\. ?)?[А-ЯЁ][а-яё]{2,20}")
_HOUSE_NEAR = re.compile(r"\d|(?i:\bдом\b|" + _FIGURE + ")")
_NEAR = 30
_LABEL_END = re.compile(
    rf"(?:{_MAIL_LABEL}|(?:{_PHONE_LABEL})|адрес\w{{0,2}})[^\w@\n]{{0,10}}$", re.IGNORECASE
)


def ends_with_label(text: str) -> bool:
    """«E-mail:», «Телефон —»: what follows is a contact, however it is drawn."""
    return bool(_LABEL_END.search(text[-_LONGEST:]))


def find_hints(text: str, place: str, kind: HintKind) -> tuple[Hint, ...]:
    """Of one kind, where its finder found nothing; as they stand, each once."""
    found = dict.fromkeys(islice(_SEARCHES[kind](text), MOST_HINTS))
    whole = [one for one in found if not any(one != other and one in other for other in found)]
    return tuple(Hint(kind=kind, original=one, place=place) for one in whole)


@lru_cache(maxsize=1024)
def hinted(text: str, kind: HintKind) -> tuple[str, ...]:
    """As `find_hints`, of one text of a network's page: acts ask for it one by one."""
    return tuple(hint.original for hint in find_hints(text, "", kind))


def _emails(text: str) -> Iterator[str]:
    for field in _MAIL_FIELD.finditer(text):
        if _LIKE_MAIL.search(field["value"]):
            yield _as_words(field[0])
    for sign in _AT_SIGN.finditer(text):
        before, behind = (
            text[max(0, sign.start() - 40) : sign.start()],
            text[sign.end() : sign.end() + 40],
        )
        if _is_between_words(before, behind):
            yield _as_words(_last_word(before) + sign[0] + behind.partition("\n")[0][:30])
    for found in _SPELT.finditer(text):
        before = text[max(0, found.start() - 40) : found.start()]
        behind = text[found.start() : found.start() + _LONGEST]
        yield _as_words(_last_word(before) + behind.partition("\n")[0])
    for pattern in (_DRAWN_AT, _PROTECTED):
        yield from (_as_words(found[0]) for found in pattern.finditer(text))


def _is_between_words(before: str, behind: str) -> bool:
    """A word goes right before the sign, or blanks on both sides: «Пишите @school1» is none."""
    left, right = _BEFORE_AT.search(before), _BEHIND_AT.match(behind)
    is_mention = before.endswith(" ") and not behind.startswith(" ")
    return bool(left and right) and not is_mention


def _last_word(before: str) -> str:
    return (before.rstrip().split() or [""])[-1]


def _phones(text: str) -> Iterator[str]:
    usual = all_figures(text)
    yield from _in_figures(usual) if _FIGURES.search(usual) else ()
    yield from (_as_words(found[0]) for found in _IN_WORDS.finditer(text))


def _in_figures(usual: str) -> Iterator[str]:
    for field in _PHONE_FIELD.finditer(usual):
        value = field["value"].strip()
        is_other = _NO_PHONE.fullmatch(value) or _OTHER_NUMBER.search(field["between"])
        if value == OBJECT or not is_other:
            yield _as_words(field[0])
    for found in _PHONE_SHAPE.finditer(usual):
        line = usual[max(0, found.start() - _NEAR) : found.start()].rpartition("\n")[2]
        if not _OTHER_NUMBER.search(line) and not _NO_PHONE.fullmatch(found[0]):
            yield _as_words(found[0])
    yield from (_as_words(found[0]) for found in _CALLED.finditer(usual))
    for found in _WITH_LETTERS.finditer(usual):
        if _is_with_letters(found[0]):
            yield _as_words(found[0])


def _is_with_letters(written: str) -> bool:
    """«З-55-4б», as a reader still understands."""
    return sum(map(str.isdigit, written)) >= _FEWEST_DIGITS and any(map(str.isalpha, written))


def _places(text: str) -> Iterator[str]:
    for field in _PLACE_FIELD.finditer(text):
        if _LIKE_PLACE.match(field["value"]):
            yield _as_words(field[0])
    for pattern in (_VILLAGE, _INDEXED):
        yield from (_as_words(found[0]) for found in pattern.finditer(text))
    at = 0
    for street in streets(text):
        at = text.find(street, at)
        if _HOUSE_NEAR.search(text[at + len(street) : at + len(street) + _NEAR]):
            yield _as_words(text[at : at + len(street) + _NEAR])


def _as_words(written: str) -> str:
    """On one line, as a sentence can tell it."""
    return " ".join(written.replace(OBJECT, NO_TEXT).split())[:_LONGEST]


_SEARCHES: Mapping[HintKind, Callable[[str], Iterator[str]]] = {
    HintKind.EMAIL: _emails,
    HintKind.PHONE: _phones,
    HintKind.POSTAL: _places,
}
