"""What an operator decides beside answers, and what the second of two is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from collectors.errors import UsageError
from monitor.application import Application
from monitor.audit.begin import AuditRequest
from monitor.audit.run import evaluate
from monitor.cases.answers import accept
from monitor.cases.book import cases_of
from monitor.cases.deciding import (
    assign_dispute,
    close_dispute,
    renew,
    settle,
    uphold_dispute,
)
from monitor.cases.recording import record
from monitor.storage.statements import by_number
from rules.cases.model import Assignment, CaseState, Decision, InstitutionCase, Recorded
from rules.model import Event, Outcome
from tests.monitor.test_board import (
    Clock,
    application,
    audited,
    clock,
    confirms,
    said,
    today,
)
from tests.monitor.test_cases import MARK, TWO_FACTOR

__all__ = ["application", "audited", "clock"]


def case_of(
    application: Application, requirement: str = MARK, outcome: Outcome | None = None
) -> InstitutionCase:
    town = application.municipalities[0]
    cases = cases_of(application, town, institutions=town.institutions[:1])
    return next(
        one
        for one in cases
        if (outcome and one.finding.outcome is outcome) or one.key.requirement == requirement
    )


def test_a_question_is_settled_by_whoever_is_entitled(
    application: Application, clock: Clock
) -> None:
    school, asked = application.municipalities[0].institutions[0], None
    asked = case_of(application, "", Outcome.REVIEW)
    settle(application, school, asked.key, "pass", post="директор", by="отдел")
    clock.now += timedelta(days=1)
    evaluate(application, AuditRequest(as_of=clock.now))
    town = application.municipalities[0]
    assert asked.key not in {one.key for one in cases_of(application, town)}


def test_the_second_who_settles_a_question_is_told_what_the_first_did(
    application: Application,
) -> None:
    school = application.municipalities[0].institutions[0]
    key = case_of(application, "", Outcome.REVIEW).key
    settle(application, school, key, "fail", post="директор", by="Петрова")
    with pytest.raises(UsageError, match=r"не выполнено.*Петрова"):
        settle(application, school, key, "pass", post="директор", by="Иванов")


def test_an_accepted_objection_is_closed_by_rejecting_it(
    application: Application, clock: Clock
) -> None:
    number = said(application, "disagrees")
    accept(application, number, by="отдел")
    clock.now += timedelta(days=1)
    school = application.municipalities[0].institutions[0]
    close_dispute(application, school, case_of(application).key, by="отдел", reason="отметки нет")
    assert case_of(application).state is CaseState.TO_DO


@pytest.mark.parametrize("days", [0, 1])
def test_a_dispute_that_an_event_opened_is_closed(
    application: Application, clock: Clock, days: int
) -> None:
    school = application.municipalities[0].institutions[0]
    opened = Event(kind="dispute_opened", on=today(application), requirement=MARK)
    record(application, school, opened, by="отдел")
    clock.now += timedelta(days=days)
    close_dispute(application, school, case_of(application).key, by="отдел", reason="разобрались")
    assert case_of(application).state is CaseState.TO_DO


@pytest.mark.parametrize("days", [0, 1])
def test_an_objection_to_a_question_that_is_right_ends_with_a_persons_word(
    application: Application, clock: Clock, days: int
) -> None:
    asked = case_of(application, "", Outcome.REVIEW)
    number = said(application, "disagrees", asked.key.requirement, page=asked.key.page)
    clock.now += timedelta(days=days)
    school = application.municipalities[0].institutions[0]
    uphold_dispute(
        application, school, asked.key, post="директор", by="отдел", reason="человек посмотрел"
    )
    case = case_of(application, asked.key.requirement)
    assert case.state is CaseState.REREADING
    decision = stated(application, number).decided[-1].said
    assert isinstance(decision, Decision)
    assert (decision.verdict, decision.reason) == ("upheld", "человек посмотрел")
    clock.now += timedelta(days=1)
    evaluate(application, AuditRequest(as_of=clock.now))
    assert asked.key not in {one.key for one in every_case(application)}


def test_no_word_undoes_what_was_seen_not_to_be_met(application: Application) -> None:
    number = said(application, "disagrees")
    school, key = application.municipalities[0].institutions[0], case_of(application).key
    with pytest.raises(UsageError, match="слово этого не закроет"):
        uphold_dispute(application, school, key, post="директор", by="отдел", reason="да")
    assert case_of(application).state is CaseState.DISPUTED
    assert stated(application, number).decided == ()


@pytest.mark.parametrize("is_accepted_before", [True, False])
def test_where_the_mistake_is_ours_the_dispute_stands_and_somebody_is_to_mend_it(
    application: Application, clock: Clock, is_accepted_before: bool
) -> None:
    number = said(application, "disagrees")
    if is_accepted_before:
        accept(application, number, by="отдел")
    school, until = application.municipalities[0].institutions[0], today(application)
    assign_dispute(
        application,
        school,
        case_of(application).key,
        to="отдел ИТ",
        until=until + timedelta(days=3),
        by="отдел",
        reason="исправим",
    )
    clock.now += timedelta(days=1)
    evaluate(application, AuditRequest(as_of=clock.now))
    case = case_of(application)
    assert (case.state, case.finding.disputed) == (CaseState.DISPUTED, True)
    assert case.assigned
    assert isinstance(case.assigned.said, Assignment)
    assert case.assigned.said.to == "отдел ИТ"
    assert [one.said.verdict for one in decisions(application, number)] == ["accepted"]


def test_a_dispute_about_several_findings_stands_for_the_others(application: Application) -> None:
    asked = case_of(application, "", Outcome.REVIEW)
    school = application.municipalities[0].institutions[0]
    opened = Event(kind="dispute_opened", on=today(application))
    record(application, school, opened, by="отдел")
    uphold_dispute(application, school, asked.key, post="директор", by="отдел", reason="верно")
    assert case_of(application).state is CaseState.DISPUTED


def every_case(application: Application) -> tuple[InstitutionCase, ...]:
    return tuple(cases_of(application, application.municipalities[0]))


def stated(application: Application, number: int) -> Recorded:
    found = by_number(application.engine, number)
    assert found
    return found


def decisions(application: Application, number: int) -> list[Any]:
    return list(stated(application, number).decided)


def test_a_confirmation_is_renewed_once_a_day(application: Application, clock: Clock) -> None:
    accept(application, confirms(application), by="отдел")
    clock.now += timedelta(days=300)
    school, thing = application.municipalities[0].institutions[0], ("two_factor", None, None, None)
    renewed = renew(application, school, thing, post="директор", by="отдел")
    assert renewed.renews is None or renewed.recorded.number != renewed.renews.number
    assert {one.key.requirement for one in renewed.cases} == {TWO_FACTOR}
    with pytest.raises(UsageError, match="уже подтверждено сегодня"):
        renew(application, school, thing, post="директор", by="отдел")
