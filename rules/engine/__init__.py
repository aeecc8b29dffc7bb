"""The law held against a dossier: every clause, every page, one finding each.

The order of decision is that of design.md §2. Guards live here, in `views` and in `attestations`;
predicates compute two bounds and know nothing of them. Pure and deterministic: `as_of` is the
only clock, and the same dossier gives the same findings.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from collectors.model import Evidence, Failure, FailureCode, Page
from rules.dossier import attestations
from rules.dossier.bench import Bench, Hearing
from rules.dossier.case import Case, is_authority
from rules.dossier.cases import cases_of
from rules.dossier.exemptions import Claim
from rules.law.force import Force
from rules.law.workdays import CalendarUncoveredError
from rules.model import (
    Act,
    Attestation,
    Dossier,
    Finding,
    Institution,
    Municipality,
    Outcome,
    Severity,
    Waiver,
)
from rules.predicates import PREDICATES
from rules.reading import Reading, outcome_of, reason_of, unread_as_a_whole
from rules.reasons import Reason
from rules.terms.ages import aged
from rules.terms.binding import not_bound, stricter_duty
from rules.terms.terms import in_time, read_on
from rules.text.sentences import advice, failure_text, failures_text, network_name, sentence

log = logging.getLogger(__name__)

ENGINE_PARAMETERS: Mapping[str, type] = {
    "grace_days": int,
    "deadline_days": int,
    "deadline_workdays": int,
    "deadline_months": int,
    "by_kind": dict,
    "by_category": dict,
}
"""Parameters of an edition that guards read, not the predicate.

`by_kind` and `by_category` hold other values for some: `{ flagship = { min_posts = 5 } }`.
"""

BLAMED = frozenset((Outcome.FAIL, Outcome.REVIEW))
NOT_DUE = "not_due"  # in `measured` of an unknown: what would have to be seen later than it was
NOT_OFFERED = Failure(FailureCode.NOT_OFFERED)


class Verdict(NamedTuple):
    """An outcome with all that its sentence needs.

    A tuple, for it is made with every finding: a frozen dataclass takes three times as long.
    """

    outcome: Outcome
    reason: Reason
    because: str
    severity: Severity
    measured: Mapping[str, Any]
    required: Mapping[str, Any]
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[str, ...] = ()
    read_on: date | None = None


def judge(bench: Bench, dossier: Dossier) -> tuple[Finding, ...]:
    """Findings of one institution, in the acts' order; only of acts that its municipality names."""
    hearing = Hearing(bench, dossier)
    return tuple(
        _finding(case) for clause, kin in bench.law for case in cases_of(clause, kin, hearing)
    )


def judge_alone(dossier: Dossier, acts: Sequence[Act]) -> tuple[Finding, ...]:
    """One institution before a bench of its own: others of its town are not judged with it."""
    return judge(Bench(dossier.municipality, acts, dossier.today), dossier)


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


def _finding(case: Case) -> Finding:
    why = not_bound(case)
    if case.force.refusal:
        return _refused(case, case.force, why)
    if why:
        return _unbound(case, why)
    if stricter := stricter_duty(case):
        return _bound(case, _plain(case, Reason.STRICTER_ELSEWHERE, _named(stricter)))
    return _bound(case, _apply(case))


def _refused(case: Case, force: Force, why: Reason | None) -> Finding:
    """The act binds nobody yet, or no longer: what it would say is shown as a preview."""
    assert force.refusal is not None
    verdict = _plain(case, force.refusal, {"since": _iso(force.since)})
    return _bound(case, verdict, _plain(case, why, _claims(case)) if why else _apply(case))


def _apply(case: Case) -> Verdict:
    """The outcome as if the act were in force."""
    return _safely(case, _decided)


def _safely(case: Case, decide: Callable[[Case], Verdict]) -> Verdict:
    """A broken predicate costs this finding only."""
    try:
        return decide(case)
    except Exception:
        log.exception("predicate %s broke on %s", case.requirement.id, case.institution.key)
        return _plain(case, Reason.PREDICATE_BROKE, outcome=Outcome.ERROR)


def _decided(case: Case) -> Verdict:
    return _closed_by_person(case, _seen(case))


def _seen(case: Case) -> Verdict:
    return _verdict(case, _read(case))


def _unbound(case: Case, why: Reason) -> Finding:
    """Not applicable; what a voluntary page would have got is shown as a preview."""
    verdict = _plain(case, why, _claims(case))
    is_exempt = why in (Reason.EXEMPT_NAMED, Reason.EXEMPT_ON_RECORD)
    networks = (case.network,) if case.network else case.requirement.networks
    if not (is_exempt and case.official_pages(*networks)):
        return _bound(case, verdict)
    preview = _safely(case, _seen)
    return _bound(case, verdict, None if preview.outcome is Outcome.ERROR else preview)


def _claims(case: Case) -> dict[str, Any]:
    return case.exemption.measured | _lender(case) | {"why_not": case.requirement.why_not}


def _lender(case: Case) -> dict[str, str]:
    """The clause that this one refers to for its numbers."""
    nearest = next(iter(case.requirement.inherits), None)
    return {"by_act": nearest.act, "by_clause": nearest.clause} if nearest else {}


def _named(case: Case) -> dict[str, str]:
    return {"by_act": case.act.short_title, "by_clause": case.requirement.clause}


# --- reading ----------------------------------------------------------------------------------


def _read(case: Case) -> Reading:
    """The predicate's reading after the guards that concern every predicate."""
    assert case.norm is not None
    assert case.requirement.predicate is not None
    own = {key: value for key, value in case.norm.items() if key not in ENGINE_PARAMETERS}
    try:
        return _guarded(case, PREDICATES[case.requirement.predicate](case, **own))
    except CalendarUncoveredError as error:
        return _uncovered(error.year)


def _uncovered(year: int) -> Reading:
    return Reading(
        strict=False,
        generous=True,
        met=Reason.CALENDAR_UNCOVERED,
        unmet=Reason.CALENDAR_UNCOVERED,
        unseen=Reason.CALENDAR_UNCOVERED,
        measured={"year": year},
    )


def _guarded(case: Case, reading: Reading) -> Reading:
    if case.requirement.worst is Outcome.REVIEW and reading.worst is not Outcome.REVIEW:
        reading = replace(reading, worst=Outcome.REVIEW)
    if case.requirement.per == "page":
        seen = unread_as_a_whole(reading, case.view.unread)
        reading = aged(case, (case.norm or {}).get("grace_days"), seen)
    reading = in_time(case, reading)
    if case.requirement.exempt_scope and _is_doubtful(case.exemption) and not reading.inapplicable:
        return _claimed(case, reading)
    return _lent(case, reading)


def _lent(case: Case, reading: Reading) -> Reading:
    """A number that the act itself does not name is told with the act that does."""
    if case.norm is None or case.edition is None or not case.edition.borrowed:
        return reading
    if not case.norm.keys() & set(case.edition.borrowed) & case.requirement.norm.keys():
        return reading
    return replace(
        reading,
        notes=(*reading.notes, Reason.NORM_FROM),
        required={**reading.required, **_lender(case)},
    )


def _is_doubtful(exemption: Claim) -> bool:
    """One that is founded never comes here but for the preview, which shows what was seen."""
    return exemption.is_claimed and not exemption.is_founded


def _claimed(case: Case, reading: Reading) -> Reading:
    """An exemption without consent or document: nobody is accused until that is settled (G12)."""
    return replace(
        reading,
        generous=True,
        missing=(),
        unseen=None,
        pending=None,
        between=Reason.EXEMPT_UNFOUNDED,
        measured={**reading.measured, **case.exemption.measured},
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# --- verdicts ---------------------------------------------------------------------------------


def _verdict(case: Case, reading: Reading) -> Verdict:
    outcome, reason = outcome_of(reading), reason_of(reading)
    seen_on = read_on(case, reading)
    fields = _fields(case, reading, seen_on)
    return Verdict(
        outcome=outcome,
        reason=reason,
        because=" ".join(sentence(one, fields) for one in _told(outcome, reason, reading)),
        severity=_severity(case, reading) if outcome in BLAMED else case.requirement.severity,
        measured={**reading.measured, **_waiting(outcome, reading)},
        required=reading.required,
        evidence=_evidence(case, reading),
        notes=tuple(
            sentence(note, fields) for note in (*reading.notes, *_read_earlier(case, seen_on))
        ),
        read_on=seen_on,
    )


def _told(outcome: Outcome, reason: Reason, reading: Reading) -> tuple[Reason, ...]:
    return (reason, *reading.aside) if outcome in BLAMED else (reason,)


def _waiting(outcome: Outcome, reading: Reading) -> dict[str, list[str]]:
    late = [one.detail for one in reading.missing if one.code is FailureCode.NOT_DUE]
    is_told = outcome is Outcome.UNKNOWN and reading.unseen is None
    return {NOT_DUE: late} if late and is_told else {}


def _fields(case: Case, reading: Reading, seen_on: date | None) -> _Fields:
    told = {**reading.measured, **reading.required, "read_on": _iso(seen_on)}
    fields = _Fields(case, told, reading.missing)
    fields["otherwise"] = sentence(reading.otherwise, fields) if reading.otherwise else None
    return fields


def _severity(case: Case, reading: Reading) -> Severity:
    """How bad, as the predicate saw it; but a recommendation stays one, whatever was seen."""
    if case.requirement.nature == "recommended":
        return case.requirement.severity
    return reading.severity or case.requirement.severity


def _plain(
    case: Case,
    reason: Reason,
    measured: Mapping[str, Any] | None = None,
    outcome: Outcome = Outcome.NOT_APPLICABLE,
) -> Verdict:
    """A verdict that rests on the act or the registry alone."""
    return Verdict(
        outcome=outcome,
        reason=reason,
        because=sentence(reason, _Fields(case, measured or {})),
        severity=case.requirement.severity,
        measured={},
        required={},
    )


class _Fields(dict[str, Any]):
    """What a sentence may name: what was told, and whatever else it asks the case for.

    Most sentences name one field or two, and a night has hundreds of thousands of them.
    """

    def __init__(self, case: Case, told: Mapping[str, Any], missing: Iterable[Failure] = ()):
        super().__init__(told)
        self.case, self.missing = case, missing

    def __missing__(self, name: str) -> Any:
        return CASE_TELLS[name](self)


CASE_TELLS: Mapping[str, Callable[[_Fields], Any]] = {
    "clause": lambda one: one.case.requirement.clause,
    "act": lambda one: one.case.act.short_title,
    "network": lambda one: network_name(one.case.network or one.get("in_network")),
    "failure": lambda one: (
        failures_text(one.missing or _page_failure(one.case)) or failure_text(NOT_OFFERED)
    ),
    "page": lambda one: one.case.page.address if one.case.page else None,
    "freshness_days": lambda one: one.case.dossier.freshness_days,
    "created_on": lambda one: _iso(one.case.told_birth) if one.case.page else None,
}


def _page_failure(case: Case) -> tuple[Failure, ...]:
    failure = case.view.failure if case.page else None
    return (failure,) if failure else ()


def _read_earlier(case: Case, seen_on: date | None) -> tuple[Reason, ...]:
    """A page that was not due tonight is judged on an earlier look, and its date is printed."""
    return () if seen_on in (None, case.today) else (Reason.READ_EARLIER,)


def _evidence(case: Case, reading: Reading) -> tuple[Evidence, ...]:
    shown = reading.evidence
    if shown is None:
        shown = case.view.evidence if case.page else ()
    return case.hearing.distinct(shown)


def _closed_by_person(case: Case, verdict: Verdict) -> Verdict:
    """A review that an entitled person answered does not come back every night."""
    if verdict.outcome is not Outcome.REVIEW:
        return verdict
    address = case.page.address if case.page else case.event_page
    answer = attestations.closing(case.dossier, case.requirement, address, case.about, case.today)
    return _answered(case, verdict, answer) if answer else verdict


def _answered(case: Case, verdict: Verdict, answer: Attestation) -> Verdict:
    said = attestations.Statement(answer, None).measured
    return verdict._replace(
        outcome=Outcome.PASS if answer.outcome == "pass" else Outcome.FAIL,
        reason=Reason.CLOSED_BY_PERSON,
        because=sentence(
            Reason.CLOSED_BY_PERSON, _Fields(case, {**said, "question": verdict.because})
        ),
        measured={**verdict.measured, **said},
    )


# --- findings ---------------------------------------------------------------------------------


def _bound(case: Case, verdict: Verdict, preview: Verdict | None = None) -> Finding:
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
    fields = _Fields(case, {**verdict.measured, **verdict.required, "usual": usual})
    return advice(verdict.reason, fields) or usual


def _waiver(case: Case, address: str | None) -> Waiver | None:
    waivers = case.institution.waivers
    return attestations.waiver(waivers, case.requirement, address, case.today)


def _is_disputed(case: Case, address: str | None) -> bool:
    events = case.institution.events
    return attestations.is_disputed(events, case.requirement, address, case.today)
