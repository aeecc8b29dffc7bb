"""An audit: read the pages, hold what was seen against the law, write down what was found.

    due pages ──> collect ──> observations + evidence ──> judge ──> findings
                     └── what got worse is read once more ──┘

`audit` does all of it; `collect` and `evaluate` do one half each. What a killed run has read and
judged stays: the next order for the same is the rest of it (monitor/audit/begin.py).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import groupby
from typing import Any, Protocol

from collectors.barrier import barrier
from collectors.errors import TroubleError
from collectors.model import Address, EvidenceSink, Failure, Observation, Page, Run
from collectors.networks import networks
from collectors.text import normalised
from monitor.application import Application
from monitor.audit.begin import Order, StoppedError, begin, begin_or_resume, finished, turn
from monitor.audit.breaks import issue_of
from monitor.audit.careful import STORES, read_carefully
from monitor.audit.compare import followed
from monitor.audit.coverage import Look, Outline, coverage, look, rests_on_earlier
from monitor.audit.dossiers import Seen, authority_site, standing_pages
from monitor.audit.issues import issues_of
from monitor.audit.mass_change import mass_changes
from monitor.audit.plan import not_due, plan_of
from monitor.audit.recheck import as_second, worsened_pages
from monitor.audit.scope import in_scope, pages_of, read_once
from monitor.audit.standings import standings_of
from monitor.audit.witnesses import tidy_after_reading
from monitor.logs import without_secrets
from monitor.storage import audits, findings, observations
from monitor.storage.evidence import WarcFile, next_part, seal, seal_abandoned, seal_rest
from monitor.storage.ledger import Ledger
from monitor.storage.pace import SharedTurns
from reports.model import Audit, Collection, Issue
from rules.dossier.bench import Bench
from rules.engine import declared_pages, judge, unjudged
from rules.model import Dossier, Finding, Institution, Municipality

log = logging.getLogger(__name__)

WALL_WINDOW = timedelta(weeks=10)  # four judged weeks within eight, and the holidays of January

LONGEST_DETAIL = 1000
LOOK_SECONDS, STOP_SECONDS, RENEW_SECONDS = 0.2, 20.0, 1.0

Tell = Callable[[str, int, int], None]  # network, pages done, pages in all


Batch = tuple[Observation, ...]
Keep = Callable[[Batch], None]
SeenAs = Callable[[Batch], Batch]  # what a batch is stored as


def silent(network: str, done: int, total: int) -> None:
    """For runs that nobody watches."""


Known = Callable[[Audit], object]  # told of what was ordered before and is done


def unnoticed(_: Audit) -> None:
    """For those to whom it is all one who has read it, and when."""


def as_seen(batch: Batch) -> Batch:
    return batch


@dataclass(frozen=True, slots=True)
class Doubt:
    """An institution that would be told to have got worse, and the pages that say so.

    The authority's site, which is large, is not kept with it: a bad night has doubts in all towns.
    """

    municipality: Municipality
    institution: Institution
    shared: Mapping[str, int]
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """A run under way: what whoever reads and judges for it has to know."""

    application: Application
    order: Order
    begun: Audit
    tell: Tell


class CrewError(TroubleError):
    """Those who share the run cannot do it; the text is Russian. What was read is kept."""


class Hands(Protocol):
    """Who does the work of one run; `requests` is whole once the hands are let go."""

    @property
    def requests(self) -> Mapping[str, int]: ...

    def read(self, pages: Sequence[Page], *, again: bool = False) -> None:
        """Observe each page; `again`: these are second readings."""
        ...

    def judge(self, scope: Sequence[Institution]) -> None:
        """Judge ahead what can be judged at once; what is left the run judges itself."""
        ...


Crew = Callable[[Work], AbstractContextManager[Hands]]


@dataclass(frozen=True, slots=True)
class Alone:
    """This process by itself."""

    work: Work
    file: WarcFile

    @property
    def requests(self) -> Mapping[str, int]:
        return self.file.requests

    def read(self, pages: Sequence[Page], *, again: bool = False) -> None:
        seen_as = as_second if again else as_seen
        of = self.work
        run_all(read_all(of.application, of.order, of.begun, self.file, of.tell, pages, seen_as))

    def judge(self, scope: Sequence[Institution]) -> None:
        """There is nobody to judge ahead."""


@contextmanager
def alone(work: Work) -> Iterator[Hands]:
    with _evidence(work.application, work.begun) as file:
        yield Alone(work, file)


def audit(
    application: Application,
    order: Order,
    tell: Tell = silent,
    crew: Crew = alone,
    known: Known = unnoticed,
) -> Audit:
    """Collect, judge, store; once for each moment and scope.

    Raises LockTakenError, UnknownInstitutionError, ClockError, StorageError, StoppedError, OSError;
    CrewError.
    """
    application = application.as_stated()
    with turn(application, order) as renew:
        if done := finished(application, order, "audit"):
            known(done)
            return done
        begun, order, scope = begin_or_resume(application, order, "audit")
        _seal_abandoned(application, begun)
        with crew(Work(application, order, begun, _renewing(tell, renew))) as hands:
            hands.read(_left(application, order, begun, scope))
            hands.judge(scope)
            doubts = judge_all(application, order, begun, scope, worsened_pages)
            if again := _doubtful(application, begun, doubts):
                hands.read(again, again=True)
            _judge_doubts(application, order, begun, doubts)
        return _finish(application, order, begun, scope, hands.requests)


def collect(
    application: Application, order: Order, tell: Tell = silent, known: Known = unnoticed
) -> Audit:
    """Only read and keep what was seen; once for each moment and scope."""
    application = application.as_stated()
    with turn(application, order) as renew:
        if done := finished(application, order, "collect"):
            known(done)
            return done
        begun, order, scope = begin_or_resume(application, order, "collect")
        _seal_abandoned(application, begun)
        with alone(Work(application, order, begun, _renewing(tell, renew))) as hands:
            hands.read(_left(application, order, begun, scope))
        return _finish(application, order, begun, scope, hands.requests)


def evaluate(application: Application, order: Order) -> Audit:
    """Judge again what is stored as of the moment, without a network."""
    application = application.as_stated()
    scope = in_scope(application.municipalities, order.names, order.as_of)
    begun = begin(application, order, scope, "evaluate")
    judge_all(application, order, begun, scope)
    return _finish(application, order, begun, scope, {})


# --- collect ----------------------------------------------------------------------------------


@contextmanager
def _evidence(application: Application, begun: Audit) -> Iterator[WarcFile]:
    """Where this run keeps its exchanges; sealed when all has been read."""
    settings, engine = application.settings, application.engine
    folder, own = settings.storage.evidence, next_part(engine, begun)
    with WarcFile(folder, begun, settings.secrets, own) as file:
        yield file
    if own and not file.records:
        file.path.unlink()  # another process had read all before it was killed
    else:
        seal(engine, begun, file)
    file.requests.update(seal_rest(engine, folder, begun, file.path.name))
    tidy_after_reading(application)


def _seal_abandoned(application: Application, begun: Audit) -> None:
    engine, folder = application.engine, application.settings.storage.evidence
    seal_abandoned(engine, folder, audits.abandoned(engine, begun))


def _left(
    application: Application, order: Order, begun: Audit, scope: Sequence[Institution]
) -> list[Page]:
    """What is due and was not read before this audit broke off."""
    read = observations.of_audit(application.engine, begun)
    pages = due_pages(application, order, scope)
    return [page for page in pages if (page.network, page.address) not in read]


def run_all(reading: Coroutine[Any, Any, None]) -> None:
    """Raises the error that ended the tasks, not their group: only the error can be explained."""
    try:
        asyncio.run(reading)
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None


def due_pages(
    application: Application, order: Order, scope: Sequence[Institution]
) -> tuple[Page, ...]:
    """Every address of the scope once, and those that an act itself declares."""
    known = observations.known_ids(application.engine, order.as_of)
    return read_once(_all_pages(application, order, scope), known)


def _all_pages(
    application: Application, order: Order, scope: Sequence[Institution]
) -> Iterator[Page]:
    for municipality in application.municipalities:
        members = [one for one in scope if one.municipality == municipality.id]
        yield from pages_of(members, municipality, order.as_of)
        for institution in members:
            yield from declared_pages(institution, municipality, application.acts_of(municipality))


async def read_all(
    application: Application,
    order: Order,
    begun: Audit,
    file: WarcFile,
    tell: Tell,
    pages: Sequence[Page],
    seen_as: SeenAs = as_seen,
) -> None:
    """Networks side by side: each has its own pace and none waits for another."""
    async with asyncio.TaskGroup() as group:
        readers = []
        for slug in networks():
            of_network = [page for page in pages if page.network == slug]
            if of_network:
                run = run_of(application, order, slug, file)
                keep = partial(_keep, application, begun, file, seen_as)
                reading = _read(application, slug, of_network, run, keep, tell)
                readers.append(group.create_task(reading))
        watch = group.create_task(_stop_in_time(application))
        if readers:
            await asyncio.wait(readers)
        watch.cancel()


async def _stop_in_time(application: Application) -> None:
    """What is being read when a stop is asked for may still come in; then it is cut off."""
    while not application.stopping():
        await asyncio.sleep(LOOK_SECONDS)
    await asyncio.sleep(STOP_SECONDS)
    raise StoppedError


def run_of(application: Application, order: Order, slug: str, file: EvidenceSink) -> Run:
    settings = application.settings.networks[slug]
    quotas = networks()[slug].quotas(settings)
    return Run(
        as_of=order.as_of,
        walls_since=order.as_of - WALL_WINDOW,
        evidence=file,
        budget=Ledger(application.engine, quotas, application.clock, order.on_demand),
        turns=SharedTurns(application.engine),
    )


async def _read(
    application: Application, slug: str, pages: Sequence[Page], run: Run, keep: Keep, tell: Tell
) -> None:
    """Commit batch by batch: what a killed run has read stays read."""
    collector = networks()[slug].collector(application.settings.networks[slug])
    plan = plan_of(application, slug, pages, run)
    keep(tuple(not_due(page, run.as_of) for page in plan.waiting))
    done = len(plan.waiting)
    tell(slug, done, len(pages))
    async for batch in read_carefully(collector, plan.due, run):
        keep(batch)
        done += len(batch)
        tell(slug, done, len(pages))
        if application.stopping():
            raise StoppedError


def _keep(
    application: Application, begun: Audit, file: WarcFile, seen_as: SeenAs, batch: Batch
) -> None:
    """Evidence reaches the disk before what rests on it."""
    file.sync()
    observations.add(application.engine, begun, [_clean(one) for one in seen_as(batch)])


def _clean(one: Observation) -> Observation:
    """A library's words for a failure may quote the address that it asked for, or what came."""
    if one.failure is None and not one.gaps:
        return one
    gaps = {name: _clean_failure(gap) for name, gap in one.gaps.items()}
    return replace(one, failure=one.failure and _clean_failure(one.failure), gaps=gaps)


def _clean_failure(failure: Failure) -> Failure:
    detail = normalised(without_secrets(failure.detail))
    return replace(failure, detail=detail[:LONGEST_DETAIL])


def _renewing(tell: Tell, renew: Callable[[], None]) -> Tell:
    """Progress is a sign of life: the lock is renewed with it, if not at every batch."""
    due = 0.0

    def told(network: str, done: int, total: int) -> None:
        nonlocal due
        if time.monotonic() >= due:
            renew()
            due = time.monotonic() + RENEW_SECONDS
        tell(network, done, total)

    return told


# --- judge ------------------------------------------------------------------------------------


def judge_all(
    application: Application,
    order: Order,
    begun: Audit,
    scope: Sequence[Institution],
    doubtful: Callable[[Sequence[Finding], Dossier], tuple[Page, ...]] | None = None,
) -> tuple[Doubt, ...]:
    """Store the findings of every institution but those with doubtful pages, which are given."""
    doubts = []
    judged = findings.judged(application.engine, begun)
    left = [one for one in scope if one.key not in judged]
    for municipality in application.municipalities:
        members = [one for one in left if one.municipality == municipality.id]
        shared = _shared_texts(application, order, municipality) if members else {}
        site = authority_site(application.engine, municipality, order.as_of) if members else {}
        bench = _bench(application, order, municipality)
        for institution in members:
            if application.stopping():
                raise StoppedError
            doubt = Doubt(municipality, institution, shared, ())
            if pages := _settle(application, order, begun, bench, doubt, site, doubtful):
                doubts.append(replace(doubt, pages=pages))
    return tuple(doubts)


def _settle(
    application: Application,
    order: Order,
    begun: Audit,
    bench: Bench,
    one: Doubt,
    site: Seen,
    doubtful: Callable[[Sequence[Finding], Dossier], tuple[Page, ...]] | None = None,
) -> tuple[Page, ...]:
    """Store what was found, or give the pages that are in doubt. What breaks costs this one."""
    with barrier("institution", one.institution.key, passing=STORES) as crossing:
        dossier = dossier_of(
            application, order, one.municipality, one.institution, one.shared, site
        )
        found = _judge(application, bench, dossier)
        if pages := doubtful(found, dossier) if doubtful else ():
            return pages
        findings.add(application.engine, begun, found)
    if crossing.fault:
        findings.add(application.engine, begun, unjudged(one.institution, bench.acts))
    return ()


def _doubtful(application: Application, begun: Audit, doubts: Sequence[Doubt]) -> tuple[Page, ...]:
    """Each address once, as it was read before; none that was read again before a break."""
    pages = {(page.network, page.address): page for one in doubts for page in one.pages}
    again = observations.read_again(application.engine, begun)
    return tuple(page for address, page in pages.items() if address not in again)


def _judge_doubts(
    application: Application, order: Order, begun: Audit, doubts: Sequence[Doubt]
) -> None:
    """After the second reading, which is now the newest, of the authority's site as well."""
    for _, in_town in groupby(doubts, key=lambda doubt: doubt.municipality.id):
        members = list(in_town)
        town = members[0].municipality
        site = authority_site(application.engine, town, order.as_of)
        bench = _bench(application, order, town)
        for one in members:
            _settle(application, order, begun, bench, one, site)


def _bench(application: Application, order: Order, municipality: Municipality) -> Bench:
    today = order.as_of.astimezone(municipality.timezone).date()
    return Bench(municipality, application.acts_of(municipality), today)


def _judge(application: Application, bench: Bench, dossier: Dossier) -> tuple[Finding, ...]:
    earlier = findings.earlier(application.engine, dossier.institution, dossier.as_of)
    return followed(judge(bench, dossier), earlier.compared, bench.on, earlier.latest)


def dossier_of(
    application: Application,
    order: Order,
    municipality: Municipality,
    institution: Institution,
    shared: Mapping[str, int],
    site: Seen,
) -> Dossier:
    """`shared` and `site` (the authority's) are read once for all of a municipality."""
    pages = [
        *pages_of([institution], municipality, order.as_of),
        *declared_pages(institution, municipality, application.acts_of(municipality)),
    ]
    addresses = {(page.network, page.address) for page in pages}
    return Dossier(
        municipality=municipality,
        institution=institution,
        as_of=order.as_of,
        observations={
            **standing_pages(application.engine, municipality, institution, order.as_of),
            **site,
            **observations.history(application.engine, addresses, order.as_of),
        },
        freshness_days=application.settings.rules.freshness_days,
        shared_texts=shared,
    )


def _shared_texts(
    application: Application, order: Order, municipality: Municipality
) -> Mapping[str, int]:
    """On how many of the municipality's pages each text stands: finds autoposting."""
    pages = pages_of(municipality.institutions, municipality, order.as_of)
    addresses = {(page.network, page.address) for page in pages}
    newest = observations.each_history(application.engine, addresses, order.as_of, most=1)
    counts: Counter[str] = Counter()
    for _, readings in newest:
        counts.update(_texts(readings))
    return {digest: count for digest, count in counts.items() if count > 1}


def _texts(readings: Sequence[Observation]) -> set[str]:
    walls = [one.facts.wall for one in readings if one.facts and one.facts.wall]
    return {post.digest for wall in walls for post in wall.posts if post.digest}


# --- finish -----------------------------------------------------------------------------------


def _finish(
    application: Application,
    order: Order,
    begun: Audit,
    scope: Sequence[Institution],
    requests: Mapping[str, int],
) -> Audit:
    pages = due_pages(application, order, scope)
    read, issues = coverage_of(application, order, pages, requests)
    held = () if begun.scope is not None else _mass_changes(application, begun, read)
    return audits.finish(
        application.engine,
        begun,
        finished_at=application.clock(),
        complete=read.unread == 0,
        collection=read,
        issues=(*held, *issue_of(findings.broken(application.engine, begun)), *issues),
        standings=None if begun.kind == "collect" else standings_of(application, begun, scope),
    )


def coverage_of(
    application: Application, order: Order, pages: Sequence[Page], requests: Mapping[str, int]
) -> tuple[Collection, tuple[Issue, ...]]:
    """How much of these pages is read as of the moment, and what the operator must know of it."""
    looks = _looks(application, order, pages)
    return coverage(pages, looks, requests), issues_of(pages, looks)


def _mass_changes(application: Application, begun: Audit, read: Collection) -> tuple[Issue, ...]:
    engine, share = application.engine, application.settings.rules.mass_change_share
    before = audits.before(engine, begun)
    last = before.collection if before else None
    return mass_changes(findings.each_of_audit(engine, begun), read, last, share)


def _looks(application: Application, order: Order, pages: Sequence[Page]) -> Mapping[Address, Look]:
    """Of every page; outlines one by one, as the walls of a region would fill the memory."""
    read = partial(observations.each_part, Outline, application.engine, as_of=order.as_of)
    told = partial(
        look,
        as_of=order.as_of,
        freshness=timedelta(days=application.settings.rules.freshness_days),
    )
    looks: dict[Address, Look] = {}
    earlier: list[Address] = []
    for address, newest in read({(page.network, page.address) for page in pages}, most=1):
        if any(map(rests_on_earlier, newest)):
            earlier.append(address)
        else:
            looks[address] = told(newest)
    return looks | {address: told(seen) for address, seen in read(earlier)}
