"""Sending from the desk: a plan, then only what was picked, by the rules of `dozor send`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from collectors.errors import UsageError
from monitor.application import Application, opened
from monitor.config import load_settings
from monitor.desk.ground import Desk
from monitor.desk.orders.carrying import carry_out
from monitor.mail.queueing import queue_report
from monitor.reporting.stored import chosen_audit, report_of
from monitor.sandbox import serve
from monitor.storage import audits
from monitor.storage.database import session
from monitor.storage.tables import AuditRow
from reports.model import Issue
from tests.cast import NOW
from tests.monitor.conftest import Mailbox
from tests.monitor.desk.asking import OF_THE_NEIGHBOUR, Office, counted
from tests.monitor.desk.test_institution import LESS, MOST_STATEMENTS, text
from tests.monitor.pipeline import Town
from tests.monitor.test_left_out import WORLD, body
from tests.monitor.test_rehearsal import DEPUTY, MAIL, OPERATOR

SCHOOL = "s1@example.org"


@pytest.fixture(scope="module")
def audited_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three schools with something to do; the third has no address. Do not write."""
    folder = tmp_path_factory.mktemp("send")
    schools = [body(1), body(2), {**body(3), "emails": [], "no_email": True}]
    with serve(WORLD) as sandbox:
        Town(folder, sandbox, schools, {"mail": {**MAIL, "port": 9}}).audit()
    return folder


@pytest.fixture
def office(audited_town: Path, tmp_path: Path, mailbox: Mailbox) -> Iterator[Office]:
    for name in ("town.toml", "config.toml"):
        told = (audited_town / name).read_text("utf-8")
        (tmp_path / name).write_text(told.replace("port = 9", f"port = {mailbox.port}"), "utf-8")
    (tmp_path / "var").mkdir()
    stored = (audited_town / "var/dozor.db").read_bytes()
    (tmp_path / "var/dozor.db").write_bytes(stored)
    with ExitStack() as held:
        settings = load_settings(tmp_path / "config.toml")
        application = held.enter_context(opened(settings, lambda: NOW))
        yield Office(Desk(application))


def test_where_nothing_was_ever_sent_nothing_is_said_to_have_gone(office: Office) -> None:
    told = text(office.page("/send"))
    assert "Отправки ничего не ждёт" in told
    assert "ушли" not in told


def addresses(mailbox: Mailbox) -> list[str]:
    return sorted(message["To"].addresses[0].addr_spec for message in mailbox.messages)


def application_of(office: Office) -> Application:
    return office.desk.application


def with_plan(office: Office) -> dict[str, str]:
    """Recipient → the key of his letter."""
    office.sent("/send/plan")
    carry_out(application_of(office))
    page = office.page("/send")
    return {
        re.search(r"\S+@\S+", label.get_text(" "))[0]: str(label.select_one("input")["value"])  # type: ignore[index]
        for label in page.select("label.pick")
        if label.select_one("input")
    }


def number(office: Office) -> str:
    return f"{chosen_audit(application_of(office), None).id}"


def decided(office: Office, do: str, *keys: str, **more: str) -> None:
    form = {"audit": number(office), "do": do, "letter": list(keys), **more}
    office.sent("/send", form)
    carry_out(application_of(office))


def test_without_a_plan_it_says_so_and_sends_nothing(office: Office) -> None:
    assert "План ещё не составлен" in text(office.page("/send"))


def test_the_plan_says_who_gets_what_and_why(office: Office) -> None:
    with_plan(office)
    page = text(office.page("/send"))
    for told in (DEPUTY, SCHOOL, "первое письмо этому адресату", "нужно ваше согласие"):
        assert told in page
    assert "почты нет (no_email)" in page


def test_the_page_takes_few_statements(office: Office) -> None:
    with_plan(office)
    with counted(application_of(office).engine) as told:
        office.page("/send")
    assert len(told) <= MOST_STATEMENTS - LESS, told


def test_only_what_is_ticked_is_sent(office: Office, mailbox: Mailbox) -> None:
    keys = with_plan(office)
    decided(office, "send", keys[DEPUTY])
    assert addresses(mailbox) == [DEPUTY]


def test_the_first_letters_to_institutions_want_a_yes(office: Office, mailbox: Mailbox) -> None:
    keys = with_plan(office)
    with pytest.raises(UsageError, match="ещё ни разу не писали"):
        decided(office, "send", keys[DEPUTY], keys[SCHOOL])
    assert not mailbox.messages
    decided(office, "send", keys[DEPUTY], keys[SCHOOL], consent="yes")
    assert addresses(mailbox) == [DEPUTY, SCHOOL]


def test_an_institution_is_not_written_before_its_deputy(office: Office, mailbox: Mailbox) -> None:
    keys = with_plan(office)
    decided(office, "send", keys[SCHOOL], consent="yes")
    assert not mailbox.messages


def test_what_is_skipped_no_other_way_sends(office: Office, mailbox: Mailbox) -> None:
    keys = with_plan(office)
    decided(office, "skip", keys[DEPUTY])
    application = application_of(office)
    audit = chosen_audit(application, None)
    assert not queue_report(application, audit, report_of(application, audit))
    assert "пропущено" in text(office.page("/send"))
    assert not mailbox.messages


def test_what_was_skipped_is_told_the_next_time(office: Office) -> None:
    """Nobody takes him to know what he was not sent."""
    keys = with_plan(office)
    decided(office, "skip", keys[DEPUTY])
    office.sent("/send/plan")
    carry_out(application_of(office))
    assert "Прошлого письма не было" in text(office.page("/send"))


def test_what_is_stopped_goes_once_it_is_let_go(office: Office, mailbox: Mailbox) -> None:
    keys = with_plan(office)
    decided(office, "stop", keys[DEPUTY])
    page = office.page("/send")
    assert "задержано: Петрова" in text(page)
    line = str(page.select_one("#line ~ ul input[name=number]")["value"])  # type: ignore[index]
    office.sent("/send/line", {"number": line, "do": "let_go"})
    decided(office, "send", keys[DEPUTY])
    assert addresses(mailbox) == [DEPUTY]


def test_a_letter_in_line_is_stopped_before_it_goes(office: Office, mailbox: Mailbox) -> None:
    mailbox.refuse = "451 later"
    keys = with_plan(office)
    decided(office, "send", keys[DEPUTY])
    mailbox.refuse = ""
    page = office.page("/send")
    line = str(page.select_one("#line ~ ul input[name=number]")["value"])  # type: ignore[index]
    office.sent("/send/line", {"number": line, "do": "stop"})
    decided(office, "send_all", consent="yes")
    assert not mailbox.messages


def test_a_rehearsal_goes_to_nobody_else(office: Office, mailbox: Mailbox) -> None:
    keys = with_plan(office)
    decided(office, "to_me", keys[SCHOOL], to=OPERATOR)
    assert addresses(mailbox) == [OPERATOR]


def test_a_held_report_goes_when_somebody_says_that_it_is_true(
    office: Office, mailbox: Mailbox
) -> None:
    keys = with_plan(office)
    hold(application_of(office))
    assert "Отчёт задержан" in text(office.page("/send"))
    with pytest.raises(UsageError, match="отчёт задержан"):
        decided(office, "send", keys[DEPUTY])
    decided(office, "send", keys[DEPUTY], release="yes")
    assert addresses(mailbox) == [DEPUTY]
    assert "Отчёт задержан" not in text(office.page("/send"))


def hold(application: Application) -> None:
    """As the night does it that finds too much changed at once."""
    found = chosen_audit(application, None)
    issue = Issue(code="held.kedrovy-2022-298/6.6", text="изменилось сразу у многих")
    with session(application.engine) as opened_one:
        row = opened_one.get_one(AuditRow, found.id)
        row.issues = [{"code": issue.code, "text": issue.text}]
    assert audits.by_id(application.engine, found.id).issues  # type: ignore[union-attr]


def test_a_plan_of_an_older_audit_sends_nothing(office: Office) -> None:
    keys = with_plan(office)
    with pytest.raises(UsageError, match="прошла новая проверка"):
        office.post("/send", {"audit": "999", "do": "send", "letter": [keys[DEPUTY]]})


def test_letters_of_another_municipality_are_not_his(office: Office) -> None:
    keys = with_plan(office)
    neighbour = office.by(OF_THE_NEIGHBOUR)
    assert DEPUTY not in text(neighbour.page("/send"))
    with pytest.raises(UsageError, match="не отмечено"):
        neighbour.post(
            "/send", {"audit": number(office), "do": "send", "letter": list(keys.values())}
        )


def test_the_same_is_ordered_once(office: Office) -> None:
    office.sent("/send/plan")
    with pytest.raises(UsageError, match="уже поручено"):
        office.post("/send/plan")
