"""How much of what was due has been read: decides whether an audit is complete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from collectors.model import NOT_OURS_TO_READ, NOT_TRIED, Address, Failure, FailureCode, Page
from reports.model import Collection

# A gap for one of these reasons is an answer; any other says that a part could not be read.
ANSWERS = NOT_OURS_TO_READ | {
    FailureCode.NOT_OFFERED,
    FailureCode.CONTROL_SILENT,
    FailureCode.NOT_VISIBLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineWall:
    """A wall was seen; not what stands on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineFacts:
    wall: OutlineWall | None = None
    reader_may_write: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """Of an observation, as it is stored, what coverage and issues look at."""

    observed_at: datetime
    facts: OutlineFacts | None = None
    failure: Failure | None = None
    gaps: Mapping[str, Failure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """What the readings of one address come to; few differ, so a country's take little room."""

    unread: FailureCode | None  # why no fresh whole reading counts; None: it was read
    troubles: frozenset[FailureCode] = frozenset()  # for the operator
    may_write: bool = False  # our reader was given there more than it needs
    at_rest: bool = False  # it or its wall was left for another night: it could change nothing


def look(history: Sequence[Outline], as_of: datetime, freshness: timedelta) -> Look:
    """`history`: newest first; of an address never asked, empty."""
    newest = history[0].facts if history else None
    may_write = newest is not None and newest.reader_may_write is True
    rests = bool(history) and _rests(history[0])
    return _shared_look(
        _why_unread(history, as_of, freshness), _troubles(history), may_write, rests
    )


def _rests(newest: Outline) -> bool:
    """The page, or its wall."""
    wall = newest.gaps.get("wall")
    is_left = newest.failure is not None and newest.failure.code is FailureCode.AT_REST
    return is_left or (wall is not None and wall.code is FailureCode.NOT_DUE)


@cache
def _shared_look(
    unread: FailureCode | None, troubles: frozenset[FailureCode], may_write: bool, at_rest: bool
) -> Look:
    """Equal looks are one value: a region has thousands of pages and a handful of looks."""
    return Look(unread, troubles, may_write, at_rest)


def coverage(
    pages: Sequence[Page],
    looks: Mapping[Address, Look],
    requests: Mapping[str, int],
    unasked: Container[Address] = (),
) -> Collection:
    """Counts of pages and sites; a page without a fresh whole observation is unread.

    Not of those that nobody owes us to open, nor, where they were not read, of the `unasked`, which
    no act speaks of: no audit is incomplete by them, unless the fault is ours.
    """
    codes = {page.key: looks[page.key].unread for page in pages}
    due = [
        key
        for key, code in codes.items()
        if code in (None, FailureCode.OUR_FAULT)
        or (code not in NOT_OURS_TO_READ and key not in unasked)
    ]
    reasons = Counter(code for key in due if (code := codes[key]))
    return Collection(
        pages=len(due),
        aside=len(codes) - len(due),
        read=len(due) - reasons.total(),
        unread=reasons.total(),
        requests=dict(sorted(requests.items())),
        reasons=dict(sorted(reasons.items())),
        at_rest=sum(looks[key].at_rest for key in due if codes[key] is None),
    )


def rests_on_earlier(newest: Outline) -> bool:
    """Whether the looks before the newest one decide, as it did not try, or not all."""
    failures = (newest.failure, newest.gaps.get("wall"))
    return any(one is not None and one.code in NOT_TRIED for one in failures)


def _why_unread(
    history: Sequence[Outline], as_of: datetime, freshness: timedelta
) -> FailureCode | None:
    """None for a page that was read; else the newest reason."""
    if not history:
        return FailureCode.NOT_DUE
    tried = [one for one in history if not (one.failure and one.failure.code in NOT_TRIED)]
    if not tried or as_of - tried[0].observed_at > freshness:
        newest = history[0].failure
        return newest.code if newest else FailureCode.NOT_DUE
    if tried[0].failure:
        return tried[0].failure.code
    wall = tried[0].gaps.get("wall")
    if wall is None or wall.code in ANSWERS:
        return None
    fresh = [one for one in tried if as_of - one.observed_at <= freshness]
    if wall.code in NOT_TRIED and any(one.facts and one.facts.wall for one in fresh):
        return None  # tonight's calls did not reach; the rules take the wall from that look
    return wall.code


def _troubles(history: Sequence[Outline]) -> frozenset[FailureCode]:
    if not history:
        return frozenset({FailureCode.NOT_DUE})
    if failure := history[0].failure:
        return frozenset({failure.code}) - {FailureCode.AT_REST}  # by design, and so is the next
    gaps = {gap.code for gap in history[0].gaps.values()} - {FailureCode.NOT_DUE}
    return frozenset((gaps - ANSWERS) | (gaps & {FailureCode.CONTROL_SILENT}))
