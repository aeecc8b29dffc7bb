"""Messages of a channel → posts, and how far back nothing is missing (pure).

Both times of a post are kept: that in its id, and the one that MAX tells. Where ids may not be
believed, a post is somewhere before the told time: it counts in the generous bound only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from typing import Any

from collectors.max.moments import in_mid, of_milliseconds
from collectors.model import BEGINNING, Author, Failure, FailureCode, Post, Wall
from collectors.numbers import whole
from collectors.text import text_digest

HOUR = timedelta(hours=1)
SHEET = 100  # messages; the most that one answer may have
HIDDEN_OF = 20  # one message of so many, and always one, may be counted and not listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message. `inner`: the time in its id, if that holds one; `told`: what MAX says.

    A repost without words of its own may come without a body, and so without an id.
    """

    key: str
    has_id: bool
    inner: datetime | None
    told: datetime
    told_ms: int
    author: Author
    is_repost: bool
    is_pinned: bool
    own_length: int | None
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """What was read of a channel, newest first. `sure`: entries above the first that is none.

    `is_ended`: the sheet that came last had nothing that was not known, and room for more.
    """

    entries: tuple[Entry, ...] = ()
    sure: int = 0
    holes: int = 0  # listed, and not understood
    is_ended: bool = False
    failure: Failure | None = None  # why no more was read

    def plus(self, items: Sequence[Any], chat_id: int, pinned: str | None = None) -> Messages:
        read = [_entry_or_none(item, chat_id, pinned) for item in items]
        known = {entry.key for entry in self.entries}
        fresh = [one for one in read if one is None or one.key not in known]
        above = next((at for at, one in enumerate(fresh) if one is None), len(fresh))
        return Messages(
            entries=(*self.entries, *(one for one in fresh if one is not None)),
            sure=self.sure if self.holes else self.sure + above,
            holes=self.holes + fresh.count(None),
            is_ended=not fresh and len(items) < SHEET,
        )

    @property
    def oldest_ms(self) -> int | None:
        return min((one.told_ms for one in self.entries if not one.is_pinned), default=None)

    def is_all(self, total: int | None) -> bool:
        """The list came to its end, with as many as the channel counts, but for a few."""
        if not self.is_ended or self.holes:
            return False
        return bool(self.entries) if total is None else not self.lacks(total)

    def lacks(self, total: int | None) -> bool:
        """The list came to its end with fewer than the channel counts: the others may be anywhere,
        and nothing says that they are older than these."""
        if not self.is_ended or total is None:
            return False
        hidden = max(1, total // HIDDEN_OF) if self.entries else 0
        return total - hidden > len(self.entries) + self.holes

    def reaches(self, since: datetime) -> bool:
        """Nothing is gained by reading on, though there may be holes above."""
        return any(one.told < since for one in self.entries if not one.is_pinned)

    @property
    def oldest(self) -> datetime | None:
        """Of those above a hole: what was published since then is all here."""
        return min(
            (one.told for one in self.entries[: self.sure] if not one.is_pinned), default=None
        )

    @property
    def moments(self) -> list[tuple[datetime | None, datetime]]:
        """Of the messages that have an id: the others tell nothing of how ids are made."""
        return [(one.inner, one.told) for one in self.entries if one.has_id]


def _entry_or_none(item: Any, chat_id: int, pinned: str | None) -> Entry | None:
    try:
        return _entry(item, chat_id, pinned)
    except (LookupError, TypeError, ValueError, AttributeError):
        return None


def _entry(item: Mapping[str, Any], chat_id: int, pinned: str | None) -> Entry:
    """Raises LookupError, TypeError, ValueError and their like if the item is no message of it."""
    told_ms = whole(item["timestamp"])
    told = None if told_ms is None else of_milliseconds(told_ms)
    if told_ms is None or told is None or item["recipient"]["chat_id"] != chat_id:
        raise ValueError("no message of this channel")
    body = item.get("body") or {}
    mid, text = body.get("mid") or "", body.get("text")
    if not isinstance(mid, str) or not isinstance(text, str | None):
        raise ValueError("no body of a message")
    author = Author.PAGE if item.get("sender") is None else Author.OTHER
    own = (text or "").strip() if author is Author.PAGE else None
    return Entry(
        key=mid or f"{chat_id}@{told_ms}",
        has_id=bool(mid),
        inner=in_mid(mid),
        told=told,
        told_ms=told_ms,
        author=author,
        is_repost=(item.get("link") or {}).get("type") == "forward",
        is_pinned=bool(mid) and mid == pinned,
        own_length=None if own is None else len(own),
        digest=text_digest(own) if own else None,
    )


# --- the wall ---------------------------------------------------------------------------------


NOT_FAR_ENOUGH = Failure(FailureCode.INCOMPLETE, "not read back far enough")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What a run looks at, and whether it believes the times in ids."""

    since: datetime
    as_of: datetime
    decodes: bool


def wall_of(
    messages: Messages, total: int | None, window: Window, untold: Failure | None = None
) -> tuple[Wall | None, Failure | None]:
    """The wall, and why it does not reach back far enough.

    `untold`: why posts may have been kept from us, as long as the channel counts more than these.
    """
    if messages.failure and not messages.entries:
        return None, messages.failure
    kept = None if total is not None and messages.is_all(total) else untold
    posts = [_post(one, window) for one in messages.entries]
    shown = [post for post in posts if post is not None]
    wall = Wall(
        posts=tuple(sorted(shown, key=lambda post: (post.published_at, post.key), reverse=True)),
        covered_since=None if kept else _covered_since(messages, total),
    )
    if wall.covered_since is not None and wall.covered_since <= window.since:
        return wall, None
    return wall, messages.failure or kept or Failure(
        FailureCode.INCOMPLETE, "not read back far enough"
    )


def _post(entry: Entry, window: Window) -> Post | None:
    """None for one that is later than the run. A told time that is later may be of an editing."""
    inner = entry.inner if window.decodes else None
    if inner and inner > window.as_of:
        return None
    return Post(
        key=entry.key,
        published_at=inner or min(entry.told, window.as_of),
        author=entry.author if inner else _doubted(entry.author),
        is_pinned=entry.is_pinned,
        is_repost=entry.is_repost,
        own_length=entry.own_length,
        digest=entry.digest,
        earlier_hours=0 if inner else _hours_back(entry.told, window.since),
        told_at=entry.told,
    )


def _doubted(author: Author) -> Author:
    """Of a post whose day is not known nobody is praised: nothing of it counts strictly."""
    return Author.UNTOLD if author is Author.PAGE else author


def _hours_back(told: datetime, since: datetime) -> int:
    """To the beginning of what the run looks at: an edited post may be as old as that."""
    return max(0, ceil((told - since) / HOUR)) + 1


def _covered_since(messages: Messages, total: int | None) -> datetime | None:
    """A list that is not in order of time, or lacks some, covers nothing: more may stand anywhere.

    The pinned message may stand first, as elsewhere.
    """
    if messages.lacks(total) or not _in_order(
        [one for one in messages.entries if not one.is_pinned]
    ):
        return None
    return BEGINNING if messages.is_all(total) else messages.oldest


def _in_order(entries: Sequence[Entry]) -> bool:
    """Newest first by either of the times: the vendor does not say by which one."""
    told = all(one.told >= two.told for one, two in pairwise(entries))
    inner = [one.inner for one in entries if one.inner]
    return told or (len(inner) == len(entries) and all(one >= two for one, two in pairwise(inner)))
