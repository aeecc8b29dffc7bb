"""Terms that end: of which the deputy head is told once, and institutions are reminded of.

Whether something is new to a reader follows from the letter that he had last, so that a crash tells
nothing twice; that it was told is recorded once the letter has gone (`reminders.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from collectors.barrier import barrier
from monitor.application import Application
from monitor.audit.careful import STORES
from monitor.cases.book import cases_of
from rules.cases.model import CaseState, InstitutionCase
from rules.model import Institution, Municipality


class Terms:
    """The open cases of municipalities as of an audit, worked out when somebody asks."""

    def __init__(self, application: Application, as_of: datetime) -> None:
        """`application` as the registries have it: cases look up themselves what was stated."""
        self._application, self.as_of = application, as_of
        self._towns = {town.id: town for town in application.municipalities}
        self._cases = lru_cache(maxsize=None)(self._worked_out)
        self._by_institution = lru_cache(maxsize=None)(self._grouped)

    def overdue(self, towns: Collection[str] = ()) -> tuple[InstitutionCase, ...]:
        """Those whose term is over; of all municipalities where none is named."""
        return tuple(
            case
            for town in towns or self._towns
            for case in self._of(town)
            if case.state is CaseState.OVERDUE and case.due
        )

    def newly_over(self, towns: Collection[str], since: datetime) -> tuple[InstitutionCase, ...]:
        """Of these, the terms that ended since a report: its reader was not told."""
        return tuple(
            case
            for case in self.overdue(towns)
            if case.due and case.due.on >= self._day(case.key.municipality, since)
        )

    def to_remind(self, institution: Institution, since: datetime) -> tuple[InstitutionCase, ...]:
        """What falls due in a few days, of which a letter of `since` reminded nobody."""
        town = institution.municipality
        then, today = self._day(town, since), self._day(town, self.as_of)
        own = self._by_institution(town).get(institution.id, ())
        return tuple(case for case in own if is_ending(case, then, today))

    def _of(self, town: str) -> tuple[InstitutionCase, ...]:
        found: tuple[InstitutionCase, ...] = self._cases(town)
        return found

    def _grouped(self, town: str) -> Mapping[str, Sequence[InstitutionCase]]:
        """Each institution of a region asks for its own."""
        found: defaultdict[str, list[InstitutionCase]] = defaultdict(list)
        for case in self._of(town):
            found[case.key.institution].append(case)
        return found

    def _worked_out(self, name: str) -> tuple[InstitutionCase, ...]:
        """A report without it is better than none."""
        town: Municipality | None = self._towns.get(name)
        with barrier("part", "cases", passing=STORES):
            return cases_of(self._application, town, self.as_of) if town else ()
        return ()

    def _day(self, town: str, moment: datetime) -> date:
        return self._towns[town].day_of(moment)


def is_ending(case: InstitutionCase, then: date, today: date) -> bool:
    """Whether the day to remind of a term came after `then`, and the term is not over."""
    if case.state is not CaseState.TO_DO or case.due is None or case.remind_on is None:
        return False
    return then < case.remind_on <= today <= case.due.on
