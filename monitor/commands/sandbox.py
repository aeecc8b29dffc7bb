"""`dozor sandbox`: the town that does not exist, for a rehearsal with one's own hands."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from collectors.networks import networks
from monitor.application import real_time
from monitor.sandbox import Running, demo_world, serve, write_demo_registry

VARIABLES = "env.sh"
TOLD = """Реестр города: {registry}
Сервер работает; остановить: Ctrl-C. В другом окне, в этой же папке:

. {file}
{dozor} doctor
{dozor} audit

База, материалы и отчёты этой пробы лягут в {folder}; ваших она не тронет."""
PRINTED = "Сервер работает; остановить: Ctrl-C. Направить Дозор на него:\n"


def sandbox(
    port: Annotated[
        int, typer.Option("--port", metavar="N", help="Порт; 0 — любой свободный.")
    ] = 0,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--registry",
            metavar="ПАПКА",
            help=f"Куда записать реестр города и {VARIABLES} — всё, что нужно задать для пробы.",
        ),
    ] = None,
) -> int:
    """Serve the demo town until Ctrl-C, and say how to point Dozor at it."""
    with serve(demo_world(real_time()), port) as running:
        if folder:
            _tell_folder(running, folder)
        else:
            print(PRINTED, *_lines(running.settings()), "", sep="\n", flush=True)
        _wait()
    return 0


def _tell_folder(running: Running, folder: Path) -> None:
    registry = write_demo_registry(running, folder)
    file = folder / VARIABLES
    variables = running.settings() | _places(folder.resolve(), registry.resolve())
    file.write_text("\n".join([*_lines(variables), ""]), "utf-8")
    named = shlex.quote(str(file if file.is_absolute() else Path(".", file)))
    program = "dozor" if shutil.which("dozor") else sys.argv[0]
    told = TOLD.format(registry=registry, file=named, folder=folder, dozor=program)
    print(told, flush=True)


def _places(folder: Path, registry: Path) -> dict[str, str]:
    """A rehearsal writes nothing into the office's own database, and no letter to anybody."""
    return {
        "DOZOR_REGISTRY": json.dumps([str(registry)], ensure_ascii=False),
        "DOZOR_STORAGE__DATABASE": f"sqlite:///{folder / 'dozor.db'}",
        "DOZOR_STORAGE__EVIDENCE": str(folder / "evidence"),
        "DOZOR_REPORTS__DIRECTORY": str(folder / "reports"),
        "DOZOR_SCHEDULE__TIMEZONE": "Asia/Tomsk",
        "DOZOR_MAIL__RECIPIENTS": "[]",
        "DOZOR_MAIL__CUR": "[]",
        "DOZOR_MAIL__INSTITUTIONS": "false",
    }


def _lines(variables: Mapping[str, str]) -> Iterator[str]:
    """A key of the office's own that stands in a file would count before the town's."""
    secrets = [name for network in networks().values() for name in network.secrets.values()]
    yield f"unset {' '.join(f'{name} {name}_FILE' for name in secrets)}"
    for name, value in variables.items():
        yield f"export {name}={shlex.quote(value)}"


def _wait() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print("Сервер остановлен.")
