"""What an institution's page shows: its open cases, and what became of its answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from collectors.networks import page_title
from monitor.application import Application
from monitor.cases.book import by_institution, cases_of
from monitor.desk.linked import Came
from monitor.desk.rendering import desk_word
from monitor.registry.statements import OF_A_PAGE
from reports.ground import name_of
from reports.letter.answered import result_of
from reports.letter.asking import Wanted, wanted_of
from rules.cases.matching import Kinds, kinds_of
from rules.cases.model import (
    CaseState,
    Decision,
    InstitutionAnswer,
    InstitutionCase,
    Recorded,
)
from rules.cases.openness import lacks_confirmation
from rules.model import Municipality, Outcome, Requirement
from rules.reasons import Reason

ONCE = Reason.EXEMPT_UNFOUNDED  # asked of an institution as a whole
ITS_TURN = (CaseState.OVERDUE, CaseState.TO_DO)
MOST_ANSWERS = 20
_REASONS: Mapping[str, tuple[str, ...]] = {
    "page": (
        "page_not_registered", "absence_expired", "page_missing", "page_deleted", "page_absent",
        "page_banned", "page_replaced", "gone_unconfirmed", "other_page_live",
        "other_page_stands", "mark_elsewhere", "pages_linked_elsewhere", "pages_linked_unknown",
    ),
    "site": (
        "site_not_registered", "site_unfamiliar", "site_owner_unclear", "site_gone",
        "site_gone_unconfirmed", "no_own_site", "site_differs",
    ),
    "phones": ("phone_differs",),
    "emails": ("email_differs", "email_differs_on_site", "no_email_registered"),
    "address": ("postal_differs",),
    "person": (
        "person_not_registered", "person_left", "person_not_named", "person_without_order",
        "head_replaced", "rank_too_low", "rank_unclear", "not_an_employee", "esia_not_recorded",
    ),
}  # fmt: skip
IN_REGISTRY: Mapping[str, str] = {
    reason: field for field, reasons in _REASONS.items() for reason in reasons
}
"""Reason → the field of the registry that may be what is wrong."""
_ABSENT: Mapping[str, str] = {"page": "no_page", "site": "no_site"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One case, as its institution reads it. `kinds`: what can be answered, the likeliest first."""

    id: str
    case: InstitutionCase
    title: str
    where: str
    state: str
    is_its_turn: bool
    attestation: str  # of which kind a confirmation would be; "": none would help
    kinds: tuple[str, ...]
    page: str | None  # that an answer names: none where the requirement is of the whole institution

    @property
    def is_settled(self) -> bool:
        return self.case.state is CaseState.SETTLED

    @property
    def absent(self) -> str:
        """The answer that there is none of what is asked for; "": it does not fit."""
        field = IN_REGISTRY.get(self.case.finding.reason, "")
        return _ABSENT.get(field, "") if "correct_registry" in self.kinds else ""

    @property
    def wants_word(self) -> bool:
        """Nothing is to be mended: only the institution knows how it is."""
        return lacks_confirmation(self.case.finding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An earlier answer. Its words and files are not shown: the link may be in other hands."""

    number: int
    on: date
    kind: str
    title: str
    outcome: str
    reason: str
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    asked: tuple[Asked, ...]
    waiting: tuple[Asked, ...]  # for others than the institution
    answered: tuple[Answered, ...]
    more_answers: int


def case_id(case: InstitutionCase) -> str:
    """For an address: the same for the same case."""
    told = "\n".join(part or "" for part in case.key)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def asked_of(application: Application, came: Came, *, settled: bool = False) -> tuple[Asked, ...]:
    titles, kinds = _known(application, came.town)
    cases = cases_of(application, came.town, institutions=[came.institution], settled=settled)
    return tuple(_asked(came.town, case, titles, kinds) for case in cases)


def everything(application: Application, came: Came) -> Everything:
    every = asked_of(application, came, settled=True)
    titles, _ = _known(application, came.town)
    made = by_institution(application, came.town, [came.institution]).get(came.institution.id, ())
    answered = list(_answered(came, made, every, titles))[::-1]
    return Everything(
        asked=_once(sorted((one for one in every if one.is_its_turn), key=_urgency)),
        waiting=tuple(one for one in every if not one.is_its_turn and not one.is_settled),
        answered=tuple(answered[:MOST_ANSWERS]),
        more_answers=max(0, len(answered) - MOST_ANSWERS),
    )


def _known(application: Application, town: Municipality) -> tuple[Mapping[str, Requirement], Kinds]:
    acts = town.acts_in(application.acts)
    return {one.id: one for act in acts for one in act.requirements}, kinds_of(acts)


def _once(asked: Iterable[Asked]) -> tuple[Asked, ...]:
    """An exemption without grounds is one question, however many requirements hang on it."""
    found: dict[str, Asked] = {}
    for one in asked:
        found.setdefault(ONCE if one.case.finding.reason == ONCE else one.id, one)
    return tuple(found.values())


def _urgency(asked: Asked) -> tuple[int, bool, date]:
    """What is overdue first, then what is to be mended, then what is to be confirmed."""
    due = asked.case.due.on if asked.case.due else date.max
    return ITS_TURN.index(asked.case.state), asked.wants_word, due


def _asked(
    town: Municipality,
    case: InstitutionCase,
    titles: Mapping[str, Requirement],
    kinds: Kinds,
) -> Asked:
    known = titles.get(case.key.requirement)
    own = kinds.get(case.key.requirement, frozenset())
    attestation = next(iter(own), "") if len(own) == 1 else ""
    return Asked(
        id=case_id(case),
        case=case,
        title=known.title if known else case.key.requirement,
        where=_where(town, case),
        state=desk_word("link_states", str(case.state)),
        is_its_turn=case.state in ITS_TURN,
        attestation=attestation,
        kinds=tuple(_kinds(case, attestation)),
        page=case.key.page if known and known.per in OF_A_PAGE else None,
    )


def _where(town: Municipality, case: InstitutionCase) -> str:
    about = town.by_id.get(case.key.about or "")
    named = name_of(about) if about else ""
    network = page_title(case.key.network) if case.key.network else ""
    return ", ".join(part for part in (named, network) if part)


def _kinds(case: InstitutionCase, attestation: str) -> Iterator[str]:
    """A violation is mended; what only wants a word is confirmed; a question may be the registry's
    own fault."""
    finding = case.finding
    wants_word, may_be_ours = lacks_confirmation(finding), finding.reason in IN_REGISTRY
    found = ["confirms"] if attestation and wants_word else []
    if may_be_ours and finding.outcome is not Outcome.FAIL:
        found.append("correct_registry")
    if not wants_word:
        found.append("corrected")
    if may_be_ours or (wants_word and not attestation):
        found.append("correct_registry")
    if attestation:
        found.append("confirms")
    yield from dict.fromkeys([*found, "disagrees"])


def wanted(application: Application, came: Came, asked: Asked) -> Wanted:
    """What exactly is to be stated: as the letter says it."""
    _, kinds = _known(application, came.town)
    return wanted_of(asked.case.finding, kinds)


# --- answers ------------------------------------------------------------------------------------


def _answered(
    came: Came,
    made: Sequence[Recorded],
    every: Sequence[Asked],
    titles: Mapping[str, Requirement],
) -> Iterator[Answered]:
    unread = {
        one.case.answer.number
        for one in every
        if one.case.answer and one.case.state is CaseState.REREADING
    }
    for one in made:
        said = one.said
        if not isinstance(said, InstitutionAnswer) or one.number is None:
            continue
        known = titles.get(said.requirement or "")
        outcome, reason = _outcome(one, came.today, unread, every)
        yield Answered(
            number=one.number,
            on=said.on,
            kind=desk_word("link_kinds", said.kind),
            title=known.title if known else "",
            outcome=desk_word("link_outcomes", outcome),
            reason=reason,
            files=len(said.attachments),
        )


def _outcome(
    stated: Recorded, today: date, unread: set[int | None], every: Sequence[Asked]
) -> tuple[str, str]:
    """How it ended, and why; of a reading, what it has found."""
    if stated.is_withdrawn(today):
        return "withdrawn", ""
    if decision := stated.decision(today):
        said = decision.said
        reason = said.reason if isinstance(said, Decision) else ""
        return (said.verdict if isinstance(said, Decision) else "rejected"), reason
    said = stated.said
    if isinstance(said, InstitutionAnswer) and said.kind == "corrected":
        if stated.number in unread:
            return "unread", ""
        return "read", result_of(stated, [one.case for one in every])
    return "waiting", ""
