"""What an operator decides beside answers: a question, a dispute, a confirmation that runs out.

Every function records a statement as the command line would, and raises UsageError where it may
not be meant; nothing was recorded then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Literal

from collectors.errors import UsageError
from monitor.application import Application
from monitor.cases.answers import accept, reject, uphold
from monitor.cases.book import by_institution, cases_of
from monitor.cases.listing import attestation_of, end_of
from monitor.cases.recording import Noted, assign, municipality_of, record, today_of, undo
from monitor.cases.words import in_words, words
from monitor.registry.statements import posts_of
from monitor.storage.audits import latest
from monitor.storage.statements import StandsError
from rules.cases.model import CaseKey, CaseState, InstitutionAnswer, InstitutionCase, Recorded
from rules.model import Attestation, Event, Institution
from rules.model import Outcome as FoundOutcome

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
    return _looked(application, institution, case, outcome, post=post, by=by, document=document)


def _looked(
    application: Application,
    institution: Institution,
    case: InstitutionCase,
    outcome: Outcome,
    *,
    post: str,
    by: str,
    document: str,
) -> Noted:
    key = case.key
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


# --- disputes -----------------------------------------------------------------------------------


def close_dispute(
    application: Application, institution: Institution, key: CaseKey, *, by: str, reason: str
) -> None:
    """The objection is wrong: what holds the dispute open ends, and the finding stands."""
    case = _disputed_case(application, institution, key)
    _end_dispute(application, institution, case, reject, by=by, reason=reason)


def uphold_dispute(
    application: Application,
    institution: Institution,
    key: CaseKey,
    *,
    post: str,
    by: str,
    reason: str,
    document: str = "",
) -> Noted:
    """The objection to a question is right: a person says that what is asked is met. What was seen
    not to be met no word undoes: see `assign_dispute`."""
    case = _disputed_case(application, institution, key)
    if case.finding.outcome is not FoundOutcome.REVIEW:
        raise UsageError([words("decided", "no_question")])
    noted = _looked(application, institution, case, "pass", post=post, by=by, document=document)
    if not _disputes_others(application, institution, case):
        _end_dispute(application, institution, case, uphold, by=by, reason=reason)
    return noted


def assign_dispute(
    application: Application,
    institution: Institution,
    key: CaseKey,
    *,
    to: str,
    until: date,
    by: str,
    reason: str,
) -> Noted:
    """The objection is right, and the mistake is ours, in the registry or in the program: the
    finding stays disputed until a reading says otherwise, and somebody is to mend it by a day."""
    case = _disputed_case(application, institution, key)
    today = today_of(application, institution)
    for stated in _opens(case):
        if isinstance(stated.said, InstitutionAnswer) and stated.decision(today) is None:
            accept(application, stated.number or 0, by=by, reason=reason)
    return assign(
        application,
        institution,
        key.requirement,
        to=to,
        by=by,
        until=until,
        page=key.page,
        about=key.about,
    )


def _disputed_case(
    application: Application, institution: Institution, key: CaseKey
) -> InstitutionCase:
    case = _open_case(application, institution, key)
    if case.state is not CaseState.DISPUTED:
        raise UsageError([words("decided", "no_dispute")])
    return case


def _disputes_others(
    application: Application, institution: Institution, case: InstitutionCase
) -> bool:
    """Whether what holds it open is an objection to other findings as well: it stands for them."""
    held = list(_opens(case))
    town = municipality_of(application, institution)
    return any(
        other.key != case.key
        and other.state is CaseState.DISPUTED
        and any(stated in other.statements for stated in held)
        for other in cases_of(application, town, institutions=[institution])
    )


def _end_dispute(
    application: Application,
    institution: Institution,
    case: InstitutionCase,
    decide: Callable[..., Recorded],
    *,
    by: str,
    reason: str,
) -> None:
    """An answer is decided, an event withdrawn if it is of today, else closed by another."""
    key, today = case.key, today_of(application, institution)
    for stated in _opens(case):
        if isinstance(stated.said, InstitutionAnswer):
            _decide_again(application, stated, decide, by=by, reason=reason)
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


def _decide_again(
    application: Application,
    stated: Recorded,
    decide: Callable[..., Recorded],
    *,
    by: str,
    reason: str,
) -> None:
    """An objection that was accepted, too."""
    for decided in stated.decided:
        if decided.withdrawn is None:
            undo(application, decided.number or 0, by=by, reason=reason)
    decide(application, stated.number or 0, by=by, reason=reason)


# --- what runs out ------------------------------------------------------------------------------


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
