"""What is decided on what waits: one thing, or several of one requirement at once."""

from __future__ import annotations

from collections.abc import Sequence, Set
from urllib.parse import urlencode

from collectors.errors import UsageError
from monitor.cases.recording import on_record
from monitor.desk.gate.calling import lines_for
from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Ask, File, Goto, NotFoundError, Page, RefusedPageError
from monitor.desk.queue import lists
from monitor.desk.queue.deciding import decide
from monitor.desk.queue.lists import BY_REQUIREMENT, Looked
from monitor.desk.queue.things import Thing, answer_numbered, thing_named
from monitor.desk.queue.words import words
from monitor.storage import attachments, waiting
from monitor.storage.board_rows import BoardCaseRow
from monitor.storage.waiting import Waits
from rules.cases.model import InstitutionAnswer

CONFLICT = 409
DEPUTY = "deputy"  # the deputy head's screen, among the lists that a form may come from


def one(desk: Desk, ask: Ask) -> Answer:
    thing = thing_named(desk, ask, ask.typed("thing"))
    done = decide(desk, ask, thing, ask.typed("do"))
    return Goto(_back(ask), done.said, done.number)


def confirm(desk: Desk, ask: Ask) -> Answer:
    """Before several are decided at once: which they are, each with a box."""
    look = lists.looked(ask, dict.fromkeys(BY_REQUIREMENT, 0))
    if not look.requirement:
        raise NotFoundError
    values = lists.listed(desk, ask, look)
    chosen = next((tab.title for tab in values["requirements"] if tab.is_here), None)
    if chosen is None:
        raise RefusedPageError([words("faults", "gone")])
    head = {"look": look, "title": chosen, "is_all": ask.query.get("all") == "1"}
    address = f"/several?{urlencode({'what': look.what, 'requirement': look.requirement})}"
    return Page("several.html.j2", {**head, "address": address, **values})


def several(desk: Desk, ask: Ask) -> Answer:
    """Each by itself: what could not be decided is told, the rest stands."""
    names = ask.ticked("thing")[: waiting.PAGE]
    if not names:
        raise RefusedPageError([words("faults", "nothing")])
    things = [thing_named(desk, ask, name) for name in names]
    made, done, faults = set[int | None](), 0, list[str]()
    for thing in things:
        try:
            made.add(decide(desk, ask, thing, ask.typed("do")).number)
            done += 1
        except UsageError as error:
            if _is_settled_by(desk, thing, made):
                done += 1
            else:
                faults += lines_for(desk, ask, error)
    if faults:
        raise RefusedPageError(_told(done, faults), CONFLICT)
    return Goto(_back(ask, of_all=True), "several", done)


def _is_settled_by(desk: Desk, thing: Thing, made: Set[int | None]) -> bool:
    """One statement may speak of several cases: it is no other's decision then."""
    row = waiting.row_of(desk.application.engine, BoardCaseRow, thing.name)
    return row is not None and row.answer is not None and row.answer in made


def _told(done: int, faults: Sequence[str]) -> Sequence[str]:
    return [words("faults", "some_decided", count=done), *dict.fromkeys(faults)]


def _back(ask: Ask, *, of_all: bool = False) -> str:
    """To the list that he came from; `of_all`: of all requirements, for this one is done with."""
    if ask.typed("what") == DEPUTY:
        return f"/{DEPUTY}"
    known = [what for what in Waits if what == ask.typed("what")]
    if not known:
        return "/"
    requirement = "" if of_all else ask.typed("requirement")
    look = Looked(what=known[0], requirement=requirement, at=1, aside=ask.typed("aside") == "1")
    return look.address()


def file(desk: Desk, ask: Ask) -> Answer:
    """What came with an answer, to be kept."""
    number, at = ask.numbered("number"), ask.numbered("at")
    answer_numbered(desk, ask, number)
    said = on_record(desk.application, number).said
    files = said.attachments if isinstance(said, InstitutionAnswer) else ()
    if not 0 < at <= len(files):
        raise NotFoundError
    content = attachments.content_of(desk.application.engine, files[at - 1].digest)
    if content is None:
        raise RefusedPageError([words("faults", "no_file")], 404)
    return File(files[at - 1].name, content)
