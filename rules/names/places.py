"""A place of two words and the adjective fused from them: «Белый Яр» and «Белоярская»."""

from __future__ import annotations

from itertools import pairwise

from rules.names.called import Name
from rules.names.words import WORDS, stem

LONGEST_FUSED, SHORTEST_FUSED = 40, 6
FIRST, SECOND = 3, 2  # letters of either word that must stand in the adjective
_REGIONS = frozenset(map(stem, WORDS["regions"].split()))
_TELLING = frozenset(map(stem, WORDS["telling_places"].split()))


def regions_of(name: Name) -> frozenset[str]:
    """«ставропольск» of «Ставропольского края»: what all institutions of a town have in common."""
    return frozenset(word for word, behind in pairwise(name.stems) if behind in _REGIONS)


def are_namesakes(name: Name, other: Name) -> bool:
    """«Ивановка» and «Новая Ивановка» are two places."""
    return _is_told_in(name, other) or _is_told_in(other, name)


def _is_told_in(plain: Name, told: Name) -> bool:
    return any(
        telling in _TELLING and place in plain.proper and telling not in plain.stems
        for telling, place in pairwise(told.stems)
    )


def share_place(name: Name, other: Name) -> bool:
    """One has the adjective, the other both words beside each other, or «МинВоды» for either."""
    return any(
        _is_fused_in(a, b) or _is_shortened_in(a, b) for a, b in ((name, other), (other, name))
    )


def _is_shortened_in(short: Name, whole: Name) -> bool:
    """«минвод» of «минераловодск»: how it begins, and how a later part of it does."""
    return any(_is_short_of(a, b) for a in short.proper for b in whole.proper)


def _is_short_of(short: str, whole: str) -> bool:
    length = _common(short, whole)
    rest = short[length:]
    if length < FIRST or len(rest) < FIRST or rest.endswith("ск"):  # «Петровск», «Петропавловск»
        return False
    return rest in whole[length + 1 :]


def _is_fused_in(adjectives: Name, words: Name) -> bool:
    fused = [word for word in adjectives.proper if len(word) >= SHORTEST_FUSED]
    return any(
        _is_fused_of(word, first, second)
        for word in fused
        for first, second in pairwise(words.stems)
    )


def _is_fused_of(adjective: str, first: str, second: str) -> bool:
    """«великолукск» of «велик» and «лук», «минераловодск» of «минеральн» and «вод»."""
    if adjective[:FIRST] != first[:FIRST] or len(second) < SECOND or len(first) < FIRST:
        return False
    length = _common(adjective, first)
    rest = adjective[length:]
    start = second[: max(SECOND, min(3, len(second)))]
    return any(tail.startswith(start) for tail in (rest, rest[1:] if rest[:1] in "оеи" else rest))


def _common(text: str, other: str) -> int:
    pairs = zip(text, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(text), len(other)))
