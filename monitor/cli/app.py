"""The command line. `table` names every command; each is declared where its work is.

Exit status: 0 complete · 1 unexpected error · 2 wrong usage, configuration or registry ·
3 finished, but part could not be read · 4 with --fail-on-findings, when a `fail` is found ·
130 Ctrl-C.
"""

from __future__ import annotations

import atexit
import gc
import sys
import traceback
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.lazy import LazyGroup
from monitor.cli.table import BY_ITSELF, GROUPS
from monitor.errors.explain import explain
from monitor.logs import start_logging, without_secrets

SEARCHES = 50_000, 20, 10  # for garbage: among so many new objects, and again among the survivors

app = typer.Typer(
    name="dozor",
    cls=LazyGroup,
    help=(
        "Дозор проверяет официальные страницы муниципальных учреждений ВКонтакте и в "
        "Одноклассниках и их сайты.\n\nС чего начать: «dozor demo» покажет всё на вымышленном "
        "городе; «dozor registry template реестр.xlsx» даст таблицу для ваших учреждений; "
        "«dozor doctor» скажет, чего не хватает; «dozor audit» проверит."
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # they print local variables, and with them tokens
    context_settings={"help_option_names": ["-h", "--help"]},
)
groups: dict[str, typer.Typer] = {"": app}
for name, summary in GROUPS.items():
    above, _, own = name.rpartition(" ")
    groups[name] = typer.Typer()
    groups[above].add_typer(
        groups[name],
        name=own,
        cls=LazyGroup,
        help=summary,
        no_args_is_help=own not in BY_ITSELF,
    )


def _print_version(asked: bool) -> None:
    if asked:
        print(f"dozor {version('dozor')}")
        raise typer.Exit


@app.callback()
def _dozor(
    config: Annotated[  # noqa: ARG001 — the commands look it up
        Path, typer.Option("--config", metavar="ФАЙЛ", help="Файл настроек.", envvar="DOZOR_CONFIG")
    ] = Path("config.toml"),
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Подробный журнал (на английском).")
    ] = False,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Журнал строками JSON.", envvar="DOZOR_LOG_JSON")
    ] = False,
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Назвать версию и выйти."
        ),
    ] = False,
) -> None:
    """`config` reaches the commands as the default of their own `--config` (see `lazy`)."""
    start_logging(verbose=verbose, as_json=log_json)


def main() -> None:
    """The entry point: faults that have an explanation end with it, not with a traceback."""
    _collect_seldom()
    try:
        app()
    except Exception as error:
        status, lines = explain(error)
        print(without_secrets("\n".join(lines) or traceback.format_exc()), file=sys.stderr)
        sys.exit(status)


def _collect_seldom() -> None:
    """Modules, patterns and table classes stay to the end, a million objects: to look through them
    for cycles at every 700 new ones, and twice more at the exit, is a quarter of a short command.
    A run over 5,300 pages of VK holds 3 MB more for it: few cycles outlive a first search.
    """
    gc.set_threshold(*SEARCHES)
    atexit.register(gc.freeze)
