"""What a run offers to collectors, and what it asks of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from collectors.model.evidence import EvidenceSink, Originals
from collectors.model.facts import Observation
from collectors.model.pages import Address, Page

Value = TypeVar("Value")


class Budget(Protocol):
    def take(self, reader: str, method: str, calls: int) -> int:
        """Reserve up to `calls` calls of `method` for today; the number that was granted."""
        ...

    def exhaust(self, reader: str, method: str) -> None:
        """The platform itself said that today's quota is used up."""
        ...

    def left(self, reader: str, method: str) -> int:
        """Calls of `method` that may still be taken for today."""
        ...

    def frees_in(self, reader: str, method: str) -> float | None:
        """Seconds until more calls may be taken; None: not within the hour, no use in waiting."""
        ...


class Turns(Protocol):
    def next(self, reader: str, seconds: float) -> float:
        """Take the reader's next turn, which lasts so long; the seconds until it begins."""
        ...

    def put_off(self, reader: str, late: float) -> bool:
        """The turn taken last began so late; False: the one after it is another's already."""
        ...


class SiteMemory(Protocol):
    """What parsers made of the bytes of one site, in this run and in earlier ones.

    `place`: which page it is of; each holds one value. `digest`: of everything that the value was
    made from, the parser itself among it. It saves work and is no source: what it gives is what the
    parser would give.
    """

    def recall(self, kind: type[Value], place: str, digest: str) -> Value | None:
        """None where nothing was made from just that, or what was kept cannot be read."""
        ...

    def remember(self, place: str, digest: str, value: object) -> None: ...

    def save(self) -> None:
        """For later runs; a failure to store stops the run."""
        ...


class Memories(Protocol):
    def of_site(self, site: str) -> SiteMemory: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What every collector of one run shares."""

    as_of: datetime  # the run's clock: relative dates are resolved by it, later posts ignored
    walls_since: datetime  # posts are wanted from here on
    evidence: EvidenceSink
    budget: Budget
    turns: Turns | None = None  # where other processes use the same readers; None: nobody else does
    memories: Memories | None = None  # of earlier runs; None: everything is read anew
    originals: Originals | None = None  # None: nothing is referred to, every body is kept whole
    believed: Set[str] = frozenset()
    """Addresses of sites whose word is taken that a page is what it was."""
    user_agent: str = "Dozor/0.1 (audit of official pages; contact: see the operator)"
    expected: Mapping[Address, int] = field(default_factory=dict)
    """How many posts since `walls_since` a wall is likely to show, as far as it was ever read."""
    at_rest: Mapping[Address, Observation] = field(default_factory=dict)
    """Pages whose wall may stay unread while the head is as it was at this last whole look (told
    without its posts). A collector that reads a wall before it knows the head need not heed it."""


class Collector(Protocol):
    """A network's module. Yields observations batch by batch, exactly one for every page asked."""

    def __call__(
        self, pages: Sequence[Page], run: Run
    ) -> AsyncIterator[tuple[Observation, ...]]: ...
