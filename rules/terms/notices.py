"""Notices of created and deleted pages: who owes one, to whom, until when, and was it sent.

    acts in force on a day ──> duties ──> one account an event and a recipient ──> its state

The one account of notices: the predicate judges by it, the report lists it, and `registry diff`
tells ahead what it will hold. Recipients and terms stand in the acts' packs only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from rules.dossier.bench import Bench, Hearing
from rules.dossier.case import Case, authorities
from rules.dossier.cases import cases_of
from rules.dossier.subjects import not_a_subject
from rules.law.norms import Clause, Law, law_of, norm_of
from rules.law.workdays import (
    CalendarUncoveredError,
    add_working_days,
    starts_at,
    working_days_between,
)
from rules.model import Act, Dossier, Event, Institution, Municipality, Requirement

NOTICED = "noticed"  # the predicate of every requirement to tell somebody of a page
SHARE_OF_ONE_DAY = 1  # what is left to the department when an institution uses both its days


class State(StrEnum):
    SENT = "sent"
    SENT_LATE = "sent_late"
    DUE = "due"
    LATE = "late"
    EXCUSED = "excused"  # late, but the institution told too late for anybody to be in time
    UNCLEAR = "unclear"  # a date, a calendar or the entry into force is not known
    AHEAD = "ahead"  # the act does not bind, and nothing was sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One event of a page, and the notice of it to one recipient as of a day."""

    requirement: Requirement
    act: Act
    owner: str  # id of the institution whose page it is
    event: Event
    to: str  # department | cur
    workdays: int
    due: date | None  # the last day; None: the calendar of that year is not known
    uncovered: int | None  # that year
    told: date | None  # when it was sent; None: not on record
    is_excused: bool
    binds: bool
    is_dated: bool  # whether it is known since when the act binds
    today: date

    @property
    def is_in_time(self) -> bool:
        return self.told is not None and self.due is not None and self.told <= self.due

    @property
    def is_open(self) -> bool:
        return self.told is None and self.due is not None and self.today <= self.due

    @property
    def state(self) -> State:
        if self.told is not None:
            return self._state_of_sent
        if not self.binds:
            return State.AHEAD
        if self.is_open:
            return State.DUE
        if self.due is None or not self.is_dated or self.event.is_estimate:
            return State.UNCLEAR
        return State.EXCUSED if self.is_excused else State.LATE

    @property
    def _state_of_sent(self) -> State:
        is_sure = self.binds and self.is_dated and not self.event.is_estimate
        if self.is_in_time or self.due is None or not is_sure:
            return State.SENT
        return State.EXCUSED if self.is_excused else State.SENT_LATE


def duties(law: Law) -> Law:
    """The clauses that demand a notice, with those akin."""
    return tuple(
        (clause, kin)
        for clause, kin in law
        if clause.requirement.predicate == NOTICED and clause.edition is not None
    )


def accounts(dossier: Dossier, bench: Bench) -> Iterator[Account]:
    """Every notice that this institution owes or owed; of the authority, for everybody's pages.
    `bench`: of its municipality, on the dossier's day."""
    hearing = Hearing(bench, dossier)
    for clause, kin in duties(bench.law):
        if not not_a_subject(clause.requirement, dossier, dossier.today):
            for case in cases_of(clause, kin, hearing):
                if case.is_voluntary:
                    continue
                yield from (account_of(case, event, **(case.norm or {})) for event in case.events)


def accounts_of(
    bench: Bench, institutions: Iterable[Institution], as_of: datetime
) -> Iterator[Account]:
    """Theirs, of the bench's municipality on its day, by events alone: no page is looked at."""
    for one in institutions:
        dossier = Dossier(
            municipality=bench.municipality, institution=one, as_of=as_of, observations={}
        )
        yield from accounts(dossier, bench)


def account_of(
    case: Case, event: Event, *, to: str, within_workdays: int, after: str = ""
) -> Account:
    """`after` names the recipient whom the institution itself has to tell first (3.2.4)."""
    due, uncovered = last_day(event.on, within_workdays, case.days_off)
    told = first_notice(case.event_log, event, to, case.today)
    is_late = due is not None and (told or case.today) > due
    return Account(
        requirement=case.requirement,
        act=case.act,
        owner=case.about or case.institution.id,
        event=event,
        to=to,
        workdays=within_workdays,
        due=due,
        uncovered=uncovered,
        told=told,
        is_excused=bool(after) and is_late and _is_excused(case, event, told or case.today, after),
        binds=case.force.refusal is None,
        is_dated=case.in_force_since is not None,
        today=case.today,
    )


def last_day(
    event: date, workdays: int, days_off: tuple[date, ...]
) -> tuple[date | None, int | None]:
    """The last day of the term; or None and the year whose working days are not known."""
    try:
        return add_working_days(event, workdays, days_off), None
    except CalendarUncoveredError as error:
        return None, error.year


def first_notice(log: Sequence[Event], event: Event, to: str, today: date) -> date | None:
    """The first notice of this very thing; one that names no event counts for any."""
    found = [
        one.on
        for one in log
        if one.kind == "notice_sent"
        and one.to == to
        and one.page in (None, event.page)
        and one.about in (None, event.kind)
        and one.on <= today
        and one.on >= (event.earliest or event.on)
    ]
    return min(found, default=None)


def _is_excused(case: Case, event: Event, until: date, after: str) -> bool:
    """The institution told too late, or not at all, for the department to keep its term."""
    if case.about is None:
        return False
    known = first_notice(case.event_log, event, after, case.today)
    return known is None or working_days_between(known, until, case.days_off) <= SHARE_OF_ONE_DAY


# --- ahead of the event -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Duty:
    """A clause by which somebody has to be told of this institution's pages."""

    clause: Clause
    to: str
    workdays: int


def duties_for(
    institution: Institution, municipality: Municipality, acts: Sequence[Act], on: date
) -> Iterator[Duty]:
    """Who has to be told when a page of this institution comes or goes, by it or the authority."""
    for clause, kin in duties(law_of(municipality, acts, on)):
        owner = _owner(clause.requirement, institution, municipality, on)
        norm = norm_of(clause, kin, owner) if owner else None
        if norm:
            yield Duty(clause, norm["to"], norm["within_workdays"])


def _owner(
    requirement: Requirement, institution: Institution, municipality: Municipality, on: date
) -> Institution | None:
    """Who owes the notice: the authority for everybody, else the institution itself."""
    if not requirement.subjects.get("authority"):
        return institution if _is_subject(requirement, institution, municipality, on) else None
    bodies = authorities(municipality)
    return next((one for one in bodies if _is_subject(requirement, one, municipality, on)), None)


def _is_subject(
    requirement: Requirement, institution: Institution, municipality: Municipality, on: date
) -> bool:
    dossier = Dossier(
        municipality=municipality,
        institution=institution,
        as_of=starts_at(on, municipality.timezone),
        observations={},
    )
    return not not_a_subject(requirement, dossier, on)
