"""The commands and groups. `table` names them all; each is declared where its work is."""

from __future__ import annotations

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
    context: typer.Context,
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
    """`config` reaches the commands as the default of their own `--config` (see `lazy`).

    The context has what does a whole command, for `serve`, which keeps a process for others.
    """
    context.obj = run
    start_logging(verbose=verbose, as_json=log_json)


def run() -> None:
    """What is typed: faults that have an explanation end with it, not with a traceback."""
    try:
        app()
    except Exception as error:
        status, lines = explain(error)
        print(without_secrets("\n".join(lines) or traceback.format_exc()), file=sys.stderr)
        sys.exit(status)
