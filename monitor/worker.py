"""A worker: takes jobs from the queue, one at a time, until somebody ends it.

It shows every few seconds that it lives. One that was killed shows nothing, and its job goes to
another, which reads what the dead one had not yet committed. Beside the batches a worker may look
after a night (`NIGHT`): it orders, waits and finishes, which is little work.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NoReturn
from uuid import uuid4

from procrastinate import App, JobContext
from procrastinate.jobs import Job as Taken
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from collectors.barrier import RunError
from collectors.model import Page
from monitor.application import Application, load_acts, opened
from monitor.audit import CrewError, Tell, as_seen, judge_all, read_all, run_all
from monitor.beginning import Order, StoppedError, registries
from monitor.config import Settings
from monitor.crew import JUDGE, READ, workers
from monitor.scope import in_scope
from monitor.second_look import as_second, worsened_pages
from monitor.service import Service, last_due, night
from monitor.storage import audits, jobs, observations
from monitor.storage.bodies import made
from monitor.storage.database import open_database
from monitor.storage.evidence import WarcFile
from monitor.storage.heartbeats import SILENT_BEATS
from reports.model import Audit

log = logging.getLogger(__name__)

TRIES = 3
RETRY_SECONDS = 5
NIGHTLY = "night"

Clock = Callable[[], datetime]


class LostError(RunError):
    """The job was given to another worker: this one showed no life for too long."""


class RegistryDiffersError(RunError):
    """This worker's registry or packs are not those that the audit rests on."""


class Again(BaseRetryStrategy):
    """Asked to stop: at once, by another. Anything else: a few times, in case it passes."""

    def get_retry_decision(self, *, exception: BaseException, job: Taken) -> RetryDecision | None:
        if isinstance(exception, StoppedError):
            return RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, LostError) or job.attempts + 1 >= TRIES:
            return None
        return RetryDecision(retry_in={"seconds": RETRY_SECONDS})


@dataclass(slots=True)
class Worker:
    """One process: its part of the evidence, and what it has read of registries, by audit."""

    settings: Settings
    clock: Clock
    reader: Application
    stop: threading.Event = field(default_factory=threading.Event)
    name: str = field(default_factory=lambda: f"{os.getpid()}-{uuid4().hex[:8]}")
    file: WarcFile | None = None
    judge_of: tuple[int, Application] | None = None

    def read(
        self, context: JobContext, audit: int, as_of: str, pages: Sequence[Any], again: bool
    ) -> None:
        begun, order = self._order(audit, as_of)
        wanted = self._left(context, begun, [made(Page, one) for one in pages], again)
        seen_as = as_second if again else as_seen
        file, tell = self._file_of(begun), self._fence(context)
        run_all(read_all(self.reader, order, begun, file, tell, wanted, seen_as))

    def judge(
        self, context: JobContext, audit: int, as_of: str, municipality: str, keys: Sequence[str]
    ) -> None:
        begun, order = self._order(audit, as_of)
        application = self._judging(begun)
        towns = tuple(one for one in application.municipalities if one.id == municipality)
        wanted = set(keys)
        scope = [one for one in in_scope(towns, (), order.as_of) if one.key in wanted]
        only = replace(application, municipalities=towns)
        judge_all(only, order, begun, scope, worsened_pages)

    def night(self, context: JobContext) -> None:
        """Ordered by the clock of `dozor serve --workers`; done once, whoever takes it."""
        night(Service(self.settings, self.clock, self.stop, crew=workers))
        if self.stop.is_set():
            raise StoppedError

    def close(self) -> None:
        if self.file is not None:
            self.file.__exit__(None, None, None)

    def _order(self, number: int, as_of: str) -> tuple[Audit, Order]:
        begun = audits.by_id(self.reader.engine, number)
        assert begun is not None, number
        return begun, Order(as_of=datetime.fromisoformat(as_of))

    def _left(
        self, context: JobContext, begun: Audit, pages: Sequence[Page], again: bool
    ) -> Sequence[Page]:
        """The whole batch; of one that another worker had begun, the rest."""
        if not context.job.attempts:
            return pages
        engine = self.reader.engine
        done = (observations.read_again if again else observations.of_audit)(engine, begun)
        return [page for page in pages if (page.network, page.address) not in done]

    def _file_of(self, begun: Audit) -> WarcFile:
        """One file a run: it stays open from batch to batch."""
        folder, secrets = self.settings.storage.evidence, self.settings.secrets
        if self.file is None or not self.file.is_of(begun):
            self.close()
            self.file = WarcFile(folder, begun, secrets, self.name)
        return self.file

    def _fence(self, context: JobContext) -> Tell:
        number, attempts = context.job.id or 0, context.job.attempts

        def told(_network: str, _done: int, _total: int) -> None:
            if not jobs.is_mine(self.reader.engine, number, attempts):
                raise LostError(f"job {number}")

        return told

    def _judging(self, begun: Audit) -> Application:
        """With the texts that the audit rests on, read once an audit."""
        if self.judge_of is None or self.judge_of[0] != begun.id:
            with opened(self.settings, self.clock, self.stop.is_set) as fresh:
                known = replace(fresh.as_stated(), engine=self.reader.engine)
            if registries(known) != begun.registries:
                raise RegistryDiffersError(f"audit {begun.id} rests on another registry")
            self.judge_of = (begun.id, known)
        return self.judge_of[1]


@contextmanager
def _at_work(settings: Settings, clock: Clock) -> Iterator[Worker]:
    engine = open_database(settings.storage.database)
    stop = threading.Event()
    reader = Application(
        settings=settings, engine=engine, municipalities=(), acts={}, clock=clock,
        stopping=stop.is_set,
    )  # fmt: skip
    worker = Worker(settings, clock, reader, stop)
    try:
        yield worker
    finally:
        worker.close()
        engine.dispose()


def work(settings: Settings, clock: Clock) -> None:
    """Until SIGTERM or SIGINT. What is being done then is put back, and another goes on."""
    load_acts()
    with _at_work(settings, clock) as worker:
        jobs.prepare(worker.reader.engine)
        asyncio.run(_run(worker, jobs.queue(settings.storage.database)))


async def _run(worker: Worker, app: App) -> None:
    again = Again()
    app.task(name=READ, pass_context=True, retry=again)(worker.read)
    app.task(name=JUDGE, pass_context=True, retry=again)(worker.judge)
    app.task(name=NIGHTLY, pass_context=True, retry=again)(worker.night)
    loop = asyncio.get_running_loop()
    async with app.open_async():
        lanes = [asyncio.create_task(_lane(worker, app, name)) for name in (jobs.WORK, jobs.NIGHT)]
        watch = asyncio.create_task(_watch(worker, app))

        def end() -> None:
            log.warning("finishing")
            worker.stop.set()
            for lane in lanes:
                lane.cancel()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, end)
        try:
            ended, _ = await asyncio.wait([*lanes, watch], return_when=asyncio.FIRST_COMPLETED)
            was_asked_to_stop = worker.stop.is_set()
        finally:
            end()
            watch.cancel()
            await asyncio.gather(*lanes, watch, return_exceptions=True)
    if not was_asked_to_stop:
        _raise_what_ended(ended)


def _raise_what_ended(ended: Iterable[asyncio.Task[None]]) -> NoReturn:
    """A worker that ends by itself has failed, and systemd is to start it again."""
    for task in ended:
        if not task.cancelled() and (error := task.exception()):
            raise error
    raise CrewError("рабочий процесс кончил работу сам, хотя его не останавливали")


async def _lane(worker: Worker, app: App, queue: str) -> None:
    beat = worker.settings.workers.heartbeat_seconds
    await app.run_worker_async(
        queues=[queue],
        concurrency=1,
        name=f"{worker.name}-{queue}",
        delete_jobs="successful",
        install_signal_handlers=False,
        fetch_job_polling_interval=min(5.0, beat),
        update_heartbeat_interval=beat,
        stalled_worker_timeout=SILENT_BEATS * beat,
    )


async def _watch(worker: Worker, app: App) -> None:
    """Any worker may find that another is dead."""
    beat = worker.settings.workers.heartbeat_seconds
    while True:
        await asyncio.sleep(beat)
        await jobs.rescue(app, SILENT_BEATS * beat, TRIES)


def order_night(service: Service) -> None:
    """Put the run of the night that is due in line, unless it was: ordered twice, it is one."""
    settings = service.settings
    due = last_due(settings.schedule.trigger(), service.clock())
    mark = f"night:{due.isoformat()}"
    one = jobs.Job(task=NIGHTLY, mark=mark, arguments={}, queue=jobs.NIGHT, lock="night")
    with service.opened_for_mail() as application:
        jobs.prepare(application.engine)  # before the first worker ever came
    with jobs.ordering(settings.storage.database) as queue:
        jobs.put(queue, one)
