from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import URL, Engine
from sqlmodel import SQLModel

from monitor.sandbox import Running, demo_world, serve, write_demo_registry
from monitor.storage import audits
from monitor.storage.database import open_database
from reports.model import Audit
from tests import postgresql
from tests.cast import NOW
from tests.monitor.month import played
from tests.monitor.pipeline import empty_database
from tests.monitor.postman import Postman
from tests.monitor.starts import Command, Surroundings, begun, typed
from tests.waiting import free_port

DOZOR = Path(sys.executable).with_name("dozor")
AS_OF = NOW.isoformat()


@pytest.fixture(scope="session")
def server() -> Iterator[URL]:
    """The PostgreSQL of this session, shared by the processes of pytest-xdist."""
    with postgresql.server() as url:
        yield url


@pytest.fixture
def new_database(server: URL) -> Iterator[str]:
    """The address of an empty database on PostgreSQL."""
    with postgresql.database(server) as address:
        yield address


@pytest.fixture(scope="session")
def postgresql_engine(server: URL) -> Iterator[Engine]:
    """Migrated once for all tests of this process, which leave it empty."""
    with postgresql.database(server) as address:
        opened = open_database(address)
        yield opened
        opened.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Whatever is stored, is stored in both."""
    if request.param == "sqlite":
        (tmp_path / "dozor.db").write_bytes(empty_database())
        patient = f"sqlite:///{tmp_path / 'dozor.db'}?timeout=300"  # SQLite queues nobody: on a
        opened = open_database(patient)  # crowded machine some wait for long, in no order
        yield opened
        opened.dispose()
    else:
        opened = request.getfixturevalue("postgresql_engine")
        yield opened
        opened.dispose()
        emptied(opened)


def emptied(engine: Engine) -> None:
    tables = ", ".join(f'"{name}"' for name in SQLModel.metadata.tables)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


@pytest.fixture
def audit(engine: Engine) -> Audit:
    return audits.begin(
        engine, as_of=NOW, started_at=NOW, scope=None, registries={}, packs={}, documents=()
    )


@pytest.fixture(scope="session")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's town after its month. Do not write."""
    return played(tmp_path_factory)


@pytest.fixture
def postman() -> Postman:
    return Postman()


@dataclass
class Office:
    """A folder with settings and a registry, and the command as its operator types it."""

    folder: Path
    environment: dict[str, str]
    sections: dict[str, Any] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def set(self, section: str, **values: Any) -> None:
        self.sections.setdefault(section, {}).update(values)
        self.config.write_text(tomli_w.dumps(self.sections), "utf-8")

    def copy(self, folder: Path) -> Office:
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Office(folder, dict(self.environment), deepcopy(self.sections))

    def only(self, *names: str) -> Office:
        (file,) = [self.folder / name for name in self.sections["registry"]]
        only(file, *names)
        return self

    def dozor(
        self, *arguments: str, largest_file: int | None = None, umask: int | None = None
    ) -> subprocess.CompletedProcess[str]:
        surroundings = Surroundings(largest_file=largest_file, umask=umask)
        return typed(self.command(*arguments), self.environment, surroundings)

    def begun(self, *arguments: str, umask: int | None = None) -> Command:
        """It is at work."""
        return begun(self.command(*arguments), self.environment, Surroundings(umask=umask))

    def command(self, *arguments: str) -> list[str]:
        return [str(DOZOR), "--config", str(self.config), *arguments]

    def audit(self, *arguments: str) -> dict[str, Any]:
        """Audit and read the JSON; whatever the status, the report has to be there."""
        path = self.folder / "out.json"
        done = self.dozor("audit", "--as-of", AS_OF, "--json", str(path), *arguments)
        assert path.is_file(), done.stderr
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        path.unlink()
        return content


def only(file: Path, *names: str) -> None:
    """Let the town have no institutions but these, their parents and the authority."""
    town = tomllib.loads(file.read_text("utf-8"))
    parents = {one["id"]: one.get("parent") for one in town["institution"]}
    kept = {town["municipality"]["authority"], *names, *(parents[one] for one in names)}
    town["institution"] = [one for one in town["institution"] if one["id"] in kept]
    file.write_text(tomli_w.dumps(town), "utf-8")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with serve(demo_world(NOW)) as running:
        yield running


@pytest.fixture
def office(sandbox: Running, tmp_path: Path) -> Office:
    return office_of(sandbox, tmp_path)


@pytest.fixture(scope="module")
def school_audited(sandbox: Running, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that has audited its first school. Do not write."""
    made = office_of(sandbox, tmp_path_factory.mktemp("audited"))
    made.audit("school-1")
    return made


@pytest.fixture
def audited(school_audited: Office, tmp_path: Path) -> Office:
    """A copy that a test may write to."""
    return school_audited.copy(tmp_path)


def office_of(sandbox: Running, folder: Path) -> Office:
    """The office of the demo town: its settings come from the sandbox, as variables."""
    registry = write_demo_registry(sandbox, folder)
    made = Office(folder, os.environ | sandbox.settings())
    made.sections["registry"] = [registry.name]
    made.set("schedule", timezone="Asia/Tomsk")
    return made


@dataclass
class Mailbox:
    """A real SMTP server and what it has accepted. `refuse` answers every RCPT instead."""

    port: int = 0
    refuse: str = ""
    pause: float = 0.0  # seconds before DATA is answered
    messages: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        await asyncio.sleep(self.pause)
        return "250 Accepted"

    @contextmanager
    def listening(self) -> Iterator[Mailbox]:
        self.port = free_port()
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox().listening() as box:
        yield box
