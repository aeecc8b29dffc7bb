"""`dozor report`, `send`, `outbox` and `verify`: what becomes of an audit afterwards."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from monitor.application import opened
from monitor.config import ConfigError, load_settings
from monitor.delivery import Delivered, deliver, queue_report
from monitor.reporting import chosen_audit, default_path, report_of, write
from monitor.storage import outbox as line
from monitor.storage.database import open_database
from monitor.storage.evidence import verify as verified
from reports.formats import installed

STATES = {
    "queued": "ждёт",
    "claimed": "отправляется",
    "handing": "передаётся",
    "sent": "отправлено",
    "parked": "отложено",
}


def report(config: Path, number: int | None, kind: str, output: Path | None) -> int:
    if kind not in installed():
        raise ConfigError([f"--format {kind}: такого вида нет; есть {', '.join(installed())}"])
    with opened(load_settings(config)) as application:
        audit = chosen_audit(application, number)
        found = report_of(application, audit)
        if output == Path("-"):
            sys.stdout.buffer.write(installed()[kind].render(found))
        else:
            print(write(found, kind, output or default_path(application, audit, kind)))
    return 0


def send(config: Path, number: int | None, *, again: bool) -> int:
    with opened(load_settings(config)) as application:
        if not application.settings.mail.recipients:
            raise ConfigError(
                [f"{config}: [mail] recipients: нет адресатов, письмо отправлять некому"]
            )
        audit = chosen_audit(application, number)
        queued = queue_report(application, audit, report_of(application, audit), again=again)
        if not queued:
            print(f"Отчёт о проверке № {audit.id} уже поставлен в очередь раньше; ещё раз: --again")
        done = deliver(application.engine, application.settings, application.clock)
    say_delivered(done)
    return 1 if done.parked or done.postponed else 0


def say_delivered(done: Delivered) -> None:
    for recipient in done.sent:
        print(f"Письмо отправлено: {recipient}")
    for recipient, why in done.postponed:
        print(f"Письмо ждёт повтора: {recipient} ({why})")
    for recipient, why in done.parked:
        print(f"Письмо отложено: {recipient} ({why}); см. dozor outbox")


def outbox(config: Path, *, retry: bool) -> int:
    settings = load_settings(config)
    engine = open_database(settings.storage.database)
    try:
        if retry:
            print(f"Снова в очереди: {line.requeue(engine)}")
        table = Table("№", "Кому", "Тема", "Состояние", "Ответ сервера")
        for row in line.messages(engine):
            table.add_row(str(row.id), row.recipient, row.subject, STATES[row.state], row.answer)
        Console().print(table)
    finally:
        engine.dispose()
    return 0


def verify(config: Path) -> int:
    settings = load_settings(config)
    engine = open_database(settings.storage.database)
    try:
        faults = list(verified(engine, settings.storage.evidence))
    finally:
        engine.dispose()
    print(*(faults or ["Все материалы на месте и не менялись."]), sep="\n")
    return 1 if faults else 0
