"""One pace for one reader of a platform, whichever process uses it: fulfils `Turns`.

VK allows a token three requests a second. A night and an audit on demand, or several workers, use
the same token side by side, so each takes its turn from one row. Its time is the database's own:
the clocks of the machines need not agree.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Engine, Float, bindparam, case, cast, func, update
from sqlmodel import col

from monitor.storage.addresses import POSTGRESQL
from monitor.storage.database import insert_of, kind_of, session
from monitor.storage.tables import PaceRow

AT_ONCE = 0.25  # seconds of turns that are taken together where turns are short
FAR_AHEAD = 300.0  # seconds; then the database's clock was set back, and nobody waits for that


@dataclass(frozen=True, slots=True)
class Span:
    """So many turns, one at the heels of another; `start` of the first, by the monotonic clock."""

    start: float
    count: int

    def after(self, number: int, seconds: float) -> Span:
        """What is left after so many."""
        return Span(self.start + number * seconds, max(0, self.count - number))

    def left_at(self, now: float, seconds: float) -> Span:
        """Without those that have ended."""
        return self.after(max(0, int((now - self.start) / seconds)), seconds)


NONE = Span(0.0, 0)


@dataclass(frozen=True, slots=True)
class SharedTurns:
    """`own`: turns taken together and not used yet; `ends`: the last of them, as the row has it."""

    engine: Engine
    own: dict[str, Span] = field(default_factory=dict)
    ends: dict[str, float] = field(default_factory=dict)

    def next(self, reader: str, seconds: float) -> float:
        now = time.monotonic()
        ahead = self.own.get(reader, NONE).left_at(now, seconds)
        if not ahead.count:
            count = max(1, int(AT_ONCE / seconds))
            ahead = Span(now + max(0.0, self._taken(reader, count * seconds)), count)
        self.own[reader] = ahead.after(1, seconds)
        return max(0.0, ahead.start - time.monotonic())

    def put_off(self, reader: str, late: float) -> bool:
        if self.own.get(reader, NONE).count:
            return True
        is_last = col(PaceRow.free_at) == self.ends[reader]
        moved = {"free_at": col(PaceRow.free_at) + late}
        with session(self.engine) as opened:
            done = opened.exec(
                update(PaceRow).where(col(PaceRow.reader) == reader, is_last).values(**moved)
            )
        return bool(done.rowcount)

    def _taken(self, reader: str, seconds: float) -> float:
        """How long until the span begins that is now this process's; negative: a moment ago."""
        with session(self.engine) as opened:
            taken = opened.connection().execute(
                _taking(kind_of(self.engine)), {"of_reader": reader, "seconds": seconds}
            )
            self.ends[reader], wait = taken.one()
        return float(wait)


@cache
def _taking(database: str) -> Any:
    """Put together once: every call asks, and SQLAlchemy takes longer over it than SQLite."""
    now, seconds = _now(database), bindparam("seconds", type_=Float(53))
    begins = case((col(PaceRow.free_at).between(now, now + FAR_AHEAD), PaceRow.free_at), else_=now)
    return (
        insert_of(database)(PaceRow)
        .values(reader=bindparam("of_reader"), free_at=now + seconds)
        .on_conflict_do_update(index_elements=["reader"], set_={"free_at": begins + seconds})
        .returning(PaceRow.free_at, PaceRow.free_at - seconds - now)
    )


def _now(database: str) -> Any:
    """Seconds since 1970, looked up when the row is ours: not when the transaction began."""
    if database == POSTGRESQL:
        return cast(func.extract("epoch", func.clock_timestamp()), Float(53))
    return (func.julianday("now") - 2440587.5) * 86400.0
