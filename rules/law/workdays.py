"""Working days, months and ISO weeks, as the law counts them.

Russia's transfers and working Saturdays come from `holidays`; regional days off are registry data.
A year without an act of the Government is never guessed: `CalendarUncoveredError` (guard G25).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

NEWEST_COVERED_YEAR = 2027  # raise with the library, and with its totals in test_workdays.py
OLDEST_COVERED_YEAR = 1991

DaysOff = tuple[date, ...]


class CalendarUncoveredError(Exception):
    """The production calendar of `year` is not known (yet)."""

    def __init__(self, year: int) -> None:
        super().__init__(f"no production calendar for {year}")
        self.year = year


# The library needs 10 ms to make up a year.
@cache
def _calendar(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("RU", years=[year])


# A page's weeks and every term are counted by days, the same few hundred all night.
@cache
def is_working_day(day: date, days_off: DaysOff = ()) -> bool:
    """Raises CalendarUncoveredError."""
    if not OLDEST_COVERED_YEAR <= day.year <= NEWEST_COVERED_YEAR:
        raise CalendarUncoveredError(day.year)
    return day not in days_off and _calendar(day.year).is_working_day(day)


def add_working_days(event: date, number: int, days_off: DaysOff = ()) -> date:
    """The last day of «в течение `number` рабочих дней»: the event's own day is not counted."""
    day = event
    for _ in range(number):
        day = next_working_day(day + timedelta(days=1), days_off)
    return day


def next_working_day(day: date, days_off: DaysOff = ()) -> date:
    """`day` itself, or the first working day after it (ГК ст. 193 by analogy)."""
    while not is_working_day(day, days_off):
        day += timedelta(days=1)
    return day


def working_days_between(event: date, later: date, days_off: DaysOff = ()) -> int:
    """Working days from the day after `event` to `later`, both ends of that span included."""
    return sum(is_working_day(day, days_off) for day in _days(event + timedelta(days=1), later))


def deadline_in_days(start: date, days: int, days_off: DaysOff = ()) -> date:
    """«три недели» = `start` + 21 calendar days, moved on to a working day."""
    return next_working_day(start + timedelta(days=days), days_off)


def deadline_in_months(start: date, months: int, days_off: DaysOff = ()) -> date:
    """«месяц» = the same number of a later month or its last day, moved on to a working day."""
    return next_working_day(add_months(start, months), days_off)


def add_months(start: date, months: int) -> date:
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


# --- weeks ------------------------------------------------------------------------------------


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def starts_at(day: date, zone: ZoneInfo) -> datetime:
    """Midnight at the beginning of `day` in the municipality's zone (guard G05)."""
    return datetime.combine(day, time(), zone)


def is_judged(monday: date, min_workdays: int, days_off: DaysOff = ()) -> bool:
    """A week with too few working days is not judged (guard G11). Raises CalendarUncoveredError."""
    week = _days(monday, monday + timedelta(days=6))
    return sum(is_working_day(day, days_off) for day in week) >= min_workdays


def judged_days(
    first: date, last: date, min_workdays: int, days_off: DaysOff = ()
) -> tuple[date, ...]:
    """Days of judged weeks, newest first."""
    weeks = range((monday_of(last) - monday_of(first)).days // 7 + 1)
    mondays = (monday_of(last) - timedelta(weeks=number) for number in weeks)
    judged = (monday for monday in mondays if is_judged(monday, min_workdays, days_off))
    days = (monday + timedelta(days=6 - number) for monday in judged for number in range(7))
    return tuple(day for day in days if first <= day <= last)


def complete_weeks(before: datetime, zone: ZoneInfo, lookback: int) -> tuple[date, ...]:
    """Mondays of the last `lookback` calendar weeks that were over at `before`, newest first."""
    this = monday_of(before.astimezone(zone).date())
    return tuple(this - timedelta(weeks=weeks) for weeks in range(1, lookback + 1))


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
