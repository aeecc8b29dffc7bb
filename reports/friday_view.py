"""What is to be done by Friday, as templates print it (reports/friday.py builds it)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """An institution to be telephoned, whom to ask for, and what to say first."""

    institution: str
    anchor: str
    phones: tuple[str, ...]
    post: str  # of the person who answers for it, as the registry has it; "" where nobody is named
    violations: int  # requirements
    pages: int  # on which they are not met
    title: str  # of the first one
    because: str
    is_new: bool  # the first was no violation in the previous audit
    due: str | None  # the last day of the earliest term; None: none was set
    term: str  # «срок 4 декабря», or what it would be if a letter went today; "": not known
    is_overdue: bool
    assigned: str  # to whom, and by when; "" for nobody

    @property
    def first(self) -> str:
        return f"{self.title}. {self.because}"


@dataclass(frozen=True, slots=True)
class DecisionDue:
    """Something that waits for the deputy head."""

    kind: str  # held | disputed | answered | overdue | waiver
    institution: str  # "" where it is about the whole report
    anchor: str
    what: str
    when: str


@dataclass(frozen=True, slots=True)
class DueNotice:
    """A notice that nobody is known to have sent, and its last day."""

    institution: str
    anchor: str
    what: str
    due: str
    is_late: bool
    is_ahead: bool  # the act that asks for it does not bind yet


@dataclass(frozen=True, slots=True)
class NextTerm:
    """The last day of something that is not to be done yet: a page too new to be judged."""

    institution: str
    anchor: str
    what: str
    due: str
    is_by_friday: bool


@dataclass(frozen=True, slots=True)
class Friday:
    day: str  # «4 декабря»: the next one
    calls: tuple[Call, ...]
    decisions: tuple[DecisionDue, ...]
    notices: tuple[DueNotice, ...]
    overdue: int  # institutions
    terms: tuple[NextTerm, ...]  # of the next weeks, the earliest first


@dataclass(frozen=True, slots=True)
class Lacking:
    """An institution whose page of a network was not seen open, and why."""

    mark: str
    institution: str
    anchor: str
    because: str
    is_blocked: bool  # by its network


@dataclass(frozen=True, slots=True)
class Absent:
    """Of one network: who has no page there, and of whom that is not known."""

    network: str
    lacking: int  # institutions
    said: str  # «нет у 1, заблокирована у 1»; "" where it is only unclear
    unclear: int
    lines: tuple[Lacking, ...]
    more: int
