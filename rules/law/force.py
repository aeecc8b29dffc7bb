"""Whether an act binds as of a date, and in which wording (guard G13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rules.model import Act, ActStatus, Edition, Municipality, Requirement
from rules.reasons import Reason

_REFUSED = {"draft": Reason.ACT_DRAFT, "repealed": Reason.ACT_REPEALED}


@dataclass(frozen=True, slots=True)
class Force:
    """`refusal` says why the act does not bind; `entered` is the date that deadlines count from."""

    refusal: Reason | None
    since: date | None
    entered: date | None


def force_of(act: Act, municipality: Municipality, on: date) -> Force:
    """The registry knows better than the act's file; without a date an act binds from signing."""
    told = municipality.acts.get(act.id, ActStatus())
    entered = told.effective_date or act.effective_date
    since = entered or act.signed_on
    refusal = _REFUSED.get(told.status or act.status)
    if refusal is None and since is not None and on < since:
        refusal = Reason.ACT_NOT_YET_IN_FORCE
    return Force(refusal, since, entered)


def edition_of(requirement: Requirement, on: date) -> Edition | None:
    """The wording of that date; None before the first and after the last one."""
    found = [edition for edition in requirement.editions if edition.is_in_force(on)]
    return max(found, key=lambda edition: edition.since, default=None)
