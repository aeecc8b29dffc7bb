"""What the age of a page excuses: a new one has time (G03), a doubtful date is a question (G26)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from rules.dossier.case import Case
from rules.model import Outcome
from rules.reading import Reading, reason_of
from rules.reasons import Reason
from rules.terms.terms import doubt_early_look


def allow_for_age(case: Case, grace_days: int | None, reading: Reading) -> Reading:
    """The reading as the page's date of creation allows it."""
    if case.has_date_conflict:
        return replace(
            reading,
            worst=Outcome.REVIEW,
            because=replace(reading.because, unmet=Reason.DATE_CONFLICT),
            otherwise=reading.because.unmet,
        )
    if grace_days is None or case.born is None:
        return reading
    last = case.born + timedelta(days=grace_days - 1)
    if case.today > last:
        return doubt_early_look(case, reading, last)
    dates = {"created_on": case.born.isoformat(), "due": last.isoformat()}
    return replace(
        reading,
        pending=Reason.PAGE_IS_NEW,
        otherwise=reason_of(replace(reading, pending=None)),
        measured={**reading.measured, **dates},
    )
