"""Letters that were put aside, and mail of which it is not clear what it answers."""

from __future__ import annotations

from typing import get_args

from collectors.errors import UsageError
from monitor.cases.board import refresh
from monitor.desk.gate.noting import note
from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Ask, Goto, NotFoundError, RefusedPageError
from monitor.desk.queue.words import words
from monitor.mail.inbox.placing import Understood, dismiss, place, requirement_of
from monitor.storage import outbox, received, waiting
from monitor.storage.journal import What
from monitor.storage.received import Received
from rules.cases.model import AnswerKind

LETTERS, MAIL = "/?what=letters", "/?what=mail"


def retry(desk: Desk, ask: Ask) -> Answer:
    """Back in line, to go at once."""
    number, engine = ask.numbered("number"), desk.application.engine
    if number not in {one.number for one in waiting.parked_letters(engine, ask.visitor.towns)}:
        raise _gone_error()
    outbox.requeue(engine, ask.now, number)
    note(desk, ask, What.SENT, detail=words("noted", "again", number=number))
    return Goto(LETTERS, "in_line")


def put_aside(desk: Desk, ask: Ask) -> Answer:
    """No answer at all: an advertisement, a letter that went astray."""
    number = _came(desk, ask).number
    if not (reason := ask.typed("reason")):
        raise UsageError([words("faults", "no_reason")])
    dismiss(desk.application, number, reason, by=ask.visitor.name)
    told = words("noted", "dismissed", number=number, reason=reason)
    note(desk, ask, What.PLACED, detail=told)
    return Goto(MAIL, "dismissed")


def place_mail(desk: Desk, ask: Ask) -> Answer:
    """An answer of this institution, which waits like any other."""
    came, kind = _came(desk, ask), ask.typed("kind")
    town, _, name = ask.typed("institution").partition("/")
    institution = desk.institution(ask, town, name)
    if kind not in get_args(AnswerKind):
        raise UsageError([words("faults", "gone")])
    how = Understood(kind=kind, requirement=requirement_of(came.kept))
    made = place(desk.application, came.number, institution, how, by=ask.visitor.name)
    note(desk, ask, What.PLACED, town=town, institution=name, statement=made)
    refresh(desk.application, [institution])
    return Goto("/?what=answers", "placed", made)


def _came(desk: Desk, ask: Ask) -> Received:
    """Of whom a message comes is not known: only who sees all municipalities may read it."""
    if ask.visitor.towns is not None:
        raise NotFoundError
    found = received.by_number(desk.application.engine, ask.numbered("number"))
    if found is None:
        raise _gone_error()
    return found


def _gone_error() -> RefusedPageError:
    return RefusedPageError([words("faults", "gone")], 404)
