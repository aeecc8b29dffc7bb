"""What a requirement is judged on: the institution, each network, page, other body or event."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from collectors.links import page_in_link
from rules.dossier.bench import Hearing
from rules.dossier.case import Case
from rules.dossier.subjects import not_a_subject
from rules.law.norms import Clause, Kin
from rules.model import Event, Institution

FEWEST_OF_ALL = 2  # networks of a clause that speaks of pages as such
CaseOf = Callable[..., Case]  # a clause held against a dossier: of a page, a network, another body


def cases_of(clause: Clause, kin: Kin, hearing: Hearing) -> Iterator[Case]:
    """One case a finding."""
    requirement = clause.requirement
    norm = hearing.bench.norm(clause, kin, hearing.institution)
    case_of = partial(Case, hearing=hearing, clause=clause, norm=norm, kin=kin)
    match requirement.per:
        case "network":
            networks = (*requirement.networks, *_voluntary(case_of()))
            yield from (_of_network(case_of, network) for network in networks)
        case "page":
            bare = case_of()
            for page in bare.official_pages(*requirement.networks, *_voluntary(bare)):
                yield case_of(network=page.network, page=page)
        case "about":
            yield from _of_others(case_of)
        case "event":
            yield from _of_events(case_of())
        case _:
            yield case_of(network=_only(requirement.networks, requirement.per))


def case_under(case: Case, clause: Clause) -> Case:
    """The same thing held against a clause of another act that asks the same."""
    return replace(
        case,
        clause=clause,
        norm=case.hearing.bench.norm(clause, case.kin, case.institution),
        network=_only(clause.requirement.networks, clause.requirement.per) or case.network,
    )


def _voluntary(bare: Case) -> Sequence[str]:
    """Networks that the clause does not name, and where there is an official page: it is shown how
    that page would fare. A clause about one network is about what only that network has."""
    named = bare.requirement.networks
    if len(named) < FEWEST_OF_ALL:
        return ()
    found = (page.network for page in bare.institution.pages if page.stands(bare.today))
    return sorted({*found} - {*named})


def _of_network(case_of: CaseOf, network: str) -> Case:
    """The finding names the live official page, else the first official one."""
    bare = case_of()
    pages = bare.official_pages(network)
    live = [page for page in pages if bare.look(page).is_open]
    return case_of(network=network, page=next(iter([*live, *pages]), None))


def _of_others(case_of: CaseOf) -> Iterator[Case]:
    """The authority speaks of every other institution; anybody else is no subject, once."""
    bare = case_of()
    if not bare.is_authority:
        yield bare
        return
    for one in bare.municipality.institutions:
        if one.id != bare.institution.id and one.is_active(bare.today):
            yield case_of(about=one.id)


def _of_events(bare: Case) -> Iterator[Case]:
    """One finding a page that was created or deleted, for the authority over all institutions."""
    if not_a_subject(bare.requirement, bare.dossier, bare.today):
        yield bare
        return
    told = bare.requirement.subjects.get("authority")
    members = bare.municipality.institutions if told else (bare.institution,)
    for one in members:
        for address, events in _by_page(one.events, bare).items():
            found = page_in_link(address)
            yield replace(
                bare,
                network=found[0] if found else None,
                event_page=address,
                about=one.id if one.id != bare.institution.id else None,
                events=events,
                event_log=(*one.events, *_own_notices(bare, one, address)),
            )


def _own_notices(bare: Case, institution: Institution, address: str) -> Iterator[Event]:
    """What the authority itself wrote of another's page stands in its own log, as a rule."""
    if institution.id != bare.institution.id:
        yield from (
            event
            for event in bare.institution.events
            if event.kind == "notice_sent" and event.page == address
        )


def _by_page(events: Sequence[Event], bare: Case) -> dict[str, tuple[Event, ...]]:
    """Creations and deletions since the act binds, by page."""
    found: dict[str, tuple[Event, ...]] = {}
    for one in events:
        is_due = one.kind in ("page_created", "page_deleted") and one.on <= bare.today
        if is_due and one.page and one.on >= (bare.in_force_since or one.on):
            found[one.page] = (*found.get(one.page, ()), one)
    return found


def _only(networks: Sequence[str], per: str) -> str | None:
    """An institution's requirement that concerns a single network names it (6.5)."""
    return networks[0] if per == "institution" and len(networks) == 1 else None
