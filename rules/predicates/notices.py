"""Notices of created and deleted pages, in working days; a delay is charged to who caused it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from rules.case import Case
from rules.model import Event, Outcome, Severity
from rules.reading import Reading, worst_of
from rules.reasons import Reason
from rules.workdays import add_working_days, working_days_between

SHARE_OF_ONE_DAY = 1  # what is left to the department when an institution uses both its days


def noticed(case: Case, *, to: str, within_workdays: int, after: str = "") -> Reading:
    """Every creation and deletion of the page was told to `to` in time.

    `after` names the recipient whom the institution itself has to tell first (3.2.4 after 3.3.2).
    """
    return worst_of(
        {
            f"{event.kind} {event.on.isoformat()}": _one(case, event, to, within_workdays, after)
            for event in case.events
        }
    )


def _one(case: Case, event: Event, to: str, days: int, after: str) -> Reading:
    due = add_working_days(event.on, days, case.days_off)
    told = _notice(case, event, to)
    in_time = told is not None and told <= due
    excused = bool(after) and not in_time and _is_excused(case, event, told or case.today, after)
    return Reading(
        strict=in_time,
        generous=in_time or excused,
        met=Reason.NOTICE_IN_TIME,
        unmet=Reason.NOTICE_LATE if told else Reason.NOTICE_MISSING,
        between=Reason.NOTICE_DELAYED_BY_OTHER,
        pending=Reason.DEADLINE_NOT_OVER if told is None and case.today <= due else None,
        unseen=Reason.DEADLINE_UNKNOWN if case.in_force_since is None else None,
        worst=Outcome.REVIEW if event.is_estimate else Outcome.FAIL,
        severity=Severity.MINOR if told else None,
        measured={
            "event": event.kind,
            "on": event.on.isoformat(),
            "told_on": told.isoformat() if told else None,
            "due": due.isoformat(),
        },
        required={"within_workdays": days},
        evidence=(),
    )


def _notice(case: Case, event: Event, to: str) -> date | None:
    return first_notice(case.event_log, event, to, case.today)


def first_notice(log: Iterable[Event], event: Event, to: str, today: date) -> date | None:
    """The first notice of this very thing; one that names no event counts for any."""
    found = [
        one.on
        for one in log
        if one.kind == "notice_sent"
        and one.to == to
        and one.page in (None, event.page)
        and one.about in (None, event.kind)
        and one.on <= today
        and one.on >= (event.earliest or event.on)
    ]
    return min(found, default=None)


def _is_excused(case: Case, event: Event, until: date, after: str) -> bool:
    """The institution told too late, or not at all, for the department to keep its term."""
    if case.about is None:
        return False
    known = _notice(case, event, after)
    return known is None or working_days_between(known, until, case.days_off) <= SHARE_OF_ONE_DAY
