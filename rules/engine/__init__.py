"""The law held against a dossier: every clause, every page, one finding each.

The order of decision is that of design.md §2. Guards live in `guards`, in `terms/` and in
`dossier/`; predicates compute two bounds and know nothing of them. Pure and deterministic: `as_of`
is the only clock, and the same dossier gives the same findings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from collectors.barrier import barrier
from collectors.model import Address, Page
from rules.dossier import attestations
from rules.dossier.bench import Bench, Hearing
from rules.dossier.case import Case, is_authority
from rules.dossier.cases import cases_of
from rules.engine.guards import ENGINE_PARAMETERS, lender, read
from rules.engine.verdicts import (
    BLAMED,
    NOT_DUE,
    Fields,
    Verdict,
    close,
    iso,
    plain,
    verdict_of,
)
from rules.law.force import Force
from rules.model import (
    Act,
    Dossier,
    Finding,
    Institution,
    Municipality,
    Outcome,
    Requirement,
    Waiver,
)
from rules.reasons import Reason
from rules.terms.binding import not_bound, stricter_duty
from rules.text.sentences import advice, sentence

__all__ = [
    "ENGINE_PARAMETERS",
    "NOT_DUE",
    "Heard",
    "declared_pages",
    "hear",
    "judge",
    "judge_alone",
    "unjudged",
]


class JudgedInstitution(NamedTuple):
    """`good_until`: of each page whose wall a clause looks at, the last local day on which no newer
    look at it could change what was found; of a page that stands not there, no wall was asked."""

    findings: tuple[Finding, ...]
    good_until: Mapping[Address, date]


def hear(bench: Bench, dossier: Dossier) -> JudgedInstitution:
    """Findings of one institution, in the acts' order; only of acts that its municipality names."""
    hearing = Hearing(bench, dossier)
    found = tuple(
        _finding_of(case) for clause, kin in bench.law for case in cases_of(clause, kin, hearing)
    )
    return JudgedInstitution(found, hearing.good_until)


def judge(bench: Bench, dossier: Dossier) -> tuple[Finding, ...]:
    """As `hear`, the findings alone."""
    return hear(bench, dossier).findings


def judge_alone(dossier: Dossier, acts: Sequence[Act]) -> tuple[Finding, ...]:
    """One institution before a bench of its own: others of its town are not judged with it."""
    return judge(Bench(dossier.municipality, acts, dossier.today), dossier)


def unjudged(institution: Institution, acts: Sequence[Act]) -> tuple[Finding, ...]:
    """What is left to say of one on which `judge` itself broke: nothing of it is known."""
    return tuple(
        _unjudged_finding(institution, requirement)
        for act in acts
        for requirement in act.requirements
        if requirement.predicate is not None
    )


def _unjudged_finding(institution: Institution, requirement: Requirement) -> Finding:
    return Finding(
        institution=institution.id,
        municipality=institution.municipality,
        requirement=requirement.id,
        clause=requirement.clause,
        outcome=Outcome.UNKNOWN,
        severity=requirement.severity,
        reason=str(Reason.PREDICATE_BROKE),
        because=sentence(Reason.PREDICATE_BROKE, {"clause": requirement.clause}),
    )


def declared_pages(
    institution: Institution, municipality: Municipality, acts: Sequence[Act]
) -> tuple[Page, ...]:
    """Pages that an act itself names as the authority's: read as if they were registered."""
    if not is_authority(municipality, institution):
        return ()
    fixed = [
        edition.parameters.get("addresses", {})
        for act in acts
        if act.id in municipality.packs
        for requirement in act.requirements
        for edition in requirement.editions
        if requirement.predicate == "fixed_pages"
    ]
    named = {item for addresses in fixed for item in addresses.items()}
    return tuple(
        Page(institution=institution.key, network=network, address=address)
        for network, address in sorted(named)
    )


# --- one finding ------------------------------------------------------------------------------


def _finding_of(case: Case) -> Finding:
    """A guard that breaks costs this finding only."""
    with barrier("institution", _place(case)):
        return _finding(case)
    return replace(
        _unjudged_finding(case.institution, case.requirement),
        network=case.network,
        page=case.page.address if case.page else case.event_page,
        about=case.about,
        outcome=Outcome.ERROR,
    )


def _place(case: Case) -> str:
    return f"{case.institution.key}, {case.requirement.id}"


def _finding(case: Case) -> Finding:
    why = not_bound(case)
    if case.force.refusal:
        return _not_in_force(case, case.force, why)
    if why:
        return _not_binding(case, why)
    if stricter := stricter_duty(case):
        return _bind(case, plain(case, Reason.STRICTER_ELSEWHERE, _duty_fields(stricter)))
    return _bind(case, _apply(case))


def _not_in_force(case: Case, force: Force, why: Reason | None) -> Finding:
    """The act binds nobody yet, or no longer: what it would say is shown as a preview."""
    assert force.refusal is not None
    verdict = plain(case, force.refusal, {"since": iso(force.since)})
    return _bind(case, verdict, plain(case, why, _claim_fields(case)) if why else _apply(case))


def _apply(case: Case) -> Verdict:
    """The outcome as if the act were in force."""
    return _safely(case, _decide)


def _safely(case: Case, decide: Callable[[Case], Verdict]) -> Verdict:
    """A broken predicate costs this finding only."""
    with barrier("institution", _place(case)):
        return decide(case)
    return plain(case, Reason.PREDICATE_BROKE, outcome=Outcome.ERROR)


def _decide(case: Case) -> Verdict:
    return close(case, _weigh(case))


def _weigh(case: Case) -> Verdict:
    return verdict_of(case, read(case))


def _not_binding(case: Case, why: Reason) -> Finding:
    """Not applicable; what a voluntary page would have got is shown as a preview."""
    verdict = plain(case, why, _claim_fields(case))
    is_exempt = why in (Reason.EXEMPT_NAMED, Reason.EXEMPT_ON_RECORD)
    networks = (case.network,) if case.network else case.requirement.networks
    is_kept = case.is_voluntary or (is_exempt and bool(case.official_pages(*networks)))
    if not is_kept:
        return _bind(case, verdict)
    preview = _safely(case, _weigh)
    return _bind(case, verdict, None if preview.outcome is Outcome.ERROR else preview)


def _claim_fields(case: Case) -> dict[str, Any]:
    return case.exemption.measured | lender(case) | {"why_not": case.requirement.why_not}


def _duty_fields(case: Case) -> dict[str, str]:
    return {"by_act": case.act.short_title, "by_clause": case.requirement.clause}


# --- findings ---------------------------------------------------------------------------------


def _bind(case: Case, verdict: Verdict, preview: Verdict | None = None) -> Finding:
    """With a preview the finding shows what that rests on."""
    blames = verdict.outcome in BLAMED
    address = case.page.address if case.page else case.event_page
    shown = preview or verdict
    return Finding(
        institution=case.institution.id,
        municipality=case.dossier.municipality.id,
        requirement=case.requirement.id,
        clause=case.requirement.clause,
        network=case.network,
        page=address,
        about=case.about,
        page_id=case.view.page_id if case.page else None,
        outcome=verdict.outcome,
        severity=verdict.severity,
        reason=str(verdict.reason),
        because=verdict.because,
        measured=shown.measured,
        required=shown.required,
        remedy=_remedy(case, verdict) if blames else None,
        evidence=shown.evidence,
        preview=preview.outcome if preview else None,
        preview_because=preview.because if preview else None,
        waiver=_waiver(case, address) if verdict.outcome is Outcome.FAIL else None,
        disputed=blames and _is_disputed(case, address),
        notes=verdict.notes,
        read_on=shown.read_on,
    )


def _remedy(case: Case, verdict: Verdict) -> str:
    """What the reason asks for; where it says nothing of its own, what the clause advises."""
    usual = case.requirement.advice
    fields = Fields(case, {**verdict.measured, **verdict.required, "usual": usual})
    return advice(verdict.reason, fields) or usual


def _waiver(case: Case, address: str | None) -> Waiver | None:
    waivers = case.institution.waivers
    return attestations.waiver(waivers, case.requirement, address, case.today)


def _is_disputed(case: Case, address: str | None) -> bool:
    events = case.institution.events
    return attestations.is_disputed(events, case.requirement, address, case.today)
