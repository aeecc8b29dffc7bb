"""A wall is left for another night while the head is as it was when the wall was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from collectors.contacts import NOTHING, find_contacts, union
from collectors.model import WITH_A_WALL, Contacts, Facts, Failure, FailureCode, Observation

COUNTERS = ("members_count", "clips_count", "topics_count")  # they move every day
LATER = Failure(FailureCode.NOT_DUE, "nothing that a wall shows can change a verdict tonight")

Gaps = Mapping[str, Failure]


def without_wall(facts: Facts, gaps: Gaps, last: Observation) -> dict[str, Failure] | None:
    """The gaps of a look at a head that leaves the wall for another night; None where anything of
    the head is not as it was at the last whole look.

    That a page is open may have been known by its wall alone: then it is as the wall was.
    """
    if last.facts is None or _without_counters(gaps) != _without_counters(last.gaps):
        return None
    pinned, access = last.facts.pinned_text, last.facts.access
    shown = with_contacts(facts, find_contacts(pinned or "", "pinned"))
    known_by_wall = ("access",) if facts.access is None and access is not None else ()
    shown = replace(shown, pinned_text=pinned, access=access if known_by_wall else facts.access)
    if _steady(shown) != _steady(last.facts):
        return None
    return {**gaps, **dict.fromkeys((*WITH_A_WALL, *known_by_wall), LATER)}


def with_contacts(facts: Facts, more: Contacts) -> Facts:
    if more == NOTHING:
        return facts
    return replace(facts, contacts=union(facts.contacts or NOTHING, more))


def _steady(facts: Facts) -> Facts:
    """Without the wall, and without counters, which are read every night."""
    return replace(facts, wall=None, members_count=None, clips_count=None, topics_count=None)


def _without_counters(gaps: Gaps) -> dict[str, Failure]:
    return {name: gap for name, gap in gaps.items() if name not in COUNTERS}
