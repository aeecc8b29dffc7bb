"""Opening the database: the engine, its settings, and the migrations.

StorageError
└── the database cannot be opened, migrated or written; the text is Russian and says why

SQLite is embedded; PostgreSQL is another `[storage] database` and the extra `postgresql`. Both give
the same: moments in UTC, serialised read-then-write in `exclusive`, one migration at a time. An
address may hold a password, so it is told through `shown` only.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import URL, Connection, Engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlmodel import Session, SQLModel, create_engine

from collectors.errors import TroubleError
from monitor.errors.system import in_russian
from monitor.storage.addresses import INSTALL, POSTGRESQL, SQLITE, shown
from monitor.storage.private import make_folder, opener

log = logging.getLogger(__name__)
Value = TypeVar("Value")

_VERSIONS = Path(__file__).with_name("migrations") / "versions"  # r0001_….py
BUSY_SECONDS = 30  # unless the address says ?timeout=N
CONNECT_SECONDS = 10  # to PostgreSQL, unless the address says ?connect_timeout=N
_MIGRATING, _EXCLUSIVE = 1146047053, 1146047054  # PostgreSQL's advisory locks go by number


class StorageError(TroubleError):
    """What is stored cannot be reached; the run stops, nothing that was committed is lost."""


def open_database(address: str, engine: Engine | None = None) -> Engine:
    """An engine on a database that has the newest schema. Raises StorageError.

    `engine`: the one that a process keeps. SQLAlchemy remembers up to 500 compiled statements a
    table together with the dialect of the engine that first asked: a service that made an engine
    for each job would hold those of hundreds of nights.
    """
    engine = engine or connect(address)
    try:
        with translated(address):
            migrate(engine)
    except BaseException:
        engine.dispose()  # nobody else can
        raise
    return engine


def exists(address: str) -> bool:
    """Whether there is a database to look into; of a server, it is not asked."""
    url = make_url(address)
    return url.get_backend_name() != SQLITE or Path(url.database or "").is_file()


def connect(address: str) -> Engine:
    """An engine, without looking at the schema."""
    try:
        url = make_url(address)
        engine = _sqlite(url) if url.get_backend_name() == SQLITE else _server(url)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("psycopg"):
            raise StorageError(f"[storage] database = «{shown(address)}»: {INSTALL}") from None
        raise
    except (ArgumentError, NoSuchModuleError) as error:
        told = shown(str(error))
        raise StorageError(
            f"[storage] database = «{shown(address)}»: адрес не понят ({told})"
        ) from None
    except OSError as error:
        raise StorageError(f"не создать папку базы {address}: {in_russian(error)}") from None
    return engine


def kind_of(engine: Engine) -> str:
    return engine.dialect.name


def _sqlite(url: URL) -> Engine:
    if url.database and "file:" not in url.database:
        make_folder(Path(url.database).parent)
    patient = {} if "timeout" in url.query else {"timeout": BUSY_SECONDS}
    engine = create_engine(url, connect_args=patient)
    event.listen(engine, "do_connect", _create_private)
    event.listen(engine, "connect", _tune_sqlite)
    return engine


def _server(url: URL) -> Engine:
    """A server may be restarted beneath us: a dead connection is found before it is used."""
    is_named = url.get_backend_name() != POSTGRESQL or "connect_timeout" in url.query
    patient = {} if is_named else {"connect_timeout": CONNECT_SECONDS}
    return create_engine(url, connect_args=patient, pool_pre_ping=True)


def migrate(engine: Engine) -> None:
    if not schema_is_current(engine):
        with engine.begin() as connection:
            upgrade(connection)


def upgrade(connection: Connection) -> None:
    """To the newest schema, as a part of the connection's transaction."""
    from monitor.storage import upgrading

    if begin := _MIGRATE.get(connection.dialect.name):  # two that start at once
        connection.exec_driver_sql(begin)
    upgrading.upgrade(connection)


def schema_is_current(engine: Engine) -> bool:
    with translated(str(engine.url)), engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return str(found) == newest_revision()


def newest_revision() -> str:
    return max(path.name[1:5] for path in _VERSIONS.glob("r[0-9]*.py"))


def product_of(engine: Engine) -> str:
    """What answers at the other end: «PostgreSQL 16.4», «SQLite 3.40.1»."""
    name = {SQLITE: "SQLite", POSTGRESQL: "PostgreSQL"}.get(kind_of(engine), kind_of(engine))
    with translated(str(engine.url)), engine.connect() as connection:
        version = connection.dialect.server_version_info or ()
    return f"{name} {'.'.join(map(str, version))}".strip()


def compact(engine: Engine) -> None:
    """Give the room of what was removed back to the disk; SQLite itself only fills it again."""
    with translated(str(engine.url)), engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        full = {SQLITE: "", POSTGRESQL: "FULL "}.get(kind_of(engine), "")
        connection.exec_driver_sql(f"VACUUM {full}".strip())
        if kind_of(engine) == SQLITE:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def session(engine: Engine) -> Iterator[Session]:
    """A unit of work: committed as a whole at its end, or not at all. Raises StorageError."""
    with translated(str(engine.url)), Session(engine, expire_on_commit=False) as opened:
        yield opened
        opened.commit()


@contextmanager
def exclusive(engine: Engine) -> Iterator[Session]:
    """A unit of work that reads and then writes by what it read: no other such unit runs meanwhile.

    SQLite keeps every writer out, PostgreSQL only the others that come through here. Each reads
    what was committed before its turn (READ COMMITTED looks anew at every statement).
    """
    with session(engine) as opened:
        if begin := _BEGIN.get(kind_of(engine)):
            opened.connection().exec_driver_sql(begin)
        yield opened


def insert_of(dialect: str) -> Any:
    """Its own INSERT, which knows ON CONFLICT. What another database needs is not loaded."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert


def put_once(opened: Session, rows: Sequence[SQLModel], *, filling: str = "") -> None:
    """Add the rows whose keys are not there: another process may add the same this very moment.
    `filling`: a column that is filled where a row is there without it, from an older schema.

    Always in the same order, or two that add the same rows would wait for each other for ever.
    """
    if not rows:
        return
    insert = insert_of(opened.get_bind().dialect.name)
    keys = [column.name for column in inspect(type(rows[0])).primary_key]
    numbered = set(keys) if getattr(rows[0], keys[0]) is None else set()  # by the database itself
    values = [row.model_dump(exclude=numbered) for row in rows]
    values.sort(key=lambda row: [row.get(key) for key in keys])
    asked = insert(table := type(rows[0]))
    if filling:
        told, lacks = {filling: asked.excluded[filling]}, getattr(table, filling).is_(None)
        asked = asked.on_conflict_do_update(index_elements=keys, set_=told, where=lacks)
    else:
        asked = asked.on_conflict_do_nothing()
    opened.connection().execute(asked, values)


_MIGRATE = {SQLITE: "BEGIN IMMEDIATE", POSTGRESQL: f"SELECT pg_advisory_xact_lock({_MIGRATING})"}
_BEGIN = {SQLITE: "BEGIN IMMEDIATE", POSTGRESQL: f"SELECT pg_advisory_xact_lock({_EXCLUSIVE})"}


@contextmanager
def translated(address: str) -> Iterator[None]:
    """Tell database faults in the operator's language: full, read-only, locked, corrupt."""
    try:
        yield
    except DBAPIError as error:
        fault = shown(" ".join(str(error.orig).split()))
        log.error("database error: %s", fault)
        raise StorageError(f"база данных {shown(address)}: {fault}. {_advice(error)}") from error


def _advice(error: DBAPIError) -> str:
    """SQLite refines its codes (SQLITE_IOERR_WRITE): the first two words tell the kind.

    PostgreSQL's are SQLSTATEs: five signs, or their class, the first two. None: no answer at all.
    """
    code = "_".join(str(getattr(error.orig, "sqlite_errorname", "")).split("_")[:2])
    if told := _SQLITE_ADVICE.get(code):
        return told
    state = str(getattr(error.orig, "sqlstate", None) or "08")
    if "psycopg" in type(error.orig).__module__:
        return _POSTGRESQL_ADVICE.get(state) or _POSTGRESQL_ADVICE.get(state[:2], _CHECK)
    return _CHECK


_CHECK = "Проверьте [storage] database и журнал."
_SQLITE_ADVICE = {
    "SQLITE_FULL": "На диске нет места: освободите его и запустите проверку снова.",
    "SQLITE_READONLY": "Файл базы только для чтения: проверьте владельца и права.",
    "SQLITE_BUSY": "База занята другой программой: подождите или закройте её.",
    "SQLITE_CORRUPT": "Файл базы повреждён: восстановите его из копии (dozor restore).",
    "SQLITE_NOTADB": "Это не файл базы SQLite: проверьте [storage] database.",
    "SQLITE_CANTOPEN": "Файл базы не открыть: проверьте путь и права на папку.",
    "SQLITE_IOERR": "Диск не отвечает как должен: проверьте его и журнал системы.",
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL_ADVICE = {
    "08": "Сервер PostgreSQL не отвечает или не принял вход: проверьте, запущен ли он, "
    "адрес, имя и пароль в [storage] database.",
    "28": "PostgreSQL не принял имя или пароль: проверьте [storage] database и DATABASE_PASSWORD.",
    "3D000": "Такой базы на сервере нет: создайте её (createdb).",
    "42501": "Не хватает прав: пользователь базы должен быть её владельцем.",
    "25006": "База только для чтения: это резервный сервер? Укажите основной.",
    "53100": "На диске сервера нет места: освободите его и запустите проверку снова.",
    "53300": "У сервера нет свободных соединений: поднимите max_connections "
    "или уберите лишние рабочие процессы.",
    "57": "Сервер PostgreSQL останавливается: запустите проверку снова, она продолжится.",
}


def _create_private(_: Any, __: Any, arguments: Sequence[str], ___: Any) -> None:
    """The log and the journal beside a database have the rights of its file: SQLite sees to it."""
    if path := _file_of(arguments[0]):
        with suppress(OSError):  # there it is; or SQLite says what is wrong
            os.close(opener(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))


def _file_of(name: str) -> str | None:
    """None: in memory, or not to be created."""
    if not name.startswith("file:"):
        return None if name in ("", ":memory:") else name
    parts = urlsplit(name)
    mode = parse_qs(parts.query).get("mode", ["rwc"])[-1]
    return unquote(parts.path) if mode == "rwc" and parts.path != ":memory:" else None


def _tune_sqlite(connection: Any, _: Any) -> None:
    """Write-ahead log, so that a report can be read while an audit writes."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def batched(values: Sequence[Value], size: int = 1000) -> Iterator[Sequence[Value]]:
    """A database takes only so many values in one statement."""
    return (values[start : start + size] for start in range(0, len(values), size))
