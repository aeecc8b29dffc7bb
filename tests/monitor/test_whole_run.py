"""After a day of Dozor by hand, under a usual umask: who may read it, and no secret in it."""

from __future__ import annotations

import gzip
import io
import sqlite3
import stat
import tarfile
import zlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from monitor.application import real_time
from monitor.sandbox import demo_world, serve
from monitor.sandbox.demo import DEMO_TOKEN
from monitor.service.metrics import metrics_text
from monitor.storage.database import connect
from tests.cast import NOW
from tests.monitor.conftest import AS_OF, Mailbox, Office, office_of
from tests.monitor.starts import Surroundings, typed
from tests.waiting import free_port

UMASK = 0o022  # of most machines
WRONG = "vk1.a.Wrong-Token_0123456789"  # VK refuses it, and quotes what it was asked
PASSWORD = "Пароль почты/7+=&\\"  # every sign that some way of writing changes
NAMED = "a.csv"  # by the user


@dataclass(frozen=True)
class Day:
    office: Office
    secrets: tuple[str, ...]
    said: bytes  # on the terminal and in logs
    letters: int

    def files(self) -> Iterator[Path]:
        """What Dozor wrote."""
        own = {"config.toml", "demo.toml", "tokens", NAMED}
        yield from (one for one in self.office.folder.rglob("*") if one.name not in own)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("office")
    with serve(demo_world(NOW)) as sandbox, asking_for_a_password() as (box, port):
        office = office_of(sandbox, folder).only("school-1", "school-2")
        office.set("mail", port=port, recipients=["d@example.org"], operator="o@example.org")
        del office.environment["VK_TOKENS"]
        (folder / "tokens").write_text(f"{DEMO_TOKEN}\n{WRONG}\n", "utf-8")
        (folder / "tokens").chmod(0o600)
        office.environment |= {
            "VK_TOKENS_FILE": str(folder / "tokens"),
            "SMTP_USER": "dozor",
            "SMTP_PASSWORD": PASSWORD,
        }
        said = b"".join(by_hand(office))
        known = {name: office.environment.get(name, "") for name in OK}
        secrets = (DEMO_TOKEN, WRONG, PASSWORD, *filter(None, known.values()))
        yield Day(office, secrets, said, len(box.messages))


OK = ("OK_ACCESS_TOKEN", "OK_APPLICATION_SECRET_KEY")
COMMANDS = (
    ("--verbose", "audit", "--as-of", AS_OF, "--mail"),
    ("--log-json", "report", "--format", "csv", "-o", NAMED),
    ("report", "--format", "xlsx"),
    ("doctor",),
    ("outbox",),
    ("backup", "copy.tar"),
)


def by_hand(office: Office) -> Iterator[bytes]:
    for one in COMMANDS:
        surroundings = Surroundings(folder=office.folder, umask=UMASK)
        done = typed(office.command(*one), office.environment, surroundings)
        yield (done.stdout + done.stderr).encode()


@contextmanager
def asking_for_a_password() -> Iterator[tuple[Mailbox, int]]:
    box, port = Mailbox(), free_port()
    server = Controller(
        box, hostname="127.0.0.1", port=port, auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=True),
    )  # fmt: skip
    server.start()
    try:
        yield box, port
    finally:
        server.stop()


def test_it_was_a_whole_day(day: Day) -> None:
    names = {one.name for one in day.files()}
    assert {"dozor.db", "audit-000001.warc.gz", "audit-000001.html", "copy.tar"} <= names
    assert day.letters >= 1, day.said.decode()[-6000:]


def test_what_dozor_wrote_is_for_its_owner_alone(day: Day) -> None:
    rights = {one: stat.S_IMODE(one.stat().st_mode) for one in day.files()}
    assert {one.name: oct(mode) for one, mode in rights.items() if mode & 0o077} == {}


def test_what_the_user_named_is_as_his_umask_has_it(day: Day) -> None:
    assert stat.S_IMODE((day.office.folder / NAMED).stat().st_mode) == 0o666 & ~UMASK


def test_no_file_holds_a_secret(day: Day) -> None:
    files = [one for one in day.office.folder.rglob("*") if one.is_file() and one.name != "tokens"]
    assert [one.name for one in files if one.exists() and told(day, content_of(one))] == []


def test_nothing_that_was_said_holds_one(day: Day) -> None:
    assert told(day, day.said) == []


def test_metrics_hold_none(day: Day) -> None:
    engine = connect(f"sqlite:///{day.office.folder / 'var/dozor.db'}")
    assert told(day, metrics_text(engine, real_time).encode()) == []
    engine.dispose()


def told(day: Day, content: bytes) -> list[str]:
    return [one for one in day.secrets if any(form in content for form in forms(one))]


def forms(secret: str) -> set[bytes]:
    """As it may be written: by itself, in an address, in a header, in JSON."""
    plain = secret.encode()
    escaped = secret.encode("unicode_escape")
    return {
        plain,
        quote(secret).encode(),
        quote(secret, safe="").encode(),
        b64encode(plain),
        escaped,
    }


def content_of(path: Path) -> bytes:
    """With whatever is packed in it."""
    content = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(content)
    if path.suffix == ".tar":
        return b"".join(packed_in(content))
    return content + b"".join(cells_of(path)) if path.suffix == ".db" else content


def packed_in(content: bytes) -> Iterator[bytes]:
    with TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(content)) as opened:
        opened.extractall(folder, filter="data")
        yield from (content_of(one) for one in Path(folder).rglob("*") if one.is_file())


def cells_of(path: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(path)) as opened:
        tables = [
            name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        for table in tables:
            for row in opened.execute(f'SELECT * FROM "{table}"'):
                yield from (unpacked(one) for one in row if isinstance(one, bytes))


def unpacked(cell: bytes) -> bytes:
    with suppress(zlib.error):
        return zlib.decompress(cell)
    return cell
