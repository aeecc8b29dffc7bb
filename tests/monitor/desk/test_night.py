"""The page of the night: what was not read, where and why; and reading it again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collectors.errors import UsageError
from monitor.application import Application
from monitor.desk.ground import Desk
from monitor.desk.orders.carrying import carry_out
from monitor.storage import orders
from monitor.storage.orders import Kind
from tests.monitor.desk.asking import OF_THE_NEIGHBOUR, Office, counted
from tests.monitor.desk.test_institution import LESS, MOST_STATEMENTS, text


@pytest.fixture
def night(application: Application) -> Office:
    return Office(Desk(application))


def test_it_says_how_much_was_read_and_why_not_the_rest(night: Office) -> None:
    assert "Прочитано" in text(night.page("/night"))


def test_it_takes_few_statements(night: Office) -> None:
    with counted(night.desk.application.engine) as told:
        night.page("/night")
    assert len(told) <= MOST_STATEMENTS - LESS, told


def test_another_municipality_sees_none_of_its_addresses(night: Office) -> None:
    assert "vk.com" not in night.by(OF_THE_NEIGHBOUR).page("/night").decode()


def test_an_order_is_carried_out_by_whoever_comes_after_a_kill(
    night: Office, application: Application
) -> None:
    night.sent("/institutions/town/school-1/read")
    number = orders.open_numbers(application.engine)[0]
    now = application.clock()
    orders.begin(application.engine, number, now, now)  # and here it was killed
    carry_out(application)
    done = orders.newest(application.engine, [Kind.READ], "town/school-1")[0]
    assert (done.state, done.as_of) == ("done", now)
    assert done.audit is not None


def test_one_reading_of_an_institution_is_ordered_at_a_time(night: Office) -> None:
    night.sent("/institutions/town/school-1/read")
    with pytest.raises(UsageError, match="уже назначено"):
        night.post("/institutions/town/school-1/read")


def test_what_breaks_is_told_and_keeps_no_other_order(
    night: Office, application: Application
) -> None:
    engine, now = application.engine, application.clock()
    orders.put(engine, Kind.READ, "x", {"names": ["no/such"]}, by="я", at=now, taken="")
    night.sent("/institutions/town/school-1/read")
    assert carry_out(replace(application)) == 2
    states = {one.subject: one.state for one in orders.newest(engine, [Kind.READ], most=2)}
    assert states == {"x": "failed", "town/school-1": "done"}
