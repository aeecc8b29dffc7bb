"""`dozor send`: the report by mail; a rehearsal before it, on paper or to oneself."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from collectors.barrier import watched
from collectors.errors import UsageError
from monitor.application import Application, opened, with_database
from monitor.audit.breaks import tell_of
from monitor.commands.letters import say_delivered, status_of
from monitor.commands.parameters import AuditNumber, Config
from monitor.commands.planned import planned_as_json, say_plan
from monitor.config import Mail, load_settings
from monitor.mail.consent import awaits_consent, waiting_letters, words
from monitor.mail.delivery import deliver
from monitor.mail.plan import plan
from monitor.mail.planned import words as plan_words
from monitor.mail.queueing import queue_report
from monitor.mail.rehearsal import queue_rehearsal
from monitor.mail.reminders import record_reminders
from monitor.registry.mailboxes import MailboxError, address_of
from monitor.reporting.stored import check_whole, chosen_audit, passed_over, report_of
from monitor.storage.roles import REHEARSAL
from reports.model import Audit, Report

PARTLY = 3
NO_LETTERS = "[]"
YES = ("да", "д", "yes", "y")


def send(
    config: Config,
    number: AuditNumber = None,
    again: Annotated[
        bool, typer.Option("--again", help="Отправить ещё раз, даже если уже отправлено.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Только сказать, кому, что и почему ушло бы."),
    ] = False,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="АДРЕС", help="Репетиция: все письма — на этот адрес."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Согласиться на первые письма учреждениям.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="С --dry-run: ответ в JSON.")] = False,
) -> int:
    settings = load_settings(config)
    _check(dry_run=dry_run, to=to, yes=yes, as_json=as_json)
    if not _has_readers(settings.mail):
        if not dry_run:
            raise UsageError(
                [f"{config}: [mail] recipients: нет адресатов, письмо отправлять некому"]
            )
        print(NO_LETTERS if as_json else plan_words("nobody"))
        return 0
    with opened(with_database(settings)) as application, watched() as faults:
        if number is None and (told := passed_over(application)):
            print(told, file=sys.stderr)
        audit = chosen_audit(application, number)
        report = report_of(application, audit)
        if not settings.mail.deputies:
            check_whole(report, "cur")
        if dry_run:
            _say(application, audit, report, again=again, as_json=as_json)
            status = 0
        elif to:
            status = _rehearse(application, audit, report, to)
        else:
            confirmed = yes or _is_confirmed(application, report)
            status = _send(application, audit, report, again=again, confirmed=confirmed)
        tell_of(faults)
    return status or (PARTLY if faults else 0)


def _check(*, dry_run: bool, to: str | None, yes: bool, as_json: bool) -> None:
    if dry_run and to:
        raise UsageError(["--dry-run ничего не отправляет, а --to отправляет вам: выберите одно"])
    if yes and (dry_run or to):
        raise UsageError(["--yes нужно только тогда, когда письма уходят по-настоящему"])
    if as_json and not dry_run:
        raise UsageError(["--json бывает только с --dry-run"])
    if to is not None:
        try:
            address_of(to)
        except MailboxError as error:
            raise UsageError([f"--to: {error}"]) from None


def _has_readers(mail: Mail) -> bool:
    return bool(mail.deputies or mail.cur)


def _say(
    application: Application, audit: Audit, report: Report, *, again: bool, as_json: bool
) -> None:
    found = plan(application, audit, report, again=again)
    if as_json:
        print(planned_as_json(application, audit, found))
    else:
        say_plan(application, audit, found)


def _rehearse(application: Application, audit: Audit, report: Report, to: str) -> int:
    """Of what waits for others nothing goes."""
    queue_rehearsal(application, audit, report, to)
    done = deliver(application.engine, application.settings, application.clock, REHEARSAL)
    say_delivered(done)
    return status_of(done)


def _is_confirmed(application: Application, report: Report) -> bool:
    """Asked before the first letters to institutions ever; without a terminal nothing is sent."""
    letters = waiting_letters(report) if awaits_consent(application) else 0
    if not letters:
        return False
    if not sys.stdin.isatty():
        raise UsageError([words("no_terminal", letters=letters)])
    print(words("question", letters=letters), end="", flush=True)
    is_confirmed = sys.stdin.readline().strip().casefold() in YES
    if not is_confirmed:
        print(words("refused"))
    return is_confirmed


def _send(
    application: Application, audit: Audit, report: Report, *, again: bool, confirmed: bool
) -> int:
    queued = queue_report(application, audit, report, again=again, confirmed=confirmed)
    if not queued:
        print(f"Отчёт о проверке № {audit.id} уже поставлен в очередь раньше; ещё раз: --again")
    done = deliver(application.engine, application.settings, application.clock)
    record_reminders(application)
    say_delivered(done)
    return status_of(done)
