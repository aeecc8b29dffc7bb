"""Whether the writing of a number, or the words around it, say that it is a telephone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from collectors.contacts.area_codes import digits_of
from collectors.contacts.words import any_of

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
_LABEL_REACH = 60
NEAR = 30
_NUMBERED = re.compile(r"(?:№|#|(?<!\w)(?:N|No|гост|п|ст)\.?)\s{0,2}$", re.IGNORECASE)
_ABROAD = re.compile(r"\+(?!7)\d[\d\s()\-]{0,14}$")
_MOBILE = re.compile(r"9\d{2} \d{3} \d{2} \d{2}")
_LIKE_LOCAL = re.compile(r"\d{1,3}[-‐‑–—]\d{1,2}[-‐‑–—]\d{2}")
_COUNTED = re.compile(r"\s{0,2}(?:руб|₽|%|чел|год|шт\.|учени|учащ|детей|обуча)", re.IGNORECASE)
_CODE_END = re.compile(r"\)[\s\-]{0,3}\d| \d{1,3}-\d\d-\d\d(?!\d)")
_INDEX = re.compile(r"[1-6]\d{5}")
_TOWN = re.compile(r"\s{0,2},?\s{0,2}(?:[А-ЯЁ][а-яё]{2}|[гспд]\.|обл|респ|россия|РФ|РОССИЯ)")
_DATE = re.compile(r"(?:[0-2]?\d|3[01])\.(?:0\d|1[0-2])\.\d{2}")


def is_trusted(text: str, match: re.Match[str], written: str, has_prefix: bool) -> bool:
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
    before = text[max(0, match.start() - NEAR) : match.start()]
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


def is_local(text: str, match: re.Match[str]) -> bool:
    """Hyphens as in 3-55-46 speak for themselves; other writings need a word right before."""
    written, start = match[0], match.start()
    before = text[max(0, start - 20) : start]
    if not 5 <= len(digits_of(written)) <= 7 or written[0] == "0" or _ABROAD.search(before):
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
    before = text[max(0, start - NEAR) : start]
    labels = list(_LABEL.finditer(before))
    if not labels or labels[-1].lastgroup != "phone":
        return False
    return not re.search(r"\d|\S\s{0,9}\n\s{0,9}\S|№|код", before[labels[-1].end() :])


def _is_plain(written: str, before: str) -> bool:
    """3-55-46 is a telephone anywhere; 55-35-46 may be ages or a date, unless it opens a line."""
    if len(digits_of(written)) != 6:
        return True
    day, month, _ = (int(group) for group in re.findall(r"\d{1,3}", written))
    is_date = day <= 31 and month <= 12
    return not is_date and not before.rpartition("\n")[2].strip(" \t-–—•·")
