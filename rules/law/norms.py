"""What a clause asks of one institution in numbers, and which of several like clauses asks more.

Acts build on each other: federal, regional, municipal. Clauses that ask the same (`inherits`)
are kin. Each is judged against its own act; of the duties among them only the strictest is
counted, so that one shortcoming is told once, by the act that demands it. A recommendation is
never compared: it becomes no duty and weakens none. An act that does not bind gives nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rules.law.force import Force, edition_of, force_of
from rules.model import Act, Edition, Institution, Municipality, Outcome, Requirement

Norm = Mapping[str, Any]
SPLIT = frozenset(("by_kind", "by_category"))


@dataclass(frozen=True, slots=True)
class Clause:
    """A requirement as it stands in one municipality on one day."""

    act: Act
    requirement: Requirement
    force: Force  # whether the act binds there and then
    edition: Edition | None  # the wording of the day; None: it has none then


Kin = tuple[Clause, ...]
Law = tuple[tuple[Clause, Kin], ...]


def law_of(municipality: Municipality, acts: Sequence[Act], on: date) -> Law:
    """Every clause of the acts that the municipality names, with those that ask the same.

    In the acts' order; kin counts the clause itself, and is empty where it is the only one.
    """
    bound = (act for act in acts if act.id in municipality.packs)
    clauses = [clause for act in bound for clause in _clauses(act, municipality, on)]
    families: dict[str, list[Clause]] = {}
    for clause in clauses:
        families.setdefault(_root(clause.requirement), []).append(clause)
    kin = {name: tuple(family) for name, family in families.items() if len(family) > 1}
    return tuple((clause, kin.get(_root(clause.requirement), ())) for clause in clauses)


def _clauses(act: Act, municipality: Municipality, on: date) -> Iterator[Clause]:
    """Of an act that will bind the wording of its first day; else that of today."""
    force = force_of(act, municipality, on)
    day = max(force.since or on, on) if force.refusal else on
    for one in act.requirements:
        yield Clause(act, one, force, edition_of(one, day))


def _root(requirement: Requirement) -> str:
    return requirement.inherits[-1].requirement if requirement.inherits else requirement.id


def norm_of(clause: Clause, kin: Kin, institution: Institution) -> Norm | None:
    """The parameters for this institution; None: those that it refers to are not in force."""
    if clause.edition is None:
        return None
    own = _for(institution, clause.edition.parameters)
    if not clause.requirement.inherits:
        return own
    given = _lent_norm(clause.requirement.inherits[0].requirement, kin, institution)
    if given is None:
        return None if clause.edition.borrowed else own
    return {**given, **own}


def _lent_norm(name: str, kin: Kin, institution: Institution) -> Norm | None:
    """What the clause of another act gives as of the date, if that act binds here."""
    found = next((clause for clause in kin if clause.requirement.id == name), None)
    return None if found is None or found.force.refusal else norm_of(found, kin, institution)


def _for(institution: Institution, given: Norm) -> Norm:
    """The norm for this kind and category; the category's goes before the kind's."""
    if SPLIT.isdisjoint(given):
        return given
    common = {name: value for name, value in given.items() if name not in SPLIT}
    of_kind = given.get("by_kind", {}).get(institution.kind, {})
    return {**common, **of_kind, **given.get("by_category", {}).get(institution.category, {})}


# --- which asks more --------------------------------------------------------------------------


def asks_no_less(requirement: Requirement, norm: Norm, other: Requirement, others: Norm) -> bool:
    """Whoever meets `one` surely meets `other`; False where the two cannot be compared."""
    if requirement.worst is Outcome.REVIEW and other.worst is not Outcome.REVIEW:
        return False
    if norm.keys() != others.keys() or requirement.norm != other.norm:
        return False
    return _reach_no_less(requirement, other) and all(
        _is_no_less(requirement.norm.get(name), norm[name], others[name]) for name in norm
    )


def _is_no_less(direction: str | None, ours: Any, theirs: Any) -> bool:
    """A number that is no norm of the act (a window, a tolerance) must simply be the same."""
    if direction == "at_least":
        return bool(ours >= theirs)
    return bool(ours <= theirs) if direction == "at_most" else bool(ours == theirs)


def _reach_no_less(requirement: Requirement, other: Requirement) -> bool:
    """Networks: all of more, or any of fewer, is more. For each page or network they are apart."""
    ours, theirs = set(requirement.networks), set(other.networks)
    if requirement.per in ("page", "network") or (
        ours == theirs and requirement.any_network == other.any_network
    ):
        return True
    if requirement.any_network:
        return other.any_network and ours <= theirs
    return bool(ours & theirs) if other.any_network else ours >= theirs
