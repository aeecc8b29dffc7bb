"""What institutions have to settle, as of a moment: derived anew whenever somebody asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.application import Application
from monitor.cases.history import Nights
from monitor.storage import judged, statements
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


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What the institutions of a municipality share while their cases are worked out."""

    application: Application
    calendar: Calendar
    kinds: Kinds
    as_of: datetime
    settled: bool


def cases_of(
    application: Application,
    municipality: Municipality,
    as_of: datetime | None = None,
    institutions: Sequence[Institution] | None = None,
    *,
    settled: bool = False,
) -> tuple[InstitutionCase, ...]:
    """Open cases in the registry's order; with `settled` also those that no longer are.

    `municipality` as the registry has it: what was stated is looked up here. `as_of`: None is now.
    """
    shelf = _Shelf(
        application,
        calendar_of(municipality, application.settings.cases.terms),
        kinds_of(municipality.acts_in(application.acts)),
        as_of or application.clock(),
        settled,
    )
    stated = by_institution(application, municipality)
    members = municipality.institutions if institutions is None else institutions
    return tuple(
        case for member in members for case in _of_one(shelf, member, stated.get(member.id, ()))
    )


def by_institution(
    application: Application, municipality: Municipality
) -> Mapping[str, Sequence[Recorded]]:
    """All statements, those of the registry's file first, without numbers."""
    found: defaultdict[str, list[Recorded]] = defaultdict(list)
    for institution in municipality.institutions:
        found[institution.id] += written(institution)
    for stated in statements.recorded(application.engine, municipality.id):
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


def written(institution: Institution) -> Iterator[Recorded]:
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
    shelf: _Shelf, institution: Institution, stated: Sequence[Recorded]
) -> Iterator[InstitutionCase]:
    engine = shelf.application.engine
    nights = Nights(engine, institution, shelf.as_of, shelf.calendar)
    letters = judged.letters_to(engine, institution)
    for finding in nights.newest():
        if openness(finding) is Openness.SETTLED and not shelf.settled:
            continue
        looks = nights.of(finding, list(_answered(shelf, finding, stated)))
        case = replay(History(looks, stated, letters), shelf.kinds, shelf.calendar, shelf.as_of)
        if case and (shelf.settled or case.state is not CaseState.SETTLED):
            yield case


def _answered(shelf: _Shelf, finding: Finding, stated: Iterable[Recorded]) -> Iterator[datetime]:
    """When something was said of the case that a later look confirms or not."""
    for each in stated:
        is_answer = isinstance(each.said, InstitutionAnswer | Attestation)
        if is_answer and each.since and speaks_of(each.said, key_of(finding), shelf.kinds):
            for made in (each, *each.decided):
                yield moment_of(made, shelf.calendar)


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
