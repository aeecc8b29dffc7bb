"""Requirements and how everybody stands at each, as templates print it (reports/asked.py)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Called:
    """Whom to call about a requirement."""

    name: str
    anchor: str
    phones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unmet:
    """A requirement that is not met, and by how many institutions."""

    mark: str
    requirement: str
    clause: str
    title: str
    institutions: int
    who: tuple[Called, ...]  # the first of them

    @property
    def more(self) -> int:
        return self.institutions - len(self.who)


@dataclass(frozen=True, slots=True)
class Standings:
    """All that stand alike at one requirement, by the worst of their pages."""

    mark: str
    who: tuple[Called, ...]
    is_quiet: bool  # nobody is called about it: names alone


@dataclass(frozen=True, slots=True)
class Asked:
    """A requirement at which something is not met, waits or was not seen: its own place."""

    requirement: str
    anchor: str
    clause: str
    title: str
    answers: Called | None  # of what an authority owes to others: whom to call about all of them
    groups: tuple[Standings, ...]  # the worst first


@dataclass(frozen=True, slots=True)
class Places:
    """A town's requirements, and where each of them stands; a region's index has none."""

    asked: tuple[Asked, ...] = ()

    @property
    def anchors(self) -> dict[str, str]:
        return {one.requirement: one.anchor for one in self.asked}
