"""Counting days as the law does: totals of known years, and the examples of the catalogue."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.law.workdays import (
    NEWEST_COVERED_YEAR,
    CalendarUncoveredError,
    add_months,
    add_working_days,
    complete_weeks,
    deadline_in_days,
    deadline_in_months,
    is_judged,
    is_working_day,
    monday_of,
    starts_at,
    working_days_between,
)

TOMSK = ZoneInfo("Asia/Tomsk")
TOTALS = {2022: 247, 2023: 247, 2024: 248, 2025: 247, 2026: 247, 2027: 247}


@pytest.mark.parametrize(("year", "total"), TOTALS.items())
def test_a_year_has_its_working_days(year: int, total: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(366)]
    assert sum(is_working_day(day) for day in days if day.year == year) == total


def test_the_totals_reach_the_newest_covered_year() -> None:
    assert max(TOTALS) == NEWEST_COVERED_YEAR


@pytest.mark.parametrize(
    "free", ["2022-03-07", "2023-02-24", "2024-04-30", "2025-12-31", "2026-01-09", "2026-12-31"]
)
def test_a_transferred_day_is_off(free: str) -> None:
    assert not is_working_day(date.fromisoformat(free))


@pytest.mark.parametrize("busy", ["2022-03-05", "2024-04-27", "2024-11-02", "2025-11-01"])
def test_a_working_saturday_is_a_working_day(busy: str) -> None:
    assert is_working_day(date.fromisoformat(busy))


@pytest.mark.parametrize(
    ("event", "number", "due"),
    [
        (date(2026, 4, 29), 2, date(2026, 5, 4)),
        (date(2026, 4, 29), 3, date(2026, 5, 5)),
        (date(2026, 12, 30), 1, date(2027, 1, 11)),
        (date(2024, 11, 1), 1, date(2024, 11, 2)),
        (date(2024, 11, 1), 2, date(2024, 11, 5)),
    ],
)
def test_a_term_of_working_days_ends(event: date, number: int, due: date) -> None:
    assert add_working_days(event, number) == due
    assert working_days_between(event, due) == number


def test_three_weeks_end_on_a_working_day() -> None:
    assert deadline_in_days(date(2026, 4, 18), 21) == date(2026, 5, 12)


@pytest.mark.parametrize(
    ("start", "due"),
    [(date(2026, 1, 31), date(2026, 3, 2)), (date(2026, 2, 15), date(2026, 3, 16))],
)
def test_a_month_ends_on_the_same_number_or_the_last_day(start: date, due: date) -> None:
    assert deadline_in_months(start, 1) == due


def test_december_leads_into_january() -> None:
    assert add_months(date(2025, 12, 31), 2) == date(2026, 2, 28)


def test_a_regional_day_off_is_no_working_day() -> None:
    assert not is_working_day(date(2026, 3, 20), (date(2026, 3, 20),))


def test_an_uncovered_year_is_never_guessed() -> None:
    with pytest.raises(CalendarUncoveredError, match="2028"):
        is_working_day(date(2028, 1, 12))


def test_the_first_week_of_january_is_not_judged() -> None:
    assert not is_judged(date(2026, 1, 5), 3)


def test_sunday_evening_in_tomsk_belongs_to_the_running_week() -> None:
    evening = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
    assert complete_weeks(evening, TOMSK, 1) == (date(2026, 11, 9),)
    assert complete_weeks(evening + timedelta(hours=1), TOMSK, 1) == (date(2026, 11, 16),)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["Asia/Tomsk", "Europe/Moscow", "Asia/Kamchatka", "Europe/Kaliningrad"]),
)
def test_every_moment_lies_in_one_week_of_every_zone(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    monday = monday_of(moment.astimezone(zone).date())
    assert starts_at(monday, zone) <= moment < starts_at(monday + timedelta(weeks=1), zone)
