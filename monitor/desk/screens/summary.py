"""«Свод»: the table, its filters that are kept, and the table as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from collectors.errors import UsageError
from monitor.desk.gate.noting import note
from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Ask, File, Goto, NotFoundError, Page
from monitor.desk.overview.asking import asked_by_form, asked_in, choices, words
from monitor.desk.overview.table import headings, line, sheet, towns_of, whole
from monitor.desk.queue.lists import freshness, held_audit
from monitor.desk.veil import veil_sheet
from monitor.storage import aside, summary
from monitor.storage.journal import What
from monitor.storage.summary import PAGE
from reports.formats.csv import lines
from reports.tables import Sheet
from reports.workbook import workbook

LONGEST_NAME = 60
Write = Callable[[Sheet, Ask], bytes]


def page(desk: Desk, ask: Ask) -> Answer:
    wanted, engine = asked_in(ask), desk.application.engine
    counted = summary.by_town(engine, wanted.sieve, ask.visitor.towns)
    towns = desk.towns(ask)
    total = sum(one.institutions for one in counted.values())
    rows = summary.page(engine, wanted.sieve, ask.visitor.towns, wanted.sort, wanted.at)
    return Page(
        "summary.html.j2",
        {
            "wanted": wanted,
            "choices": choices(desk, ask),
            "headings": headings(),
            "towns": towns_of(counted, towns) if len(towns) > 1 else (),
            "whole": whole(counted),
            "lines": [line(row, {one.id: one for one in towns}) for row in rows],
            "total": total,
            "at": wanted.at,
            "last": -(-total // PAGE),
            "filters": aside.filters_of(engine, ask.visitor.account or 0),
            "held": held_audit(desk, ask),
            "fresh": freshness(desk, ask),
        },
    )


def download(desk: Desk, ask: Ask) -> Answer:
    kind = ask.parts["kind"]
    if kind not in KINDS:
        raise NotFoundError
    media, write = KINDS[kind]
    wanted, towns = asked_in(ask), {one.id: one for one in desk.towns(ask)}
    rows = summary.each(desk.application.engine, wanted.sieve, ask.visitor.towns, wanted.sort)
    made = veil_sheet(sheet(rows, towns), ask)
    day = f"{ask.now.astimezone(desk.settings.schedule.timezone):%Y-%m-%d}"
    file = File(words("file", "name", day=day, kind=kind), write(made, ask), media)
    note(desk, ask, What.EXPORTED, detail=file.name)
    return file


def _xlsx(made: Sheet, ask: Ask) -> bytes:
    return workbook([made], ask.now)


def _csv(made: Sheet, _: Ask) -> bytes:
    return b"".join(lines(made))


KINDS: Mapping[str, tuple[str, Write]] = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "csv": ("text/csv; charset=utf-8", _csv),
}


def keep(desk: Desk, ask: Ask) -> Answer:
    """The filter that is looked at, under a name."""
    wanted, name = asked_by_form(ask), " ".join(ask.typed("name").split())
    if not name:
        raise UsageError([words("faults", "no_name")])
    if len(name) > LONGEST_NAME:
        raise UsageError([words("faults", "long_name")])
    if not wanted.typed:
        raise UsageError([words("faults", "no_filter")])
    query = wanted.address("")
    if not aside.keep_filter(desk.application.engine, ask.visitor.account or 0, name, query):
        raise UsageError([words("faults", "too_many")])
    return Goto(wanted.address(), "filter_kept")


def drop(desk: Desk, ask: Ask) -> Answer:
    engine, owner = desk.application.engine, ask.visitor.account or 0
    if not aside.drop_filter(engine, owner, ask.numbered("number")):
        raise NotFoundError
    return Goto("/summary", "filter_dropped")
