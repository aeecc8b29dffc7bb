"""Dates and numbers of acts as they stand in a text. No network, no clock."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

_MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
MONTHS = tuple(_MONTHS.split())
# They begin with a digit and look back after it: so the search runs from digit to digit.
NUMERIC = re.compile(r"(\d(?<![\d.]\d)\d?)\.(\d{1,2})\.((?:19|20)\d\d)(?!\d)")
WORDED = re.compile(
    rf"(\d(?<!\d\d)\d?)[»\"]?\s+({'|'.join(MONTHS)})\s+((?:19|20)\d\d)(?!\d)", re.IGNORECASE
)
ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)")
NUMBER = re.compile(r"[№N](?<!\wN)\s?№?\s*(\d[\w/-]{0,15})")  # one sign to search for first


Dated = tuple[date, str]
"""A date, and its written form on one line."""


def dates(text: str) -> Iterator[Dated]:
    """Every date of a text."""
    for match in NUMERIC.finditer(text):
        yield from _date(match[3], match[2], match[1], match[0])
    for match in WORDED.finditer(text):
        month = str(MONTHS.index(match[2].lower()) + 1)
        yield from _date(match[3], month, match[1], " ".join(match[0].split()))


def iso_dates(text: str) -> Iterator[date]:
    """Dates of `<time datetime>`."""
    for match in ISO.finditer(text):
        for day, _ in _date(match[1], match[2], match[3], match[0]):
            yield day


def _date(year: str, month: str, day: str, written: str) -> Iterator[Dated]:
    try:
        yield date(int(year), int(month), int(day)), written
    except ValueError:
        return


def mentions(text: str, dated: Iterable[Dated]) -> tuple[str, ...]:
    """Numbers (`№ 298`) and dates (`01.12.2022`, `1 декабря 2022`), each once, in one spelling.

    `dated`: what `dates` finds in the text.
    """
    numbers = (f"№ {match[1].rstrip('-/')}" for match in NUMBER.finditer(text))
    days = (written.lower().strip("«»\"").replace("» ", " ").replace('" ', " ")
            for _, written in dated)  # fmt: skip
    return tuple(dict.fromkeys([*numbers, *days]))
