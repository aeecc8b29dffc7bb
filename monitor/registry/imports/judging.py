"""A draft held against the checks: its faults by sheet, row and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from monitor.registry import checks, shape
from monitor.registry.checks import Setting
from monitor.registry.declaration import Registry
from monitor.registry.faults import Fault, Problem, RegistryError, fault
from monitor.registry.imports.draft import Cell, Draft
from monitor.registry.mend import mend

Warn = Callable[[Fault], object]


def judged(draft: Draft, path: Path, setting: Setting, warn: Warn | None) -> Registry:
    """The declaration; RegistryError with every fault by its cell.

    Of warnings those that `registry check` cannot see any more: what the table had and lost.
    """
    registry, problems = _judge(draft, setting)
    faults = [_fault(path, cell, problem) for cell, problem in draft.problems]
    for one in faults if warn else ():
        if warn and one.severity == "warning":
            warn(one)
    faults += [_fault(path, draft.cell(one.loc), _with_row(draft, one)) for one in problems]
    errors = [one for one in faults if one.severity == "error"]
    if errors or registry is None:
        raise RegistryError(sorted(errors, key=lambda one: (one.sheet or "", one.line)))
    return registry


def _judge(draft: Draft, setting: Setting) -> tuple[Registry | None, list[Problem]]:
    mended = mend(draft.document, draft.broken)
    try:
        registry = Registry.model_validate(mended.declared)
    except ValidationError as error:
        return None, list(shape.problems(error))
    found = checks.problems(registry, setting)
    return registry, [one for one in found if not mended.concerns(one)]


def _with_row(draft: Draft, problem: Problem) -> Problem:
    other = problem.about.get("other")
    if isinstance(other, tuple):
        return problem._replace(about={**problem.about, "other": draft.cell(other).row})
    return problem


def _fault(path: Path, cell: Cell, problem: Problem) -> Fault:
    return fault(path, cell.row, problem, sheet=cell.sheet, column=cell.column)
