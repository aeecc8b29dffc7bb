"""By when a case is to be settled: the administration's own term, or the law's where it has one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from rules.cases.model import CaseKey, CaseState, Due, InstitutionCase
from rules.law.workdays import (
    CalendarUncoveredError,
    add_working_days,
    is_working_day,
    working_days_between,
)
from rules.model import Finding, Outcome
from rules.reasons import Reason

OF_THE_LAW = frozenset({Reason.DEADLINE_NOT_OVER, Reason.NOTICE_MISSING})
"""Reasons that tell of a term that an act sets; its last day is `due` among what is measured."""


@dataclass(frozen=True, slots=True)
class CaseTerms:
    """Working days from the day on which an institution is told, by severity."""

    workdays: Mapping[str, int] = field(
        default_factory=lambda: {"critical": 5, "major": 10, "minor": 20, "advisory": 30}
    )
    remind_workdays: int = 3

    def of(self, finding: Finding) -> int | None:
        """None: what is only for information has no term."""
        return self.workdays.get(finding.severity)


@dataclass(frozen=True, slots=True)
class CaseTerm:
    """By when a case is to be settled: of a region's cases no more than this fits in memory."""

    key: CaseKey
    ends_on: date
    remind_on: date | None  # None: it is over

    def is_ending(self, then: date, today: date) -> bool:
        """Whether the day to remind of it came after `then`, and it is not over."""
        return self.remind_on is not None and then < self.remind_on <= today <= self.ends_on


def term_of(case: InstitutionCase) -> CaseTerm | None:
    """None: no term of it runs, nor is one over."""
    if case.due is None:
        return None
    if case.state is CaseState.OVERDUE:
        return CaseTerm(case.key, case.due.on, None)
    is_running = case.state is CaseState.TO_DO and case.remind_on is not None
    return CaseTerm(case.key, case.due.on, case.remind_on) if is_running else None


def due_by_law(finding: Finding) -> Due | None:
    """The term that the clause itself sets, while it runs or after it was missed."""
    if finding.reason not in OF_THE_LAW or finding.outcome not in (Outcome.PENDING, Outcome.FAIL):
        return None
    written = finding.measured.get("due")
    return Due(on=date.fromisoformat(written), clause=finding.clause) if written else None


def last_day(told_on: date, workdays: int, days_off: tuple[date, ...]) -> date | None:
    """None where the calendar of that year is not known: nobody is overdue by a guess."""
    try:
        return add_working_days(told_on, workdays, days_off)
    except CalendarUncoveredError:
        return None


def prolonged(
    due: date | None, held_on: date, back_on: date, days_off: tuple[date, ...]
) -> date | None:
    """A term that stood still from one day to another: what was left of it then is left now.

    Whoever answered in time has at least the next working day.
    """
    if due is None or held_on > due:
        return due
    try:
        left = max(1, working_days_between(held_on, due, days_off))
    except CalendarUncoveredError:
        return None
    again = last_day(back_on, left, days_off)
    return None if again is None else max(due, again)


def reminding_day(due: date, workdays: int, days_off: tuple[date, ...]) -> date | None:
    """The day that has so many working days after it up to the last one."""
    day, left = due, workdays
    try:
        while left > 0:
            left -= is_working_day(day, days_off)
            day -= timedelta(days=1)
    except CalendarUncoveredError:
        return None
    return day
