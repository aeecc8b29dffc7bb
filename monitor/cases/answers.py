"""Answers of institutions: they wait for an operator, who accepts or rejects each once.

«исправили»      the next reading decides; an operator may reject it before
«подтверждаем»   accepted, it is an attestation
«не согласны»    the case is disputed at once, its finding once it is accepted
«поправьте»      accepted, somebody writes it into the registry's file
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from collectors.errors import UsageError
from monitor.application import Application
from monitor.cases.book import by_institution, cases_of
from monitor.cases.recording import Noted, check, on_record, owner_of, record, today_of
from monitor.storage import attachments, statements
from rules.cases.model import (
    Attachment,
    CaseState,
    Decision,
    InstitutionAnswer,
    InstitutionCase,
    Recorded,
    Verdict,
)
from rules.model import Attestation, Institution, Municipality

READ_DECIDES = (
    "№ {number}: «исправили» не принимают: это покажет чтение страницы. "
    "Прочитать сейчас: dozor audit {institution}; отклонить: dozor reject {number}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingAnswer:
    """An answer on which nobody has decided yet, and the open cases of which it speaks."""

    recorded: Recorded
    answer: InstitutionAnswer
    institution: Institution
    municipality: Municipality
    cases: tuple[InstitutionCase, ...]


def answer(
    application: Application,
    institution: Institution,
    said: InstitutionAnswer,
    files: Sequence[tuple[str, bytes]] = (),
    *,
    by: str,
) -> Noted:
    """Record an answer with the files that came with it. By the same `source`, it is one answer."""
    kept = tuple(attachments.named(name, content) for name, content in files)
    contents = [content for _, content in files]
    return record(application, institution, _with_files(said, kept), by=by, contents=contents)


def _with_files(said: InstitutionAnswer, kept: tuple[Attachment, ...]) -> InstitutionAnswer:
    fields = {name: getattr(said, name) for name in said.__dataclass_fields__}
    return InstitutionAnswer(**fields | {"attachments": (*said.attachments, *kept)})


def answers_waiting(
    application: Application, municipality: Municipality | None = None
) -> tuple[WaitingAnswer, ...]:
    """Oldest first. Of «исправили» only those whose page nobody has read since."""
    towns = [municipality] if municipality else application.municipalities
    found = [waits for town in towns for waits in _waiting_in(application, town)]
    return tuple(sorted(found, key=lambda waits: waits.recorded.number or 0))


def _waiting_in(application: Application, town: Municipality) -> list[WaitingAnswer]:
    stated = by_institution(application, town)
    asked = {
        name: [each for each in made if _waits_for_operator(each)] for name, made in stated.items()
    }
    members = [member for member in town.institutions if asked.get(member.id)]
    cases = cases_of(application, town, institutions=members)
    found = []
    for member in members:
        of_member = [case for case in cases if case.key.institution == member.id]
        for each, said, about in waiting_among(asked[member.id], of_member):
            found.append(
                WaitingAnswer(
                    recorded=each,
                    answer=said,
                    institution=member,
                    municipality=town,
                    cases=about,
                )
            )
    return found


def waiting_among(
    stated: Iterable[Recorded], cases: Sequence[InstitutionCase]
) -> Iterator[tuple[Recorded, InstitutionAnswer, tuple[InstitutionCase, ...]]]:
    """The answers of one institution that wait, with the open cases of which each speaks."""
    for each in filter(_waits_for_operator, stated):
        assert isinstance(each.said, InstitutionAnswer)
        about = tuple(case for case in cases if each in case.statements)
        if each.said.kind != "corrected" or _is_unread(each, about):
            yield each, each.said, about


def _waits_for_operator(stated: Recorded) -> bool:
    """An answer that nobody has taken back, and of which no decision stands."""
    return (
        isinstance(stated.said, InstitutionAnswer)
        and stated.withdrawn is None
        and all(decided.withdrawn for decided in stated.decided)
    )


def _is_unread(stated: Recorded, cases: Sequence[InstitutionCase]) -> bool:
    """Whether a case still waits for the reading that this answer has asked for."""
    return any(case.state is CaseState.REREADING and case.answer == stated for case in cases)


def accept(
    application: Application, number: int, *, by: str, on: date | None = None, reason: str = ""
) -> Recorded:
    """The answer, accepted. Of two who decide at once, one is told what the other did."""
    stated, institution = _answered(application, number)
    said = stated.said
    assert isinstance(said, InstitutionAnswer)
    if said.kind == "corrected":
        raise UsageError([READ_DECIDES.format(number=number, institution=institution.id)])
    if isinstance(said.attestation, Attestation):
        check(application, institution, said.attestation)
    return _decide(application, institution, number, "accepted", by=by, on=on, reason=reason)


def reject(
    application: Application, number: int, *, by: str, reason: str, on: date | None = None
) -> Recorded:
    _, institution = _answered(application, number)
    return _decide(application, institution, number, "rejected", by=by, on=on, reason=reason)


def uphold(application: Application, number: int, *, by: str, reason: str) -> Recorded:
    """Of an objection: it is right, and what it was about is settled by another statement."""
    _, institution = _answered(application, number)
    return _decide(application, institution, number, "upheld", by=by, on=None, reason=reason)


def _answered(application: Application, number: int) -> tuple[Recorded, Institution]:
    stated = on_record(application, number)
    if not isinstance(stated.said, InstitutionAnswer):
        raise UsageError([f"№ {number}: это не ответ учреждения; ответы: dozor answers"])
    return stated, owner_of(application, stated)


def _decide(
    application: Application,
    institution: Institution,
    number: int,
    verdict: Verdict,
    *,
    by: str,
    on: date | None,
    reason: str = "",
) -> Recorded:
    day = on or today_of(application, institution)
    decision = Decision(
        verdict=verdict,
        of=number,
        by=by,
        on=day,
        reason=reason,
    )
    statements.decide(application.engine, decision, by=by, at=application.clock())
    return on_record(application, number)
