"""What institutions have to settle, as of a moment: derived anew whenever somebody asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from monitor.application import Application
from monitor.cases.history import Nights
from monitor.cases.past import Past
from monitor.storage import statements
from monitor.storage.judged import JudgedNight
from rules.cases.matching import Kinds, kinds_of, speaks_of
from rules.cases.model import (
    CaseState,
    InstitutionAnswer,
    InstitutionCase,
    Recorded,
    Said,
    key_of,
)
from rules.cases.openness import Openness, openness
from rules.cases.replay import Calendar, History, calendar_of, moment_of, replay
from rules.model import Attestation, Finding, Institution, Municipality


class Whole(NamedTuple):
    """What is known of one institution: its newest night, what was found then, its cases."""

    night: JudgedNight | None
    findings: tuple[Finding, ...]
    cases: tuple[InstitutionCase, ...]


@dataclass(frozen=True, slots=True)
class CaseBook:
    """A municipality's cases as of a moment; what its institutions share is looked up once."""

    application: Application
    calendar: Calendar
    kinds: Kinds
    as_of: datetime
    stated: Mapping[str, Sequence[Recorded]]
    past: Past
    settled: bool

    def of(
        self, institution: Institution, as_of: datetime | None = None
    ) -> tuple[InstitutionCase, ...]:
        """As of the book's moment, or of an earlier one."""
        nights = Nights(self.past, institution, as_of or self.as_of)
        return tuple(_of_one(self, institution, nights, as_of or self.as_of))

    def whole(self, institution: Institution) -> Whole:
        """As of the book's moment."""
        nights = Nights(self.past, institution, self.as_of)
        cases = tuple(_of_one(self, institution, nights, self.as_of))
        return Whole(nights.last, nights.newest(), cases)


def book_of(
    application: Application,
    municipality: Municipality,
    as_of: datetime | None = None,
    institutions: Sequence[Institution] | None = None,
    *,
    settled: bool = False,
) -> CaseBook:
    """Open cases; with `settled` also those that no longer are.

    `municipality` as the registry has it: what was stated is looked up here. `as_of`: None is now.
    `institutions`: who alone will be asked for, in this order; None: anybody of the municipality.
    """
    moment = as_of or application.clock()
    calendar = calendar_of(municipality, application.settings.cases.terms)
    return CaseBook(
        application,
        calendar,
        kinds_of(municipality.acts_in(application.acts)),
        moment,
        by_institution(application, municipality, institutions),
        Past(application.engine, institutions or (), moment, calendar),
        settled,
    )


def cases_of(
    application: Application,
    municipality: Municipality,
    as_of: datetime | None = None,
    institutions: Sequence[Institution] | None = None,
    *,
    settled: bool = False,
) -> tuple[InstitutionCase, ...]:
    """As `book_of`, of all institutions in the registry's order, or of those named."""
    members = municipality.institutions if institutions is None else institutions
    return tuple(each_case_of(application, municipality, as_of, members, settled=settled))


def each_case_of(
    application: Application,
    municipality: Municipality,
    as_of: datetime | None,
    members: Sequence[Institution],
    *,
    settled: bool = False,
) -> Iterator[InstitutionCase]:
    """One by one: those of an institution are forgotten when the next one's are worked out."""
    book = book_of(application, municipality, as_of, members, settled=settled)
    return (case for member in members for case in book.of(member))


def by_institution(
    application: Application,
    municipality: Municipality,
    institutions: Sequence[Institution] | None = None,
) -> Mapping[str, Sequence[Recorded]]:
    """All statements, those of the registry's file first, without numbers."""
    members = municipality.institutions if institutions is None else institutions
    alone = members[0].id if institutions is not None and len(members) == 1 else None
    found: defaultdict[str, list[Recorded]] = defaultdict(list)
    for institution in members:
        found[institution.id] += statements_in_file(institution)
    for stated in statements.recorded(application.engine, municipality.id, alone):
        found[stated.institution].append(stated)
    return {name: _once(made) for name, made in found.items()}


def _once(made: Sequence[Recorded]) -> Sequence[Recorded]:
    """What the registry's file has from the record itself is listed with its number only."""
    numbers = {stated.number for stated in made if stated.number is not None}
    return [
        stated
        for stated in made
        if stated.number is not None or getattr(stated.said, "number", None) not in numbers
    ]


def statements_in_file(institution: Institution) -> Iterator[Recorded]:
    """What the registry's file states of an institution."""
    every: tuple[Said, ...] = (
        *institution.attestations,
        *institution.events,
        *institution.waivers,
    )
    for said in every:
        yield Recorded(
            number=None,
            municipality=institution.municipality,
            institution=institution.id,
            said=said,
            since=None,
        )


def _of_one(
    book: CaseBook, institution: Institution, nights: Nights, as_of: datetime
) -> Iterator[InstitutionCase]:
    stated = book.stated[institution.id]
    for finding in nights.newest():
        if openness(finding) is Openness.SETTLED and not book.settled:
            continue
        looks = nights.of(finding, list(_answer_moments(book, finding, stated)))
        case = replay(History(looks, stated, nights.letters), book.kinds, book.calendar, as_of)
        if case and (book.settled or case.state is not CaseState.SETTLED):
            yield case


def _answer_moments(
    book: CaseBook, finding: Finding, stated: Iterable[Recorded]
) -> Iterator[datetime]:
    """When something was said of the case that a later look confirms or not."""
    for each in stated:
        is_answer = isinstance(each.said, InstitutionAnswer | Attestation)
        if is_answer and each.since and speaks_of(each.said, key_of(finding), book.kinds):
            for made in (each, *each.decided):
                yield moment_of(made, book.calendar)


def find_case(
    cases: Iterable[InstitutionCase], requirement: str, page: str | None, about: str | None
) -> InstitutionCase | None:
    """The first that the words mean; a requirement may be told by its number alone, as «6.5»."""
    return next(
        (
            case
            for case in cases
            if requirement in (case.key.requirement, case.key.requirement.rpartition("/")[2])
            and page in (None, case.key.page)
            and about in (None, case.key.about)
        ),
        None,
    )
