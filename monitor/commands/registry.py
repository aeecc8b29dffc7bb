"""`dozor registry …`: faults are told all at once, with file, line and what to write."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from monitor.application import pack_files
from monitor.config import load_settings
from monitor.registry import check as checked
from monitor.registry import diff as compared
from monitor.registry import load
from monitor.registry.imports import import_table as imported
from monitor.registry.workbook import export as exported
from monitor.registry.workbook import template as made_template

WRONG = 2


def check(config: Path, files: Sequence[Path]) -> int:
    paths = list(files) or list(load_settings(config).registry)
    faults = checked(paths, packs=tuple(pack_files()))
    print(*faults, sep="\n" if faults else "")
    errors = [one for one in faults if one.severity == "error"]
    if not errors:
        print(f"Ошибок нет. Файлов: {len(paths)}, предупреждений: {len(faults)}.")
    return WRONG if errors else 0


def template(file: Path) -> int:
    made_template(file)
    print(f"{file}: заполните таблицу и выполните «dozor registry import {file}»")
    return 0


def import_table(
    file: Path,
    output: Path | None,
    *,
    municipality: str | None,
    name: str | None,
    timezone: str,
) -> int:
    text = imported(file, municipality=municipality, name=name, timezone=timezone)
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, "utf-8")
        print(f"{output}: реестр записан; проверьте его: dozor registry check {output}")
    return 0


def export(file: Path, output: Path) -> int:
    exported(load(file), output)
    print(output)
    return 0


def diff(old: Path, new: Path) -> int:
    changes = [change.text for change in compared(load(old), load(new))]
    print(*(changes or ["Различий нет."]), sep="\n")
    return 0
