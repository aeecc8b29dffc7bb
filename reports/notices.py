"""Notices of created and deleted pages: to whom, until when, and what to write.

Events of the registry and the database ──> Notice, one an event and a recipient

What is owed and what is late is said by `rules.terms.notices`, by which findings are judged, too;
an act that does not bind yet is shown ahead of time, and nobody is late with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from collectors import networks
from reports.ground import Ground, ground
from reports.model import Report
from reports.words import day
from rules.dossier.bench import Bench
from rules.model import Event, Institution
from rules.terms.notices import Account, State, accounts_of, duties

UNTOLD_FIRST = (
    State.LATE,
    State.DUE,
    State.UNCLEAR,
    State.EXCUSED,
    State.AHEAD,
    State.SENT_LATE,
    State.SENT,
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice as the list shows it; days are words already."""

    state: State
    to: str  # department | cur
    kind: str  # page_created | page_deleted
    institution: str
    name: str
    ogrn: str
    key: str  # institution's id, for the command that records the notice
    network: str
    page: str
    on: str
    is_estimate: bool
    due: str | None
    due_on: date | None
    told: str | None
    workdays: int
    clause: str
    act: str


@dataclass(frozen=True, slots=True)
class Town:
    name: str
    on: str
    notices: tuple[Notice, ...]
    asked: bool  # some act of this town demands notices
    binding: bool  # and one of them is in force


def towns(report: Report) -> tuple[Town, ...]:
    return tuple(town_of(ground(report, one)) for one in report.municipalities)


def town_of(base: Ground) -> Town:
    bench = _bench(base)
    asked = duties(bench.law)
    found = [_notice(base, account) for account in _accounts(base, bench)]
    return Town(
        name=base.municipality.name,
        on=day(_today(base)),
        notices=tuple(sorted(found, key=lambda notice: UNTOLD_FIRST.index(notice.state))),
        asked=bool(asked),
        binding=any(clause.force.refusal is None for clause, _ in asked),
    )


def _today(base: Ground) -> date:
    return base.report.audit.as_of.astimezone(base.zone).date()


def _bench(base: Ground) -> Bench:
    """Of the municipality, whose institutions are as the report has them."""
    told = {one.id: one for one in base.institutions}
    members = tuple(told.get(one.id, one) for one in base.municipality.institutions)
    return Bench(replace(base.municipality, institutions=members), base.report.acts, _today(base))


def _accounts(base: Ground, bench: Bench) -> Iterator[Account]:
    """Of the institutions that the report is about, whoever owes the notice."""
    shown = {one.id for one in base.institutions}
    told = accounts_of(bench, bench.municipality.institutions, base.report.audit.as_of)
    return (account for account in told if account.owner in shown)


def _notice(base: Ground, account: Account) -> Notice:
    owner = base.municipality.by_id[account.owner]
    event = account.event
    return Notice(
        state=account.state,
        to=account.to,
        kind=event.kind,
        institution=base.names[owner.id],
        name=owner.name,
        ogrn=owner.ogrn or "",
        key=owner.id,
        network=_network_title(owner, event),
        page=event.page or "",
        on=day(event.on),
        is_estimate=event.is_estimate,
        due=day(account.due) if account.due else None,
        due_on=account.due,
        told=day(account.told) if account.told else None,
        workdays=account.workdays,
        clause=account.requirement.clause,
        act=account.act.short_title,
    )


def _network_title(institution: Institution, event: Event) -> str:
    """Of the page of the event; "" where the registry has no such page."""
    found = [one.network for one in institution.pages if one.address == event.page]
    return networks.title(found[0]) if found else ""
