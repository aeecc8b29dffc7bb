"""A draft held against the checks: its faults by sheet, row and column, in the table's words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from monitor.registry.checks import Setting
from monitor.registry.declaration import Registry
from monitor.registry.faults import Problem, RegistryError, RegistryFault, fault
from monitor.registry.imports.draft import Cell, Draft
from monitor.registry.judging import judge
from monitor.registry.table_words import in_table_words

Warn = Callable[[RegistryFault], object]


def checked_registry(draft: Draft, path: Path, setting: Setting, warn: Warn | None) -> Registry:
    """The declaration; RegistryError with every fault by its cell. `warn` hears the warnings."""
    registry, problems = judge(draft.document, setting, draft.broken)
    faults = [_fault(path, cell, problem) for cell, problem in draft.problems]
    faults += [
        _fault(path, draft.cell(problem.loc), _with_row(draft, problem))
        for problem in problems
        if not draft.is_follow_up(problem)
    ]
    faults.sort(key=lambda fault: (fault.sheet or "", fault.line))
    for warning in (one for one in faults if one.severity == "warning"):
        if warn:
            warn(warning)
    errors = [one for one in faults if one.severity == "error"]
    if errors or registry is None:
        raise RegistryError(errors)
    return registry


def _with_row(draft: Draft, problem: Problem) -> Problem:
    """A second place in the declaration is told as its row."""
    other = problem.about.get("other")
    if isinstance(other, tuple):
        return problem._replace(about={**problem.about, "other": draft.cell(other).row})
    return problem


def _fault(path: Path, cell: Cell, problem: Problem) -> RegistryFault:
    words = in_table_words(problem)
    return fault(path, cell.row, problem, sheet=cell.sheet, column=cell.column, words=words)
