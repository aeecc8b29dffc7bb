"""How often a page publishes: ISO weeks in the municipality's zone, counted twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from collectors.model import Failure, FailureCode, Post
from rules.dossier.case import Case
from rules.law.workdays import (
    CalendarUncoveredError,
    is_judged,
    starts_at,
)
from rules.model import Outcome, Severity
from rules.predicates.beside import beside_the_wall
from rules.predicates.lasting import by_silence, by_weeks
from rules.predicates.post_counts import (
    WEEK,
    Week,
    by_week,
    count_week,
    is_own,
    latest_moment,
    longest_gap,
)
from rules.reading import READ_ANEW, Because, Bounds, Reading, Seen
from rules.reasons import Reason
from rules.terms.terms import not_due

DAY = timedelta(days=1)
AUTOPOSTED_ON = 5  # the same text on so many pages of the municipality is autoposting
SCHOOLS = ("school", "additional_education")
SUMMER = (6, 7, 8)
FEWEST_WEEKS = 2  # fewer judged weeks say nothing of regularity


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
    """The last judged weeks with enough posts; the number is a recommendation of the act.

    A week that was not over when the wall was read may count, and is never surely poor.
    """
    mondays = _judged_weeks(case, lookback_weeks, max_calendar_weeks, min_workdays_in_week)
    weeks = [count_week(_posts(case), monday, case.zone, min_own_text) for monday in mondays]
    read = [week for week in weeks if _is_read(case, week.monday + WEEK)]
    poor = [week for week in weeks if week.strict < min_posts]
    surely_poor = [week for week in read if week.generous < min_posts]
    is_lacking = len(surely_poor) > max_weeks_below
    beside = beside_the_wall(case, min(mondays, default=case.today))
    is_met = len(weeks) >= FEWEST_WEEKS and len(poor) <= max_weeks_below

    def is_sure_next() -> bool:
        """On Monday it is met by the posts that are known now, or lacking by the weeks read now."""
        coming = _judged_weeks(
            case, lookback_weeks, max_calendar_weeks, min_workdays_in_week, later=WEEK
        )
        counted = [count_week(_posts(case), monday, case.zone, min_own_text) for monday in coming]
        below = sum(week.strict < min_posts for week in counted)
        surely = sum(
            one.generous < min_posts for one in counted if _is_read(case, one.monday + WEEK)
        )
        is_met = len(counted) >= FEWEST_WEEKS and below <= max_weeks_below
        return is_met or surely > max_weeks_below

    return _window(
        case,
        mondays,
        min(mondays, default=case.today),
        by_weeks(case, is_met or is_lacking or read == weeks, is_sure_next),
        Reading(
            bounds=Bounds(
                strict=is_met,
                generous=not is_lacking or beside.has_new_clips,
            ),
            because=Because(
                met=Reason.POSTS_ENOUGH,
                unmet=Reason.POSTS_BELOW_RECOMMENDED,
                between=Reason.POSTS_MAY_BE_CLIPS if is_lacking else Reason.POSTS_OWN_UNCLEAR,
            ),
            seen=Seen(missing=() if is_lacking or read == weeks else (not_due("wall"),)),
            worst=Outcome.REVIEW if case.is_authority else Outcome.FAIL,
            measured={
                **by_week("weeks", read),
                **by_week("weeks_not_read", weeks[: len(weeks) - len(read)]),
                **_span_of_weeks(case, read if is_lacking else weeks),
                "weeks_below": len(surely_poor),
                "weeks_read": len(read),
                "weeks_judged": len(weeks),
                **beside.measured,
            },
            required={"min_posts": min_posts, "max_weeks_below": max_weeks_below},
            notes=(*_notes(case, mondays), *beside.notes),
            aside=beside.aside,
            settled=is_lacking or read == weeks,
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
    """No long silence over the last days that lie in judged weeks; only full silence fails.

    «Days that lie in judged weeks» may mean the days, or whole weeks: both must be silent.
    """
    days = _judged_days(case, lookback_days, max_calendar_weeks, min_workdays_in_week)
    weeks = _judged_weeks(case, max_calendar_weeks, max_calendar_weeks, min_workdays_in_week)
    first = min(days, default=case.today)
    start = min([first, *weeks[: lookback_days // WEEK.days]])
    shown = _posts_since(case, start)
    own = {
        day for post in shown if is_own(post, min_own_text) if (day := _local(case, post)) >= first
    }
    in_days = shown if first == start else _posts_since(case, first)
    gap = longest_gap(days, own)
    newest = max((post.published_at for post in _posts(case)), default=None)
    beside = beside_the_wall(case, start)
    silent = newest is None or (_read_at(case) - newest).days > silent_days
    return _window(
        case,
        weeks,
        start,
        by_silence(
            days,
            own,
            case.day_of(_read_at(case)),
            max((_local(case, post) for post in shown), default=None),
            max_gap_days,
        ),
        Reading(
            bounds=Bounds(
                strict=bool(own) and gap <= max_gap_days,
                generous=bool(shown) or beside.has_new_clips,
            ),
            because=Because(
                met=Reason.POSTS_REGULAR,
                unmet=Reason.NO_POSTS,
                between=Reason.POSTS_WITH_GAPS if shown else Reason.POSTS_MAY_BE_CLIPS,
            ),
            seen=Seen(missing=() if shown or _is_read(case, case.today) else (not_due("wall"),)),
            severity=Severity.MAJOR if silent else Severity.MINOR,
            measured={
                "posts": len(in_days or shown),
                "longest_gap_days": gap,
                **_span(start if shown and not in_days else first, case.today - DAY),
                "newest": newest.astimezone(case.zone).date().isoformat() if newest else None,
                **beside.measured,
            },
            required={"max_gap_days": max_gap_days, "lookback_days": lookback_days},
            notes=(*_notes(case, []), *_unread_days(case), *beside.notes),
            aside=beside.aside,
        ),
    )


# --- the window -------------------------------------------------------------------------------


def _window(
    case: Case, mondays: Sequence[date], start: date, until: date, reading: Reading
) -> Reading:
    """What both clauses need: a wall that was read, weeks enough, and covered (G03, G04)."""
    told = _fit(case, mondays, start, reading)
    lasts = until if told is reading or told.bounds.strict else READ_ANEW
    seen = replace(told.seen, read_at=case.view.wall_at)
    return replace(told, seen=seen, good_until={case.view.page.key: lasts})


def _fit(case: Case, mondays: Sequence[date], start: date, reading: Reading) -> Reading:
    wall = case.view.wall
    if wall is None:
        return reading.doubt().lack(*case.missing("wall"))
    if len(mondays) < FEWEST_WEEKS and case.is_recent:
        due = _last_day_of_weeks(case)
        measured = {**reading.measured, **({"due": due.isoformat()} if due else {})}
        return replace(reading.doubt(), pending=Reason.PAGE_IS_NEW, measured=measured)
    if len(mondays) < FEWEST_WEEKS:
        return replace(reading.doubt(), unseen=Reason.TOO_FEW_WEEKS)
    if wall.covered_since is None or wall.covered_since > starts_at(start, case.zone):
        return reading.lack(Failure(FailureCode.INCOMPLETE, "wall"))
    return reading


def _last_day_of_weeks(case: Case) -> date | None:
    """The Sunday after which the page has lived for weeks enough; None: not in our calendar."""
    born, fewest = case.born or case.today, (case.norm or {})["min_workdays_in_week"]
    monday = born + timedelta(days=-born.weekday() % 7)
    found = 0
    try:
        while found < FEWEST_WEEKS:
            found += is_judged(monday, fewest, case.days_off)
            monday += WEEK
    except CalendarUncoveredError:
        return None
    return monday - DAY


def _read_at(case: Case) -> datetime:
    return case.view.wall_at or case.dossier.as_of


def _is_read(case: Case, day: date) -> bool:
    """Whether the newest wall tells of all time before `day`."""
    return _read_at(case) >= starts_at(day, case.zone)


def _unread_days(case: Case) -> tuple[Reason, ...]:
    return () if _is_read(case, case.today) else (Reason.DAYS_NOT_READ,)


def _judged_weeks(
    case: Case, wanted: int, lookback: int, min_workdays: int, later: timedelta = timedelta(0)
) -> list[date]:
    """Mondays of the newest complete weeks that are judged, since the page exists."""
    weeks = case.hearing.bench.judged_weeks(case.dossier.as_of + later, lookback, min_workdays)
    born = case.born or date.min
    return [monday for monday in weeks if monday >= born][:wanted]


def _judged_days(case: Case, wanted: int, lookback: int, min_workdays: int) -> Sequence[date]:
    """The newest days that lie in judged weeks, the running week's included."""
    last = case.today - DAY
    first = max(last - timedelta(days=lookback * 7 - 1), case.born or date.min)
    return case.hearing.bench.judged_days(first, last, min_workdays)[:wanted]


# --- the posts --------------------------------------------------------------------------------


def _posts(case: Case) -> tuple[Post, ...]:
    return case.view.wall.posts if case.view.wall else ()


def _local(case: Case, post: Post) -> date:
    return post.published_at.astimezone(case.zone).date()


def _posts_since(case: Case, day: date) -> list[Post]:
    """Those that may be of that day or later."""
    start = starts_at(day, case.zone).astimezone(UTC)
    return [post for post in _posts(case) if latest_moment(post) >= start]


def _span_of_weeks(case: Case, weeks: Sequence[Week]) -> dict[str, str]:
    """Newest first. The last day is one that the wall knows of."""
    if not weeks:
        return {}
    last = min(weeks[0].monday + WEEK - DAY, case.day_of(_read_at(case)))
    return _span(weeks[-1].monday, last)


def _span(first: date, last: date) -> dict[str, str]:
    return {"since": first.isoformat(), "until": last.isoformat()}


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
