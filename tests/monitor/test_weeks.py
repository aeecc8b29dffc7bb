"""Posts a week, as the heat map shows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from collectors.model import Author
from monitor.reporting.walls import by_week, since_it_is_there, writing_of
from tests import cast

OCTOBER, CREATED, AFTER = date(2026, 10, 26), date(2026, 11, 18), date(2026, 11, 16)


def test_a_page_has_no_silent_weeks_before_it_was_created() -> None:
    assert since_it_is_there({OCTOBER: 0, AFTER: 0}, CREATED) == {AFTER: 0}


def test_posts_from_before_the_date_that_the_registry_tells_are_shown() -> None:
    assert since_it_is_there({OCTOBER: 2}, CREATED) == {OCTOBER: 2}


def test_a_page_whose_beginning_nobody_wrote_down_has_all_its_weeks() -> None:
    assert since_it_is_there({OCTOBER: 0}, None) == {OCTOBER: 0}


def test_a_week_that_was_not_over_when_the_wall_was_read_is_not_silent() -> None:
    """Else the report of Wednesday names as silent whoever was last read on Sunday."""
    wall = cast.wall(20, now=cast.NOW)
    sunday = cast.NOW - timedelta(days=1)
    assert AFTER in by_week(wall, cast.TOMSK, cast.NOW)
    assert AFTER not in by_week(wall, cast.TOMSK, sunday)


def test_a_repost_is_the_pages_own_and_a_visitors_post_is_not() -> None:
    wall = cast.wall(1, 2)
    theirs, repost = wall.posts[0], wall.posts[1]
    posts = (replace(theirs, author=Author.OTHER), replace(repost, is_repost=True))
    wrote = writing_of(replace(wall, posts=posts), cast.TOMSK, cast.NOW, None)
    assert (wrote.recent, wrote.reposts, wrote.last) == (1, 1, repost.published_at)
    assert wrote.others_last == theirs.published_at
