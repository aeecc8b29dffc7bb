"""Batches that failed as a whole are halved until what one member causes is that member's alone.

Of what was halved each part is tried once only: halving it again is the repetition. Not for ever,
and not where nothing comes of it: then it is the server that is ill, not one of them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

MOST = 120  # of a run: some twenty guilty ones
IN_VAIN = 20  # in a row: more than two guilty communities of a call, or walls of a batch, cause


@dataclass(slots=True)
class Halvings:
    """How many are left; only what was answered properly ends the row of those in vain."""

    most: int = MOST
    patience: int = IN_VAIN
    in_vain: int = 0
    lone: bool = False  # one page beside control pages: there is nobody to be saved

    def may(self, members: Collection[object]) -> bool:
        """Whether these, which have failed, are to be halved: that is counted."""
        self.in_vain += 1
        if len(members) < 2 or self.most <= 0 or self.in_vain > self.patience:
            return False
        self.most -= 1
        return True

    def was_answered(self) -> None:
        self.in_vain = 0
