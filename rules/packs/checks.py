"""What the declarations cannot know of a pack: names of predicates, parameters, networks, kinds."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from collectors.installed import installed_under
from rules.engine import ENGINE_PARAMETERS
from rules.model import Category, Kind
from rules.packs.declared import DeclaredAct, DeclaredRequirement
from rules.packs.faults import PackFault, unknown_name
from rules.predicates import PREDICATES, Predicate
from rules.toml_lines import Loc, TomlFile

CHOOSING = ("page_exists",)
"""Predicates that know `any_of`; to any other it would be as good as `all_of`, unsaid."""

Place = tuple[Loc, str]
"""Where in the requirement (or in the parameters), and what is wrong there."""


def faults_of(
    file: TomlFile, act: DeclaredAct, lent: Mapping[str, frozenset[str]]
) -> Iterator[PackFault]:
    """`lent` names the parameters that an inherited clause gives, by requirement."""
    yield from _id_faults(file, act)
    for number, one in enumerate(act.requirement):
        for place, message in _requirement_faults(one, lent.get(one.id, frozenset())):
            yield PackFault(file.line_of(("requirement", number, *place)), one.id, message)


def _id_faults(file: TomlFile, act: DeclaredAct) -> Iterator[PackFault]:
    if act.id != file.path.stem:
        yield PackFault(file.line_of(("id",)), None, f"id: the file is named {file.path.stem}")
    known: set[str] = set()
    for number, one in enumerate(act.requirement):
        if one.id in known:
            yield PackFault(file.line_of(("requirement", number, "id")), one.id, "id: stands twice")
        known.add(one.id)


def _requirement_faults(requirement: DeclaredRequirement, lent: frozenset[str]) -> Iterator[Place]:
    yield from _network_faults(requirement)
    yield from _subject_faults(requirement)
    if requirement.predicate is None:
        return
    if requirement.predicate not in PREDICATES:
        yield ("predicate",), f"predicate: {unknown_name(requirement.predicate, PREDICATES)}"
        return
    yield from _norm_names(requirement, requirement.predicate)
    for index, edition in enumerate(requirement.edition):
        for place, message in _parameter_faults(requirement.predicate, edition.parameters, lent):
            yield ("edition", index, "parameters", *place), message


# --- networks and subjects --------------------------------------------------------------------


def known_networks() -> frozenset[str]:
    """Slugs of the installed networks, modules not loaded; empty where nothing is installed."""
    return frozenset(point.name for point in installed_under("dozor.networks"))


def _is_unknown(slug: str) -> bool:
    """A pack can be read beside the sources too, where there is nothing to compare with."""
    return bool(known_networks()) and slug not in known_networks()


def _network_faults(requirement: DeclaredRequirement) -> Iterator[Place]:
    if requirement.networks is None:
        if requirement.per in ("network", "page") or requirement.predicate in CHOOSING:
            yield (), "networks: missing"
        return
    for mode, slugs in requirement.networks.model_dump().items():
        for index, slug in enumerate(slugs):
            if _is_unknown(slug):
                place = ("networks", mode, index)
                yield place, f"networks.{mode}: {unknown_name(slug, known_networks())}"
    if requirement.networks.any_of and (
        requirement.per != "institution" or requirement.predicate not in CHOOSING
    ):
        yield (
            ("networks", "any_of"),
            f"networks.any_of: only with {', '.join(CHOOSING)}, per institution",
        )


def _subject_faults(requirement: DeclaredRequirement) -> Iterator[Place]:
    for selector, known in SELECTED.items():
        for index, name in enumerate(getattr(requirement.subjects, selector) or ()):
            if name not in known:
                yield (
                    ("subjects", selector, index),
                    f"subjects.{selector}: {unknown_name(name, known)}",
                )


KINDS, CATEGORIES = get_args(Kind), get_args(Category)
SELECTED: Mapping[str, tuple[str, ...]] = {
    "kind": KINDS,
    "not_kind": KINDS,
    "category": CATEGORIES,
    "not_category": CATEGORIES,
}


# --- parameters -------------------------------------------------------------------------------

SPLIT: Mapping[str, tuple[str, ...]] = {"by_kind": KINDS, "by_category": CATEGORIES}


def _norm_names(requirement: DeclaredRequirement, predicate: str) -> Iterator[Place]:
    """Only numbers can be compared with those of another act."""
    wanted = PARAMETERS[predicate]
    numbers = [name for name, kind in wanted.items() if kind in (int, float)]
    for name in requirement.norm:
        if name not in numbers:
            yield ("norm", name), f"norm: {unknown_name(name, numbers)}"


def _parameter_faults(
    predicate: str, given: Mapping[str, Any], lent: frozenset[str]
) -> Iterator[Place]:
    for name in sorted(NEEDED[predicate] - set(given) - lent):
        yield (name,), f"parameters: {name!r} is missing"
    yield from _unfit(predicate, given)
    for split, known in SPLIT.items():
        norms = given.get(split, {})
        for name, norm in norms.items() if isinstance(norms, dict) else ():
            yield from _norm_faults(predicate, split, name, norm, known)


def _norm_faults(
    predicate: str, split: str, name: str, norm: Any, known: tuple[str, ...]
) -> Iterator[Place]:
    """Another norm for one kind or category: a name misspelt would leave it without effect."""
    if name not in known:
        yield (split, name), f"parameters.{split}: {unknown_name(name, known)}"
    if not isinstance(norm, dict):
        yield (split, name), f"parameters.{split}.{name}: should be a table of parameters"
        return
    for inner in SPLIT.keys() & norm.keys():
        yield (split, name, inner), f"parameters.{split}.{name}: takes no {inner!r}"
    rest = {key: value for key, value in norm.items() if key not in SPLIT}
    for place, message in _unfit(predicate, rest):
        yield (split, name, *place), message.replace("parameters", f"parameters.{split}.{name}", 1)


def _unfit(predicate: str, given: Mapping[str, Any]) -> Iterator[Place]:
    wanted = PARAMETERS[predicate]
    for name, value in given.items():
        if name not in wanted:
            yield (name,), f"parameters: {predicate} takes no {unknown_name(name, wanted)}"
        elif message := _wrong_type(wanted[name], value):
            yield (name,), f"parameters.{name}: {message}"
        elif name == "addresses":
            yield from _address_faults(value)


def _address_faults(addresses: Mapping[str, str]) -> Iterator[Place]:
    for slug in addresses:
        if _is_unknown(slug):
            message = f"parameters.addresses: {unknown_name(slug, known_networks())}"
            yield ("addresses", slug), message


def _parameters(predicate: Predicate) -> Mapping[str, Any]:
    hints = get_type_hints(predicate)
    named = inspect.signature(predicate).parameters.values()
    return {one.name: hints[one.name] for one in named if one.kind is one.KEYWORD_ONLY}


def _needs(predicate: Predicate) -> frozenset[str]:
    named = inspect.signature(predicate).parameters.values()
    return frozenset(
        one.name for one in named if one.kind is one.KEYWORD_ONLY and one.default is one.empty
    )


# By the names that packs use. Packs ask for a dozen types, some two hundred times.
PARAMETERS = {name: {**ENGINE_PARAMETERS, **_parameters(it)} for name, it in PREDICATES.items()}
NEEDED = {name: _needs(it) for name, it in PREDICATES.items()}
ADAPTERS = {
    wanted: TypeAdapter[Any](wanted)
    for parameters in PARAMETERS.values()
    for wanted in parameters.values()
}


def _wrong_type(wanted: Any, value: Any) -> str | None:
    try:
        ADAPTERS[wanted].validate_python(value, strict=True)
    except ValidationError as error:
        return "; ".join(one["msg"] for one in error.errors())
    return None
