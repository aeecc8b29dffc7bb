"""`dozor audit`, `collect` and `evaluate`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from collectors.barrier import Fault, watched
from collectors.errors import UsageError
from monitor.application import Application, opened, real_time, with_database
from monitor.audit import run as pipeline
from monitor.audit.begin import AuditRequest
from monitor.audit.breaks import format_barrier, has_broken, tell_of
from monitor.audit.executor import ExecutorFactory, local_executor
from monitor.audit.mass_change import is_held, words
from monitor.audit.scope import in_scope
from monitor.audit.stamping import stamp_the_chain
from monitor.commands.moments import moment
from monitor.commands.output import STANDARD, Place, placed
from monitor.commands.parameters import AsOf, Config, Html, Json, Names, Strict, Workers
from monitor.commands.progress import progress
from monitor.config import Settings, check_workers, load_settings
from monitor.reporting.mending import mended
from monitor.reporting.stored import default_path, report_of, write, write_all
from monitor.storage import readings
from reports.formats.text import summary
from reports.issues import issue_in_words
from reports.model import Audit, Report
from rules.model import Municipality, Outcome

RESUME_WITHIN = timedelta(hours=6)
COMPLETE, PARTLY_UNREAD, HAS_FINDINGS = 0, 3, 4
DONE_BEFORE = (
    "На этот момент проверка уже сделана раньше, это № {audit}: страницы заново не читались. "
    "Оценить прочитанное заново: dozor evaluate."
)
NOT_MAILED = "Писем сейчас не отправлено; отправить отчёт: dozor send --audit {audit}."
UNSTAMPED = (
    "Штамп времени не получен: {why}. Его попросит следующая проверка, эти материалы в него войдут."
)
READ_BEFORE = "На этот момент страницы уже прочитаны раньше: заново они не читались."


def audit(
    config: Config,
    names: Names = None,
    as_of: AsOf = None,
    json: Json = None,
    html: Html = None,
    mail: Annotated[bool, typer.Option("--mail", help="Отправить отчёт адресатам.")] = False,
    strict: Strict = False,
    workers: Workers = False,
) -> int:
    settings = load_settings(config)
    executors = _workers(settings, names) if workers else local_executor
    request = replace(_request(as_of, names), letters=mail)
    known = _names_check(request)
    with (
        placed(json, html) as place,
        opened(settings, check=known) as application,
        watched() as faults,
    ):
        earlier: list[Audit] = []
        with progress() as tell:
            done = pipeline.audit(application, request, tell, executors, earlier.append)
        report, files = _tell(application, done, place, json=json, html=html)
        owes = not earlier or readings.owes_letters(application.engine, done.id)
        if earlier:
            print(DONE_BEFORE.format(audit=done.id))
        if mail and owes:
            _mail(application, done, report, files)
        elif earlier:
            print(NOT_MAILED.format(audit=done.id))
        if unstamped := stamp_the_chain(application):
            print(UNSTAMPED.format(why=unstamped), file=sys.stderr)
        tell_of(faults)
        return _status(report, faults, strict=strict)


def collect(config: Config, names: Names = None, as_of: AsOf = None) -> int:
    settings, request = load_settings(config), _request(as_of, names)
    with opened(settings, check=_names_check(request)) as application, watched() as faults:
        earlier: list[Audit] = []
        with progress() as tell:
            done = pipeline.collect(application, request, tell, earlier.append)
        read = done.collection
        if earlier:
            print(READ_BEFORE)
        print(f"Прочитано {read.read} из {read.pages}.")
        print(*(f"  {issue_in_words(issue)}" for issue in done.issues), sep="\n")
        tell_of(faults)
        return COMPLETE if done.complete and not (faults or has_broken(done)) else PARTLY_UNREAD


def evaluate(
    config: Config,
    names: Names = None,
    as_of: AsOf = None,
    json: Json = None,
    html: Html = None,
    strict: Strict = False,
) -> int:
    settings, request = with_database(load_settings(config)), _request(as_of, names)
    with placed(json, html) as place, opened(settings) as application, watched() as faults:
        done = pipeline.evaluate(application, request)
        report, _ = _tell(application, done, place, json=json, html=html)
        tell_of(faults)
        return _status(report, faults, strict=strict)


def _workers(settings: Settings, names: Sequence[str] | None) -> ExecutorFactory:
    """ConfigError: workers share an audit of everything, by way of PostgreSQL."""
    check_workers(settings)
    if names:
        raise UsageError(["--workers: делится проверка всех учреждений; уберите имена"])
    from monitor.service.queue_executor import queue_executor

    return queue_executor


def _names_check(request: AuditRequest) -> Callable[[Sequence[Municipality]], object]:
    """UnknownInstitutionError before there is a database."""
    return partial(in_scope, names=request.names, as_of=request.as_of)


def _request(as_of: str | None, names: Sequence[str] | None) -> AuditRequest:
    """Without a moment of its own, a request is for the rest of an audit that broke off lately."""
    if as_of:
        return AuditRequest(as_of=moment(as_of), names=tuple(names or ()))
    now = real_time()
    return AuditRequest(as_of=now, names=tuple(names or ()), resume_since=now - RESUME_WITHIN)


def _tell(
    application: Application, done: Audit, place: Place, *, json: Path | None, html: Path | None
) -> tuple[Report, Sequence[Path]]:
    """Write the files and print the summary; the HTML is always made, and its files are given.

    What breaks one of them keeps none of the others.
    """
    report = report_of(application, done)
    files: tuple[Path, ...] = ()
    with format_barrier("text"):
        print(mended(report, "text", summary))
    for slug, asked in (("json", json), ("html", html if html == STANDARD else None)):
        if asked:
            with format_barrier(slug), place(asked) as path:
                write(report, slug, path, private=False)
                print(f"{slug.upper()}:  {asked}")
    with format_barrier("html"):
        named = html if html != STANDARD else None
        path = named or default_path(application, report, "html")
        files = write_all(report, "html", path, private=named is None)
        print(f"Отчёт: {files[0]}")
    return report, files


def _mail(application: Application, done: Audit, report: Report, files: Sequence[Path]) -> None:
    """Done again after a break, it goes on where it broke off."""
    if not application.settings.mail.deputies:
        print("Письмо не отправлено: в настройках нет адресатов ([mail] recipients).")
    elif is_held(done):
        print(words("advice", audit=done.id))
    else:
        from monitor.commands import letters

        letters.mail(application, done, report, files)
    readings.owe_letters(application.engine, done.id, False)


def _status(report: Report, faults: Sequence[Fault], *, strict: bool) -> int:
    if not report.audit.complete or faults or has_broken(report.audit):
        return PARTLY_UNREAD
    has_failed = strict and any(one.outcome is Outcome.FAIL for one in report.findings)
    return HAS_FINDINGS if has_failed else COMPLETE
