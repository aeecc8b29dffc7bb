"""What an institution is written of again: what has changed since its last letter, or falls due.

no letter before ................................. everything is new
new, or open again ............................... told
found otherwise, its last day moved .............. told
put off, rejected, read again and still open ..... told
the day to remind of it, or its last day, came ... told
anything else .................................... named in one line
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from reports.letter.terms import Terms
from rules.cases.model import (
    CaseKey,
    CaseState,
    Decision,
    InstitutionCase,
    Recorded,
    Withdrawal,
    key_of,
)
from rules.cases.table import OPEN
from rules.model import Finding, Waiver


@dataclass(frozen=True, slots=True)
class Written:
    """The last letter: when it went, and how cases stood in the audit that it told of."""

    on: date
    at: datetime
    of: date
    cases: Mapping[CaseKey, InstitutionCase]


@dataclass(frozen=True, slots=True)
class News:
    terms: Terms
    written: Written | None  # None: all is told

    def is_new(self, finding: Finding) -> bool:
        if self.written is None:
            return True
        case = self.terms.case(finding)
        if case is None:
            return self.is_since(finding.since)
        before = self.written.cases.get(key_of(finding))
        if before is None or before.state is CaseState.SETTLED:
            return True
        return _has_changed(before, case) or self._is_ruled(case) or self._falls_due(case)

    def is_since(self, day: date | None) -> bool:
        """Whether the last letter could not tell what has been so since that day."""
        return self.written is None or day is None or day > self.written.of

    def comes_near(self, end: date, notice: timedelta) -> bool:
        """Whether the day that is so long before the end came since the last letter."""
        return self.written is None or self._came(end - notice)

    def _is_ruled(self, case: InstitutionCase) -> bool:
        """Put off, refused or taken back since, whatever day that is dated."""
        assert self.written is not None
        made = (one for stated in case.statements for one in _parts(stated))
        return any(one.at is not None and one.at > self.written.at and _rules(one) for one in made)

    def _falls_due(self, case: InstitutionCase) -> bool:
        """Once on the day to remind, and once when it is over."""
        if case.due is None or case.state not in OPEN:
            return False
        if self._came(case.due.on + timedelta(days=1)):
            return True
        return case.remind_on is not None and self._came(case.remind_on)

    def _came(self, day: date) -> bool:
        assert self.written is not None
        return self.written.on < day <= self.terms.today


def _parts(stated: Recorded) -> Iterator[Recorded]:
    yield stated
    yield from stated.decided
    if stated.withdrawn is not None:
        yield stated.withdrawn


def _rules(made: Recorded) -> bool:
    match made.said:
        case Waiver() | Withdrawal():
            return True
        case Decision(verdict=verdict):
            return verdict == "rejected"
    return False


def _has_changed(before: InstitutionCase, now: InstitutionCase) -> bool:
    if before.finding.outcome is not now.finding.outcome:
        return True
    if before.due is not None and now.due is not None and before.due.on != now.due.on:
        return True
    return _turn(now) != _turn(before) and now.state in (*OPEN, CaseState.WAIVED)


def _turn(case: InstitutionCase) -> CaseState:
    """A term that is over is told on its own day."""
    return CaseState.TO_DO if case.state in OPEN else case.state


def news_of(terms: Terms, zone: ZoneInfo, *, whole: bool) -> News:
    """`whole`: all is told, whatever was told before."""
    settling = terms.settling
    if whole or settling.written_at is None or settling.written_of is None:
        return News(terms, None)
    on, of = (at.astimezone(zone).date() for at in (settling.written_at, settling.written_of))
    cases = {case.key: case for case in settling.written}
    return News(terms, Written(on, settling.written_at, of, cases))
