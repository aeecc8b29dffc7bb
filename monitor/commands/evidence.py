"""`dozor evidence`: a package of what was seen of one institution, to be handed over."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from collectors.errors import UsageError
from monitor.application import opened, with_database
from monitor.commands.output import placed
from monitor.commands.parameters import AuditNumber, Config, Name
from monitor.commands.report import narrowed
from monitor.commands.suggestions import requirements
from monitor.config import load_settings
from monitor.reporting.package.build import Made, make_package
from monitor.reporting.stored import chosen_audit, report_of
from monitor.storage.private import written_whole


def evidence(
    institution: Name,
    config: Config,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="ФАЙЛ.wacz", help="Куда записать пакет; «-» — на экран."
        ),
    ],
    requirement: Annotated[
        str | None,
        typer.Option(
            "--requirement",
            metavar="ТРЕБОВАНИЕ",
            help="Только об одном требовании: 9.1.phone.",
            autocompletion=requirements,
        ),
    ] = None,
    number: AuditNumber = None,
) -> int:
    settings = with_database(load_settings(config))
    with placed(output) as place, opened(settings) as application:
        town = institution.partition("/")[0] if "/" in institution else None
        audit = chosen_audit(application, number, town)
        report = narrowed(report_of(application, audit), institution)
        if len(report.institutions) != 1:
            raise UsageError([f"{institution}: назовите одно учреждение"])
        with place(output) as path, written_whole(path, private=False) as file:
            made = make_package(application, report, report.institutions[0], requirement, file)
        print(f"{output}: проверка № {audit.id}, записей {made.records}\nОтпечаток: {made.digest}")
    _tell_what_lacks(made)
    return 0


def _tell_what_lacks(made: Made) -> None:
    if made.gone:
        print(f"Срок хранения истёк, в пакете нет: {made.gone}", file=sys.stderr)
    if made.without_pdf:
        print(f"Протокол только в HTML. {made.without_pdf}", file=sys.stderr)
