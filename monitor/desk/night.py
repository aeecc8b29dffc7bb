"""The last night as a page prints it: what was not read and why, by address; what it cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import Engine

from collectors import networks
from collectors.model import Address
from monitor.application import Application
from monitor.audit.scope import Scope, in_scope, pages_of
from monitor.desk.rendering import desk_word, moment
from monitor.logs import without_secrets
from monitor.storage import unread
from monitor.storage.unread import AT_ONCE
from reports.ground import name_of
from reports.model import Audit
from reports.words import word
from rules.engine import declared_pages
from rules.model import Institution, Municipality


@dataclass(frozen=True, slots=True)
class Place:
    """An address that was not read, and whose it is."""

    url: str
    network: str
    name: str
    path: str
    last: str  # when it was read last; "": never
    is_read_since: bool


@dataclass(frozen=True, slots=True)
class FailureLine:
    title: str
    code: str
    count: int
    places: tuple[Place, ...]

    @property
    def since(self) -> int:
        """Of those that are named, how many were read later."""
        return sum(one.is_read_since for one in self.places)

    @property
    def more(self) -> int:
        return self.count - len(self.places)


@dataclass(frozen=True, slots=True)
class QuotaLine:
    title: str
    reader: str
    method: str
    used: int
    of: int
    reserve: int


Owners = Mapping[Address, Institution]


def owners_of(application: Application, towns: Sequence[Municipality], on: datetime) -> Owners:
    """Whose page each address is, of the municipalities that whoever asks may see."""
    found: dict[Address, Institution] = {}
    scope = Scope(tuple(towns), application.acts, in_scope(tuple(towns), (), on))
    for town in towns:
        members, acts = scope.members(town), town.acts_in(application.acts)
        by_key = {one.key: one for one in members}
        for page in pages_of(members, town, on):
            if page.institution in by_key:
                found.setdefault(page.key, by_key[page.institution])
        for member in members:
            for page in declared_pages(member, town, acts):
                found.setdefault(page.key, member)
    return found


def unread_places(
    engine: Engine, audit: Audit, owners: Owners, zone: tzinfo
) -> tuple[tuple[FailureLine, ...], frozenset[Address]]:
    """The most frequent reason first, and all addresses that are not his to see left out."""
    failed = _failed(engine, audit, owners)
    by_reason: defaultdict[str, list[Address]] = defaultdict(list)
    for address, code in failed.items():
        by_reason[code].append(address)
    often = sorted(by_reason.items(), key=lambda pair: -len(pair[1]))
    shown = _shown(often)
    last = unread.last_read(engine, [one for _, some in shown for one in some])
    reasons = tuple(
        FailureLine(
            title=word("failures", code),
            code=code,
            count=len(by_reason[code]),
            places=tuple(_place(one, owners[one], last.get(one), audit, zone) for one in some),
        )
        for code, some in shown
    )
    return reasons, frozenset(failed)


def _failed(engine: Engine, audit: Audit, owners: Owners) -> Mapping[Address, str]:
    """What nothing was seen of, and what was not seen whole: the audit's issues name those."""
    found = {
        address: code
        for address, code in unread.failures_of(engine, audit).items()
        if address in owners
    }
    for issue in audit.issues:
        network, _, code = issue.code.partition(".")
        for url in issue.addresses:
            if (network, url) in owners and word("failures", code) != code:
                found.setdefault((network, url), code)
    return found


def _shown(often: Sequence[tuple[str, list[Address]]]) -> Sequence[tuple[str, Sequence[Address]]]:
    """As many addresses as a page can name, some of each reason."""
    share = max(1, AT_ONCE // max(1, len(often)))
    return [(code, sorted(some)[:share]) for code, some in often]


def _place(
    address: Address, owner: Institution, last: datetime | None, audit: Audit, zone: tzinfo
) -> Place:
    network, url = address
    return Place(
        url=url,
        network=networks.page_title(network),
        name=name_of(owner),
        path=f"/institutions/{owner.municipality}/{owner.id}",
        last=moment(last, zone),
        is_read_since=last is not None
        and audit.finished_at is not None
        and last > audit.finished_at,
    )


def quotas(application: Application) -> Iterator[QuotaLine]:
    """Of each key, by its fingerprint: calls that the platform counts, in 24 hours."""
    used = unread.calls_of_a_day(application.engine, application.clock())
    for slug, network in networks.networks().items():
        settings = application.settings.networks.get(slug)
        granted = network.quotas(settings) if settings else {}
        for reader in network.readers(settings) if granted else ():
            for method, quota in granted.items():
                yield QuotaLine(
                    title=network.title,
                    reader=without_secrets(reader),
                    method=method,
                    used=used.get((reader, method), 0),
                    of=quota.per_day,
                    reserve=quota.reserve,
                )


def at_work(engine: Engine, zone: tzinfo) -> Iterator[tuple[str, str]]:
    for one in unread.at_work(engine):
        yield desk_word("locks", one.name), moment(one.since, zone)


def institutions_of(owners: Owners, failed: frozenset[Address]) -> tuple[str, ...]:
    """By their keys, each once: whose pages are to be read again."""
    return tuple(dict.fromkeys(owners[one].key for one in sorted(failed)))
