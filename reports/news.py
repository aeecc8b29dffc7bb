"""What has changed for a reader since the report that he had last, and whether it can wait."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from reports import counting
from reports.counting import Change
from reports.model import Report
from reports.standing import is_put_off
from rules.model import Finding, Outcome, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """How many findings changed in which way, and how many terms fall due."""

    worse: int = 0
    appeared: int = 0  # violations that could not be seen before, or were not asked for
    fixed: int = 0
    lost: int = 0  # what can be seen no more
    other: int = 0
    moved: int = 0  # institutions and pages that entered the registry, or left it
    due: int = 0

    @property
    def is_worse(self) -> bool:
        return self.worse + self.appeared > 0

    @property
    def is_none(self) -> bool:
        changed = (self.worse, self.appeared, self.fixed, self.lost, self.other, self.moved)
        return not any(changed) and not self.due


def news_of(report: Report, due: int = 0) -> News:
    """`report`: its findings beside those of the audit that the reader was told of."""
    counted = Counter(kind for one in report.findings if (kind := _kind(one)))
    moved = len(report.entered) + len(report.left)
    return News(due=due, moved=moved, **counted)


def is_new_violation(finding: Finding) -> bool:
    """A violation that was not there to be seen; not what is put off or disputed."""
    kind = counting.change(finding)
    obliges = finding.severity not in (Severity.ADVISORY, Severity.INFO)
    is_violation = finding.outcome is Outcome.FAIL and obliges and not is_put_off(finding)
    return is_violation and kind in (Change.NEW, Change.NO_DATA)


def _kind(finding: Finding) -> str:
    kind = counting.change(finding)
    if kind in (Change.WORSE, Change.FIXED, Change.LOST):
        return kind.value
    if is_new_violation(finding):
        return "appeared"
    differs = finding.outcome is not finding.previous
    return "other" if differs and finding.outcome is not Outcome.NOT_APPLICABLE else ""
