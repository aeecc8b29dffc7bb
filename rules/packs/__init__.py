"""Acts as files: one act, one TOML pack beside this module. Every fault is told, with its line."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from rules.engine import ENGINE_PARAMETERS
from rules.model import Act
from rules.packs.declared import DeclaredAct, DeclaredRequirement
from rules.predicates import PREDICATES, Predicate
from rules.toml_lines import Loc, TomlError, TomlFile, read_toml

__all__ = ["PackError", "load_act", "shipped"]


@dataclass(frozen=True, slots=True)
class Fault:
    line: int | None
    requirement: str | None
    message: str


class PackError(Exception):
    """A pack that cannot be used; the text names file, line and requirement of every fault."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        self.path, self.faults = path, faults
        super().__init__("\n".join(self._line(fault) for fault in faults))

    def _line(self, fault: Fault) -> str:
        place = f"{self.path}:{fault.line}" if fault.line else f"{self.path}"
        return (
            f"{place}: {fault.requirement}: {fault.message}"
            if fault.requirement
            else (f"{place}: {fault.message}")
        )


def shipped() -> Mapping[str, Path]:
    """The packs that come with the program: act id → file."""
    folder = Path(str(files("rules.packs")))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def load_act(path: Path) -> Act:
    """Raises PackError with all faults at once; OSError."""
    try:
        file = read_toml(path)
    except TomlError as error:
        raise PackError(path, [Fault(error.line, None, error.message)]) from None
    declared = _declared(file)
    if faults := [*_predicate_faults(file, declared), *_id_faults(file, declared)]:
        raise PackError(path, faults)
    return declared.to_act(sha256(path.read_bytes()).hexdigest())


def _declared(file: TomlFile) -> DeclaredAct:
    try:
        return DeclaredAct.model_validate(file.content)
    except ValidationError as error:
        faults = [
            Fault(file.line_of(one["loc"]), _requirement_at(file, one["loc"]), _said(one))
            for one in error.errors()
        ]
        raise PackError(file.path, faults) from None


def _said(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"] if not isinstance(part, int))
    return f"{where}: {error['msg']}"


def _requirement_at(file: TomlFile, place: Loc) -> str | None:
    if len(place) < 2 or place[0] != "requirement" or not isinstance(place[1], int):
        return None
    return str(file.content["requirement"][place[1]].get("id", f"№ {place[1] + 1}"))


# --- what pydantic cannot know ----------------------------------------------------------------


def _id_faults(file: TomlFile, act: DeclaredAct) -> Iterator[Fault]:
    if act.id != file.path.stem:
        yield Fault(file.line_of(("id",)), None, f"id: the file is named {file.path.stem}")
    known: set[str] = set()
    for number, one in enumerate(act.requirement):
        if one.id in known:
            yield Fault(file.line_of(("requirement", number, "id")), one.id, "id: stands twice")
        known.add(one.id)


def _predicate_faults(file: TomlFile, act: DeclaredAct) -> Iterator[Fault]:
    """The name must be known, and every edition must fit the predicate's signature."""
    for number, one in enumerate(act.requirement):
        place: Loc = ("requirement", number)
        if one.predicate is None:
            continue
        if one.predicate not in PREDICATES:
            line = file.line_of((*place, "predicate"))
            yield Fault(line, one.id, f"predicate: {one.predicate!r} is unknown")
            continue
        for index, edition in enumerate(one.edition):
            table = (*place, "edition", index, "parameters")
            for name, message in _unfit(one, edition.parameters):
                yield Fault(file.line_of((*table, name)), one.id, message)


def _unfit(requirement: DeclaredRequirement, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    assert requirement.predicate is not None
    wanted = {**ENGINE_PARAMETERS, **_parameters(PREDICATES[requirement.predicate])}
    needed = _needed(PREDICATES[requirement.predicate])
    for name in sorted(needed - set(given)):
        yield name, f"parameters: {name!r} is missing"
    for name, value in given.items():
        if name not in wanted:
            yield name, f"parameters: {requirement.predicate} takes no {name!r}"
        elif message := _wrong_type(wanted[name], value):
            yield name, f"parameters.{name}: {message}"


@cache
def _parameters(predicate: Predicate) -> Mapping[str, Any]:
    hints = get_type_hints(predicate)
    named = inspect.signature(predicate).parameters.values()
    return {one.name: hints[one.name] for one in named if one.kind is one.KEYWORD_ONLY}


@cache
def _needed(predicate: Predicate) -> frozenset[str]:
    named = inspect.signature(predicate).parameters.values()
    return frozenset(
        one.name for one in named if one.kind is one.KEYWORD_ONLY and one.default is one.empty
    )


def _wrong_type(wanted: Any, value: Any) -> str | None:
    try:
        TypeAdapter(wanted).validate_python(value, strict=True)
    except ValidationError as error:
        return "; ".join(one["msg"] for one in error.errors())
    return None
