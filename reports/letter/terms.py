"""The last day of each finding, as its institution is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from reports.counting import Requirements, is_mandatory
from reports.model import Settling
from reports.words import day, phrase
from rules.cases.model import CaseKey, CaseState, Due, InstitutionCase, key_of
from rules.cases.table import OPEN
from rules.model import Finding
from rules.text.sentences import cited

TOLD_HELD = (CaseState.ANSWERED, CaseState.DISPUTED, CaseState.REREADING)


@dataclass(frozen=True, slots=True)
class Terms:
    """Of one institution, on the day of its letter."""

    settling: Settling
    today: date
    requirements: Requirements
    cases: Mapping[CaseKey, InstitutionCase] = field(init=False)

    def __post_init__(self) -> None:
        cases = {case.key: case for case in self.settling.cases}
        object.__setattr__(self, "cases", cases)

    def case(self, finding: Finding) -> InstitutionCase | None:
        """None: it has never been one, or there is nothing to work it out from."""
        return self.cases.get(key_of(finding))

    def is_asked(self, finding: Finding) -> bool:
        """Whether it is the institution's turn: it has not answered, objected or been let off."""
        case = self.case(finding)
        return case is None or case.state in OPEN

    def is_disputed(self, finding: Finding) -> bool:
        """Heard of at once, whatever an operator will decide."""
        case = self.case(finding)
        return finding.disputed or (case is not None and case.state is CaseState.DISPUTED)

    def due(self, finding: Finding) -> Due | None:
        """Whoever was not told yet is told now, and has the whole term."""
        case = self.case(finding)
        if case is None or case.state not in OPEN:
            return None
        told = self.settling.last_days.get(case.key)
        return case.due or (Due(on=told) if told else None)

    def told(self, finding: Finding) -> str:
        due = self.due(finding)
        if due is None:
            return ""
        if due.on < self.today:
            return phrase("term_over", day(due.on), _by(due))
        if not is_mandatory(finding, self.requirements):
            return phrase("term_of_advice", day(due.on))
        return phrase("term", day(due.on), _by(due))

    def told_briefly(self, finding: Finding) -> str:
        """Its last day, or why none runs."""
        case = self.case(finding)
        if case is None or case.state in OPEN:
            return self.told(finding)
        if case.state is CaseState.WAIVED and case.waived_until:
            return phrase("held_waived", day(case.waived_until))
        return phrase(f"held_{case.state}") if case.state in TOLD_HELD else ""


def _by(due: Due) -> str:
    return phrase("term_by_law", cited(due.clause)) if due.clause else ""
