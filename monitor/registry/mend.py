"""A declaration with its faults of shape cut out, so that the rest of it can be checked too."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from monitor.registry.declaration import TABLES
from monitor.registry.faults import Problem
from rules.toml_lines import Loc

_STAND_INS: dict[str, Any] = {
    "municipality": {"id": "x", "name": "x", "timezone": "UTC"},
    "timezone": "UTC",
    "kind": "other",
    "role": "head",
    "requirement": "x/1",
    "confirmed_on": date(2000, 1, 1),
    "stated_on": date(2000, 1, 1),
    "on": date(2000, 1, 1),
    "until": date(9999, 12, 31),
}
"""What takes the place of a key that must be there; "x" for all others."""

_KINDS = {"attestation": "style", "event": "appointed"}
_OF_IDS = frozenset({"no_parent", "no_authority", "unknown_approver", "unknown_about"})


@dataclass(frozen=True, slots=True)
class Mended:
    declared: dict[str, Any]
    places: frozenset[Loc]

    def concerns(self, problem: Problem) -> bool:
        """Whether the problem is of our own making: it stands where something was mended."""
        if problem.code in _OF_IDS and any(place[-1] == "id" for place in self.places):
            return True
        if problem.code == "unlisted_page" and self._has_page(problem.loc[:2]):
            return True
        return any(problem.loc[: len(place)] == place for place in self.places)

    def _has_page(self, institution: Loc) -> bool:
        return any(place[:3] == (*institution, "page") for place in self.places)


def mend(declared: dict[str, Any], faults: Iterable[Loc]) -> Mended:
    """A copy in which what is at fault is taken out, or stands in for itself."""
    mended = copy.deepcopy(declared)
    locs = {loc[:-1] if loc and isinstance(loc[-1], int) else loc for loc in faults}
    for number, loc in enumerate(sorted(locs, key=len, reverse=True)):
        _mend(mended, loc, number)
    return Mended(mended, frozenset(locs))


def _mend(declared: dict[str, Any], loc: Loc, number: int) -> None:
    *parents, key = loc
    table: Any = declared
    for part in parents:
        if isinstance(table, dict) and part == 0 and part not in table:
            continue  # a single table where a list of them is allowed
        table = table[part]
    if not isinstance(table, dict):
        return
    table.pop(key, None)
    word = next((str(part) for part in reversed(parents) if part in TABLES), "")
    word = "no_page" if "no_page" in parents else word
    if _is_required(word, str(key)):
        table[key] = _stand_in(word, str(key), number)


def _is_required(table: str, key: str) -> bool:
    field = TABLES[table].model_fields.get(key)
    return field is not None and field.is_required()


def _stand_in(table: str, key: str, number: int) -> Any:
    if key == "kind":
        return _KINDS.get(table, "other")
    return f"x{number}" if key == "id" else _STAND_INS.get(key, "x")
