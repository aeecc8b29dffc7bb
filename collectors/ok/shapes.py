"""What a tag looks like: the little of CSS selectors that OK's pages need, in plain Python.

BeautifulSoup's own selectors compile each pattern and walk the page once for each; here one walk
serves all shapes of a thing, and nothing is compiled (docs/decisions/ok-shapes.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A tag with all that is named here, as a CSS selector would name it.

    Of an attribute: `has` it, `equals`, `begins` or `contains` a value (name and value).
    `below` is a tag somewhere above it, `inside` the one right above.
    """

    tag: str = ""
    id: str = ""
    classes: tuple[str, ...] = ()
    has: str = ""
    equals: tuple[str, str] | None = None
    begins: tuple[str, str] | None = None
    contains: tuple[tuple[str, str], ...] = ()
    below: Shape | None = None
    inside: Shape | None = None

    def fits(self, tag: Tag) -> bool:
        """What fails most often is asked first: a page has thousands of tags."""
        return self._is_named(tag) and self._has_attributes(tag) and self._stands(tag)

    def _is_named(self, tag: Tag) -> bool:
        if self.tag and tag.name != self.tag:
            return False
        if self.id and tag.attrs.get("id") != self.id:
            return False
        own = tag.attrs.get("class", ())  # a list: BeautifulSoup divides it
        return all(name in own for name in self.classes)

    def _has_attributes(self, tag: Tag) -> bool:
        return (
            (not self.has or self.has in tag.attrs)
            and (self.equals is None or value_of(tag, self.equals[0]) == self.equals[1])
            and (self.begins is None or value_of(tag, self.begins[0]).startswith(self.begins[1]))
            and all(part in value_of(tag, name) for name, part in self.contains)
        )

    def _stands(self, tag: Tag) -> bool:
        if self.inside and not (tag.parent and self.inside.fits(tag.parent)):
            return False
        return not self.below or any(map(self.below.fits, tag.parents))


class Shapes:
    """The shapes that a thing may have, the surest first."""

    def __init__(self, *shapes: Shape) -> None:
        self._shapes = shapes

    def __add__(self, others: Shapes) -> Shapes:
        return Shapes(*self._shapes, *others._shapes)

    def are_in(self, soup: Tag) -> bool:
        return any(self._fit(tag) for tag in tags_in(soup))

    def all_in(self, soup: Tag) -> list[Tag]:
        """Every tag of one of the shapes, in the order of the page."""
        return [tag for tag in tags_in(soup) if self._fit(tag)]

    def surest_in(self, soup: Tag) -> Tag | None:
        """The first tag of the surest shape that any tag has."""
        return next(iter(self.first_of_each_in(soup)), None)

    def first_of_each_in(self, soup: Tag) -> list[Tag]:
        firsts: dict[int, Tag] = {}
        for tag in tags_in(soup):
            for rank, shape in enumerate(self._shapes):
                if shape.fits(tag):
                    firsts.setdefault(rank, tag)
        return [firsts[rank] for rank in sorted(firsts)]

    def in_order_of_sureness(self, soup: Tag) -> list[Tag]:
        """As `all_in`, those of the surest shape first."""
        return sorted(self.all_in(soup), key=self._rank)

    def _rank(self, tag: Tag) -> int:
        return next(rank for rank, shape in enumerate(self._shapes) if shape.fits(tag))

    def _fit(self, tag: Tag) -> bool:
        return any(shape.fits(tag) for shape in self._shapes)


def tags_in(soup: Tag) -> Iterator[Tag]:
    return (piece for piece in soup.descendants if isinstance(piece, Tag))


def value_of(tag: Tag, name: str) -> str:
    """Of an attribute; "" where there is none."""
    value = tag.attrs.get(name, "")
    return value if isinstance(value, str) else " ".join(value)
