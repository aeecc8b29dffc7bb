"""Until when what a wall showed holds: the last day on which no newer look could change it.

Posts only add up (guard G10), so a clause that is met by the posts that are known stays met until
its window leaves them behind; what an ended week, or a silence behind us, has shown stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from rules.dossier.case import Case
from rules.law.workdays import CalendarUncoveredError, monday_of
from rules.predicates.post_counts import WEEK, longest_gap
from rules.reading import READ_ANEW

DAY = timedelta(days=1)


def by_weeks(case: Case, holds: bool, holds_next: Callable[[], bool]) -> date:
    """`holds`: nothing that is published later belongs to the weeks that are judged now, or it
    cannot change what they come to. `holds_next`: the same of those that Monday judges."""
    if not holds:
        return READ_ANEW
    sunday = monday_of(case.today) + WEEK - DAY
    try:
        return sunday + WEEK if holds_next() else sunday
    except CalendarUncoveredError:
        return sunday


def by_silence(
    days: Sequence[date], own: set[date], read_on: date, shown: date | None, longest: int
) -> date:
    """Of the days since the last own one; where an older silence is too long already, of that one.

    `shown`: the newest day with any post at all.
    """
    unread = {day for day in days if day >= read_on}
    if own and longest_gap(days, own) <= longest:
        return max(own) + timedelta(days=longest)
    too_long = longest_gap(days, own | unread) - longest
    if shown is None or too_long <= 0:
        return READ_ANEW
    return min(max(days) + timedelta(days=too_long), shown + timedelta(days=longest))
