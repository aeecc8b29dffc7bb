"""Answers of `wall.get` → posts and how far back nothing is missing (pure).

VK puts the pinned post first, whatever its date; it never tells how far the wall was read (G06).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from collectors.model import BEGINNING, Author, Post, Wall
from collectors.numbers import whole
from collectors.text import is_normal, normalised, text_digest

BEGAN = 2006  # an earlier year is a date that is not there

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One answer: `asked` posts from `offset` on, of `total` that VK counts.

    An item that is no post costs itself; but what stands below it is not known to be all.
    """

    posts: tuple[Post, ...]
    pinned_text: str | None  # None: no pinned post was seen on this sheet
    offset: int
    asked: int
    total: int | None
    given: int  # items of the answer, whatever they are
    sure: int  # of `posts`: those above the first item that is none
    may_hide_pinned: bool  # it would stand first, where nothing can be read

    @property
    def next_offset(self) -> int:
        """VK leaves out deleted posts, or an answer is cut: then from where it stopped.

        What is asked for twice shows that nothing is missing between; posts count once.
        """
        return self.offset + (min(self.given, self.asked) or self.asked)

    @property
    def is_last(self) -> bool:
        """Nothing more to ask for: the count is passed, or an answer without a count is short."""
        if self.total is None:
            return not self.given
        return self.offset + self.asked >= self.total

    @property
    def has_hole(self) -> bool:
        """An item is no post, or nothing came where VK counts more."""
        return self.sure < self.given or (not self.given and self.offset < (self.total or 0))


def sheet(owner: int, items: Sequence[Any], total: int | None, offset: int, asked: int) -> Sheet:
    """`owner` is negative."""
    items = _in_usual_spelling(items)
    read = [_post_or_none(owner, item) for item in items]
    sure = next((at for at, one in enumerate(read) if one is None), len(read))
    texts = [_text(one) for one in items if isinstance(one, Mapping) and one.get("is_pinned")]
    told = [text for text in texts if text is not None]
    return Sheet(
        posts=tuple(one for one in read if one is not None),
        pinned_text=told[0] if told else None,
        offset=offset,
        asked=asked,
        total=total,
        given=len(read),
        sure=sure,
        may_hide_pinned=not told and (bool(texts) or (not sure and total != 0)),
    )


def _in_usual_spelling(items: Sequence[Any]) -> Sequence[Any]:
    """Themselves: one look at all their texts shows that nearly always none needs another."""
    if is_normal("\n".join(filter(None, map(_text, items)))):
        return items
    return [item if (text := _text(item)) is None else {**item, "text": normalised(text)}
            for item in items]  # fmt: skip


def _text(item: Any) -> str | None:
    text = item.get("text") if isinstance(item, Mapping) else None
    return text if isinstance(text, str) else None


def _post_or_none(owner: int, item: Any) -> Post | None:
    try:
        return post(owner, item)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError):
        return None


def post(owner: int, item: Item) -> Post:
    """Of a visitor's entry nothing is kept but its date and that a visitor wrote it.

    Its text is spelled as usual. Raises LookupError, TypeError, ValueError and their like if the
    item is no post.
    """
    author = _author(owner, item.get("from_id"))
    text = _text(item) if author is Author.PAGE else None
    kind = item.get("post_type")
    return Post(
        key=f"{owner}_{_whole(item['id'])}",
        published_at=_moment(item["date"]),
        author=author,
        is_pinned=bool(item.get("is_pinned")),
        is_repost=bool(item.get("copy_history")) or kind == "copy",
        is_advertisement=bool(item.get("marked_as_ads")) or kind == "post_ads",
        own_length=None if text is None else len(text.strip()),
        digest=None if text is None else text_digest(text),
    )


def _moment(date: Any) -> datetime:
    moment = datetime.fromtimestamp(_whole(date), UTC)
    if moment.year < BEGAN:
        raise ValueError("no date of a post")
    return moment


def _whole(value: Any) -> int:
    number = whole(value)
    if number is None:
        raise ValueError("no number")
    return number


def _author(owner: int, writer: Any) -> Author:
    if whole(writer) is None:
        return Author.UNTOLD
    return Author.PAGE if writer == owner else Author.OTHER


def wall_of(sheets: Sequence[Sheet], as_of: datetime) -> Wall:
    """Newest first, each post once, none later than `as_of`."""
    once = {post.key: post for one in sheets for post in one.posts if post.published_at <= as_of}
    return Wall(
        posts=tuple(sorted(once.values(), key=attrgetter("published_at"), reverse=True)),
        covered_since=_covered_since(sheets),
        total=sheets[0].total if sheets else None,
    )


def _covered_since(sheets: Sequence[Sheet]) -> datetime | None:
    """The beginning only if as many posts were seen as VK counts: it may hide some of them."""
    whole = _without_hole(sheets)
    seen = [post for one in whole for post in one.posts[: one.sure]]
    total = sheets[-1].total if sheets else None
    is_all = len(whole) == len(sheets) and not any(one.has_hole for one in whole)
    if is_all and total is not None and total == len({post.key for post in seen}):
        return BEGINNING
    return _oldest(seen)


def _without_hole(sheets: Sequence[Sheet]) -> Sequence[Sheet]:
    """Up to the first hole. Where posts were deleted between two calls, one may be passed over."""
    for at, one in enumerate(sheets):
        below = sheets[at + 1 : at + 2]
        if one.has_hole or any((two.total or 0) < (one.total or 0) for two in below):
            return sheets[: at + 1]
    return sheets


def _oldest(seen: Sequence[Post]) -> datetime | None:
    """Of the unpinned, which stand newest first."""
    unpinned = [post.published_at for post in seen if not post.is_pinned]
    return unpinned[-1] if unpinned else None


def pinned_text_of(sheets: Sequence[Sheet]) -> str | None:
    """The pinned post is shown by the page itself, whoever signed it; "" if there is none.

    None: it may be the one that could not be read.
    """
    nothing = None if sheets and sheets[0].may_hide_pinned else ""
    return next((one.pinned_text for one in sheets if one.pinned_text is not None), nothing)


def reaches(sheets: Sequence[Sheet], since: datetime) -> bool:
    """Nothing is gained by reading on, though there may be holes above."""
    oldest = _oldest([post for one in sheets for post in one.posts])
    return _covered_since(sheets) == BEGINNING or (oldest is not None and oldest < since)
