"""What pages wrote: posts a week, the last one, and how many of them are others' words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from collectors.model import Address, Author, Post, Wall
from monitor.audit.scope import pages_of
from monitor.storage import observations
from reports.model import Writing
from rules.law.workdays import monday_of, starts_at
from rules.model import Institution, Municipality

WEEKS = 10  # of the heat map; the running one would look like silence


def writings_of(
    engine: Engine,
    towns: Iterable[Municipality],
    scope: Sequence[Institution],
    as_of: datetime,
) -> Mapping[Address, Writing]:
    """Of the newest wall of each page that was read."""
    found: dict[Address, Writing] = {}
    for town in towns:
        members = [one for one in scope if one.municipality == town.id]
        pages = {page.key: page for page in pages_of(members, town, as_of)}
        for address, last in observations.each_last_wall(engine, set(pages), as_of):
            if last.facts and last.facts.wall:
                found[address] = writing_of(
                    last.facts.wall, town.timezone, last.observed_at, pages[address].created_on
                )
    return found


def writing_of(wall: Wall, zone: ZoneInfo, read_at: datetime, born: date | None) -> Writing:
    since = read_at - timedelta(weeks=WEEKS)
    own, others = own_posts(wall), others_posts(wall)
    recent = [one for one in own if one.published_at >= since]
    return Writing(
        weeks=since_it_is_there(by_week(wall, zone, read_at), born),
        last=newest(own),
        recent=len(recent),
        reposts=sum(one.is_repost for one in recent),
        others=Counter(monday_of(one.published_at.astimezone(zone).date()) for one in others),
        others_last=newest(others),
    )


def own_posts(wall: Wall) -> Sequence[Post]:
    """Reposts too: to repost is to write."""
    return [one for one in wall.posts if one.author is not Author.OTHER]


def others_posts(wall: Wall) -> Sequence[Post]:
    """Of a visitor, or of a secretary under her own name: who it was nobody knows (G08)."""
    return [one for one in wall.posts if one.author is Author.OTHER]


def newest(posts: Iterable[Post]) -> datetime | None:
    return max((one.published_at for one in posts), default=None)


def since_it_is_there(counted: Mapping[date, int], born: date | None) -> Mapping[date, int]:
    """Without silent weeks before the page was created: a zero there would look like neglect."""
    first = monday_of(born) if born else date.min
    return {monday: posts for monday, posts in counted.items() if posts or monday >= first}


def by_week(wall: Wall, zone: ZoneInfo, read_at: datetime) -> Mapping[date, int]:
    """Monday → the page's own posts, for weeks that were over and of which nothing is missing."""
    if wall.covered_since is None:
        return {}
    counts = Counter(monday_of(one.published_at.astimezone(zone).date()) for one in own_posts(wall))
    this = monday_of(read_at.astimezone(zone).date())
    mondays = (this - timedelta(weeks=number) for number in range(1, WEEKS + 1))
    return {one: counts[one] for one in mondays if starts_at(one, zone) >= wall.covered_since}
