"""A form that is sent twice, one after the other or in the same moment: heeded once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from monitor.application import Application
from monitor.storage import journal, statements
from monitor.storage.journal import EntryFilter, What
from rules.cases.model import InstitutionAnswer
from tests.cast import NOW
from tests.monitor.desk.people import somebody
from tests.monitor.desk.served import Visit, served
from tests.monitor.desk.test_days_work import at_once, forms, propose
from tests.monitor.desk.test_link import POST, fields_on, offered, token_for

ONE = "/institutions/town/school-1"
UNTIL = f"{NOW + timedelta(days=9):%d.%m.%Y}"
TYPED: Mapping[str, Mapping[str, str]] = {
    "attest": {"kind": "esia", "value": "yes", "by": "директор", "document": "приказ № 5"},
    "waive": {"thing": "", "reason": "ждём", "by": "глава", "until": UNTIL},
    "dispute": {"thing": "", "document": "письмо"},
    "assign": {"thing": "", "to": "завхоз", "by": "глава"},
    "tell": {"by": "глава", "how": "по телефону"},
}


@pytest.fixture
def both(application: Application, engine: Engine) -> Application:
    """The same office on either server."""
    return replace(application, engine=engine)


@pytest.fixture
def operator(both: Application) -> Iterator[Visit]:
    with served(both) as address, somebody(address, both.engine, "operator") as made:
        yield made


def form_of(visit: Visit, act: str) -> dict[str, str]:
    """Filled in, as its page carries it; an attestation's asks for its kind on a page before."""
    page = visit.page(f"{ONE}/{act}?kind={TYPED[act].get('kind', '')}")
    hidden = {one["name"]: one["value"] for one in page.select("main form input[type=hidden]")}
    typed = dict(TYPED[act])
    if "thing" in typed:
        things = [one["value"] for one in page.select("select[name=thing] option") if one["value"]]
        typed["thing"] = next(str(one) for one in things if one != "all")
    return {**{str(name): str(value) for name, value in hidden.items()}, **typed}


def recorded(both: Application) -> int:
    return len(statements.recorded(both.engine, "town"))


def noted(both: Application) -> int:
    wanted = EntryFilter(what=(What.RECORDED, What.ASSIGNED))
    return len(journal.newest(both.engine, wanted, most=50))


@pytest.mark.parametrize("act", TYPED)
def test_what_is_clicked_twice_is_recorded_once(
    both: Application, operator: Visit, act: str
) -> None:
    form = form_of(operator, act)
    answers = at_once(operator, f"{ONE}/{act}", [form] * 4)
    assert [one.status_code for one in answers] == [303] * 4, answers[0].text
    assert len({one.headers["location"] for one in answers}) == 1
    assert "said=saved_number" in answers[0].headers["location"]
    assert (recorded(both), noted(both)) == (1, 1)


def test_another_desk_on_the_same_database_records_it_no_second_time(
    both: Application, operator: Visit
) -> None:
    """As after a restart."""
    form = form_of(operator, "attest")
    first = operator.client.post(f"{ONE}/attest", data=form)
    with served(both) as address, somebody(address, both.engine, "operator") as again:
        again.client.cookies = operator.client.cookies
        second = again.client.post(f"{ONE}/attest", data=form)
    assert second.headers["location"] == first.headers["location"]
    assert recorded(both) == 1


def test_what_was_changed_after_going_back_is_another_thing(
    both: Application, operator: Visit
) -> None:
    form = form_of(operator, "tell")
    for how in ("по телефону", "лично"):
        operator.client.post(f"{ONE}/tell", data={**form, "how": how})
    assert recorded(both) == 2


def test_two_pages_are_two_things(both: Application, operator: Visit) -> None:
    for _ in range(2):
        operator.client.post(f"{ONE}/tell", data=form_of(operator, "tell"))
    assert recorded(both) == 2


def test_a_decision_that_is_clicked_twice_says_the_same_twice(
    both: Application, operator: Visit
) -> None:
    propose(both, 1)
    statement = form_of(operator, "tell")
    operator.client.post(f"{ONE}/tell", data=statement)  # the board sees the answer
    form = forms(operator)[0]
    answers = at_once(operator, "/decide", [form] * 4)
    assert [one.status_code for one in answers] == [303] * 4
    assert len({one.headers["location"] for one in answers}) == 1
    (answered,) = [one for one in statements.recorded(both.engine, "town") if one.decided]
    assert len(answered.decided) == 1


def test_of_many_who_mended_it_at_once_one_is_recorded(
    application: Application, guest: Visit
) -> None:
    """Of four pages that were open, with a number of its own each."""
    form = offered(guest, f"/a/{token_for(application, 'town/school-1')}", "corrected")
    pages = [{**fields_on(guest, form), **POST} for _ in range(4)]
    answers = at_once(guest, form, pages)
    assert {one.status_code for one in answers} <= {303, 429}
    found = statements.recorded(application.engine, "town")
    assert sum(isinstance(one.said, InstitutionAnswer) for one in found) == 1


def test_an_answer_that_is_clicked_twice_says_the_same_twice(
    application: Application, guest: Visit
) -> None:
    form = offered(guest, f"/a/{token_for(application, 'town/school-1')}", "disagrees")
    page = {**fields_on(guest, form), **POST, "text": "у нас иначе"}
    answers = at_once(guest, form, [page] * 3)
    assert {one.headers.get("location") for one in answers} == {answers[0].headers["location"]}
    assert "said=disagrees" in answers[0].headers["location"]
    found = statements.recorded(application.engine, "town")
    assert sum(isinstance(one.said, InstitutionAnswer) for one in found) == 1
