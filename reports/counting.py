"""What the findings add up to. Pure: no words, no templates.

A *mark* is an outcome as a reader must see it: `below` is a `fail` of something that the act only
recommends, and is never called a violation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rules.model import Finding, Outcome, Requirement, Severity

BELOW = "below"

WORST_FIRST: tuple[str, ...] = (
    Outcome.FAIL,
    BELOW,
    Outcome.REVIEW,
    Outcome.ERROR,
    Outcome.UNKNOWN,
    Outcome.PENDING,
    Outcome.PASS,
    Outcome.NOT_APPLICABLE,
)
SEVERITIES: tuple[Severity, ...] = tuple(Severity)
SEEN = frozenset({Outcome.PASS, Outcome.FAIL, Outcome.REVIEW, Outcome.PENDING})

Requirements = Mapping[str, Requirement]


@dataclass(frozen=True, slots=True)
class Amount:
    """How much findings of one institution are: what every reader is told, everywhere alike."""

    requirements: int
    pages: int  # on how many that is; 0: of no page


def amount(findings: Iterable[Finding]) -> Amount:
    those = tuple(findings)
    pages = {one.page for one in those if one.page}
    return Amount(len({one.requirement for one in those}), len(pages))


class Change(StrEnum):
    WORSE = "worse"
    FIXED = "fixed"
    LOST = "lost"  # it could be judged last time and could not be seen now
    SAME = "same"
    NO_DATA = "no_data"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Share:
    part: int
    whole: int


def is_mandatory(finding: Finding, requirements: Requirements) -> bool:
    """Whether a `fail` of it is a violation: the act obliges, and the finding is no mere advice."""
    requirement = requirements.get(finding.requirement)
    obliges = requirement is None or requirement.nature == "mandatory"
    return obliges and finding.severity not in (Severity.ADVISORY, Severity.INFO)


def mark(finding: Finding, requirements: Requirements) -> str:
    if finding.outcome is Outcome.FAIL and not is_mandatory(finding, requirements):
        return BELOW
    return finding.outcome


def worst(marks: Iterable[str]) -> str:
    return min(marks, key=WORST_FIRST.index)


def tally(findings: Iterable[Finding]) -> dict[str, int]:
    """Counts of every outcome, also of those that did not occur."""
    counted = Counter(finding.outcome for finding in findings)
    return {outcome.value: counted[outcome] for outcome in Outcome}


def compliance(findings: Iterable[Finding]) -> Share:
    """`pass` of `pass` and `fail`: what could be judged, and nothing else."""
    return compliance_in(tally(findings))


def compliance_in(counts: Mapping[str, int]) -> Share:
    return Share(counts["pass"], counts["pass"] + counts["fail"])


def unseen_in(counts: Mapping[str, int]) -> Share:
    return Share(
        counts["unknown"] + counts["error"], sum(counts.values()) - counts["not_applicable"]
    )


def unseen(findings: Iterable[Finding]) -> Share:
    """What could not be verified, of all that applies."""
    return unseen_in(tally(findings))


def change(finding: Finding) -> Change:
    """Against the previous audit; "worse" and "fixed" only between two things that were read."""
    if finding.previous is None:
        return Change.NEW
    if finding.outcome not in SEEN:
        return Change.LOST if finding.previous in SEEN and is_blind(finding) else Change.NO_DATA
    if finding.previous not in SEEN:
        return Change.NO_DATA
    return change_of_seen(finding.previous, finding.outcome)


def is_blind(finding: Finding) -> bool:
    return finding.outcome in (Outcome.UNKNOWN, Outcome.ERROR)


def change_of_seen(before: Outcome, now: Outcome) -> Change:
    if now is Outcome.FAIL and before is not Outcome.FAIL:
        return Change.WORSE
    if before is Outcome.FAIL and now is Outcome.PASS:
        return Change.FIXED
    return Change.SAME


def gravity(finding: Finding) -> tuple[int, str]:
    """Sort key: the gravest first, then by requirement, so that the order is always the same."""
    return SEVERITIES.index(finding.severity), finding.requirement
