"""Every statement, with who, when, until when, its state, and what it did to which finding."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from monitor.application import Application
from monitor.cases.answers import answers_waiting
from monitor.cases.book import by_institution
from monitor.cases.history import Nights
from monitor.cases.past import Past
from monitor.cases.words import kind_of
from monitor.registry.statements import may_state
from rules.cases.matching import (
    Kinds,
    is_accepted,
    is_disputed,
    is_upheld,
    kinds_of,
    speaks_of,
)
from rules.cases.model import (
    Assignment,
    Decision,
    InstitutionAnswer,
    InstitutionCase,
    Recorded,
    Said,
    Withdrawal,
    key_of,
)
from rules.cases.public import unnamed
from rules.cases.replay import calendar_of
from rules.dossier.attestations import valid_until
from rules.model import Attestation, Event, Finding, Institution, Municipality, Waiver

IN_FORCE, EXPIRED, WITHDRAWN = "in_force", "expired", "withdrawn"
REFUSED, WAITING = "refused", "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStatement:
    recorded: Recorded
    institution: Institution
    state: str  # in_force | expired | withdrawn | refused | waiting
    until: date | None
    changed: tuple[Finding, ...]  # the newest findings that rest on it

    def as_json(self) -> dict[str, Any]:
        said, stated = self.recorded.said, self.recorded
        told = attestation_of(said)
        return {
            "id": stated.number,
            "municipality": stated.municipality,
            "institution": stated.institution,
            "kind": kind_of(said),
            "answer": said.kind if isinstance(said, InstitutionAnswer) else None,
            "value": told.value if told else None,
            "count": told.count if told else None,
            "of": told.of if told else None,
            "outcome": told.outcome if told else None,
            "requirement": getattr(said, "requirement", None),
            "page": getattr(said, "page", None),
            "about": getattr(said, "about", None),
            "by": told.stated_by if told else getattr(said, "by", None),
            "to": getattr(said, "to", None),
            "document": getattr(said, "document", "") or (told.document if told else ""),
            "reason": getattr(said, "reason", None),
            "refers_to": said.of if isinstance(said, Decision | Withdrawal) else None,
            "on": _day(day_of(said) or stated.since),
            "until": _day(self.until),
            "state": self.state,
            "recorded_at": stated.at.isoformat() if stated.at else None,
            "recorded_by": stated.recorded_by or None,
            "attachments": [
                {"name": file.name, "sha256": file.digest, "size": file.size}
                for file in getattr(said, "attachments", ())
            ],
            "changed": [_effect(finding) for finding in self.changed],
        }


def attestation_of(said: Said) -> Attestation | None:
    return said if isinstance(said, Attestation) else getattr(said, "attestation", None)


def day_of(said: Said) -> date | None:
    return getattr(said, "stated_on", None) or getattr(said, "on", None)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _effect(finding: Finding) -> dict[str, Any]:
    return {
        "requirement": finding.requirement,
        "network": finding.network,
        "page": finding.page,
        "about": finding.about,
        "outcome": str(finding.outcome),
        "because": finding.because,
    }


def case_as_json(case: InstitutionCase) -> dict[str, Any]:
    finding, given = case.finding, case.assigned.said if case.assigned else None
    assigned = given if isinstance(given, Assignment) else None
    return {
        "municipality": case.key.municipality,
        "institution": case.key.institution,
        "requirement": case.key.requirement,
        "network": case.key.network,
        "page": case.key.page,
        "about": case.key.about,
        "outcome": str(finding.outcome),
        "clause": finding.clause,
        "severity": str(finding.severity),
        "reason": finding.reason,
        "because": finding.because,
        "since": _day(case.since),
        "told_on": _day(case.told_on),
        "due": _day(case.due.on if case.due else None),
        "due_clause": case.due.clause if case.due else None,
        "remind_on": _day(case.remind_on),
        "assigned": assigned.to if assigned else None,
        "assigned_until": _day(assigned.until if assigned else None),
        "state": str(case.state),
        "waived_until": _day(case.waived_until),
        "answer": case.answer.number if case.answer else None,
        "before": str(case.before.outcome) if case.before else None,
        "after": str(case.after.outcome) if case.after else None,
        "settled_on": _day(case.settled_on),
        "statements": [one.number for one in case.statements if one.number],
    }


def list_statements(
    application: Application,
    institutions: Sequence[Institution],
    expiring: int | None = None,
    as_of: datetime | None = None,
) -> tuple[ListedStatement, ...]:
    """In the registry's order, then by number. `expiring`: only those that end within so many
    days."""
    moment = as_of or application.clock()
    found = []
    for town in application.municipalities:
        members = [one for one in institutions if one.municipality == town.id]
        found += list(_of_town(application, town, members, as_of)) if members else []
    if expiring is None:
        return tuple(found)
    return tuple(one for one in found if _ends_within(application, one, moment, expiring))


def _ends_within(
    application: Application, statement: ListedStatement, moment: datetime, days: int
) -> bool:
    town = next(
        one for one in application.municipalities if one.id == statement.institution.municipality
    )
    today = town.day_of(moment)
    until = statement.until
    is_near = until is not None and today <= until <= today + timedelta(days=days)
    return is_near and statement.state == IN_FORCE


def _of_town(
    application: Application,
    town: Municipality,
    members: Sequence[Institution],
    as_of: datetime | None,
) -> Iterator[ListedStatement]:
    moment = as_of or application.clock()
    today = town.day_of(moment)
    stated, kinds = by_institution(application, town), kinds_of(town.acts_in(application.acts))
    unread = {waits.recorded.number for waits in answers_waiting(application, town)}
    calendar = calendar_of(town, application.settings.cases.terms)
    past = Past(
        application.engine, [one for one in members if stated.get(one.id)], moment, calendar
    )
    for member in members:
        made = [one for one in stated.get(member.id, ()) if as_of is None or _is_made(one, today)]
        newest = Nights(past, member, moment).newest() if made else ()
        yield from statements_of(member, town, made, newest, kinds, unread, today)


def statements_of(
    member: Institution,
    town: Municipality,
    made: Sequence[Recorded],
    newest: Sequence[Finding],
    kinds: Kinds,
    unread: Collection[int | None],
    today: date,
) -> Iterator[ListedStatement]:
    """What was stated of one institution. `newest`: what was found of it last; `unread`: the
    numbers of answers that wait."""
    for one in made:
        yield ListedStatement(
            recorded=one,
            institution=member,
            state=state_of(one, member, town, made, unread, today),
            until=end_of(one.said),
            changed=tuple(_changed_findings(one, newest, kinds, today)),
        )


def _is_made(stated: Recorded, today: date) -> bool:
    return stated.since is None or stated.since <= today


def end_of(said: Said) -> date | None:
    """The last day on which it holds; None: it has no end."""
    if isinstance(said, Waiver | Assignment):
        return said.until
    told = attestation_of(said)
    return valid_until(told) if told else None


def state_of(
    stated: Recorded,
    institution: Institution,
    town: Municipality,
    others: Sequence[Recorded],
    unread: Collection[int | None],
    today: date,
) -> str:
    said, until = stated.said, end_of(stated.said)
    if stated.is_withdrawn(today):
        return WITHDRAWN
    if isinstance(said, InstitutionAnswer):
        decision = stated.decision(today)
        if decision and not is_accepted(decision):
            return EXPIRED if is_upheld(decision) else REFUSED
        if stated.number in unread:
            return WAITING
    told = attestation_of(said)
    if told and not may_state(told, institution, town):
        return REFUSED
    if until and until < today:
        return EXPIRED
    return EXPIRED if _is_closed(said, others, today) else IN_FORCE


def _is_closed(said: Said, others: Sequence[Recorded], today: date) -> bool:
    """A dispute that was closed since."""
    if not isinstance(said, Event) or said.kind != "dispute_opened":
        return False
    same = [
        one
        for one in others
        if isinstance(one.said, Event)
        and (one.said.requirement, one.said.page) == (said.requirement, said.page)
        and one.said.kind in ("dispute_opened", "dispute_closed")
    ]
    return not is_disputed(same, today)


def _changed_findings(
    stated: Recorded, newest: Sequence[Finding], kinds: Kinds, today: date
) -> Iterator[Finding]:
    """Findings that would read otherwise without it."""
    if not stated.counts(today):
        return
    said = unnamed(stated.said)  # as findings have it
    told = attestation_of(said)
    for finding in newest:
        if told:
            if speaks_of(told, key_of(finding), kinds) and _rests_on(finding.measured, told):
                yield finding
        elif isinstance(said, Waiver):
            if finding.waiver == said:
                yield finding
        elif isinstance(said, Event | InstitutionAnswer) and finding.disputed:
            is_objection = isinstance(said, Event) or said.kind == "disagrees"
            if is_objection and speaks_of(said, key_of(finding), kinds):
                yield finding


def _rests_on(measured: Mapping[str, Any], told: Attestation) -> bool:
    """As a finding names the word that it rests on, itself or in one of its parts."""
    parts = measured.get("parts")
    inner = parts.values() if isinstance(parts, Mapping) else ()
    return any(
        (one.get("stated_by"), one.get("stated_on"), one.get("document"))
        == (told.stated_by, told.stated_on.isoformat(), told.document)
        for one in (measured, *inner)
        if isinstance(one, Mapping)
    )
