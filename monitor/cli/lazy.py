"""Commands whose modules are imported when somebody uses them."""

from __future__ import annotations

import difflib
import gc
import sys
from importlib import import_module
from typing import Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from monitor.cli.russian import (
    COMMAND,
    OPTIONS,
    Refused,
    near,
    of_command,
    say,
    write_parameters,
    write_usage,
)
from monitor.cli.table import BY_ITSELF, COMMANDS, Declared

INTERRUPTED = 130
SEARCHES = 50_000, 20, 10  # for garbage: among so many new objects, and again among the survivors


class LazyGroup(TyperGroup):
    """`dozor` and its groups, with what the table names under them."""

    def __init__(self, **attributes: Any) -> None:
        written = {"options_metavar": OPTIONS, "subcommand_metavar": COMMAND}
        super().__init__(**(attributes | written))
        own = COMMANDS[str(self.name)].items()
        self.commands = {name: LazyCommand(name, it) for name, it in own} | dict(self.commands)

    def main(self, *given: Any, **more: Any) -> NoReturn:
        """As Typer's, and what it refuses is told in Russian."""
        try:
            status = super().main(*given, **(more | {"standalone_mode": False}))
        except (TyperException, typer.Abort) as error:
            status = say(error)
        sys.exit(status)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with of_command(ctx):
            return super().parse_args(ctx, self._with_command(ctx, args))

    def _with_command(self, ctx: Any, args: list[str]) -> list[str]:
        """A group that does something by itself needs no name of a command."""
        alone = BY_ITSELF.get(str(self.name))
        is_asked = args and (args[0] in ctx.help_option_names or not args[0].startswith("-"))
        return args if alone is None or is_asked else [alone, *args]

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            declared = COMMANDS[str(self.name)].get(ctx.invoked_subcommand)
            print(f"Прервано. {declared.kept if declared else ''}".strip(), file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if (
            args[0] not in self.commands
            and not args[0].startswith("-")
            and not ctx.resilient_parsing
        ):
            like = difflib.get_close_matches(args[0], self.commands)
            raise Refused(f"команды «{args[0]}» нет{near(like)}", ctx)
        return super().resolve_command(ctx, args)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        write_usage(self, ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        write_parameters(self, ctx, formatter)
        with formatter.section("Команды"):
            formatter.write_dl([(name, one.help or "") for name, one in self.commands.items()])


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
        alone.command(
            self.name,
            cls=DeclaredCommand,
            help=self.declared.summary,
            options_metavar=OPTIONS,
        )(function)
        command = typer.main.get_command(alone)
        assert isinstance(command, DeclaredCommand)
        return command


class DeclaredCommand(TyperCommand):
    allow_extra_args = True  # looked at below, where they are refused in Russian

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with of_command(ctx):
            rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise Refused(f"лишнее: {' '.join(rest)}", ctx)
        return rest

    def invoke(self, ctx: Any) -> None:
        """What a command gives is the exit status."""
        _collect_seldom()
        ctx.exit(super().invoke(ctx))

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        write_usage(self, ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        write_parameters(self, ctx, formatter)


def _collect_seldom() -> None:
    """Modules, patterns and table classes stay to the end, half a million objects: they are never
    looked through for cycles. What the command makes is, but seldom: a run over 5,300 pages of VK
    holds 3 MB more for it, for few cycles outlive a first search.
    """
    gc.freeze()
    gc.set_threshold(*SEARCHES)
    gc.enable()
