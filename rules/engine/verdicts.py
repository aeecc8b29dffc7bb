"""An outcome and its sentence: what a reading, a statement or the act alone comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from collectors import networks
from collectors.model import Address, Evidence, Failure, FailureCode
from rules.dossier import attestations
from rules.dossier.case import Case
from rules.model import Attestation, Outcome, Severity
from rules.reading import Reading, lasting, outcome_of, reason_of
from rules.reasons import Reason
from rules.terms.terms import read_on
from rules.text.sentences import failure_text, failures_text, network_name, new_page, sentence

BLAMED = frozenset((Outcome.FAIL, Outcome.REVIEW))
NOT_DUE = "not_due"  # in `measured` of an unknown: what would have to be seen later than it was
DAY = timedelta(days=1)
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


def verdict_of(case: Case, reading: Reading) -> Verdict:
    outcome = outcome_of(reading)
    case.hearing.lasts(_within_edition(case, lasting(reading, outcome)))
    reason = reason_of(reading, outcome)
    seen_on = read_on(case, reading)
    fields = _fields(case, reading, seen_on)
    return Verdict(
        outcome=outcome,
        reason=reason,
        because=" ".join(sentence(one, fields) for one in _reasons(outcome, reason, reading)),
        severity=_severity(case, reading) if outcome in BLAMED else case.requirement.severity,
        measured={**reading.measured, **_not_due_fields(outcome, reading)},
        required=reading.required,
        evidence=_evidence(case, reading),
        notes=tuple(
            sentence(note, fields) for note in (*reading.notes, *_read_earlier(case, seen_on))
        ),
        read_on=seen_on,
    )


def _within_edition(case: Case, days: Mapping[Address, date]) -> Mapping[Address, date]:
    """Another wording of the clause asks anew."""
    editions = case.requirement.editions if days else ()
    turns = (day for one in editions for day in (one.since, one.until) if day and day > case.today)
    last = min(turns, default=None)
    return {at: min(day, last - DAY) for at, day in days.items()} if last else days


def _reasons(outcome: Outcome, reason: Reason, reading: Reading) -> tuple[Reason, ...]:
    return (reason, *reading.aside) if outcome in BLAMED else (reason,)


def _not_due_fields(outcome: Outcome, reading: Reading) -> dict[str, list[str]]:
    late = [one.detail for one in reading.seen.missing if one.code is FailureCode.NOT_DUE]
    is_told = outcome is Outcome.UNKNOWN and reading.unseen is None
    return {NOT_DUE: late} if late and is_told else {}


def _fields(case: Case, reading: Reading, seen_on: date | None) -> Fields:
    told = {**reading.measured, **reading.required, "read_on": iso(seen_on)}
    fields = Fields(case, told, reading.seen.missing)
    fields["otherwise"] = sentence(reading.otherwise, fields) if reading.otherwise else None
    return fields


def _severity(case: Case, reading: Reading) -> Severity:
    """How bad, as the predicate saw it; but a recommendation stays one, whatever was seen."""
    if case.requirement.nature == "recommended":
        return case.requirement.severity
    return reading.severity or case.requirement.severity


def plain(
    case: Case,
    reason: Reason,
    measured: Mapping[str, Any] | None = None,
    outcome: Outcome = Outcome.NOT_APPLICABLE,
) -> Verdict:
    """A verdict that rests on the act or the registry alone."""
    return Verdict(
        outcome=outcome,
        reason=reason,
        because=sentence(reason, Fields(case, measured or {})),
        severity=case.requirement.severity,
        measured={},
        required={},
    )


class Fields(dict[str, Any]):
    """What a sentence may name: what was told, and whatever else it asks the case for.

    Most sentences name one field or two, and a night has hundreds of thousands of them.
    """

    def __init__(self, case: Case, told: Mapping[str, Any], missing: Iterable[Failure] = ()):
        super().__init__(told)
        self.case, self.missing = case, missing

    def __missing__(self, name: str) -> Any:
        return CASE_TELLS[name](self)


CASE_TELLS: Mapping[str, Callable[[Fields], Any]] = {
    "clause": lambda fields: fields.case.requirement.clause,
    "act": lambda fields: fields.case.act.short_title,
    "network": lambda fields: network_name(_network(fields)),
    "new_page": lambda fields: new_page(_network(fields)),
    "text_places": lambda fields: networks.text_places(_network(fields) or ""),
    "contact_places": lambda fields: networks.contact_places(_network(fields) or ""),
    "room": lambda fields: networks.room(_network(fields) or ""),
    "failure": lambda fields: (
        failures_text(fields.missing or _page_failure(fields.case)) or failure_text(NOT_OFFERED)
    ),
    "page": lambda fields: fields.case.page.address if fields.case.page else None,
    "freshness_days": lambda fields: fields.case.dossier.freshness_days,
    "created_on": lambda fields: iso(fields.case.latest_birth) if fields.case.page else None,
}


def _network(fields: Fields) -> str | None:
    """That of the case; of a clause about several networks, the one that decided it."""
    told = fields.case.network or fields.get("in_network") or fields.get("of_network")
    return str(told) if told else None


def _page_failure(case: Case) -> tuple[Failure, ...]:
    failure = case.view.failure if case.page else None
    return (failure,) if failure else ()


def _read_earlier(case: Case, seen_on: date | None) -> tuple[Reason, ...]:
    """Why the date of the look is printed: the page was not due, and the look is not tonight's."""
    return () if seen_on in (None, case.today) else (Reason.READ_EARLIER,)


def _evidence(case: Case, reading: Reading) -> tuple[Evidence, ...]:
    shown = reading.seen.evidence
    if shown is None:
        shown = case.view.evidence if case.page else ()
    return case.hearing.distinct(shown)


def close(case: Case, verdict: Verdict) -> Verdict:
    """A review that an entitled person answered does not come back every night."""
    if verdict.outcome is not Outcome.REVIEW:
        return verdict
    address = case.page.address if case.page else case.event_page
    answer = attestations.closing(case.dossier, case.requirement, address, case.about, case.today)
    return _closed_by(case, verdict, answer) if answer else verdict


def _closed_by(case: Case, verdict: Verdict, answer: Attestation) -> Verdict:
    said = attestations.Statement(answer, None).measured
    return verdict._replace(
        outcome=Outcome.PASS if answer.outcome == "pass" else Outcome.FAIL,
        reason=Reason.CLOSED_BY_PERSON,
        because=sentence(
            Reason.CLOSED_BY_PERSON, Fields(case, {**said, "question": verdict.because})
        ),
        measured={**verdict.measured, **said},
    )


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
