"""What a predicate says of a case, after the guards that concern every predicate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rules.dossier.case import Case
from rules.dossier.exemptions import Claim
from rules.law.workdays import CalendarUncoveredError
from rules.model import Outcome
from rules.predicates import PREDICATES
from rules.reading import Because, Bounds, Reading, tell_unread
from rules.reasons import Reason
from rules.terms.ages import allow_for_age
from rules.terms.terms import allow_for_term

ENGINE_PARAMETERS: Mapping[str, type] = {
    "grace_days": int,
    "deadline_days": int,
    "deadline_workdays": int,
    "deadline_months": int,
    "by_kind": dict,
    "by_category": dict,
}
"""Parameters of an edition that guards read, not the predicate.

`by_kind` and `by_category` hold other values for some: `{ flagship = { min_posts = 5 } }`.
"""


def read(case: Case) -> Reading:
    """The predicate's reading after the guards that concern every predicate."""
    assert case.norm is not None
    assert case.requirement.predicate is not None
    own = {key: value for key, value in case.norm.items() if key not in ENGINE_PARAMETERS}
    try:
        return _guard(case, PREDICATES[case.requirement.predicate](case, **own))
    except CalendarUncoveredError as error:
        return _without_calendar(error.year)


def _without_calendar(year: int) -> Reading:
    return Reading(
        bounds=Bounds(strict=False, generous=True),
        because=Because(met=Reason.CALENDAR_UNCOVERED, unmet=Reason.CALENDAR_UNCOVERED),
        unseen=Reason.CALENDAR_UNCOVERED,
        measured={"year": year},
    )


def _guard(case: Case, reading: Reading) -> Reading:
    if case.requirement.worst is Outcome.REVIEW and reading.worst is not Outcome.REVIEW:
        reading = replace(reading, worst=Outcome.REVIEW)
    if case.requirement.per == "page":
        seen = tell_unread(reading, case.view.unread)
        reading = allow_for_age(case, (case.norm or {}).get("grace_days"), seen)
    reading = allow_for_term(case, reading)
    if case.requirement.exempt_scope and _is_doubtful(case.exemption) and not reading.inapplicable:
        return _ask_of_claim(case, reading)
    return _name_lender(case, reading)


def _name_lender(case: Case, reading: Reading) -> Reading:
    """A number that the act itself does not name is told with the act that does."""
    if case.norm is None or case.edition is None or not case.edition.borrowed:
        return reading
    if not case.norm.keys() & set(case.edition.borrowed) & case.requirement.norm.keys():
        return reading
    return replace(
        reading,
        notes=(*reading.notes, Reason.NORM_FROM),
        required={**reading.required, **lender(case)},
    )


def _is_doubtful(exemption: Claim) -> bool:
    """One that is founded never comes here but for the preview, which shows what was seen."""
    return exemption.is_claimed and not exemption.is_founded


def _ask_of_claim(case: Case, reading: Reading) -> Reading:
    """An exemption without consent or document: nobody is accused until that is settled (G12)."""
    return replace(
        reading.ask(Reason.EXEMPT_UNFOUNDED).lack(),
        unseen=None,
        pending=None,
        measured={**reading.measured, **case.exemption.measured},
    )


def lender(case: Case) -> dict[str, str]:
    """The clause that this one refers to for its numbers."""
    nearest = next(iter(case.requirement.inherits), None)
    return {"by_act": nearest.act, "by_clause": nearest.clause} if nearest else {}
