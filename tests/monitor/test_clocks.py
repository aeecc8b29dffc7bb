"""Whether a clock is believed, by the moments that were stored before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from monitor.clocks.believed import (
    ClockDoubt,
    DoubtReason,
    ProcessTime,
    doubt_of,
    is_back_from_ahead,
    surely_at,
)
from tests.cast import NOW

DAY = timedelta(days=1)
YEAR = 365


def at(*days: float) -> list[datetime]:
    """Moments so many days from now."""
    return [NOW + day * DAY for day in days]


def nightly(count: int = 20, until: float = 0) -> list[datetime]:
    return at(*(until - ago for ago in range(count, 0, -1)))


def why(moments: Sequence[datetime], now: datetime = NOW) -> DoubtReason | None:
    doubt = doubt_of(moments, now)
    return doubt and doubt.why


def test_a_clock_that_goes_on_from_last_night_is_believed() -> None:
    assert why(nightly()) is None


@pytest.mark.parametrize("every", [1, 2, 7, 30, 90])
def test_a_clock_is_believed_however_seldom_there_is_an_audit(every: int) -> None:
    assert why(at(*(-every * ago for ago in range(15, 0, -1)))) is None


def test_many_audits_on_demand_make_no_day_more() -> None:
    busy = [one + timedelta(minutes=step) for one in at(-1) for step in range(300)]
    assert why(busy) is DoubtReason.BEGINNING


@pytest.mark.parametrize("off", [6, 40, YEAR, 20 * YEAR])
def test_a_clock_that_jumped_ahead_is_not_believed(off: int) -> None:
    assert why(nightly(), NOW + off * DAY) is DoubtReason.JUMPED


def test_the_run_of_the_jump_itself_is_no_witness() -> None:
    """It has written its own beginning before it removes anything."""
    assert why([*nightly(), NOW + YEAR * DAY], NOW + YEAR * DAY) is DoubtReason.JUMPED


@pytest.mark.parametrize(("further", "believed"), [(1, False), (6, False), (7, True), (9, True)])
def test_a_machine_restored_a_year_later_is_believed_after_seven_further_days(
    further: int, believed: bool
) -> None:
    seen = [*nightly(), *at(*(YEAR + day for day in range(further)))]
    assert (doubt_of(seen, NOW + (YEAR + further) * DAY) is None) is believed


def test_the_doubt_says_how_many_days_are_left() -> None:
    doubt = doubt_of([*nightly(), *at(YEAR, YEAR + 1)], NOW + (YEAR + 2) * DAY)
    assert doubt == ClockDoubt(DoubtReason.JUMPED, timedelta(days=YEAR + 1), 5)


def test_a_clock_that_was_ahead_once_is_not_believed_before_seven_days() -> None:
    assert why([*nightly(until=-1), *at(YEAR)]) is DoubtReason.STANDS_BEFORE
    assert why([*nightly(until=-1), *at(YEAR, -0.5)]) is DoubtReason.WENT_BACK
    assert why([*nightly(until=-8), *at(YEAR), *nightly(7)]) is None


def test_a_database_that_knows_a_few_days_only_waits() -> None:
    assert why([]) is DoubtReason.BEGINNING
    assert why(nightly(6)) is DoubtReason.BEGINNING
    assert why(nightly(7)) is None


def test_two_at_work_about_midnight_are_no_step_back() -> None:
    midnight = NOW.replace(hour=0) - DAY
    crossed = [midnight + timedelta(seconds=1), midnight - timedelta(seconds=1)]
    assert why([*nightly(until=-2), *crossed, *at(-0.5)]) is None


def test_a_holiday_is_doubted_and_told_to_nobody_by_letter() -> None:
    doubt = doubt_of(nightly(), NOW + 10 * DAY)
    assert doubt is not None
    assert (doubt.why, doubt.is_grave) == (DoubtReason.JUMPED, False)


@pytest.mark.parametrize("reason", list(DoubtReason))
def test_every_doubt_has_its_sentence(reason: DoubtReason) -> None:
    doubt = ClockDoubt(reason, timedelta(days=3), 4)
    assert doubt.what.startswith("часы")
    assert bool(doubt.advice) is (reason is not DoubtReason.BEGINNING)


@pytest.mark.parametrize("nights", [1, 3, 7])
def test_nights_before_the_clock_was_set_count_from_then(nights: int) -> None:
    """A machine without a battery began in another year."""
    early = nightly(nights, until=-50 * YEAR)
    late = nightly()
    assert surely_at([*early, *late]) == [*[late[0]] * nights, *late]


def test_proved_nights_before_a_long_pause_keep_their_age() -> None:
    seen = [*nightly(8, until=-YEAR), *nightly()]
    assert surely_at(seen) == seen


def test_nights_of_a_clock_that_was_ahead_are_no_younger_for_it() -> None:
    seen = [*nightly(until=-1), *at(YEAR), *nightly(1)]
    assert surely_at(seen) == seen


# --- back from ahead ------------------------------------------------------------------------------


@pytest.mark.parametrize("nights", [1, 3, 7])
def test_nights_go_on_when_a_clock_that_was_ahead_is_put_right(nights: int) -> None:
    ahead = at(*(YEAR + night for night in range(nights)))
    assert is_back_from_ahead([*nightly(), *ahead], NOW)


@pytest.mark.parametrize(
    "moments",
    [
        nightly(until=3),  # the clock lost two days
        nightly(until=YEAR),  # and a year
        [*nightly(), *at(*(YEAR + night for night in range(9)))],  # proved: who is right now?
        [*nightly(until=-100), *at(YEAR)],  # now goes on from nothing
        at(YEAR),
    ],
)
def test_a_clock_that_may_be_behind_is_not_followed(moments: Sequence[datetime]) -> None:
    assert not is_back_from_ahead(moments, NOW)


# --- the process's own time -----------------------------------------------------------------------


def running() -> ProcessTime:
    return ProcessTime(NOW, timedelta(0))


def test_a_process_whose_time_runs_with_the_clock_has_no_doubt() -> None:
    own = running()
    assert [own.doubt(NOW + day * DAY, day * DAY) for day in range(40)] == [None] * 40


@pytest.mark.parametrize("off", [-30, 2, 30])
def test_a_clock_that_was_set_meanwhile_is_doubted_for_a_week(off: int) -> None:
    own = running()
    doubts = [own.doubt(NOW + (off + day) * DAY, day * DAY) for day in range(1, 9)]
    assert [one.left if one else 0 for one in doubts] == [7, 6, 5, 4, 3, 2, 1, 0]
