"""Russian words, plurals and dates, for every format alike. The words are in words.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_interval, get_timezone_gmt
from babel.numbers import format_decimal, format_percent

RUSSIAN = Locale("ru")


@cache
def words() -> Mapping[str, Any]:
    return tomllib.loads(files("reports").joinpath("words.toml").read_text("utf-8"))


def word(kind: str, key: str, field: str | None = None) -> str:
    """The word for `key`, or `key` itself: a new network or measure must not stop a report."""
    entry = words()[kind].get(key)
    if entry is None:
        return key
    return str(entry if field is None else entry[field])


def phrase(name: str, *given: str) -> str:
    """A turn of phrase with its gaps filled."""
    return str(words()["phrases"][name]).format(*given)


def words_of(name: str) -> tuple[str, ...]:
    """Several sentences that belong together."""
    return tuple(words()["lists"][name])


def named(kind: str, key: str) -> bool:
    return key in words()[kind]


def form(number: int, name: str) -> str:
    """The form of a word that goes with `number`, without the number."""
    forms = words()["plurals"][name]
    return str(forms[RUSSIAN.plural_form(number)])


def count(number: int, name: str) -> str:
    """«5 учреждений»."""
    return f"{format_decimal(number, locale=RUSSIAN)}\N{NO-BREAK SPACE}{form(number, name)}"


def said_amount(requirements: int, pages: int) -> str:
    """«2 нарушения (3 страницы)»: pages where there are several."""
    told = count(requirements, "violation")
    return f"{told} ({count(pages, 'network_page')})" if pages > 1 else told


def whole_percent(part: int, whole: int) -> int | None:
    """Rounded so that 100 % and 0 % are said only where they are exact; None of nothing."""
    if not whole:
        return None
    share = round(part * 100 / whole)
    return min(max(share, 1), 99) if 0 < part < whole else share


def percent(part: int, whole: int) -> str | None:
    share = whole_percent(part, whole)
    if share is None:
        return None
    return format_percent(share / 100, "#,##0\N{NO-BREAK SPACE}%", locale=RUSSIAN)


@lru_cache(maxsize=4096)
def day(value: date) -> str:
    """«23 ноября 2026»; a datetime's own day."""
    return format_date(value, "d MMMM y", locale=RUSSIAN).replace(" ", "\N{NO-BREAK SPACE}")


def moment(value: datetime, zone: ZoneInfo) -> str:
    """«23 ноября 2026, 03:00», by the clock of `zone`."""
    local = value.astimezone(zone)
    return f"{day(local.date())}, {format_datetime(local, 'HH:mm', locale=RUSSIAN)}"


def zone_name(value: datetime, zone: ZoneInfo) -> str:
    """«UTC+07:00», so that nobody has to know whose clock it is."""
    offset = get_timezone_gmt(value.astimezone(zone), width="long", locale=RUSSIAN)
    return offset.replace("GMT", "UTC")


def day_of_month(value: date) -> str:
    """«4 декабря», where nobody takes it for another year's."""
    return format_date(value, "d MMMM", locale=RUSSIAN).replace(" ", "\N{NO-BREAK SPACE}")


def day_and_month(value: date) -> str:
    """«23 нояб.», for the head of a narrow column."""
    return format_date(value, "d MMM", locale=RUSSIAN).replace(" ", "\N{NO-BREAK SPACE}")


def span(first: date, last: date) -> str:
    """«16–22 нояб. 2026»."""
    told = format_interval(first, last, "yMMMd", locale=RUSSIAN)
    return str(told).removesuffix("г.").strip()
