"""A night that was ordered twice is one, and a job that nobody can rescue costs only itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monitor.application import real_time
from monitor.config import load_settings
from monitor.sandbox import serve
from monitor.service.nights import Service
from monitor.service.worker import order_night
from monitor.storage import jobs, nights
from monitor.storage.database import open_database
from monitor.storage.jobs import Job
from tests.monitor.test_workers import REGION, SHARED, Region, crew, secrets
from tests.waiting import until

HELD_BY_THE_DEAD = "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = 1"
ORDERED_ANEW = "UPDATE procrastinate_jobs SET queueing_lock = 'night', lock = 'night'"


@pytest.fixture
def queue(new_database: str) -> Iterator[Engine]:
    engine = open_database(new_database)
    jobs.prepare(engine)
    yield engine
    engine.dispose()


def address(queue: Engine) -> str:
    return queue.url.render_as_string(hide_password=False)


def put(queue: Engine, *marks: str, task: str = "night", line: str = jobs.NIGHT) -> list[bool]:
    with jobs.job_queue_alone(address(queue)) as app:
        given = [Job(task=task, mark=mark, arguments={}, queue=line) for mark in marks]
        return [jobs.put(app, one) for one in given]


def tell(queue: Engine, statement: str) -> list[tuple[object, ...]]:
    with queue.begin() as connection:
        connection.exec_driver_sql(f"SET LOCAL search_path TO {jobs.SCHEMA}")
        done = connection.exec_driver_sql(statement)
        return [tuple(row) for row in done] if done.returns_rows else []


def jobs_in(queue: Engine) -> list[tuple[object, ...]]:
    return tell(queue, "SELECT id, status::text FROM procrastinate_jobs ORDER BY id")


def rescue(queue: Engine) -> None:
    async def once() -> None:
        app = jobs.queue(address(queue))
        async with app.open_async():
            await jobs.rescue(app, 1.0, 3)

    asyncio.run(once())


def stuck(queue: Engine) -> None:
    """As earlier versions left it: of two orders one is in the hands of a worker that died."""
    put(queue, "first", "second")
    tell(queue, HELD_BY_THE_DEAD)
    tell(queue, ORDERED_ANEW)


def test_what_is_being_done_is_not_ordered_again(queue: Engine) -> None:
    put(queue, "night:1")
    tell(queue, HELD_BY_THE_DEAD)
    assert put(queue, "night:1", "night:2") == [False, True]


def test_an_order_that_was_made_anew_does_not_keep_the_dead_workers_one(
    queue: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    stuck(queue)
    put(queue, "audit-1:1:0")
    tell(queue, "UPDATE procrastinate_jobs SET status = 'doing' WHERE id > 2")
    with caplog.at_level(logging.ERROR):
        rescue(queue)
    assert jobs_in(queue) == [(2, "todo"), (3, "todo")]
    assert "ordered anew" in caplog.text


def test_a_job_that_can_not_be_given_away_fails_and_the_others_go_on(
    queue: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    put(queue, "audit-1:1:0", "audit-1:1:1")
    tell(queue, "UPDATE procrastinate_jobs SET status = 'doing'")
    tell(
        queue,
        "ALTER TABLE procrastinate_jobs ADD CONSTRAINT odd CHECK (id <> 1 OR status <> 'todo')",
    )
    with caplog.at_level(logging.ERROR):
        rescue(queue)
    assert jobs_in(queue) == [(1, "failed"), (2, "todo")]
    assert "can not be given" in caplog.text


def test_a_night_ordered_twice_by_a_queue_of_earlier_versions_is_lived_once(
    tmp_path: Path, queue: Engine
) -> None:
    stuck(queue)
    with serve(REGION) as sandbox:
        region = Region(tmp_path, sandbox, pages=2)
        config, known = region.config(address(queue)), secrets(SHARED)
        service = Service(load_settings(config, known), real_time)
        with crew(config, known, 2) as members:
            for _ in range(3):
                order_night(service)
            until(lambda: nights.last_good(queue))
            until(lambda: not jobs_in(queue))
    assert [one.exitcode for one in members] == [0, 0]
    last = nights.last(queue)
    assert last
    assert last.audit_id == 1
