"""A run that workers share: this process says what is to be done, they do it, it finishes.

    plan ──> batches ──> jobs ──> workers read ──> jobs ──> workers judge ──> one finishes
                                       └── what got worse is read once more ──┘

The story is `monitor.audit.run.audit`; here is only who does the work. VK's tokens keep one pace
and one day over all workers (monitor/storage/pace.py, ledger.py), so their pages go to whoever is
free. Elsewhere a host has one pace, so the pages of a host are never read by two at once: hosts
are sorted into shards, and of a shard one batch is read at a time.
"""

from __future__ import annotations

import logging
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from collectors.model import Evidence, Exchange, Page
from collectors.networks import networks
from monitor.audit.begin import StoppedError
from monitor.audit.executor import Executor, ExecutorError
from monitor.audit.plan import plan_of
from monitor.audit.reading import RunContext, collector_run
from monitor.audit.witnesses import tidy_after_reading
from monitor.storage import heartbeats, jobs, observations
from monitor.storage.bodies import plain
from monitor.storage.evidence import seal_rest
from monitor.storage.jobs import Job
from rules.model import Institution

log = logging.getLogger(__name__)

T = TypeVar("T")

SHARDS = 64
AT_ONCE = 100  # pages of a shard in one batch
JUDGED_AT_ONCE = 400  # institutions of a municipality
LOOK_SECONDS = 0.3
NOBODY_FOR = 60.0  # seconds without any worker
READ, JUDGE = "read", "judge"


@dataclass(slots=True)
class QueueExecutor:
    """Has `dozor worker` processes read and judge, by way of the queue."""

    of: RunContext
    requests: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    patience: float = NOBODY_FOR

    def read(self, pages: Sequence[Page], *, again: bool = False) -> None:
        of_networks = {page.network for page in pages}
        batches = [
            batch
            for slug in networks()
            if slug in of_networks
            for batch in self._batches(
                slug, [page for page in pages if page.network == slug], again
            )
        ]
        self._do(READ, [(self._reading(pages, again), lock) for pages, lock in batches])

    def judge(self, institutions: Sequence[Institution]) -> None:
        towns: dict[str, list[str]] = {}
        for institution in institutions:
            towns.setdefault(institution.municipality, []).append(institution.key)
        judging = [
            {**self._run(), "municipality": town, "keys": some}
            for town, keys in towns.items()
            for some in parts(keys, JUDGED_AT_ONCE)
        ]
        self._do(JUDGE, [(one, None) for one in judging])

    def _batches(
        self, slug: str, pages: Sequence[Page], again: bool
    ) -> Iterator[tuple[Sequence[Page], str | None]]:
        """Planned for all workers together: what the day does not reach for is not asked for."""
        context = self.of.context
        run = collector_run(self.of, slug, NoEvidence())
        thrifty = None if again else self.of.audit
        plan = plan_of(context, slug, pages, run, self.of.zones, thrifty)
        observations.add(context.engine, self.of.audit, plan.unasked(run.as_of))
        if networks()[slug].readers(context.settings.networks[slug]):
            size = context.settings.workers.pages
            yield from ((part, None) for part in parts(plan.due, size))
        else:
            yield from by_host(slug, plan.due)

    def _run(self) -> dict[str, Any]:
        return {"audit": self.of.audit.id, "as_of": self.of.request.as_of.isoformat()}

    def _reading(self, pages: Sequence[Page], again: bool) -> dict[str, Any]:
        return {**self._run(), "pages": [plain(page) for page in pages], "again": again}

    def _do(self, task: str, work: Sequence[tuple[Mapping[str, Any], str | None]]) -> None:
        """Raises ExecutorError, StoppedError, LockTakenError."""
        self.rounds += 1
        mark, settings = mark_of(self.of), self.of.context.settings
        with jobs.job_queue_alone(settings.storage.database) as queue:
            for number, (arguments, lock) in enumerate(work):
                own = f"{mark}:{self.rounds}:{number}"
                jobs.put(queue, Job(task=task, mark=own, arguments=arguments, lock=lock))
        log.info("audit %d: %d jobs to %s", self.of.audit.id, len(work), task)
        self._wait(task, len(work))

    def _wait(self, task: str, total: int) -> None:
        engine, mark = self.of.context.engine, mark_of(self.of)
        last_seen = time.monotonic()
        while (found := jobs.states(engine, mark))["todo"] + found["doing"]:
            if self.of.context.stopping():
                raise StoppedError
            if found["failed"]:
                break
            if total:
                self.of.tell(task, total - found["todo"] - found["doing"], total)
            if self._alive():
                last_seen = time.monotonic()
            if time.monotonic() - last_seen > self.patience:
                raise ExecutorError("нет ни одного рабочего процесса: запустите dozor worker")
            time.sleep(LOOK_SECONDS)
        if jobs.states(engine, mark)["failed"]:
            jobs.forget(engine, mark)
            raise ExecutorError(
                "рабочий процесс не справился с частью проверки: причина в его журнале; "
                "прочитанное сохранено, следующая проверка продолжит"
            )

    def _alive(self) -> int:
        settings = self.of.context.settings.workers
        return heartbeats.alive(self.of.context.engine, settings.heartbeat_seconds)


class NoEvidence:
    """Who only plans reads nothing."""

    def keep(self, exchange: Exchange) -> Evidence:
        raise AssertionError(f"planning asked {exchange.network}")


@contextmanager
def queue_executor(of: RunContext) -> Iterator[Executor]:
    """Jobs that a killed run has left are taken back first; those under way come to their end."""
    engine, folder = of.context.engine, of.context.settings.storage.evidence
    jobs.prepare(engine)
    jobs.forget(engine, mark_of(of))
    executor = QueueExecutor(of)
    executor._wait("", 0)
    yield executor
    executor.requests.update(seal_rest(engine, folder, of.audit))
    tidy_after_reading(of.context)


def mark_of(of: RunContext) -> str:
    return heartbeats.mark_of(of.audit.id)


def by_host(slug: str, pages: Sequence[Page]) -> Iterator[tuple[Sequence[Page], str]]:
    """Batches and their locks: a host stands in one shard, whatever the run."""
    shards: dict[int, list[Page]] = {}
    for page in pages:
        host = (urlsplit(page.address).hostname or page.address).removeprefix("www.")
        shards.setdefault(zlib.crc32(host.encode()) % SHARDS, []).append(page)
    for shard, members in shards.items():
        yield from ((part, f"{slug}:{shard}") for part in parts(members, AT_ONCE))


def parts(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (things[at : at + size] for at in range(0, len(things), size))
