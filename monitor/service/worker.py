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
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn
from uuid import uuid4

from procrastinate import App, JobContext
from procrastinate.jobs import Job as Taken
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from collectors.errors import RunError
from collectors.model import Page
from monitor.application import Context, load_acts, open_context, opened
from monitor.audit.begin import AuditRequest, StoppedError, scope_of
from monitor.audit.executor import ExecutorError
from monitor.audit.judging import Judge
from monitor.audit.reading import RunContext, Tell, read_pages
from monitor.audit.recheck import worsened_pages
from monitor.audit.scope import Scope
from monitor.config import Settings
from monitor.service.due import last_due
from monitor.service.nights import Service, night
from monitor.service.queue_executor import JUDGE, READ, queue_executor
from monitor.storage import audits, jobs, observations
from monitor.storage.bodies import made
from monitor.storage.evidence import WarcFile
from monitor.storage.heartbeats import SILENT_BEATS
from reports.model import Audit

log = logging.getLogger(__name__)

TRIES = 3
RETRY_SECONDS = 5
NIGHTLY = "night"

Clock = Callable[[], datetime]


class JobLostError(RunError):
    """The job was given to another worker: this one showed no life for too long."""


class RegistryDiffersError(RunError):
    """This worker's registry or packs are not those that the audit rests on."""


class Again(BaseRetryStrategy):
    """Asked to stop: at once, by another. Anything else: a few times, in case it passes."""

    def get_retry_decision(self, *, exception: BaseException, job: Taken) -> RetryDecision | None:
        if isinstance(exception, StoppedError):
            return RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, JobLostError) or job.attempts + 1 >= TRIES:
            return None
        return RetryDecision(retry_in={"seconds": RETRY_SECONDS})


@dataclass(slots=True)
class Worker:
    """One process: its part of the evidence, and the registries and acts of its last audit."""

    context: Context
    stop: threading.Event = field(default_factory=threading.Event)
    name: str = field(default_factory=lambda: f"{os.getpid()}-{uuid4().hex[:8]}")
    file: WarcFile | None = None
    known: tuple[int, Scope] | None = None

    def read(
        self, job: JobContext, audit: int, as_of: str, pages: Sequence[Any], again: bool
    ) -> None:
        begun, request = self._request_of(audit, as_of)
        wanted = self._left(job, begun, [made(Page, one) for one in pages], again)
        run = RunContext(context=self.context, request=request, audit=begun, tell=self._fence(job))
        read_pages(run, self._file_of(begun), wanted, again=again)

    def judge(
        self, job: JobContext, audit: int, as_of: str, municipality: str, keys: Sequence[str]
    ) -> None:
        begun, request = self._request_of(audit, as_of)
        scope = self._scope_of(begun, request).part(municipality, keys)
        Judge(self.context, begun, request.as_of, scope).judge(worsened_pages)

    def night(self, job: JobContext) -> None:
        """Ordered by the clock of `dozor serve --workers`; done once, whoever takes it."""
        context = self.context
        night(Service(context.settings, context.clock, self.stop, executors=queue_executor))
        if self.stop.is_set():
            raise StoppedError

    def close(self) -> None:
        if self.file is not None:
            self.file.__exit__(None, None, None)

    def _request_of(self, number: int, as_of: str) -> tuple[Audit, AuditRequest]:
        begun = audits.by_id(self.context.engine, number)
        assert begun is not None, number
        return begun, AuditRequest(as_of=datetime.fromisoformat(as_of))

    def _left(
        self, job: JobContext, begun: Audit, pages: Sequence[Page], again: bool
    ) -> Sequence[Page]:
        """The whole batch; of one that another worker had begun, the rest."""
        if not job.job.attempts:
            return pages
        engine = self.context.engine
        done = (observations.read_again if again else observations.of_audit)(engine, begun)
        return [page for page in pages if page.key not in done]

    def _file_of(self, begun: Audit) -> WarcFile:
        """One file a run: it stays open from batch to batch."""
        settings = self.context.settings
        folder, secrets = settings.storage.evidence, settings.secrets
        if self.file is None or not self.file.is_of(begun):
            self.close()
            self.file = WarcFile(folder, begun, secrets, self.name)
        return self.file

    def _fence(self, job: JobContext) -> Tell:
        number, attempts = job.job.id or 0, job.job.attempts

        def check_mine(_network: str, _done: int, _total: int) -> None:
            if not jobs.is_mine(self.context.engine, number, attempts):
                raise JobLostError(f"job {number}")

        return check_mine

    def _scope_of(self, begun: Audit, request: AuditRequest) -> Scope:
        """All institutions, by the texts that the audit rests on, read once an audit."""
        if self.known is None or self.known[0] != begun.id:
            with opened(self.context.settings, self.context.clock) as application:
                scope = scope_of(application.as_stated(request.as_of), request)
            if scope.registries != begun.registries:
                raise RegistryDiffersError(f"audit {begun.id} rests on another registry")
            self.known = (begun.id, scope)
        return self.known[1]


@contextmanager
def _at_work(settings: Settings, clock: Clock) -> Iterator[Worker]:
    stop = threading.Event()
    with open_context(settings, clock, stop.is_set) as context:
        worker = Worker(context, stop)
        try:
            yield worker
        finally:
            worker.close()


def work(settings: Settings, clock: Clock, ready: Callable[[], object] = lambda: None) -> None:
    """Until SIGTERM or SIGINT. What is being done then is put back, and another goes on.

    `ready` is called once these are heeded: a signal before then kills.
    """
    load_acts(settings.rules.packs)
    with _at_work(settings, clock) as worker:
        jobs.prepare(worker.context.engine)
        asyncio.run(_run(worker, jobs.queue(settings.storage.database), ready))


async def _run(worker: Worker, app: App, ready: Callable[[], object]) -> None:
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
        ready()
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
    raise ExecutorError("рабочий процесс кончил работу сам, хотя его не останавливали")


async def _lane(worker: Worker, app: App, queue: str) -> None:
    beat = worker.context.settings.workers.heartbeat_seconds
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
    beat = worker.context.settings.workers.heartbeat_seconds
    while True:
        await asyncio.sleep(beat)
        await jobs.rescue(app, SILENT_BEATS * beat, TRIES)


def order_night(service: Service) -> None:
    """Put the run of the night that is due in line, unless it was: ordered twice, it is one."""
    settings = service.settings
    due = last_due(settings.schedule.trigger(), service.clock())
    mark = f"night:{due.isoformat()}"
    one = jobs.Job(task=NIGHTLY, mark=mark, arguments={}, queue=jobs.NIGHT, lock="night")
    with service.open_context() as context:
        jobs.prepare(context.engine)  # before the first worker ever came
    with jobs.job_queue_alone(settings.storage.database) as queue:
        jobs.put(queue, one)
