"""What happened to one case, walked through in its order up to a day.

Audits, statements and letters in, the case as of the day out. What is dated later is not looked at,
so that an earlier day gives what was said then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.cases.matching import Kinds, is_disputed, speaks_of, waived_until
from rules.cases.model import (
    Assignment,
    CaseKey,
    CaseState,
    Decision,
    Due,
    InstitutionAnswer,
    InstitutionCase,
    Judged,
    Recorded,
    Reminder,
    Telling,
    Withdrawal,
    key_of,
)
from rules.cases.openness import Openness, openness
from rules.cases.table import HELD, LASTING, OPEN, Step, moved
from rules.cases.terms import CaseTerms, due_by_law, last_day, prolonged, reminding_day
from rules.model import Attestation, Finding, Municipality, Outcome, Waiver

_NEXT = timedelta(days=1)


class SentLetter(NamedTuple):
    """A letter to the institution: as of when the audit is that it tells of, and when it went."""

    of: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Whose days are counted, and how many."""

    zone: ZoneInfo
    days_off: tuple[date, ...] = ()
    terms: CaseTerms = field(default_factory=CaseTerms)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


def calendar_of(municipality: Municipality, terms: CaseTerms) -> Calendar:
    return Calendar(zone=municipality.timezone, days_off=municipality.days_off, terms=terms)


@dataclass(frozen=True, slots=True)
class History:
    """All that was found, stated and sent of one institution; statements by their numbers."""

    judged: Sequence[Judged]  # of one case
    statements: Sequence[Recorded] = ()
    letters: Sequence[SentLetter] = ()


class _Happening(NamedTuple):
    at: datetime
    what: Judged | Recorded | SentLetter | None  # None: a day on which a waiver is over


def replay(
    history: History, kinds: Kinds, calendar: Calendar, as_of: datetime
) -> InstitutionCase | None:
    """None: by then it has never been a case. Of statements the whole day of `as_of` counts."""
    if not history.judged:
        return None
    key = key_of(history.judged[-1].finding)
    about = [one for one in history.statements if speaks_of(one.said, key, kinds)]
    walk, today = _Walk(key, calendar, about), calendar.day_of(as_of)
    for happening in _in_order(history, about, calendar):
        day = calendar.day_of(happening.at)
        is_dated = happening.what is None or isinstance(happening.what, Recorded)
        if day <= today if is_dated else happening.at <= as_of:
            walk.take(happening, day)
    walk.last(today)
    return walk.case(today)


def _in_order(
    history: History, about: Sequence[Recorded], calendar: Calendar
) -> Sequence[_Happening]:
    found = [_Happening(one.at, one) for one in history.judged]
    found += [_Happening(one.at, one) for one in history.letters]
    for stated in about:
        for one in (stated, *stated.decided):
            made = (one, one.withdrawn) if one.withdrawn else (one,)
            found += [_Happening(moment_of(each, calendar), each) for each in made if each.since]
        if isinstance(stated.said, Waiver):
            over = datetime.combine(stated.said.until + _NEXT, time(), calendar.zone)
            found.append(_Happening(over, None))
    return sorted(found, key=lambda happening: happening.at)


def moment_of(stated: Recorded, calendar: Calendar) -> datetime:
    """When it was typed, if on its own day; else the end of that day: what was read on it is not
    known to be later."""
    assert stated.since is not None
    if stated.at and calendar.day_of(stated.at) == stated.since:
        return stated.at
    return datetime.combine(stated.since, time.max, calendar.zone)


@dataclass(slots=True)
class _Walk:
    """The case so far. Begins anew where a settled one is found open again."""

    key: CaseKey
    calendar: Calendar
    about: Sequence[Recorded]
    finding: Finding | None = None
    state: CaseState | None = None
    since: date | None = None
    judged: list[Judged] = field(default_factory=list)
    told_on: date | None = None
    due: date | None = None  # by the administration's term
    held_on: date | None = None
    answer: Recorded | None = None
    waiting: Step | None = (
        None  # why it stands still: an operator (ANSWERED), a reading (CORRECTED)
    )
    decided_at: datetime | None = None  # from when an audit tells what came of it
    needs_look: bool = False  # and it must have read the page since
    before: Finding | None = None
    after: Finding | None = None
    settled_on: date | None = None

    def take(self, happening: _Happening, day: date) -> None:
        self._end_term(day)
        match happening.what:
            case Judged() as judged:
                self._judge(judged)
            case SentLetter() as letter if self.is_open and self._lists(letter):
                self._tell(day)
            case Recorded() as stated if self.is_open:
                self._state(stated, day, happening.at)
        self._heed_lasting(day)

    @property
    def is_open(self) -> bool:
        return self.state not in (None, CaseState.SETTLED)

    def last(self, as_of: date) -> None:
        self._end_term(as_of)
        self._heed_lasting(as_of)

    # --- what is found ------------------------------------------------------------------------

    def _judge(self, judged: Judged) -> None:
        seen = openness(judged.finding)
        if not self.is_open and seen is not Openness.OPEN:
            return
        self.judged.append(judged)
        self.finding = judged.finding
        if not self.is_open:
            self._open(judged)
        elif seen is Openness.UNSEEN:
            self._move(Step.NOT_SEEN, judged.on)
        elif seen is Openness.SETTLED:
            self._conclude(judged)
            self._move(Step.FOUND_SETTLED, judged.on)
            self.settled_on = judged.on
        elif self.waiting is not Step.CORRECTED or self._is_later_look(judged):
            self._conclude(judged)
            self._move(Step.FOUND_OPEN, judged.on)

    def _open(self, judged: Judged) -> None:
        self.state, self.since, self.judged = CaseState.TO_DO, judged.on, [judged]
        self.told_on = self.due = self.held_on = self.settled_on = None
        self.answer = self.waiting = self.decided_at = self.before = self.after = None

    def _lists(self, letter: SentLetter) -> bool:
        """Whether the case was open in the audit of which the letter tells."""
        by_then = (one.finding for one in reversed(self.judged) if one.at <= letter.of)
        found = next(by_then, None)
        return found is not None and openness(found) is Openness.OPEN

    def _is_later_look(self, judged: Judged) -> bool:
        """Whether it tells what came of the answer: what was read before «исправили» does not."""
        if self.decided_at is None or judged.at <= self.decided_at:
            return False
        answered_on, read_on = self.calendar.day_of(self.decided_at), judged.finding.read_on
        if not self.needs_look or read_on is None:
            return True
        return read_on > answered_on or read_on == answered_on == judged.on

    def _conclude(self, judged: Judged) -> None:
        if self.waiting is Step.CORRECTED and self._is_later_look(judged):
            self.waiting, self.after = None, judged.finding

    # --- what people say ----------------------------------------------------------------------

    def _state(self, stated: Recorded, day: date, at: datetime) -> None:
        match stated.said:
            case Telling():
                if stated.counts(day):
                    self._tell(day)
            case InstitutionAnswer() | Attestation():
                if stated.counts(day):
                    self._answer(stated, day, at)
            case Decision(of=number) if self.answer and self.answer.number == number:
                self._decide(stated.said, day, at)
            case Withdrawal(of=number) if self.answer:
                self._withdraw(number, day, at)

    def _answer(self, stated: Recorded, day: date, at: datetime) -> None:
        said = stated.said
        self.answer, self.before, self.after = stated, self.finding, None
        self.needs_look = isinstance(said, InstitutionAnswer) and said.kind == "corrected"
        if self.needs_look or isinstance(said, Attestation):
            self._wait(Step.CORRECTED, day, at)
        elif isinstance(said, InstitutionAnswer) and said.kind != "disagrees":
            self._wait(Step.ANSWERED, day, at)
        else:  # an objection lasts: `_heed_lasting` sees to it
            self.waiting = None

    def _wait(self, step: Step, day: date, at: datetime) -> None:
        self.waiting, self.decided_at = step, at
        self._move(step, day)

    def _decide(self, decision: Decision, day: date, at: datetime) -> None:
        is_objection = self.waiting is None
        if decision.verdict == "rejected":
            self.waiting = None
            self._move(Step.REJECTED, day)
        elif not is_objection:
            self.waiting, self.decided_at, self.needs_look = Step.CORRECTED, at, False
            self._move(Step.ACCEPTED, day)

    def _withdraw(self, number: int, day: date, at: datetime) -> None:
        """The answer itself, or what was decided on it: then it waits again."""
        assert self.answer is not None
        if self.answer.number == number:
            self.answer = self.waiting = self.before = self.after = None
            self._move(Step.WITHDRAWN, day)
        elif any(made.number == number for made in self.answer.decided):
            self._answer(self.answer, day, at)

    # --- whose turn it is, and for how long ---------------------------------------------------

    def _tell(self, day: date) -> None:
        if self.told_on is None and self.finding:
            self.told_on = day
            workdays = self.calendar.terms.of(self.finding)
            if workdays is not None:
                self.due = last_day(day, workdays, self.calendar.days_off)

    def _move(self, step: Step, day: date) -> None:
        assert self.state is not None
        was, self.state = self.state, moved(self.state, step)
        if was in OPEN and self.state in HELD:
            self.held_on = day
        elif was in HELD and self.state in OPEN and self.held_on:
            since = max(self.held_on, self.told_on or self.held_on)
            self.due = prolonged(self.due, since, day, self.calendar.days_off)
            self.held_on = None

    def _heed_lasting(self, day: date) -> None:
        """What lasts from its day to its end, whatever else happens: see `table.LASTING`."""
        if not self.is_open:
            return
        if self.state is CaseState.DISPUTED and not is_disputed(self.about, day):
            self._move(Step.DISPUTE_OVER, day)
        if self.state is CaseState.WAIVED and not waived_until(self.about, day):
            self._move(Step.WAIVER_OVER, day)
        for step, lasts in zip(LASTING, self._lasting(day), strict=True):
            if lasts:
                self._move(step, day)
        self._end_term(day)

    def _lasting(self, day: date) -> Iterator[bool]:
        """Whether each of `LASTING` does."""
        yield is_disputed(self.about, day)
        yield self.waiting is Step.ANSWERED
        yield self.waiting is Step.CORRECTED
        yield self.finding is not None and openness(self.finding) is Openness.UNSEEN
        yield waived_until(self.about, day) is not None

    def _end_term(self, day: date) -> None:
        """What is within the law's own term is no violation yet, whatever the calendar says."""
        due = self._due()
        is_pending = self.finding is not None and self.finding.outcome is Outcome.PENDING
        if self.state is CaseState.TO_DO and due and due.on < day and not is_pending:
            self._move(Step.TERM_OVER, day)

    def _due(self) -> Due | None:
        by_law = due_by_law(self.finding) if self.finding else None
        return by_law or (Due(on=self.due) if self.due else None)

    # --- the case -----------------------------------------------------------------------------

    def case(self, as_of: date) -> InstitutionCase | None:
        if self.state is None or self.finding is None or self.since is None:
            return None
        due, terms, off = self._due(), self.calendar.terms, self.calendar.days_off
        made = tuple(self._of_this_case(as_of))
        return InstitutionCase(
            key=self.key,
            finding=self.finding,
            state=self.state,
            since=self.since,
            told_on=self.told_on,
            due=due,
            remind_on=reminding_day(due.on, terms.remind_workdays, off) if due else None,
            assigned=_newest(made, as_of, Assignment),
            answer=self.answer,
            waived_until=waived_until(self.about, as_of),
            settled_on=self.settled_on,
            reminded_on=_day_of(made, as_of, "reminded"),
            escalated_on=_day_of(made, as_of, "escalated"),
            before=self.before,
            after=self.after,
            statements=made,
        )

    def _of_this_case(self, as_of: date) -> Iterator[Recorded]:
        """Not what was said of an earlier one, that has been settled since."""
        assert self.since is not None
        for stated in self.about:
            begins = stated.since or as_of
            if self.since <= begins <= as_of or (begins < self.since and _lasts(stated, as_of)):
                yield stated


def _lasts(stated: Recorded, on: date) -> bool:
    is_lasting = waived_until([stated], on) is not None or is_disputed([stated], on)
    return is_lasting and stated.counts(on)


def _newest(made: Sequence[Recorded], on: date, kind: type) -> Recorded | None:
    found = [each for each in made if isinstance(each.said, kind) and each.counts(on)]
    return max(found, key=lambda stated: (stated.since or on, stated.number or 0), default=None)


def _day_of(made: Sequence[Recorded], on: date, kind: str) -> date | None:
    days = [
        one.since
        for one in made
        if isinstance(one.said, Reminder) and one.said.kind == kind and one.counts(on)
    ]
    return max((day for day in days if day), default=None)
