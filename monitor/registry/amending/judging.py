"""Whether a changed text is a registry still: its faults in the words of the table."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

from collectors.text import normalised
from monitor.registry.checks import Setting
from monitor.registry.faults import Problem, RegistryFault, fault
from monitor.registry.judging import judge
from monitor.registry.sheets import sheets
from monitor.registry.table_words import in_table_words
from rules.toml_lines import Place, loaded, places


def faults_of(
    text: str, path: Path, today: date, packs: Collection[str]
) -> tuple[RegistryFault, ...]:
    """Errors only: a warning refuses nothing."""
    plain = normalised(text)
    _, problems = judge(loaded(plain), Setting(today, packs))
    tree = places(plain) if problems else Place(1)
    found = [_fault(path, tree, problem) for problem in problems]
    return tuple(one for one in found if one.severity == "error")


def _fault(path: Path, tree: Place, problem: Problem) -> RegistryFault:
    other = problem.about.get("other")
    if isinstance(other, tuple):
        problem = problem._replace(about={**problem.about, "other": tree.line_of(other)})
    words = in_table_words(problem)
    return fault(path, tree.line_of(problem.loc), problem, column=_column(problem), words=words)


def _column(problem: Problem) -> str | None:
    """The title of the column in which the key stands."""
    parts = [part for part in problem.loc if isinstance(part, str)]
    if len(parts) < 2:
        return None
    table, key = parts[-2], f"{problem.about.get('key') or parts[-1]}"
    columns = (column for sheet in sheets() if sheet.table == table for column in sheet.columns)
    return next((column.title for column in columns if column.key == key), None)
