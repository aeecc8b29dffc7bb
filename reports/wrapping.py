"""How high a row must be for its texts to be seen whole.

A spreadsheet wraps a text when it draws it, and LibreOffice gives a row no more room than its file
says. The lines are counted here, by the width of the column and of each sign (arial.toml).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from math import ceil
from unicodedata import combining

FONT, SIZE = "Arial", 10  # points; LibreOffice has a font of the same widths everywhere
ROOM = 515  # thousandths of the font's size to a column's character: 7 of 13⅓ pixels, less 2 %
BLANK, UNKNOWN = 278, 1000
FIRST_LINE, NEXT_LINE = 15.0, 12.75  # points
TALLEST = 405  # Excel refuses a row of more than 409
REMEMBERED = 1000  # texts, and words: most come again soon or never
BREAKS = re.compile(r"(?<=[-/?&=_.])")  # of a word that does not fit in a line


def height(lines: int) -> int:
    return min(ceil(FIRST_LINE + NEXT_LINE * (lines - 1)), TALLEST)


@lru_cache(maxsize=REMEMBERED)
def lines_of(text: str, width: int, *, is_bold: bool = False) -> int:
    """In a column of so many characters."""
    room = width * ROOM
    lines, used = 1, 0
    for word in text.split():
        wide = _width_of(word, is_bold)
        if used and used + BLANK + wide <= room:
            used += BLANK + wide
            continue
        lines += bool(used)
        more, used = (0, wide) if wide <= room else _broken(BREAKS.split(word), room, is_bold)
        lines += more
    return lines


def _broken(pieces: Iterable[str], room: int, is_bold: bool) -> tuple[int, int]:
    """The lines that begin within a word, and how full the last one is."""
    lines, used = 0, 0
    for wide in (_width_of(piece, is_bold) for piece in pieces):
        if used + wide <= room:
            used += wide
            continue
        lines += bool(used)
        full = max(0, ceil(wide / room) - 1)
        lines, used = lines + full, wide - full * room
    return lines, used


@lru_cache(maxsize=REMEMBERED)
def _width_of(word: str, is_bold: bool) -> int:
    """In the units of `arial.toml`; a sign that it does not know is a wide one."""
    widths = _widths()["bold" if is_bold else "regular"]
    return sum(widths.get(sign, 0 if combining(sign) else UNKNOWN) for sign in word)


@cache
def _widths() -> Mapping[str, Mapping[str, int]]:
    told = tomllib.loads(files("reports").joinpath("arial.toml").read_text("utf-8"))
    return {
        face: {sign: int(width) for width, signs in those.items() for sign in signs}
        for face, those in told.items()
    }
