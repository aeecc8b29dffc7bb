"""Notices of pages that came or went: which are owed, to whom, until when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from monitor.application import Application
from monitor.storage import calendar
from rules.dossier.bench import Bench
from rules.dossier.case import authorities
from rules.model import Event, Institution, Municipality
from rules.terms.notices import Account, State, accounts_of, duties

OWED = (State.DUE, State.LATE, State.AHEAD)
OF_A_PAGE = ("page_created", "page_deleted", "page_renamed")


def owed(
    application: Application, towns: Sequence[Municipality], now: datetime
) -> Iterator[tuple[Municipality, Account]]:
    """Of all these municipalities; what was recorded is looked up once for all."""
    recorded = calendar.events(application.engine, [one.id for one in towns])
    told: defaultdict[tuple[str, str], list[Event]] = defaultdict(list)
    for stated in recorded:
        if isinstance(stated.said, Event) and stated.withdrawn is None:
            told[stated.municipality, stated.institution].append(stated.said)
    for town in towns:
        yield from _of_town(application, _with(town, told), now)


def _with(town: Municipality, told: dict[tuple[str, str], list[Event]]) -> Municipality:
    return replace(
        town,
        institutions=tuple(
            replace(one, events=(*one.events, *told.get((town.id, one.id), ())))
            for one in town.institutions
        ),
    )


def _of_town(
    application: Application, town: Municipality, now: datetime
) -> Iterator[tuple[Municipality, Account]]:
    bench = Bench(town, tuple(application.acts.values()), town.day_of(now))
    if not duties(bench.law):
        return
    for account in accounts_of(bench, _who_may_owe(town), now):
        if account.due and account.state in OWED:
            yield town, account


def _who_may_owe(town: Municipality) -> Iterable[Institution]:
    """Who has a page that came or went; and the authority, which tells of everybody's."""
    bodies = {one.id for one in authorities(town)}
    return [one for one in town.institutions if one.id in bodies or _has_news(one)]


def _has_news(institution: Institution) -> bool:
    dates = (day for page in institution.pages for day in (page.created_on, page.deleted_on))
    return any(dates) or any(one.kind in OF_A_PAGE for one in institution.events)


def day_of(account: Account, today: date) -> date:
    """Where it stands in a calendar: what is late, today."""
    assert account.due is not None
    return max(account.due, today) if account.state is State.LATE else account.due
