"""`dozor report` and `send`: what becomes of an audit afterwards."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from collectors.barrier import watched
from collectors.errors import UsageError
from monitor.application import Application, opened, with_database
from monitor.audit.breaks import format_barrier, tell_of
from monitor.audit.scope import UnknownInstitutionError, in_scope
from monitor.commands.output import STANDARD
from monitor.commands.parameters import AuditNumber, Config
from monitor.commands.suggestions import formats, institutions, municipalities
from monitor.config import load_settings
from monitor.reporting.facts import with_facts
from monitor.reporting.municipality import of_town, town_path
from monitor.reporting.stored import (
    chosen_audit,
    default_path,
    passed_over,
    pieces,
    report_of,
    write,
)
from reports.findings import Selected
from reports.formats import installed
from reports.model import Report

PARTLY = 3  # the rest was done
LETTERS = ("letter", "letter-text")


def report(
    config: Config,
    number: AuditNumber = None,
    kind: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="ВИД",
            autocompletion=formats,
            help="html, text, xlsx, cur (таблица ЦУР), letter (письмо учреждению) и другие; "
            "все назовёт --format «?».",
        ),
    ] = "html",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="ФАЙЛ", help="Куда записать; «-» — на экран."),
    ] = None,
    institution: Annotated[
        str | None,
        typer.Option(
            "--institution",
            metavar="УЧРЕЖДЕНИЕ",
            help="Только об одном учреждении.",
            autocompletion=institutions,
        ),
    ] = None,
    municipality: Annotated[
        str | None,
        typer.Option(
            "--municipality",
            metavar="ИМЯ",
            help="Только об одном муниципалитете.",
            autocompletion=municipalities,
        ),
    ] = None,
) -> int:
    if kind not in installed():
        raise UsageError([f"--format {kind}: такого вида нет; есть {', '.join(installed())}"])
    if kind in LETTERS and institution is None:
        raise UsageError([f"--format {kind}: скажите, какому учреждению: --institution КОД"])
    with opened(with_database(load_settings(config))) as application, watched() as faults:
        found = _report(application, number, kind, institution, municipality)
        if output == STANDARD:
            with format_barrier(kind):
                sys.stdout.buffer.writelines(pieces(found, kind))
        for slug in [] if output == STANDARD else [kind] if output else family(kind):
            with format_barrier(slug):
                path = output or _path(application, found, slug, institution, municipality)
                print(write(found, slug, path, private=output is None))
        tell_of(faults)
    return PARTLY if faults else 0


def _report(
    application: Application,
    number: int | None,
    kind: str,
    institution: str | None,
    municipality: str | None,
) -> Report:
    _say_passed_over(application, number)
    found = report_of(application, chosen_audit(application, number, municipality))
    if municipality:
        found = of_town(application, found, municipality)
    if institution:
        found = narrowed(found, institution)
    return with_facts(application, found) if kind == "cur" else found


def _say_passed_over(application: Application, number: int | None) -> None:
    """Whoever names an audit gets it, whatever its date."""
    if number is None and (told := passed_over(application)):
        print(told, file=sys.stderr)


def narrowed(report: Report, name: str) -> Report:
    """Only what concerns one institution. Raises UnknownInstitutionError."""
    named = {one.key for one in in_scope(report.municipalities, [name], report.audit.as_of)}
    found = tuple(one for one in report.institutions if one.key in named)
    if not found:
        told = f"учреждения «{name}» в проверке № {report.audit.id} не было"
        raise UnknownInstitutionError(told)
    towns = {one.municipality for one in found}
    return replace(
        report,
        municipalities=tuple(one for one in report.municipalities if one.id in towns),
        institutions=found,
        findings=Selected(report.found, found),
        trend=(),
    )


def family(kind: str) -> list[str]:
    """The format and its companions: `letter` is written with `letter-text`."""
    return [slug for slug in sorted(installed()) if slug == kind or slug.startswith(f"{kind}-")]


def _path(
    application: Application,
    found: Report,
    slug: str,
    institution: str | None,
    municipality: str | None,
) -> Path:
    """`audit-000017-school-1-letter.html`: one institution's file does not overwrite the town's."""
    path, end = default_path(application, found, slug), installed()[slug].suffix
    if institution is None:
        return town_path(application, found, slug, municipality) if municipality else path
    return path.with_name(f"{path.name.removesuffix(end)}-{institution.replace('/', '-')}{end}")
