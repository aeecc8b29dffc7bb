"""The deputy head hears weekly, at once of what got worse, and never that nothing changed."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest

from monitor.mail.due import month_later
from monitor.storage import outbox
from rules.model import Outcome
from tests.monitor.test_cadence import BOSS, DAY, THURSDAY, TOMSK, Service, service
from tests.monitor.test_mail import text_of

__all__ = ["service"]
P, F, U = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
NEXT = THURSDAY + DAY


def said(letter: EmailMessage) -> str:
    return " ".join(text_of(letter).split())


def letters(service: Service) -> list[EmailMessage]:
    """The deputy head's, newest first."""
    rows = outbox.messages(service.application.engine)
    bodies = (row.body for row in rows if row.recipient == BOSS)
    return [cast(EmailMessage, message_from_bytes(body, policy=default)) for body in bodies]


@pytest.fixture
def told(service: Service) -> Service:
    """On Thursday the deputy head was told that one of three things is not met."""
    service.found = {"1": P, "2": F, "3": U}
    assert BOSS in service.night(THURSDAY)
    return service


def test_what_got_worse_is_told_at_once(told: Service) -> None:
    told.found = {"1": F, "2": F, "3": U}
    assert BOSS in told.night(NEXT)
    assert BOSS not in told.night(NEXT + DAY)


def test_a_violation_that_could_not_be_seen_before_is_told_at_once(told: Service) -> None:
    told.found = {"1": P, "2": F, "3": F}
    assert BOSS in told.night(NEXT)
    assert "Нарушения, которых раньше не было видно: 1" in said(letters(told)[0])


def test_what_was_put_right_waits_for_monday(told: Service) -> None:
    told.found = {"1": P, "2": P, "3": U}
    assert told.nights(NEXT, 5) == ["Mon 23.11"]


def test_the_letter_compares_with_the_one_before_not_with_last_night(told: Service) -> None:
    told.found = {"1": P, "2": P, "3": U}
    told.nights(NEXT, 4)
    assert "Исправлено: 1" in said(letters(told)[0])
    assert "Сравнено с тем, что было 19 ноября 2026" in said(letters(told)[0])


def test_what_came_and_went_between_two_letters_is_told_in_none(told: Service) -> None:
    told.found = {"1": P, "2": P, "3": U}
    told.night(NEXT)
    told.found = {"1": P, "2": F, "3": U}
    assert told.nights(NEXT + DAY, 4) == []


def test_a_month_without_a_change_is_told_in_one_line(told: Service) -> None:
    assert told.nights(NEXT, 31) == ["Sat 19.12"]
    letter = letters(told)[0]
    assert "без перемен с 19 ноября 2026" in " ".join(letter["Subject"].split())
    assert said(letter).startswith("С 19 ноября 2026 ничего не изменилось")
    assert len(said(letter).split()) < 40
    assert not list(letter.iter_attachments())


def test_a_line_of_no_change_names_the_violations_that_stay(told: Service) -> None:
    told.nights(NEXT, 31)
    assert "с нарушениями по-прежнему 1" in said(letters(told)[0])


def test_a_month_ends_on_the_same_day_or_on_the_last_one() -> None:
    days = [datetime(2027, 1, 31, tzinfo=TOMSK), datetime(2026, 12, 5, tzinfo=TOMSK)]
    assert [month_later(day.date()).isoformat() for day in days] == ["2027-02-28", "2027-01-05"]
