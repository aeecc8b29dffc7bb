"""An operator's day over a socket: few actions, few statements, of two at once one wins."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import Engine

from monitor.application import Application
from monitor.cases.answers import answer, answers_waiting
from monitor.cases.board import catch_up
from monitor.storage.statements import recorded
from rules.cases.model import Correction, InstitutionAnswer
from tests.cast import NOW
from tests.monitor.desk.asking import counted
from tests.monitor.desk.people import somebody
from tests.monitor.desk.served import Visit, served

MOST_STATEMENTS = 12
THINGS = 20


def propose(application: Application, count: int) -> None:
    """So many telephones are to be put right."""
    for at in range(count):
        said = InstitutionAnswer(
            kind="correct_registry",
            by="директор",
            on=NOW.date(),
            corrections=(Correction(field="phones", new=f"5-55-{at:02}"),),
        )
        school = application.municipalities[0].institutions[at % 2]
        answer(application, school, said, by="почта")


@pytest.fixture
def both(application: Application, engine: Engine) -> Application:
    """The same office on either server."""
    return replace(application, engine=engine)


@pytest.fixture
def operator(both: Application) -> Iterator[Visit]:
    propose(both, THINGS)
    catch_up(both)
    with served(both) as address, somebody(address, both.engine, "operator") as made:
        yield made


def forms(visit: Visit) -> list[dict[str, str]]:
    """Those that accept, as a browser would send them."""
    page = visit.page("/")
    found = page.select("article form:has(button[value=accept])")
    return [
        {"do": "accept", **{one["name"]: one["value"] for one in form.select("input")}}
        for form in found
    ]


def test_twenty_things_are_decided_by_one_press_each(both: Application, operator: Visit) -> None:
    waiting = forms(operator)
    assert len(waiting) == THINGS
    for form in waiting:
        assert operator.client.post("/decide", data=form).status_code == 303
    assert answers_waiting(both) == ()
    assert "Ответов, которые ждут решения, нет" in operator.page("/?what=answers").get_text()


def at_once(visit: Visit, path: str, several: Sequence[Mapping[str, str]]) -> list[httpx.Response]:
    """Several forms of one browser, sent in the same moment."""
    answers = list[httpx.Response]()
    page = {"cookies": visit.client.cookies, "timeout": 60}
    address = visit.client.base_url.join(path)
    threads = [
        threading.Thread(
            target=lambda form=form: answers.append(httpx.post(address, data=form, **page))
        )
        for form in several
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return answers


def test_of_two_at_once_one_wins_and_the_other_is_told(both: Application, operator: Visit) -> None:
    form = forms(operator)[0]
    answers = at_once(operator, "/decide", [{**form, "once": f"page {at}"} for at in range(4)])
    assert sorted(one.status_code for one in answers) == [303, 400, 400, 400]
    assert all("уже принят" in one.text for one in answers if one.status_code == 400)
    stated = recorded(both.engine, "town")
    assert sum(len(one.decided) for one in stated) == 1


def test_a_page_costs_a_few_statements_the_session_counted(
    both: Application, operator: Visit
) -> None:
    for address in ("/", "/?what=reviews", "/deputy", "/summary", "/summary?text=а&state=to_do"):
        with counted(both.engine) as put:
            operator.get(address)
        own = [one for one in put if "board_audit" not in one]  # whoever follows asks beside it
        assert len(own) <= MOST_STATEMENTS, (address, own)


def test_who_reads_only_cannot_decide(both: Application, operator: Visit) -> None:
    form = forms(operator)[0]
    address = str(operator.client.base_url)
    with somebody(address, both.engine, "cur") as reader:
        token = reader.token("/summary")
        assert reader.client.post("/decide", data={**form, **token}).status_code == 403
    assert len(answers_waiting(both)) == THINGS
