"""How many workers live, as the queue knows; read without the queue's library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, TextClause, text

from monitor.storage.addresses import POSTGRESQL
from monitor.storage.database import kind_of, translated

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
    return bool(_asked(engine, _IN_WORK, {"mark": mark_of(audit)}))


def alive(engine: Engine, beat: float) -> int:
    """Processes that have shown a sign within three beats; 0 where there is no queue."""
    return -(-_asked(engine, _ALIVE, {"seconds": SILENT_BEATS * beat}) // LANES)


def _asked(engine: Engine, question: TextClause, values: Mapping[str, Any]) -> int:
    if kind_of(engine) != POSTGRESQL:
        return 0
    with translated(str(engine.url)), engine.connect() as connection:
        if connection.scalar(VERSION, {"schema": SCHEMA}) is None:
            return 0
        return int(connection.scalar(question, values) or 0)
