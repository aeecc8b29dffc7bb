"""How much work one page may cost, counted in steps and sizes: never by the clock. No network.

What stands on a page is looked at again for every box that it stands in, so deep or crowded markup
costs more than its length. A page past one of these numbers is *partly read*: what was seen of it
may help, what was not seen accuses nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

MOST_DEPTH = 512  # elements in elements, as in browsers
MOST_STEPS = 400_000  # lines and elements looked at again; a crowded real page takes a tenth
MOST_TEXT = 400_000  # characters that a page shows: some two hundred printed sheets
MOST_LINKS = 3_000  # of a kind: anchors, frames, buttons
MOST_CONTACTS = 2_000  # of a kind
LETTERS_A_STEP = 500  # merely copied
SEARCHED_A_STEP = 20  # looked through for contacts


T = TypeVar("T")


class SpentError(Exception):
    """The budget of the page is at its end."""


class WorkBudget:
    """The steps that one page has left."""

    def __init__(self, steps: int = MOST_STEPS) -> None:
        self.left = steps

    @property
    def is_spent(self) -> bool:
        return self.left < 0

    def spend(self, steps: int = 1) -> None:
        """Raises SpentError, and goes on doing so."""
        self.left -= steps
        if self.left < 0:
            raise SpentError


def until_spent(found: Iterator[T]) -> Iterator[T]:
    """What comes before the budget is at its end."""
    try:
        yield from found
    except SpentError:
        return
