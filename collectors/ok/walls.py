"""From entries in the order of the page to a wall, and how far back nothing is missing (G04).

The rules accuse only on a window that was read completely, so coverage is claimed with care: by
the last entry's date when the entries are in order of date, or by the network's own count. A list
that ends before its count covers nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise

from collectors.model import BEGINNING, Author, Failure, FailureCode, Post, Wall
from collectors.ok.dates import Moment

_DOUBTFUL_YEAR = timedelta(days=183)
"""OK shows the year of old posts; a guess this far back is rather a post later than `as_of`."""

_NEW_MEANWHILE = 3
"""Topics that may have appeared between the reading of the counter and of the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One topic of a group as it stands in the list. `moment` None: its date was unreadable."""

    key: str
    moment: Moment | None
    author: Author = Author.UNTOLD
    is_pinned: bool = False
    is_repost: bool = False
    is_advertisement: bool = False
    text: str | None = None


_HIDDEN_OF = 20
"""One topic of so many, and always one, may be counted and not listed: deleted, or hidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsReading:
    """What was read of a list of topics so far. `total`: topics, as the network counts them."""

    entries: tuple[Entry, ...] = ()
    total: int | None = None
    is_ended: bool = False  # there is no more of the list

    def plus(self, more: Sequence[Entry]) -> TopicsReading:
        known = {entry.key for entry in self.entries}
        fresh = tuple({e.key: e for e in more if e.key not in known}.values())
        return replace(self, entries=self.entries + fresh)

    @property
    def is_whole(self) -> bool:
        """As many as were counted. Far more than that means that we misread the counter."""
        read = len(self.entries)
        return self.total is not None and self.total <= read <= self.total + _NEW_MEANWHILE

    @property
    def uncounted_for(self) -> int:
        """How many topics the network counts beyond those that were read and that it may hide."""
        total = self.total or 0
        return max(0, total - max(1, total // _HIDDEN_OF) - len(self.entries))

    @property
    def is_short(self) -> bool:
        """The list has ended, and the count does not agree: any of its topics may be missing."""
        return self.is_ended and self.uncounted_for > 0

    @property
    def may_soon_be_whole(self) -> bool:
        """As much again, and the count would prove it; of a longer list the dates must do."""
        return not self.is_ended and 0 < self.uncounted_for <= len(self.entries)


def covered_since(reading: TopicsReading, as_of: datetime) -> datetime | None:
    """Since when no unpinned topic is missing; None when that cannot be told."""
    if reading.is_short:
        return None
    listed = _in_list_order(reading.entries)
    readable = _until_unreadable(listed)
    if reading.is_whole and len(readable) == len(listed):
        return BEGINNING
    dated = [entry.moment for entry in readable if entry.moment and not _doubtful(entry, as_of)]
    if not dated or not _in_order(dated):
        return None
    if len(dated) == 1 and listed[0] is reading.entries[0]:
        return None  # it may be pinned: nothing is known of what it stands above
    return dated[-1].at + timedelta(hours=dated[-1].blur_hours)


def to_wall(
    reading: TopicsReading, as_of: datetime, since: datetime
) -> tuple[Wall, Failure | None]:
    """The wall, and why it does not reach `since`."""
    covered = covered_since(reading, as_of)
    posts = sorted(_posts(reading.entries, as_of), key=lambda p: p.published_at, reverse=True)
    wall = Wall(posts=tuple(posts), covered_since=covered, total=reading.total)
    if covered is not None and covered <= since:
        return wall, None
    if any(entry.moment is None for entry in reading.entries):
        return wall, Failure(FailureCode.UNRECOGNISED, "the date of a topic could not be read")
    return wall, Failure(FailureCode.INCOMPLETE, "the topics were not read back far enough")


def is_enough(reading: TopicsReading, as_of: datetime, since: datetime) -> bool:
    """Whether the list need not be read on."""
    return not reading.may_soon_be_whole and to_wall(reading, as_of, since)[1] is None


def pinned_text(reading: TopicsReading) -> str | None:
    """The text of the pinned topic, "" when the list begins with an ordinary one."""
    if not reading.entries:
        return "" if reading.is_whole else None
    first = reading.entries[0]
    if _is_pinned(first, reading.entries):
        return first.text
    return "" if _is_told(reading) else None


def _is_told(reading: TopicsReading) -> bool:
    """Whether the second topic shows if the first is pinned; one alone is all that there is."""
    moments = [entry.moment for entry in reading.entries[:2]]
    return None not in moments and (len(moments) > 1 or reading.is_whole)


def _posts(entries: Sequence[Entry], as_of: datetime) -> list[Post]:
    later = _later_than_run(entries)
    return [
        _post(entry, entry.moment, as_of, _is_pinned(entry, entries))
        for entry in entries
        if entry.moment is not None
        and entry.moment.at - timedelta(hours=entry.moment.blur_hours) <= as_of
        and entry.key not in later
    ]


def _post(entry: Entry, moment: Moment, as_of: datetime, is_pinned: bool) -> Post:
    own = None if entry.is_repost or entry.text is None else entry.text
    return Post(
        key=entry.key,
        published_at=min(moment.at, as_of),  # in another zone it was earlier: not yet the future
        author=entry.author,
        is_pinned=is_pinned,
        is_repost=entry.is_repost,
        is_advertisement=entry.is_advertisement,
        own_length=None if own is None else len(own),
        digest=_digest(own) if own else None,
        blur_hours=moment.blur_hours,
    )


def _digest(text: str) -> str:
    return sha256(" ".join(text.casefold().split()).encode()).hexdigest()


def _is_pinned(entry: Entry, entries: Sequence[Entry]) -> bool:
    """Marked as such, or first in a list of newest first and older than the next."""
    if entry.is_pinned or entry is not entries[0] or len(entries) < 2:
        return entry.is_pinned
    after = entries[1].moment
    return entry.moment is not None and after is not None and _older(entry.moment, after)


def _in_list_order(entries: Sequence[Entry]) -> list[Entry]:
    later = _later_than_run(entries)
    return [one for one in entries if not _is_pinned(one, entries) and one.key not in later]


def _later_than_run(entries: Sequence[Entry]) -> frozenset[str]:
    """Keys: a guess of last year is wrong if a newer topic with this year's date stands below it.

    Of those below, the newest of each blur shows it for all.
    """
    later, below = set[str](), dict[int, Moment]()
    for entry in reversed(entries):
        moment = entry.moment
        if moment is None:
            continue
        if not moment.year_guessed:
            below[moment.blur_hours] = max(moment, below.get(moment.blur_hours, moment), key=_at)
        elif not entry.is_pinned and any(_older(moment, one) for one in below.values()):
            later.add(entry.key)
    return frozenset(later)


def _at(moment: Moment) -> datetime:
    return moment.at


def _until_unreadable(entries: Sequence[Entry]) -> list[Entry]:
    stops = [place for place, entry in enumerate(entries) if entry.moment is None]
    return list(entries[: stops[0]] if stops else entries)


def _doubtful(entry: Entry, as_of: datetime) -> bool:
    moment = entry.moment
    return moment is not None and moment.year_guessed and as_of - moment.at > _DOUBTFUL_YEAR


def _in_order(moments: Sequence[Moment]) -> bool:
    return not any(_older(first, second) for first, second in pairwise(moments))


def _older(first: Moment, second: Moment) -> bool:
    """Surely older; two texts of one page are blurred by the same zone, so only days differ."""
    apart = timedelta(hours=max(first.blur_hours, second.blur_hours))
    return first.at + apart < second.at
