"""What the office sees of links and files; the letter that brings a new link; what pages cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from monitor.application import Application
from monitor.config import DeskSettings
from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Ask, File, Goto, NotFoundError, Page, Role, Visitor
from monitor.desk.screens import decisions, links
from monitor.storage import attachments, journal, statements
from monitor.storage import links as stored
from monitor.storage.journal import EntryFilter
from rules.cases.model import InstitutionAnswer
from tests.cast import NOW
from tests.monitor.conftest import Mailbox
from tests.monitor.desk.files import POLYGLOT
from tests.monitor.desk.people import somebody
from tests.monitor.desk.served import Visit, served, visit
from tests.monitor.desk.test_link import POST, link_of, offered, sent, token_for
from tests.monitor.links import tokens_in

PLACE = {"town": "town", "institution": "school-1"}


def ask(towns: frozenset[str] | None = None, **parts: str) -> Ask:
    visitor = Visitor(role=Role.OPERATOR, name="Анна", towns=towns)
    return Ask(
        visitor=visitor, parts=parts, query={}, form={}, files=(), now=NOW, path="/", address="",
        cookies={},
    )  # fmt: skip


@pytest.fixture
def desk(application: Application) -> Desk:
    return Desk(application)


@pytest.fixture
def token(application: Application) -> str:
    return token_for(application, "town/school-1")


def values(answer: Answer) -> Any:
    assert isinstance(answer, Page)
    return answer.values


# --- links --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("token")
def test_the_office_sees_which_links_are_alive(desk: Desk) -> None:
    shown = values(links.page(desk, ask(**PLACE)))
    assert [one.number in shown["live"] for one in shown["links"]] == [True]


def test_the_office_ends_a_link_and_the_journal_says_who(
    application: Application, desk: Desk, token: str
) -> None:
    number = link_of(application, token).number
    for _ in range(2):
        assert isinstance(links.end(desk, ask(**PLACE, number=f"{number}")), Goto)
    assert not link_of(application, token).is_live(NOW)
    noted = journal.newest(application.engine, EntryFilter(), most=9)
    assert [(one.who, one.detail) for one in noted] == [("Анна", f"№ {number}")]


@pytest.mark.parametrize("number", ["0", "99", "x", "-1", "9" * 30])
def test_a_link_of_nobody_is_not_ended(desk: Desk, number: str) -> None:
    with pytest.raises(NotFoundError):
        links.end(desk, ask(**PLACE, number=number))


def test_a_link_of_another_institution_is_not_ended_from_this_page(
    application: Application, desk: Desk
) -> None:
    other = link_of(application, token_for(application, "town/school-2"))
    with pytest.raises(NotFoundError):
        links.end(desk, ask(**PLACE, number=f"{other.number}"))


@pytest.mark.usefixtures("token")
def test_links_of_another_municipality_are_not_there(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        links.page(desk, ask(frozenset({"next"}), **PLACE))


# --- files --------------------------------------------------------------------------------------


def test_a_page_hidden_in_a_pdf_is_given_out_to_be_kept_and_by_no_kind_of_its_own(
    application: Application, desk: Desk
) -> None:
    file = attachments.named("справка.pdf", POLYGLOT)
    said = InstitutionAnswer(
        kind="corrected", channel="link", by="директор", on=NOW.date(), attachments=(file,)
    )
    school = application.municipalities[0].by_id["school-1"]
    number = statements.record(
        application.engine, school, said, by="ссылка", at=NOW, contents=[POLYGLOT]
    )
    given = decisions.file(desk, ask(number=f"{number}", at="1"))
    assert isinstance(given, File)
    assert (given.content, given.kind) == (POLYGLOT, "application/octet-stream")


# --- a new link ---------------------------------------------------------------------------------


@pytest.fixture
def posting(application: Application, mailbox: Mailbox) -> Application:
    """With a mail server and a public name."""
    settings = application.settings
    return replace(
        application,
        settings=replace(
            settings,
            desk=DeskSettings(public_url="http://127.0.0.1:8080"),
            mail=settings.mail.model_copy(update={"host": "127.0.0.1", "port": mailbox.port}),
        ),
    )


@pytest.fixture
def stranger(posting: Application) -> Iterator[Visit]:
    with served(posting) as address, visit(address) as found:
        yield found


def test_a_dead_link_gets_a_new_one_sent_to_the_registered_address(
    posting: Application, stranger: Visit, mailbox: Mailbox
) -> None:
    dead = f"/a/{token_for(posting, 'town/school-1', days=0)}"
    form = stranger.client.get(dead).text.partition('name="form" value="')[2][:64]
    answer = stranger.client.post(f"{dead}/new", data={"form": form})
    assert answer.status_code == 303
    (message,) = mailbox.messages
    assert message["To"].addresses[0].addr_spec == "school1@town.example.org"
    (token,) = tokens_in(message)
    assert link_of(posting, token).is_live(NOW)


def test_a_new_link_is_sent_once_an_hour_however_often_it_is_asked_for(
    posting: Application, stranger: Visit, mailbox: Mailbox
) -> None:
    dead = f"/a/{token_for(posting, 'town/school-1', days=0)}"
    form = stranger.client.get(dead).text.partition('name="form" value="')[2][:64]
    for _ in range(4):
        stranger.client.post(f"{dead}/new", data={"form": form})
    assert len(mailbox.messages) == 1


def test_a_live_link_sends_nothing(posting: Application, stranger: Visit, mailbox: Mailbox) -> None:
    alive = f"/a/{token_for(posting, 'town/school-1')}"
    stranger.send(alive, f"{alive}/new")
    assert mailbox.messages == []


# --- what it costs ------------------------------------------------------------------------------


@pytest.fixture
def questions(application: Application) -> list[str]:
    asked: list[str] = []

    @event.listens_for(application.engine, "before_cursor_execute")
    def _(_c: object, _k: object, statement: str, *_: object) -> None:
        asked.append(statement)

    return asked


def test_a_page_takes_few_statements_however_much_was_answered(
    guest: Visit, token: str, questions: list[str]
) -> None:
    home = f"/a/{token}"
    for number in range(5):
        said = {**POST, "field": "phones", "new": f"8 (38250) 3-55-0{number}"}
        sent(guest, f"{home}/registry", said)
    sent(guest, offered(guest, home, "disagrees"), {**POST, "text": "нет"})
    form = offered(guest, home, "corrected")
    counts = []
    for path in (home, form):
        questions.clear()
        assert guest.get(path).status_code == 200
        counts.append(len([one for one in questions if not one.startswith("PRAGMA")]))
    assert max(counts) <= 12, counts


def test_a_link_ends_by_itself(application: Application, token: str) -> None:
    after = replace(application, clock=lambda: NOW + timedelta(days=31))
    with served(after) as address, visit(address) as late:
        assert late.get(f"/a/{token}").status_code == 410
    assert stored.by_token(application.engine, token)


@pytest.mark.parametrize(("role", "count"), [("operator", 1), ("deputy", 0)])
def test_the_page_of_an_institution_leads_an_operator_to_its_links(
    application: Application, role: str, count: int
) -> None:
    with served(application) as address, somebody(address, application.engine, role) as visitor:
        page = visitor.page("/institutions/town/school-1")
        found = page.select('a[href="/institutions/town/school-1/links"]')
        assert len(found) == count
        for link in found:
            assert "Ссылки для ответа" in visitor.page(str(link["href"])).get_text()


# --- what the office's journal tells of links ---------------------------------------------------


def test_a_link_is_told_to_be_opened_once_a_day(application: Application, token: str) -> None:
    with served(application) as address, visit(address) as guest:
        for _ in range(3):
            guest.get(f"/a/{token}")
        form = offered(guest, f"/a/{token}", "disagrees")
        sent(guest, form, {**POST, "text": "у нас иначе"})
        guest.send(f"/a/{token}", f"/a/{token}/end")
    found = journal.newest(application.engine, EntryFilter(institution="school-1"), most=9)
    told = [(one.what, one.who, one.role) for one in found[::-1]]
    who = ("ссылка № 1", "institution")
    assert told == [("link_opened", *who), ("answered", *who), ("link_ended", *who)]
    assert found[1].statement == 1


def test_an_answer_stands_in_the_journal_once(application: Application, token: str) -> None:
    with served(application) as address, visit(address) as guest:
        sent(guest, offered(guest, f"/a/{token}", "disagrees"), {**POST, "text": "у нас иначе"})
        with somebody(address, application.engine, "deputy") as deputy:
            rows = [
                row.get_text(" ", strip=True) for row in deputy.page("/journal").select("tbody tr")
            ]
    about = [row for row in rows if "СОШ № 1" in row]
    assert len(about) == 2
    assert any("ответ учреждения № 1" in row and "ссылка № 1" in row for row in about)
    assert any("ссылка открыта" in row for row in about)
