"""A real SMTP server whose manners a test chooses, and messages for it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import Engine
from sqlmodel import select

from monitor.config import Settings, load_settings
from monitor.mail.delivery import Delivered, deliver
from monitor.mail.mime import id_of, message_of
from monitor.registry.mailboxes import address_of
from monitor.storage import outbox
from monitor.storage.database import session
from monitor.storage.tables import MessageRow
from reports.mail import Letter
from reports.model import Audit
from tests.cast import NOW
from tests.waiting import free_port

SENDER, DEPUTY = "dozor@example.org", "deputy@example.org"
HEAD = "Отчёт"
LETTER = Letter(subject=HEAD, text="Здравствуйте!\n.точка\n", html="<p>Да</p>", attachments=())
PARKED, QUEUED, SENT = "parked", "queued", "sent"


@dataclass
class Postman:
    """What the server does: `drop` at "RCPT", before DATA is taken, or after the last byte.

    A letter of more than `largest` bytes gets `too_big` for an answer.
    """

    drop: str = ""
    sender: str = "250 OK"
    address: str = "250 OK"
    answer: str = "250 Accepted"
    largest: int = 100_000_000
    too_big: str = "552 5.3.4 Message too big"
    asked: int = 0  # times that a letter began
    pause: float = 0
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    was_encrypted: list[bool] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked += 1
        if self.sender.startswith("250"):
            envelope.mail_from = address
        return self.sender

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.drop == "RCPT":
            hang_up(server)
        envelope.rcpt_tos.append(address)
        assert server.transport is not None
        encryption = server.transport.get_extra_info("sslcontext")
        self.was_encrypted.append(encryption is not None)
        self.recipients.append(address)
        return self.address

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        time.sleep(self.pause)  # the server's own thread: nobody else is kept waiting
        assert isinstance(envelope.content, bytes)
        if len(envelope.content) > self.largest:
            return self.too_big
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


@contextmanager
def listening(postman: Postman, **manners: Any) -> Iterator[int]:
    """The port; `manners` are aiosmtpd's, such as `enable_SMTPUTF8` or `tls_context`."""
    port = free_port()
    controller = Controller(postman, hostname="127.0.0.1", port=port, **manners)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextmanager
def dripping(first: bytes = b"", drop: bytes = b"2", pause: float = 0.05) -> Iterator[int]:
    """The port of a server that says `first` and then a sign after the other, without an end."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        threading.Thread(target=_drip, args=(opened, first, drop, pause), daemon=True).start()
        yield int(opened.getsockname()[1])


def _drip(server: socket.socket, first: bytes, drop: bytes, pause: float) -> None:
    with suppress(OSError):
        while True:
            line, _ = server.accept()
            with suppress(OSError), line:
                line.sendall(first)
                while True:
                    time.sleep(pause)
                    line.sendall(drop)


@contextmanager
def dripping_last() -> Iterator[int]:
    """The port of a server that takes a letter as others do, and never ends its last answer."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        threading.Thread(target=_take_and_drip, args=(opened,), daemon=True).start()
        yield int(opened.getsockname()[1])


def _take_and_drip(server: socket.socket) -> None:
    with suppress(OSError):
        line, _ = server.accept()
        with line, line.makefile("rb") as said:
            line.sendall(b"220 hello\r\n")
            while (word := said.readline()) and not word.startswith(b"DATA"):
                line.sendall(b"250 OK\r\n")
            line.sendall(b"354 go on\r\n")
            while said.readline() not in (b".\r\n", b""):
                pass
            while True:
                time.sleep(0.3)
                line.sendall(b"2")


@contextmanager
def answering(to_data: bytes, last: bytes, letters: list[bytes]) -> Iterator[int]:
    """The port of a server that answers so to DATA and to the letter, of which it keeps each."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        told = (opened, to_data, last, letters)
        threading.Thread(target=_answer, args=told, daemon=True).start()
        yield int(opened.getsockname()[1])


def _answer(server: socket.socket, to_data: bytes, last: bytes, letters: list[bytes]) -> None:
    with suppress(OSError):
        line, _ = server.accept()
        with line, line.makefile("rb") as said:
            line.sendall(b"220 hello\r\n")
            while word := said.readline():
                if not word.startswith(b"DATA"):
                    line.sendall(b"250 OK\r\n")
                    continue
                line.sendall(to_data + b"\r\n")
                if to_data.startswith(b"3"):
                    letters.append(b"".join(iter(said.readline, b".\r\n")))
                    line.sendall(last + b"\r\n")


def configured(folder: Path, mail: str) -> Settings:
    file = folder / "config.toml"
    file.write_text(f'registry = ["r.toml"]\n[mail]\n{mail}\n', "utf-8")
    return load_settings(file, {})


def put(
    engine: Engine,
    audit: Audit | None,
    recipient: str = DEPUTY,
    letter: Letter = LETTER,
    role: str = "deputy",
) -> None:
    place = outbox.place(engine, audit, role, recipient)
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
        role=role,
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
