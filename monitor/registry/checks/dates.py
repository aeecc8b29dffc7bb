"""Dates: what has been lies not ahead, and an end not before its beginning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from monitor.registry.declaration import InstitutionTable
from monitor.registry.faults import Problem
from rules.toml_lines import Loc


def date_problems(institution: InstitutionTable, loc: Loc, today: date) -> Iterator[Problem]:
    yield from _future(institution, loc, today, ("from",))
    yield from _in_order(institution, loc, "from", "until")
    for word, tables, past, order in _DATED:
        for number, table in enumerate(getattr(institution, tables)):
            place: Loc = (*loc, word, number)
            yield from _future(table, place, today, past)
            yield from _in_order(table, place, *order)
    for network, absence in institution.no_page.items():
        yield from _future(absence, (*loc, "no_page", network), today, ("confirmed_on",))


_DATED: tuple[tuple[str, str, tuple[str, ...], tuple[str, str]], ...] = (
    ("page", "page", ("created_on", "deleted_on"), ("created_on", "deleted_on")),
    ("exemption", "exemption", (), ("from", "until")),
    ("person", "person", ("ordered_on", "esia_on"), ("from", "until")),
    ("attestation", "attestation", ("stated_on",), ("stated_on", "valid_until")),
    ("event", "event", ("on", "earliest"), ("earliest", "on")),
)
"""Table, field, dates of what has been, and two dates in their order."""


def _future(table: object, loc: Loc, today: date, past: Iterable[str]) -> Iterator[Problem]:
    for key in past:
        day = _date(table, key)
        if day is not None and day > today:
            yield Problem((*loc, key), "future", {"value": day.isoformat()})


def _in_order(table: object, loc: Loc, first: str, last: str) -> Iterator[Problem]:
    begin, end = _date(table, first), _date(table, last)
    if begin is not None and end is not None and end < begin:
        about = {"value": end.isoformat(), "other": begin.isoformat(), "first": first}
        yield Problem((*loc, last), "order_of_dates", about)


def _date(table: object, key: str) -> date | None:
    found = getattr(table, "since" if key == "from" else key)
    return found if isinstance(found, date) else None
