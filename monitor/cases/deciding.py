"""What an operator decides beside answers: a question, a dispute, a confirmation that runs out.

Every function records a statement as the command line would, and raises UsageError where it may
not be meant; nothing was recorded then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Literal

from collectors.errors import UsageError
from monitor.application import Application
from monitor.cases.answers import reject
from monitor.cases.book import by_institution, cases_of
from monitor.cases.listing import attestation_of, end_of
from monitor.cases.recording import Noted, municipality_of, record, today_of, undo
from monitor.cases.words import in_words, words
from monitor.registry.statements import posts_of
from monitor.storage.audits import latest
from monitor.storage.statements import StandsError
from rules.cases.model import CaseKey, CaseState, InstitutionAnswer, InstitutionCase, Recorded
from rules.model import Attestation, Event, Institution

Outcome = Literal["pass", "fail"]


def first_post(application: Application, institution: Institution) -> str:
    """Whose word counts by the registry; "": nobody's is known."""
    return next(iter(posts_of(institution, municipality_of(application, institution))), "")


def settle(
    application: Application,
    institution: Institution,
    key: CaseKey,
    outcome: Outcome,
    *,
    post: str,
    by: str,
    document: str = "",
) -> Noted:
    """A person has looked: what is asked is met, or it is not."""
    case = _open_case(application, institution, key)
    _check_undecided(case)
    said = Attestation(
        kind="finding",
        stated_by=post,
        stated_on=_day_of_finding(application, institution),
        requirement=key.requirement,
        page=key.page,
        about=key.about,
        outcome=outcome,
        document=document,
        source="database",
    )
    once = f"look:{'/'.join(map(str, key))}:{len(case.statements)}"
    noted = record(application, institution, said, by=by, once=once)
    if noted.recorded.said != said:
        raise _decided_by(noted.recorded)
    return noted


def _check_undecided(case: InstitutionCase) -> None:
    if case.answer and case.state not in (CaseState.TO_DO, CaseState.OVERDUE):
        raise _decided_by(case.answer)


def _decided_by(stated: Recorded) -> StandsError:
    said, who = in_words(stated.said), stated.recorded_by
    told = words("decided", "by_another", number=stated.number or "", said=said, who=who)
    return StandsError([told], who)


def _day_of_finding(application: Application, institution: Institution) -> date:
    """An answer to a finding bears the day of the audit that found it."""
    now = application.clock()
    last = latest(application.engine, now=now)
    zone = municipality_of(application, institution).timezone
    return (min(now, last.as_of) if last else now).astimezone(zone).date()


def close_dispute(
    application: Application, institution: Institution, key: CaseKey, *, by: str, reason: str
) -> None:
    """What holds it open is rejected, withdrawn if it is of today, or closed by an event."""
    case = _open_case(application, institution, key)
    if case.state is not CaseState.DISPUTED:
        raise UsageError([words("decided", "no_dispute")])
    today = today_of(application, institution)
    for stated in _opens(case):
        if isinstance(stated.said, InstitutionAnswer):
            _reject_again(application, stated, by=by, reason=reason)
        elif stated.number is not None and stated.since == today:
            undo(application, stated.number, by=by, reason=reason)
        else:
            said = Event(
                kind="dispute_closed", on=today, requirement=key.requirement, page=key.page
            )
            record(application, institution, said, by=by)


def _opens(case: InstitutionCase) -> Iterator[Recorded]:
    for stated in case.statements:
        said = stated.said
        is_objection = isinstance(said, InstitutionAnswer) and said.kind == "disagrees"
        is_event = isinstance(said, Event) and said.kind == "dispute_opened"
        if (is_objection or is_event) and stated.withdrawn is None:
            yield stated


def _reject_again(application: Application, stated: Recorded, *, by: str, reason: str) -> None:
    """An objection that was accepted, too."""
    for decided in stated.decided:
        if decided.withdrawn is None:
            undo(application, decided.number or 0, by=by, reason=reason)
    reject(application, stated.number or 0, by=by, reason=reason)


def renew(
    application: Application,
    institution: Institution,
    thing: tuple[str, str | None, str | None, str | None],
    *,
    post: str,
    by: str,
    document: str = "",
    once: str = "",
) -> Noted:
    """The same is confirmed anew, from today on. `thing`: kind, page, requirement, about."""
    found = _last_of(application, institution, thing)
    if found is None:
        raise UsageError([words("decided", "no_confirmation")])
    today = today_of(application, institution)
    if found.stated_on == today:
        raise UsageError([words("decided", "renewed")])
    said = replace(
        found,
        stated_by=post,
        stated_on=today,
        valid_until=None,
        document=document or found.document,
        source="database",
        number=None,
    )
    return record(application, institution, said, by=by, once=once)


def _last_of(
    application: Application,
    institution: Institution,
    thing: tuple[str, str | None, str | None, str | None],
) -> Attestation | None:
    town = municipality_of(application, institution)
    stated = by_institution(application, town, [institution])[institution.id]
    told = [(end_of(one.said), attestation_of(one.said)) for one in stated if not one.withdrawn]
    same = [
        (until, one)
        for until, one in told
        if until and one and (one.kind, one.page, one.requirement, one.about) == thing
    ]
    return max(same, key=lambda pair: pair[0], default=(None, None))[1]


def _open_case(application: Application, institution: Institution, key: CaseKey) -> InstitutionCase:
    town = municipality_of(application, institution)
    cases = cases_of(application, town, institutions=[institution])
    found = next((case for case in cases if case.key == key), None)
    if found is None:
        raise UsageError([words("decided", "settled")])
    return found
