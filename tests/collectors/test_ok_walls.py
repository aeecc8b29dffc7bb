from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from collectors.model import BEGINNING, FailureCode
from collectors.ok.dates import Moment, read_date
from collectors.ok.walls import Entry, TopicsReading, covered_since, is_enough, pinned_text, to_wall
from tests.cast import NOW

SINCE = NOW - timedelta(weeks=8)


def topic(days_ago: float, **more: object) -> Entry:
    moment = Moment(NOW - timedelta(days=days_ago), 9)
    return Entry(key=f"{days_ago}", moment=moment, **more)  # type: ignore[arg-type]


def written(*texts: str, clock: datetime = NOW) -> TopicsReading:
    """Topics whose dates stand on the page in these words."""
    entries = [Entry(key=f"{n}", moment=read_date(t, clock)) for n, t in enumerate(texts)]
    return TopicsReading(entries=tuple(entries))


def test_a_list_is_covered_since_its_oldest_topic() -> None:
    reading = TopicsReading(entries=(topic(1), topic(20), topic(60)))
    wall, gap = to_wall(reading, NOW, SINCE)
    assert gap is None
    assert wall.covered_since == NOW - timedelta(days=60) + timedelta(hours=9)


def test_a_list_that_ends_too_early_is_incomplete() -> None:
    _, gap = to_wall(TopicsReading(entries=(topic(1), topic(20))), NOW, SINCE)
    assert gap is not None
    assert gap.code is FailureCode.INCOMPLETE


def test_all_counted_topics_cover_the_whole_life_of_a_group() -> None:
    assert covered_since(TopicsReading(entries=(topic(1), topic(2)), total=2), NOW) == BEGINNING


@pytest.mark.parametrize(("total", "is_covered"), [(31, True), (33, False), (60, False)])
def test_a_list_that_ended_far_below_its_count_covers_nothing(total: int, is_covered: bool) -> None:
    entries = tuple(topic(3 + 6 * number) for number in range(30))
    ended = TopicsReading(entries=entries, total=total, is_ended=True)
    assert (covered_since(ended, NOW) is not None) is is_covered


@pytest.mark.parametrize(("total", "is_enough_so"), [(31, True), (60, False), (600, True)])
def test_a_list_is_read_on_where_its_count_is_near(total: int, is_enough_so: bool) -> None:
    """Of a long list the dates must do: to count it would take the night."""
    entries = tuple(topic(3 + 6 * number) for number in range(30))
    assert is_enough(TopicsReading(entries=entries, total=total), NOW, SINCE) is is_enough_so


def test_a_counter_far_below_what_is_shown_is_not_believed() -> None:
    entries = tuple(topic(day) for day in range(20))
    assert covered_since(TopicsReading(entries=entries, total=3), NOW) != BEGINNING


def test_a_counted_zero_is_an_empty_wall() -> None:
    wall, gap = to_wall(TopicsReading(total=0), NOW, SINCE)
    assert (wall.posts, wall.covered_since, gap) == ((), BEGINNING, None)


def test_a_pinned_topic_covers_nothing() -> None:
    reading = TopicsReading(entries=(topic(500, is_pinned=True), topic(1), topic(2)))
    assert covered_since(reading, NOW) == NOW - timedelta(days=2) + timedelta(hours=9)


def test_an_old_topic_before_newer_ones_is_taken_for_pinned() -> None:
    reading = TopicsReading(entries=(topic(500, text="Наш телефон"), topic(1), topic(2)))
    wall, _ = to_wall(reading, NOW, SINCE)
    assert pinned_text(reading) == "Наш телефон"
    assert [post.is_pinned for post in wall.posts] == [False, False, True]
    assert wall.covered_since == NOW - timedelta(days=2) + timedelta(hours=9)


def test_a_list_out_of_order_covers_nothing() -> None:
    reading = TopicsReading(entries=(topic(1), topic(90), topic(2), topic(60)))
    assert covered_since(reading, NOW) is None


def test_an_unreadable_date_bounds_what_is_covered() -> None:
    reading = TopicsReading(entries=(topic(1), topic(2), Entry(key="x", moment=None), topic(90)))
    wall, gap = to_wall(reading, NOW, SINCE)
    assert gap is not None
    assert gap.code is FailureCode.UNRECOGNISED
    assert wall.covered_since == NOW - timedelta(days=2) + timedelta(hours=9)
    assert len(wall.posts) == 3


def test_a_topic_above_an_unreadable_date_may_be_pinned_and_covers_nothing() -> None:
    reading = TopicsReading(entries=(topic(90), Entry(key="x", moment=None), topic(95)), total=40)
    assert covered_since(reading, NOW) is None
    assert pinned_text(reading) is None


def test_topics_later_than_the_run_are_ignored() -> None:
    wall, _ = to_wall(TopicsReading(entries=(topic(-3), topic(1))), NOW, SINCE)
    assert [post.key for post in wall.posts] == ["1"]


def test_a_topic_of_this_hour_in_another_zone_is_not_the_future() -> None:
    wall, _ = to_wall(TopicsReading(entries=(topic(-0.2),)), NOW, SINCE)
    assert wall.posts[0].published_at == NOW


def test_a_look_back_does_not_take_later_topics_for_last_years() -> None:
    reading = written("20 ноя", "18 ноя", "10 ноя", "1 ноя", clock=NOW - timedelta(days=8))
    wall, _ = to_wall(reading, NOW - timedelta(days=8), SINCE)
    assert [post.published_at.day for post in wall.posts] == [10, 1]
    assert wall.covered_since is not None
    assert wall.covered_since.year == 2026


def test_a_look_back_at_nothing_but_later_topics_covers_nothing() -> None:
    reading = written("20 ноя", "18 ноя", clock=NOW - timedelta(days=8))
    assert covered_since(reading, NOW - timedelta(days=8)) is None


def test_topics_of_december_cover_the_window_in_january() -> None:
    january = datetime(2027, 1, 3, 12, tzinfo=NOW.tzinfo)
    covered = covered_since(written("28 дек", "15 ноя", "1 ноя", clock=january), january)
    assert covered is not None
    assert (covered.year, covered.month, covered.day) == (2026, 11, 2)


def test_a_topic_seen_on_two_pages_counts_once() -> None:
    reading = TopicsReading().plus([topic(1), topic(2)]).plus([topic(2), topic(3)])
    assert [entry.key for entry in reading.entries] == ["1", "2", "3"]
