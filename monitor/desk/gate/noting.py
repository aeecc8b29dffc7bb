"""What a screen did, in the journal: one line where it is done."""

from __future__ import annotations

from monitor.desk.ground import Desk
from monitor.desk.model import Ask, Role
from monitor.storage import journal
from monitor.storage.journal import Entry, What


def note(
    desk: Desk,
    ask: Ask,
    what: What,
    *,
    town: str | None = None,
    institution: str | None = None,
    statement: int | None = None,
    detail: str = "",
) -> None:
    """`statement`: the number of what was recorded, so that the journal tells it once.

    Call it after the change: what is noted has happened.
    """
    visitor = ask.visitor
    entry = Entry(
        at=ask.now,
        what=what,
        account=visitor.account,
        who=visitor.name,
        role="" if visitor.role is Role.GUEST else visitor.role,
        address=ask.address,
        municipality=town,
        institution=institution,
        statement=statement,
        detail=detail,
    )
    tell = journal.note if statement is None else journal.note_once
    tell(desk.application.engine, entry)
