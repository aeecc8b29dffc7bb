"""What an operator makes of a message that waits: an answer of an institution, or none."""

from __future__ import annotations

from dataclasses import dataclass, replace

from collectors.errors import UsageError
from monitor.application import Application
from monitor.cases.recording import municipality_of
from monitor.mail.inbox.said import words
from monitor.mail.inbox.sorting import Statement, UnclearError, answer_of, is_registered
from monitor.storage import received
from monitor.storage.received import KeptMessage, Proposal
from rules.cases.model import InstitutionAnswer
from rules.model import Institution


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """How the operator understands the message; what he leaves out is as it was proposed."""

    kind: str = ""
    requirement: str | None = None
    post: str = ""
    document: str = ""
    count: int | None = None
    of: int | None = None
    corrections: tuple[tuple[str, str], ...] = ()


def place(
    application: Application, number: int, institution: Institution, how: Understood, *, by: str
) -> int:
    """The number of the answer, which waits like any other. Raises UsageError."""
    came = received.by_number(application.engine, number)
    if came is None:
        raise UsageError([f"письма № {number} нет; что ждёт: dozor inbox list"])
    kept, town = came.kept, municipality_of(application, institution)
    told = Statement(
        kind=_kind(how, kept.proposal),
        requirement=how.requirement,
        on=town.day_of(min(came.arrived_at, application.clock())),
        text=kept.text,
        is_registered=is_registered(institution, (kept.sender,)),
        proposal=_merged(how, kept.proposal),
        files=kept.files,
        source=f"placed {number}",
    )
    answer = _made(application, institution, told)
    at = application.clock()
    return received.place(application.engine, number, institution, answer, by=by, at=at)


def _made(application: Application, institution: Institution, told: Statement) -> InstitutionAnswer:
    try:
        return answer_of(application, institution, told)
    except UnclearError as error:
        raise UsageError([words("reason", error.reason, about=error.about)]) from error


def _kind(how: Understood, proposal: Proposal) -> str:
    kind = how.kind or proposal.kind
    if not kind:
        raise UsageError(["--kind: скажите, что отвечают: " + words("reason", "no_kind")])
    return kind


def _merged(how: Understood, proposal: Proposal) -> Proposal:
    has_counts = how.count is not None
    return replace(
        proposal,
        post=how.post or proposal.post,
        document=how.document or proposal.document,
        count=how.count if has_counts else proposal.count,
        of=how.of if has_counts else proposal.of,
        corrections=how.corrections or proposal.corrections,
    )


def dismiss(application: Application, number: int, reason: str, *, by: str) -> None:
    received.dismiss(application.engine, number, reason, by=by, at=application.clock())


def requirement_of(kept: KeptMessage) -> str | None:
    """Where the message names exactly one."""
    return kept.requirements[0] if len(kept.requirements) == 1 else None
