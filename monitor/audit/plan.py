"""Which pages are read tonight when a day's quota does not reach for all: those that need it most.

Those left over are not asked for at all: they are judged on an earlier look while it is fresh. A
page whose proof would be stale by the next night goes before one whose proof lasts, and so does
one whose fail would rest on an old look, and therefore be `unknown`; among equals the one goes
first that was tried longest ago, so that pages that fail every night starve nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

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
    Spared,
)
from collectors.networks import networks
from monitor.application import Context
from monitor.audit.coverage import ANSWERS
from monitor.audit.thrifty import (
    NOTHING_KNOWN,
    Known,
    at_rest,
    head_of,
    known_of,
    sparing,
    told_to_rest,
)
from monitor.storage import findings, observations
from reports.model import Audit
from rules.engine import NOT_DUE
from rules.model import Finding, Outcome
from rules.reasons import Reason

NIGHT = timedelta(days=1)
WORST_FIRST = (Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN, Outcome.REVIEW)

OF_TODAY = frozenset(  # a fail for these reasons needs a look of its own day
    (
        Reason.NO_POSTS,
        Reason.POSTS_BELOW_RECOMMENDED,
        Reason.PAGE_BANNED,
        Reason.PAGE_DELETED,
        Reason.PAGE_ABSENT,
    )
)

Calls = Mapping[str, int]  # method → calls


@dataclass(frozen=True, slots=True)
class Plan:
    """`due` in the order in which they are read. The calls do not reach for those that are
    `waiting`; of the `resting` nothing is asked tonight."""

    due: tuple[Page, ...]
    waiting: tuple[Page, ...] = ()
    resting: tuple[Page, ...] = ()
    at_rest: Mapping[Address, Observation] = field(default_factory=dict)  # see `Run`
    expected: Mapping[Address, int] = field(default_factory=dict)  # see `Run`

    def unasked(self, as_of: datetime) -> tuple[Observation, ...]:
        """Looks at what is not read tonight: each says why."""
        waiting = (not_due(page, as_of) for page in self.waiting)
        return (*waiting, *(at_rest(page, as_of) for page in self.resting))


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
    accused: frozenset[Address] = frozenset()  # by a look of its day; a new fail needs a new one
    zones: Mapping[str, ZoneInfo] = field(default_factory=dict)  # of municipalities, by id
    freshness: timedelta = timedelta(days=7)


def plan_of(
    context: Context,
    slug: str,
    pages: Sequence[Page],
    run: Run,
    zones: Mapping[str, ZoneInfo],
    thrifty: Audit | None = None,
) -> Plan:
    """All pages, as long as the day's calls of all tokens together reach for them.

    `zones`: of municipalities, by id. `thrifty`: the audit, where walls may be left at rest.
    """
    network, settings = networks()[slug], context.settings.networks[slug]
    readers, quotas = network.readers(settings), network.quotas(settings)
    thrift = _thrift(context, network, pages, run, thrifty)
    is_bounded = bool(readers and quotas)
    asked = pages if is_bounded else [page for page in pages if thrift.may_rest(page)]
    if not asked:
        return Plan(tuple(pages))
    left = {name: sum(run.budget.left(one, name) for one in readers) for name in quotas}
    last = _last_tries(context, network, asked, run, thrift)
    resting = tuple(page for page in pages if page.key in last.resting)
    due = [page for page in pages if page.key not in last.resting]
    plan = Plan(tuple(due))
    if is_bounded:
        plan = _within_calls(context, network, due, run, zones, last, left)
    return replace(plan, resting=resting, at_rest=last.at_rest, expected=last.expected)


def _within_calls(
    context: Context,
    network: Network,
    pages: Sequence[Page],
    run: Run,
    zones: Mapping[str, ZoneInfo],
    last: _Last,
    left: Calls,
) -> Plan:
    first, rest = network.cost(None), last.at_rest
    costs = {page: {} if page.key in rest else last.calls.get(page.key, first) for page in pages}
    if reaches(costs.values(), left):
        return Plan(tuple(pages))
    outcomes, accused = told_of_pages(findings.of_last_whole(context.engine, run.as_of))
    past = Past(
        tries=last.tries,
        outcomes=outcomes,
        accused=accused,
        zones=zones,
        freshness=timedelta(days=context.settings.rules.freshness_days),
    )
    return planned(pages, costs, left, past, run.as_of)


def _thrift(
    context: Context, network: Network, pages: Sequence[Page], run: Run, audit: Audit | None
) -> _Thrift:
    """An audit of institutions by name reads all of theirs. So does who only collects: whoever
    judges later reads nothing of what he would accuse by."""
    most = network.thrifty(context.settings.networks[network.slug])
    if audit is None or audit.scope is not None or audit.kind == "collect" or not most:
        return _Thrift(run.as_of)
    return _Thrift(run.as_of, most, known_of(context, pages, audit, run.as_of))


@dataclass(frozen=True, slots=True)
class _Thrift:
    """How much of a page may rest tonight, at most so much; nothing of what no word is known of."""

    as_of: datetime
    most: Spared = Spared.NOTHING
    known: Known = NOTHING_KNOWN

    def may_rest(self, page: Page) -> bool:
        return told_to_rest(page, self.known, self.as_of) > Spared.NOTHING

    def of(self, page: Page, last: Observation) -> Spared:
        """`last`: the newest look that tried the wall."""
        return min(self.most, sparing(page, last, self.known, self.as_of))


def told_of_pages(
    found: Iterable[Finding],
) -> tuple[Mapping[Address, frozenset[Outcome]], frozenset[Address]]:
    """The outcomes of each page, and which of the pages are accused; a country's are not held."""
    outcomes: dict[Address, frozenset[Outcome]] = {}
    accused: set[Address] = set()
    for one in found:
        accused.update(accused_by(one))
        if one.network and one.page:
            address = (one.network, one.page)
            outcomes[address] = outcomes.get(address, frozenset()) | {one.outcome}
    return outcomes, frozenset(accused)


def accused_by(finding: Finding) -> Iterator[Address]:
    """Pages that it accuses by a look of its day, or would have, had there been one."""
    is_fail = finding.outcome is Outcome.FAIL and finding.reason in OF_TODAY
    if not (is_fail or NOT_DUE in finding.measured):
        return
    if finding.network and finding.page:
        yield finding.network, finding.page
    network = finding.measured.get("in_network")  # of presence: all pages of the network
    yield from ((network, page) for page in finding.measured.get("pages", ()) if network)


@dataclass(frozen=True, slots=True)
class _Last:
    """Of the last time that each page was asked for: few prices, each held once, and no walls.

    `at_rest`: looks of the pages whose walls may rest; `resting`: those that may rest whole.
    """

    tries: dict[Address, Try] = field(default_factory=dict)
    calls: dict[Address, Calls] = field(default_factory=dict)  # the next time
    expected: dict[Address, int] = field(default_factory=dict)
    at_rest: dict[Address, Observation] = field(default_factory=dict)
    resting: set[Address] = field(default_factory=set)


def _last_tries(
    context: Context, network: Network, pages: Sequence[Page], run: Run, thrift: _Thrift
) -> _Last:
    last, prices = _Last(), dict[tuple[tuple[str, int], ...], Calls]()
    by_address = {page.key: page for page in pages}
    back = run.as_of - run.walls_since
    for address, look in observations.each_last_try(
        context.engine, by_address, run.as_of, NOT_TRIED
    ):
        price = network.cost(look)
        last.calls[address] = prices.setdefault(tuple(price.items()), price)
        last.tries[address] = tried(look)
        if shown := _posts_since(look, look.observed_at - back):
            last.expected[address] = shown
        match thrift.of(by_address[address], look):
            case Spared.WALL:
                last.at_rest[address] = head_of(look)
            case Spared.PAGE:
                last.resting.add(address)
    return last


def _posts_since(look: Observation, moment: datetime) -> int:
    wall = look.facts.wall if look.facts else None
    return wall.count_since(moment) if wall else 0


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
    address = page.key
    last = past.tries.get(address)
    rank = _badness(past.outcomes.get(address, frozenset()))
    if last is None:
        return False, BEGINNING, rank
    lasts = last.whole and as_of - last.at <= past.freshness - NIGHT
    return lasts and not _would_accuse(page, last, past, as_of), last.at, rank


def _would_accuse(page: Page, last: Try, past: Past, as_of: datetime) -> bool:
    """Its fail would rest on a look of another day than this one's."""
    zone = past.zones.get(page.institution.partition("/")[0], as_of.tzinfo)
    is_old = last.at.astimezone(zone).date() < as_of.astimezone(zone).date()
    return is_old and page.key in past.accused


def tried(last: Observation) -> Try:
    """A closed wall is an answer, so all was read; a broken one is not."""
    wall = last.gaps.get("wall")
    whole = last.failure is None and (wall is None or wall.code in ANSWERS)
    return Try(last.observed_at, whole)


def not_due(page: Page, as_of: datetime) -> Observation:
    failure = Failure(FailureCode.NOT_DUE, "tonight's calls went to pages that need them more")
    return Observation(page=page, observed_at=as_of, failure=failure)


def _badness(outcomes: frozenset[Outcome]) -> int:
    """To sort by: the worst of the outcomes; of none the last."""
    ranks = [at for at, outcome in enumerate(WORST_FIRST) if outcome in outcomes]
    return min(ranks, default=len(WORST_FIRST))
