"""Terms that end: of which the deputy head is told once, and institutions are reminded of.

Whether something is new to a reader follows from the letter that he had last, so that a crash tells
nothing twice; that it was told is recorded once the letter has gone (`reminders.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cache

from collectors.barrier import barrier
from monitor.application import Application
from monitor.audit.careful import STORES
from monitor.cases.book import each_case_of
from rules.cases.terms import CaseTerm, term_of
from rules.model import Institution, Municipality


class Terms:
    """The terms of municipalities' open cases as of an audit, worked out when somebody asks."""

    def __init__(self, application: Application, as_of: datetime) -> None:
        """`application` as the registries have it: cases look up themselves what was stated."""
        self._application, self.as_of = application, as_of
        self._towns = {town.id: town for town in application.municipalities}
        self._terms = cache(self._worked_out)
        self._by_institution = cache(self._grouped)

    def overdue(self, towns: Collection[str] = ()) -> tuple[CaseTerm, ...]:
        """Those that are over; of all municipalities where none is named."""
        return tuple(
            term
            for town in towns or self._towns
            for term in self._of(town)
            if term.remind_on is None
        )

    def newly_over(self, towns: Collection[str], since: datetime) -> tuple[CaseTerm, ...]:
        """Of these, the terms that ended since a report: its reader was not told."""
        return tuple(
            term
            for term in self.overdue(towns)
            if term.ends_on >= self._day(term.key.municipality, since)
        )

    def to_remind(self, institution: Institution, since: datetime) -> tuple[CaseTerm, ...]:
        """What falls due in a few days, of which a letter of `since` reminded nobody."""
        town = institution.municipality
        then, today = self._day(town, since), self._day(town, self.as_of)
        own = self._by_institution(town).get(institution.id, ())
        return tuple(term for term in own if term.is_ending(then, today))

    def _of(self, town: str) -> Sequence[CaseTerm]:
        found: Sequence[CaseTerm] = self._terms(town)
        return found

    def _grouped(self, town: str) -> Mapping[str, Sequence[CaseTerm]]:
        """Each institution of a region asks for its own."""
        found: defaultdict[str, list[CaseTerm]] = defaultdict(list)
        for term in self._of(town):
            found[term.key.institution].append(term)
        return found

    def _worked_out(self, name: str) -> Sequence[CaseTerm]:
        """A report without it is better than none."""
        town: Municipality | None = self._towns.get(name)
        with barrier("part", "cases", passing=STORES):
            return self._terms_of(town) if town else ()
        return ()

    def _terms_of(self, town: Municipality) -> Sequence[CaseTerm]:
        cases = each_case_of(self._application, town, self.as_of, town.institutions)
        return tuple(filter(None, map(term_of, cases)))

    def _day(self, town: str, moment: datetime) -> date:
        return self._towns[town].day_of(moment)
