"""Posts per page and week: the rows of the heat map, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from collectors import networks
from collectors.model import Page
from reports.ground import Ground, anchor_of, audit_day, standing_of
from reports.model import Writing
from reports.posts_view import Posts, Rhythm, Spread, Week, Who
from reports.standing import Standing
from reports.words import day, day_and_month, percent, phrase, span
from rules.law.force import edition_of
from rules.law.workdays import CalendarUncoveredError, is_judged
from rules.model import Act, Institution

PAGES_SHOWN = 60  # with more, a line a page is no picture any more
SILENT_SHOWN = 8


def build_posts(ground: Ground, pages_shown: int = PAGES_SHOWN) -> Posts | None:
    """Of official pages that somebody has to keep; None where no week of any could be counted."""
    bodies = {one.id: tuple(kept(ground, one)) for one in ground.institutions}
    mondays = known_mondays(ground, [page for one in bodies.values() for page in one])
    if not mondays:
        return None
    weeks = tuple(build_week(ground, monday) for monday in mondays)
    pages = tuple(
        build_rhythm(ground, institution, page, mondays)
        for institution in ground.institutions
        for page in bodies[institution.id]
    )
    written = written_on(ground, [page for one in bodies.values() for page in one])
    spread = tuple(build_spread(week, place, pages) for place, week in enumerate(weeks))
    judged = [place for place, week in enumerate(weeks) if not week.is_short]
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
        reposts=reposts_of(together(written)),
        not_counted=len(pages) - len(written),
    )


def written_on(ground: Ground, pages: Iterable[Page]) -> list[Writing]:
    """Of pages whose posts were read."""
    found = (ground.report.writings.get(page.key) for page in pages)
    return [one for one in found if one is not None]


def together(written: Sequence[Writing]) -> Writing:
    return Writing(
        weeks={},
        last=None,
        recent=sum(one.recent for one in written),
        reposts=sum(one.reposts for one in written),
    )


def kept(ground: Ground, institution: Institution) -> Iterable[Page]:
    """None of a body that is exempt: what it writes, it writes of its own accord."""
    if standing_of(ground, institution).standing is Standing.OUTSIDE:
        return ()
    today = ground.report.audit.as_of.astimezone(ground.zone).date()
    return (page for page in institution.pages if page.role == "official" and page.stands(today))


def known_mondays(ground: Ground, pages: Iterable[Page]) -> list[date]:
    """Every week of which something is known, without a gap, oldest first."""
    weeks = ground.report.weeks
    known = {monday for page in pages for monday in weeks.get(page.key, ())}
    if not known:
        return []
    number = (max(known) - min(known)).days // 7
    return [min(known) + timedelta(weeks=week) for week in range(number + 1)]


def build_week(ground: Ground, monday: date) -> Week:
    return Week(
        label=day_and_month(monday),
        span=span(monday, monday + timedelta(days=6)),
        is_short=is_short(ground, monday),
    )


def is_short(ground: Ground, monday: date) -> bool:
    """As the acts have it that day; a week of an unknown calendar is not called short."""
    editions = [
        edition_of(requirement, monday)
        for act in bound(ground.report.acts, ground)
        for requirement in act.requirements
    ]
    fewest = [
        edition.parameters["min_workdays_in_week"]
        for edition in editions
        if edition and "min_workdays_in_week" in edition.parameters
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
    counts = ground.report.weeks.get(page.key, {})
    writing = ground.report.writings.get(page.key)
    last = writing.last.astimezone(ground.zone).date() if writing and writing.last else None
    return Rhythm(
        institution=ground.names[institution.id],
        anchor=anchor_of(institution),
        place=networks.title(page.network),
        url=page.address,
        counts=tuple(counts.get(monday) for monday in mondays),
        last=day(last) if last else phrase("not_seen"),
        silent=(audit_day(ground) - last).days if last else None,
        others=others_of(ground, writing),
        reposts=reposts_of(writing),
        others_by_week=tuple(bool(writing and writing.others.get(one)) for one in mondays),
    )


def others_of(ground: Ground, writing: Writing | None) -> str:
    """The day of a post by somebody else, where it is newer than the page's own."""
    if writing is None or writing.others_last is None:
        return ""
    is_newer = writing.last is None or writing.others_last > writing.last
    return day(writing.others_last.astimezone(ground.zone).date()) if is_newer else ""


def reposts_of(writing: Writing | None) -> str:
    """Of the weeks that are shown."""
    if writing is None:
        return phrase("not_seen")
    share = percent(writing.reposts, writing.recent)
    return phrase("share", share, str(writing.reposts), str(writing.recent)) if share else "—"


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
        Who(f"{page.institution} ({page.place})", page.anchor, page.others_by_week[place])
        for page in pages
        if page.counts[place] == 0
    )
