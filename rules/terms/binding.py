"""Whether a clause binds an institution by itself, or another act's duty stands for it."""

from __future__ import annotations

from rules.dossier.case import Case
from rules.dossier.cases import case_under
from rules.dossier.subjects import not_a_subject
from rules.law.norms import asks_no_less
from rules.law.workdays import CalendarUncoveredError
from rules.reasons import Reason
from rules.terms.terms import is_due


def not_bound(case: Case) -> Reason | None:
    """Why the requirement does not concern the institution, if so."""
    if why := not_a_subject(case.requirement, case.dossier, case.today):
        return why
    if case.requirement.predicate is None:
        return Reason.NOT_CHECKABLE
    if case.edition is None:
        return Reason.EDITION_NOT_IN_FORCE
    if case.norm is None:
        return Reason.INHERITED_NOT_IN_FORCE
    if case.is_voluntary:
        return Reason.PAGE_VOLUNTARY
    if case.requirement.exempt_scope is None or not case.exemption.is_founded:
        return None
    return Reason.EXEMPT_NAMED if case.exemption.is_named else Reason.EXEMPT_ON_RECORD


# --- several acts that ask the same ------------------------------------------------------------


def stricter_duty(case: Case) -> Case | None:
    """The duty of another act that asks no less here, so that this one need not be told."""
    best = case
    for clause in case.kin if case.requirement.nature == "mandatory" else ():
        other = case_under(case, clause)
        if _demands(other) and _goes_before(other, best):
            best = other
    return None if best is case else best


def _demands(case: Case) -> bool:
    """A duty in force for this very thing, its term over: only such a one may stand for others."""
    one = case.requirement
    is_apart = one.per in ("page", "network") and case.network not in one.networks
    if one.nature != "mandatory" or is_apart:
        return False
    if case.force.refusal or not_bound(case):
        return False
    try:
        return is_due(case)
    except CalendarUncoveredError:
        return False


def _goes_before(case: Case, other: Case) -> bool:
    """The stricter one; of equals the one that builds on the other, else the first named."""
    assert case.norm is not None
    assert other.norm is not None
    if not asks_no_less(case.requirement, case.norm, other.requirement, other.norm):
        return False
    if not asks_no_less(other.requirement, other.norm, case.requirement, case.norm):
        return True
    return _nearness(case) > _nearness(other)


def _nearness(case: Case) -> tuple[int, int]:
    places = [one.requirement.id for one in case.kin]
    return len(case.requirement.inherits), -places.index(case.requirement.id)
