"""A report beside an earlier one, as if the audits between the two had not been."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monitor.application import Application
from monitor.audit.compare import Counterparts, outcome_of
from monitor.reporting.stored import moves
from reports.findings import Latest
from reports.model import Report
from rules.model import Finding, Institution


def compared(application: Application, now: Report, then: Report | None) -> Report:
    """As if the audits between the two had not been; `since` stays as the nights have seen it."""
    if then is None:
        return replace(now, findings=Beside(now, None), previous_as_of=None)
    entered, left = moves(application.engine, then.audit, now.audit, now.municipalities)
    return replace(
        now,
        findings=Beside(now, then),
        previous_as_of=then.audit.as_of,
        entered=entered,
        left=left,
    )


class Beside(Latest):
    """An institution's findings beside those that the same one had then."""

    def __init__(self, now: Report, then: Report | None) -> None:
        super().__init__()
        self._now, self._then = now, then

    def _made(self, institution: Institution) -> tuple[Finding, ...]:
        found = self._now.found.of(institution)
        then = Counterparts(self._then.found.of(institution) if self._then else ())
        return tuple(replace(one, previous=outcome_of(then.of(one))) for one in found)

    def __iter__(self) -> Iterator[Finding]:
        return (found for one in self._now.institutions for found in self.of(one))
