"""What a page publishes beside its wall, or on a wall that is not shown: only counters tell (G09).

A counter that grew proves that something appeared; one that did not proves nothing, for entries
are deleted too. So it can save a page from a finding, and never causes one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from rules.dossier.case import Case
from rules.dossier.views import readings
from rules.reasons import Reason

Counter = Literal["clips_count", "topics_count"]


@dataclass(frozen=True, slots=True)
class Beside:
    has_new_clips: bool = False
    measured: dict[str, Any] = field(default_factory=dict)
    notes: tuple[Reason, ...] = ()
    aside: tuple[Reason, ...] = ()  # of clips that were there before: a reader may ask about them


def beside_the_wall(case: Case, start: date) -> Beside:
    """How clips, and topics where no wall was read, grew between the looks since `start`."""
    clips, topics = _grown(case, "clips_count", start), _grown(case, "topics_count", start)
    grown = {"clips_grown": clips, "topics_grown": topics, "clips": case.facts.clips_count}
    shown = {key: value for key, value in grown.items() if value}
    notes = [Reason.HAS_CLIPS] if case.facts.clips_count else []
    notes += [Reason.TOPICS_GREW] if topics and case.view.wall is None else []
    since = {"counted_since": start.isoformat()} if shown else {}
    standing = (Reason.HAS_CLIPS,) if case.facts.clips_count and not clips else ()
    return Beside(bool(clips), {**since, **shown}, tuple(notes), standing)


def _grown(case: Case, counter: Counter, start: date) -> int:
    counted = list(_counts(case, counter, start))
    return counted[0] - min(counted) if counted else 0


def _counts(case: Case, counter: Counter, start: date) -> Iterator[int]:
    """Newest first."""
    for one in readings(case.view.page, case.dossier):
        day = one.observed_at.astimezone(case.zone).date()
        count = getattr(one.facts, counter) if one.facts else None
        if day >= start and isinstance(count, int):
            yield count
