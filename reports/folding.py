"""Long sentences: the gist is read, the list in it is unfolded by whoever wants it."""

from __future__ import annotations

import re

from reports.card_view import Told

MOST = 45  # words that a reader takes in at once
GIST = 30
# A full stop after a word of four letters or a quote: «г.» and «ул.» end no sentence.
_PART = re.compile(r"(?<=;)\s+|(?:(?<=\w{4}[.!?])|(?<=[»)][.!?]))\s+(?=[А-ЯЁ«])")
_ITEM = re.compile(r"(?<=»),\s+(?=«)")  # of a list of names in quotes


def folded(text: str) -> Told:
    """The same words in the same order; a text without any seam stays whole, but folded."""
    if len(text.split()) <= MOST:
        return Told(text)
    first, *rest = _PART.split(text)
    if len(first.split()) > GIST:
        words = first.split()
        first, cut = " ".join(words[:GIST]) + " …", "… " + " ".join(words[GIST:])
        rest = [cut, *rest]
    return Told(first, tuple(item for part in rest for item in _short(part)))


def _short(part: str) -> list[str]:
    return _ITEM.split(part) if len(part.split()) > MOST else [part]
