"""The journal as it is read: what was done at the desk and what people stated, in one order.

Both are followed by number, the newest first, so that a page costs the same however long they are.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from monitor.cases.words import titled
from monitor.desk.gate.calling import Callings
from monitor.desk.gate.visiting import towns_of
from monitor.desk.gate.words import sentences, words
from monitor.desk.ground import Desk
from monitor.desk.model import Ask
from monitor.desk.queue.items import titles_of
from monitor.storage import accounts, journal
from monitor.storage.accounts import Account
from monitor.storage.journal import Entry, EntryFilter, What
from rules.cases.model import Recorded

OF_ACCOUNTS = (
    What.ACCOUNT_ADDED,
    What.ACCOUNT_RESET,
    What.ACCOUNT_ENDED,
    What.ACCOUNT_ROLE,
)
STATED = "stated"  # by people, otherwise than at the desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of the journal somebody wants to see, from where on."""

    since: date | None = None
    until: date | None = None  # that day as well
    what: str = ""
    who: str = ""
    town: str = ""
    institution: str = ""
    entry: int | None = None  # only what stands before these numbers
    statement: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`number` of its own kind: an entry, or a statement."""

    at: datetime
    who: str
    role: str
    address: str
    what: str
    town: str
    institution: str
    path: str  # of the institution's page
    detail: str
    statement: int | None
    number: int
    is_entry: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    lines: tuple[Line, ...]
    onward: Asked | None  # what stands before these
    people: tuple[str, ...]  # whose names may be asked for


def read(desk: Desk, ask: Ask, asked: Asked, most: int) -> Read:
    known = accounts.listed(desk.application.engine)
    mine = _visible_accounts(ask, known)
    wanted = _wanted(desk, ask, asked, mine)
    told = _Telling(desk, ask, known)
    merged = heapq.merge(
        _entries(desk, asked, wanted, told, most + 1),
        _statements(desk, asked, wanted, told, most + 1),
        key=lambda line: line.at,
        reverse=True,
    )
    lines = list(islice(merged, most + 1))
    shown = _with_words(desk, lines[:most])
    return Read(
        lines=shown,
        onward=_onward(asked, shown) if len(lines) > most else None,
        people=tuple(one.name for one in known if mine is None or one.number in mine),
    )


def _with_words(desk: Desk, lines: Sequence[Line]) -> tuple[Line, ...]:
    """An entry that speaks of a statement tells what it says."""
    numbers = [line.statement for line in lines if line.is_entry and line.statement]
    stated = journal.recorded_by_number(desk.application.engine, numbers)
    titles = titles_of(desk.application)
    said = {one.number: titled(one.said, titles) for one in stated}
    return tuple(
        replace(line, detail=said[line.statement])
        if not line.detail and line.statement in said
        else line
        for line in lines
    )


def _onward(asked: Asked, shown: Sequence[Line]) -> Asked:
    entries = [line.number for line in shown if line.is_entry]
    statements = [line.number for line in shown if not line.is_entry]
    return replace(
        asked,
        entry=min(entries, default=asked.entry),
        statement=min(statements, default=asked.statement),
    )


def _entries(
    desk: Desk, asked: Asked, wanted: EntryFilter, told: _Telling, most: int
) -> Iterator[Line]:
    if asked.what == STATED:
        return iter(())
    engine = desk.application.engine
    return map(told.entry, journal.newest(engine, wanted, most=most, before=asked.entry))


def _statements(
    desk: Desk, asked: Asked, wanted: EntryFilter, told: _Telling, most: int
) -> Iterator[Line]:
    if asked.what not in ("", STATED):
        return iter(())
    engine = desk.application.engine
    found = journal.unjournalled_statements(engine, wanted, most=most, before=asked.statement)
    return map(told.statement, found)


def _wanted(desk: Desk, ask: Ask, asked: Asked, mine: frozenset[int] | None) -> EntryFilter:
    zone = desk.settings.schedule.timezone
    towns = ask.visitor.towns
    if asked.town:
        desk.town(ask, asked.town)
        towns, mine = frozenset({asked.town}), frozenset()
    return EntryFilter(
        towns=towns,
        accounts=mine,
        since=_midnight(asked.since, zone),
        until=_midnight(asked.until and asked.until + timedelta(days=1), zone),
        what=(asked.what,) if asked.what else (),
        who=asked.who,
        institution=asked.institution,
    )


def _visible_accounts(ask: Ask, known: Sequence[Account]) -> frozenset[int] | None:
    """Of whoever answers for no more than the reader does; None: of everybody, and of strangers."""
    mine = ask.visitor.towns
    if mine is None:
        return None
    theirs = ((one.number, towns_of(one)) for one in known)
    return frozenset(
        number for number, towns in theirs if towns is not None and towns and towns <= mine
    )


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None


class _Telling:
    """Entries and statements in words, for one reader: names of officials are the operator's."""

    def __init__(self, desk: Desk, ask: Ask, known: Sequence[Account]) -> None:
        self._roles = {one.name: words("roles", one.role) for one in known}
        self._called = Callings(desk, ask, known)
        self._names_people = self._called.names_people
        self._towns = {town.id: town for town in desk.towns(ask)}
        self._titles = titles_of(desk.application)

    def entry(self, entry: Entry) -> Line:
        role = sentences()["roles"].get(entry.role, entry.role)
        return Line(
            at=entry.at,
            who=self._who(entry),
            role=role,
            address=entry.address if self._names_people else "",
            what=sentences()["journal"].get(entry.what, entry.what),
            detail=self._detail(entry),
            statement=entry.statement,
            number=entry.number or 0,
            is_entry=True,
            **self._place(entry.municipality, entry.institution),
        )

    def _who(self, entry: Entry) -> str:
        if self._names_people:
            return entry.who
        return self._called.numbered(entry.account) or self._called(entry.who)

    def _detail(self, entry: Entry) -> str:
        """What was done to an account calls it by its name."""
        is_named = entry.what in OF_ACCOUNTS and not self._names_people
        return self._called.numbered(entry.account) if is_named else entry.detail

    def statement(self, stated: Recorded) -> Line:
        assert stated.at
        role = self._roles.get(stated.recorded_by, "")
        return Line(
            at=stated.at,
            who=self._called(stated.recorded_by),
            role=role,
            address="",
            what=words("journal_page", "stated"),
            detail=titled(stated.said, self._titles),
            statement=stated.number,
            number=stated.number or 0,
            is_entry=False,
            **self._place(stated.municipality, stated.institution),
        )

    def _place(self, town: str | None, institution: str | None) -> dict[str, Any]:
        """What the registry has no more goes by its id."""
        known = self._towns.get(town or "")
        owner = known.by_id.get(institution or "") if known else None
        return {
            "town": known.name if known else town or "",
            "institution": owner.short_name or owner.name if owner else institution or "",
            "path": f"/institutions/{town}/{institution}" if owner else "",
        }
