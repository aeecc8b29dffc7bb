"""Real refusals of system and network, told in Russian."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from monitor.errors.system import in_russian
from tests.monitor.conftest import Mailbox, Office


def refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = free.getsockname()
    socket.create_connection(address)


def silent() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        closing(socket.create_connection(server.getsockname(), timeout=0.05)) as opened,
    ):
        opened.recv(1)


def full() -> None:
    with Path("/dev/full").open("w") as disk:
        disk.write("x")
        disk.flush()


def not_encrypted() -> None:
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        theirs.sendall(b"220 mail.example.org\r\n")
        ssl.create_default_context().wrap_socket(ours, server_hostname="mail.example.org")


def hung_up() -> None:
    with smtplib.SMTP() as never:
        never.noop()


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (refused, "в соединении отказано"),
        (silent, "время ожидания вышло"),
        (full, "на диске нет места"),
        (lambda: socket.getaddrinfo("no-such-host.invalid", 25), "узла"),
        (lambda: Path("/dev/null/x").read_text(), "стоит файл, а не папка"),
        (lambda: Path("/").read_text(), "это папка"),
        (not_encrypted, "о шифровании не договориться"),
        (hung_up, "сервер закрыл соединение"),
    ],
)
def test_a_refusal_is_told_in_russian(trouble: Callable[[], object], words: str) -> None:
    with pytest.raises((OSError, smtplib.SMTPException)) as caught:
        trouble()
    told = in_russian(caught.value)
    assert words in told
    assert not re.search("Errno|refused|No such|timed out", told)


def test_the_doctor_and_the_outbox_speak_russian(office: Office, mailbox: Mailbox) -> None:
    mail = {"host": "127.0.0.1", "port": mailbox.port, "recipients": ["deputy@example.org"]}
    office.set("mail", **mail)
    office.audit("school-1")
    office.set("mail", port=9)
    office.dozor("send", "--audit", "1")
    for told in (office.dozor("doctor").stdout, office.dozor("outbox").stdout):
        assert "в соединении отказано" in told
        assert "Errno" not in told
