"""Institutions are reminded before a term ends; the deputy head is told once when it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from monitor.cases.book import cases_of
from monitor.mail.queueing import queue_report
from monitor.mail.reminders import record_reminders
from monitor.reporting.stored import report_of
from monitor.storage import outbox
from rules.cases.model import InstitutionCase
from rules.model import Outcome
from tests.monitor.test_cadence import BOSS, DAY, SCHOOL, TOMSK, Service, service
from tests.monitor.test_news import letters, said

__all__ = ["service"]
TOLD = datetime(2026, 11, 24, 3, tzinfo=TOMSK)  # a Tuesday; ten working days: until 8 December
REMINDED, OVER = datetime(2026, 12, 3, 3, tzinfo=TOMSK), datetime(2026, 12, 9, 3, tzinfo=TOMSK)


def at(service: Service, moment: datetime) -> Service:
    service.application = replace(service.application, clock=lambda: moment)
    return service


def went(service: Service, moment: datetime) -> None:
    """Everything in line has gone."""
    for row in outbox.messages(service.application.engine):
        if row.state in ("held", "queued"):
            outbox.mark(service.application.engine, row.id or 0, state="sent", sent_at=moment)


def case(service: Service) -> InstitutionCase:
    (town,) = service.application.municipalities
    (found,) = cases_of(service.application, town)
    return found


@pytest.fixture
def told(service: Service) -> Service:
    """The school and the deputy head were written to of one violation."""
    service.set(institutions=True)
    service.found = {"1": Outcome.FAIL}
    application = at(service, TOLD).application
    audit = service.audited(TOLD)
    queue_report(application, audit, report_of(application, audit), confirmed=True)
    went(service, TOLD)
    return service


def days_of(service: Service, recipient: str, first: datetime, number: int) -> list[str]:
    nights = (first + DAY * one for one in range(number))
    return [f"{night:%d.%m}" for night in nights if recipient in service.night(night)]


def test_an_institution_is_reminded_once_before_its_term_ends(told: Service) -> None:
    assert case(told).due is not None
    told.night(REMINDED - 3 * DAY)  # Monday: the week is served, whatever it brings
    assert days_of(told, SCHOOL, REMINDED - 2 * DAY, 5) == ["03.12"]


def test_a_reminder_is_recorded_once_the_letter_has_gone(told: Service) -> None:
    told.night(REMINDED)
    record_reminders(at(told, REMINDED).application)
    assert case(told).reminded_on is None
    went(told, REMINDED)
    for _ in range(2):
        record_reminders(told.application)
    assert case(told).reminded_on == date(2026, 12, 3)
    assert len(case(told).statements) == 1


def test_the_deputy_head_is_told_once_of_a_term_that_is_over(told: Service) -> None:
    assert days_of(told, BOSS, OVER - DAY, 3) == ["09.12"]
    assert "Срок вышел: 1" in said(letters(told)[0])


def test_that_he_was_told_is_recorded_once_the_letter_has_gone(told: Service) -> None:
    told.night(OVER)
    record_reminders(at(told, OVER).application)
    assert case(told).escalated_on is None
    went(told, OVER)
    record_reminders(told.application)
    assert case(told).escalated_on == date(2026, 12, 9)


def test_a_first_letter_reminds_of_nothing(told: Service) -> None:
    record_reminders(told.application)
    assert case(told).reminded_on is None
