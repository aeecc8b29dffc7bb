"""What an operator decides beside answers, and what the second of two is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collectors.errors import UsageError
from monitor.application import Application
from monitor.audit.begin import AuditRequest
from monitor.audit.run import evaluate
from monitor.cases.answers import accept
from monitor.cases.book import cases_of
from monitor.cases.deciding import close_dispute, renew, settle
from monitor.cases.recording import record
from rules.cases.model import CaseState, InstitutionCase
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


def test_a_confirmation_is_renewed_once_a_day(application: Application, clock: Clock) -> None:
    accept(application, confirms(application), by="отдел")
    clock.now += timedelta(days=300)
    school, thing = application.municipalities[0].institutions[0], ("two_factor", None, None, None)
    renewed = renew(application, school, thing, post="директор", by="отдел")
    assert renewed.renews is None or renewed.recorded.number != renewed.renews.number
    assert {one.key.requirement for one in renewed.cases} == {TWO_FACTOR}
    with pytest.raises(UsageError, match="уже подтверждено сегодня"):
        renew(application, school, thing, post="директор", by="отдел")
