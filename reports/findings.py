"""The findings of a report, an institution at a time: those of a region need not fit in memory.

Listed ...... all of them are here
Selected .... those of a few institutions, of what another source has
Latest ...... made when they are asked for, and remembered for a while
monitor/storage/judgements.py has those of a stored audit, monitor/reporting/beside.py the same
beside those of an earlier one
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from rules.model import Finding, Institution


class Findings(Sequence[Finding]):
    """Institution by institution, in the acts' order. Whoever indexes them reads them all."""

    @abstractmethod
    def of(self, institution: Institution) -> tuple[Finding, ...]:
        """Empty for one of which nothing was found."""

    @abstractmethod
    def __iter__(self) -> Iterator[Finding]: ...

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, at: Any) -> Any:
        return tuple(self)[at]


REMEMBERED = 400  # institutions: some 40 MB


class Latest(Findings):
    """A report goes through a town many times (first screen, table, cards), so the latest are
    remembered: as many as a town has."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._latest: dict[str, tuple[Finding, ...]] = {}

    @abstractmethod
    def _made(self, institution: Institution) -> tuple[Finding, ...]:
        """The same at any time."""

    def of(self, institution: Institution) -> tuple[Finding, ...]:
        found = self._latest.pop(institution.key, None)
        if found is None:
            found = self._made(institution)
        self._latest[institution.key] = found
        if len(self._latest) > self._most:
            del self._latest[next(iter(self._latest))]
        return found


class Listed(tuple[Finding, ...], Findings):
    """A tuple, as reports had it before there were other ways."""

    def of(self, institution: Institution) -> tuple[Finding, ...]:
        return tuple(self._by_key.get(institution.key, ()))

    @cached_property
    def _by_key(self) -> dict[str, list[Finding]]:
        grouped: dict[str, list[Finding]] = {}
        for one in self:
            grouped.setdefault(f"{one.municipality}/{one.institution}", []).append(one)
        return grouped


class Selected(Findings):
    def __init__(self, source: Findings, institutions: Iterable[Institution]) -> None:
        self._source = source
        self._institutions = {one.key: one for one in institutions}

    def of(self, institution: Institution) -> tuple[Finding, ...]:
        return self._source.of(institution) if institution.key in self._institutions else ()

    def __iter__(self) -> Iterator[Finding]:
        return (found for one in self._institutions.values() for found in self._source.of(one))
