"""Each page that was asked for gets its observation, whatever a collector does.

Where a collector breaks off, what it had not yet told is read again in halves, until the page that
it breaks on stands alone: that one page is unread by a fault of ours, and no other.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

from collectors.barrier import ABOUT_THE_RUN, Fault, caught, passes
from collectors.model import Collector, Failure, FailureCode, Observation, Page, Run

log = logging.getLogger(__name__)

MOST_BREAKS = 60  # of one network in a run: a collector that breaks on all may not eat the night
STORES = (*ABOUT_THE_RUN, OperationalError, InterfaceError)  # the database does not answer
FORGOTTEN = Failure(FailureCode.OUR_FAULT, "the collector told nothing of this page")

Batch = tuple[Observation, ...]
Thing = TypeVar("Thing")


async def read_carefully(
    collector: Collector, pages: Sequence[Page], run: Run
) -> AsyncIterator[Batch]:
    """As the collector itself, but that it always comes to its end. Raises what ends the run."""
    groups, breaks = [list(pages)], MOST_BREAKS
    while groups:
        group = groups.pop()
        told = _Told(group)
        try:
            async for batch in collector(group, run):
                told.of(batch)
                yield batch
        except Exception as error:
            if passes(error, STORES):
                raise
            breaks -= 1
            if len(group) == 1 or breaks < 0:
                yield tuple(_broken(page, run, error) for page in told.left)
                continue
            log.warning(
                "broke off with %d pages left: read in halves", len(told.left), exc_info=error
            )
            groups += halves(told.left)
        else:
            if told.left:
                log.error("the collector forgot %s", [page.address for page in told.left])
                yield tuple(_unread_observation(page, run, FORGOTTEN) for page in told.left)


@dataclass(slots=True)
class _Told:
    """Which of the pages are still without an observation."""

    left: list[Page]

    def of(self, batch: Iterable[Observation]) -> None:
        seen = {one.page.key for one in batch}
        self.left = [page for page in self.left if page.key not in seen]


def halves(things: list[Thing]) -> list[list[Thing]]:
    """The first half last, as it is taken from there; one alone is a half."""
    half = (len(things) + 1) // 2
    return [part for part in (things[half:], things[:half]) if part]


def _broken(page: Page, run: Run, error: Exception) -> Observation:
    fault: Fault = caught("page", page.address, error)
    return _unread_observation(page, run, fault.failure)


def _unread_observation(page: Page, run: Run, failure: Failure) -> Observation:
    return Observation(page=page, observed_at=run.as_of, failure=failure)
