"""Texts as they enter: two that look the same are the same.

A page may spell «й» as «и» and a breve, put a soft hyphen into a long word, or bring along the
marks that a telephone's address book sets around numbers. Nobody sees these signs, so no rule may
trip over them. Each border of the program (pages, APIs, tables, the registry, what is typed)
passes its texts through here once; the bytes that came stay in the evidence as they were.

Touched:
- canonical equivalents become one (NFC): «й», «ё», «Й» of two code points become one;
- signs that show nothing and take no room go: the soft hyphen, zero-width blanks and joiners,
  marks, embeddings and isolates of direction, the byte order mark, variation selectors;
- half a sign (a lone surrogate, as JSON may spell it) is U+FFFD: no file and no database takes it.

Not touched, because a reader sees it:
- NFKC's equivalents («№» would be «No», «²» a figure, «ﬁ» two letters) and every kind of blank;
- letters of another alphabet that look alike, stress marks, and the overrides of direction
  (U+202D, U+202E), which turn the order of what is shown;
- an address that is to be asked for: a server may keep «й» of two code points in a file's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from unicodedata import combining, is_normalized, normalize

_UNSEEN = (
    *"\u00ad\u034f\u061c\ufeff",
    *map(chr, range(0x180B, 0x1810)),
    *map(chr, range(0x200B, 0x2010)),
    *map(chr, range(0x202A, 0x202D)),
    *map(chr, range(0x2060, 0x2070)),
    *map(chr, range(0xFE00, 0xFE10)),
)
_WITHOUT: dict[int, str | None] = {
    **dict.fromkeys(map(ord, _UNSEEN)),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}
_ANY_UNSEEN = re.compile(f"[{''.join(_UNSEEN)}]")
_LONG = 1000  # signs, from which on a search for each sign is quicker than one for any of them
_NAMED = re.compile(r"&(?:shy|zwn?j|lrm|rlm)")  # such signs by name, and all signs by number
_NUMBERED = re.compile(r"&#(?:[xX]([0-9A-Fa-f]{2,5})|([0-9]{3,6}))")


def normalised(text: str) -> str:
    """The text without what nobody sees; itself where there is nothing of that kind."""
    if is_normal(text):
        return text
    return normalize("NFC", text.translate(_WITHOUT))


def is_normal(text: str) -> bool:
    """Nearly every text is: so the looking is quick, and all in C."""
    if text.isascii():
        return True
    if not is_normalized("NFC", text) or _has_unseen(text):
        return False
    return _is_whole(text)


def _has_unseen(text: str) -> bool:
    if len(text) < _LONG:
        return _ANY_UNSEEN.search(text) is not None
    return any(map(text.__contains__, _UNSEEN))


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def paired(text: str) -> str:
    """Signs that a script spells in halves (`\\ud83d\\ude00`) as signs."""
    if text.isascii() or _is_whole(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def is_normal_markup(markup: str) -> bool:
    """Whether the texts of a page need no look, each by itself, once it is parsed."""
    if _NAMED.search(markup) or any(map(_is_odd, _signs_by_number(markup))):
        return False
    return is_normal(markup)


def _signs_by_number(markup: str) -> Iterator[str]:
    """Each sign once that a page writes by its number."""
    for hexed, plain in set(_NUMBERED.findall(markup)):
        yield chr(int(hexed, 16) if hexed else int(plain))


def _is_odd(sign: str) -> bool:
    """One that nobody sees, or that sits upon the letter before it."""
    return sign in _UNSEEN or combining(sign) > 0


def text_digest(text: str) -> str | None:
    """The same for texts that differ in case, spaces and look-alike signs only; None if empty."""
    plain = " ".join(normalize("NFKC", text).casefold().split())
    return sha256(plain.encode()).hexdigest()[:16] if plain else None


def normalised_all(value: Any) -> Any:
    """As `normalised`, for each text and key of what JSON or TOML holds."""
    if isinstance(value, str):
        return normalised(value)
    if isinstance(value, list):
        return [normalised_all(one) for one in value]
    if isinstance(value, dict):
        return {normalised_all(key): normalised_all(one) for key, one in value.items()}
    return value
