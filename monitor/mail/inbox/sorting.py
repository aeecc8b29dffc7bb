"""Of which institution and requirement a reply speaks, and what it answers.

key in the subject ──┐
letter it answers  ──┴─> institution, requirements ──> what the words say ──> answers
                                 └──── whatever is not plain ────> unclear, with its reason
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from collectors.errors import UsageError
from monitor.application import Application
from monitor.cases.book import cases_of, find_case
from monitor.cases.recording import check, municipality_of, today_of
from monitor.mail.inbox.keys import Key, keys_in
from monitor.mail.inbox.nature import looks_automatic
from monitor.mail.inbox.opened import Opened
from monitor.mail.inbox.said import speaker
from monitor.mail.inbox.told import by_requirement, clause_of, proposal_of
from monitor.registry.mailboxes import MailboxError, wire
from monitor.storage import attachments
from monitor.storage.received import ANSWER, UNCLEAR, KeptMessage, Proposal, role_of_letter
from monitor.storage.roles import linked
from reports.templating import one_line
from rules.cases.matching import kinds_of
from rules.cases.model import AnswerKind, Attachment, Correction, InstitutionAnswer
from rules.model import Attestation, Institution, Municipality

BY_COUNT = "two_factor"  # confirmed by how many of how many, whatever else by a document
DENIED = frozenset({"no_checks", "no_treaties"})  # confirmed by «нет»
BY_WORD = DENIED | {"gos_mark", "gospabliki", "pos"}  # by «да»
AT_ONCE = ("corrected", "disagrees")  # the case is read again, or disputed, as soon as it is said
NEEDS_REQUIREMENT = ("confirms", "disagrees")


class UnclearError(Exception):
    """It waits for an operator: a reason of words.toml, and what it speaks of."""

    def __init__(self, reason: str, about: str = "") -> None:
        super().__init__(reason)
        self.reason, self.about = reason, about


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    kind: str
    kept: KeptMessage
    institution: Institution | None = None
    answers: tuple[InstitutionAnswer, ...] = ()


@dataclass(slots=True)
class _Found:
    """As far as it has come when it turns out to be unclear."""

    institution: Institution | None = None
    requirements: tuple[str, ...] = ()
    is_registered: bool | None = None
    proposal: Proposal = field(default_factory=Proposal)


def sort(application: Application, mail: Opened, source: str, at: datetime) -> Sorted:
    """`source`: by what the message is known; `at`: when the server got it."""
    found = _Found(proposal=proposal_of(mail.words))
    files = tuple(_attachment(one.name, one.content) for one in mail.files)
    kept = KeptMessage(
        subject=mail.subject,
        sender=mail.sender,
        text=mail.words,
        files=files,
        left_out=mail.left_out,
    )
    try:
        answers = _answers(application, mail, found, source, at, files)
    except UnclearError as unclear:
        kept = replace(kept, reason=unclear.reason, about=one_line(unclear.about)[:500])
        return Sorted(kind=UNCLEAR, kept=_with(kept, found))
    return Sorted(
        kind=ANSWER, kept=_with(kept, found), institution=found.institution, answers=answers
    )


def _with(kept: KeptMessage, found: _Found) -> KeptMessage:
    of = found.institution
    return replace(
        kept,
        municipality=of.municipality if of else "",
        institution=of.id if of else "",
        is_registered=found.is_registered,
        requirements=found.requirements,
        proposal=found.proposal,
    )


def _attachment(name: str, content: bytes) -> Attachment:
    return Attachment(name=name, digest=attachments.digest_of(content), size=len(content))


def _answers(
    application: Application,
    mail: Opened,
    found: _Found,
    source: str,
    at: datetime,
    files: tuple[Attachment, ...],
) -> tuple[InstitutionAnswer, ...]:
    """Raises UnclearError; what was found by then stands in `found`."""
    keys = keys_in(mail.subject)
    institution = found.institution = _institution(application, mail, keys)
    found.is_registered = is_registered(institution, mail.senders)
    town = municipality_of(application, institution)
    named = [one for key in keys for one in key.requirements]
    found.requirements = tuple(_full_ids(application, town, institution, named))
    _check_words(mail)
    said = list(_said(application, town, institution, mail, found))
    if not (found.is_registered or _is_reply_to_ours(application, institution, mail)):
        _check_waits(proposal for _, proposal in said)
    day = min(town.day_of(at), today_of(application, institution))
    return tuple(
        answer_of(
            application,
            institution,
            Statement(
                kind=proposal.kind,
                requirement=requirement,
                on=day,
                text=mail.words,
                is_registered=found.is_registered,
                proposal=proposal,
                files=files,
                source=f"{source} {requirement or ''}".strip(),
            ),
        )
        for requirement, proposal in said
    )


def _said(
    application: Application,
    town: Municipality,
    institution: Institution,
    mail: Opened,
    found: _Found,
) -> Iterator[tuple[str | None, Proposal]]:
    """What is said of which requirement: by the key, else by what the words themselves name."""
    proposal = found.proposal
    lines = by_requirement(mail.words) if not found.requirements else {}
    if lines:
        named = _full_ids(application, town, institution, [*lines])
        for requirement, line in zip(named, lines.values(), strict=True):
            yield requirement, _plain_enough(proposal_of(line, proposal.post), requirement)
        return
    if not found.requirements and (clause := clause_of(mail.words)):
        found.requirements = tuple(_full_ids(application, town, institution, [clause]))
    whole: tuple[str | None, ...] = found.requirements or (None,)
    for one in whole:
        yield one, _plain_enough(proposal, one)


def _plain_enough(proposal: Proposal, requirement: str | None) -> Proposal:
    if not proposal.kind:
        raise UnclearError("no_kind")
    if proposal.kind in NEEDS_REQUIREMENT and requirement is None:
        raise UnclearError("no_requirement")
    return proposal


def _is_reply_to_ours(application: Application, institution: Institution, mail: Opened) -> bool:
    written_to = _written_to(application, mail.answers_to)
    return any(one.key == institution.key for one in written_to)


def _check_waits(proposals: Iterable[Proposal]) -> None:
    """A key can be guessed: what works before an operator sees it is taken from no stranger."""
    if any(one.kind in AT_ONCE for one in proposals):
        raise UnclearError("stranger")


def _check_words(mail: Opened) -> None:
    if mail.sealed:
        raise UnclearError(mail.sealed)
    if mail.forwarded:
        raise UnclearError("forwarded", mail.forwarded)
    if looks_automatic(mail.subject):
        raise UnclearError("looks_automatic")
    if not mail.words:
        raise UnclearError("no_words")


# --- of whom ------------------------------------------------------------------------------------


def _institution(application: Application, mail: Opened, keys: Sequence[Key]) -> Institution:
    """By the key first: a letter may be answered with another one's subject."""
    answered = {one.key: one for one in _written_to(application, mail.answers_to)}
    named = {one.key: one for key in keys for one in [_named(application, key)]}
    if len(named) > 1:
        raise UnclearError("several", ", ".join(named))
    if (not named and len(answered) > 1) or (named and answered and not named.keys() & answered):
        raise UnclearError("conflict", ", ".join(named | answered))
    for one in (named or answered).values():
        return one
    if mail.forwarded:
        raise UnclearError("forwarded", mail.forwarded)
    raise UnclearError(mail.sealed or "no_key")


def _named(application: Application, key: Key) -> Institution:
    for town in application.municipalities:
        for one in town.institutions if town.id.casefold() == key.town else ():
            if one.id.casefold() == key.institution:
                return one
    raise UnclearError("unknown_institution", f"{key.town}/{key.institution}")


def _written_to(application: Application, numbers: Sequence[str]) -> Iterator[Institution]:
    """Those whose letter is answered."""
    by_key = {one.key: one for town in application.municipalities for one in town.institutions}
    for role in role_of_letter(application.engine, numbers):
        if one := by_key.get(linked(role)):
            yield one


def is_registered(institution: Institution, senders: Sequence[str]) -> bool:
    """Whether it comes from an address that the registry has; that may be forged all the same."""
    known = {_plain(one) for one in institution.emails}
    return len(senders) == 1 and senders[0] in known


def _plain(address: str) -> str:
    try:
        return wire(address).casefold()
    except MailboxError:
        return address.casefold()


# --- of what ------------------------------------------------------------------------------------


def _full_ids(
    application: Application, town: Municipality, institution: Institution, named: Sequence[str]
) -> Iterator[str]:
    if not named:
        return
    bound = [asked.id for act in town.acts_in(application.acts) for asked in act.requirements]
    cases = cases_of(application, town, institutions=[institution])
    for one in dict.fromkeys(named):
        same = [asked for asked in bound if one in (asked.casefold(), _number(asked))]
        open_case = next((c for asked in same if (c := find_case(cases, asked, None, None))), None)
        if len(same) != 1 and not open_case:
            raise UnclearError("unknown_requirement", one)
        yield open_case.key.requirement if open_case and len(same) > 1 else same[0]


def _number(asked: str) -> str:
    return asked.rpartition("/")[2].casefold()


# --- an answer ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What an answer is made of, whoever has understood it so: this program or an operator."""

    kind: str
    requirement: str | None
    on: date
    text: str
    is_registered: bool | None
    proposal: Proposal
    files: tuple[Attachment, ...]
    source: str


def answer_of(
    application: Application, institution: Institution, told: Statement
) -> InstitutionAnswer:
    """An answer that can be recorded; raises UnclearError."""
    proposal = told.proposal
    said = InstitutionAnswer(
        kind=_kind(told.kind),
        channel="mail",
        by=speaker(told.is_registered, proposal.post),
        on=told.on,
        requirement=told.requirement,
        document=proposal.document,
        text=told.text,
        attestation=_attestation(application, institution, told),
        corrections=_corrections(told),
        attachments=told.files,
        source=told.source,
    )
    try:
        check(application, institution, said)
        if said.attestation:
            check(application, institution, said.attestation)
    except UsageError as error:
        raise UnclearError("refused", "; ".join(error.lines)) from error
    return said


def _kind(written: str) -> AnswerKind:
    kinds: dict[str, AnswerKind] = {
        "corrected": "corrected",
        "confirms": "confirms",
        "disagrees": "disagrees",
        "correct_registry": "correct_registry",
    }
    return kinds[written]


def _corrections(told: Statement) -> tuple[Correction, ...]:
    if told.kind != "correct_registry":
        return ()
    made = tuple(Correction(field=name, new=new) for name, new in told.proposal.corrections)
    if not made:
        raise UnclearError("no_corrections")
    return made


def _attestation(
    application: Application, institution: Institution, told: Statement
) -> Attestation | None:
    """A blank form confirms nothing: each kind wants what its letter asked for."""
    if told.kind != "confirms":
        return None
    town, proposal = municipality_of(application, institution), told.proposal
    kinds = kinds_of(town.acts_in(application.acts)).get(told.requirement or "", frozenset())
    if len(kinds) != 1:
        raise UnclearError("no_attestation")
    (kind,) = kinds
    if proposal.affirmed is not None and proposal.affirmed is (kind in DENIED):
        raise UnclearError("admits")
    if not _is_filled(kind, proposal):
        raise UnclearError("not_filled")
    if not proposal.post:
        raise UnclearError("no_post")
    return Attestation(
        kind=kind,
        value=True,
        stated_by=proposal.post,
        stated_on=told.on,
        count=proposal.count if kind == BY_COUNT else None,
        of=proposal.of if kind == BY_COUNT else None,
        document=proposal.document,
        source="database",
    )


def _is_filled(kind: str, proposal: Proposal) -> bool:
    if kind == BY_COUNT:
        return proposal.count is not None
    return bool(proposal.document) or (kind in BY_WORD and proposal.affirmed is not None)
