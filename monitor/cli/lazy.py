"""Commands whose modules are imported when somebody uses them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from monitor.cli.table import COMMANDS, Declared


class LazyGroup(TyperGroup):
    """`dozor` and its groups, with what the table names under them."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, declared in COMMANDS[str(self.name)].items():
            self.add_command(LazyCommand(name, declared))


class LazyCommand(TyperCommand):
    """A name and a summary until it is used, and then the command that its module declares."""

    def __init__(self, name: str, declared: Declared) -> None:
        super().__init__(name, help=declared.summary, rich_markup_mode=None)
        self.declared = declared

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """`dozor --config FILE audit` and `dozor audit --config FILE` are the same."""
        given = parent.find_root().params if parent else {}
        defaults = {"config": given.get("config")}
        return self._load().make_context(info_name, args, parent, default_map=defaults, **extra)

    def _load(self) -> DeclaredCommand:
        module = import_module(f"monitor.commands.{self.declared.module}")
        function = getattr(module, self.declared.function or str(self.name))
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.command(self.name, cls=DeclaredCommand, help=self.declared.summary)(function)
        command = typer.main.get_command(alone)
        assert isinstance(command, DeclaredCommand)
        return command


class DeclaredCommand(TyperCommand):
    def invoke(self, ctx: Any) -> None:
        """What a command gives is the exit status."""
        ctx.exit(super().invoke(ctx))
