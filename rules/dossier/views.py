"""What may be believed of one page as of a moment: the guards over observations, once.

A `View` is what predicates see of a page. Facts of a reading that is stale, that failed tonight,
or of a page that does not open are `None` there, each with the failure that explains it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from collectors.model import (
    AT_ITS_DOOR,
    NOT_TRIED,
    WITH_A_WALL,
    Access,
    Evidence,
    Facts,
    Failure,
    FailureCode,
    Observation,
    Page,
    Post,
    Presence,
    Wall,
    WallAccess,
)
from rules.model import Dossier, Institution
from rules.names.naming import names_match
from rules.names.own_names import Around
from rules.reasons import Reason

ABSENT_READS, ABSENT_DAYS = 3, 2  # how often an absence must be seen before it is believed (G01)
ANYBODY = "public"  # Observation.reader of a look without a token


class PageState(StrEnum):
    LIVE = "live"
    CLOSED = "closed"
    GONE = "gone"  # the platform says so, or an absence was seen often enough
    GONE_UNCONFIRMED = "gone_unconfirmed"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One page after the guards. `unread` tells why there is nothing; `gaps`, why not a fact."""

    page: Page
    facts: Facts = field(default_factory=Facts)
    state: PageState = PageState.UNREAD
    gone_by: Presence | None = None
    unread: Reason | None = None
    failure: Failure | None = None
    gaps: dict[str, Failure] = field(default_factory=dict)
    wall: Wall | None = None  # the union of all walls that were read (G10), no later posts
    read_at: datetime | None = None  # of two looks that facts came from, the older
    head_at: datetime | None = None  # the same, of all but the wall and what comes with it
    wall_at: datetime | None = None  # when the newest of its walls was read: it knows no later day
    gone_since: datetime | None = None  # when it was first found gone: it may be so for longer
    page_id: str | None = None
    evidence: tuple[Evidence, ...] = ()

    def missing(self, *names: str) -> tuple[Failure, ...]:
        """Why these facts were not shown to us; empty when all of them were."""
        return tuple(
            self.gaps.get(name) or self.failure or Failure(FailureCode.NOT_OFFERED, name)
            for name in names
            if getattr(self.facts, name) is None or name in self.gaps
        )

    @property
    def is_open(self) -> bool:
        return self.state is PageState.LIVE and self.facts.access is Access.OPEN


def look(page: Page, dossier: Dossier, names: Around) -> View:
    """The page as it may be judged; never an accusation where something is in doubt."""
    history = _history(page, dossier)
    tried = [one for one in history if not _not_tried(one)]
    if not tried:
        failure = history[0].failure if history else None
        reason = Reason.NOT_READ if failure else Reason.NEVER_READ
        return View(page=page, unread=reason, failure=failure, page_id=page.known_id)
    return _judge_newest(page, tried, dossier, names)


def _history(page: Page, dossier: Dossier) -> list[Observation]:
    history = dossier.observations.get(page.key, ())
    past = [one for one in history if one.observed_at <= dossier.as_of]
    return sorted(past, key=lambda look: look.observed_at, reverse=True)


def _not_tried(observation: Observation) -> bool:
    return observation.failure is not None and observation.failure.code in NOT_TRIED


def _judge_newest(page: Page, history: list[Observation], dossier: Dossier, names: Around) -> View:
    newest = history[0]
    told = View(
        page=page,
        read_at=newest.observed_at,
        head_at=newest.observed_at,
        evidence=each_once(newest.evidence),
        failure=newest.failure,
        page_id=_last_id(history) or page.known_id,
    )
    if dossier.as_of - newest.observed_at > timedelta(days=dossier.freshness_days):
        return replace(told, unread=Reason.STALE)
    if newest.facts and _is_replaced(page, newest.facts, history, dossier, names):
        return replace(told, unread=Reason.PAGE_REPLACED)
    if newest.failure or newest.facts is None:  # tried tonight in vain: yesterday proves nothing
        why = _why_unread(newest.failure)
        return replace(told, unread=why, read_at=None, head_at=None)
    own = of_one_page(page, history, dossier)
    return _limit_wall(_with_facts(told, newest.facts, own, dossier), history, own)


def _limit_wall(view: View, history: Sequence[Observation], own: Sequence[Observation]) -> View:
    """While another page stood at the address, nothing is known of what this one was to be."""
    kept = {id(one) for one in own}
    others = [one.observed_at for one in history if id(one) not in kept]
    if not others or view.wall is None or view.wall.covered_since is None:
        return view
    wall = replace(view.wall, covered_since=max(*others, view.wall.covered_since))
    return replace(view, wall=wall, facts=replace(view.facts, wall=wall))


def _why_unread(failure: Failure | None) -> Reason:
    is_at_the_door = failure is not None and failure.code in AT_ITS_DOOR
    return Reason.NOT_LET_IN if is_at_the_door else Reason.NOT_READ


_FOLLOWING = frozenset({"page_created", "page_deleted", "page_renamed"})


def of_one_page(page: Page, history: Sequence[Observation], dossier: Dossier) -> list[Observation]:
    """Newest first, without looks at another page that stood at the address.

    Two numbers of the network are two pages, unless an event tells of the address between the
    last look at the one and the first at the other.
    """
    kept: list[Observation] = []
    ids: set[str] = set()
    first: Observation | None = None  # the earliest look so far at what is kept
    for one in history:
        page_id = one.facts.page_id if one.facts else None
        if page_id and (not ids or page_id in ids or _is_followed(page, one, first, dossier)):
            ids.add(page_id)
            first = one
        elif page_id:
            continue
        kept.append(one)
    return kept


def _is_followed(
    page: Page, before: Observation, behind: Observation | None, dossier: Dossier
) -> bool:
    owner = _owner(page, dossier)
    if owner is None or behind is None:
        return False
    zone = dossier.municipality.timezone
    last, first = (one.observed_at.astimezone(zone).date() for one in (before, behind))
    return any(
        one.kind in _FOLLOWING and one.page == page.address
        and (one.earliest or one.on) <= first and one.on >= last
        for one in owner.events
    )  # fmt: skip


def _owner(page: Page, dossier: Dossier) -> Institution | None:
    """The institution of the dossier knows its events best."""
    if page.institution == dossier.institution.key:
        return dossier.institution
    return dossier.municipality.by_id.get(page.institution.rpartition("/")[2])


def _is_replaced(
    page: Page, facts: Facts, history: Sequence[Observation], dossier: Dossier, names: Around
) -> bool:
    """The address leads to another community that does not name the institution."""
    is_another = _is_by_number_alone(page, facts, history) or _leads_elsewhere(page, facts, history)
    return is_another and not _names_owner(page, facts, dossier, names)


def _leads_elsewhere(page: Page, facts: Facts, history: Sequence[Observation]) -> bool:
    earlier = page.known_id or next(
        (one.facts.page_id for one in reversed(history) if one.facts and one.facts.page_id), None
    )
    return facts.page_id is not None and earlier not in (None, facts.page_id)


def _is_by_number_alone(page: Page, facts: Facts, history: Sequence[Observation]) -> bool:
    """Found by the number in the registry, where the address leads nowhere and never led there.

    One wrong digit, and it is a stranger's.
    """
    name = page.address.rpartition("/")[2]
    if facts.page_id is None or facts.page_id != page.known_id:
        return False
    if facts.page_id == name.removeprefix("club"):  # the address is the number
        return False
    return not any(_is_called(one.facts, name, facts.page_id) for one in history if one.facts)


def _is_called(facts: Facts, name: str, page_id: str) -> bool:
    return facts.page_id == page_id and (facts.screen_name or "").lower() == name.lower()


def _names_owner(page: Page, facts: Facts, dossier: Dossier, names: Around) -> bool:
    owner = _owner(page, dossier)
    texts = [facts.description or ""]
    return owner is not None and names_match(owner, facts.title or "", texts, around=names).strict


def _last_id(history: Sequence[Observation]) -> str | None:
    return next((one.facts.page_id for one in history if one.facts and one.facts.page_id), None)


def _with_facts(told: View, facts: Facts, history: list[Observation], dossier: Dossier) -> View:
    if facts.presence in (Presence.BANNED, Presence.DELETED):
        return _gone_view(told, facts.presence, history)
    if facts.presence is Presence.ABSENT:
        return _absent_view(told, history, dossier)
    if facts.presence is None:
        failure = history[0].gaps.get("presence")
        failure = failure or told.failure
        return replace(told, unread=Reason.NOT_READ, read_at=None, head_at=None, failure=failure)
    return _live_view(told, facts, history, dossier)


def _gone_view(told: View, presence: Presence, history: list[Observation]) -> View:
    """The platform's own positive statement."""
    since = min(one.observed_at for one in _latest_without(history))
    return replace(
        told,
        state=PageState.GONE,
        gone_by=presence,
        gone_since=since,
        unread=Reason.PAGE_NOT_LIVE,
    )


def _absent_view(told: View, history: list[Observation], dossier: Dossier) -> View:
    """An absence is believed after three reads on two days that agree (G01)."""
    longest = timedelta(days=dossier.freshness_days)
    absences = list(_without_gap(_latest_without(history), longest))
    zone = dossier.municipality.timezone
    days = {one.observed_at.astimezone(zone).date() for one in absences}
    sure = len(absences) >= ABSENT_READS and len(days) >= ABSENT_DAYS
    return replace(
        told,
        state=PageState.GONE if sure else PageState.GONE_UNCONFIRMED,
        gone_by=Presence.ABSENT,
        gone_since=min(one.observed_at for one in absences),
        unread=Reason.PAGE_NOT_LIVE,
        evidence=each_once(item for one in absences for item in one.evidence),
    )


def _latest_without(history: list[Observation]) -> Iterator[Observation]:
    """Back to the last moment when the page was seen; a failure neither agrees nor contradicts."""
    for one in history:
        if one.facts is None or one.facts.presence is None:
            continue
        if one.facts.presence is Presence.LIVE:
            return
        yield one


def _without_gap(looks: Iterable[Observation], longest: timedelta) -> Iterator[Observation]:
    """Newest first, up to a gap in which the page may have been there."""
    later: datetime | None = None
    for one in looks:
        if later and later - one.observed_at > longest:
            return
        later = one.observed_at
        yield one


def _live_view(told: View, facts: Facts, history: list[Observation], dossier: Dossier) -> View:
    facts, gaps, looks = _fill(_open_to_all(facts, history[0]), history, dossier)
    lent = [item for one in looks.values() for item in one.evidence]
    of_head = [one.observed_at for name, one in looks.items() if name not in WITH_A_WALL]
    wall_at = looks.pop("wall", history[0]).observed_at
    closed = facts.access in (Access.CLOSED, Access.PRIVATE)
    if facts.access is not Access.OPEN and facts.government_mark is False:
        facts = replace(facts, government_mark=None)
        gaps.setdefault("government_mark", Failure(FailureCode.NOT_VISIBLE))
    if facts.wall_access is WallAccess.OFF and facts.pinned_text is None:
        facts = replace(facts, pinned_text="")  # no wall, no pinned post
    wall = None if facts.wall is None else _union(history, dossier.as_of)
    if facts.access is not Access.OPEN or facts.wall_access is WallAccess.OFF:
        wall = None
        gaps.setdefault("wall", Failure(FailureCode.NOT_VISIBLE))
    return replace(
        told,
        facts=replace(facts, wall=wall),
        gaps=gaps,
        wall=wall,
        wall_at=wall_at,
        read_at=min(one.observed_at for one in (history[0], *looks.values())),
        head_at=min((history[0].observed_at, *of_head)),
        evidence=each_once((*told.evidence, *lent)) if lent else told.evidence,
        state=PageState.CLOSED if closed else PageState.LIVE,
    )


def _open_to_all(facts: Facts, newest: Observation) -> Facts:
    """Posts that a reader without any account was shown prove that the page is open to all.

    A title or description does not: closed groups show those too. Whether they show the
    government mark to strangers is not established, so its absence there proves nothing.
    """
    is_shown = newest.reader == ANYBODY and facts.wall is not None and bool(facts.wall.posts)
    return replace(facts, access=Access.OPEN) if facts.access is None and is_shown else facts


def _fill(
    facts: Facts, history: list[Observation], dossier: Dossier
) -> tuple[Facts, dict[str, Failure], dict[str, Observation]]:
    """A fact that was not due tonight is taken from an earlier look that is still fresh.

    Of a look that lacked a part of it itself nothing is taken: what it did not see is not absent.
    Also what is still missing, and the look that each such fact came from.
    """
    gaps, looks = dict(history[0].gaps), {}
    oldest = dossier.as_of - timedelta(days=dossier.freshness_days)
    for name in [name for name, failure in gaps.items() if failure.code in NOT_TRIED]:
        for one in history[1:]:
            is_whole = one.observed_at >= oldest and name not in one.gaps
            value = getattr(one.facts, name, None) if is_whole else None
            if value is not None:
                facts = replace(facts, **{name: value})
                looks[name] = one
                del gaps[name]
                break
    return facts, gaps, looks


def _union(history: Sequence[Observation], as_of: datetime) -> Wall:
    """All posts ever read, the latest look at each, and how far back nothing is missing (G10)."""
    walls = [(one.facts.wall, one.observed_at) for one in history if one.facts and one.facts.wall]
    posts: dict[str, Post] = {}
    for wall, _ in walls:
        for post in wall.posts:
            posts.setdefault(post.key, post)
    past = [post for post in posts.values() if post.published_at <= as_of]
    newest_first = sorted(past, key=lambda post: (post.published_at, post.key), reverse=True)
    return Wall(posts=tuple(newest_first), covered_since=_covered_since(walls))


def _covered_since(walls: Sequence[tuple[Wall, datetime]]) -> datetime | None:
    """An older wall reaches further back only if it was read without a gap between (G04)."""
    covered = walls[0][0].covered_since
    for wall, read_at in walls[1:]:
        if covered is None or wall.covered_since is None or read_at < covered:
            continue
        covered = min(covered, wall.covered_since)
    return covered


def each_once(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(evidence))


def readings(page: Page, dossier: Dossier) -> list[Observation]:
    """All looks at this very page up to the moment, newest first."""
    return of_one_page(page, _history(page, dossier), dossier)
