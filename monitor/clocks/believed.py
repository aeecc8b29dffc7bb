"""Whether the clock may be believed where something is to be destroyed (docs/decisions/clocks.md).

    wall clock ── agrees with ──> the moments that were stored before     or is not believed
               ── agrees with ──> the time that this process has run      or is not believed
               ── agrees with ──> a time server, where one is configured: then that is enough

The stored moments are read in the order in which they were written, which no clock can change. A
step between two days that is longer than usual, or goes back, is a jump; a clock that has jumped is
believed again when seven further steps have followed it.
"""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median

SLIP = timedelta(minutes=5)  # by which clocks may differ without a word
LEAST_JUMP = timedelta(days=4)  # a weekend, and a night that was missed
FAR = timedelta(days=35)  # a month between two audits by hand
USUAL, TIMES = 7, 4  # a step is a jump when it is so many times the median of so many before it
FEW = 3  # steps tell nothing of what is usual
PROVING = 7  # steps after a jump, or after the beginning
RAN_OTHERWISE = timedelta(days=1)  # wall clock and the process's own
PROVING_TIME = timedelta(days=7)  # of the process's own


class DoubtReason(StrEnum):
    """Why the clock is not believed."""

    BEGINNING = "beginning"  # too few days are on record
    JUMPED = "jumped"  # ahead
    WENT_BACK = "went_back"
    STANDS_BEFORE = "stands_before"  # what is stored is of a later moment
    WAS_SET = "was_set"  # while this process ran
    SERVER = "server"  # a time server says otherwise


@dataclass(frozen=True, slots=True)
class ClockDoubt:
    """`by`: how far; `left`: steps, or nights, until the clock is believed again."""

    why: DoubtReason
    by: timedelta = timedelta(0)
    left: int = 0

    @property
    def is_grave(self) -> bool:
        """A machine that was off for some days is no reason to write to anybody."""
        return self.why is not DoubtReason.BEGINNING and abs(self.by) > FAR

    @property
    def what(self) -> str:
        days = max(1, round(abs(self.by) / timedelta(days=1)))
        return words(self.why, days=days, left=self.left)

    @property
    def advice(self) -> str:
        return words(f"{self.why}_advice")


@dataclass(frozen=True, slots=True)
class Step:
    """From one day on record to the next."""

    by: timedelta
    is_jump: bool


def doubt_of(moments: Iterable[datetime], now: datetime) -> ClockDoubt | None:
    """`moments` in the order in which they were written down. None: the clock is believed."""
    days = _days(moments)
    if days and days[-1] > now + SLIP:
        return ClockDoubt(DoubtReason.STANDS_BEFORE, now - days[-1], PROVING)
    last = list(_steps(_days([*days, now])))[-PROVING:]
    if at := next((at for at in range(len(last), 0, -1) if last[at - 1].is_jump), 0):
        jump = last[at - 1].by
        why = DoubtReason.JUMPED if jump > timedelta(0) else DoubtReason.WENT_BACK
        return ClockDoubt(why, jump, PROVING - (len(last) - at))
    if len(last) < PROVING:
        return ClockDoubt(DoubtReason.BEGINNING, left=PROVING - len(last))
    return None


def is_back_from_ahead(moments: Iterable[datetime], now: datetime) -> bool:
    """Whether the moments later than now come of a clock that was ahead for a while, and is right.

    They began with a jump, were never proved, and now goes on from what was before them.
    """
    days = _days(moments)
    known = len(days)
    while known and days[known - 1] > now + SLIP:
        known -= 1
    ahead = len(days) - known
    if not known or not ahead:
        return not ahead
    first = list(_steps(days))[known - 1]
    return first.is_jump and ahead <= PROVING and now - days[known - 1] <= FAR


def surely_at(moments: Sequence[datetime]) -> list[datetime]:
    """For each moment the one from which an age may be counted.

    A machine without a battery begins in 1970: moments that were never proved before the clock
    jumped may be far too early, and count as those after the jump.
    """
    found: list[datetime] = []
    for stretch in reversed(_stretches(moments)):
        is_proved = len(_days(stretch)) > PROVING
        least = stretch[0] if is_proved or not found else found[0]
        found = [max(one, least) for one in stretch] + found
    return found


def _stretches(moments: Sequence[datetime]) -> list[Sequence[datetime]]:
    """Between two jumps."""
    days = _days(moments)
    begins = {
        after for (_, after), step in zip(pairwise(days), _steps(days), strict=True) if step.is_jump
    }
    starts = [0, *(at for at, one in enumerate(moments) if at and one in begins)]
    return [moments[at:end] for at, end in pairwise([*starts, len(moments)]) if at < end]


def _days(moments: Iterable[datetime]) -> list[datetime]:
    """One moment of each day, in their order; what two at work write crosswise is no step back."""
    found: list[datetime] = []
    for one in moments:
        is_new = not found or found[-1].date() != one.date()
        if is_new and not (found and timedelta(0) <= found[-1] - one <= SLIP):
            found.append(one)
    return found


def _steps(days: Sequence[datetime]) -> Iterator[Step]:
    usual: list[timedelta] = []
    for before, after in pairwise(days):
        by = after - before
        yield Step(by, by < timedelta(0) or by > _longest(usual[-USUAL:]))
        usual.append(abs(by))


def _longest(usual: Sequence[timedelta]) -> timedelta:
    if len(usual) < FEW:
        return LEAST_JUMP
    middle = median(one.total_seconds() for one in usual)
    return max(LEAST_JUMP, TIMES * timedelta(seconds=middle))


# --- the process's own time -----------------------------------------------------------------------


def elapsed() -> timedelta:
    """Since the machine began, its sleep included where the system tells it."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return timedelta(seconds=time.clock_gettime(clock))


@dataclass(slots=True)
class ProcessTime:
    """What the process knows by itself: how long it has run, whatever the wall clock shows."""

    wall: datetime
    own: timedelta = field(default_factory=elapsed)
    jump: timedelta = timedelta(0)
    jumped_at: timedelta | None = None

    def doubt(self, now: datetime, own: timedelta | None = None) -> ClockDoubt | None:
        """Ask often: what it notices is what happened since it was asked last."""
        own = elapsed() if own is None else own
        off = (now - self.wall) - (own - self.own)
        self.wall, self.own = now, own
        if abs(off) > RAN_OTHERWISE:
            self.jump, self.jumped_at = off, own
        if self.jumped_at is None or own - self.jumped_at >= PROVING_TIME:
            return None
        left = PROVING - (own - self.jumped_at) // timedelta(days=1)
        return ClockDoubt(DoubtReason.WAS_SET, self.jump, left)


def words(name: str, **values: object) -> str:
    return _sentences()[name].format(**values)


@cache
def _sentences() -> Mapping[str, str]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
