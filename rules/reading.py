"""What a predicate says: two bounds, what it could not see, the numbers for the sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from collectors.model import Evidence, Failure
from rules.model import Outcome, Severity
from rules.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One clause held against one case.

    `strict` counts only what surely counts, `generous` everything that may. `missing` is what
    had to be seen for a fail and was not. Which reason is told depends on the outcome: `met` for
    pass, `unmet` for fail, `between` for review, `pending` while a window is open (None: it is
    closed), `unseen` for unknown (None: the first of `missing` tells). `otherwise` is what a guard
    put another reason before; the sentence names it too, or a reader would not know what to mend.
    """

    strict: bool
    generous: bool
    met: Reason
    unmet: Reason
    between: Reason | None = None  # None: `unmet`
    missing: tuple[Failure, ...] = ()
    unseen: Reason | None = None
    pending: Reason | None = None
    otherwise: Reason | None = None
    inapplicable: Reason | None = None  # the object «при наличии» is absent
    worst: Outcome = Outcome.FAIL  # `review` where a number of our own decides (guard G27)
    severity: Severity | None = None  # of a fail or review; None: the pack's
    measured: Mapping[str, Any] = field(default_factory=dict)
    required: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] | None = None  # None: of the pages of the case
    read_at: datetime | None = None  # the oldest look that it rests on; None: that of the page
    notes: tuple[Reason, ...] = ()
    aside: tuple[Reason, ...] = ()  # told in the same breath where the reading blames or asks

    def __post_init__(self) -> None:
        """What surely counts may also count: the bounds cannot cross."""
        if self.strict and not self.generous:
            object.__setattr__(self, "generous", True)


def unread_as_a_whole(reading: Reading, why: Reason | None) -> Reading:
    """Nothing was seen of the page at all: that is said, not which fact was missed."""
    return replace(reading, unseen=why) if why and reading.missing else reading


def outcome_of(reading: Reading) -> Outcome:
    """The order of decision of design.md §2, from «strict met» on."""
    if reading.inapplicable:
        return Outcome.NOT_APPLICABLE
    if reading.strict:
        return Outcome.PASS
    if reading.pending:
        return Outcome.PENDING
    if reading.missing or reading.unseen:
        return Outcome.UNKNOWN
    if not reading.generous and reading.worst is Outcome.FAIL:
        return Outcome.FAIL
    return Outcome.REVIEW


WORST_FIRST = (
    Outcome.FAIL,
    Outcome.REVIEW,
    Outcome.UNKNOWN,
    Outcome.PENDING,
    Outcome.PASS,
    Outcome.NOT_APPLICABLE,
)


def worst_of(readings: Mapping[str, Reading]) -> Reading:
    """Of several things the worst decides, and all are listed in `measured`."""
    name, worst = min(readings.items(), key=lambda item: WORST_FIRST.index(outcome_of(item[1])))
    listed = {
        key: {"outcome": str(outcome_of(one)), "reason": str(reason_of(one)), **one.measured}
        for key, one in readings.items()
    }
    shown = [item for one in readings.values() for item in one.evidence or ()]
    return replace(
        worst, measured={**worst.measured, "worst": name, "parts": listed}, evidence=tuple(shown)
    )


def reason_of(reading: Reading) -> Reason:
    """Which of its reasons a reading tells, by its outcome."""
    match outcome_of(reading):
        case Outcome.NOT_APPLICABLE:
            return reading.inapplicable or reading.met
        case Outcome.PASS:
            return reading.met
        case Outcome.PENDING:
            return reading.pending or reading.met
        case Outcome.UNKNOWN:
            return reading.unseen or Reason.FACT_NOT_SHOWN
        case Outcome.REVIEW if reading.generous:
            return reading.between or reading.unmet
    return reading.unmet
