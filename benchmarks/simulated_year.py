"""A region's nights by a clock that is made up: the planning, the price of a page and the ledger
are the product's.

Of the product: monitor/audit/plan.py, collectors/vk, monitor/storage/ledger.py. The clock, the
platform and the pages are made up from a seed. Every night 03:00 or a little later, two in a
hundred missed and made up at nine; by day somebody asks for institutions at once, from the reserve.
One page in a hundred can never be read, one reading in two hundred fails, new pages appear, habits
of posting change, and now and then VK says too early that a token's day is used up. Quotas are
counted again, apart from the ledger: more than 5,000 calls of one token in any 24 hours is a
violation.

Which walls may rest is the product's word as well (monitor/audit/thrifty.py); until when a verdict
holds is made up: to the end of the week, or of the next where the running week cannot make
any difference any more: one of four weeks at most is poor, or two of the three before are. One
page in twelve fails every night, one head in thirty has changed.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import Engine

from collectors.model import (
    Address,
    Facts,
    Failure,
    FailureCode,
    Observation,
    Page,
    Post,
    Spared,
    Wall,
)
from collectors.vk.settings import (
    FULL_SHEET,
    USUAL_POSTS,
    WALL_GET,
    VkSettings,
    cost,
    quotas,
    wanted,
)
from collectors.vk.walls import WAIT_SECONDS
from monitor.audit.plan import Past, planned, tried
from monitor.audit.thrifty import Known, sparing
from monitor.storage.database import open_database
from monitor.storage.ledger import Ledger
from monitor.storage.walls import RestingWall as Word
from rules.model import Outcome

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
FRESH = timedelta(days=7)
COMPANY = 25  # walls a request
PER_DAY = VkSettings().wall_get_per_day
PACE = 1.1 / VkSettings().requests_per_second  # seconds between two requests of a token
MISSED, REFUSED_EARLY = 0.02, 0.01  # of nights
FAILS, HEAD_CHANGES = 1 / 12, 1 / 30  # of pages; of heads, a night
ENOUGH, MAY_BE_POOR = 2, 1  # posts a week; weeks of the last four (both are the decree's)
UNREADABLE, FAILING, MOODY, NEW = 0.01, 0.005, 0.002, 0.0003  # of pages, a night


@dataclass(slots=True)
class Habit:
    """A page as it is, and as it was last seen."""

    page: Page
    posts: int  # in ten weeks
    readable: bool
    since: datetime
    last: Observation | None = None  # the last try
    whole: datetime | None = None  # the last whole look
    fails: bool = False  # every night, so that its wall is read every night
    until: datetime = BEGUN  # what was judged by its wall holds

    @property
    def address(self) -> Address:
        return self.page.network, self.page.address

    @property
    def calls(self) -> int:
        """What VK really takes for it."""
        return 1 + max(0, math.ceil((self.posts + 1 - self.first) / FULL_SHEET))

    @property
    def first(self) -> int:
        """Posts of its first sheet, as the collector asks for them by what was seen last."""
        wall = self.last.facts.wall if self.last and self.last.facts else None
        expected = len(wall.posts) if wall else 0
        return max(USUAL_POSTS, min(FULL_SHEET, wanted(expected)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    oldest: timedelta  # since a whole look, or since it entered the registry
    fresh: float  # share of pages with a whole look within a week
    read: float  # share that was read this night
    walls: float  # wall.get a page
    hours: float


@dataclass(slots=True)
class Account:
    """Calls of one token, counted apart from the ledger."""

    calls: deque[tuple[datetime, int]] = field(default_factory=deque)
    sum: int = 0
    most: int = 0
    violations: int = 0

    def add(self, at: datetime, calls: int) -> None:
        while self.calls and self.calls[0][0] <= at - DAY:
            self.sum -= self.calls.popleft()[1]
        self.calls.append((at, calls))
        self.sum += calls
        self.most = max(self.most, self.sum)
        self.violations += self.sum > PER_DAY


class Year:
    """One region, so many tokens, one seed."""

    def __init__(self, pages: int, tokens: int, seed: int, thrifty: bool = True) -> None:
        self.now = BEGUN
        self.thrifty = thrifty
        self.taken = 0  # calls, this night
        self.cut = 0  # walls read in part, as the calls ended
        self.random = Random(f"{pages} {tokens} {seed}")
        self.tokens = {f"token{at}": Account() for at in range(tokens)}
        self.engine: Engine = open_database("sqlite://")
        self.habits = [self._habit(at) for at in range(pages)]

    def nights(self, count: int) -> Iterator[Night]:
        for number in range(count):
            self.now = BEGUN + number * DAY + timedelta(hours=3, seconds=self.random.random() * 180)
            if self.random.random() < MISSED:
                self.now += timedelta(hours=6)
            yield self._night()
            self._day()

    @property
    def violations(self) -> int:
        return sum(one.violations for one in self.tokens.values())

    @property
    def most(self) -> int:
        """Calls of one token in the fullest 24 hours."""
        return max(one.most for one in self.tokens.values())

    # --- the world ---

    def _habit(self, at: int) -> Habit:
        address = f"https://vk.com/club{at}"
        return Habit(
            page=Page(institution=f"town/i{at}", network="vk", address=address),
            posts=self._posts(),
            readable=self.random.random() >= UNREADABLE,
            since=self.now,
            fails=self.random.random() < FAILS,
        )

    def _posts(self) -> int:
        """Three a week for most; one page in ten posts several times a day."""
        return int(self.random.lognormvariate(math.log(28), 0.9))

    def _change(self) -> None:
        for one in self.habits:
            if self.random.random() < MOODY:
                one.posts = self._posts()
        new = sum(self.random.random() < NEW for _ in self.habits)
        self.habits += [self._habit(len(self.habits) + at) for at in range(new)]

    # --- the night ---

    def _night(self) -> Night:
        as_of, self.taken = self.now, 0
        ledger = self._ledger(on_demand=False)
        left = {WALL_GET: sum(ledger.left(token, WALL_GET) for token in self.tokens)}
        by_page = {one.page: one for one in self.habits}
        at_rest = {one.page for one in self.habits if self._may_rest(one, as_of)}
        costs = {one.page: {} if one.page in at_rest else cost(one.last) for one in self.habits}
        plan = planned(list(by_page), costs, left, self._past(), as_of)
        changed = {  # in the pages' own order: a set has another in every process
            page for page in by_page if page in at_rest and self.random.random() < HEAD_CHANGES
        }
        due = [by_page[page] for page in plan.due if page not in at_rest - changed]
        read = self._read(due, ledger, as_of)
        return self._told(as_of, read)

    def _may_rest(self, one: Habit, as_of: datetime) -> bool:
        if one.last is None or not self.thrifty:
            return False
        told = Word(
            address=one.address,
            institution=one.page.institution,
            judged_at=as_of - DAY,
            until=one.until,
            basis="",
        )
        known = Known(walls={one.address: [told]}, bases={"town": ""}, freshness=FRESH)
        return sparing(one.page, one.last, known, as_of) >= Spared.WALL

    def _good_until(self, one: Habit, as_of: datetime) -> datetime:
        """Midnight after a Sunday; a page that fails is judged by its wall of the night."""
        days = as_of.weekday()
        monday = as_of.replace(hour=0, minute=0, second=0, microsecond=0) - days * DAY
        poor = sum(self._posts_in(one, 7) < ENOUGH for _ in range(3))
        now = self._posts_in(one, days) < ENOUGH
        is_sure = poor > MAY_BE_POOR or poor + now <= MAY_BE_POOR
        return as_of if one.fails else monday + (14 if is_sure else 7) * DAY

    def _posts_in(self, one: Habit, days: int) -> int:
        """By chance, by its habit."""
        return sum(self.random.random() < one.posts / 140 for _ in range(2 * days))

    def _past(self) -> Past:
        tries = {one.address: tried(one.last) for one in self.habits if one.last}
        bad = {one.address: frozenset({Outcome.FAIL}) for one in self.habits[::7]}
        return Past(tries=tries, outcomes=bad, freshness=FRESH)

    def _read(self, due: list[Habit], ledger: Ledger, as_of: datetime) -> int:
        """In the plan's order, batch by batch, the tokens in turn; how many were read whole."""
        waiting, read, patience = deque((one, one.calls) for one in due), 0, WAIT_SECONDS
        ready = deque(self.tokens)
        if self.random.random() < REFUSED_EARLY:
            ledger.exhaust(ready[0], WALL_GET)
        while waiting and ready:
            batch = [waiting.popleft() for _ in range(min(COMPANY, len(waiting)))]
            granted = self._take(ledger, ready[0], len(batch))
            waiting.extendleft(reversed(batch[granted:]))
            for one, calls in batch[:granted]:
                if calls > 1:
                    waiting.appendleft((one, calls - 1))
                else:
                    read += self._looked(one, as_of, sheets=one.calls)
            self.now += timedelta(seconds=PACE / len(self.tokens))
            if granted == 0:
                patience = self._freed(ledger, ready, patience)
            ready.rotate(-1)
        for one, calls in waiting:
            self._given_up(one, calls, as_of)
        return read

    def _given_up(self, one: Habit, calls: int, as_of: datetime) -> None:
        """The day's calls ended: what was begun shows its newest posts, the rest was not tried."""
        if calls < one.calls:
            self.cut += 1
            self._looked(one, as_of, sheets=one.calls - calls)

    def _freed(self, ledger: Ledger, ready: deque[str], patience: float) -> float:
        """As the collector waits for calls of yesterday that end their day soon."""
        seconds = ledger.frees_in(ready[0], WALL_GET)
        if seconds is None or patience <= 0:
            ready.popleft()
            return patience
        pause = min(max(seconds, 1.0), patience)
        self.now += timedelta(seconds=pause)
        return patience - pause

    def _looked(self, one: Habit, as_of: datetime, *, sheets: int) -> bool:
        failed = not one.readable or self.random.random() < FAILING
        one.last = _observation(one, as_of, None if failed else sheets)
        whole = tried(one.last).whole
        if whole:
            one.whole = as_of
            one.until = self._good_until(one, as_of)
        return whole

    def _take(self, ledger: Ledger, token: str, calls: int) -> int:
        granted = ledger.take(token, WALL_GET, calls)
        self.taken += granted
        if granted:
            self.tokens[token].add(self.now, granted)
        return granted

    def _ledger(self, *, on_demand: bool) -> Ledger:
        return Ledger(self.engine, quotas(VkSettings()), lambda: self.now, on_demand)

    def _told(self, as_of: datetime, read: int) -> Night:
        can = [one for one in self.habits if one.readable]
        ages = [as_of - (one.whole or one.since) for one in can]
        return Night(
            oldest=max(ages),
            fresh=sum(one.whole is not None and as_of - one.whole <= FRESH for one in can)
            / len(can),
            read=read / len(can),
            walls=self.taken / len(self.habits),
            hours=(self.now - as_of).total_seconds() / 3600,
        )

    # --- the day ---

    def _day(self) -> None:
        """Audits on demand, now and then more of them than the reserve bears."""
        ledger = self._ledger(on_demand=True)
        wanted = self.random.choices((0, 5, 40, 400), (30, 40, 25, 5))[0]
        for number in range(wanted):
            self.now += timedelta(minutes=600 / wanted)
            self._take(
                ledger, list(self.tokens)[number % len(self.tokens)], self.random.choice((1, 2))
            )
        self._change()


def _observation(one: Habit, as_of: datetime, sheets: int | None) -> Observation:
    """`sheets` None: the reading failed. A wall that was read in part holds its newest posts."""
    if sheets is None:
        return Observation(
            page=one.page, observed_at=as_of, failure=Failure(FailureCode.SERVER_ERROR)
        )
    seen = min(one.posts, one.first + FULL_SHEET * (sheets - 1))
    post = Post(key="-1_1", published_at=as_of)
    wall = Wall(posts=(post,) * seen, covered_since=as_of)
    return Observation(page=one.page, observed_at=as_of, facts=Facts(wall=wall))
