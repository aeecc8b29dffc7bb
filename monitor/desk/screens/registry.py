"""«Реестр»: what each municipality's file says, and a table that is to be taken over into it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from monitor.cases.deriving import fold
from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Ask, File, Goto, Page, RefusedPageError
from monitor.desk.registry.proposals import proposals_of
from monitor.desk.registry.tables import accept, draft_of, in_table
from monitor.desk.registry.words import words
from monitor.registry.faults import RegistryError
from monitor.registry.workbook import export
from monitor.storage import journal
from monitor.storage.joining import join_numbered
from monitor.storage.journal import Entry, EntryFilter, What
from rules.model import Institution, Municipality

ON_A_PAGE = 50
LAST = 15  # entries of the journal
MOST_LINES = 500  # of a difference, beyond which nobody reads
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def overview(desk: Desk, ask: Ask) -> Answer:
    towns = desk.towns(ask)
    return Page("registry.html.j2", {"towns": towns, "proposals": proposals_of(desk, ask)})


def town(desk: Desk, ask: Ask) -> Answer:
    found = desk.town(ask, ask.parts["town"])
    asked = ask.query.get("find", "").strip()
    members = [one for one in found.institutions if _is_meant(one, asked)]
    last = max(1, -(-len(members) // ON_A_PAGE))
    at = min(_number(ask.query.get("at", "")), last)
    values = {
        "town": found,
        "find": asked,
        "members": members[(at - 1) * ON_A_PAGE : at * ON_A_PAGE],
        "count": len(members),
        "at": at,
        "last": last,
        "entries": entries_of(desk, found),
        "most": desk.settings.desk.uploads_mb,
    }
    return Page("registry-town.html.j2", values)


def entries_of(desk: Desk, found: Municipality, institution: str = "") -> tuple[Entry, ...]:
    wanted = EntryFilter(
        towns=[found.id], accounts=(), what=[What.REGISTRY_CHANGED], institution=institution
    )
    return journal.newest(desk.application.engine, wanted, most=LAST)


def _is_meant(institution: Institution, asked: str) -> bool:
    names = (institution.id, institution.name, institution.short_name, *institution.popular_names)
    numbers = (institution.ogrn or "", institution.address or "")
    text = fold(" ".join((*names, *numbers)))
    return all(word in text for word in fold(asked).split())


def _number(written: str) -> int:
    return (
        max(1, int(written)) if written.isascii() and written.isdigit() and len(written) < 7 else 1
    )


# --- a table ------------------------------------------------------------------------------------


def workbook(desk: Desk, ask: Ask) -> Answer:
    """The registry as a table, to be filled in and brought back."""
    found = desk.town(ask, ask.parts["town"])
    engine = desk.application.engine
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "registry.xlsx"
        export(join_numbered(engine, found), path)
        content = path.read_bytes()
    name = words(
        "table", "name", town=found.id, day=f"{ask.now.astimezone(found.timezone):%Y-%m-%d}"
    )
    who = ask.visitor
    journal.note(
        engine,
        Entry(
            at=ask.now,
            what=What.EXPORTED,
            account=who.account,
            who=who.name,
            role=who.role,
            address=ask.address,
            municipality=found.id,
            detail=name,
        ),
    )
    return File(name, content, XLSX)


def upload(desk: Desk, ask: Ask) -> Answer:
    found = desk.town(ask, ask.parts["town"])
    if len(ask.files) != 1 or not ask.files[0].content:
        raise RefusedPageError([words("refused", "no_table")])
    if len(ask.files[0].content) > desk.settings.desk.uploads_mb * 1_000_000:
        raise RefusedPageError([words("refused", "large", most=desk.settings.desk.uploads_mb)], 413)
    try:
        draft = draft_of(desk, ask, found, ask.files[0], is_whole=ask.typed("mode") == "whole")
    except RegistryError as error:
        faults = [in_table(one) for one in error.faults]
        return Page("registry-faults.html.j2", {"town": found, "faults": faults}, 400)
    return Goto(f"/registry/{found.id}/drafts/{desk.drafts.keep(draft)}")


def draft(desk: Desk, ask: Ask) -> Answer:
    found = desk.town(ask, ask.parts["town"])
    shown = desk.drafts.find(ask.parts["draft"], ask.visitor.account, found.id, ask.now)
    values = {
        "town": found,
        "draft": shown,
        "key": ask.parts["draft"],
        "lines": shown.changes[:MOST_LINES],
        "more": max(0, len(shown.changes) - MOST_LINES),
        "is_old": shown.source.digest != found.digest,
    }
    return Page("registry-draft.html.j2", values)


def take_over(desk: Desk, ask: Ask) -> Answer:
    found = desk.town(ask, ask.parts["town"])
    key = ask.parts["draft"]
    shown = desk.drafts.find(key, ask.visitor.account, found.id, ask.now)
    if ask.typed("do") == "drop":
        desk.drafts.drop(key)
        return Goto(f"/registry/{found.id}", "draft_dropped")
    accept(desk, ask, found, shown)
    desk.drafts.drop(key)
    return Goto(f"/registry/{found.id}", "registry_written")
