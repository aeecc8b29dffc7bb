"""What a predicate says: two bounds, what it could not see, the numbers for the sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from collectors.model import Address, Evidence, Failure, FailureCode
from rules.model import Outcome, Severity
from rules.reasons import Reason


@dataclass(frozen=True, slots=True)
class Bounds:
    """`strict` counts only what surely counts, `generous` everything that may."""

    strict: bool
    generous: bool

    def __post_init__(self) -> None:
        """What surely counts may also count: the bounds cannot cross."""
        if self.strict and not self.generous:
            object.__setattr__(self, "generous", True)


@dataclass(frozen=True, slots=True)
class Because:
    """Which reason is told of a pass, of a fail, and of a review."""

    met: Reason
    unmet: Reason
    between: Reason | None = None  # None: `unmet`


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a reading rests on, and what had to be seen for a fail and was not."""

    missing: tuple[Failure, ...] = ()
    evidence: tuple[Evidence, ...] | None = None  # None: of the pages of the case
    read_at: datetime | None = None  # the oldest look that it rests on; None: that of the page


READ_ANEW, WHILE_FRESH = date.min, date.max
"""Of a wall: what rests on it needs a newer look at once; none before the look is stale."""

PAGES_OF_THE_CASE = Seen()
NO_EVIDENCE = Seen(evidence=())  # a statement, the registry or the act alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One clause held against one case.

    What is told beside `because`: `pending` while a window is open (None: it is closed), `unseen`
    for unknown (None: the first of what is missing tells). `otherwise` is what a guard put another
    reason before; the sentence names it too, or a reader would not know what to mend.

    `good_until`: of each page at whose wall it looks (what comes with a wall is part of it), the
    last local day on which no newer look at that wall could change a pass or a question. A fail,
    and what is unknown, need a newer look at once, unless the days are `settled`: then they hold
    whatever the outcome is.
    """

    bounds: Bounds
    because: Because
    seen: Seen = PAGES_OF_THE_CASE
    unseen: Reason | None = None
    pending: Reason | None = None
    otherwise: Reason | None = None
    inapplicable: Reason | None = None  # the object «при наличии» is absent
    worst: Outcome = Outcome.FAIL  # `review` where a number of our own decides (guard G27)
    severity: Severity | None = None  # of a fail or review; None: the pack's
    measured: Mapping[str, Any] = field(default_factory=dict)
    required: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Reason, ...] = ()
    aside: tuple[Reason, ...] = ()  # told in the same breath where the reading blames or asks
    good_until: Mapping[Address, date] = field(default_factory=dict)
    settled: bool = False

    def ask(self, why: Reason) -> Reading:
        """At worst a question: what was seen may count after all."""
        bounds = Bounds(self.bounds.strict, True)
        return replace(
            self, bounds=bounds, because=Because(self.because.met, self.because.unmet, why)
        )

    def doubt(self) -> Reading:
        """Nothing of it surely counts."""
        return replace(self, bounds=Bounds(False, self.bounds.generous))

    def lack(self, *failures: Failure) -> Reading:
        """Only this had to be seen and was not."""
        return replace(self, seen=replace(self.seen, missing=failures))


def tell_unread(reading: Reading, why: Reason | None) -> Reading:
    """Nothing was seen of the page at all: that is said, not which fact was missed."""
    return replace(reading, unseen=why) if why and reading.seen.missing else reading


def outcome_of(reading: Reading) -> Outcome:
    """The order of decision of design.md §2, from «strict met» on."""
    if reading.inapplicable:
        return Outcome.NOT_APPLICABLE
    if reading.bounds.strict:
        return Outcome.PASS
    if reading.pending:
        return Outcome.PENDING
    if reading.seen.missing or reading.unseen:
        return Outcome.UNKNOWN
    if not reading.bounds.generous and reading.worst is Outcome.FAIL:
        return Outcome.FAIL
    return Outcome.REVIEW


def lasting(reading: Reading, outcome: Outcome) -> Mapping[Address, date]:
    """Until when it stands without a newer look at a wall, by the page; see `Reading`."""
    if not reading.good_until:
        return {}
    late = any(one.code is FailureCode.NOT_DUE for one in reading.seen.missing)
    is_open = outcome in (Outcome.PENDING, Outcome.ERROR) or (outcome is Outcome.UNKNOWN and late)
    holds = reading.settled or outcome not in (Outcome.FAIL, Outcome.UNKNOWN)
    return (
        reading.good_until
        if holds and not is_open
        else dict.fromkeys(reading.good_until, READ_ANEW)
    )


def least(days: Iterable[Mapping[Address, date]]) -> Mapping[Address, date]:
    """Of each page the earliest day."""
    found: dict[Address, date] = {}
    for told in days:
        for address, day in told.items():
            found[address] = min(day, found.get(address, day))
    return found


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
    shown = [item for one in readings.values() for item in one.seen.evidence or ()]
    return replace(
        worst,
        measured={**worst.measured, "worst": name, "parts": listed},
        seen=replace(worst.seen, evidence=tuple(shown)),
    )


def reason_of(reading: Reading, outcome: Outcome | None = None) -> Reason:
    """Which of its reasons a reading tells, by its outcome (worked out, where it is not given)."""
    match outcome or outcome_of(reading):
        case Outcome.NOT_APPLICABLE:
            return reading.inapplicable or reading.because.met
        case Outcome.PASS:
            return reading.because.met
        case Outcome.PENDING:
            return reading.pending or reading.because.met
        case Outcome.UNKNOWN:
            return reading.unseen or Reason.FACT_NOT_SHOWN
        case Outcome.REVIEW if reading.bounds.generous:
            return reading.because.between or reading.because.unmet
    return reading.because.unmet
