"""Faults of a registry: what is wrong, where, and what to write instead.

The sentences stand in faults.toml beside this module, one entry a code; here they are filled in.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, NamedTuple

from collectors.errors import OperatorError
from rules.toml_lines import Loc

Severity = Literal["error", "warning"]


class Problem(NamedTuple):
    """A fault before it has a file and a line: where in the declaration, which, about what."""

    loc: Loc
    code: str
    about: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryFault:
    """One thing that is wrong. `str(fault)` is one line for the terminal.

    In a spreadsheet `line` is the row and `column` the title of the column.
    """

    path: Path
    line: int
    key: str
    code: str
    message: str
    advice: str
    severity: Severity = "error"
    sheet: str | None = None
    column: str | None = None

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}"
        if self.sheet is not None:
            place = f"{self.path}: лист «{self.sheet}», строка {self.line}"
        elif self.column is not None:
            place = f"{self.path}: строка {self.line}"
        if self.column:
            place += f", столбец «{self.column}»"
        label = "предупреждение: " if self.severity == "warning" else ""
        return f"{place}: {label}{self.message}. {self.advice}".rstrip()


class RegistryError(OperatorError):
    """The registry cannot be used. `faults` has every fault of every file, in their order."""

    def __init__(self, faults: Iterable[RegistryFault]) -> None:
        self.faults = tuple(faults)
        super().__init__([line for fault in self.faults for line in str(fault).splitlines()])


@cache
def wording() -> Mapping[str, Mapping[str, str]]:
    """Code → message, advice, severity; and [examples], [tables], [syntax] for filling in."""
    text = files("monitor.registry").joinpath("faults.toml").read_text("utf-8")
    return tomllib.loads(text)


def fault(
    path: Path,
    line: int,
    problem: Problem,
    *,
    sheet: str | None = None,
    column: str | None = None,
    words: Mapping[str, object] | None = None,
) -> RegistryFault:
    """The fault of a problem, with its sentences filled in.

    `words`: of a table, what stands in them in the words of its reader.
    """
    said = _sentences(problem.code, is_table=words is not None)
    key = str(problem.about.get("key") or _key(problem.loc))
    about = {"example": _example(key), **problem.about, "key": key, **(words or {})}
    if column is not None:
        about["key"] = column
    return RegistryFault(
        path=path,
        line=line,
        key=key,
        code=problem.code,
        message=said["message"].format_map(about),
        advice=said["advice"].format_map(about),
        severity="warning" if said.get("severity") == "warning" else "error",
        sheet=sheet,
        column=column,
    )


def _sentences(code: str, *, is_table: bool) -> Mapping[str, str]:
    """Who fills in a table has never seen TOML: [table_words] has its sentences."""
    own = wording()["table_words"] if is_table else {}
    return {part: own.get(f"{code}.{part}", said) for part, said in wording()[code].items()}


def _key(loc: Loc) -> str:
    """The last word of the path: "url" of ("institution", 3, "page", 0, "url")."""
    return next((part for part in reversed(loc) if isinstance(part, str)), "")


def _example(key: str) -> str:
    return wording()["examples"].get(key, f"{key} = …")
