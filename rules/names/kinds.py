"""What institutions are: schools, lyceums, libraries; which of them a reader may confuse.

A lyceum and a gymnasium of one town may both be number 1, and a ДМШ and a ДХШ may have none: they
are one *group*, in which the kind decides. The lists stand in names.toml.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from rules.names.numbers import Token, tokens_of
from rules.names.words import WORDS

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kinds:
    """What one phrase, or several in a row («школа-гимназия»), says that an institution is."""

    groups: frozenset[str]
    firm: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()

    def joined(self, other: Kinds) -> Kinds:
        return Kinds(self.groups | other.groups, self.firm | other.firm, self.loose | other.loose)

    def may_be(self, other: Kinds) -> bool:
        """Of one group: «школа» and «гимназия»."""
        return not self.groups.isdisjoint(other.groups)

    def is_same(self, other: Kinds) -> bool:
        """Of one group, and nothing says that they are two: a lyceum is no gymnasium."""
        if not self.may_be(other) or bool(self.firm) != bool(other.firm):
            return False
        if self.firm:
            return not self.firm.isdisjoint(other.firm)
        return not (self.loose and other.loose) or not self.loose.isdisjoint(other.loose)


def _group_of(kind: str) -> tuple[str, str]:
    """The group and how firmly the kind is told apart in it; alone it is a group of its own."""
    for group, told in WORDS["groups"].items():
        if kind == told.get("generic"):
            return group, ""
        for firmness in ("firm", "loose"):
            if kind in told.get(firmness, ()):
                return group, firmness
    return kind, ""


def _as_kinds(kind: str) -> Kinds:
    group, firmness = _group_of(kind)
    told = {firmness: frozenset({kind})} if firmness else {}
    return Kinds(frozenset({group}), **told)


def _stems(phrase: str) -> Phrase:
    return tuple(token.word for token in tokens_of(phrase))


def _phrases() -> Iterator[tuple[Phrase, Kinds]]:
    for kind, phrases in WORDS["kinds"].items():
        for phrase in phrases:
            yield _stems(phrase), _as_kinds(kind)
    for sphere, phrases in WORDS["spheres"].items():
        for phrase in _bodies_of(sphere, phrases):
            yield phrase, Kinds(frozenset({"department"}), frozenset({f"{sphere}_department"}))


def _bodies_of(sphere: str, phrases: Sequence[str]) -> Iterator[Phrase]:
    """«отдел культуры», «комитет по культуре», «РУО»."""
    bodies = [_stems(body) for body in WORDS["kinds"]["department"]]
    for body, phrase in product(bodies, map(_stems, phrases)):
        yield (*body, *phrase)
        yield (*body, *_stems("по"), *phrase)
    yield from map(_stems, WORDS["bodies"].get(sphere, ()))


_SPHERES = [
    (frozenset(_stems(phrase)), f"{sphere}_department")
    for sphere, phrases in WORDS["spheres"].items()
    for phrase in phrases
]


SPHERE_WORDS = frozenset().union(*(phrase for phrase, _ in _SPHERES))


def spheres_of(words: Iterable[str]) -> frozenset[str]:
    """«Образование Михайловского района»: what a body's page is called without the body."""
    shown = frozenset(words)
    return frozenset(kind for phrase, kind in _SPHERES if phrase <= shown)


def _table() -> Mapping[Phrase, Kinds]:
    """A phrase of two kinds may be either: «СШ» is «средняя школа» and «спортивная школа»."""
    found: dict[Phrase, Kinds] = {}
    for phrase, kinds in _phrases():
        found[phrase] = found[phrase].joined(kinds) if phrase in found else kinds
    return found


_KINDS = _table()
_LENGTHS: Mapping[str, tuple[int, ...]] = {  # of the phrases that begin with a word
    first: tuple(sorted({len(one) for one in _KINDS if one[0] == first}, reverse=True))
    for first, *_ in _KINDS
}


@dataclass(frozen=True, slots=True)
class KindSpot:
    """Where a text says what an institution is: its words from `start` to `end`."""

    kinds: Kinds
    start: int
    end: int


def spots_of(tokens: Sequence[Token]) -> Iterator[KindSpot]:
    """The longest phrase that begins at a word counts, and no other within it."""
    end = 0
    for at, token in enumerate(tokens):
        if at >= end and token.word in _LENGTHS and (spot := _spot_at(tokens, at)):
            yield spot
            end = spot.end


def _spot_at(tokens: Sequence[Token], at: int) -> KindSpot | None:
    for length in _LENGTHS[tokens[at].word]:
        if kinds := _KINDS.get(tuple([token.word for token in tokens[at : at + length]])):
            return KindSpot(kinds, at, at + length)
    return None
