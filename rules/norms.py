"""What a clause asks of one institution in numbers, and which of several like clauses asks more.

Acts build on each other: federal, regional, municipal. Clauses that ask the same (`inherits`)
are kin. Each is judged against its own act; of the duties among them only the strictest is
counted, so that one shortcoming is told once, by the act that demands it. A recommendation is
never compared: it becomes no duty and weakens none. An act that does not bind gives nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rules.force import edition_of, force_of
from rules.model import Act, Dossier, Edition, Institution, Outcome, Requirement

Norm = Mapping[str, Any]
SPLIT = ("by_kind", "by_category")


@dataclass(frozen=True, slots=True)
class Clause:
    act: Act
    requirement: Requirement


Kin = tuple[Clause, ...]


def kin_of(acts: Sequence[Act]) -> Mapping[str, Kin]:
    """Requirement id → the clauses of these acts that ask the same, itself included.

    Only of those that have kin: in most acts no clause has.
    """
    families: dict[str, list[Clause]] = {}
    for act in acts:
        for one in act.requirements:
            families.setdefault(_root(one), []).append(Clause(act, one))
    return {
        clause.requirement.id: tuple(family)
        for family in families.values()
        if len(family) > 1
        for clause in family
    }


def _root(one: Requirement) -> str:
    return one.inherits[-1].requirement if one.inherits else one.id


def norm_of(
    requirement: Requirement, edition: Edition, kin: Kin, dossier: Dossier, on: date
) -> Norm | None:
    """The parameters for this institution; None: those that it refers to are not in force."""
    own = _for(dossier.institution, edition.parameters)
    if not requirement.inherits:
        return own
    given = _given(requirement.inherits[0].requirement, kin, dossier, on)
    if given is None:
        return None if edition.borrowed else own
    return {**given, **own}


def _given(name: str, kin: Kin, dossier: Dossier, on: date) -> Norm | None:
    """What the clause of another act gives as of the date, if that act binds here."""
    found = next((one for one in kin if one.requirement.id == name), None)
    if found is None or force_of(found.act, dossier.municipality, on).refusal:
        return None
    edition = edition_of(found.requirement, on)
    return norm_of(found.requirement, edition, kin, dossier, on) if edition else None


def _for(one: Institution, given: Norm) -> Norm:
    """The norm for this kind and category; the category's goes before the kind's."""
    if not given.keys() & SPLIT:
        return given
    common = {name: value for name, value in given.items() if name not in SPLIT}
    of_kind = given.get("by_kind", {}).get(one.kind, {})
    return {**common, **of_kind, **given.get("by_category", {}).get(one.category, {})}


# --- which asks more --------------------------------------------------------------------------


def asks_no_less(one: Requirement, norm: Norm, other: Requirement, others: Norm) -> bool:
    """Whoever meets `one` surely meets `other`; False where the two cannot be compared."""
    if one.worst is Outcome.REVIEW and other.worst is not Outcome.REVIEW:
        return False
    if norm.keys() != others.keys() or one.norm != other.norm:
        return False
    return _reach_no_less(one, other) and all(
        _is_no_less(one.norm.get(name), norm[name], others[name]) for name in norm
    )


def _is_no_less(direction: str | None, ours: Any, theirs: Any) -> bool:
    """A number that is no norm of the act (a window, a tolerance) must simply be the same."""
    if direction == "at_least":
        return bool(ours >= theirs)
    return bool(ours <= theirs) if direction == "at_most" else bool(ours == theirs)


def _reach_no_less(one: Requirement, other: Requirement) -> bool:
    """Networks: all of more, or any of fewer, is more. For each page or network they are apart."""
    ours, theirs = set(one.networks), set(other.networks)
    if one.per in ("page", "network") or (ours == theirs and one.any_network == other.any_network):
        return True
    if one.any_network:
        return other.any_network and ours <= theirs
    return bool(ours & theirs) if other.any_network else ours >= theirs
