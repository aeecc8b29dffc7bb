"""`dozor rules list`, `explain`, `check`: the law as the program understands it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from collectors.errors import UsageError
from monitor.application import load_acts, own_packs, pack_files
from monitor.commands.parameters import Config
from monitor.commands.suggestions import acts, requirements
from rules.model import Act, Requirement
from rules.packs import load_act
from rules.text.explain import explained


def list_requirements(
    config: Config,
    act: Annotated[
        str | None, typer.Argument(metavar="АКТ", help="Без имени — все.", autocompletion=acts)
    ] = None,
) -> int:
    known = load_acts(own_packs(config))
    if act is not None and act not in known:
        raise UsageError([f"акта «{act}» нет; есть {', '.join(known)}"])
    for name in known if act is None else [act]:
        _print_act(known[name])
    return 0


def explain(
    config: Config,
    requirement: Annotated[str, typer.Argument(metavar="ТРЕБОВАНИЕ", autocompletion=requirements)],
) -> int:
    found = {
        one.id: one for act in load_acts(own_packs(config)).values() for one in act.requirements
    }
    wanted = _ids_of(requirement, found)
    for one in wanted:
        _print_explanation(found[one])
    return 0


def check(
    config: Config,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="ФАЙЛ", help="Без имён — все акты.")
    ] = None,
) -> int:
    for path in files or pack_files(own_packs(config)).values():
        act = load_act(path)
        print(f"{path.name}: требований {len(act.requirements)}, ошибок нет")
    return 0


def _ids_of(name: str, known: Iterable[str]) -> list[str]:
    """The id itself, or every id of that number in any act: `6.6`."""
    known = list(known)
    chosen = [one for one in known if one == name or one.partition("/")[2] == name]
    if not chosen:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        hint = f"; похожие: {', '.join(near)}" if near else ""
        raise UsageError([f"требования «{name}» нет{hint}"])
    return chosen


def _print_act(act: Act) -> None:
    table = Table("Требование", "Пункт", "О чём", title=act.short_title, title_justify="left")
    builds_on = any(one.inherits for one in act.requirements)
    if builds_on:
        table.add_column("Продолжает")
    for one in act.requirements:
        ancestors = [", ".join(known.requirement for known in one.inherits)]
        table.add_row(one.id, one.clause, one.title, *(ancestors if builds_on else []))
    Console().print(table)


def _print_explanation(requirement: Requirement) -> None:
    console = Console(highlight=False)
    console.print(f"[bold]{requirement.id}[/] — {requirement.title}")
    for heading, text in explained(requirement):
        console.print(f"\n[bold]{heading}[/]\n{text}")
    console.print()
