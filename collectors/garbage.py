"""Python's own search for garbage, while one loop reads for many.

A full search looks at all that is alive, and nothing else runs meanwhile: 50 to 100 ms once our
modules are loaded, a second where a registry of a region is. What was there before the reading is
no garbage of it, so no search looks there until the reading is over. What the reading itself makes
is looked through in small lots: one of these is over before anybody notices.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

LOTS = 2_000, 5, 5  # new objects for a search, and how many of these for each that goes deeper
MOST_AT_ONCE = LOTS[0] * LOTS[1] * LOTS[2]  # beside what is alive and was made by the reading


@contextmanager
def brief_searches() -> Iterator[None]:
    """For who reads until it is over. Of two at once the one that ends first ends it for both:
    then searches are long again, and nothing else."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*LOTS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def set_aside() -> None:
    """What is alive now is looked at by no search until `brief_searches` ends. For who made much
    that will go by itself: what is garbage only together, as a ring is, stays till then.
    """
    gc.freeze()
