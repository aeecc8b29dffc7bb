"""A wall: its posts, and how far back nothing is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""`Wall.covered_since` of a wall that was read to its first post."""


class Author(StrEnum):
    """Of a visitor nothing more is kept than that somebody other than the page wrote."""

    PAGE = "page"  # the community itself
    OTHER = "other"  # a personal profile: a visitor, or a secretary (guard G08)
    UNTOLD = "untold"  # the network does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One entry of a wall."""

    key: str  # the network's id of the entry
    published_at: datetime  # aware, UTC
    author: Author = Author.PAGE
    is_pinned: bool = False
    is_repost: bool = False
    is_advertisement: bool = False
    own_length: int | None = None  # characters of the page's own text; None: not read
    digest: str | None = None  # of the page's own text, normalised: finds autoposting
    blur_hours: int = 0  # how far off `published_at` may be (a date without a time or a zone)
    earlier_hours: int = 0  # how much earlier it may be: a date that an editing moves
    told_at: datetime | None = None  # the time that the network tells, where it is another


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """The posts that were read, newest first, and how far back nothing is missing."""

    posts: tuple[Post, ...]
    covered_since: datetime | None  # every unpinned post since then is in `posts`; None: not known
    total: int | None = None  # entries, as the network counts them

    def count_since(self, moment: datetime) -> int:
        return sum(post.published_at >= moment for post in self.posts)
