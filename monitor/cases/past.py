"""What a town's institutions have behind them: nights, findings, letters, looked up some at a time.

Four statements for fifty institutions, where each would ask four of its own. What was looked up for
institutions further on is dropped when they have been asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import NamedTuple

from sqlalchemy import Engine

from collectors.errors import RunError
from monitor.storage import judged
from monitor.storage.judged import JudgedNight
from rules.cases.openness import Openness, openness
from rules.cases.replay import Calendar, SentLetter
from rules.model import Finding, Institution

AT_ONCE = 50  # institutions


class Behind(NamedTuple):
    """Of one institution; `found` by the number of a night, of those that are surely needed."""

    nights: Sequence[JudgedNight]
    letters: Sequence[SentLetter]
    found: Mapping[int, tuple[Finding, ...]]


class Past:
    """Of `members`, who are asked for in their order, or of anybody else alone."""

    def __init__(
        self,
        engine: Engine,
        members: Sequence[Institution],
        until: datetime,
        calendar: Calendar,
    ) -> None:
        self.engine, self.calendar = engine, calendar
        self._members, self._until = members, until
        self._places = {one.key: at for at, one in enumerate(members)}
        self._next: dict[str, Behind] = {}
        self._last = -1
        self._broken: frozenset[str] = frozenset()  # looked up together, one of them is not read

    def of(self, institution: Institution, until: datetime) -> Behind:
        """Up to that moment."""
        if until != self._until:
            return self._looked_up([institution], until)[institution.key]
        if institution.key not in self._next:
            self._next = dict(self._with_followers(institution, until))
        self._last = self._places.get(institution.key, self._last)
        return self._next.pop(institution.key)

    def _with_followers(self, institution: Institution, until: datetime) -> Mapping[str, Behind]:
        """What cannot be read of one is its own trouble: then each of them is looked up alone."""
        some = [institution] if institution.key in self._broken else self._some_from(institution)
        try:
            return self._looked_up(some, until)
        except RunError:
            raise
        except Exception:
            if len(some) == 1:
                raise
            self._broken = frozenset(one.key for one in some)
            return self._looked_up([institution], until)

    def _some_from(self, institution: Institution) -> Sequence[Institution]:
        """Whoever is asked for out of turn is looked up alone."""
        at = self._last + 1
        is_in_turn = self._places.get(institution.key) == at
        return self._members[at : at + AT_ONCE] if is_in_turn else [institution]

    def _looked_up(self, some: Sequence[Institution], until: datetime) -> Mapping[str, Behind]:
        nights = judged.nights_of(self.engine, some, until)
        letters = judged.letters_of(self.engine, some)
        last = {key: made[-1] for key, made in nights.items()}
        newest = judged.found_in(self.engine, last.values())
        before = {
            key: _before(nights[key], newest[one.number], self.calendar)
            for key, one in last.items()
        }
        earlier = judged.found_in(self.engine, chain.from_iterable(before.values()))
        found = {**newest, **earlier}
        return {
            one.key: Behind(
                nights.get(one.key, ()),
                letters.get(one.key, ()),
                _of_nights((last.get(one.key), *before.get(one.key, ())), found),
            )
            for one in some
        }


def _of_nights(
    nights: Iterable[JudgedNight | None], found: Mapping[int, tuple[Finding, ...]]
) -> Mapping[int, tuple[Finding, ...]]:
    return {night.number: found[night.number] for night in nights if night}


def _before(
    nights: Sequence[JudgedNight], newest: Sequence[Finding], calendar: Calendar
) -> frozenset[JudgedNight]:
    """The nights before what is open now became as it is."""
    days = [calendar.day_of(night.at) for night in nights]
    return frozenset(nights[at] for at in _befores(days, newest) if at >= 0)


def _befores(days: Sequence[date], newest: Sequence[Finding]) -> Iterator[int]:
    for since in {one.since for one in newest if openness(one) is not Openness.SETTLED}:
        yield min(len(days) - 2, bisect_right(days, since) - 1) if since else len(days) - 2
