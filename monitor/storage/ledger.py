"""The ledger of calls that a platform counts: fulfils `collectors.model.Budget`.

VK grants a token 5,000 wall.get a day; whether the window is a calendar day is not established
(platforms.md §1.4), so calls are counted over a rolling 24 hours. The ledger is kept in the
database: a restart forgets nothing, and processes that share a token share its day.

A night begins when yesterday's calls still count. They end their day at the pace at which they
were made, so calls that are freed SOON are planned with, and the collector waits for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, bindparam, func, insert
from sqlmodel import Session, SQLModel, col, select

from collectors.model import Quota
from monitor.storage.database import exclusive, session
from monitor.storage.tables import CallRow

WINDOW = timedelta(hours=24)
SOON = timedelta(hours=1)

# Put together once: every batch of walls asks, and SQLAlchemy takes longer over it than SQLite.
_USED = select(func.coalesce(func.sum(col(CallRow.calls)), 0)).where(
    col(CallRow.reader) == bindparam("of_reader"),
    col(CallRow.method) == bindparam("of_method"),
    col(CallRow.at) > bindparam("since"),
    col(CallRow.at) < bindparam("until"),  # later ones were made by a clock that was ahead
)
_ADD = insert(SQLModel.metadata.tables["call"])


@dataclass(frozen=True, slots=True)
class Ledger:
    """`on_demand` audits may use the reserve that nightly ones leave alone."""

    engine: Engine
    quotas: Mapping[str, Quota]
    clock: Callable[[], datetime]
    on_demand: bool = False

    def take(self, reader: str, method: str, calls: int) -> int:
        if (quota := self.quotas.get(method)) is None:
            return calls
        with exclusive(self.engine) as opened:
            used = self._used(opened, reader, method, WINDOW)
            granted = max(0, min(calls, self._limit(quota) - used))
            if granted:
                self._add(opened, reader, method, granted)
        return granted

    def exhaust(self, reader: str, method: str) -> None:
        """Write down as used whatever the quota still showed: the platform knows better."""
        quota = self.quotas.get(method, Quota(per_day=0))
        with exclusive(self.engine) as opened:
            left = quota.per_day - self._used(opened, reader, method, WINDOW)
            if left > 0:
                self._add(opened, reader, method, left)

    def left(self, reader: str, method: str) -> int:
        """Calls that this run may take, those included that are freed soon."""
        with session(self.engine) as opened:
            used = self._used(opened, reader, method, WINDOW - SOON)
        return max(0, self._limit(self.quotas[method]) - used)

    def frees_in(self, reader: str, method: str) -> float | None:
        now = self.clock()
        with session(self.engine) as opened:
            oldest = opened.exec(
                select(func.min(CallRow.at)).where(
                    CallRow.reader == reader,
                    CallRow.method == method,
                    col(CallRow.at) > now - WINDOW,
                    col(CallRow.at) < now + WINDOW,
                )
            ).one()
        if oldest is None or oldest + WINDOW - now > SOON:
            return None
        return (oldest + WINDOW - now).total_seconds()

    def _limit(self, quota: Quota) -> int:
        return quota.per_day if self.on_demand else quota.per_day - quota.reserve

    def _used(self, opened: Session, reader: str, method: str, window: timedelta) -> int:
        now = self.clock()
        bounds = {"since": now - window, "until": now + WINDOW}
        asked = {"of_reader": reader, "of_method": method, **bounds}
        return int(opened.connection().execute(_USED, asked).scalar_one())

    def _add(self, opened: Session, reader: str, method: str, calls: int) -> None:
        row = {"reader": reader, "method": method, "at": self.clock(), "calls": calls}
        opened.connection().execute(_ADD, row)
