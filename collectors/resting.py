"""A wall is left for another night while the head is as it was when the wall was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from collectors.contacts import NOTHING, find_contacts, union
from collectors.model import (
    WITH_A_WALL,
    Access,
    Contacts,
    Facts,
    Failure,
    FailureCode,
    Observation,
)

COUNTERS = ("members_count", "clips_count", "topics_count")  # they move every day
LATER = Failure(FailureCode.NOT_DUE, "nothing that a wall shows can change a verdict tonight")

Gaps = Mapping[str, Failure]


def without_wall(
    facts: Facts, gaps: Gaps, last: Observation, *, wall_opens: bool = False
) -> dict[str, Failure] | None:
    """The gaps of a look at a head that leaves the wall for another night; None where anything of
    the head is not as it was at the last whole look.

    `wall_opens`: that a page is open may have been known by its wall alone: then it is as the wall
    was. Where heads tell of it, one that does not is another than it was.
    """
    if last.facts is None or _without_counters(gaps) != _without_counters(last.gaps):
        return None
    pinned = last.facts.pinned_text
    shown = with_contacts(facts, find_contacts(pinned or "", "pinned"))
    was_opened = wall_opens and facts.access is None and last.facts.access is Access.OPEN
    access = Access.OPEN if was_opened else facts.access
    if _steady(replace(shown, pinned_text=pinned, access=access)) != _steady(last.facts):
        return None
    left = {*WITH_A_WALL, "access"} if was_opened else WITH_A_WALL
    return {**gaps, **dict.fromkeys(sorted(left), LATER)}


def with_contacts(facts: Facts, more: Contacts) -> Facts:
    if more == NOTHING:
        return facts
    return replace(facts, contacts=union(facts.contacts or NOTHING, more))


def _steady(facts: Facts) -> Facts:
    """Without the wall, and without counters, which are read every night."""
    return replace(facts, wall=None, members_count=None, clips_count=None, topics_count=None)


def _without_counters(gaps: Gaps) -> dict[str, Failure]:
    return {name: gap for name, gap in gaps.items() if name not in COUNTERS}
