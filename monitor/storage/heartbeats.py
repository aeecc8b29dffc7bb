"""What the queue's library need not be loaded for: its way to the database, and who lives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, TextClause, make_url, text

from monitor.storage.addresses import DRIVER, POSTGRESQL, shown
from monitor.storage.database import CONNECT_SECONDS, connect, kind_of, translated

SCHEMA = "dozor_queue"
SILENT_BEATS = 3  # then a worker is held to be dead
LANES = 2  # of one process, each with a heartbeat: batches, and the night
VERSION = text("SELECT obj_description(to_regnamespace(:schema), 'pg_namespace')")
_ALIVE = text(
    f"SELECT count(*) FROM {SCHEMA}.procrastinate_workers "
    "WHERE last_heartbeat > now() - make_interval(secs => :seconds)"
)
_IN_WORK = text(
    f"SELECT count(*) FROM {SCHEMA}.procrastinate_jobs "
    "WHERE queueing_lock LIKE :mark || ':%' AND status IN ('todo', 'doing')"
)


def mark_of(audit: int) -> str:
    """What the jobs of a run are known by."""
    return f"audit-{audit}"


def is_in_work(engine: Engine, audit: int) -> bool:
    """Whether a worker still reads for this run, or may begin to."""
    return bool(_ask(engine, _IN_WORK, {"mark": mark_of(audit)}))


def options_of(address: str) -> dict[str, Any]:
    """The queue's own connection: to the same place, by the same driver, in the queue's schema.

    Words of libpq, not an address: the two read a blank in a password, or a folder's name, in
    different ways.
    """
    url = make_url(address).set(drivername=f"{POSTGRESQL}+{DRIVER}")
    _, words = url.get_dialect()().create_connect_args(url)
    theirs = words.pop("options", "")
    words.setdefault("connect_timeout", CONNECT_SECONDS)
    return {
        "conninfo": " ".join(f"{name}={_quote(value)}" for name, value in words.items()),
        "kwargs": {"options": f"{theirs} -c search_path={SCHEMA}".strip()},
    }


def _quote(value: object) -> str:
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def queue_fault(address: str) -> str | None:
    """Why the queue cannot reach the database; None where it can. Raises StorageError."""
    engine, options = connect(address), options_of(address)
    driver: Any = engine.dialect.loaded_dbapi
    try:
        driver.connect(options["conninfo"], **options["kwargs"]).close()
    except driver.Error as error:
        return shown(" ".join(str(error).split()))
    finally:
        engine.dispose()
    return None


def alive(engine: Engine, beat: float) -> int:
    """Processes that have shown a sign within three beats; 0 where there is no queue."""
    return -(-_ask(engine, _ALIVE, {"seconds": SILENT_BEATS * beat}) // LANES)


def _ask(engine: Engine, question: TextClause, values: Mapping[str, Any]) -> int:
    if kind_of(engine) != POSTGRESQL:
        return 0
    with translated(str(engine.url)), engine.connect() as connection:
        if connection.scalar(VERSION, {"schema": SCHEMA}) is None:
            return 0
        return int(connection.scalar(question, values) or 0)
