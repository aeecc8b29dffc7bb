"""The text of a tag, and tags known by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from collectors.ok.shapes import Shape, Shapes, value_of


def text_of(tag: Tag | None) -> str:
    """The text with line ends where blocks and <br> end a line."""
    if tag is None:
        return ""
    pieces = [("\n" if getattr(p, "name", "") in _BREAKS else str(p)) for p in _pieces(tag)]
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


_BREAKS = frozenset({"br", "p", "div", "li", "tr"})


def _pieces(tag: Tag) -> Iterator[Tag | NavigableString]:
    for piece in tag.descendants:
        if isinstance(piece, Tag) or type(piece) is NavigableString:
            if isinstance(piece, Tag) and piece.name not in _BREAKS:
                continue
            yield piece


def meta_content(soup: BeautifulSoup, name: str) -> str | None:
    tag = Shapes(Shape(tag="meta", equals=("property", name))).surest_in(soup)
    return value_of(tag, "content") or None if tag else None


def identities(tags: Sequence[Tag]) -> frozenset[int]:
    """By these a tag is known: `==` compares all that is in it, as deep as it goes."""
    return frozenset(map(id, tags))
