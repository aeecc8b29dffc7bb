"""Reading pages for an audit: networks side by side, kept batch by batch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from collectors.model import SITE, EvidenceSink, Failure, Observation, Page, Run
from collectors.networks import networks
from collectors.text import normalised
from monitor.application import Context
from monitor.audit.begin import AuditRequest, StoppedError
from monitor.audit.careful import read_carefully
from monitor.audit.plan import plan_of
from monitor.audit.recheck import as_second
from monitor.audit.word import believed_sites
from monitor.logs import without_secrets
from monitor.storage import observations
from monitor.storage.evidence import WarcFile
from monitor.storage.ledger import Ledger
from monitor.storage.originals import stored_originals
from monitor.storage.pace import SharedTurns
from monitor.storage.site_memory import StoredMemories
from reports.model import Audit

WALL_WINDOW = timedelta(weeks=10)  # four judged weeks within eight, and the holidays of January
LONGEST_DETAIL = 1000
LOOK_SECONDS, STOP_SECONDS = 0.2, 20.0

Tell = Callable[[str, int, int], None]  # network, pages done, pages in all


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """A run under way, for whoever reads or judges a part of it.

    `zones`: of municipalities, by id; a page of another counts its days where the request does.
    """

    context: Context
    request: AuditRequest
    audit: Audit
    tell: Tell
    zones: Mapping[str, ZoneInfo] = field(default_factory=dict)


def read_pages(of: RunContext, file: WarcFile, pages: Sequence[Page], *, again: bool) -> None:
    """`again`: these are second readings. Raises the error that ended the tasks, not their group:
    only the error can be explained."""
    reader = PageReader(of, file, again)
    try:
        asyncio.run(reader.read(pages))
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None


def collector_run(of: RunContext, slug: str, file: EvidenceSink) -> Run:
    """What any network's collector is given."""
    context, request = of.context, of.request
    quotas = networks()[slug].quotas(context.settings.networks[slug])
    return Run(
        as_of=request.as_of,
        walls_since=request.as_of - WALL_WINDOW,
        evidence=file,
        budget=Ledger(context.engine, quotas, context.clock, request.on_demand),
        turns=SharedTurns(context.engine),
    )


def with_memory(run: Run, of: RunContext, file: WarcFile, believed: Set[str]) -> Run:
    """What was read of the same pages before, for who can make use of it."""
    context, now = of.context, of.context.clock()
    folder = context.settings.storage.evidence
    return replace(
        run,
        memories=StoredMemories(context.engine, now.date()),
        originals=stored_originals(context.engine, folder, file, now),
        believed=believed,
    )


@dataclass(frozen=True, slots=True)
class PageReader:
    of: RunContext
    file: WarcFile
    again: bool = False

    async def read(self, pages: Sequence[Page]) -> None:
        """Each network has its own pace and none waits for another."""
        async with asyncio.TaskGroup() as group:
            readers = [
                group.create_task(self._read_network(slug, of_network))
                for slug in networks()
                if (of_network := [page for page in pages if page.network == slug])
            ]
            watch = group.create_task(self._stop_in_time())
            if readers:
                await asyncio.wait(readers)
            watch.cancel()

    async def _stop_in_time(self) -> None:
        """What is being read when a stop is asked for may still come in; then it is cut off."""
        while not self.of.context.stopping():
            await asyncio.sleep(LOOK_SECONDS)
        await asyncio.sleep(STOP_SECONDS)
        raise StoppedError

    async def _read_network(self, slug: str, pages: Sequence[Page]) -> None:
        """Commit batch by batch: what a killed run has read stays read."""
        context, tell = self.of.context, self.of.tell
        run = collector_run(self.of, slug, self.file)
        if slug == SITE:
            run = with_memory(run, self.of, self.file, self._believed(pages))
        collector = networks()[slug].collector(context.settings.networks[slug])
        thrifty = None if self.again else self.of.audit
        plan = plan_of(context, slug, pages, run, self.of.zones, thrifty)
        unasked = plan.unasked(run.as_of)
        self._keep(unasked)
        done = len(unasked)
        tell(slug, done, len(pages))
        run = replace(run, at_rest=plan.at_rest, expected=plan.expected)
        async for batch in read_carefully(collector, plan.due, run):
            self._keep(batch)
            done += len(batch)
            tell(slug, done, len(pages))
            if context.stopping():
                raise StoppedError

    def _believed(self, pages: Sequence[Page]) -> Set[str]:
        """A second look takes nobody's word."""
        if self.again:
            return frozenset()
        return believed_sites(self.of.context.engine, pages, self.of.request.as_of)

    def _keep(self, batch: tuple[Observation, ...]) -> None:
        """Evidence reaches the disk before what rests on it."""
        self.file.sync()
        seen = as_second(batch) if self.again else batch
        observations.add(self.of.context.engine, self.of.audit, [_clean(one) for one in seen])


def _clean(observation: Observation) -> Observation:
    """A library's words for a failure may quote the address that it asked for, or what came."""
    failure = observation.failure
    if failure is None and not observation.gaps:
        return observation
    gaps = {name: _clean_failure(gap) for name, gap in observation.gaps.items()}
    return replace(observation, failure=failure and _clean_failure(failure), gaps=gaps)


def _clean_failure(failure: Failure) -> Failure:
    detail = normalised(without_secrets(failure.detail))
    return replace(failure, detail=detail[:LONGEST_DETAIL])
