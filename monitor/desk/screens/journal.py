"""«Журнал»: who did what, when, to what; and the same as a table to keep."""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from monitor.desk.gate.noting import note
from monitor.desk.gate.reading import STATED, Asked, Line, Read, read
from monitor.desk.gate.words import sentences, words
from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Ask, File, Page, RefusedPageError, Role
from monitor.storage import journal
from monitor.storage.journal import What
from reports.formats.csv import plain

ON_A_PAGE, IN_A_FILE = 50, 50_000
COLUMNS = ("at", "who", "role", "address", "what", "town", "institution", "detail", "number")
DAYS = ("%d.%m.%Y", "%Y-%m-%d")


def page(desk: Desk, ask: Ask) -> Answer:
    asked = _asked(ask)
    found = read(desk, ask, asked, ON_A_PAGE)
    values = {
        "lines": found.lines,
        "asked": asked,
        "onward": _address(found.onward) if found.onward else "",
        "is_first": asked.entry is None and asked.statement is None,
        "file": _address(asked, "/journal.csv"),
        "zone": desk.settings.schedule.timezone,
        "actions": _actions(),
        "people": [(name, name) for name in found.people],
        "towns": [(town.id, town.name) for town in desk.towns(ask)],
        "names_people": ask.visitor.role is Role.OPERATOR,
    }
    return Page("journal.html.j2", values)


def export(desk: Desk, ask: Ask) -> Answer:
    """That it was taken away is noted as well."""
    zone = desk.settings.schedule.timezone
    found = read(desk, ask, _asked(ask), IN_A_FILE)
    name = words("journal_page", "file", day=f"{ask.now.astimezone(zone):%Y-%m-%d}")
    note(desk, ask, What.EXPORTED, detail=name)
    return File(name, _table(found, zone), "text/csv; charset=utf-8")


# --- what is asked ------------------------------------------------------------------------------


def _asked(ask: Ask) -> Asked:
    query = ask.query
    return Asked(
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        what=_one_of(query.get("what", ""), {STATED, *What}),
        who=journal.one_line(query.get("who", "")) if ask.visitor.role is Role.OPERATOR else "",
        town=journal.one_line(query.get("town", "")),
        institution=journal.one_line(query.get("institution", "")),
        entry=_number(query.get("entry", "")),
        statement=_number(query.get("statement", "")),
    )


def _day(typed: str) -> date | None:
    if not typed.strip():
        return None
    for written in DAYS:
        with suppress(ValueError):
            day = datetime.strptime(typed.strip(), written).date()  # noqa: DTZ007 — a day has none
            if 2000 <= day.year <= 9000:  # its midnight is a moment in every zone
                return day
    told = journal.one_line(typed)[:20]
    raise RefusedPageError([words("journal_page", "bad_day", typed=told)])


def _one_of(typed: str, known: set[str]) -> str:
    return typed if typed in known else ""


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 18 else None


def _address(asked: Asked, path: str = "/journal") -> str:
    told = {name: value for name, value in asdict(asked).items() if value not in (None, "")}
    days = {name: f"{value:%d.%m.%Y}" for name, value in told.items() if isinstance(value, date)}
    return f"{path}?{urlencode(told | days)}"


def _actions() -> list[tuple[str, str]]:
    known = [(str(what), sentences()["journal"][what]) for what in What]
    return [*known, (STATED, words("journal_page", "stated_elsewhere"))]


# --- the table ----------------------------------------------------------------------------------


def _table(found: Read, zone: ZoneInfo) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows(_rows(found.lines, zone))
    if found.onward:
        writer.writerow([words("journal_page", "more", count=len(found.lines))])
    return BOM_UTF8 + text.getvalue().encode("utf-8", "replace")


def _rows(lines: Sequence[Line], zone: ZoneInfo) -> Iterator[list[str]]:
    yield [words("journal_page", name) for name in COLUMNS]
    for line in lines:
        yield [plain(value) for value in _cells(line, zone)]


def _cells(line: Line, zone: ZoneInfo) -> Iterator[Any]:
    yield f"{line.at.astimezone(zone):%d.%m.%Y %H:%M:%S}"
    yield from (line.who, line.role, line.address, line.what, line.town, line.institution)
    yield from (line.detail, line.statement)
