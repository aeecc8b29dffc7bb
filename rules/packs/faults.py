"""What may be wrong with a pack: every fault is told at once, each with its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from collectors.errors import OperatorError


@dataclass(frozen=True, slots=True)
class PackFault:
    line: int | None
    requirement: str | None
    message: str


class PackError(OperatorError):
    """A pack that cannot be used; the text names file, line and requirement of every fault."""

    def __init__(self, path: Path, faults: list[PackFault]) -> None:
        self.path, self.faults = path, faults
        super().__init__([self._line(fault) for fault in faults])

    def _line(self, fault: PackFault) -> str:
        place = f"{self.path}:{fault.line}" if fault.line else f"{self.path}"
        owner = f"{fault.requirement}: " if fault.requirement else ""
        return f"{place}: {owner}{fault.message}"


def unknown_name(name: str, known: Iterable[str]) -> str:
    """«'shcool' is unknown; did you mean 'school'?», or all that there is."""
    known = sorted(known)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there is {', '.join(known)}"
    return f"{name!r} is unknown; {hint}"
