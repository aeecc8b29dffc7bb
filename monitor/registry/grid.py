"""What a table is to the rest of the registry, whatever file it came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

Value = str | int | float | bool | date | None
Place = tuple[int, int]  # number of the row as the program shows it, index of the column


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that holds no value but a way to compute one."""

    text: str


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that Excel itself could not compute: «#REF!»."""

    text: str


Content = Value | Formula | CellError
Cells = tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: its title (None for CSV) and the rows that hold anything, the header too."""

    title: str | None
    rows: tuple[tuple[int, Cells], ...]  # row number as the program shows it
    links: Mapping[Place, str] = field(default_factory=dict)  # where a cell leads when clicked
    goes_on: frozenset[Place] = frozenset()  # cells that a merged cell above them fills
