"""A name, a title or a piece of text taken apart: kinds with their numbers, and proper words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from rules.names.kinds import Kinds, KindSpot, spots_of
from rules.names.numbers import Figure, Token, foreign_numbers, seems_else, tokens_of
from rules.names.words import OF_A_TOWN, WORDS, stem

FAR = 16  # words between a kind and its «№ 5»: «детский сад общеразвивающего вида … № 5»
LEADING = 5  # words between «пятая» and its kind: «пятая средняя общеобразовательная школа»
WINDOW = 24  # words of a piece of text: long enough for a full name


def _words(text: str) -> frozenset[str]:
    return frozenset(token.word for token in tokens_of(text))


_LEGAL_WORDS = _words(WORDS["legal_words"]) | frozenset(map(stem, WORDS["legal_forms"].split()))
_LEADING_WORDS = _LEGAL_WORDS | _words(WORDS["leading_words"])
_SETTLEMENTS = frozenset(WORDS["settlements"])
_DESCRIBING = frozenset(WORDS["describing_groups"])


@dataclass(frozen=True, slots=True)
class Mention:
    """One place of a text that says what an institution is, with the number that belongs to it."""

    kinds: Kinds
    numbers: frozenset[str]
    at: int


@dataclass(frozen=True, slots=True)
class Name:
    """A name without its legal form."""

    mentions: tuple[Mention, ...]
    surely: frozenset[str]  # numbers of an institution: with № or beside a kind
    perhaps: frozenset[str]  # other figures that may be one
    others: frozenset[str]  # numbers of houses, years, groups
    proper: frozenset[str]  # with numbers in words that nothing marks: «Три медведя»
    places: frozenset[str]  # «громов» of «п. Громово»
    stems: tuple[str, ...]  # all words in order
    groups: frozenset[str]
    words: frozenset[str]  # groups, numbers and proper words

    @property
    def numbers(self) -> frozenset[str]:
        return self.surely or self.perhaps

    @property
    def every_number(self) -> frozenset[str]:
        return self.surely | self.perhaps | self.others

    @property
    def main(self) -> Mention | None:
        """What it is, not what its legal form or its owner is: «учреждение культуры … музей»."""
        telling = (one for one in self.mentions if not one.kinds.groups <= _DESCRIBING)
        return next(telling, self.mentions[0] if self.mentions else None)

    @property
    def tells_apart(self) -> bool:
        """More than a kind: «Школа» alone stands in many a text about others."""
        return bool(self.numbers or self.proper)


def name_of(text: str) -> Name:
    """A whole text as one name."""
    return _parts_of(text)[0]


def windows_of(text: str) -> tuple[Name, ...]:
    """Overlapping pieces of a text, each long enough for a full name."""
    return _parts_of(text)[1]


# The names of a town are held against each of its titles, and each title against many names; to
# take one apart costs some 0.1 ms a line. No other town's are asked for beside them.
@lru_cache(maxsize=OF_A_TOWN)
def _parts_of(text: str) -> tuple[Name, tuple[Name, ...]]:
    whole = _read(text)
    starts = range(0, max(1, len(whole.tokens) - WINDOW // 2), WINDOW // 2)
    windows = tuple(_piece(whole, start, start + WINDOW) for start in starts)
    return (windows[0] if len(windows) == 1 else _piece(whole, 0, None)), windows


@dataclass(frozen=True, slots=True)
class _Text:
    """A text taken apart once; each place of `tokens` has its proper word, or none."""

    tokens: tuple[Token, ...]
    mentions: tuple[Mention, ...]
    proper: tuple[str, ...]
    surely: tuple[int, ...]  # places of numbers, see `Name`
    perhaps: tuple[int, ...]
    others: tuple[int, ...]
    places: tuple[int, ...]


def _piece(text: _Text, start: int, end: int | None) -> Name:
    end = len(text.tokens) if end is None else end
    first, last = (bisect_left(text.mentions, at, key=_at) for at in (start, end))
    mentions = text.mentions[first:last]
    surely = _words_at(text, text.surely, start, end).union(*(one.numbers for one in mentions))
    perhaps = _words_at(text, text.perhaps, start, end) - surely
    proper = frozenset(text.proper[start:end]) - _NOTHING
    groups = frozenset(group for one in mentions for group in one.kinds.groups)
    return Name(
        mentions=mentions,
        surely=surely,
        perhaps=perhaps,
        others=_words_at(text, text.others, start, end),
        proper=proper,
        places=_words_at(text, text.places, start, end),
        stems=tuple([token.word for token in text.tokens[start:end]]),
        groups=groups,
        words=groups | (surely or perhaps) | proper,
    )


_NOTHING = frozenset({""})


def _at(mention: Mention) -> int:
    return mention.at


def _words_at(text: _Text, places: Sequence[int], start: int, end: int) -> frozenset[str]:
    if not places:
        return frozenset()
    inside = places[bisect_left(places, start) : bisect_left(places, end)]
    return frozenset([text.tokens[at].word for at in inside])


def _read(written: str) -> _Text:
    tokens = tokens_of(written)
    spots = list(spots_of(tokens))
    of_kinds = frozenset([at for spot in spots for at in range(spot.start, spot.end)])
    numbers = [at for at, token in enumerate(tokens) if token.figure is not None]
    others = foreign_numbers(tokens, of_kinds) if numbers else frozenset()
    ours = [at for at in numbers if at not in others]
    chains = list(_chain(spots, tokens))
    owned = _assign_numbers(tokens, chains, ours, of_kinds)
    surely = frozenset().union(*owned, (at for at in ours if tokens[at].figure is Figure.MARKED))
    rest = [at for at in ours if at not in surely]
    return _Text(
        tokens,
        tuple(
            Mention(chain.kinds, frozenset([tokens[at].word for at in numbers]), chain.start)
            for chain, numbers in zip(chains, owned, strict=True)
        ),
        tuple(_proper(tokens, of_kinds, frozenset(rest))),
        surely=tuple(sorted(surely)),
        perhaps=tuple(at for at in rest if tokens[at].figure is Figure.PLAIN),
        others=tuple(sorted(others)),
        places=tuple(_places(tokens)),
    )


def _places(tokens: Sequence[Token]) -> Iterator[int]:
    """«с. Громово» and «село Громово», not «с детьми»."""
    for at, (before, token) in enumerate(pairwise(tokens), 1):
        is_short = len(before.word) == 1
        if before.word in _SETTLEMENTS and token.figure is None and token.is_apart >= is_short:
            yield at


def _proper(
    tokens: Sequence[Token], of_kinds: frozenset[int], free: frozenset[int]
) -> Iterator[str]:
    for at, token in enumerate(tokens):
        if token.figure is None:
            telling = len(token.word) > 1 and token.word not in _LEGAL_WORDS
            yield token.word if telling and at not in of_kinds else ""
        else:
            yield token.word if at in free and token.figure is not Figure.PLAIN else ""


# --- kinds in a row -----------------------------------------------------------------------------


def _chain(spots: Sequence[KindSpot], tokens: Sequence[Token]) -> Iterator[KindSpot]:
    """«школа-гимназия», «МБДОУ детский сад», «учреждение культуры „Музей“» are one each."""
    before: KindSpot | None = None
    for spot in spots:
        if before and _goes_on(before, spot, tokens):
            before = replace(before, kinds=before.kinds.joined(spot.kinds), end=spot.end)
            continue
        if before:
            yield before
        before = spot
    if before:
        yield before


def _goes_on(before: KindSpot, spot: KindSpot, tokens: Sequence[Token]) -> bool:
    if before.end != spot.start or tokens[spot.start].breaks:
        return False
    is_with_garden = "school" in before.kinds.groups and spot.kinds.groups == {"kindergarten"}
    return before.kinds.may_be(spot.kinds) or before.kinds.groups <= _DESCRIBING or is_with_garden


# --- which number belongs to which kind ---------------------------------------------------------


def _assign_numbers(
    tokens: Sequence[Token],
    chains: Sequence[KindSpot],
    numbers: Sequence[int],
    of_kinds: frozenset[int],
) -> list[set[int]]:
    """A number behind a kind goes before one in front of it: «Мира 44 детский сад 21» is 21."""
    owned: list[set[int]] = [set() for _ in chains]
    leading: list[tuple[int, int]] = []
    for at in numbers if chains else ():
        ahead = bisect_right(chains, at, key=_end)  # the first chain that ends behind the number
        leads = ahead < len(chains) and _leads(tokens, at, chains[ahead])
        follows = ahead > 0 and _follows(tokens, at, chains[ahead - 1], of_kinds)
        if follows and not (leads and tokens[at].breaks):
            owned[ahead - 1].add(at)
        elif leads:
            leading.append((ahead, at))
    for chain, at in leading:
        owned[chain] |= set() if owned[chain] else {at}
    return owned


def _end(chain: KindSpot) -> int:
    return chain.end


def _follows(tokens: Sequence[Token], at: int, chain: KindSpot, of_kinds: frozenset[int]) -> bool:
    """«школа города Кедрового № 5», «школа 5», «школа пять»; not «школа, 5», «школа пяти дорог»."""
    token = tokens[at]
    if token.figure is Figure.MARKED:
        return at - chain.end < FAR
    if at != chain.end or token.breaks or token.figure is Figure.ROMAN:
        return False
    if seems_else(tokens, at, of_kinds):
        return False
    is_last = at + 1 == len(tokens) or tokens[at + 1].breaks
    return token.figure is Figure.PLAIN or is_last


def _leads(tokens: Sequence[Token], at: int, chain: KindSpot) -> bool:
    """«11-я средняя школа», «№ 5 детский сад»."""
    if tokens[at].figure is Figure.CARDINAL or chain.start - at > LEADING:
        return False
    between = tokens[at + 1 : chain.start]
    is_near = not any(token.breaks for token in tokens[at + 1 : chain.start + 1])
    return is_near and all(token.word in _LEADING_WORDS for token in between)
