"""A declaration held against form and sense together, so that all its faults are told at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import ValidationError

from monitor.registry import checks, shape
from monitor.registry.checks import Setting
from monitor.registry.declaration import Registry
from monitor.registry.faults import Problem
from monitor.registry.mend import Mended, mend
from rules.toml_lines import Loc


def judge(
    declared: dict[str, Any], setting: Setting, broken: Collection[Loc] = ()
) -> tuple[Registry | None, list[Problem]]:
    """The registry, if its form is right, and every problem.

    `broken`: keys that could not be read and were told already; what follows from their absence
    is not.
    """
    mended = mend(declared, broken) if broken else Mended(declared, frozenset())
    try:
        registry = Registry.model_validate(mended.declared)
    except ValidationError as error:
        around = mend(declared, [*broken, *shape.locs(error)])
        return None, [*shape.problems(error), *_around(around, setting)]
    return registry, _of_sense(registry, mended, setting)


def _around(mended: Mended, setting: Setting) -> list[Problem]:
    """Faults of sense of what is left when the places of the faults of form are mended."""
    try:
        registry = Registry.model_validate(mended.declared)
    except ValidationError:
        return []
    return _of_sense(registry, mended, setting)


def _of_sense(registry: Registry, mended: Mended, setting: Setting) -> list[Problem]:
    found = checks.problems(registry, setting)
    return [problem for problem in found if not mended.concerns(problem)]
