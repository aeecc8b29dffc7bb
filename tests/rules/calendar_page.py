"""Which days are otherwise than the week has them: `python -m tests.rules.calendar_page`.

Its output is rules/law/calendar.toml. The library that knows the acts of the Government takes 0.1 s
to be loaded, with the calendars of all countries: nobody who audits waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import holidays

from rules.law.workdays import NEWEST_COVERED_YEAR, OLDEST_COVERED_YEAR

HEAD = """\
# Days of Russia's calendar that are otherwise than the week has them: weekdays off (holidays,
# and transfers by acts of the Government), and weekends on which one works. Made of the library
# `holidays` by `python -m tests.rules.calendar_page`; a test holds it against the library.
"""


def page() -> str:
    years = range(OLDEST_COVERED_YEAR, NEWEST_COVERED_YEAR + 1)
    return "\n".join([HEAD, *map(_year, years)])


def _year(year: int) -> str:
    calendar = holidays.country_holidays("RU", years=[year])
    days = [day for day in _days(year) if calendar.is_working_day(day) != (day.weekday() < 5)]
    off = _told(day for day in days if day.weekday() < 5)
    working = _told(day for day in days if day.weekday() >= 5)
    return f'[{year}]\noff = "{off}"\nworking = "{working}"\n'


def _days(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


def _told(days: Iterable[date]) -> str:
    return " ".join(f"{day:%m-%d}" for day in days)


if __name__ == "__main__":
    print(page(), end="")
