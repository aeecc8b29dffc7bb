"""Opening the database: the engine, its settings, and the migrations.

StorageError
└── the database cannot be opened, migrated or written; the text is Russian and says why
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlmodel import Session, create_engine

log = logging.getLogger(__name__)

_MIGRATIONS = Path(__file__).with_name("migrations")
BUSY_SECONDS = 30  # unless the address says ?timeout=N


class StorageError(Exception):
    """What is stored cannot be reached; the run stops, nothing that was committed is lost."""


def open_database(address: str) -> Engine:
    """An engine on a database that has the newest schema. Raises StorageError."""
    engine = connect(address)
    with translated(address):
        migrate(engine)
    return engine


def connect(address: str) -> Engine:
    """An engine, without looking at the schema."""
    try:
        url = make_url(address)
        if url.get_backend_name() == "sqlite" and url.database and "file:" not in url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        is_patient = url.get_backend_name() != "sqlite" or "timeout" in url.query
        engine = create_engine(
            address, connect_args={} if is_patient else {"timeout": BUSY_SECONDS}
        )
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StorageError(f"[storage] database = «{address}»: адрес не понят ({error})") from None
    except OSError as error:
        raise StorageError(f"не создать папку базы {address}: {error.strerror}") from None
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)
    return engine


def migrate(engine: Engine) -> None:
    with engine.begin() as connection:
        config = _alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def schema_is_current(engine: Engine) -> bool:
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory.from_config(_alembic()).get_current_head()


@contextmanager
def session(engine: Engine) -> Iterator[Session]:
    """A unit of work: committed as a whole at its end, or not at all. Raises StorageError."""
    with translated(str(engine.url)), Session(engine, expire_on_commit=False) as opened:
        yield opened
        opened.commit()


@contextmanager
def exclusive(engine: Engine) -> Iterator[Session]:
    """A unit of work that reads and then writes by what it read: nobody else writes meanwhile."""
    begin = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(1146047054)"}
    with session(engine) as opened:
        if statement := begin.get(engine.dialect.name):
            opened.connection().exec_driver_sql(statement)
        yield opened


@contextmanager
def translated(address: str) -> Iterator[None]:
    """Tell database faults in the operator's language: full, read-only, locked, corrupt."""
    try:
        yield
    except DBAPIError as error:
        log.error("database error: %s", error.orig)
        raise StorageError(f"база данных {address}: {error.orig}. {_advice(error)}") from error


def _advice(error: DBAPIError) -> str:
    """SQLite refines its codes (SQLITE_IOERR_WRITE): the first two words tell the kind."""
    code = "_".join(str(getattr(error.orig, "sqlite_errorname", "")).split("_")[:2])
    return _SQLITE_ADVICE.get(code, "Проверьте [storage] database и журнал.")


_SQLITE_ADVICE = {
    "SQLITE_FULL": "На диске нет места: освободите его и запустите проверку снова.",
    "SQLITE_READONLY": "Файл базы только для чтения: проверьте владельца и права.",
    "SQLITE_BUSY": "База занята другой программой: подождите или закройте её.",
    "SQLITE_CORRUPT": "Файл базы повреждён: восстановите его из копии (dozor restore).",
    "SQLITE_NOTADB": "Это не файл базы SQLite: проверьте [storage] database.",
    "SQLITE_CANTOPEN": "Файл базы не открыть: проверьте путь и права на папку.",
    "SQLITE_IOERR": "Диск не отвечает как должен: проверьте его и журнал системы.",
}


def _tune_sqlite(connection: Any, _: Any) -> None:
    """Write-ahead log, so that a report can be read while an audit writes."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config
