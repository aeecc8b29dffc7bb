"""Clauses that no machine can see: a person's word, or the ЦУР's table."""

from __future__ import annotations

from dataclasses import replace

from rules.dossier.absences import absence
from rules.dossier.attestations import Statement
from rules.dossier.case import Case
from rules.law.workdays import add_months
from rules.model import Outcome
from rules.reading import NO_EVIDENCE, Because, Bounds, Reading, worst_of
from rules.reasons import Reason


def attested(case: Case, *, kind: str, needs_page: bool = False) -> Reading:
    """The answer of an entitled person: yes is pass, an admission is fail, silence is unknown."""
    if needs_page and _surely_no_page(case):
        return _from_statement(case.statement(kind), inapplicable=Reason.NO_PAGE_TO_JUDGE)
    return _from_statement(case.statement(kind))


def never_fails(
    case: Case, *, kind: str, ended_by: list[str] | None = None, event: str = ""
) -> Reading:
    """As `attested`, for a duty on which nobody is accused; an entry of the log confirms too."""
    logged = [
        one.on
        for one in case.institution.events
        if event and one.kind == event and one.on <= case.today <= add_months(one.on, 12)
    ]
    said = case.statement(kind, ended_by=ended_by or ())
    reading = _from_statement(said, worst=Outcome.REVIEW)
    if not logged or said.confirms:
        return reading
    measured = {"on": max(logged).isoformat()}
    return replace(
        reading,
        bounds=replace(reading.bounds, strict=True),
        because=replace(reading.because, met=Reason.LOGGED),
        measured=measured,
    )


def two_factor(case: Case) -> Reading:
    """Every official page of the network: all who manage it have confirmed their second factor."""
    pages = case.official_pages(case.network or "")
    if _surely_no_page(case):
        return _from_statement(Statement(), inapplicable=Reason.NO_PAGE_TO_JUDGE)
    return (
        worst_of({page.address: _two_factor(case, page.address) for page in pages})
        if pages
        else _two_factor(case, None)
    )


def _two_factor(case: Case, page: str | None) -> Reading:
    statement = case.statement("two_factor", page, ended_by=("admin_changed",))
    count, of = (
        (statement.attestation.count, statement.attestation.of)
        if statement.attestation
        else (None, None)
    )
    everybody = bool(count) and count == of
    counted = count is not None and of is not None
    agree = bool(of) and (count or 0) <= (of or 0)
    return Reading(
        bounds=Bounds(strict=statement.confirms and everybody, generous=statement.confirms),
        because=Because(
            met=Reason.TWO_FACTOR_ATTESTED,
            unmet=Reason.NOT_CONFIRMED,
            between=Reason.TWO_FACTOR_PARTLY if counted else Reason.TWO_FACTOR_UNCOUNTED,
        ),
        unseen=statement.refusal,
        measured={
            **statement.measured,
            "count": count,
            "of": of,
            **({"managers": of} if agree else {}),
        },
        seen=NO_EVIDENCE,
    )


def _from_statement(
    said: Statement, inapplicable: Reason | None = None, worst: Outcome = Outcome.FAIL
) -> Reading:
    return Reading(
        bounds=Bounds(strict=said.confirms, generous=said.confirms),
        because=Because(met=Reason.ATTESTED, unmet=Reason.NOT_CONFIRMED),
        unseen=said.refusal,
        inapplicable=inapplicable,
        worst=worst,
        measured=said.measured,
        seen=NO_EVIDENCE,
    )


def _surely_no_page(case: Case) -> bool:
    """Nothing registered, and the absence confirmed in every network that the clause names."""
    networks = case.requirement.networks
    return not case.official_pages(*networks) and all(
        absence(case, network).refusal is None for network in networks
    )


def exemption(case: Case) -> Reading:
    """The right not to have pages: on record with its ground, consent and document, or named."""
    found = case.exemption
    return Reading(
        bounds=Bounds(strict=found.is_founded, generous=found.is_claimed),
        because=Because(
            met=Reason.EXEMPT_NAMED if found.is_named else Reason.EXEMPT_ON_RECORD,
            unmet=Reason.EXEMPT_UNFOUNDED,
        ),
        inapplicable=None if found.is_claimed else Reason.NOT_AMONG_EXEMPT,
        measured=found.measured,
        seen=NO_EVIDENCE,
    )
