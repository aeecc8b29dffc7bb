"""The way to an inbox: what is told of one that cannot be read, and a reader that is killed."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from select import select

import pytest
import tomli_w
import trustme

from monitor.config import Settings
from monitor.mail.inbox.line import InboxError, Trouble, inbox
from tests.monitor.conftest import DOZOR
from tests.monitor.dovecot import Dovecot, dovecot
from tests.monitor.mails import FORM, Office, office, reply
from tests.monitor.starts import begun
from tests.waiting import free_port

CA = trustme.CA()


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    made = CA.issue_cert("127.0.0.1", "localhost")
    chain = b"".join(one.bytes() for one in made.cert_chain_pems)
    with dovecot((chain, made.private_key_pem.bytes())) as running:
        yield running


@pytest.fixture
def town(server: Dovecot, tmp_path: Path) -> Office:
    return office(tmp_path, server)


@contextmanager
def counted(port: int, most: int, then: list[int]) -> Iterator[int]:
    """A line to the server; at the body after `most` the process that is named is killed."""
    listening = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, sink: socket.socket, *, asks: bool) -> None:
        bodies = 0
        with suppress(OSError):
            while data := source.recv(65536):
                bodies += data.count(b"BODY.PEEK[]")
                if asks and bodies > most:
                    os.kill(then[0], signal.SIGKILL)
                    return
                sink.sendall(data)

    def serve() -> None:
        ours, _ = listening.accept()
        theirs = socket.create_connection(("127.0.0.1", port))
        threading.Thread(
            target=pump, args=(theirs, ours), kwargs={"asks": False}, daemon=True
        ).start()
        with ours, theirs:
            pump(ours, theirs, asks=True)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    thread.join()
    listening.close()


def test_a_reader_that_is_killed_in_the_middle_has_read_nothing_twice(town: Office) -> None:
    town.put(*(reply(f"{FORM}\n{number}") for number in range(6)))
    killed: list[int] = []
    with counted(town.server.port, 3, killed) as port:
        mail = {**town.mail, "inbox": f"imap://127.0.0.1:{port}/INBOX"}
        config = town.folder / "through.toml"
        config.write_text(tomli_w.dumps({"registry": ["town.toml"], "mail": mail}), "utf-8")
        command = [str(DOZOR), "--config", str(config), "inbox", "fetch"]
        environment = {**os.environ, **town.environment}
        process = begun(command, environment)
        killed.append(process.pid)
        assert process.wait() == -signal.SIGKILL
    assert len(town.answers()) == 3
    town.fetch()
    assert len(town.answers()) == len(town.listed()) == 6


# --- the way there ------------------------------------------------------------------------------


def met(settings: Settings) -> Trouble | None:
    try:
        with inbox(settings):
            return None
    except InboxError as error:
        return error.trouble


def at(town: Office, address: str, **mail: object) -> Settings:
    changed = town.settings.mail.model_copy(update={"inbox": address, **mail})
    return replace(town.settings, mail=changed)


def test_a_refused_password_is_told_from_a_server_that_is_away(town: Office) -> None:
    assert met(replace(town.settings, imap_password="not the word")) is Trouble.REFUSED
    assert met(at(town, f"imap://127.0.0.1:{free_port()}/INBOX")) is Trouble.AWAY


def test_a_folder_that_is_not_there_is_told(town: Office) -> None:
    assert met(at(town, f"imap://127.0.0.1:{town.server.port}/Ответы")) is Trouble.SETTINGS


def test_an_encrypted_line_wants_a_certificate_that_holds(town: Office, tmp_path: Path) -> None:
    CA.cert_pem.write_to_path(str(tmp_path / "root.pem"))
    address = f"imaps://localhost:{town.server.imaps}/INBOX"
    assert met(at(town, address)) is Trouble.SETTINGS
    assert met(at(town, address, ca_file=tmp_path / "root.pem")) is None


def test_a_server_that_drips_is_hung_up_on(town: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"imap://127.0.0.1:{silent.getsockname()[1]}/INBOX"
        assert met(at(town, address, timeout=1)) is Trouble.AWAY


def test_the_time_of_a_whole_look_is_bounded_however_slowly_a_server_drips(town: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,), daemon=True)
        thread.start()
        address = f"imap://127.0.0.1:{listening.getsockname()[1]}/INBOX"
        assert met(at(town, address, timeout=1)) is Trouble.AWAY
        thread.join()


def drip(listening: socket.socket) -> None:
    """A line without an end, a sign at a time."""
    opened, _ = listening.accept()
    with opened, suppress(OSError):
        opened.sendall(b"* OK ")
        while not select([opened], [], [], 0.2)[0]:
            opened.sendall(b".")
