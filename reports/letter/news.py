"""What an institution is written of again: what has changed since its last letter, or falls due.

no letter before ................................. everything is new
new, or open again ............................... told
found otherwise, its last day moved .............. told
put off, rejected, read again and still open ..... told
the day to remind of it, or its last day, came ... told
anything else .................................... named in one line
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from reports.letter.terms import Terms
from rules.cases.model import CaseKey, CaseState, InstitutionCase, key_of
from rules.cases.table import OPEN
from rules.model import Finding


@dataclass(frozen=True, slots=True)
class News:
    terms: Terms
    written_on: date | None
    written: Mapping[CaseKey, InstitutionCase]

    def is_new(self, finding: Finding) -> bool:
        case = self.terms.case(finding)
        if self.written_on is None:
            return True
        if case is None:
            return self.is_since(finding.since)
        before = self.written.get(key_of(finding))
        if before is None or before.state is CaseState.SETTLED:
            return True
        return _has_changed(before, case) or self._falls_due(case)

    def is_since(self, day: date | None) -> bool:
        """Whether that day was not yet over when the last letter went."""
        return self.written_on is None or day is None or day >= self.written_on

    def comes_near(self, end: date, notice: timedelta) -> bool:
        """Whether the day that is so long before the end came since the last letter."""
        return self.written_on is None or self._came(end - notice)

    def _falls_due(self, case: InstitutionCase) -> bool:
        """Once on the day to remind, and once when it is over."""
        if case.due is None or case.state not in OPEN:
            return False
        is_over = self._came(case.due.on) and case.due.on < self.terms.today
        return is_over or (case.remind_on is not None and self._came(case.remind_on))

    def _came(self, day: date) -> bool:
        assert self.written_on is not None
        return self.written_on < day <= self.terms.today


def _has_changed(before: InstitutionCase, now: InstitutionCase) -> bool:
    if before.finding.outcome is not now.finding.outcome:
        return True
    if before.due is not None and now.due is not None and before.due.on != now.due.on:
        return True
    return _turn(now) != _turn(before) and now.state in (*OPEN, CaseState.WAIVED)


def _turn(case: InstitutionCase) -> CaseState:
    """A term that is over is told on its own day."""
    return CaseState.TO_DO if case.state in OPEN else case.state


def news_of(terms: Terms, written_on: date | None) -> News:
    """`written_on`: the day of its last letter; None: it is told all."""
    return News(terms, written_on, {case.key: case for case in terms.settling.written})
