"""What differs between the databases is hidden: many at once, addresses with passwords, moving."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select
from typer.testing import CliRunner

from collectors.model import Quota
from monitor.cli.app import app
from monitor.config import ConfigError, load_settings
from monitor.errors.explain import explain
from monitor.storage import audits, nights, outbox
from monitor.storage.addresses import shown, usable_address
from monitor.storage.database import (
    StorageError,
    connect,
    migrate,
    open_database,
    put_once,
    session,
)
from monitor.storage.ledger import Ledger
from monitor.storage.locks import LockTakenError, lock
from monitor.storage.moving import MoveError, move
from monitor.storage.pace import SharedTurns
from monitor.storage.tables import AuditRow, CallRow, EvidenceListRow, NightRow
from reports.model import Audit
from tests.cast import NOW
from tests.monitor.conftest import AS_OF, Office, emptied

T = TypeVar("T")
MANY = 6


def at_once(work: Callable[[], T]) -> list[T]:
    """What each of several threads got that began in the same moment."""
    ready = threading.Barrier(MANY)

    def begin() -> T:
        ready.wait()
        return work()

    with ThreadPoolExecutor(MANY) as pool:
        return [done.result() for done in [pool.submit(begin) for _ in range(MANY)]]


# --- many at once -----------------------------------------------------------------------------


def test_a_quota_is_never_overdrawn_by_many_at_once(engine: Engine) -> None:
    quotas = {"wall.get": Quota(per_day=100, reserve=10)}

    def take() -> int:
        ledger = Ledger(engine, quotas, lambda: NOW)
        return sum(ledger.take("t", "wall.get", 7) for _ in range(4))

    assert sum(at_once(take)) == 90
    with session(engine) as opened:
        assert sum(opened.exec(select(CallRow.calls))) == 90


def test_one_of_many_gets_the_lock(engine: Engine) -> None:
    held = threading.Barrier(MANY)

    def hold() -> bool:
        try:
            with lock(engine, "audit", lambda: NOW):
                held.wait()
                return True
        except LockTakenError:
            held.wait()
            return False

    assert sum(at_once(hold)) == 1


def test_one_of_many_claims_a_letter(engine: Engine, audit: Audit) -> None:
    row = outbox.queue(engine, audit, role="cur", recipient="a@b", subject="", body=b"", at=NOW)
    claimed = at_once(lambda: outbox.claim(engine, row.id or 0, NOW))
    assert len([one for one in claimed if one]) == 1


def test_a_letter_is_queued_once_by_many_at_once(engine: Engine, audit: Audit) -> None:
    def queue() -> bool:
        try:
            outbox.queue(engine, audit, role="cur", recipient="a@b", subject="", body=b"", at=NOW)
        except StorageError:
            return False
        return True

    assert sum(at_once(queue)) == 1


def test_audits_that_begin_at_once_have_numbers_of_their_own(engine: Engine) -> None:
    text = audits.Document("town.toml", b"[municipality]")
    turn = count()

    def begin() -> int:
        """Each of a moment of its own: one moment is read once."""
        moment = NOW + timedelta(minutes=next(turn))
        return audits.begin(
            engine, as_of=moment, started_at=NOW, scope=None, registries={}, packs={},
            documents=[text],
        ).id  # fmt: skip

    assert len(set(at_once(begin))) == MANY
    assert audits.document(engine, text.digest) == text.body


def test_those_who_keep_the_same_rows_never_wait_for_each_other(engine: Engine) -> None:
    """Each has the rows in another order: unsorted, PostgreSQL ends one as a deadlock."""
    turned = count()

    def keep() -> None:
        rows = [EvidenceListRow(digest=f"{number:04}", body=b"") for number in range(2000)]
        with session(engine) as opened:
            put_once(opened, rows[:: 1 if next(turned) % 2 else -1])

    at_once(keep)
    with session(engine) as opened:
        assert len(opened.exec(select(EvidenceListRow.digest)).all()) == 2000


def test_a_night_is_written_down_once(engine: Engine) -> None:
    begun = at_once(lambda: nights.begin(engine, NOW, NOW, NOW - timedelta(hours=1)))
    with session(engine) as opened:
        assert len(opened.exec(select(NightRow)).all()) == 1
    assert len(set(begun)) == 1


def test_a_reader_used_by_many_has_one_pace(engine: Engine) -> None:
    """Each turn begins when the one before it has ended, whoever took it."""
    zero = SharedTurns(engine).next("t", 10.0)
    waits = sorted(at_once(lambda: SharedTurns(engine).next("t", 10.0)))
    assert zero == pytest.approx(0.0, abs=2)
    expected = [10.0 * number for number in range(1, MANY + 1)]
    assert waits == pytest.approx(expected, abs=5)


def test_short_turns_are_taken_together(engine: Engine) -> None:
    turns = SharedTurns(engine)
    waits = [turns.next("t", 0.1) for _ in range(2)]
    other = SharedTurns(engine).next("t", 0.1)
    assert waits[0] <= waits[1] <= other


def test_a_late_turn_puts_the_next_one_off_unless_it_is_taken(engine: Engine) -> None:
    mine, other = SharedTurns(engine), SharedTurns(engine)
    mine.next("t", 10.0)
    assert mine.put_off("t", 5.0)
    assert 12 < other.next("t", 10.0) <= 15
    assert not mine.put_off("t", 5.0)


def test_a_clock_that_was_set_back_stops_nobody(engine: Engine) -> None:
    with session(engine) as opened:
        opened.connection().execute(text("INSERT INTO pace VALUES ('t', 9999999999)"))
    assert SharedTurns(engine).next("t", 1.0) < 1.0


# --- two migrations, moments ------------------------------------------------------------------


def test_two_that_start_at_once_migrate_once(new_database: str) -> None:
    for engine in at_once(lambda: open_database(new_database)):
        engine.dispose()


def test_a_moment_comes_back_in_utc_whatever_the_zone_of_the_server(new_database: str) -> None:
    engine = connect(f"{new_database}&options=-c%20TimeZone%3DAsia/Tomsk")
    migrate(engine)
    begun = audits.begin(
        engine, as_of=NOW, started_at=NOW, scope=None, registries={}, packs={}, documents=()
    )
    found = audits.by_id(engine, begun.id)
    engine.dispose()
    assert found is not None
    assert found.as_of.isoformat() == begun.as_of.astimezone(found.as_of.tzinfo).isoformat()
    assert str(found.as_of.tzinfo) == "UTC"


# --- addresses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "postgresql+psycopg://dozor:s3cret@db/dozor",
        "postgresql://dozor:s3cret@db:5432/dozor?sslmode=require",
        "postgresql+psycopg://db/dozor?user=dozor&password=s3cret",
        "could not reach postgresql://dozor:s3cret@db/dozor at all",
    ],
)
def test_a_password_is_never_shown(written: str) -> None:
    assert "s3cret" not in shown(written)
    assert shown(written).startswith(written[:10])


def test_the_driver_need_not_be_named() -> None:
    assert usable_address("postgresql://db/dozor") == "postgresql+psycopg://db/dozor"


@pytest.mark.parametrize("address", ["mysql://db/x", "postgresql+asyncpg://db/x", "nonsense"])
def test_an_unknown_database_is_refused_with_the_way_out(address: str) -> None:
    with pytest.raises(ValueError, match=r"postgresql\+psycopg://имя@сервер/база"):
        usable_address(address)


def test_a_server_that_is_not_there_is_told_without_the_password(office: Office) -> None:
    address = "postgresql+psycopg://dozor:s3cret@127.0.0.1:1/dozor"
    office.environment["DOZOR_STORAGE__DATABASE"] = address
    for words, status in (("audit", 1), ("doctor", 2)):
        said = dozor(office, words, status=status)
        assert "Сервер PostgreSQL не отвечает" in said
        assert "s3cret" not in said


def test_the_password_comes_from_the_environment(office: Office) -> None:
    office.set("storage", database="postgresql://dozor@db/dozor")
    environment = {**office.environment, "DATABASE_PASSWORD": "s3cret"}
    settings = load_settings(office.config, environment)
    assert settings.storage.database == "postgresql+psycopg://dozor:s3cret@db/dozor"
    assert "s3cret" in settings.secrets
    assert "s3cret" not in repr(settings.storage)


def test_an_address_without_a_driver_is_told_with_its_line(office: Office) -> None:
    office.set("storage", database="mysql://db/dozor")
    with pytest.raises(ConfigError, match=r"config.toml:\d+: \[storage.database\] базы «mysql»"):
        load_settings(office.config, office.environment)


def told_nobody(_table: str, _rows: int) -> None:
    """For moves that nobody watches."""


# --- moving -----------------------------------------------------------------------------------


@pytest.fixture
def target(new_database: str) -> Iterator[Engine]:
    engine = connect(new_database)
    yield engine
    engine.dispose()


def test_a_moved_office_reports_the_same_bytes(office: Office, new_database: str) -> None:
    dozor(office, "audit", "school-1", "--as-of", AS_OF)
    before, content = _shown(office), _content(office)
    dozor(office, "storage", "move", "--to", new_database)
    assert _content(office) == content
    office.environment["DOZOR_STORAGE__DATABASE"] = new_database
    dozor(office, "verify")
    assert _shown(office) == before
    assert "PostgreSQL" in dozor(office, "doctor")
    assert "pg_dump" in dozor(office, "backup", str(office.folder / "x.tar"), status=2)


def dozor(office: Office, *arguments: str, status: int = 0) -> str:
    """A command in this process: what it prints."""
    done = CliRunner().invoke(app, office.command(*arguments)[1:], env=office.environment)
    code, told = (done.exit_code, ()) if done.exit_code != 1 else _told(done.exception)
    assert code == status, (done.output, done.exception)
    return "\n".join([done.output, *told])


def _told(error: BaseException | None) -> tuple[int, Sequence[str]]:
    assert isinstance(error, Exception), error
    return explain(error)


def _shown(office: Office) -> list[str]:
    """The report of the audit, and a judgement of what is stored, of which no clock tells."""
    report = dozor(office, "report", "--audit", "1", "--format", "json", "-o", "-")
    path = office.folder / "judged.json"
    dozor(office, "evaluate", "school-1", "--as-of", AS_OF, "--json", str(path))
    whole = path.read_text("utf-8")
    return [report, whole[whole.index('"institutions"') :]]


def _content(office: Office) -> list[str]:
    with closing(sqlite3.connect(office.folder / "var/dozor.db")) as opened:
        return list(opened.iterdump())


def test_nothing_is_moved_into_a_database_that_is_in_use(
    postgresql_engine: Engine, tmp_path: Path
) -> None:
    source = open_database(f"sqlite:///{tmp_path / 'dozor.db'}")
    with session(postgresql_engine) as opened:
        opened.add(NightRow(due_at=NOW, as_of=NOW))
    with pytest.raises(MoveError, match="база не пуста"):
        move(source, postgresql_engine, told_nobody)
    emptied(postgresql_engine)
    source.dispose()


def test_a_move_that_breaks_off_leaves_nothing_behind(target: Engine, tmp_path: Path) -> None:
    source = open_database(f"sqlite:///{tmp_path / 'dozor.db'}")
    for number in (1, 2):
        audits.begin(
            source, as_of=NOW, started_at=NOW, scope=None, registries={}, packs={},
            documents=[audits.Document(f"{number}\0.toml", b"%d" % number)],
        )  # fmt: skip
    with pytest.raises(StorageError, match="NUL"):
        move(source, target, told_nobody)
    with target.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM pg_tables WHERE tablename = 'audit'"))
        assert found.scalar() == 0
    source.dispose()


def test_numbers_go_on_after_a_move(target: Engine, tmp_path: Path) -> None:
    source = open_database(f"sqlite:///{tmp_path / 'dozor.db'}")
    with session(source) as opened:
        opened.add(
            AuditRow(
                id=41, as_of=NOW, started_at=NOW, collection={}, registries={}, packs={}, issues=[]
            )
        )
    move(source, target, told_nobody)
    begun = audits.begin(
        target, as_of=NOW, started_at=NOW, scope=None, registries={}, packs={}, documents=()
    )
    assert begun.id == 42
    source.dispose()
