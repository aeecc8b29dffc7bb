"""Acts as files: one act, one TOML pack beside this module. Every fault is told, with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rules.model import Act
from rules.packs.checks import faults_of
from rules.packs.declared import DeclaredAct
from rules.packs.faults import PackError, PackFault
from rules.packs.inherit import Lineage, UnresolvedError, lineage_of
from rules.toml_lines import Loc, TomlError, TomlFile, read_toml

__all__ = ["PackError", "load_act", "shipped"]


def shipped() -> Mapping[str, Path]:
    """The packs that come with the program: act id → file."""
    folder = Path(str(files("rules.packs")))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def load_act(path: Path) -> Act:
    """Raises PackError with all faults at once; OSError."""
    try:
        file = read_toml(path)
    except TomlError as error:
        raise PackError(path, [PackFault(error.line, None, error.message)]) from None
    lineages = _lineages(file)
    declared = _declare(file, lineages)
    lent = {declared.requirement[at].id: one.lent for at, one in lineages.items()}
    if faults := [*faults_of(file, declared, lent), *_unlike(file, declared, lineages)]:
        raise PackError(path, faults)
    builds_on = {
        declared.requirement[at].id: (one.ancestors, one.lent) for at, one in lineages.items()
    }
    return declared.to_act(sha256(path.read_bytes()).hexdigest(), builds_on)


# --- clauses that build on those of other acts ------------------------------------------------

Lineages = Mapping[int, Lineage]
"""By the requirement's position in the pack; only of those that inherit."""


def _lineages(file: TomlFile) -> Lineages:
    found, faults = dict[int, Lineage](), list[PackFault]()
    for at, one in enumerate(_requirements(file)):
        if "inherits" not in one:
            continue
        try:
            found[at] = lineage_of(file.path, file.content, one)
        except UnresolvedError as error:
            place: Loc = ("requirement", at, "inherits")
            faults.append(PackFault(file.line_of(place), _requirement_at(file, place), str(error)))
    if faults:  # without its parent's words a requirement would seem to lack everything
        raise PackError(file.path, faults)
    return found


def _requirements(file: TomlFile) -> list[Any]:
    """As they are written; what is no list of tables is left to the declarations."""
    written = file.content.get("requirement")
    are_tables = isinstance(written, list) and all(isinstance(one, dict) for one in written)
    return written if are_tables and isinstance(written, list) else []


def _unlike(file: TomlFile, act: DeclaredAct, lineages: Lineages) -> Iterator[PackFault]:
    for at, lineage in lineages.items():
        one = act.requirement[at]
        for message in lineage.faults(one):
            yield PackFault(file.line_of(("requirement", at, "inherits")), one.id, message)


# --- declarations -----------------------------------------------------------------------------


def _declare(file: TomlFile, lineages: Lineages) -> DeclaredAct:
    content = dict(file.content)
    if lineages:
        content["requirement"] = [
            lineages[at].filled(one) if at in lineages else one
            for at, one in enumerate(_requirements(file))
        ]
    try:
        return DeclaredAct.model_validate(content)
    except ValidationError as error:
        faults = [
            PackFault(file.line_of(one["loc"]), _requirement_at(file, one["loc"]), _message_of(one))
            for one in error.errors()
        ]
        raise PackError(file.path, faults) from None


def _message_of(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"] if not isinstance(part, int))
    return f"{where}: {error['msg']}"


def _requirement_at(file: TomlFile, place: Loc) -> str | None:
    if len(place) < 2 or place[0] != "requirement" or not isinstance(place[1], int):
        return None
    return str(file.content["requirement"][place[1]].get("id", f"№ {place[1] + 1}"))
