"""What was found of one institution's cases, of all nights only those that tell something.

A finding knows since when it is as it is, so the nights between two changes need not be read: a
case of half a year takes a few of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from monitor.audit.compare import Counterparts
from monitor.cases.past import Past
from monitor.storage import judged
from monitor.storage.judged import JudgedNight
from rules.cases.model import Judged
from rules.cases.openness import Openness, openness
from rules.model import Finding, Institution


class Nights:
    """The nights of one institution up to a moment, oldest first, each read once at most."""

    def __init__(self, past: Past, institution: Institution, until: datetime) -> None:
        behind = past.of(institution, until)
        self._engine, self._nights, self.letters = past.engine, behind.nights, behind.letters
        self._kept = behind.found
        self._moments = [night.at for night in self._nights]
        self._days = [past.calendar.day_of(night.at) for night in self._nights]
        self._found: dict[int, tuple[tuple[Finding, ...], Counterparts]] = {}

    def newest(self) -> tuple[Finding, ...]:
        return self._read(len(self._nights) - 1)[0] if self._nights else ()

    @property
    def last(self) -> JudgedNight | None:
        return self._nights[-1] if self._nights else None

    def of(self, finding: Finding, answered: Sequence[datetime]) -> tuple[Judged, ...]:
        """All looks that tell something of the case of this finding, which is of the newest night.

        `answered`: when something was said of it that a later look confirms or not.
        """
        looks = {len(self._nights) - 1: finding} | dict(self._changes(finding))
        for moment in answered:
            looks |= dict(self._around(finding, moment))
        return tuple(Judged(self._moments[at], self._days[at], looks[at]) for at in sorted(looks))

    def _changes(self, finding: Finding) -> Iterator[tuple[int, Finding]]:
        """Back to where the case began, each finding with the night on which it last stood so."""
        at, now = len(self._nights) - 1, finding
        while True:
            at = min(at - 1, self._last_by(now.since) if now.since else at - 1)
            before = self._same(now, at)
            if before is None:
                return
            yield at, before
            if openness(before) is Openness.SETTLED:
                return
            now = before

    def _around(self, finding: Finding, moment: datetime) -> Iterator[tuple[int, Finding]]:
        """The last look before, and those after until one has surely read the page anew."""
        after = bisect_right(self._moments, moment)
        if (before := self._same(finding, after - 1)) is not None:
            yield after - 1, before
        for at in range(after, len(self._nights)):
            if (seen := self._same(finding, at)) is not None:
                yield at, seen
                if seen.read_on is None or seen.read_on >= self._days[at]:
                    return

    def _last_by(self, day: date) -> int:
        return bisect_right(self._days, day) - 1

    def _same(self, finding: Finding, at: int) -> Finding | None:
        return self._read(at)[1].of(finding) if 0 <= at < len(self._nights) else None

    def _read(self, at: int) -> tuple[tuple[Finding, ...], Counterparts]:
        if at not in self._found:
            night = self._nights[at]
            found = self._kept.get(night.number) or judged.found(self._engine, night)
            self._found[at] = found, Counterparts(found)
        return self._found[at]
