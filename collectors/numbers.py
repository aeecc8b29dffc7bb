"""Numbers as strangers send them in JSON: a count or an id is one only if it is one.

A truth value, a text of figures, a fraction, an infinity and what no 64 bits hold are none; whoever
asks gets None, which is "not shown to us".
"""

from __future__ import annotations

import json
from typing import Any

MOST = 2**63 - 1
_LONGEST = 400  # figures in a row, which `int` may refuse to read
_ENDLESS = b"0" * _LONGEST
_FIGURES_ALONE = bytes(ord("0") if chr(sign) in "0123456789" else ord(" ") for sign in range(256))


def whole(value: Any) -> int | None:
    """Of either sign."""
    if type(value) is int:  # nearly always
        return value if -MOST <= value <= MOST else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= 2**53 else None
    return value if abs(value) <= MOST else None


def count(value: Any) -> int | None:
    number = whole(value)
    return number if number is not None and number >= 0 else None


def number_in(text: str) -> str | None:
    """An id that is told as text: plain figures, not too many."""
    return text if text.isascii() and text.isdecimal() and len(text) <= len(str(MOST)) else None


def parsed(body: bytes | str) -> Any:
    """JSON of which one endless number spoils no other. Raises ValueError, RecursionError."""
    return json.loads(body, parse_int=_integer)


def has_endless_number(body: bytes) -> bool:
    """Asked of every answer: so its figures are made one, and a search skips over the rest."""
    return _ENDLESS in body.translate(_FIGURES_ALONE)


def _integer(figures: str) -> int | float:
    return int(figures) if len(figures) < _LONGEST else float("inf")
