"""The digest in a chat of MAX, beside the letter: once, and by a bot of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collectors.max import NETWORK
from monitor.application import Application, opened
from monitor.audit.begin import AuditRequest
from monitor.audit.run import audit
from monitor.commands.letters import say_delivered
from monitor.commands.planned import say_plan
from monitor.desk.ground import Desk
from monitor.mail.chats import message_of
from monitor.mail.delivery import Delivered, deliver
from monitor.mail.plan import Plan, plan
from monitor.mail.queueing import queue_report
from monitor.mail.stuck import stuck_letters, stuck_text
from monitor.reporting.stored import chosen_audit, report_of
from monitor.sandbox import Fault, Running, serve
from monitor.service.listening import listen
from monitor.service.metrics import metrics_text
from monitor.storage import outbox
from reports.mail import Letter
from tests.cast import NOW
from tests.collectors.max import ADDRESS, BOT, NUMBER, WORLD
from tests.monitor.desk.asking import Office
from tests.monitor.desk.test_institution import text
from tests.monitor.pipeline import Town, school

TELLER, CHAT = "max-telling-token", -555
POST = "POST messages"
SECTIONS = {"max": {"tell_chat_ids": [CHAT]}, "desk": {"public_url": "https://dozor.town.ru"}}


@pytest.fixture
def running() -> Iterator[Running]:
    with serve(replace(WORLD, max_teller=TELLER)) as one:
        yield one


@contextmanager
def audited(folder: Path, running: Running, **more: Any) -> Iterator[Application]:
    office = Town(folder, running, [{**school(1), **more}], sections=SECTIONS)
    with opened(office.settings(), lambda: NOW) as application:
        done = audit(application, AuditRequest(as_of=NOW))
        queue_report(application, done, report_of(application, done))
        yield application


def sent(application: Application) -> Delivered:
    return deliver(application.engine, application.settings, lambda: NOW)


def states(application: Application) -> list[str]:
    return [one.state for one in outbox.listed(application.engine) if one.role == "chat:max"]


def test_the_digest_is_told_once_with_a_link_to_the_desk(tmp_path: Path, running: Running) -> None:
    with audited(tmp_path, running) as application:
        sent(application)
        sent(application)
    ((chat, told),) = running.state.max_sent
    assert (chat, "https://dozor.town.ru" in told, len(told) <= 4000) == (CHAT, True, True)
    assert "приложен" not in told  # a message takes no files


def test_reading_tokens_never_post_and_the_telling_one_reads_nothing(
    tmp_path: Path, running: Running
) -> None:
    """Through a night with a channel, a listening and the doctor."""
    channel = {"url": ADDRESS, "chat_id": NUMBER}
    with audited(tmp_path, running, page=[channel]) as application:
        sent(application)
        listen(application)
        list(NETWORK.check(application.settings.networks["max"], lambda *_: None))
    told = {(call.token, call.method.split()[0]) for call in running.log("max")}
    assert told == {(BOT, "GET"), (TELLER, "POST")}


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Fault(code=429, text="too.many.requests", method=POST), "queued"),
        (Fault(code=403, text="chat.denied", method=POST), "parked"),
        (Fault(kind="status", code=502, method=POST), "parked"),  # it may have gone
    ],
)
def test_what_is_refused_waits_or_is_put_aside(
    tmp_path: Path, running: Running, fault: Fault, state: str
) -> None:
    running.add_fault(fault)
    with audited(tmp_path, running) as application:
        sent(application)
        assert states(application) == [state]


def test_nobody_is_told_without_a_bot_of_its_own(tmp_path: Path) -> None:
    with serve(WORLD) as running, audited(tmp_path, running) as application:
        assert states(application) == []


def test_a_long_digest_is_cut_at_a_line() -> None:
    lines = "\n".join(f"Строка {number} 😀" for number in range(1000))
    told = message_of(
        Letter(subject="Тема", text=lines, html="", attachments=()), "https://dozor.town.ru", 4000
    )
    assert len(told.encode("utf-16-le")) // 2 <= 4000
    *kept, left, _, where = told.splitlines()
    assert (kept[-1].endswith("😀"), where) == (True, "Целиком: https://dozor.town.ru")
    assert left == f"… и ещё строк: {1000 - len(kept) + 2}"  # above them the subject and a blank


def test_a_paragraph_is_one_line_in_a_chat(tmp_path: Path, running: Running) -> None:
    with audited(tmp_path, running) as application:
        sent(application)
    assert "и отсутствие страницы никем не подтверждено.\n" in running.state.max_sent[0][1]


def test_the_terminal_tells_letters_and_messages_apart(
    tmp_path: Path, running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    with audited(tmp_path, running) as application:
        say_delivered(sent(application))
    assert capsys.readouterr().out == f"Сообщение в MAX отправлено: чат {CHAT}\n"


def test_a_chat_stands_in_the_plan_and_goes_only_if_it_was_picked(
    tmp_path: Path, running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    with audited(tmp_path, running) as application:
        done = chosen_audit(application, None)
        report = report_of(application, done)
        queue_report(application, done, report, again=True, chosen=lambda _: False)
        assert states(application) == ["queued"]
        (planned,) = plan(application, done, report, again=True).letters
        say_plan(application, done, Plan(letters=(planned,), unreachable=()))
    assert f"чат {CHAT} в MAX — в чат" in capsys.readouterr().out
    assert (planned.role, planned.recipient, planned.goes) == ("chat:max", f"{CHAT}", True)


def test_what_did_not_go_is_named_by_its_chat_on_the_desk_and_by_the_doctor(
    tmp_path: Path, running: Running
) -> None:
    running.add_fault(Fault(code=403, text="chat.denied", method=POST))
    with audited(tmp_path, running) as application:
        sent(application)
        office = Office(Desk(application))
        for path, query in (("/night", {}), ("/send", {}), ("/", {"what": "letters"})):
            assert f"чат {CHAT} в MAX" in text(office.page(path, query)), path
        assert "в чат, отчёт обо всех муниципалитетах" in text(office.page("/send"))
        assert f"чат {CHAT} в MAX" in stuck_text(stuck_letters(application.engine, NOW))
        metrics = metrics_text(application.engine)
    assert 'dozor_messages{kind="chat",state="parked"} 1.0' in metrics
