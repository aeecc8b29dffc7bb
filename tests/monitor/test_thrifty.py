"""Thrifty nights beside full ones: the same pages, the planner's own word, the law's own verdicts.

A world is one page, in VK, where the head is read every night, or in OK, where nights pass in which
nothing is asked for: habits of posting that change, posts of every kind, pinned posts and heads
that change, a page that is deleted and comes back, nights that were missed, came late or could not
read the wall. Nobody is accused and nobody is praised by a thrifty night whom full nights would not
accuse or praise.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from operator import itemgetter
from random import Random
from typing import Any, Protocol, TypeVar

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from collectors.contacts import find_contacts, union
from collectors.model import (
    OK,
    Author,
    Contacts,
    Facts,
    Failure,
    FailureCode,
    Observation,
    Page,
    Post,
    Presence,
    Spared,
    Wall,
)
from collectors.resting import without_wall
from monitor.audit.thrifty import Known, accuses, at_rest, end_of, head_of, sparing
from monitor.storage.walls import RestingWall as Word
from rules.dossier.bench import Bench
from rules.dossier.views import look
from rules.engine import JudgedInstitution, hear
from rules.model import ActStatus, Dossier, Finding, Outcome
from rules.reading import WHILE_FRESH
from rules.reasons import Reason
from tests import cast
from tests.rules.test_cases import ACTS

T = TypeVar("T")

FRESH = timedelta(days=7)
WEEKS_BACK, HISTORY, NIGHTS = 10, 14, 15
WEEK = 7  # in which all come due that were read at once in the first night
ZONE = cast.TOMSK
OF_PAGES = {  # of each way in which a wall is looked at one, and one that looks at the head alone
    "page_exists",
    "posts_per_week",
    "posts_regular",
    "page_kept",
    "activity_told",
    "phone_shown",
    "page_contents",
    "government_mark",
}
TOWN = replace(
    cast.TOWN,
    packs=("kedrovy-2022-298", "minvody-draft", "fed-8fz"),
    acts={"minvody-draft": ActStatus(status="in_force", effective_date=date(2025, 1, 1))},
)
LAW = [
    replace(act, requirements=tuple(r for r in act.requirements if r.predicate in OF_PAGES))
    for act in (ACTS[name] for name in TOWN.packs)
]
STARTS = [datetime(2026, 10, day, 20, tzinfo=UTC) for day in (2, 5, 7, 23, 29)]  # holidays follow
STARTS += [datetime(2026, 12, day, 20, tzinfo=UTC) for day in (15, 24)]
PINNED = ("", "Директор Иванова, 8 (38250) 3-55-46, school1@example.org", "Всех с праздником!")
ABOUT = ("", "Учим детей с 1986 года, кружки, музей и хор, приходите к нам учиться и петь.")


@dataclass(frozen=True)
class World:
    """What stands there, and when somebody looks. Texts change at the night given."""

    nights: tuple[datetime, ...]
    posts: tuple[Post, ...]
    contacts: tuple[tuple[int, Contacts], ...]
    pinned: tuple[tuple[int, str], ...]
    about: tuple[tuple[int, str], ...]
    broken: frozenset[int] = frozenset()  # nights on which no wall could be read
    page: Page = cast.SCHOOL_VK
    gone: range = range(0)  # nights on which the network says that it was deleted

    @property
    def spared(self) -> Spared:
        return Spared.PAGE if self.page.network == OK else Spared.WALL

    def head(self, night: int) -> Facts:
        return replace(
            cast.SCHOOL_FACTS,
            description=_at(self.about, night),
            contacts=_at(self.contacts, night),
            members_count=100 + night,
            pinned_text=None,
            wall=None,
        )

    def whole(self, night: int) -> Observation:
        """As the collector puts it together."""
        head, at, pinned = self.head(night), self.nights[night], _at(self.pinned, night)
        if night in self.gone:
            return cast.seen(self.page, Facts(presence=Presence.DELETED), at=at)
        if night in self.broken:
            why = Failure(FailureCode.TIMEOUT)
            gaps = dict.fromkeys(("wall", "pinned_text", "contacts"), why)
            return replace(cast.seen(self.page, head, at=at), gaps=gaps)
        since = at - timedelta(weeks=WEEKS_BACK)
        shown = tuple(one for one in self.posts if since <= one.published_at <= at)
        facts = replace(
            head,
            pinned_text=pinned,
            contacts=union(_at(self.contacts, night), find_contacts(pinned, "pinned")),
            wall=Wall(posts=shown, covered_since=since),
        )
        return cast.seen(self.page, facts, at=at)

    def spare(self, night: int, last: Observation, spared: Spared) -> Observation | None:
        """What is seen where so much is left unread; None where all has to be read after all."""
        match spared:
            case Spared.PAGE:
                return at_rest(self.page, self.nights[night])
            case Spared.WALL:
                return self.of_head(night, head_of(last))
        return None

    def of_head(self, night: int, last: Observation) -> Observation | None:
        if night in self.gone:
            return None
        head = self.head(night)
        gaps = without_wall(head, {}, last)
        if gaps is None:
            return None
        return replace(cast.seen(self.page, head, at=self.nights[night]), gaps=gaps)


def _at(changes: Sequence[tuple[int, T]], night: int) -> T:
    """The first stands from the first night on."""
    return next(told for since, told in reversed(changes) if since <= night)


@dataclass(frozen=True)
class Night:
    number: int
    found: Mapping[Any, Finding]
    read: bool  # the wall
    asked: bool = True  # for anything of the page


def full(world: World) -> Iterator[Night]:
    seen: list[Observation] = []
    for number in range(len(world.nights)):
        seen.insert(0, world.whole(number))
        yield Night(number, by_key(judged(world, number, seen)), read=True)


def thrifty(world: World) -> Iterator[Night]:
    seen: list[Observation] = []
    word: Word | None = None
    found: Mapping[Any, Finding] = {}
    for number, as_of in enumerate(world.nights):
        last = next((one for one in seen if not (one.is_left or _left(one))), None)
        known = Known(
            walls={world.page.key: [word]} if word else {}, bases={"kedr": ""}, freshness=FRESH
        )
        spared = min(world.spared, sparing(world.page, last, known, as_of)) if last else None
        left = world.spare(number, last, spared) if last and spared else None
        seen.insert(0, left or world.whole(number))
        heard = judged(world, number, seen)
        if seen[0].is_left and _got_worse(found, by_key(heard)):
            left = None  # nobody is told of what no look of this night has confirmed
            seen.insert(0, world.whole(number))
            heard = judged(world, number, seen)
        word, found = _word(world.page, heard, as_of), by_key(heard)
        yield Night(number, found, read=left is None, asked=not seen[0].is_left)


def _got_worse(before: Mapping[Any, Finding], now: Mapping[Any, Finding]) -> bool:
    """Whether the second look of the night is due."""
    return any(
        one.outcome is Outcome.FAIL and before[key].outcome is not Outcome.FAIL
        for key, one in now.items()
    )


def _left(look: Observation) -> bool:
    wall = look.gaps.get("wall")
    return wall is not None and wall.code is FailureCode.NOT_DUE


def _word(page: Page, heard: JudgedInstitution, as_of: datetime) -> Word:
    until = end_of(heard.good_until.get(page.key, WHILE_FRESH), as_of, ZONE, FRESH)
    is_accused = any(accuses(one, page.key) for one in heard.findings)
    return Word(
        address=page.key,
        institution="kedr/school",
        judged_at=as_of,
        until=until,
        page_until=None if is_accused else until,
        basis="",
    )


@cache
def bench_on(day: date) -> Bench:
    return Bench(TOWN, LAW, day)


def judged(world: World, number: int, seen: Sequence[Observation]) -> JudgedInstitution:
    as_of = world.nights[number]
    dossier = Dossier(
        municipality=TOWN,
        institution=replace(cast.SCHOOL, pages=(world.page,)),
        as_of=as_of,
        observations={world.page.key: tuple(seen[:HISTORY])},
    )
    return hear(bench_on(dossier.today), dossier)


def by_key(heard: JudgedInstitution) -> Mapping[Any, Finding]:
    return {(one.requirement, one.network, one.page): one for one in heard.findings}


# --- worlds -----------------------------------------------------------------------------------

KINDS: Sequence[Mapping[str, Any]] = (
    {"own_length": 120},
    {"own_length": 120},
    {"own_length": 0, "is_repost": True},
    {"own_length": 80, "author": Author.OTHER},
    {"own_length": 80, "is_advertisement": True},
)


def written(habits: Sequence[tuple[int, int, int]], end: datetime) -> tuple[Post, ...]:
    """Habits, the latest last: for so many days a post every so many days, of such a kind."""
    at, found = end, []
    for lasted, every, kind in reversed(habits):
        begun = at - timedelta(days=lasted)
        day = at
        while day > begun:
            found.append(Post(key=f"{day:%s}", published_at=day, **KINDS[kind]))
            day -= timedelta(days=every, hours=kind)
        at = begun
    return tuple(found)


def moments(start: datetime, delays: Sequence[int | None]) -> tuple[datetime, ...]:
    """Of the nights, each so many hours late; None: it was missed."""
    return tuple(
        start + timedelta(days=number, hours=late)
        for number, late in enumerate(delays)
        if late is not None
    )


habit = st.tuples(
    st.integers(2, 30), st.sampled_from((1, 2, 3, 5, 8, 13, 15, 20)), st.sampled_from(range(5))
)
night_of = st.integers(0, NIGHTS - 1)


def changes(values: Sequence[T]) -> st.SearchStrategy[tuple[tuple[int, T], ...]]:
    later = st.lists(st.tuples(night_of, st.sampled_from(values)), max_size=2)
    first = st.sampled_from(values)
    by_night = itemgetter(0)
    return st.builds(lambda told, more: ((0, told), *sorted(more, key=by_night)), first, later)


worlds = st.builds(
    lambda page, start, delays, habits, ago, contacts, pinned, about, broken, gone: World(
        nights=moments(start, delays),
        posts=written(habits, start + timedelta(days=NIGHTS - ago, hours=-7)),
        contacts=contacts,
        pinned=pinned,
        about=about,
        broken=frozenset(broken),
        page=page,
        gone=gone,
    ),
    st.sampled_from((cast.SCHOOL_VK, cast.SCHOOL_OK)),
    st.sampled_from(STARTS),
    st.lists(st.sampled_from((0, 0, 0, 0, 0, 0, 0, 6, None)), min_size=NIGHTS, max_size=NIGHTS).map(
        lambda delays: (0, *delays[1:])
    ),
    st.lists(habit, min_size=1, max_size=8),
    st.integers(0, 20),
    changes((cast.SCHOOL_CONTACTS, cast.SCHOOL_CONTACTS, Contacts())),
    changes(PINNED),
    changes(ABOUT),
    st.lists(night_of, max_size=2),
    st.sampled_from((range(0), range(0), range(0), range(4, 7), range(9, NIGHTS))),
)

TRUTH = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "500")),
    deadline=None,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)


@TRUTH
@given(worlds)
def test_thrifty_nights_accuse_and_praise_nobody_whom_full_ones_would_not(world: World) -> None:
    before, rested, eyes_open = list[Night](), 0, cache(partial(_by_eyes_open, world))
    for whole, spared in zip(full(world), thrifty(world), strict=True):
        before.append(whole)
        rested += not spared.read
        for key, finding in spared.found.items():
            told = told_within_freshness(world.nights, before, key)
            now = whole.found[key].outcome
            if finding.outcome is Outcome.FAIL:
                could_see = whole.number not in world.broken
                assert now is Outcome.FAIL if could_see else Outcome.FAIL in told, (key, finding)
            elif finding.outcome is Outcome.PASS and Outcome.PASS not in told:
                could_tell = eyes_open()[: len(before)]
                told = told_within_freshness(world.nights, could_tell, key)
                assert Outcome.PASS in told, (key, finding)
            elif finding.outcome is Outcome.UNKNOWN:
                could_be = {now} if spared.asked else told
                assert Outcome.UNKNOWN in could_be, (key, finding)
    event(f"{world.page.network}: walls left on {min(9, rested)} nights")


class Told(Protocol):
    @property
    def found(self) -> Mapping[Any, Finding]: ...


def told_within_freshness(
    moments: Sequence[datetime], nights: Sequence[Told], key: Any
) -> set[Outcome]:
    """By these nights, which began at the first moments, while the last of them holds it fresh."""
    now = moments[len(nights) - 1]
    looked = zip(moments, nights, strict=False)
    return {one.found[key].outcome for at, one in looked if now - at <= FRESH}


def _by_eyes_open(world: World) -> Sequence[Night]:
    """Full nights that could always read: one that could not knows less than a look before."""
    return list(full(replace(world, broken=frozenset())))


# --- how much is spared ------------------------------------------------------------------------


def town(page: Page, pages: int, nights: int, seed: int) -> Iterator[World]:
    """Most post three times a week, some hardly; one in twelve does not say how to call; once a
    month somebody changes the page itself."""
    random, start = Random(seed), STARTS[0]
    for number in range(pages):
        weekly = random.choices((5, 3, 2, 1, 0.3), (25, 40, 20, 10, 5))[0]
        end = start + timedelta(days=nights)
        posts, at = [], start - timedelta(weeks=WEEKS_BACK)
        while (at := at + timedelta(days=random.expovariate(weekly / 7))) < end:
            posts.append(Post(key=f"{at}", published_at=at, own_length=120))
        changed = [night for night in range(1, nights) if random.random() < 1 / 30]
        yield World(
            nights=moments(start, [0] * nights),
            posts=tuple(posts),
            contacts=((0, Contacts() if random.random() < 1 / 12 else cast.SCHOOL_CONTACTS),),
            pinned=((0, ""),),
            about=((0, ABOUT[1]), *((night, f"{ABOUT[1]} {night}") for night in changed)),
            page=replace(page, address=f"{page.address}{number}"),
        )


@dataclass(frozen=True)
class Spent:
    """By the day."""

    walls: Counter[date]
    asked: Counter[date]
    unknown: Counter[date]  # but for the page of the other network, which stands nowhere
    found: Counter[date]


def spent(worlds: Iterable[World]) -> Spent:
    walls, asked, unknown, found = (Counter[date]() for _ in range(4))
    for world in worlds:
        for night in thrifty(world):
            day = world.nights[night.number].astimezone(cast.TOMSK).date()
            walls[day] += night.read
            asked[day] += night.asked
            found[day] += len(night.found)
            unknown[day] += sum(map(_is_unknown, night.found.values()))
    return Spent(walls, asked, unknown, found)


def _is_unknown(finding: Finding) -> bool:
    is_nowhere = finding.reason == Reason.PAGE_NOT_REGISTERED
    return finding.outcome is Outcome.UNKNOWN and not is_nowhere


@pytest.mark.parametrize("page", [cast.SCHOOL_VK, cast.SCHOOL_OK], ids=lambda page: page.network)
def test_half_of_the_walls_at_most_are_read_midweek_and_hardly_anything_is_unknown_by_it(
    page: Page,
) -> None:
    """Where nights pass without a question, the doubtful are asked for every night all the same."""
    pages, nights = 60, 22
    told = spent(town(page, pages, nights, seed=2))
    first, *days = sorted(told.walls)
    midweek = [day for day in days[WEEK:] if day.weekday() in (1, 2, 3)]
    assert told.walls[first] == pages
    assert max(told.walls[day] for day in midweek) <= pages / 2
    assert sum(told.walls[day] for day in days) <= 0.4 * pages * len(days)
    assert all(told.unknown[day] <= 0.02 * told.found[day] for day in days)
    asked = sum(told.asked[day] for day in days) / pages / len(days)
    assert asked <= 0.6 if page.network == OK else asked == 1


def test_contacts_are_lent_by_the_look_that_saw_the_pinned_post_as_well() -> None:
    """Not by last night's, which saw a part of them and said so."""
    world = World(
        moments(STARTS[0], [0, 0, 0]), (), ((0, Contacts()),), ((0, PINNED[1]),), ((0, ""),)
    )
    whole = world.whole(0)
    heads = [world.of_head(night, head_of(whole)) for night in (1, 2)]
    seen = [whole, *(one for one in heads if one)]
    dossier = cast.dossier(cast.SCHOOL, *seen, municipality=TOWN, as_of=world.nights[2])
    view = look(world.page, dossier, bench_on(dossier.today).names)
    assert len(seen) == len(world.nights)
    assert whole.facts is not None
    assert view.facts.contacts == whole.facts.contacts != Contacts()
    assert (view.head_at, view.read_at) == (world.nights[2], world.nights[0])


def test_a_head_that_no_longer_says_that_it_is_open_asks_for_the_wall() -> None:
    """In VK heads tell of it; in OK they need not, and whoever shows topics is open."""
    last = cast.seen(cast.SCHOOL_VK, cast.SCHOOL_FACTS)
    mute = replace(cast.SCHOOL_FACTS, access=None, pinned_text=None, wall=None)
    assert without_wall(mute, {}, last) is None
    assert "access" in (without_wall(mute, {}, last, wall_opens=True) or {})
