"""How many workers live, as the queue knows; read without the queue's library."""

from __future__ import annotations

from sqlalchemy import Engine, text

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


def alive(engine: Engine, beat: float) -> int:
    """Processes that have shown a sign within three beats; 0 where there is no queue."""
    if kind_of(engine) != POSTGRESQL:
        return 0
    with translated(str(engine.url)), engine.connect() as connection:
        if connection.scalar(VERSION, {"schema": SCHEMA}) is None:
            return 0
        found = int(connection.scalar(_ALIVE, {"seconds": SILENT_BEATS * beat}) or 0)
    return -(-found // LANES)
