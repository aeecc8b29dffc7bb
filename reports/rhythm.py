"""Posts per page and week: the rows of the heat map, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from collectors.model import Page
from reports.ground import Ground, anchor_of
from reports.view import Posts, Rhythm, Spread, Week, Who
from reports.words import day_and_month, span, word
from rules.model import Act, Institution
from rules.workdays import CalendarUncoveredError, is_judged, monday_of

PAGES_SHOWN = 60  # with more, a line a page is no picture any more
SILENT_SHOWN = 8


def build_posts(ground: Ground, pages_shown: int = PAGES_SHOWN) -> Posts | None:
    """None where no week of no page could be counted."""
    mondays = known_mondays(ground)
    if not mondays:
        return None
    weeks = tuple(build_week(ground, monday) for monday in mondays)
    pages = tuple(
        build_rhythm(ground, institution, page, mondays)
        for institution in ground.institutions
        for page in standing(ground, institution)
    )
    spread = tuple(build_spread(week, place, pages) for place, week in enumerate(weeks))
    judged = [place for place, week in enumerate(weeks) if not (week.is_short or week.is_running)]
    silent = silent_in(pages, judged[-1]) if judged else ()
    is_summary = len(pages) > pages_shown
    return Posts(
        weeks=weeks,
        pages=() if is_summary else pages,
        spread=spread,
        last=spread[judged[-1]] if judged else None,
        silent=silent[:SILENT_SHOWN],
        more_silent=len(silent[SILENT_SHOWN:]),
        is_summary=is_summary,
    )


def known_mondays(ground: Ground) -> list[date]:
    """Every week of which something is known, without a gap, oldest first."""
    keys = {(page.network, page.address) for one in ground.institutions for page in one.pages}
    known = {monday for key in keys for monday in ground.report.weeks.get(key, ())}
    if not known:
        return []
    number = (max(known) - min(known)).days // 7
    return [min(known) + timedelta(weeks=week) for week in range(number + 1)]


def standing(ground: Ground, institution: Institution) -> Iterable[Page]:
    """Its pages that are no history, as of the audit's day."""
    today = ground.report.audit.as_of.astimezone(ground.zone).date()
    return (
        page for page in institution.pages if page.deleted_on is None or page.deleted_on > today
    )


def build_week(ground: Ground, monday: date) -> Week:
    today = ground.report.audit.as_of.astimezone(ground.zone).date()
    return Week(
        label=day_and_month(monday),
        span=span(monday, monday + timedelta(days=6)),
        is_short=is_short(ground, monday),
        is_running=monday == monday_of(today),
    )


def is_short(ground: Ground, monday: date) -> bool:
    """As the acts of this report have it; a week of an unknown calendar is not called short."""
    fewest = [
        edition.parameters["min_workdays_in_week"]
        for act in bound(ground.report.acts, ground)
        for requirement in act.requirements
        for edition in requirement.editions
        if "min_workdays_in_week" in edition.parameters
    ]
    try:
        return bool(fewest) and not is_judged(monday, min(fewest), ground.municipality.days_off)
    except CalendarUncoveredError:
        return False


def bound(acts: Iterable[Act], ground: Ground) -> Iterable[Act]:
    return (act for act in acts if act.id in ground.municipality.packs)


def build_rhythm(
    ground: Ground, institution: Institution, page: Page, mondays: Sequence[date]
) -> Rhythm:
    counts = ground.report.weeks.get((page.network, page.address), {})
    return Rhythm(
        institution=ground.names[institution.id],
        anchor=anchor_of(institution),
        place=word("networks", page.network, "title"),
        counts=tuple(counts.get(monday) for monday in mondays),
    )


def build_spread(week: Week, place: int, pages: Sequence[Rhythm]) -> Spread:
    counts = [page.counts[place] for page in pages]

    def pages_with(fits: Callable[[int], bool]) -> int:
        return sum(count is not None and fits(count) for count in counts)

    return Spread(
        week=week,
        none=pages_with(lambda count: count == 0),
        one=pages_with(lambda count: count == 1),
        more=pages_with(lambda count: count > 1),
        unread=counts.count(None),
    )


def silent_in(pages: Sequence[Rhythm], place: int) -> tuple[Who, ...]:
    return tuple(
        Who(f"{page.institution} ({page.place})", page.anchor)
        for page in pages
        if page.counts[place] == 0
    )
