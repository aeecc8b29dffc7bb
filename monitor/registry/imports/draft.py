"""A document on its way out of a table, with the cell of every key kept beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.registry.faults import Problem
from monitor.registry.grid import Grid
from monitor.registry.shape import suggestion
from rules.toml_lines import Loc


@dataclass(frozen=True, slots=True)
class Cell:
    sheet: str | None
    row: int
    column: str | None


@dataclass(slots=True)
class Draft:
    """A document on its way out of a table. `cells` tells where each key came from."""

    document: dict[str, Any] = field(default_factory=dict)
    cells: dict[Loc, Cell] = field(default_factory=dict)
    problems: list[tuple[Cell, Problem]] = field(default_factory=list)
    broken: list[Loc] = field(default_factory=list)
    institutions: dict[str, int] = field(default_factory=dict)  # id → place in the document
    strays: dict[str, int] = field(default_factory=dict)  # the same of ids that no institution has

    def cell(self, loc: Loc) -> Cell:
        """The cell of `loc`, or of the nearest thing around it."""
        while loc and loc not in self.cells:
            loc = loc[:-1]
        return self.cells.get(loc, Cell(None, 1, None))

    def is_follow_up(self, problem: Problem) -> bool:
        """Whether it only says again that an institution is not in the table: its pages are not."""
        is_stray = len(problem.loc) > 1 and problem.loc[1] in self.strays.values()
        return is_stray and problem.code == "unlisted_page"

    def report(self, cell: Cell, code: str, **about: object) -> None:
        self.problems.append((cell, Problem((), code, about)))

    def report_title(self, grid: Grid, title: str, code: str, known: Sequence[str] = ()) -> None:
        """A problem with a title of the header; `known` are those that it might be."""
        cell = Cell(grid.title, grid.rows[0][0], title)
        about = {"known": ", ".join(known), "suggestion": suggestion(title, known)}
        self.report(cell, code, value=title, **about)

    def keep(self, loc: Loc, row: Row) -> None:
        """Put the row's keys into the document at `loc`, and remember their cells."""
        _put(self.document, loc, row.keys)
        self.cells[loc] = row.at
        self.cells |= {(*loc, key): cell for key, cell in row.cells.items()}
        self.broken += [(*loc, key) for key in row.faulty]


@dataclass(frozen=True, slots=True)
class Row:
    """One row as keys, with the cells they came from; `faulty` are keys that could not be read."""

    at: Cell
    keys: dict[str, Any]
    cells: dict[str, Cell]
    faulty: frozenset[str]


def _put(around: Any, loc: Loc, keys: dict[str, Any]) -> None:
    *parents, last = loc
    for part in parents:
        around = around[part] if isinstance(part, int) else around.setdefault(part, {})
    if isinstance(around, list) and last == len(around):
        around.append(keys)
    else:
        around[last] = keys
