"""What must hold for any page, site and history: what is not seen accuses nobody."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
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
    Link,
    Observation,
    Page,
    Post,
    Presence,
    SiteFacts,
    SitePage,
    Wall,
)
from rules.engine import judge_alone
from rules.model import (
    Act,
    ActStatus,
    Dossier,
    Finding,
    Institution,
    Municipality,
    Outcome,
    Requirement,
)
from rules.predicates.post_counts import count_week
from rules.reading import Bounds
from rules.reasons import Reason
from tests import cast
from tests.rules.test_cases import ACTS, ALL
from tests.rules.world import world

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "500"))  # `make fuzz` asks for many more
TRUTH = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)


def kept(acts: Iterable[Act], wanted: Callable[[Requirement], bool]) -> list[Act]:
    return [
        replace(act, requirements=tuple(one for one in act.requirements if wanted(one)))
        for act in acts
    ]


def may_blame(requirement: Requirement) -> bool:
    """The engine makes no fail of a requirement whose worst is a review."""
    return requirement.worst is Outcome.FAIL


def is_of_rhythm(requirement: Requirement) -> bool:
    return "/6.4-" in requirement.id


def asks_for_presence(requirement: Requirement) -> bool:
    """Only these can say that a page or site is gone: so held below, over stories of all kinds."""
    return requirement.predicate in ("page_exists", "page_kept", "fixed_pages", "site_works")


# A property is held against those requirements only that it speaks of: most of the time is theirs.
KEDROVY = [ACTS["kedrovy-2022-298"]]
WHOLE = list(ACTS.values())
BLAMING, RHYTHM = kept(WHOLE, may_blame), kept(WHOLE, is_of_rhythm)
PRESENCE = kept(BLAMING, asks_for_presence)
OF_PRESENCE = {one.id for act in WHOLE for one in act.requirements if asks_for_presence(one)}
KEDROVY_BLAMING, KEDROVY_RHYTHM = kept(KEDROVY, may_blame), kept(KEDROVY, is_of_rhythm)
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


def judged(facts: Facts, law: Sequence[Act]) -> dict[tuple[str, str | None], Finding]:
    found = judge_alone(cast.dossier(cast.SCHOOL, cast.seen(cast.SCHOOL_VK, facts)), law)
    return {(one.requirement, one.network): one for one in found}


# A world takes longer to draw and judge than to look at, so promises about the same worlds are held
# against them together: each is a function, whose name a failure tells.

TIMELINE = st.lists(st.floats(0, 75), max_size=25)  # when the page published, days ago


@TRUTH
@given(
    shown,
    st.floats(0, 70),
    st.sets(st.sampled_from(NAMES), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
    TIMELINE,
)
def test_what_a_page_shows_accuses_nobody_by_more_or_less_of_it(
    facts: Facts, days: float, hidden: set[str], random: Any, published: list[float]
) -> None:
    assert facts.wall is not None
    blaming = judged(facts, KEDROVY_BLAMING)
    another_own_post_never_turns_pass_into_fail(facts, facts.wall, days, blaming)
    hiding_facts_never_turns_anything_into_fail(facts, hidden, blaming)
    the_order_of_posts_does_not_matter(facts, facts.wall, random)
    more_posts_of_a_wall_that_was_not_read_whole_accuse_nobody(facts, facts.wall, published)


def another_own_post_never_turns_pass_into_fail(
    facts: Facts, wall: Wall, days: float, before: Mapping[Any, Finding]
) -> None:
    posted = Post(key="new", published_at=cast.NOW - timedelta(days=days), own_length=100)
    more = replace(facts, wall=replace(wall, posts=(*wall.posts, posted)))
    after = judged(more, KEDROVY_BLAMING)
    for key, finding in before.items():
        if finding.outcome is Outcome.PASS:
            assert after[key].outcome is not Outcome.FAIL


def hiding_facts_never_turns_anything_into_fail(
    facts: Facts, hidden: set[str], before: Mapping[Any, Finding]
) -> None:
    nothing: dict[str, Any] = dict.fromkeys(hidden)
    after = judged(replace(facts, **nothing), KEDROVY_BLAMING)
    for key, finding in after.items():
        if finding.outcome is Outcome.FAIL:
            assert before[key].outcome is Outcome.FAIL


def the_order_of_posts_does_not_matter(facts: Facts, wall: Wall, random: Any) -> None:
    posts = list(wall.posts)
    random.shuffle(posts)
    shuffled = replace(facts, wall=replace(wall, posts=tuple(posts)))
    assert judged(shuffled, KEDROVY) == judged(facts, KEDROVY)


def more_posts_of_a_wall_that_was_not_read_whole_accuse_nobody(
    facts: Facts, wall: Wall, published: list[float]
) -> None:
    """`unknown` stays so until the window is covered, whatever else is found."""
    more = wall_at((cast.NOW - timedelta(days=ago) for ago in published), cast.NOW, 12)
    cut = Wall(posts=(*wall.posts, *more.posts), covered_since=cast.NOW - timedelta(weeks=1))
    findings = judged(replace(facts, wall=cut), KEDROVY_RHYTHM)
    assert all(one.outcome is not Outcome.FAIL for one in findings.values())


@TRUTH
@given(st.lists(one_post, max_size=12, unique_by=lambda post: post.key))
def test_shifting_the_zone_loses_no_post(posts: list[Post]) -> None:
    """Twelve weeks hold the same posts in every zone, whichever week each falls into."""
    mondays = [date(2026, 11, 23) - timedelta(weeks=number) for number in range(-1, 14)]
    for zone in ("Asia/Tomsk", "Europe/Kaliningrad", "Asia/Kamchatka"):
        counted = [count_week(posts, monday, ZoneInfo(zone), 50) for monday in mondays]
        assert sum(week.generous for week in counted) == len(posts)


def test_judging_twice_gives_the_same() -> None:
    assert judged(cast.SCHOOL_FACTS, KEDROVY) == judged(cast.SCHOOL_FACTS, KEDROVY)


# --- histories: looks at odd hours, with gaps, older than the audit ------------------------------

MINUTES_OF_A_DAY, QUARTER = 24 * 60, 75
ZONES = ("Asia/Tomsk", "Europe/Moscow", "Asia/Kamchatka")
FIRST_DAY = datetime(2026, 10, 1, tzinfo=UTC)  # the days after reach over the holidays of January
LIVE, ABSENT, DELETED = Presence.LIVE, Presence.ABSENT, Presence.DELETED
NOT_TONIGHT, BROKEN, CUT = "not tonight", "broken", "without the wall"
FAILURES = {NOT_TONIGHT: FailureCode.NOT_DUE, BROKEN: FailureCode.TIMEOUT}
SCHOOL_SITE = Page(institution="kedr/school", network="site", address="https://school1.example")
ADM_SITE = Page(institution="kedr/adm", network="site", address="https://kedradm.example")

minutes_ago = st.one_of(
    st.integers(0, MINUTES_OF_A_DAY),
    st.integers(0, 9 * MINUTES_OF_A_DAY),
    st.integers(0, QUARTER * MINUTES_OF_A_DAY),
)
moments = st.builds(
    lambda day, minutes: FIRST_DAY + timedelta(days=day, minutes=minutes),
    st.integers(0, 120),
    st.one_of(st.sampled_from((0, 1, 17 * 60, 17 * 60 - 1, 21 * 60)), st.integers(0, 1439)),
)


@dataclass(frozen=True)
class Story:
    """What a page published, when it was looked at, and what each look could see."""

    as_of: datetime
    town: Municipality
    who: Institution
    facts: Facts  # the same whenever it was looked at
    published: tuple[datetime, ...]
    seen: tuple[Observation, ...]

    def findings(
        self, law: Sequence[Act], *more: Observation, without: Observation | None = None
    ) -> dict[Any, Finding]:
        looks = [one for one in (*self.seen, *more) if one is not without]
        return _by_key(self.dossier(looks), law)

    def blamed(self, *more: Observation, without: Observation | None = None) -> set[Any]:
        return blamed(self.findings(BLAMING, *more, without=without))

    def blamed_at(self, as_of: datetime) -> set[Any]:
        return blamed(_by_key(replace(self.dossier(), as_of=as_of), BLAMING))

    def dossier(self, looks: Sequence[Observation] | None = None) -> Dossier:
        seen = self.seen if looks is None else looks
        return cast.dossier(self.who, *seen, municipality=self.town, as_of=self.as_of)

    @property
    def midnight(self) -> datetime:
        return midnight(self.as_of, self.town.timezone)

    def wall_read_at(self, page: Page) -> datetime:
        """When the newest wall was read that these looks hold."""
        return max(
            one.observed_at
            for one in self.seen
            if one.page == page and one.facts and one.facts.wall is not None
        )


def _by_key(dossier: Dossier, law: Sequence[Act]) -> dict[Any, Finding]:
    found = judge_alone(dossier, law)
    return {(one.requirement, one.network, one.page, one.about): one for one in found}


def wall_at(published: Iterable[datetime], at: datetime, weeks: int) -> Wall:
    """What stood there then, read so many weeks back."""
    since = at - timedelta(weeks=weeks)
    posts = (
        Post(key=moment.isoformat(), published_at=moment, own_length=120)
        for moment in sorted(set(published))
        if since <= moment <= at
    )
    return Wall(posts=tuple(posts), covered_since=since)


def looked(page: Page, facts: Facts, at: datetime, kind: object, wall: Wall) -> Observation:
    if kind in FAILURES:
        failure = Failure(FAILURES[str(kind)])
        return Observation(page=page, observed_at=at, failure=failure)
    if kind == CUT:
        gaps = {"wall": Failure(FailureCode.QUOTA)}
        return replace(cast.seen(page, replace(facts, wall=None), at=at), gaps=gaps)
    if kind is not LIVE:
        return cast.seen(page, Facts(presence=Presence(str(kind))), at=at)
    return cast.seen(page, replace(facts, wall=wall), at=at)


page_facts = st.builds(
    lambda **told: replace(cast.SCHOOL_FACTS, **told),
    contacts=st.sampled_from([Contacts(), cast.SCHOOL_CONTACTS]),
    title=st.sampled_from(["Школа № 1", "Рецепты"]),
    description=st.sampled_from(["", "МКОУ СОШ № 1. Учим детей"]),
    government_mark=st.sampled_from([True, False]),
)
site_facts = st.builds(
    lambda text, linked, complete: Facts(
        presence=LIVE,
        contacts=Contacts(),
        site=SiteFacts(
            final_url="https://kedradm.example",
            pages=(
                SitePage(
                    url="https://kedradm.example/school",
                    status=200,
                    title="Школа № 1",
                    anchors=tuple(Link(url=one.address, place="menu") for one in linked),
                ),
            ),
            crawl=Crawl(complete=complete, read=5, frontier=0),
            text=text,
        ),
    ),
    st.sampled_from([cast.SCHOOL.name, cast.ADMINISTRATION.name, ""]),
    st.sampled_from([(), (cast.SCHOOL_VK,), cast.SCHOOL.pages]),
    st.booleans(),
)


@st.composite
def stories(
    draw: st.DrawFn,
    *kinds: object,
    weeks: Sequence[int] = (1, 5, 12),
    until: Callable[[datetime, ZoneInfo], datetime] = lambda as_of, _: as_of,
) -> Story:
    """A school's two pages and two sites; the kinds of look repeat as often as named.

    The last posts are those of the moment `until`.
    """
    as_of, facts = draw(moments), draw(page_facts)
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    born = draw(st.one_of(st.none(), st.integers(0, 80)))
    created = None if born is None else (as_of - timedelta(days=born)).astimezone(zone).date()
    ago = draw(st.lists(minutes_ago, max_size=25))
    moments_of_posts = (until(as_of, zone) - timedelta(minutes=minutes) for minutes in ago)
    published = tuple(
        one for one in moments_of_posts if one.astimezone(zone).date() >= (created or date.min)
    )
    pages = tuple(replace(one, created_on=created) for one in cast.SCHOOL.pages)
    a_look = st.tuples(minutes_ago, st.sampled_from(weeks), st.sampled_from(kinds))
    seen = [
        looked(
            page, facts, (at := as_of - timedelta(minutes=m)), kind, wall_at(published, at, back)
        )
        for page in pages
        for m, back, kind in draw(st.lists(a_look, min_size=1, max_size=5, unique_by=first))
    ]
    for site in (SCHOOL_SITE, ADM_SITE):
        shown = draw(site_facts)
        nights = draw(st.lists(minutes_ago, max_size=2, unique=True))
        seen += [cast.seen(site, shown, at=as_of - timedelta(minutes=m)) for m in nights]
    who = replace(cast.SCHOOL, pages=pages)
    others = (who if one.id == who.id else one for one in cast.TOWN.institutions)
    term = draw(st.integers(1, 60))
    status = ActStatus(status="in_force", effective_date=as_of.date() - timedelta(days=term))
    town = replace(
        EVERY_ACT, timezone=zone, institutions=tuple(others), acts={"minvody-draft": status}
    )
    return Story(as_of, town, who, facts, published, tuple(seen))


def first(look: tuple[Any, ...]) -> Any:
    return look[0]


EVERY_ACT = replace(
    cast.TOWN,
    packs=tuple(ACTS),
    acts={"minvody-draft": ActStatus(status="in_force", effective_date=date(2025, 1, 1))},
)


def midnight(as_of: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(as_of.astimezone(zone).date(), time(), zone)


def just_before_today(as_of: datetime, zone: ZoneInfo) -> datetime:
    return midnight(as_of, zone) - timedelta(seconds=1)


MOSTLY_LIVE = (LIVE, LIVE, LIVE, NOT_TONIGHT, BROKEN, CUT)
well_read, read_badly = stories(LIVE), stories(*MOSTLY_LIVE)
silent_today = st.one_of(
    stories(LIVE, until=just_before_today), stories(*MOSTLY_LIVE, until=just_before_today)
)
often_absent = stories(ABSENT, ABSENT, ABSENT, LIVE, NOT_TONIGHT)
often_deleted = stories(DELETED, DELETED, LIVE, NOT_TONIGHT, BROKEN)
read_to_the_end = stories(LIVE, LIVE, LIVE, ABSENT, DELETED, NOT_TONIGHT, BROKEN, CUT, weeks=(12,))
any_story = st.one_of(well_read, read_badly, often_absent, often_deleted)


def blamed(findings: Mapping[Any, Finding]) -> set[Any]:
    return {key for key, one in findings.items() if one.outcome is Outcome.FAIL}


@TRUTH
@given(
    silent_today,
    st.sampled_from(FailureCode),
    st.lists(st.floats(0, 1), min_size=1, max_size=5),
    st.data(),
)
def test_what_was_not_seen_accuses_nobody(
    story: Story, code: FailureCode, parts: list[float], data: st.DataObject
) -> None:
    """Silence is told up to yesterday, so nothing is posted today: one look may have seen that."""
    read = [one for one in story.seen if one.facts]
    assume(read)  # a failure that is not known of leaves the look before it
    lost, failed = data.draw(st.sampled_from(read)), data.draw(st.sampled_from(story.seen))
    before = story.blamed()
    an_observation_that_was_never_made_accuses_nobody(story, lost, before)
    a_reading_that_failed_accuses_nobody(story, failed, code, before)
    posts_of_days_that_were_not_read_would_take_no_fail_back(story, parts)


def an_observation_that_was_never_made_accuses_nobody(
    story: Story, lost: Observation, before: set[Any]
) -> None:
    assert story.blamed(without=lost) <= before


def a_reading_that_failed_accuses_nobody(
    story: Story, lost: Observation, code: FailureCode, before: set[Any]
) -> None:
    broken = replace(lost, facts=None, failure=Failure(code), evidence=())
    assert story.blamed(broken, without=lost) <= before


def posts_of_days_that_were_not_read_would_take_no_fail_back(
    story: Story, parts: list[float]
) -> None:
    """Had somebody looked now and found a post of each of these moments, a fail were still one."""
    page = story.who.pages[0]
    told = story.findings(RHYTHM)
    before = {key: one for key, one in told.items() if one.page == page.address}
    if not any(is_settled(one) for one in before.values()):
        return
    read_at, unread = story.wall_read_at(page), story.midnight - story.wall_read_at(page)
    posted = [read_at + part * unread for part in parts if unread > timedelta()]
    wall = wall_at((*story.published, *posted), story.as_of, 12)
    after = story.findings(RHYTHM, looked(page, story.facts, story.as_of, LIVE, wall))
    for key, one in before.items():
        assert not is_settled(one) or is_settled(after[key])


def is_of_presence(finding: Finding) -> bool:
    return finding.reason in (Reason.PAGE_ABSENT, Reason.PAGE_DELETED, Reason.SITE_GONE)


@TRUTH
@given(read_to_the_end, st.integers(1, 40 * MINUTES_OF_A_DAY))
def test_time_alone_accuses_nobody(story: Story, minutes: int) -> None:
    """The same looks, judged later: whatever happened since, nobody saw it.

    Of walls that were read to the end: a window that was not covered is when its first days pass.
    """
    later = story.as_of + timedelta(minutes=minutes)
    assert story.blamed_at(later) <= story.blamed()


def is_settled(finding: Finding) -> bool:
    return finding.outcome is Outcome.FAIL


@TRUTH
@given(st.one_of(well_read, read_badly))
def test_silence_is_told_of_days_that_were_read(story: Story) -> None:
    for one in story.findings(RHYTHM).values():
        if is_settled(one):
            page = next(page for page in story.who.pages if page.address == one.page)
            last = date.fromisoformat(one.measured["until"]) + timedelta(days=1)
            end = datetime.combine(last, time(), story.town.timezone)
            assert end <= story.wall_read_at(page), one.because


@TRUTH
@given(often_absent, st.data())
def test_an_absence_takes_a_page_from_nobody_but_by_looks_that_agree(
    story: Story, data: st.DataObject
) -> None:
    lost, before = data.draw(st.sampled_from(story.seen)), story.findings(PRESENCE)
    an_absence_that_was_never_seen_takes_no_page_from_anybody(story, lost, blamed(before))
    absences_agree_only_when_no_week_lies_between_them(story, before)


def an_absence_that_was_never_seen_takes_no_page_from_anybody(
    story: Story, lost: Observation, before: set[Any]
) -> None:
    if lost.facts is None or lost.facts.presence is ABSENT:
        found = story.findings(PRESENCE, without=lost)
        assert blamed({key: one for key, one in found.items() if is_of_presence(one)}) <= before


def absences_agree_only_when_no_week_lies_between_them(
    story: Story, findings: Mapping[Any, Finding]
) -> None:
    for one in findings.values():
        if one.reason == Reason.PAGE_ABSENT and is_settled(one) and one.page:
            looks = sorted(
                (look.observed_at for look in story.seen if is_absence(look, one.page)),
                reverse=True,
            )
            run = [later - look for later, look in pairwise(looks)]
            assert run[:2] == [gap for gap in run[:2] if gap <= timedelta(days=7)]
            assert len(looks) >= 3


def is_absence(look: Observation, address: str) -> bool:
    is_here = look.page.address == address
    return is_here and look.facts is not None and look.facts.presence is ABSENT


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


@TRUTH
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
    looks = [cast.seen(page, facts) for page in where]
    findings = _by_key(cast.dossier(who, *looks, municipality=EVERY_ACT), BLAMING)
    assert {key for key in blamed(findings) if key[1] is None} == set()


@TRUTH
@given(
    any_story,
    st.integers(1, 9 * MINUTES_OF_A_DAY),
    st.sampled_from([LIVE, ABSENT, BROKEN]),
    st.randoms(use_true_random=False),
)
def test_a_story_is_judged_by_what_was_seen_in_time_in_whatever_order(
    story: Story, minutes: int, kind: object, random: Any
) -> None:
    told = story.findings(WHOLE)
    a_look_after_the_audit_changes_nothing(story, minutes, kind, told)
    the_order_of_pages_and_observations_does_not_matter(story, random)
    nobody_lacks_a_page_but_by_a_look_of_the_same_day(story, told)


def a_look_after_the_audit_changes_nothing(
    story: Story, minutes: int, kind: object, told: Mapping[Any, Finding]
) -> None:
    at = story.as_of + timedelta(minutes=minutes)
    wall = wall_at((*story.published, story.as_of + timedelta(seconds=1)), at, 12)
    later = looked(story.who.pages[0], story.facts, at, kind, wall)
    assert story.findings(WHOLE, later) == told


def nobody_lacks_a_page_but_by_a_look_of_the_same_day(
    story: Story, told: Mapping[Any, Finding]
) -> None:
    for one in told.values():
        if is_of_presence(one):
            assert one.requirement in OF_PRESENCE  # or PRESENCE held too little against the stories
        if is_of_presence(one) and is_settled(one):
            assert one.read_on == story.midnight.date()


def the_order_of_pages_and_observations_does_not_matter(story: Story, random: Any) -> None:
    pages = tuple(random.sample(story.who.pages, len(story.who.pages)))
    dossier = story.dossier()
    told = {
        key: tuple(random.sample(many, len(many))) for key, many in dossier.observations.items()
    }
    other = replace(dossier, observations=told, institution=replace(story.who, pages=pages))
    assert set(map(_essence, judge_alone(other, KEDROVY))) == set(
        map(_essence, judge_alone(dossier, KEDROVY))
    )


def _essence(one: Finding) -> tuple[object, ...]:
    return (one.requirement, one.network, one.page, one.outcome, one.reason, one.because)


BEGAN = datetime(2024, 1, 9, tzinfo=cast.TOMSK)  # all acts have a wording by then


def binding(law: Sequence[Act], as_of: datetime) -> list[Finding]:
    """What acts of that date ask of the School."""
    status = ActStatus(status="in_force", effective_date=BEGAN.date())
    town = replace(EVERY_ACT, acts=dict.fromkeys(ACTS, status))
    found = judge_alone(cast.dossier(cast.SCHOOL, municipality=town, as_of=as_of), law)
    return [one for one in found if one.outcome is not Outcome.NOT_APPLICABLE]


@pytest.mark.parametrize("name", ACTS)
def test_an_act_asks_from_its_date_on(name: str) -> None:
    law = [ACTS[name]]
    assert not binding(law, BEGAN - timedelta(seconds=1))
    assert binding(law, BEGAN)


@TRUTH
@given(st.integers(1, 4000 * MINUTES_OF_A_DAY))
def test_before_an_acts_date_it_asks_nothing(minutes: int) -> None:
    as_of = BEGAN - timedelta(minutes=minutes)
    assert {one.requirement for one in binding(WHOLE, as_of)} == set()


# --- over all cases of the case files ---------------------------------------------------------

GROUNDS = ("stated_by", "confirmed_on", "posts", "due")  # a person's word, the registry, the log


@pytest.mark.parametrize("act", ACTS.values(), ids=lambda act: act.id)
def test_whoever_is_blamed_is_shown_why(act: Act) -> None:
    """Bytes as received, or whose word it is."""
    for case in ALL:
        for one in judge_alone(world(case), [act]):
            if Outcome.FAIL in (one.outcome, one.preview):
                assert one.evidence or any(one.measured.get(key) for key in GROUNDS), (case, one)


def test_what_surely_counts_may_also_count() -> None:
    """Strict lies within generous for every predicate: a reading cannot be built otherwise."""
    crossed = Bounds(strict=True, generous=False)
    assert crossed.generous
