"""The words of cases: what people state about them, and what a case is as of a day.

A statement that names no requirement, page or other institution speaks of all of the institution's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from rules.model import Attestation, Event, Finding, Waiver

AnswerKind = Literal["corrected", "confirms", "disagrees", "correct_registry"]
Channel = Literal["mail", "link", "typed"]
Verdict = Literal["accepted", "rejected", "upheld"]
ReminderKind = Literal["reminded", "escalated"]


class CaseKey(NamedTuple):
    """What tells one case from another, as one finding from another."""

    municipality: str
    institution: str
    requirement: str
    network: str | None = None
    page: str | None = None
    about: str | None = None


def key_of(finding: Finding) -> CaseKey:
    return CaseKey(
        finding.municipality,
        finding.institution,
        finding.requirement,
        finding.network,
        finding.page,
        finding.about,
    )


# --- statements -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfCases:
    """Who says it, on which day, and of which cases."""

    by: str
    on: date
    requirement: str | None = None
    network: str | None = None
    page: str | None = None
    about: str | None = None
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling(_OfCases):
    """The institution was told of its cases other than by one of our letters."""

    how: str = ""  # «по телефону»


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment(_OfCases):
    to: str
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with an answer; its bytes are kept by their digest."""

    name: str
    digest: str  # sha256
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A change of the registry that an institution proposes."""

    field: str  # as the registry's file calls it: phones, emails, address, page, …
    new: str
    old: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstitutionAnswer(_OfCases):
    """What an institution answers. It changes no finding before an operator accepts it."""

    kind: AnswerKind
    channel: Channel = "typed"
    text: str = ""
    attestation: Attestation | None = None  # of `confirms`
    corrections: tuple[Correction, ...] = ()  # of `correct_registry`
    attachments: tuple[Attachment, ...] = ()
    source: str = ""  # by what its channel knows it, such as a Message-ID: recorded once


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an operator decides on an answer. `upheld`: an objection that is right, and is over."""

    verdict: Verdict
    of: int  # the answer's number
    by: str
    on: date
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder(_OfCases):
    """`reminded`: the institution, of a term that ends; `escalated`: the deputy head, of one that
    is over."""

    kind: ReminderKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A statement counts no more from this day on; what it was stays on record."""

    of: int
    by: str
    on: date
    reason: str


OfCases = Telling | Assignment | InstitutionAnswer | Reminder
Said = Attestation | Event | Waiver | OfCases | Decision | Withdrawal


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A statement as it is on record. `since`: the day from which it counts."""

    number: int | None  # None: the registry's file says it
    municipality: str
    institution: str
    said: Said
    since: date | None = None  # None: for as long as the registry says it
    at: datetime | None = None
    recorded_by: str = ""
    decided: tuple[Recorded, ...] = ()  # of an answer: what was decided on it, withdrawn or not
    withdrawn: Recorded | None = None

    def counts(self, on: date) -> bool:
        """Made by then, and not withdrawn."""
        return (self.since is None or self.since <= on) and not self.is_withdrawn(on)

    def is_withdrawn(self, on: date) -> bool:
        taken = self.withdrawn
        return taken is not None and taken.since is not None and taken.since <= on

    def decision(self, on: date) -> Recorded | None:
        """What holds of an answer on that day; None: it waits."""
        return next((made for made in reversed(self.decided) if made.counts(on)), None)


# --- cases ------------------------------------------------------------------------------------


class CaseState(StrEnum):
    TO_DO = "to_do"
    ANSWERED = "answered"  # waits for an operator
    DISPUTED = "disputed"
    WAIVED = "waived"
    REREADING = "rereading"  # waits for the next reading
    OVERDUE = "overdue"
    SETTLED = "settled"


class Judged(NamedTuple):
    """What one audit found: `at` is the audit's own moment, `on` its day."""

    at: datetime
    on: date
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The last day of a term, and who set it: the administration, or the law by a clause."""

    on: date
    clause: str | None = None  # None: the administration's own term


@dataclass(frozen=True, slots=True, kw_only=True)
class InstitutionCase:
    """One thing that an institution has to settle, as of a day."""

    key: CaseKey
    finding: Finding  # what was found last
    state: CaseState
    since: date  # it first failed, was to be looked at, or lacked a confirmation
    told_on: date | None = None
    due: Due | None = None
    remind_on: date | None = None  # the day on which to remind of `due`
    assigned: Recorded | None = None
    answer: Recorded | None = None  # the last one
    waived_until: date | None = None
    settled_on: date | None = None
    reminded_on: date | None = None
    escalated_on: date | None = None
    before: Finding | None = None  # of an answer «исправили»: what was found before it,
    after: Finding | None = None  # and by the first reading since; None: there was none yet
    statements: tuple[Recorded, ...] = ()  # all that were made of it, in their order


Transitions = Mapping[tuple[CaseState, str], CaseState]
