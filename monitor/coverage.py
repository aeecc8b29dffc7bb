"""How much of what was due has been read: decides whether an audit is complete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from collectors.model import NOT_TRIED, Address, Facts, FailureCode, Observation, Page, Wall
from reports.model import Collection

# A gap for one of these reasons is an answer; any other says that a part could not be read.
ANSWERS = frozenset({FailureCode.NOT_OFFERED, FailureCode.CONTROL_SILENT, FailureCode.NOT_VISIBLE})


def coverage(
    pages: Sequence[Page],
    history: Mapping[Address, tuple[Observation, ...]],
    as_of: datetime,
    freshness: timedelta,
    requests: Mapping[str, int],
) -> Collection:
    """Counts of pages and sites; a page without a fresh whole observation is unread."""
    reasons = Counter(
        reason
        for page in pages
        if (reason := _why_unread(history.get((page.network, page.address), ()), as_of, freshness))
    )
    unread = reasons.total()
    return Collection(
        pages=len(pages),
        read=len(pages) - unread,
        unread=unread,
        requests=dict(sorted(requests.items())),
        reasons=dict(sorted(reasons.items())),
    )


def outline(observation: Observation) -> Observation:
    """What coverage and issues look at: whether a wall was seen, not the wall."""
    seen = observation.facts and observation.facts.wall
    facts = (
        Facts(wall=Wall(posts=(), covered_since=None)) if seen else observation.facts and Facts()
    )
    return replace(observation, facts=facts, evidence=())


def rests_on_earlier(newest: Observation) -> bool:
    """Whether the looks before the newest one decide, as it did not try, or not all."""
    failures = (newest.failure, newest.gaps.get("wall"))
    return any(one is not None and one.code in NOT_TRIED for one in failures)


def _why_unread(
    history: Sequence[Observation], as_of: datetime, freshness: timedelta
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
