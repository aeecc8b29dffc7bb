"""An audit: read the pages, hold what was seen against the law, write down what was found.

    due pages ──> collect ──> observations + evidence ──> judge ──> findings

`audit` does all of it; `collect` and `evaluate` do one half each.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from collectors.model import Observation, Page, Run
from monitor.application import Application, pack_files
from monitor.comparison import followed
from monitor.coverage import coverage
from monitor.issues import issues_of
from monitor.networks import networks
from monitor.scope import Address, in_scope, pages_of, read_once
from monitor.storage import audits, findings, observations
from monitor.storage.evidence import WarcFile, seal
from monitor.storage.ledger import Ledger
from monitor.storage.locks import lock
from reports.model import Audit, Collection
from rules.engine import declared_pages, judge
from rules.model import Act, Dossier, Finding, Institution, Municipality

log = logging.getLogger(__name__)

WALL_WINDOW = timedelta(weeks=10)  # four judged weeks within eight, and the holidays of January

Tell = Callable[[str, int, int], None]  # network, pages done, pages in all


def silent(network: str, done: int, total: int) -> None:
    """For runs that nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody asked for: the moment it counts as of, and the institutions (none: all)."""

    as_of: datetime
    names: tuple[str, ...] = ()

    @property
    def on_demand(self) -> bool:
        return bool(self.names)


def audit(application: Application, order: Order, tell: Tell = silent) -> Audit:
    """Collect, judge, store. Raises LockTakenError, UnknownInstitutionError, StorageError."""
    application = application.as_stated()
    scope = in_scope(application.municipalities, order.names, order.as_of)
    with lock(application.engine, "audit", application.clock) as renew:
        begun = _begin(application, order, scope, "audit")
        requests = _collect(application, order, begun, scope, _renewing(tell, renew))
        return _judge_and_finish(application, order, begun, scope, requests)


def collect(application: Application, order: Order, tell: Tell = silent) -> Audit:
    """Only read and keep what was seen."""
    application = application.as_stated()
    scope = in_scope(application.municipalities, order.names, order.as_of)
    with lock(application.engine, "audit", application.clock) as renew:
        begun = _begin(application, order, scope, "collect")
        requests = _collect(application, order, begun, scope, _renewing(tell, renew))
        return _finish(application, order, begun, scope, requests)


def evaluate(application: Application, order: Order) -> Audit:
    """Judge again what is stored as of the moment, without a network."""
    application = application.as_stated()
    scope = in_scope(application.municipalities, order.names, order.as_of)
    begun = _begin(application, order, scope, "evaluate")
    return _judge_and_finish(application, order, begun, scope, {})


def _begin(
    application: Application, order: Order, scope: Sequence[Institution], kind: str
) -> Audit:
    files = [*application.settings.registry, *pack_files().values()]
    return audits.begin(
        application.engine,
        kind=kind,
        as_of=order.as_of,
        started_at=application.clock(),
        scope=tuple(one.key for one in scope) if order.on_demand else None,
        registries={one.id: one.digest for one in application.municipalities},
        packs={act.id: act.digest for act in _acts_in_use(application)},
        documents=[audits.read_document(path) for path in files],
    )


def _acts_in_use(application: Application) -> list[Act]:
    used = {name for one in application.municipalities for name in one.packs}
    return [act for name, act in application.acts.items() if name in used]


# --- collect ----------------------------------------------------------------------------------


def _collect(
    application: Application, order: Order, begun: Audit, scope: Sequence[Institution], tell: Tell
) -> Mapping[str, int]:
    """Read what is due; gives the count of requests by network."""
    settings = application.settings
    pages = due_pages(application, order, scope)
    with WarcFile(settings.storage.evidence, begun, settings.secrets) as file:
        asyncio.run(_read_all(application, order, begun, pages, file, tell))
    seal(application.engine, begun, file)
    return file.requests


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


async def _read_all(
    application: Application,
    order: Order,
    begun: Audit,
    pages: Sequence[Page],
    file: WarcFile,
    tell: Tell,
) -> None:
    """Networks side by side: each has its own pace and none waits for another."""
    async with asyncio.TaskGroup() as group:
        for slug in networks():
            of_network = [page for page in pages if page.network == slug]
            if of_network:
                run = _run(application, order, slug, file)
                group.create_task(_read(application, begun, slug, of_network, run, tell))


def _run(application: Application, order: Order, slug: str, file: WarcFile) -> Run:
    settings = application.settings.networks[slug]
    quotas = networks()[slug].quotas(settings)
    return Run(
        as_of=order.as_of,
        walls_since=order.as_of - WALL_WINDOW,
        evidence=file,
        budget=Ledger(application.engine, quotas, application.clock, order.on_demand),
    )


async def _read(
    application: Application, begun: Audit, slug: str, pages: Sequence[Page], run: Run, tell: Tell
) -> None:
    """Commit batch by batch: what a killed run has read stays read."""
    collector = networks()[slug].collector(application.settings.networks[slug])
    done = 0
    tell(slug, done, len(pages))
    async for batch in collector(pages, run):
        observations.add(application.engine, begun, batch)
        done += len(batch)
        tell(slug, done, len(pages))


def _renewing(tell: Tell, renew: Callable[[], None]) -> Tell:
    """Progress is a sign of life: the lock is renewed with it."""

    def told(network: str, done: int, total: int) -> None:
        renew()
        tell(network, done, total)

    return told


# --- judge ------------------------------------------------------------------------------------


def _judge_and_finish(
    application: Application,
    order: Order,
    begun: Audit,
    scope: Sequence[Institution],
    requests: Mapping[str, int],
) -> Audit:
    for municipality in application.municipalities:
        members = [one for one in scope if one.municipality == municipality.id]
        shared = _shared_texts(application, order, municipality) if members else {}
        for institution in members:
            found = _judge(application, order, municipality, institution, shared)
            findings.add(application.engine, begun, found)
    return _finish(application, order, begun, scope, requests)


def _judge(
    application: Application,
    order: Order,
    municipality: Municipality,
    institution: Institution,
    shared: Mapping[str, int],
) -> tuple[Finding, ...]:
    acts = application.acts_of(municipality)
    dossier = dossier_of(application, order, municipality, institution, shared)
    today = order.as_of.astimezone(municipality.timezone).date()
    earlier = findings.earlier(application.engine, institution, order.as_of)
    return followed(judge(dossier, acts), earlier, today)


def dossier_of(
    application: Application,
    order: Order,
    municipality: Municipality,
    institution: Institution,
    shared: Mapping[str, int],
) -> Dossier:
    pages = [
        *pages_of([institution], municipality, order.as_of),
        *declared_pages(institution, municipality, application.acts_of(municipality)),
    ]
    addresses = {(page.network, page.address) for page in pages}
    return Dossier(
        municipality=municipality,
        institution=institution,
        as_of=order.as_of,
        observations=observations.history(application.engine, addresses, order.as_of),
        freshness_days=application.settings.rules.freshness_days,
        shared_texts=shared,
    )


def _shared_texts(
    application: Application, order: Order, municipality: Municipality
) -> Mapping[str, int]:
    """On how many of the municipality's pages each text stands: finds autoposting."""
    pages = pages_of(municipality.institutions, municipality, order.as_of)
    addresses = {(page.network, page.address) for page in pages}
    newest = observations.history(application.engine, addresses, order.as_of, most=1)
    counts: Counter[str] = Counter()
    for readings in newest.values():
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
    newest = _newest(application, order, pages)
    read = _coverage(application, order, pages, newest, requests)
    return audits.finish(
        application.engine,
        begun,
        finished_at=application.clock(),
        complete=read.unread == 0,
        collection=read,
        issues=issues_of(pages, newest),
    )


def _newest(
    application: Application, order: Order, pages: Sequence[Page]
) -> Mapping[Address, tuple[Observation, ...]]:
    addresses = {(page.network, page.address) for page in pages}
    return observations.history(application.engine, addresses, order.as_of)


def _coverage(
    application: Application,
    order: Order,
    pages: Sequence[Page],
    newest: Mapping[Address, tuple[Observation, ...]],
    requests: Mapping[str, int],
) -> Collection:
    freshness = timedelta(days=application.settings.rules.freshness_days)
    return coverage(pages, newest, order.as_of, freshness, requests)
