"""What a stored audit found, read an institution at a time: a region's does not fit in memory.

A report goes through a town several times (first screen, table, cards), so the latest are
remembered: as many as a town has. No reader keeps the database waiting while it writes.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine

from collectors.model import Evidence
from monitor.storage import findings
from reports.findings import Findings
from reports.model import Audit
from rules.model import Finding, Institution

REMEMBERED = 400  # institutions: some 40 MB


class KeptFindings(Findings):
    """Of a finished audit: nothing is added to it any more."""

    def __init__(self, engine: Engine, audit: Audit, remembered: int = REMEMBERED) -> None:
        self._engine, self._audit, self._most = engine, audit, remembered
        self._latest: dict[str, tuple[Finding, ...]] = {}
        self._lists: dict[str, tuple[Evidence, ...]] = {}

    def of(self, institution: Institution) -> tuple[Finding, ...]:
        found = self._latest.pop(institution.key, None)
        if found is None:
            found = self._read(institution)
        self._latest[institution.key] = found
        if len(self._latest) > self._most:
            del self._latest[next(iter(self._latest))]
        return found

    def __iter__(self) -> Iterator[Finding]:
        return findings.each_of_audit(self._engine, self._audit)

    def __len__(self) -> int:
        counted = findings.counts_of(self._engine, [self._audit.id])
        return sum(counted.get(self._audit.id, {}).values())

    def _read(self, institution: Institution) -> tuple[Finding, ...]:
        return findings.of_institution(self._engine, self._audit, institution, self._lists)
