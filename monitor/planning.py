"""Which pages are read tonight when a day's quota does not reach for all: those that need it most.

Those left over are not asked for at all: they are judged on an earlier look while it is fresh. A
page whose proof would be stale by the next night goes before one whose proof lasts; among equals
the one goes first that was tried longest ago, so that pages that fail every night starve nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from collectors.model import (
    BEGINNING,
    NOT_TRIED,
    Address,
    Failure,
    FailureCode,
    Network,
    Observation,
    Page,
    Run,
)
from collectors.networks import networks
from monitor.application import Application
from monitor.coverage import ANSWERS
from monitor.storage import findings, observations
from rules.model import Outcome

NIGHT = timedelta(days=1)
WORST_FIRST = (Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN, Outcome.REVIEW)

Calls = Mapping[str, int]  # method → calls


@dataclass(frozen=True, slots=True)
class Plan:
    """`due` in the order in which they are read."""

    due: tuple[Page, ...]
    waiting: tuple[Page, ...] = ()


@dataclass(frozen=True, slots=True)
class Try:
    """The last time that a page was asked for; not what it showed: walls are not held here."""

    at: datetime
    whole: bool  # it showed all that it shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is remembered of the pages: by network and address."""

    tries: Mapping[Address, Try] = field(default_factory=dict)
    outcomes: Mapping[Address, frozenset[Outcome]] = field(default_factory=dict)
    freshness: timedelta = timedelta(days=7)


def plan_of(application: Application, slug: str, pages: Sequence[Page], run: Run) -> Plan:
    """All pages, as long as the day's calls of all tokens together reach for them."""
    network, settings = networks()[slug], application.settings.networks[slug]
    readers, quotas = network.readers(settings), network.quotas(settings)
    if not (readers and quotas):
        return Plan(tuple(pages))
    left = {name: sum(run.budget.left(one, name) for one in readers) for name in quotas}
    tries, calls = _last_tries(application, network, pages, run.as_of)
    first = network.cost(None)
    costs = {page: calls.get((page.network, page.address), first) for page in pages}
    if reaches(costs.values(), left):
        return Plan(tuple(pages))
    past = Past(
        tries=tries,
        outcomes=findings.outcomes_of_pages(application.engine, run.as_of),
        freshness=timedelta(days=application.settings.rules.freshness_days),
    )
    return planned(pages, costs, left, past, run.as_of)


def _last_tries(
    application: Application, network: Network, pages: Sequence[Page], as_of: datetime
) -> tuple[dict[Address, Try], dict[Address, Calls]]:
    """And what the next reading will cost by what that one showed: few prices, each held once."""
    tries, costs = {}, {}
    prices: dict[tuple[tuple[str, int], ...], Calls] = {}
    addresses = {(page.network, page.address) for page in pages}
    for address, last in observations.each_last_try(
        application.engine, addresses, as_of, NOT_TRIED
    ):
        price = network.cost(last)
        costs[address] = prices.setdefault(tuple(price.items()), price)
        tries[address] = tried(last)
    return tries, costs


def planned(
    pages: Sequence[Page], costs: Mapping[Page, Calls], left: Calls, past: Past, as_of: datetime
) -> Plan:
    """As many of the neediest as the calls that are left reach for."""
    if reaches(costs.values(), left):
        return Plan(tuple(pages))
    rest = dict(left)
    due: list[Page] = []
    for page in sorted(pages, key=lambda page: need(page, past, as_of)):
        if all(calls <= rest.get(method, calls) for method, calls in costs[page].items()):
            due.append(page)
            rest |= {
                name: rest[name] - calls for name, calls in costs[page].items() if name in rest
            }
    chosen = set(due)
    return Plan(tuple(due), tuple(page for page in pages if page not in chosen))


def reaches(costs: Iterable[Calls], left: Calls) -> bool:
    spent: Counter[str] = Counter()
    for calls in costs:
        spent.update(calls)
    return all(spent[method] <= calls for method, calls in left.items())


def need(page: Page, past: Past, as_of: datetime) -> tuple[bool, datetime, int]:
    """Sorts: no proof that lasts until the next night, tried longest ago, worst last time."""
    address = (page.network, page.address)
    last = past.tries.get(address)
    rank = _rank(past.outcomes.get(address, frozenset()))
    if last is None:
        return False, BEGINNING, rank
    return last.whole and as_of - last.at <= past.freshness - NIGHT, last.at, rank


def tried(last: Observation) -> Try:
    """A closed wall is an answer, so all was read; a broken one is not."""
    wall = last.gaps.get("wall")
    whole = last.failure is None and (wall is None or wall.code in ANSWERS)
    return Try(last.observed_at, whole)


def not_due(page: Page, as_of: datetime) -> Observation:
    failure = Failure(FailureCode.NOT_DUE, "tonight's calls went to pages that need them more")
    return Observation(page=page, observed_at=as_of, failure=failure)


def _rank(outcomes: frozenset[Outcome]) -> int:
    ranks = [at for at, outcome in enumerate(WORST_FIRST) if outcome in outcomes]
    return min(ranks, default=len(WORST_FIRST))
