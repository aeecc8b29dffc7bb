"""`dozor registry …`: faults are told all at once, with file, line and what to write."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from collectors.errors import UsageError
from monitor.application import load_acts, open_context, own_packs, pack_files, real_time
from monitor.commands.output import STANDARD, placed
from monitor.commands.parameters import Config, File
from monitor.commands.replacing import changed_files, known_registry, may_replace
from monitor.config import load_settings
from monitor.registry import check as checked
from monitor.registry import diff as compared
from monitor.registry import load
from monitor.registry.faults import RegistryFault
from monitor.registry.imports import import_table as imported
from monitor.registry.imports import import_tables as imported_several
from monitor.registry.tables import grids
from monitor.registry.workbook import export as exported
from monitor.registry.workbook import template as made_template
from monitor.storage.database import exists
from monitor.storage.joining import join_numbered
from rules.model import Municipality

WRONG = 2


def check(
    config: Config,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="ФАЙЛ", help="Без имён — из настроек.")
    ] = None,
) -> int:
    paths = files or list(load_settings(config).registry)
    faults = checked(paths, packs=tuple(pack_files(own_packs(config))))
    print(*faults, sep="\n" if faults else "")
    errors = [one for one in faults if one.severity == "error"]
    if not errors:
        print(f"Ошибок нет. Файлов: {len(paths)}, предупреждений: {len(faults)}.")
    return WRONG if errors else 0


Force = Annotated[bool, typer.Option("--force", help="Заменить файл, если он уже есть.")]


def template(file: File, force: Force = False) -> int:
    may_replace(file, force=force)
    with placed(file) as place, place(file) as path:
        made_template(path)
        print(f"{file}: заполните таблицу и выполните «dozor registry import {file}»")
    return 0


def import_table(
    file: File,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="ФАЙЛ", help="Куда записать TOML; без него и «-» — на экран."
        ),
    ] = None,
    municipality: Annotated[
        str | None,
        typer.Option("--municipality", metavar="ИМЯ", help="Имя (slug), если его нет в таблице."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="НАЗВАНИЕ", help="Название муниципалитета для таблицы ЦУР."),
    ] = None,
    timezone: Annotated[
        str, typer.Option("--timezone", metavar="ПОЯС", help="Часовой пояс.")
    ] = "Europe/Moscow",
    force: Force = False,
) -> int:
    found = grids(file)
    warnings: dict[RegistryFault, None] = {}
    several = imported_several(file, timezone=timezone, found=found, warn=warnings.setdefault)
    if several:
        _print_warnings(warnings)
        return _write_several(file, several, output, asked=municipality or name, force=force)
    text = imported(
        file,
        municipality=municipality,
        name=name,
        timezone=timezone,
        found=found,
        warn=warnings.setdefault,
        earlier=known_registry(output),
    )
    _print_warnings(warnings)
    if output in (None, STANDARD):
        sys.stdout.write(text)
        return 0
    if not _write({output: text}, force=force):
        return WRONG
    print(f"{output}: реестр записан; проверьте его: dozor registry check {output}")
    return 0


def _print_warnings(warnings: Iterable[RegistryFault]) -> None:
    """Beside the file, which may be written to the standard output."""
    for warning in warnings:
        print(warning, file=sys.stderr)


def _write(texts: Mapping[Path, str], *, force: bool) -> bool:
    """All of them, or none where one that is there would change and nobody said --force."""
    changes = {} if force else changed_files(texts)
    for path, lines in changes.items():
        print(f"{path}: файл уже есть; в нём изменится:")
        print(*(f"  {line}" for line in lines), sep="\n")
    if changes:
        print("Ничего не записано. Заменить: повторите команду с --force")
        return False
    for path, text in texts.items():
        path.write_text(text, "utf-8")
    return True


def _write_several(
    file: Path, texts: Mapping[str, str], folder: Path | None, *, asked: str | None, force: bool
) -> int:
    """A region's table: one file a municipality, in a folder."""
    if asked:
        why = "муниципалитеты названы в таблице: уберите --municipality и --name"
        raise UsageError([f"{file}: {why}"])
    if folder is None or folder.suffix:
        why = f"в таблице муниципалитетов: {len(texts)}; укажите папку для них: -o ПАПКА"
        raise UsageError([f"{file}: {why}"])
    folder.mkdir(parents=True, exist_ok=True)
    paths = {folder / f"{name}.toml": text for name, text in texts.items()}
    if not _write(paths, force=force):
        return WRONG
    print(*paths, sep="\n")
    print(
        f"Записано реестров: {len(texts)}. Впишите их в registry настроек и проверьте акты (packs)"
    )
    return 0


def export(
    file: File,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="ФАЙЛ", help="Куда записать XLSX; «-» — на экран."),
    ],
    force: Force = False,
    config: Config = Path("config.toml"),
) -> int:
    may_replace(output, force=force)
    municipality = _as_recorded(config, file)
    with placed(output) as place, place(output) as path:
        exported(municipality, path)
        print(output)
    return 0


def _as_recorded(config: Path, file: Path) -> Municipality:
    """With what was recorded by command, numbered, where the settings name this registry."""
    municipality = load(file)
    if not config.is_file():
        return municipality
    settings = load_settings(config)
    ours = {path.resolve() for path in settings.registry}
    if file.resolve() not in ours or not exists(settings.storage.database):
        return municipality
    with open_context(settings) as context:
        return join_numbered(context.engine, municipality)


def diff(
    config: Config,
    old: Annotated[Path, typer.Argument(metavar="СТАРЫЙ")],
    new: Annotated[Path, typer.Argument(metavar="НОВЫЙ")],
) -> int:
    after, acts = load(new), tuple(load_acts(own_packs(config)).values())
    found = compared(load(old), after, acts, after.day_of(real_time()))
    changes = [change.text for change in found]
    print(*(changes or ["Различий нет."]), sep="\n")
    return 0
