"""Of which cases a statement speaks, and which of them lasts on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from rules.cases.model import (
    CaseKey,
    Decision,
    InstitutionAnswer,
    Recorded,
    Said,
    Verdict,
    Withdrawal,
)
from rules.model import Act, Attestation, Event, Requirement, Waiver

DISPUTES = ("dispute_opened", "dispute_closed")
OF_PREDICATES: Mapping[str, str] = {
    "two_factor": "two_factor",
    "government_mark": "gos_mark",
    "house_style": "style",
    "connected": "pos",
    "act_published": "bulletin",
    "authorised_person": "esia",
}
"""Predicates that ask for a kind of attestation that no pack names."""
IN_PACKS = ("kind", "attested_by")  # parameters by which a pack names one

Kinds = Mapping[str, frozenset[str]]  # requirement → kinds of attestation that answer it


def kinds_of(acts: Iterable[Act]) -> Kinds:
    return {asked.id: _kinds(asked) for act in acts for asked in act.requirements}


def _kinds(asked: Requirement) -> frozenset[str]:
    own = OF_PREDICATES.get(asked.predicate or "")
    named = (edition.parameters.get(name, "") for edition in asked.editions for name in IN_PACKS)
    return frozenset(filter(None, (own, *named)))


def speaks_of(said: Said, key: CaseKey, kinds: Kinds) -> bool:
    """Whether the statement was made of this case, be it of others as well."""
    match said:
        case Decision() | Withdrawal():
            return False
        case Event() if said.kind not in DISPUTES:
            return False
        case InstitutionAnswer(kind="correct_registry", requirement=None):
            return False  # a new telephone puts no other question off
        case Attestation(kind=kind, requirement=None):
            return kind in kinds.get(key.requirement, ()) and _is_at(said, key)
        case Attestation():
            return said.requirement == key.requirement and _is_at(said, key) and _is_of(said, key)
        case Event() | Waiver():  # `about` of an event names another thing
            return said.requirement in (None, key.requirement) and _is_at(said, key)
    return (
        said.requirement in (None, key.requirement)
        and said.network in (None, key.network)
        and _is_at(said, key)
        and _is_of(said, key)
    )


def _is_at(said: Said, key: CaseKey) -> bool:
    """A page beside a requirement of the whole institution is superfluous, and no other thing."""
    page, requirement = getattr(said, "page", None), getattr(said, "requirement", None)
    return page in (None, key.page) or (key.page is None and requirement is not None)


def _is_of(said: Said, key: CaseKey) -> bool:
    return getattr(said, "about", None) in (None, key.about)


# --- what lasts -------------------------------------------------------------------------------


def is_disputed(statements: Sequence[Recorded], on: date) -> bool:
    """`statements`: those of one case. An objection lasts from the day on which it is made until an
    operator rejects or upholds it, or the dispute is closed."""
    found = [
        (began, opens)
        for stated in statements
        if stated.counts(on)
        for began, opens in _dispute(stated, on)
        if began <= on
    ]
    return max(found)[1] if found else False


def _dispute(stated: Recorded, on: date) -> Iterable[tuple[date, bool]]:
    """When it opens a dispute, or closes one (False)."""
    said = stated.said
    if isinstance(said, Event):
        yield said.on, said.kind == "dispute_opened"
    elif isinstance(said, InstitutionAnswer) and said.kind == "disagrees":
        decision = stated.decision(on)
        if decision is None or is_accepted(decision):
            yield stated.since or said.on, True


def is_accepted(decision: Recorded | None) -> bool:
    return _is(decision, "accepted")


def is_upheld(decision: Recorded | None) -> bool:
    return _is(decision, "upheld")


def _is(decision: Recorded | None, verdict: Verdict) -> bool:
    return (
        decision is not None
        and isinstance(decision.said, Decision)
        and decision.said.verdict == verdict
    )


def waived_until(statements: Iterable[Recorded], on: date) -> date | None:
    found = [
        stated.said.until
        for stated in statements
        if isinstance(stated.said, Waiver) and stated.counts(on) and on <= stated.said.until
    ]
    return max(found, default=None)
