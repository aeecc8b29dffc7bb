"""Patterns of many words, quick enough to be tried at every word of a page."""

from __future__ import annotations


def any_of(words: str, *, lower: bool = False) -> str:
    """Any of the words («ул|улица|пер»; patterns behind the first letter), in any case.

    `lower`: only as they stand, in lower case. One branch a first letter: a word that begins with
    another costs one comparison a letter instead of one a word.
    """
    rests: dict[str, list[str]] = {}
    for word in words.split("|"):
        rests.setdefault(word[0], []).append(word[1:])
    rest = "(?:{})" if lower else "(?i:{})"
    return "|".join(
        (first if lower else f"[{first.upper()}{first}]") + rest.format("|".join(ends))
        for first, ends in rests.items()
    )
