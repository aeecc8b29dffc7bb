"""A place of two words and the adjective fused from them: «Белый Яр» and «Белоярская»."""

from __future__ import annotations

from itertools import pairwise

from rules.called import Name

LONGEST_FUSED, SHORTEST_FUSED = 40, 7
FIRST, SECOND = 3, 2  # letters of either word that must stand in the adjective


def share_place(one: Name, other: Name) -> bool:
    """One has the adjective, the other both words beside each other."""
    return _is_fused_in(one, other) or _is_fused_in(other, one)


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


def _common(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
