"""What a stored audit found, read an institution at a time: a region's does not fit in memory.

No reader keeps the database waiting while it writes.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine

from collectors.model import Evidence
from monitor.storage import findings
from reports.findings import REMEMBERED, Latest
from reports.model import Audit
from rules.model import Finding, Institution


class KeptFindings(Latest):
    """Of a finished audit: nothing is added to it any more."""

    def __init__(self, engine: Engine, audit: Audit, remembered: int = REMEMBERED) -> None:
        super().__init__(remembered)
        self._engine, self._audit = engine, audit
        self._lists: dict[str, tuple[Evidence, ...]] = {}

    def __iter__(self) -> Iterator[Finding]:
        return findings.each_of_audit(self._engine, self._audit)

    def __len__(self) -> int:
        counted = findings.counts_of(self._engine, [self._audit.id])
        return sum(counted.get(self._audit.id, {}).values())

    def _made(self, institution: Institution) -> tuple[Finding, ...]:
        return findings.of_institution(self._engine, self._audit, institution, self._lists)
