"""Posts counted by weeks and days; a date that is blurred counts in both bounds (G05)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from collectors.model import Author, Post
from rules.law.workdays import starts_at

WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Week:
    monday: date
    strict: int
    generous: int


def is_own(post: Post, min_own_text: int) -> bool:
    """Surely the page's own: by the community, no advertisement, a repost only with own words."""
    if post.author is not Author.PAGE or post.is_advertisement:
        return False
    return not post.is_repost or (post.own_length or 0) >= min_own_text


def count_week(posts: Iterable[Post], monday: date, zone: ZoneInfo, min_own_text: int) -> Week:
    """A post whose date is blurred counts strictly only where it surely belongs (G05)."""
    start, end = (starts_at(day, zone).astimezone(UTC) for day in (monday, monday + WEEK))
    strict = generous = 0
    for post in posts:
        earliest = latest = post.published_at
        if post.blur_hours:
            blur = timedelta(hours=post.blur_hours)
            earliest, latest = earliest - blur, latest + blur
        if post.earlier_hours:
            earliest -= timedelta(hours=post.earlier_hours)
        if earliest >= end or latest < start:
            continue
        generous += 1
        strict += start <= earliest and latest < end and is_own(post, min_own_text)
    return Week(monday, strict, generous)


def latest_moment(post: Post) -> datetime:
    blur = post.blur_hours
    return post.published_at + timedelta(hours=blur) if blur else post.published_at


def longest_gap(days: Sequence[date], posted: set[date]) -> int:
    """The longest run of judged days without a post; a post on any other day ends it too."""
    judged = set(days)
    longest = run = 0
    for day in _every_day(days):
        run = 0 if day in posted else run + (day in judged)
        longest = max(longest, run)
    return longest


def _every_day(days: Sequence[date]) -> Iterator[date]:
    if days:
        first, last = min(days), max(days)
        yield from (first + timedelta(days=number) for number in range((last - first).days + 1))


def by_week(name: str, weeks: Iterable[Week]) -> dict[str, dict[str, dict[str, int]]]:
    counted = {
        week.monday.isoformat(): {"strict": week.strict, "generous": week.generous}
        for week in weeks
    }
    return {name: counted} if counted or name == "weeks" else {}
