"""The states of a case: whatever happens in whatever order, a simple model says the same.

The model has no transitions: it asks which conditions hold at the end of a day, and spends a budget
of working days on those on which it is the institution's turn.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rules.cases.model import CaseState, Judged, Recorded
from rules.cases.replay import History, replay
from rules.cases.table import HELD, OPEN, TABLE, Step, moved
from rules.cases.terms import CaseTerms
from rules.law.workdays import is_working_day
from rules.model import Event, Outcome, Waiver
from tests.rules.cases_world import (
    CALENDAR,
    KINDS,
    MARK,
    MONDAY,
    answered,
    at,
    decided,
    night,
    stated,
    told,
    withdrawn,
)

TERM = 2
HASTY = replace(CALENDAR, terms=CaseTerms({"major": TERM}))  # so that terms often end
UNSEEN = Outcome.UNKNOWN


class Cases(RuleBasedStateMachine):
    """Each rule happens on a day of its own, at ten; nights at three."""

    @initialize()
    def begin(self) -> None:
        self.day = MONDAY
        self.nights: list[Judged] = [night(MONDAY)]
        self.statements: list[Recorded] = []
        self.shown: dict[date, CaseState | None] = {}
        self.number = 0
        self._forget()
        self.is_open = True

    def _forget(self) -> None:
        self.is_open, self.is_unseen = False, False
        self.operator: int | None = None  # the answer that waits for one
        self.reading: date | None = None  # since when a reading is waited for; None: not
        self.needs_look = False
        self.answer: int | None = None
        self.objections: set[int] = set()
        self.disputed = False
        self.waived: date | None = None
        self.budget: int | None = None  # working days left; None: nobody was told

    # --- days ----------------------------------------------------------------------------------

    def _next_day(self) -> None:
        before = self._state()
        self.shown[self.day] = before
        self.day += timedelta(days=1)
        if before in (CaseState.TO_DO, CaseState.OVERDUE) and self.budget is not None:
            if self.budget <= 0:
                self.budget = -1  # the term is over
            elif is_working_day(self.day):
                self.budget -= 1

    def _state(self) -> CaseState | None:
        if not self.is_open:
            return CaseState.SETTLED if self.nights_open else None
        if self.disputed or self.objections:
            return CaseState.DISPUTED
        if self.operator is not None:
            return CaseState.ANSWERED
        if self.reading is not None or self.is_unseen:
            return CaseState.REREADING
        if self.waived and self.day <= self.waived:
            return CaseState.WAIVED
        return CaseState.OVERDUE if self.budget == -1 else CaseState.TO_DO

    @property
    def nights_open(self) -> bool:
        return any(one.finding.outcome is Outcome.FAIL for one in self.nights)

    def _hold(self) -> None:
        """Who answers on the last day has at least the next one."""
        if self._state() == CaseState.TO_DO and self.budget == 0:
            self.budget = 1

    # --- nights --------------------------------------------------------------------------------

    @rule(is_read=st.booleans())
    def found_open(self, is_read: bool) -> None:
        self._next_day()
        if not self.is_open:
            self._forget_but_lasting()
            self.is_open = True
        seen_on = self.day if is_read else self.day - timedelta(days=30)
        self.nights.append(night(self.day, read_on=seen_on))
        self.is_unseen = False
        if self.reading is not None and (is_read or not self.needs_look):
            self.reading = None

    def _forget_but_lasting(self) -> None:
        lasting = self.objections, self.disputed, self.waived
        self._forget()
        self.objections, self.disputed, self.waived = lasting

    @rule()
    def found_settled(self) -> None:
        self._next_day()
        self.nights.append(night(self.day, Outcome.PASS))
        self.is_open = False

    @rule()
    def not_seen(self) -> None:
        self._next_day()
        self.nights.append(night(self.day, UNSEEN, reason="not_read"))
        if self.is_open:
            self._hold()
            self.is_unseen = True

    @rule(count=st.integers(1, 4))
    def nothing_happens(self, count: int) -> None:
        for _ in range(count):
            self._next_day()

    # --- people --------------------------------------------------------------------------------

    def _says(self, made: Recorded) -> int:
        self.statements.append(made)
        return self.number

    def _number(self) -> int:
        self.number += 1
        return self.number

    @rule()
    def tell(self) -> None:
        self._next_day()
        self._says(told(self._number(), self.day))
        if self.is_open and self.budget is None:
            self.budget = TERM

    @rule(
        kind=st.sampled_from(
            ["corrected", "corrected", "confirms", "correct_registry", "disagrees"]
        )
    )
    def answer_it(self, kind: str) -> None:
        self._next_day()
        if self.is_open:
            self._hold()
        number = self._says(answered(self._number(), kind, self.day))
        if kind == "disagrees":
            self.objections.add(number)
        if self.is_open:
            self.answer = number
            self.operator = number if kind in ("confirms", "correct_registry") else None
            self.reading = self.day if kind == "corrected" else None
            self.needs_look = kind == "corrected"

    @precondition(lambda self: self.is_open and self.answer is not None)
    @rule(verdict=st.sampled_from(["accepted", "rejected"]))
    def decide(self, verdict: str) -> None:
        answer = self._undecided()
        if answer is None or (verdict == "accepted" and answer.said.kind == "corrected"):
            return
        self._next_day()
        made = decided(self._number(), self.answer or 0, verdict, self.day)
        at_place = self.statements.index(answer)
        self.statements[at_place] = replace(answer, decided=(*answer.decided, made))
        if verdict == "rejected":
            self.objections.discard(self.answer or 0)
            self.operator = self.reading = None
        elif self.operator is not None:
            self.operator, self.reading, self.needs_look = None, self.day, False

    def _undecided(self) -> Recorded | None:
        found = next(one for one in self.statements if one.number == self.answer)
        return None if found.decided or found.withdrawn else found

    @precondition(lambda self: self.is_open and self.answer is not None)
    @rule()
    def withdraw(self) -> None:
        answer = self._undecided()
        if answer is None:
            return
        self._next_day()
        made = withdrawn(self._number(), self.answer or 0, self.day)
        self.statements[self.statements.index(answer)] = replace(answer, withdrawn=made)
        self.objections.discard(self.answer or 0)
        self.operator = self.reading = self.answer = None

    @rule(count=st.integers(0, 6))
    def waive(self, count: int) -> None:
        self._next_day()
        if self.is_open:
            self._hold()
        until = self.day + timedelta(days=count)
        waiver = Waiver(requirement=MARK, reason="ремонт", by="глава", until=until)
        self._says(stated(self._number(), waiver, self.day))
        self.waived = max(until, self.waived or until)

    @rule(kind=st.sampled_from(["dispute_opened", "dispute_closed"]))
    def dispute(self, kind: str) -> None:
        self._next_day()
        if self.is_open and kind == "dispute_opened":
            self._hold()
        event = Event(kind=kind, on=self.day, requirement=MARK)
        self._says(stated(self._number(), event, self.day))
        self.disputed = kind == "dispute_opened"
        if kind == "dispute_closed":
            self.objections.clear()

    # --- what is held --------------------------------------------------------------------------

    def _replayed(self, day: date) -> CaseState | None:
        found = replay(History(self.nights, self.statements), KINDS, HASTY, at(day, 23))
        return found.state if found else None

    @invariant()
    def the_model_says_the_same(self) -> None:
        assert self._replayed(self.day) == self._state()

    def teardown(self) -> None:
        """As of any earlier day the same is said as was said then."""
        for day, state in getattr(self, "shown", {}).items():
            assert self._replayed(day) == state, day


Cases.TestCase.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
TestCases = Cases.TestCase


def test_every_state_is_reached_and_left() -> None:
    assert {state for state, _ in TABLE} | set(TABLE.values()) == set(CaseState)
    assert {state for state, _ in TABLE} == set(CaseState)


def test_only_a_reading_settles() -> None:
    assert {step for (_, step), to in TABLE.items() if to is CaseState.SETTLED} == {
        Step.FOUND_SETTLED
    }


def test_a_settled_case_moves_only_when_it_is_found_open_again() -> None:
    moves = {step for step in Step if moved(CaseState.SETTLED, step) is not CaseState.SETTLED}
    assert moves == {Step.FOUND_OPEN}


def test_no_term_ends_while_it_is_not_the_institutions_turn() -> None:
    assert all(moved(state, Step.TERM_OVER) is state for state in HELD)
    assert {moved(state, Step.TERM_OVER) for state in OPEN} == {CaseState.OVERDUE}
