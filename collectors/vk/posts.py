"""Answers of `wall.get` → posts and how far back nothing is missing (pure).

VK puts the pinned post first, whatever its date; it never tells how far the wall was read (G06).
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from collectors.model import BEGINNING, Author, Post, Wall
from collectors.text import normalised

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One answer: `asked` posts from `offset` on, of `total` that VK counts."""

    posts: tuple[Post, ...]
    pinned_text: str | None  # None: no pinned post on this sheet
    offset: int
    asked: int
    total: int | None

    @property
    def next_offset(self) -> int:
        """VK leaves out deleted posts, so a short sheet does not shift the next one."""
        return self.offset + self.asked

    @property
    def is_last(self) -> bool:
        """Nothing more to ask for: the count is passed, or an answer without a count is short."""
        if self.total is None:
            return not self.posts
        return self.next_offset >= self.total


def sheet(owner: int, items: Sequence[Item], total: int | None, offset: int, asked: int) -> Sheet:
    """Raises LookupError, TypeError or ValueError if an item is no post. `owner` is negative."""
    pinned = [normalised(str(item.get("text") or "")) for item in items if item.get("is_pinned")]
    return Sheet(
        posts=tuple(post(owner, item) for item in items),
        pinned_text=pinned[0] if pinned else None,
        offset=offset,
        asked=asked,
        total=total,
    )


def post(owner: int, item: Item) -> Post:
    """Of a visitor's entry nothing is kept but its date and that a visitor wrote it."""
    author = _author(owner, item.get("from_id"))
    text = _text(item) if author is Author.PAGE else None
    return Post(
        key=f"{owner}_{int(item['id'])}",
        published_at=datetime.fromtimestamp(int(item["date"]), UTC),
        author=author,
        is_pinned=bool(item.get("is_pinned")),
        is_repost=bool(item.get("copy_history")) or item.get("post_type") == "copy",
        is_advertisement=bool(item.get("marked_as_ads")) or item.get("post_type") == "post_ads",
        own_length=None if text is None else len(text.strip()),
        digest=None if text is None else text_digest(text),
    )


def _text(item: Item) -> str | None:
    text = item.get("text")
    return normalised(text) if isinstance(text, str) else None


def _author(owner: int, writer: Any) -> Author:
    if not isinstance(writer, int):
        return Author.UNTOLD
    return Author.PAGE if writer == owner else Author.OTHER


def text_digest(text: str) -> str | None:
    """The same for texts that differ in case, spaces and look-alike signs only; None if empty."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hashlib.sha256(plain.encode()).hexdigest()[:16] if plain else None


def wall_of(sheets: Sequence[Sheet], as_of: datetime) -> Wall:
    """Newest first, each post once, none later than `as_of`."""
    once = {post.key: post for one in sheets for post in one.posts if post.published_at <= as_of}
    return Wall(
        posts=tuple(sorted(once.values(), key=lambda post: post.published_at, reverse=True)),
        covered_since=_covered(sheets),
        total=sheets[0].total if sheets else None,
    )


def _covered(sheets: Sequence[Sheet]) -> datetime | None:
    """The beginning only if as many posts were seen as VK counts: it may hide some of them."""
    seen = [post for one in sheets for post in one.posts]
    total = sheets[-1].total if sheets else None
    if total is not None and total == len({post.key for post in seen}):
        return BEGINNING
    unpinned = [post.published_at for post in seen if not post.is_pinned]
    return unpinned[-1] if unpinned else None


def pinned_text_of(sheets: Sequence[Sheet]) -> str:
    """The pinned post is shown by the page itself, whoever signed it; "" if there is none."""
    return next(_pinned(sheets), "")


def _pinned(sheets: Sequence[Sheet]) -> Iterator[str]:
    return (one.pinned_text for one in sheets if one.pinned_text is not None)


def reaches(sheets: Sequence[Sheet], since: datetime) -> bool:
    covered = _covered(sheets)
    return covered is not None and covered < since
