"""The case's key in a subject: `[Дозор town/school/6.5]`, however a client has damaged it.

Brackets may be others or missing, letters capital or small, blanks anywhere round the strokes.
Several requirements of one institution are divided by commas.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_ID = r"[a-z0-9][a-z0-9_.\-]{0,99}"
_ASKED = r"[a-z0-9][\w.\-|]{0,99}(?:\s?/\s?[\w.\-|]{1,99})?"
KEY = re.compile(
    rf"(?:дозор|dozor)[\s:№#]{{0,5}}(?P<town>{_ID})\s{{0,3}}[/\\]\s{{0,3}}(?P<institution>{_ID})"
    rf"(?:\s{{0,3}}[/\\]\s{{0,3}}(?P<asked>{_ASKED}(?:\s?[,;]\s?{_ASKED})*))?",
    re.I,
)
DASHES = str.maketrans("‐‑‒–—−", "------")
MOST = 20


@dataclass(frozen=True, slots=True)
class Key:
    """As it was written, in small letters; whether such a thing exists is another question."""

    town: str
    institution: str
    requirements: tuple[str, ...] = ()


def keys_in(subject: str) -> tuple[Key, ...]:
    """Each once, in their order."""
    return tuple(dict.fromkeys(_keys(subject)))[:MOST]


def _keys(subject: str) -> Iterator[Key]:
    plain = unicodedata.normalize("NFKC", subject).translate(DASHES).casefold()
    plain = re.sub(r"[​‌‍⁠﻿­]", "", plain)
    for found in KEY.finditer(" ".join(plain.split())):
        asked = (re.sub(r"\s", "", one) for one in re.split(r"[,;]", found["asked"] or ""))
        named = (one.rstrip(".-") for one in asked)
        yield Key(
            found["town"],
            found["institution"].rstrip(".-"),
            tuple(one for one in named if re.search(r"\d|/", one)),
        )
