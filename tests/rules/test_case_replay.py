"""What is said of a case as of a day: since when, by when, whose turn, what came of an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rules.cases.model import CaseState, Due, Reminder
from rules.cases.replay import SentLetter
from rules.cases.terms import CaseTerms, reminding_day
from rules.model import Attestation, Event, Outcome, Waiver
from tests.rules.cases_world import (
    CALENDAR,
    MARK,
    MONDAY,
    answered,
    at,
    case_on,
    days,
    decided,
    night,
    stated,
    told,
    withdrawn,
)

FAILS = [night(MONDAY + days(n)) for n in range(40)]
TUESDAY = MONDAY + days(1)  # 4 November 2026, the day after, is a day off
NEVER_SEEN = {"outcome": Outcome.UNKNOWN, "reason": "not_read"}
UNCONFIRMED = {"outcome": Outcome.UNKNOWN, "reason": "attestation_missing", "read_on": None}


def test_a_case_is_as_old_as_its_first_open_finding_not_as_its_last_outcome() -> None:
    nights = [night(MONDAY, Outcome.REVIEW), night(TUESDAY)]
    assert case_on(TUESDAY, nights).since == MONDAY


def test_a_missing_confirmation_is_a_case() -> None:
    assert case_on(MONDAY, [night(MONDAY, **UNCONFIRMED)]).state is CaseState.TO_DO
    no_link = UNCONFIRMED | {"reason": "pos_not_seen"}
    assert case_on(MONDAY, [night(MONDAY, **no_link)]).state is CaseState.TO_DO


def test_what_was_never_seen_open_is_no_case() -> None:
    with pytest.raises(AssertionError):
        case_on(MONDAY, [night(MONDAY, **NEVER_SEEN)])


def test_who_was_never_told_has_no_term() -> None:
    case = case_on(MONDAY + days(39), FAILS)
    assert (case.state, case.due, case.told_on) == (CaseState.TO_DO, None, None)


def test_a_term_is_counted_in_working_days_after_the_day_of_telling() -> None:
    case = case_on(TUESDAY, FAILS, told(1, TUESDAY))
    assert case.due == Due(on=date(2026, 11, 11))  # 5, 6, 9, 10, 11
    assert case.remind_on == date(2026, 11, 9)


def test_it_is_overdue_on_the_day_after_the_last_one() -> None:
    states = [case_on(date(2026, 11, day), FAILS, told(1, TUESDAY)).state for day in (11, 12)]
    assert states == [CaseState.TO_DO, CaseState.OVERDUE]


def test_a_letter_tells_of_what_its_own_audit_has_found() -> None:
    earlier, of_it = (
        SentLetter(at(MONDAY - days(1)), at(MONDAY, 8)),
        SentLetter(at(TUESDAY), at(TUESDAY, 9)),
    )
    assert case_on(TUESDAY, FAILS, letters=[earlier, of_it]).told_on == TUESDAY


def test_of_two_tellings_the_first_counts() -> None:
    case = case_on(TUESDAY, FAILS, told(1, MONDAY), told(2, TUESDAY))
    assert case.told_on == MONDAY


def test_what_is_only_for_information_has_no_term() -> None:
    calendar = replace(CALENDAR, terms=CaseTerms({}))
    assert case_on(TUESDAY, FAILS, told(1, MONDAY), calendar=calendar).due is None


def test_a_term_of_the_law_goes_before_the_administrations() -> None:
    pending = {"outcome": Outcome.PENDING, "reason": "deadline_not_over"}
    nights = [night(MONDAY, **pending, measured={"due": "2026-11-05"})]
    case = case_on(date(2026, 11, 6), nights, told(1, MONDAY))
    assert case.due == Due(on=date(2026, 11, 5), clause="6.6")
    assert case.state is CaseState.TO_DO  # no audit has found it missed


def test_a_notice_that_the_law_wanted_earlier_is_overdue_though_nobody_told() -> None:
    nights = [night(MONDAY, reason="notice_missing", measured={"due": "2026-10-30"})]
    assert case_on(MONDAY, nights).state is CaseState.OVERDUE


def test_nobody_is_overdue_by_a_calendar_that_is_not_known() -> None:
    calendar = replace(CALENDAR, terms=CaseTerms({"major": 400}))
    case = case_on(MONDAY + days(39), FAILS, told(1, MONDAY), calendar=calendar)
    assert (case.due, case.state) == (None, CaseState.TO_DO)


def test_a_page_that_is_not_seen_any_more_makes_nobody_overdue() -> None:
    nights = [night(MONDAY), night(TUESDAY, **NEVER_SEEN)]
    assert case_on(MONDAY + days(39), nights, told(1, MONDAY)).state is CaseState.REREADING


# --- answers ----------------------------------------------------------------------------------


def test_corrected_waits_for_a_reading_since_and_shows_before_and_after() -> None:
    nights = [night(MONDAY, measured={"mark": False}), night(TUESDAY, read_on=MONDAY)]
    said = answered(1, "corrected", MONDAY)
    waits = case_on(TUESDAY, nights, said)
    assert (waits.state, waits.after) == (CaseState.REREADING, None)
    read = case_on(TUESDAY + days(1), [*nights, night(TUESDAY + days(1))], said)
    assert read.state is CaseState.TO_DO
    assert read.before
    assert read.after
    assert (read.before.read_on, read.after.read_on) == (MONDAY, TUESDAY + days(1))


def test_corrected_and_seen_is_settled() -> None:
    nights = [night(MONDAY), night(TUESDAY, Outcome.PASS)]
    case = case_on(TUESDAY, nights, answered(1, "corrected", MONDAY))
    assert (case.state, case.settled_on) == (CaseState.SETTLED, TUESDAY)
    assert case.after
    assert case.after.outcome is Outcome.PASS


def test_a_reading_of_the_same_morning_says_nothing_of_an_answer_typed_for_that_day_later() -> None:
    late = replace(answered(1, "corrected", MONDAY), at=at(TUESDAY, 10))
    assert case_on(MONDAY, [night(MONDAY)], late).state is CaseState.REREADING


def test_an_accepted_confirmation_waits_for_the_next_judging_whatever_was_read() -> None:
    said = answered(1, "confirms", MONDAY, decided=(decided(2, 1, "accepted", MONDAY),))
    assert case_on(MONDAY, [night(MONDAY)], said).state is CaseState.REREADING
    nights = [night(MONDAY), night(TUESDAY, read_on=MONDAY)]
    assert case_on(TUESDAY, nights, said).state is CaseState.TO_DO


def test_while_an_operator_is_asked_no_term_runs() -> None:
    said = answered(2, "confirms", date(2026, 11, 6))
    waits = case_on(date(2026, 11, 20), FAILS, told(1, TUESDAY), said)
    assert waits.state is CaseState.ANSWERED
    refused = replace(said, decided=(decided(3, 2, "rejected", date(2026, 11, 20)),))
    back = case_on(date(2026, 11, 20), FAILS, told(1, TUESDAY), refused)
    assert back.state is CaseState.TO_DO
    assert back.due == Due(on=date(2026, 11, 25))  # three of five days were left


def test_an_objection_disputes_the_case_until_it_is_rejected() -> None:
    said = answered(1, "disagrees", MONDAY)
    assert case_on(TUESDAY, FAILS, said).state is CaseState.DISPUTED
    refused = replace(said, decided=(decided(2, 1, "rejected", TUESDAY),))
    assert case_on(TUESDAY, FAILS, refused).state is CaseState.TO_DO
    assert case_on(MONDAY, FAILS, refused).state is CaseState.DISPUTED


def test_a_dispute_that_is_closed_gives_way_to_a_waiver_that_lasts() -> None:
    events = [
        stated(n, Event(kind=kind, on=day, requirement=MARK), day)
        for n, kind, day in ((1, "dispute_opened", MONDAY), (2, "dispute_closed", TUESDAY))
    ]
    waiver = Waiver(requirement=MARK, reason="ремонт", by="глава", until=MONDAY + days(9))
    case = case_on(TUESDAY, FAILS, *events, stated(3, waiver, MONDAY))
    assert (case.state, case.waived_until) == (CaseState.WAIVED, MONDAY + days(9))


def test_what_is_undone_on_its_own_day_never_was() -> None:
    undone = replace(answered(1, "confirms", MONDAY), withdrawn=withdrawn(2, 1, MONDAY))
    case = case_on(MONDAY, FAILS, undone)
    assert (case.state, case.answer) == (CaseState.TO_DO, None)


def test_an_undone_decision_lets_the_answer_wait_again() -> None:
    undone = replace(decided(2, 1, "rejected", MONDAY), withdrawn=withdrawn(3, 2, TUESDAY))
    said = answered(1, "confirms", MONDAY, decided=(undone,))
    states = [case_on(day, FAILS, said).state for day in (MONDAY, TUESDAY)]
    assert states == [CaseState.TO_DO, CaseState.ANSWERED]


def test_an_attestation_that_answers_it_waits_for_the_next_judging() -> None:
    said = Attestation(kind="gos_mark", value=True, stated_by="директор", stated_on=MONDAY)
    assert case_on(MONDAY, FAILS, stated(1, said, MONDAY)).state is CaseState.REREADING


def test_an_answer_on_another_requirement_or_page_moves_nothing() -> None:
    said = answered(1, "disagrees", MONDAY)
    other = replace(said, said=replace(said.said, page="https://vk.com/club9"))
    assert case_on(MONDAY, FAILS, other).state is CaseState.TO_DO


def test_a_case_that_comes_again_is_another_one() -> None:
    nights = [night(MONDAY), night(TUESDAY, Outcome.PASS), night(TUESDAY + days(1))]
    case = case_on(TUESDAY + days(1), nights, told(1, MONDAY), answered(2, "confirms", MONDAY))
    assert (case.since, case.told_on, case.answer) == (TUESDAY + days(1), None, None)


def test_it_remembers_who_was_reminded_and_when_the_deputy_head_was_told() -> None:
    made = [
        stated(n, Reminder(kind=kind, by="Дозор", on=day), day)
        for n, kind, day in ((1, "reminded", MONDAY), (2, "escalated", TUESDAY))
    ]
    case = case_on(TUESDAY, FAILS, *made)
    assert (case.reminded_on, case.escalated_on) == (MONDAY, TUESDAY)


def test_a_reminder_leaves_its_working_days() -> None:
    assert reminding_day(date(2026, 11, 9), 2, ()) == date(2026, 11, 5)
