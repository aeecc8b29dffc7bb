"""What must hold for any page, site and history: what is not seen accuses nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.model import (
    Access,
    Author,
    Block,
    Contacts,
    Crawl,
    Facts,
    Failure,
    FailureCode,
    Observation,
    Page,
    Post,
    Presence,
    SiteFacts,
    SitePage,
    Wall,
)
from rules.engine import judge
from rules.model import Act, ActStatus, Finding, Institution, Outcome
from rules.predicates.posts import count_week
from rules.reading import Reading
from rules.reasons import Reason
from tests import cast
from tests.rules.test_cases import ACTS, ALL
from tests.rules.world import world

KEDROVY = [ACTS["kedrovy-2022-298"]]
NAMES = [one.name for one in fields(Facts) if one.default is None]  # those that may be hidden

one_post = st.builds(
    lambda days, author, repost, length: Post(
        key=f"{days}",
        published_at=cast.NOW - timedelta(days=days),
        author=author,
        is_repost=repost,
        own_length=length,
    ),
    st.floats(0, 80),
    st.sampled_from(Author),
    st.booleans(),
    st.sampled_from([None, 0, 49, 50, 300]),
)
walls = st.builds(
    lambda posts, weeks: Wall(
        posts=tuple(posts), covered_since=cast.NOW - timedelta(weeks=weeks) if weeks else None
    ),
    st.lists(one_post, max_size=12, unique_by=lambda post: post.key),
    st.sampled_from([None, 1, 3, 5, 12]),
)
shown = st.builds(
    lambda wall, **told: replace(cast.SCHOOL_FACTS, wall=wall, **told),
    walls,
    presence=st.sampled_from(Presence),
    access=st.sampled_from(Access),
    title=st.sampled_from(["Школа № 1", "Рецепты"]),
    description=st.sampled_from(["", "МКОУ СОШ № 1", "а" * 60]),
    contacts=st.sampled_from([Contacts(), cast.SCHOOL_CONTACTS]),
    government_mark=st.sampled_from([True, False, None]),
    has_cover=st.booleans(),
)


def judged(facts: Facts) -> dict[tuple[str, str | None], Finding]:
    found = judge(cast.dossier(cast.SCHOOL, cast.seen(cast.SCHOOL_VK, facts)), KEDROVY)
    return {(one.requirement, one.network): one for one in found}


@settings(max_examples=150, deadline=None)
@given(shown, st.floats(0, 70))
def test_another_own_post_never_turns_pass_into_fail(facts: Facts, days: float) -> None:
    assert facts.wall is not None
    posted = Post(key="new", published_at=cast.NOW - timedelta(days=days), own_length=100)
    more = replace(facts, wall=replace(facts.wall, posts=(*facts.wall.posts, posted)))
    before, after = judged(facts), judged(more)
    for key, finding in before.items():
        if finding.outcome is Outcome.PASS:
            assert after[key].outcome is not Outcome.FAIL


@settings(max_examples=150, deadline=None)
@given(shown, st.sets(st.sampled_from(NAMES), min_size=1, max_size=4))
def test_hiding_facts_never_turns_anything_into_fail(facts: Facts, hidden: set[str]) -> None:
    nothing: dict[str, Any] = dict.fromkeys(hidden)
    before, after = judged(facts), judged(replace(facts, **nothing))
    for key, finding in after.items():
        if finding.outcome is Outcome.FAIL:
            assert before[key].outcome is Outcome.FAIL


@settings(max_examples=80, deadline=None)
@given(shown, st.randoms(use_true_random=False))
def test_the_order_of_posts_does_not_matter(facts: Facts, random: object) -> None:
    assert facts.wall is not None
    posts = list(facts.wall.posts)
    random.shuffle(posts)  # type: ignore[attr-defined]
    shuffled = replace(facts, wall=replace(facts.wall, posts=tuple(posts)))
    assert judged(shuffled) == judged(facts)


@settings(max_examples=80, deadline=None)
@given(st.lists(one_post, max_size=12, unique_by=lambda post: post.key))
def test_shifting_the_zone_loses_no_post(posts: list[Post]) -> None:
    """Twelve weeks hold the same posts in every zone, whichever week each falls into."""
    mondays = [date(2026, 11, 23) - timedelta(weeks=number) for number in range(-1, 14)]
    for zone in ("Asia/Tomsk", "Europe/Kaliningrad", "Asia/Kamchatka"):
        counted = [count_week(posts, monday, ZoneInfo(zone), 50) for monday in mondays]
        assert sum(week.generous for week in counted) == len(posts)


def test_judging_twice_gives_the_same() -> None:
    assert judged(cast.SCHOOL_FACTS) == judged(cast.SCHOOL_FACTS)


# --- histories: readings of several nights ----------------------------------------------------

TIMELINE = st.lists(st.floats(0, 75), max_size=25)  # when the page published, days ago
NIGHTS = st.lists(st.integers(0, 12), min_size=1, max_size=5, unique=True)


def night(page: Page, days_ago: int, published: list[float], weeks: int) -> Observation:
    """What stood on the wall that night, read so many weeks back."""
    at = cast.NOW - timedelta(days=days_ago)
    since = at - timedelta(weeks=weeks)
    moments = {cast.NOW - timedelta(days=ago) for ago in published}
    posts = tuple(
        Post(key=moment.isoformat(), published_at=moment, own_length=120)
        for moment in sorted(moments)
        if since <= moment <= at
    )
    wall = Wall(posts=posts, covered_since=since)
    return cast.seen(page, replace(cast.SCHOOL_FACTS, wall=wall), at=at)


histories = st.builds(
    lambda published, vk, ok, weeks: (
        *(night(cast.SCHOOL_VK, one, published, weeks) for one in vk),
        *(night(cast.SCHOOL_OK, one, published, weeks) for one in ok),
    ),
    TIMELINE,
    NIGHTS,
    NIGHTS,
    st.sampled_from([1, 3, 5, 12]),
)


def of_all(seen: Iterable[Observation], who: Institution = cast.SCHOOL) -> dict[Any, Finding]:
    found = judge(cast.dossier(who, *seen, municipality=EVERY_ACT), list(ACTS.values()))
    return {(one.requirement, one.network, one.page, one.about): one for one in found}


EVERY_ACT = replace(
    cast.TOWN,
    packs=tuple(ACTS),
    acts={"minvody-draft": ActStatus(status="in_force", effective_date=date(2025, 1, 1))},
)


def blamed(findings: Mapping[Any, Finding]) -> set[Any]:
    return {key for key, one in findings.items() if one.outcome is Outcome.FAIL}


@settings(max_examples=40, deadline=None)
@given(histories, st.data())
def test_an_observation_that_was_never_made_accuses_nobody(
    seen: tuple[Observation, ...], data: st.DataObject
) -> None:
    lost = data.draw(st.sampled_from(seen))
    assert blamed(of_all(one for one in seen if one is not lost)) <= blamed(of_all(seen))


@settings(max_examples=40, deadline=None)
@given(histories, st.sampled_from(FailureCode), st.data())
def test_a_reading_that_failed_accuses_nobody(
    seen: tuple[Observation, ...], code: FailureCode, data: st.DataObject
) -> None:
    lost = data.draw(st.sampled_from(seen))
    broken = replace(lost, facts=None, failure=Failure(code), evidence=())
    after = of_all(broken if one is lost else one for one in seen)
    assert blamed(after) <= blamed(of_all(seen))


@settings(max_examples=40, deadline=None)
@given(shown, TIMELINE)
def test_more_posts_of_a_wall_that_was_not_read_whole_accuse_nobody(
    facts: Facts, published: list[float]
) -> None:
    """`unknown` stays so until the window is covered, whatever else is found."""
    assert facts.wall is not None
    more = night(cast.SCHOOL_VK, 0, published, 12).facts
    assert more is not None
    assert more.wall is not None
    posts = (*facts.wall.posts, *more.wall.posts)
    cut = Wall(posts=posts, covered_since=cast.NOW - timedelta(weeks=1))
    findings = judged(replace(facts, wall=cut))
    rhythm = [one for (name, _), one in findings.items() if "/6.4" in name]
    assert all(one.outcome is not Outcome.FAIL for one in rhythm)


texts = st.sampled_from(["", "Общая информация", "Школа № 1", "8 (38250) 3-55-46", "Новости"])
site_pages = st.builds(
    lambda number, title, heading, size: SitePage(
        url=f"https://kedradm.example/{number}",
        status=200,
        title=title,
        headings=(heading,),
        text_length=size,
        blocks=(Block(heading=heading, text=title),),
    ),
    st.integers(0, 99),
    texts,
    texts,
    st.integers(0, 500),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(site_pages, max_size=6), st.sampled_from([cast.ADMINISTRATION, cast.SCHOOL]))
def test_a_site_that_was_not_read_whole_accuses_nobody(
    pages: list[SitePage], who: Institution
) -> None:
    site = SiteFacts(
        final_url=cast.ADMINISTRATION.site or "",
        pages=tuple(pages),
        crawl=Crawl(complete=False, read=len(pages), frontier=5),
        text=cast.ADMINISTRATION.name,
    )
    where = [
        Page(institution=one.key, network="site", address=one.site or "")
        for one in (cast.ADMINISTRATION, who)
    ]
    facts = Facts(presence=Presence.LIVE, site=site, contacts=Contacts())
    findings = of_all((cast.seen(page, facts) for page in where), who)
    assert {key for key in blamed(findings) if key[1] is None} == set()


@settings(max_examples=40, deadline=None)
@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_pages_and_observations_does_not_matter(
    seen: tuple[Observation, ...], random: Any
) -> None:
    mixed, pages = list(seen), list(cast.SCHOOL.pages)
    random.shuffle(mixed)
    random.shuffle(pages)
    dossier = cast.dossier(cast.SCHOOL, *seen)
    told = {
        key: tuple(random.sample(many, len(many))) for key, many in dossier.observations.items()
    }
    other = replace(
        dossier, observations=told, institution=replace(cast.SCHOOL, pages=tuple(pages))
    )
    assert set(map(_essence, judge(other, KEDROVY))) == set(map(_essence, judge(dossier, KEDROVY)))


def _essence(one: Finding) -> tuple[object, ...]:
    return (one.requirement, one.network, one.page, one.outcome, one.reason, one.because)


@pytest.mark.parametrize("name", ACTS)
@given(st.integers(1, 4000))
@settings(max_examples=20, deadline=None)
def test_before_an_acts_date_it_asks_nothing(name: str, days: int) -> None:
    began = date(2024, 1, 9)  # all acts have a wording by then
    status = ActStatus(status="in_force", effective_date=began)
    town = replace(EVERY_ACT, acts=dict.fromkeys(ACTS, status))
    midnight = datetime.combine(began, time(), cast.TOMSK)
    dossier = cast.dossier(cast.SCHOOL, municipality=town)
    day_before = replace(dossier, as_of=midnight - timedelta(seconds=1))
    assert not any(is_asked(one) for one in judge(day_before, [ACTS[name]]))
    assert any(is_asked(one) for one in judge(replace(dossier, as_of=midnight), [ACTS[name]]))
    earlier = replace(dossier, as_of=midnight - timedelta(days=days))
    assert not any(is_asked(one) for one in judge(earlier, [ACTS[name]]))


def is_asked(finding: Finding) -> bool:
    return finding.outcome is not Outcome.NOT_APPLICABLE


# --- over all cases of the case files ---------------------------------------------------------

GROUNDS = ("stated_by", "confirmed_on", "posts", "due")  # a person's word, the registry, the log


@pytest.mark.parametrize("act", ACTS.values(), ids=lambda act: act.id)
def test_whoever_is_blamed_is_shown_why(act: Act) -> None:
    """Bytes as received, or whose word it is."""
    for case in ALL:
        for one in judge(world(case), [act]):
            if Outcome.FAIL in (one.outcome, one.preview):
                assert one.evidence or any(one.measured.get(key) for key in GROUNDS), (case, one)


def test_what_surely_counts_may_also_count() -> None:
    """Strict lies within generous for every predicate: a reading cannot be built otherwise."""
    crossed = Reading(strict=True, generous=False, met=Reason.PAGE_LIVE, unmet=Reason.PAGE_MISSING)
    assert crossed.generous
