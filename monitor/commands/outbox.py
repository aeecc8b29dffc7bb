"""`dozor outbox`: every letter that is to go or went, and what became of it."""

from __future__ import annotations

import json
import sys
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from monitor.application import real_time, with_database
from monitor.commands.parameters import AsJson, Config
from monitor.config import load_settings
from monitor.mail.inbox.showing import came_back
from monitor.mail.recipients import to_whom
from monitor.storage import outbox as line
from monitor.storage.database import open_database
from monitor.storage.tables import MessageRow
from reports.templating import one_line

STATES = {
    "held": "ждёт, пока уйдёт отчёт руководителю",
    "queued": "ждёт",
    "claimed": "отправляется",
    "handing": "передаётся",
    "sent": "отправлено",
    "parked": "отложено",
    "stopped": "задержано на столе",
    "skipped": "пропущено на столе",
}


def outbox(
    config: Config,
    retry: Annotated[
        bool, typer.Option("--retry", help="Снова поставить в очередь отложенные письма.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    settings = with_database(load_settings(config))
    engine = open_database(settings.storage.database)
    try:
        if retry:
            told = f"Снова в очереди: {line.requeue(engine, real_time())}. Отправить: dozor send"
            print(told, file=sys.stderr if as_json else sys.stdout)
        rows = list(line.listed(engine))
        back = came_back(engine, settings.schedule.timezone)
    finally:
        engine.dispose()
    if as_json:
        found = [
            _as_json(row, settings.schedule.timezone) | {"came_back": back.get(row.recipient)}
            for row in rows
        ]
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _print(rows, settings.schedule.timezone)
        print(*(f"{told}\n" for told in back.values()), sep="", end="")
    return 0


def _print(rows: list[MessageRow], zone: ZoneInfo) -> None:
    for row in rows:
        print(*_message_lines(row, zone), sep="\n    ")
    if not rows:
        print("Писем нет: ни ждущих, ни отправленных.")


def _message_lines(row: MessageRow, zone: ZoneInfo) -> list[str]:
    """One message in two or three lines, so that no server's answer is cut by a narrow window."""
    at = row.sent_at or (row.due_at if row.state == "queued" else row.queued_at)
    state = f"{STATES.get(row.state, row.state)} {at.astimezone(zone):%d.%m.%Y %H:%M}"
    lines = [f"№ {row.id}  {state}  {to_whom(row.role, row.recipient)}", one_line(row.subject)]
    return [*lines, f"причина: {one_line(row.answer)}"] if row.answer else lines


def _as_json(row: MessageRow, zone: ZoneInfo) -> dict[str, object]:
    moments = {"queued_at": row.queued_at, "due_at": row.due_at, "sent_at": row.sent_at}
    told = {name: at.astimezone(zone).isoformat() if at else None for name, at in moments.items()}
    return {
        "number": row.id,
        "state": row.state,
        "audit": row.audit_id,
        "role": row.role,
        "recipient": row.recipient,
        "subject": one_line(row.subject),
        **told,
        "attempts": row.attempts,
        "answer": row.answer,
    }
