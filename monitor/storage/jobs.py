"""The queue of jobs: Procrastinate, in a schema of its own beside our tables.

Nothing in it has to last: what was read and judged stands in our own tables, so the queue is built
anew when Procrastinate is another version. A job of a run carries the run's mark in its queueing
lock («audit-17:read:3»), by which a run knows its own.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job as Taken
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager
from psycopg import AsyncConnection
from sqlalchemy import Engine, text

from monitor.storage.database import translated
from monitor.storage.heartbeats import SCHEMA, VERSION, options_of

log = logging.getLogger(__name__)

WORK, NIGHT = "work", "night"  # queues
CONNECTIONS = 4
_LOCK = 1146047055  # PostgreSQL's advisory locks go by number
_STATES = text(
    f"SELECT status::text, count(*) FROM {SCHEMA}.procrastinate_jobs "
    "WHERE queueing_lock LIKE :mark || ':%' GROUP BY status"
)
_FORGET = text(
    f"DELETE FROM {SCHEMA}.procrastinate_jobs "
    "WHERE queueing_lock LIKE :mark || ':%' AND status <> 'doing'"
)
_MINE = text(
    f"SELECT count(*) FROM {SCHEMA}.procrastinate_jobs "
    "WHERE id = :id AND status = 'doing' AND attempts = :attempts"
)
_HELD = (  # by this very try of it: whoever was held to be dead finds nothing
    "SELECT id FROM procrastinate_jobs WHERE id = %(id)s AND status = 'doing' "
    "AND attempts = %(attempts)s FOR UPDATE"
)
_RETRY = (
    "SELECT procrastinate_retry_job_v2("
    f"id, %(at)s, %(priority)s, %(queue)s, %(lock)s) FROM ({_HELD}) AS held"
)
_FINISH = f"SELECT procrastinate_finish_job_v1(id, %(status)s, %(delete)s) FROM ({_HELD}) AS held"
_ALONE = f"SELECT pg_advisory_lock({_LOCK + 1})"
_ORDERED = (
    "SELECT count(*) AS orders FROM procrastinate_jobs "
    "WHERE queueing_lock = %(mark)s AND status IN ('todo', 'doing')"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`lock`: of the jobs with the same one, one is done at a time. `mark`: of its run."""

    task: str
    mark: str
    arguments: Mapping[str, Any]
    queue: str = WORK
    lock: str | None = None


def prepare(engine: Engine) -> None:
    """Build the queue where there is none, or one of another version of Procrastinate."""
    installed = version("procrastinate")
    with translated(str(engine.url)), engine.begin() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        if connection.scalar(VERSION, {"schema": SCHEMA}) == installed:
            return
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
        connection.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS '{installed}'")
        connection.exec_driver_sql(f"SET LOCAL search_path TO {SCHEMA}")
        bare = connection.execution_options(no_parameters=True)
        bare.exec_driver_sql(SchemaManager.get_schema())


class FencedJobs(JobManager):
    """A job is ended, or put back, only by the worker that holds it.

    A worker that was silent for too long (a crowded machine) may still live when its job has been
    given to another. The library goes by the job's number alone, so the first one's end would be
    taken for the end of the other's work: the run would break off, or be judged half read.
    """

    async def finish_job(self, job: Taken, status: Status, delete_job: bool) -> None:
        await self.connector.execute_query_async(
            _FINISH, id=job.id, attempts=job.attempts, status=status.value, delete=delete_job
        )

    async def retry_job(
        self,
        job: Taken,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        at = retry_at or datetime.now(UTC)
        words = {"priority": priority, "queue": queue, "lock": lock}
        await self.connector.execute_query_async(
            _RETRY, id=job.id, attempts=job.attempts, at=at, **words
        )


def queue(address: str) -> App:
    """For workers: asynchronous, to be opened by the caller."""
    connector = PsycopgConnector(
        min_size=1,
        max_size=CONNECTIONS,
        configure=_commit_each_statement,
        **options_of(address),
    )
    app = App(connector=connector)
    app.job_manager = FencedJobs(app.connector)
    return app


async def _commit_each_statement(connection: AsyncConnection[Any]) -> None:
    """A process that stands still between a statement and its commit would hold its job's row, and
    whoever takes the job over would wait for it."""
    await connection.set_autocommit(True)


@contextmanager
def job_queue_alone(address: str) -> Iterator[App]:
    """For those who only put jobs in: of all processes one at a time, until the connection ends."""
    connector = SyncPsycopgConnector(min_size=1, max_size=1, **options_of(address))
    with App(connector=connector).open() as opened:
        opened.connector.execute_query(_ALONE)
        yield opened


def put(app: App, job: Job) -> bool:
    """False: the same job waits already, or is being done."""
    if app.connector.execute_query_one(_ORDERED, mark=job.mark)["orders"]:
        return False
    order = app.configure_task(
        job.task, queue=job.queue, lock=job.lock, queueing_lock=job.mark, allow_unknown=True
    )
    try:
        order.defer(**job.arguments)
    except AlreadyEnqueued:
        return False
    return True


def states(engine: Engine, mark: str) -> Counter[str]:
    """How many jobs of a run are todo, doing or failed; those that are done are gone."""
    with translated(str(engine.url)), engine.connect() as connection:
        return Counter({str(state): int(count) for state, count in connection.execute(
            _STATES, {"mark": mark}
        )})  # fmt: skip


def forget(engine: Engine, mark: str) -> None:
    """Take out what waits or has failed; what is being done ends by itself."""
    with translated(str(engine.url)), engine.begin() as connection:
        connection.exec_driver_sql(f"SET LOCAL search_path TO {SCHEMA}")  # its triggers need it
        connection.execute(_FORGET, {"mark": mark})


def is_mine(engine: Engine, number: int, attempts: int) -> bool:
    """Whether the job has not been given to another since."""
    with translated(str(engine.url)), engine.connect() as connection:
        return bool(connection.scalar(_MINE, {"id": number, "attempts": attempts}))


async def rescue(app: App, seconds: float, most: int) -> None:
    """Give the jobs of workers that show no life to others; after `most` tries they have failed.

    Several workers may look at once: whoever comes second finds nothing to do. A job that can not
    be given away costs itself and is told: the others, and the worker, go on.
    """
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds):
        try:
            await _give_away(app, job, most)
        except UniqueViolation:
            log.error("job %s of a dead worker is dropped: it was ordered anew", job.id)
            await _end(app, job, delete=True)
        except ConnectorException:
            log.exception("job %s of a dead worker can not be given to another", job.id)
            await _end(app, job)


async def _give_away(app: App, job: Taken, most: int) -> None:
    if job.attempts >= most:
        await _end(app, job)
    else:
        await app.job_manager.retry_job(job)


async def _end(app: App, job: Taken, *, delete: bool = False) -> None:
    await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=delete)
