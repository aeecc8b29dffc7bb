"""Acts as files: one act, one TOML pack beside this module. Every fault is told, with its line."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rules.model import Act
from rules.packs.checks import faults_of
from rules.packs.declared import DeclaredAct
from rules.packs.faults import Fault, PackError
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
        raise PackError(path, [Fault(error.line, None, error.message)]) from None
    declared = _declared(file)
    if faults := list(faults_of(file, declared)):
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
