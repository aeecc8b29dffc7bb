"""Dates as OK writes them for people, in Russian or English, as moments with their blur.

The forms are those of every public reader of ok.ru pages: `10:15`, `вчера в 10:15`, `12 ноя`,
`12 ноября в 10:15`, `12 ноя 2024`, `12 ноя 2024 в 10:15`, `yesterday 10:15`, `12 Nov 2024`.
No page names its time zone. An anonymous page presumably tells Moscow time, so that is what we
read; since it may be the zone of the reader as well, every moment carries a blur, and the rules
count a post near a week's border generously in both weeks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MOSCOW = ZoneInfo("Europe/Moscow")
ZONE_BLUR_HOURS = 9
"""No zone of Russia is further from Moscow (Kamchatka), nor is UTC."""
DAY_BLUR_HOURS = 24
"""Noon stands for a day without a time: half a day and the zone, rounded up."""

_DAYS_AGO = {"": 0, "сегодня": 0, "today": 0, "вчера": 1, "yesterday": 1}
_MONTHS = (
    ("январь", "января", "january"),
    ("февраль", "февраля", "february"),
    ("март", "марта", "march"),
    ("апрель", "апреля", "april"),
    ("май", "мая", "may"),
    ("июнь", "июня", "june"),
    ("июль", "июля", "july"),
    ("август", "августа", "august"),
    ("сентябрь", "сентября", "september"),
    ("октябрь", "октября", "october"),
    ("ноябрь", "ноября", "november"),
    ("декабрь", "декабря", "december"),
)
_TIME = r"(?:(?:в|at)\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})"
_RELATIVE = re.compile(rf"(?P<day>сегодня|вчера|today|yesterday|),?\s*{_TIME}")
_DAY_ONLY = re.compile(r"(?P<day>сегодня|вчера|today|yesterday)")
_ABSOLUTE = re.compile(
    r"(?P<day>\d{1,2})\s+(?P<month>[a-zа-я]{3,9})\.?"
    rf"(?:,?\s+(?P<year>\d{{4}})(?:\s*г(?:ода|\.)?)?)?(?:,?\s+{_TIME})?"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a post was published, as far as the page tells.

    `year_guessed`: the text has no year and this year's date would lie in the future, so it was
    read as last year's. Such a date is right at New Year and wrong when a run looks back from
    an earlier `as_of`; it must not by itself prove that a wall was read far enough.
    """

    at: datetime  # UTC
    blur_hours: int
    year_guessed: bool = False


def read_date(text: str, clock: datetime) -> Moment | None:
    """The moment that `text` names, seen at `clock` (aware); None when it cannot be read."""
    words = " ".join(text.replace("\xa0", " ").lower().replace("ё", "е").split())
    here = clock.astimezone(MOSCOW)
    try:
        return _relative(words, here) or _absolute(words, here)
    except (ValueError, OverflowError):  # 31 ноября, 25:00, the year 0
        return None


def _relative(words: str, here: datetime) -> Moment | None:
    found = _RELATIVE.fullmatch(words) or _DAY_ONLY.fullmatch(words)
    if found is None:
        return None
    return _moment(here.date() - timedelta(days=_DAYS_AGO[found["day"]]), _time(found))


def _absolute(words: str, here: datetime) -> Moment | None:
    found = _ABSOLUTE.fullmatch(words)
    month = _month(found["month"]) if found else None
    if found is None or month is None:
        return None
    if found["year"]:
        return _moment(date(int(found["year"]), month, int(found["day"])), _time(found))
    return _in_nearest_past(int(found["day"]), month, _time(found), here)


def _in_nearest_past(day: int, month: int, at: time | None, here: datetime) -> Moment | None:
    """A date without a year is this year's, or the latest one that is not in the future."""
    for years_ago in range(5):  # 29 февраля may be four years back
        if (moment := _if_exists(here.year - years_ago, month, day, at)) is None:
            continue
        if moment.at - timedelta(hours=moment.blur_hours) <= here:
            return Moment(moment.at, moment.blur_hours, year_guessed=years_ago > 0)
    return None


def _if_exists(year: int, month: int, day: int, at: time | None) -> Moment | None:
    try:
        return _moment(date(year, month, day), at)
    except ValueError:
        return None


def _moment(day: date, at: time | None) -> Moment:
    local = datetime.combine(day, at or time(12), MOSCOW)
    return Moment(local.astimezone(UTC), DAY_BLUR_HOURS if at is None else ZONE_BLUR_HOURS)


def _time(found: re.Match[str]) -> time | None:
    groups = found.groupdict()
    if groups.get("hour") is None:
        return None
    return time(int(groups["hour"]), int(groups["minute"]))


def _month(word: str) -> int | None:
    """янв, января, мая, Sept, …: any beginning, of three letters or more, of a month's name."""
    for number, names in enumerate(_MONTHS, start=1):
        if any(name.startswith(word) for name in names):
            return number
    return None
