"""A clause that repeats, tightens or refers to a clause of another act: `inherits = "act/clause"`.

What it does not write is taken from there, word by word, before the pack is validated. Numbers
are not copied: they are looked up as of the day of judging, and only if that act binds then
(rules/law/norms.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules.model import Ancestor
from rules.packs.declared import DeclaredRequirement
from rules.packs.faults import unknown_name
from rules.toml_lines import TomlError, read_toml

TAKEN = (
    "title",
    "looks_at",
    "how",
    "severity",
    "per",
    "subjects",
    "networks",
    "predicate",
    "norm",
    "exempt_scope",
    "worst",
    "outcomes",
    "advice",
    "uncertainty",
)
"""What a clause may take over. Its own words, source, nature and dates it says itself."""

Raw = Mapping[str, Any]


class UnresolvedError(Exception):
    """The clause that is named cannot be found, or leads back to where it began."""


@dataclass(frozen=True, slots=True)
class Inherited:
    """One clause on the way up, as its pack has it."""

    act: Raw
    requirement: Raw

    @property
    def id(self) -> str:
        return f"{self.act.get('id')}/{self.requirement.get('id')}"


@dataclass(frozen=True, slots=True)
class Lineage:
    """The clauses that one builds on, the nearest first."""

    links: tuple[Inherited, ...]

    @property
    def ancestors(self) -> tuple[Ancestor, ...]:
        return tuple(
            Ancestor(
                requirement=link.id,
                clause=str(link.requirement.get("clause", "")),
                act=str(link.act.get("short_title", "")),
            )
            for link in self.links
        )

    @property
    def lent(self) -> frozenset[str]:
        """Names of all the parameters that stand in those clauses."""
        editions = (one for link in self.links for one in link.requirement.get("edition", ()))
        return frozenset(name for edition in editions for name in edition.get("parameters", {}))

    def filled(self, requirement: Raw) -> Raw:
        """With all that it takes over; the nearest clause's word goes before a farther one's."""
        taken: dict[str, Any] = {}
        for link in reversed(self.links):
            taken |= {key: link.requirement[key] for key in TAKEN if key in link.requirement}
        return {**taken, **requirement}

    def faults(self, requirement: DeclaredRequirement) -> Iterator[str]:
        """Why this requirement cannot ask the same as those clauses."""
        nearest = Lineage(self.links[1:]).filled(self.links[0].requirement)
        name = self.links[0].id
        for key in ("predicate", "per"):
            if getattr(requirement, key) != nearest.get(
                key, DeclaredRequirement.model_fields[key].default
            ):
                yield f"inherits: {name} asks another thing, its `{key}` is {nearest.get(key)!r}"
        if requirement.nature == "mandatory" and nearest.get("nature") != "mandatory":
            yield f"inherits: {name} only recommends, a duty cannot rest on it"


def lineage_of(path: Path, act: Raw, requirement: Raw) -> Lineage:
    """Raises UnresolvedError."""
    here = Inherited(act, requirement)
    known, links = [here.id], list[Inherited]()
    while here.requirement.get("inherits") is not None:
        name = str(here.requirement["inherits"])
        if name in known:
            raise UnresolvedError(f"inherits: a circle: {' → '.join([*known, name])}")
        here = _find(path, act, name)
        known.append(name)
        links.append(here)
    lineage = Lineage(tuple(links))
    if links and "predicate" not in lineage.filled({}):
        raise UnresolvedError(f"inherits: {links[0].id} is not checked, nothing is to be inherited")
    return lineage


def _find(path: Path, act: Raw, name: str) -> Inherited:
    owner, _, number = name.partition("/")
    content = act if owner == act.get("id") else _read(path, owner)
    there = {str(one.get("id")): one for one in content.get("requirement", ())}
    if number not in there:
        raise UnresolvedError(
            f"inherits: {owner} has no such clause: {unknown_name(number, there)}"
        )
    return Inherited(content, there[number])


def _read(path: Path, act: str) -> Raw:
    """Another pack, from the same folder, else of those that come with the program."""
    packs = {one.stem: one for folder in (SHIPPED, path.parent) for one in folder.glob("*.toml")}
    if act not in packs:
        raise UnresolvedError(f"inherits: there is no such pack: {unknown_name(act, packs)}")
    try:
        return read_toml(packs[act]).content
    except (TomlError, OSError) as error:
        raise UnresolvedError(f"inherits: {error}") from None


SHIPPED = Path(__file__).parent
