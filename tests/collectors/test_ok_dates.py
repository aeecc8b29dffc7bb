from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.ok.dates import DAY_BLUR_HOURS, MOSCOW, ZONE_BLUR_HOURS, read_date
from tests.cast import NOW

# NOW is 22 November 2026, 23:00 in Moscow.
FORMS = [
    ("10:15", (2026, 11, 22, 10, 15)),
    ("сегодня в 10:15", (2026, 11, 22, 10, 15)),
    ("вчера 10:15", (2026, 11, 21, 10, 15)),
    ("вчера в 10:15", (2026, 11, 21, 10, 15)),
    ("Вчера\xa0в 9:05", (2026, 11, 21, 9, 5)),
    ("12 ноя 10:15", (2026, 11, 12, 10, 15)),
    ("12 ноября в 10:15", (2026, 11, 12, 10, 15)),
    ("12 ноя 2024 в 10:15", (2024, 11, 12, 10, 15)),
    ("1 мая 10:15", (2026, 5, 1, 10, 15)),
    ("1 май 10:15", (2026, 5, 1, 10, 15)),
    ("28 дек 10:15", (2025, 12, 28, 10, 15)),
    ("yesterday 10:15", (2026, 11, 21, 10, 15)),
    ("12 Nov 2024 10:15", (2024, 11, 12, 10, 15)),
    ("3 Sept at 10:15", (2026, 9, 3, 10, 15)),
]
DAYS = [
    ("12 ноя", (2026, 11, 12)),
    ("12 ноября", (2026, 11, 12)),
    ("12 ноя 2024", (2024, 11, 12)),
    ("12 ноября 2024 г.", (2024, 11, 12)),
    ("5 марта", (2026, 3, 5)),
    ("28 дек", (2025, 12, 28)),
    ("12 Nov 2024", (2024, 11, 12)),
    ("4 Feb", (2026, 2, 4)),
    ("29 февраля", (2024, 2, 29)),
    ("вчера", (2026, 11, 21)),
]
SHORT = ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"]
LONG = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
ENGLISH = ["Jan", "Feb", "March", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"]


def _day(year: int) -> datetime:
    """Hypothesis wants moments without a zone."""
    return datetime(year, 11, 22, 19)  # noqa: DTZ001


@pytest.mark.parametrize(("text", "local"), FORMS)
def test_a_date_with_a_time_is_read_in_moscow_time(text: str, local: tuple[int, ...]) -> None:
    moment = read_date(text, NOW)
    assert moment is not None
    assert moment.at == datetime(*local, tzinfo=MOSCOW)  # type: ignore[misc, arg-type]
    assert moment.at.tzinfo is UTC
    assert moment.blur_hours == ZONE_BLUR_HOURS


@pytest.mark.parametrize(("text", "local"), DAYS)
def test_a_date_without_a_time_is_blurred_by_a_day(text: str, local: tuple[int, int, int]) -> None:
    moment = read_date(text, NOW)
    assert moment is not None
    assert moment.at.astimezone(MOSCOW).timetuple()[:3] == local
    assert moment.blur_hours == DAY_BLUR_HOURS


@pytest.mark.parametrize("text", ["", "позже", "31 ноя", "12 кот", "25:00", "12", "12 ноя 0000"])
def test_what_is_no_date_is_not_read(text: str) -> None:
    assert read_date(text, NOW) is None


def test_a_guessed_year_says_so() -> None:
    last_year, this_year = read_date("28 дек", NOW), read_date("12 ноя", NOW)
    assert last_year is not None
    assert last_year.year_guessed
    assert this_year is not None
    assert not this_year.year_guessed


def test_a_date_of_today_in_an_eastern_zone_stays_in_this_year() -> None:
    clock = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)  # 04:00 in Moscow, 13:00 in Kamchatka
    moment = read_date("22 ноя 12:30", clock)
    assert moment is not None
    assert moment.at.year == 2026


@given(
    at=st.datetimes(_day(2015), _day(2026)),
    months=st.sampled_from([SHORT, LONG, ENGLISH]),
    between=st.sampled_from([" ", " в ", ", "]),
)
def test_a_written_date_is_read_back(at: datetime, months: list[str], between: str) -> None:
    text = f"{at.day} {months[at.month - 1]} {at.year}{between}{at:%H:%M}"
    moment = read_date(text, NOW)
    assert moment is not None
    assert moment.at == at.replace(second=0, microsecond=0, tzinfo=MOSCOW)


@given(days=st.integers(0, 364), clock=st.datetimes(_day(2020), _day(2030)))
def test_a_date_without_a_year_is_the_latest_that_has_passed(days: int, clock: datetime) -> None:
    now = clock.replace(tzinfo=MOSCOW)
    day = (now - timedelta(days=days)).date()
    moment = read_date(f"{day.day} {LONG[day.month - 1]}", now.astimezone(UTC))
    assert moment is not None
    assert moment.at - timedelta(hours=moment.blur_hours) <= now
    assert abs(moment.at - now) < timedelta(days=367) or day.month == 2


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    moment = read_date(text, NOW)
    assert moment is None or moment.at.tzinfo is UTC
