"""Russian names in Latin letters, for ids that people have to type."""

from __future__ import annotations

_LETTERS = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya".split(),  # noqa: SIM905 (a list would be thirty lines)
        strict=True,
    )
)
_TABLE = str.maketrans({letter: sign.strip("-") for letter, sign in _LETTERS.items()})


def latin(words: str) -> str:
    """«Северный район» → «severnyy rayon»; other signs stay as they are."""
    return words.lower().translate(_TABLE)
