"""Handing over, to a real SMTP server that accepts, delays, refuses and goes away."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import Engine
from sqlmodel import select

from monitor.config import ConfigError, Settings, load_settings
from monitor.delivery import Delivered, deliver
from monitor.mime import AddressError, address_of, id_of, message_of
from monitor.storage import outbox
from monitor.storage.database import session
from monitor.storage.tables import MessageRow
from reports.mail import Letter
from reports.model import Audit
from tests.cast import NOW

SENDER, DEPUTY = "dozor@example.org", "deputy@example.org"
HEAD = "Отчёт"
LETTER = Letter(subject=HEAD, text="Здравствуйте!\n.точка\n", html="<p>Да</p>", attachments=())
PARKED, QUEUED, SENT = "parked", "queued", "sent"


@dataclass
class Postman:
    """What the server does: `drop` at "RCPT", before DATA is taken, or after the last byte."""

    drop: str = ""
    answer: str = "250 Accepted"
    pause: float = 0
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.drop == "RCPT":
            hang_up(server)
        envelope.rcpt_tos.append(address)
        self.recipients.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        time.sleep(self.pause)  # the server's own thread: nobody else is kept waiting
        assert isinstance(envelope.content, bytes)
        if self.answer.startswith("250"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.messages.append(message)
        if self.drop == "DATA":
            hang_up(server)
        return self.answer


def hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


@pytest.fixture
def postman() -> Postman:
    return Postman()


@pytest.fixture(params=[True])
def settings(
    postman: Postman, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Settings]:
    """Settings that point at the postman; indirectly parametrised: does it know SMTPUTF8?"""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(postman, hostname="127.0.0.1", port=port, enable_SMTPUTF8=request.param)
    controller.start()
    yield configured(tmp_path, f'port = {port}\nhost = "127.0.0.1"\ntimeout = 2')
    controller.stop()


def configured(folder: Path, mail: str) -> Settings:
    file = folder / "config.toml"
    file.write_text(f'registry = ["r.toml"]\n[mail]\n{mail}\n', "utf-8")
    return load_settings(file, {})


def put(
    engine: Engine, audit: Audit | None, recipient: str = DEPUTY, letter: Letter = LETTER
) -> None:
    place = outbox.place(engine, audit, "deputy", recipient)
    assert place is not None
    number = id_of(SENDER, audit and audit.id, recipient, place.turn)
    body = message_of(
        letter,
        sender=SENDER,
        recipient=address_of(recipient),
        message_id=number,
        at=NOW,
        thread=place.thread,
        operator="admin@example.org",
    )
    outbox.queue(
        engine,
        audit,
        role="deputy",
        recipient=recipient,
        subject=letter.subject,
        body=body,
        at=NOW,
        message_id=number,
        turn=place.turn,
    )


def states(engine: Engine) -> list[str]:
    with session(engine) as opened:
        return list(opened.exec(select(MessageRow.state).order_by(MessageRow.id)))  # type: ignore[arg-type]


def sent_out(engine: Engine, settings: Settings, at: datetime = NOW) -> Delivered:
    return deliver(engine, settings, clock(at))


def clock(at: datetime) -> Callable[[], datetime]:
    return lambda: at


def test_a_message_arrives_as_it_was_written(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    put(engine, audit)
    assert sent_out(engine, settings).sent == (DEPUTY,)
    (message,) = postman.messages
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == ["Здравствуйте!", ".точка"]
    assert message["List-Unsubscribe"] == "<mailto:admin@example.org?subject=unsubscribe>"


def test_a_slow_server_is_waited_for(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    postman.pause = 3  # longer than the patience for every other answer
    put(engine, audit)
    assert sent_out(engine, settings).sent == (DEPUTY,)
    assert len(postman.messages) == 1


@pytest.mark.parametrize(("answer", "state"), [("451 later", QUEUED), ("554 spam", PARKED)])
def test_a_refusal_after_the_last_byte_is_heeded(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman, answer: str, state: str
) -> None:
    postman.answer = answer
    put(engine, audit)
    sent_out(engine, settings)
    assert states(engine) == [state]


def test_a_connection_lost_before_the_bytes_went_is_tried_again(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    postman.drop = "RCPT"
    put(engine, audit)
    assert sent_out(engine, settings).postponed
    postman.drop = ""
    sent_out(engine, settings, NOW + timedelta(hours=1))
    assert (states(engine), len(postman.messages)) == ([SENT], 1)


def test_a_connection_lost_after_the_last_byte_is_never_tried_again_by_itself(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    postman.drop = "DATA"
    put(engine, audit)
    ((_, why),) = sent_out(engine, settings).parked
    assert "неизвестно, ушло ли письмо" in why
    sent_out(engine, settings, NOW + timedelta(days=9))
    assert len(postman.messages) == 1


def test_the_operator_can_send_what_was_parked(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    postman.answer = "550 no such user"
    put(engine, audit)
    sent_out(engine, settings)
    postman.answer = "250 Accepted"
    assert outbox.requeue(engine, NOW) == 1
    assert sent_out(engine, settings).sent == (DEPUTY,)


# --- addresses and headers ----------------------------------------------------------------------


def test_a_russian_domain_is_encoded(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    put(engine, audit, "глава <deputy@кедровый.рф>")
    sent_out(engine, settings)
    assert postman.messages[0]["To"] == "глава <deputy@xn--b1adcsb0an4g.xn--p1ai>"


def test_a_russian_name_before_the_at_needs_smtputf8(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    put(engine, audit, "глава@кедровый.рф")
    assert sent_out(engine, settings).sent
    assert postman.recipients == ["глава@xn--b1adcsb0an4g.xn--p1ai"]


@pytest.mark.parametrize("settings", [False], indirect=True)
def test_without_smtputf8_a_russian_name_is_parked_in_clear_words(
    engine: Engine, audit: Audit, settings: Settings
) -> None:
    put(engine, audit, "глава@кедровый.рф")
    ((_, why),) = sent_out(engine, settings).parked
    assert "SMTPUTF8" in why
    assert "другом адресе" in why


def test_the_next_report_answers_the_first_and_the_last(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    for _ in range(3):
        place = outbox.place(engine, audit, "deputy", DEPUTY, again=True)
        assert place is not None
        letter = message_of(
            LETTER,
            sender=SENDER,
            recipient=address_of(DEPUTY),
            message_id=f"<{place.turn}@example.org>",
            at=NOW,
            thread=place.thread,
        )
        outbox.queue(
            engine, audit, role="deputy", recipient=DEPUTY, subject="", body=letter, at=NOW,
            message_id=f"<{place.turn}@example.org>", turn=place.turn,
        )  # fmt: skip
    sent_out(engine, settings)
    told = [(m["In-Reply-To"], m["References"]) for m in postman.messages]
    assert told == [
        (None, None),
        ("<1@example.org>", "<1@example.org>"),
        ("<2@example.org>", "<1@example.org> <2@example.org>"),
    ]


def test_the_same_message_has_the_same_number() -> None:
    assert id_of(SENDER, 17, "deputy", DEPUTY, 1) == id_of(SENDER, 17, "deputy", DEPUTY, 1)
    assert id_of(SENDER, 17, "deputy", DEPUTY, 1) != id_of(SENDER, 17, "deputy", DEPUTY, 2)


@pytest.mark.parametrize("name", ["Школа\r\nBcc: all@example.org", "Школа\nX: y", "a\u2028b"])
def test_a_name_cannot_inject_a_header(name: str) -> None:
    letter = Letter(subject=name, text="", html="", attachments=())
    body = message_of(
        letter,
        sender=SENDER,
        recipient=address_of(DEPUTY, name),
        message_id="<1@example.org>",
        at=NOW,
    )
    message = message_from_bytes(body, policy=policy.default)
    assert message["Bcc"] is None
    assert message["X"] is None
    assert "\n" not in message["Subject"]


@pytest.mark.parametrize(
    "written",
    ["", "deputy", "@example.org", "a b@example.org", "a@example.org\r\nBcc: b@c.d", "a@"],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(AddressError, match="не похоже на адрес"):
        address_of(written)


def test_letters_to_institutions_need_a_deputy_to_write_to(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="после отчёта руководителю"):
        configured(tmp_path, "institutions = true")


# --- what is held -------------------------------------------------------------------------------


def hold(engine: Engine, audit: Audit) -> None:
    body = message_of(
        LETTER,
        sender=SENDER,
        recipient=address_of("school@example.org"),
        message_id="<s@example.org>",
        at=NOW,
    )
    outbox.queue(
        engine, audit, role="institution:kedr/school", recipient="school@example.org",
        subject=HEAD, body=body, at=NOW, held=True,
    )  # fmt: skip


def test_a_school_hears_after_the_deputy_head(
    engine: Engine, audit: Audit, settings: Settings
) -> None:
    hold(engine, audit)
    assert sent_out(engine, settings).sent == ()
    put(engine, audit)
    assert sent_out(engine, settings).sent == (DEPUTY, "school@example.org")


def test_a_school_hears_nothing_while_the_deputy_head_has_no_report(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    hold(engine, audit)
    put(engine, audit)
    postman.answer = "451 later"
    sent_out(engine, settings)
    assert states(engine) == ["held", QUEUED]
