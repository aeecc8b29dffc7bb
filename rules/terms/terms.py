"""Terms that count from an act's entry into force: unknown without its date, pending before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from collectors.model import Failure, FailureCode
from rules.dossier.case import Case
from rules.law.workdays import add_working_days, deadline_in_days, deadline_in_months
from rules.reading import Reading, reason_of
from rules.reasons import Reason

TERMS = frozenset(("deadline_days", "deadline_workdays", "deadline_months"))


def allow_for_term(case: Case, reading: Reading) -> Reading:
    """The reading as the term of the clause allows it. Raises CalendarUncoveredError."""
    if not _has_term(case):
        return reading
    due = _due(case)
    if due is None:
        return replace(reading, unseen=reading.unseen or Reason.DEADLINE_UNKNOWN)
    if case.today > due:
        return doubt_early_look(case, reading, due)
    measured = {**reading.measured, "due": due.isoformat()}
    otherwise = reason_of(replace(reading, pending=None))
    return replace(
        reading, pending=Reason.DEADLINE_NOT_OVER, otherwise=otherwise, measured=measured
    )


def doubt_early_look(case: Case, reading: Reading, last: date) -> Reading:
    """What was seen within a term cannot prove that it was missed; without a look nothing is."""
    seen_on = read_on(case, reading)
    if seen_on is None or seen_on > last:
        return reading
    return reading.lack(*reading.seen.missing, not_due("page"))


def read_on(case: Case, reading: Reading) -> date | None:
    """The day of the oldest look that the reading rests on; None: it rests on none."""
    moment = reading.seen.read_at or (case.view.read_at if case.page else None)
    return case.day_of(moment) if moment else None


def not_due(what: str) -> Failure:
    """It would have to be seen later than it was."""
    return Failure(FailureCode.NOT_DUE, what)


def is_due(case: Case) -> bool:
    """Whether the clause has no term, or one that is surely over. Raises CalendarUncoveredError."""
    if not _has_term(case):
        return True
    due = _due(case)
    return due is not None and case.today > due


def _has_term(case: Case) -> bool:
    return not TERMS.isdisjoint(case.norm or ())


def _due(case: Case) -> date | None:
    """The last day of the term; None: nobody knows when it began."""
    start, given, off = case.term_starts, case.norm or {}, case.days_off
    if start is None:
        return None
    if "deadline_days" in given:
        return deadline_in_days(start, given["deadline_days"], off)
    if "deadline_workdays" in given:
        return add_working_days(start, given["deadline_workdays"], off)
    return deadline_in_months(start, given["deadline_months"], off)
