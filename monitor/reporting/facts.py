"""What fresh readings showed, for the one format that asks for it: the ЦУР's table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine

from collectors.model import Address, Facts
from monitor.application import Application
from monitor.storage import observations
from reports.model import Report


class Fresh(Mapping[Address, Facts]):
    """Facts of pages, read when they are asked for; the last ones are remembered.

    The walls of a region do not fit in memory, and a table is written line by line.
    """

    def __init__(self, engine: Engine, pages: set[Address], oldest: datetime, as_of: datetime):
        self._engine, self._pages = engine, pages
        self._oldest, self._as_of = oldest, as_of
        self._last: tuple[Address, Facts | None] | None = None

    def __getitem__(self, address: Address) -> Facts:
        if self._last is None or self._last[0] != address:
            self._last = address, self._read(address)
        if self._last[1] is None:
            raise KeyError(address)
        return self._last[1]

    def _read(self, address: Address) -> Facts | None:
        if address not in self._pages:
            return None
        found = observations.history(self._engine, {address}, self._as_of, most=1)
        newest = next(iter(found.get(address, ())), None)
        return newest.facts if newest and newest.observed_at >= self._oldest else None

    def __iter__(self) -> Iterator[Address]:
        return (address for address in self._pages if self.get(address) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def with_facts(application: Application, report: Report) -> Report:
    """The report with the facts of its pages; what failed or is stale is left unknown."""
    as_of = report.audit.as_of
    oldest = as_of - timedelta(days=application.settings.rules.freshness_days)
    addresses = {p.key for one in report.institutions for p in one.pages}
    return replace(report, facts=Fresh(application.engine, addresses, oldest, as_of))
