"""What must hold for any page at all: more posts do no harm, hidden facts accuse nobody."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.model import Access, Author, Contacts, Facts, Post, Presence, Wall
from rules.engine import judge
from rules.model import Finding, Outcome
from rules.predicates.posts import count_week
from tests import cast
from tests.rules.test_cases import ACTS

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
