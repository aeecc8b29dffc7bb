"""How often a page publishes: ISO weeks in the municipality's zone, counted twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from collectors.model import Author, Failure, FailureCode, Post
from rules.case import Case
from rules.model import Outcome, Severity
from rules.predicates.beside import beside_the_wall
from rules.reading import Reading
from rules.reasons import Reason
from rules.views import wall_read_at
from rules.workdays import complete_weeks, is_judged, judged_days, starts_at

WEEK = timedelta(weeks=1)
AUTOPOSTED_ON = 5  # the same text on so many pages of the municipality is autoposting
SCHOOLS = ("school", "additional_education")
SUMMER = (6, 7, 8)
FEWEST_WEEKS = 2  # fewer judged weeks say nothing of regularity


@dataclass(frozen=True, slots=True)
class Week:
    monday: date
    strict: int
    generous: int


def posts_per_week(
    case: Case,
    *,
    min_posts: int,
    lookback_weeks: int,
    max_calendar_weeks: int,
    max_weeks_below: int,
    min_workdays_in_week: int,
    min_own_text: int,
) -> Reading:
    """The last judged weeks with enough posts; the number is a recommendation of the act."""
    mondays = _judged(case, lookback_weeks, max_calendar_weeks, min_workdays_in_week)
    weeks = [count_week(_posts(case), monday, case.zone, min_own_text) for monday in mondays]
    poor = [week for week in weeks if week.strict < min_posts]
    surely_poor = [week for week in weeks if week.generous < min_posts]
    beside = beside_the_wall(case, min(mondays, default=case.today))
    return _window(
        case,
        mondays,
        min(mondays, default=case.today),
        Reading(
            strict=len(weeks) >= FEWEST_WEEKS and len(poor) <= max_weeks_below,
            generous=len(surely_poor) <= max_weeks_below or beside.has_new_clips,
            met=Reason.POSTS_ENOUGH,
            unmet=Reason.POSTS_BELOW_RECOMMENDED,
            between=Reason.POSTS_MAY_BE_CLIPS
            if len(surely_poor) > max_weeks_below
            else Reason.POSTS_OWN_UNCLEAR,
            worst=Outcome.REVIEW if case.is_authority else Outcome.FAIL,
            measured={
                **_by_week(weeks),
                "weeks_below": len(surely_poor),
                "weeks_judged": len(weeks),
                **beside.measured,
            },
            required={"min_posts": min_posts, "max_weeks_below": max_weeks_below},
            notes=(*_notes(case, mondays), *beside.notes),
        ),
    )


def posts_regular(
    case: Case,
    *,
    lookback_days: int,
    max_calendar_weeks: int,
    max_gap_days: int,
    min_workdays_in_week: int,
    min_own_text: int,
    silent_days: int,
) -> Reading:
    """No long silence over the last days that lie in judged weeks; only full silence fails."""
    days = _judged_days(case, lookback_days, max_calendar_weeks, min_workdays_in_week)
    start = min(days, default=case.today)
    begins = starts_at(start, case.zone).astimezone(UTC)
    shown = [post for post in _posts(case) if post.published_at >= begins]
    own = {_local(case, post) for post in shown if is_own(post, min_own_text)}
    gap = _longest_gap(days, own)
    newest = max((post.published_at for post in _posts(case)), default=None)
    beside = beside_the_wall(case, start)
    silent = newest is None or (_read_at(case) - newest).days > silent_days
    return _window(
        case,
        _judged(case, max_calendar_weeks, max_calendar_weeks, min_workdays_in_week),
        start,
        Reading(
            strict=bool(own) and gap <= max_gap_days,
            generous=bool(shown) or beside.has_new_clips,
            met=Reason.POSTS_REGULAR,
            unmet=Reason.NO_POSTS,
            between=Reason.POSTS_WITH_GAPS if shown else Reason.POSTS_MAY_BE_CLIPS,
            severity=Severity.MAJOR if silent else Severity.MINOR,
            measured={
                "posts": len(shown),
                "longest_gap_days": gap,
                "since": start.isoformat(),
                "newest": newest.astimezone(case.zone).date().isoformat() if newest else None,
                **beside.measured,
            },
            required={"max_gap_days": max_gap_days, "lookback_days": lookback_days},
            notes=(*_notes(case, []), *beside.notes),
        ),
    )


def is_own(post: Post, min_own_text: int) -> bool:
    """Surely the page's own: by the community, no advertisement, a repost only with own words."""
    if post.author is not Author.PAGE or post.is_advertisement:
        return False
    return not post.is_repost or (post.own_length or 0) >= min_own_text


# --- the window -------------------------------------------------------------------------------


def _window(case: Case, mondays: Sequence[date], start: date, reading: Reading) -> Reading:
    """What both clauses need: a wall that was read, weeks enough, and covered (G03, G04)."""
    wall = case.view.wall
    if wall is None:
        return replace(reading, strict=False, missing=case.missing("wall"))
    if len(mondays) < FEWEST_WEEKS and case.is_recent:
        return replace(reading, strict=False, pending=Reason.PAGE_IS_NEW)
    if len(mondays) < FEWEST_WEEKS:
        return replace(reading, strict=False, unseen=Reason.TOO_FEW_WEEKS)
    if wall.covered_since is None or wall.covered_since > starts_at(start, case.zone):
        return replace(reading, missing=(Failure(FailureCode.INCOMPLETE, "wall"),))
    return reading


def _read_at(case: Case) -> datetime:
    key = ("wall read at", case.page)
    return case.once(key, lambda: wall_read_at(case.view, case.dossier))


def _judged(case: Case, wanted: int, lookback: int, min_workdays: int) -> list[date]:
    """Mondays of the newest complete weeks that are judged, since the page exists."""
    weeks = complete_weeks(_read_at(case), case.zone, lookback)
    born = case.born or date.min
    judged = [one for one in weeks if is_judged(one, min_workdays, case.days_off) and one >= born]
    return judged[:wanted]


def _judged_days(case: Case, wanted: int, lookback: int, min_workdays: int) -> Sequence[date]:
    """The newest days that lie in judged weeks, the running week's included."""
    last = _read_at(case).astimezone(case.zone).date() - timedelta(days=1)
    first = max(last - timedelta(days=lookback * 7 - 1), case.born or date.min)
    return judged_days(first, last, min_workdays, case.days_off)[:wanted]


def _longest_gap(days: Sequence[date], posted: set[date]) -> int:
    """The longest run of judged days without a post; a post on any other day ends it too."""
    judged = set(days)
    longest = run = 0
    for day in _every_day(days):
        run = 0 if day in posted else run + (day in judged)
        longest = max(longest, run)
    return longest


def _every_day(days: Sequence[date]) -> Iterator[date]:
    if days:
        first, last = min(days), max(days)
        yield from (first + timedelta(days=number) for number in range((last - first).days + 1))


# --- the posts --------------------------------------------------------------------------------


def _posts(case: Case) -> tuple[Post, ...]:
    return case.view.wall.posts if case.view.wall else ()


def _local(case: Case, post: Post) -> date:
    return post.published_at.astimezone(case.zone).date()


def count_week(posts: Iterable[Post], monday: date, zone: ZoneInfo, min_own_text: int) -> Week:
    """A post whose date is blurred counts strictly only where it surely belongs (G05)."""
    start, end = (starts_at(day, zone).astimezone(UTC) for day in (monday, monday + WEEK))
    strict = generous = 0
    for post in posts:
        earliest = latest = post.published_at
        if post.blur_hours:
            blur = timedelta(hours=post.blur_hours)
            earliest, latest = earliest - blur, latest + blur
        if earliest >= end or latest < start:
            continue
        generous += 1
        strict += start <= earliest and latest < end and is_own(post, min_own_text)
    return Week(monday, strict, generous)


def _by_week(weeks: Iterable[Week]) -> dict[str, dict[str, dict[str, int]]]:
    return {
        "weeks": {
            week.monday.isoformat(): {"strict": week.strict, "generous": week.generous}
            for week in weeks
        }
    }


def _notes(case: Case, since: Sequence[date]) -> tuple[Reason, ...]:
    """What a reader should know beside the outcome: autoposting, school holidays."""
    shared = case.dossier.shared_texts
    texts = [post.digest for post in _posts(case) if post.digest]
    notes = []
    if any(shared.get(text, 0) >= AUTOPOSTED_ON for text in texts):
        notes.append(Reason.AUTOPOSTS)
    if case.institution.kind in SCHOOLS and any(day.month in SUMMER for day in since):
        notes.append(Reason.SCHOOL_HOLIDAYS)
    return tuple(notes)
