"""One decision on one thing, as the command line makes it; the board sees it at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from collectors.errors import UsageError
from monitor.cases.answers import accept, reject
from monitor.cases.board import refresh
from monitor.cases.deciding import (
    assign_dispute,
    close_dispute,
    renew,
    settle,
    uphold_dispute,
)
from monitor.desk.gate.noting import note
from monitor.desk.ground import Desk
from monitor.desk.institution.acts import in_fields
from monitor.desk.model import Ask, NotFoundError
from monitor.desk.queue.things import Thing
from monitor.desk.queue.words import words
from monitor.storage import aside
from monitor.storage.journal import What
from monitor.storage.statements import StandsError
from rules.cases.model import InstitutionAnswer

DAYS = ("%Y-%m-%d", "%d.%m.%Y")
OURS = ("registry", "program")  # what may be wrong with us where an objection is right


@dataclass(frozen=True, slots=True)
class Decided:
    """`said`: the key of the sentence that the next page shows."""

    said: str
    number: int | None = None


Act = Callable[[Desk, Ask, Thing], Decided]


def decide(desk: Desk, ask: Ask, thing: Thing, name: str) -> Decided:
    """Raises UsageError where nothing was recorded, as where somebody else was quicker."""
    act = ACTS.get(name)
    if act is None:
        raise UsageError([words("faults", "unknown_act")])
    try:
        done = act(desk, ask, thing)
    except StandsError:
        raise
    except UsageError as error:  # the domain speaks in the words of a form, not of the terminal
        raise UsageError(in_fields(error.lines)) from None
    if what := NOTED.get(name):
        owner = thing.institution
        note(desk, ask, what, town=owner.municipality, institution=owner.id, statement=done.number)
    refresh(desk.application, [thing.institution])
    return done


def _accept(desk: Desk, ask: Ask, thing: Thing) -> Decided:
    number = _number(thing)
    stated = accept(desk.application, number, by=ask.visitor.name)
    is_objection = isinstance(stated.said, InstitutionAnswer) and stated.said.kind == "disagrees"
    return Decided("objected" if is_objection else "accepted", stated.decided[-1].number)


def _reject(desk: Desk, ask: Ask, thing: Thing) -> Decided:
    return _refuse(desk, ask, thing, _given(ask, "reason", "no_reason"), "rejected")


def _ask_again(desk: Desk, ask: Ask, thing: Thing) -> Decided:
    """The answer is not taken as it is: the institution's letter tells what to make clear."""
    question = _given(ask, "question", "no_question")
    return _refuse(desk, ask, thing, words("decisions", "ask", question=question), "asked")


def _refuse(desk: Desk, ask: Ask, thing: Thing, reason: str, said: str) -> Decided:
    number = _number(thing)
    stated = reject(desk.application, number, by=ask.visitor.name, reason=reason)
    return Decided(said, stated.decided[-1].number)


def _settle(desk: Desk, ask: Ask, thing: Thing, *, is_met: bool) -> Decided:
    if thing.key is None:
        raise NotFoundError
    noted = settle(
        desk.application,
        thing.institution,
        thing.key,
        "pass" if is_met else "fail",
        post=_given(ask, "post", "no_post"),
        by=ask.visitor.name,
        document=ask.typed("document"),
    )
    return Decided("looked", noted.recorded.number)


def _met(desk: Desk, ask: Ask, thing: Thing) -> Decided:
    return _settle(desk, ask, thing, is_met=True)


def _not_met(desk: Desk, ask: Ask, thing: Thing) -> Decided:
    return _settle(desk, ask, thing, is_met=False)


def _close(desk: Desk, ask: Ask, thing: Thing) -> Decided:
    if thing.key is None:
        raise NotFoundError
    reason = _given(ask, "reason", "no_reason")
    close_dispute(
        desk.application, thing.institution, thing.key, by=ask.visitor.name, reason=reason
    )
    return Decided("dispute_closed")


def _uphold(desk: Desk, ask: Ask, thing: Thing) -> Decided:
    """The objection is right: by a person's word, where a question was asked."""
    if thing.key is None:
        raise NotFoundError
    noted = uphold_dispute(
        desk.application,
        thing.institution,
        thing.key,
        post=_given(ask, "post", "no_post"),
        by=ask.visitor.name,
        reason=words("decisions", "upheld"),
        document=ask.typed("document"),
    )
    return Decided("upheld", noted.recorded.number)


def _assign(desk: Desk, ask: Ask, thing: Thing) -> Decided:
    """The objection is right, and somebody has to mend what is wrong with us."""
    if thing.key is None:
        raise NotFoundError
    to, ours = _given(ask, "to", "no_to"), ask.typed("ours")
    if ours not in OURS:
        raise UsageError([words("faults", "no_ours")])
    noted = assign_dispute(
        desk.application,
        thing.institution,
        thing.key,
        to=words("mending", ours, to=to),
        until=_day_to_come(desk, ask, thing),
        by=ask.visitor.name,
        reason=words("decisions", ours),
    )
    return Decided("mending", noted.recorded.number)


def _renew(desk: Desk, ask: Ask, thing: Thing) -> Decided:
    if thing.about is None:
        raise NotFoundError
    noted = renew(
        desk.application,
        thing.institution,
        thing.about,
        post=_given(ask, "post", "no_post"),
        by=ask.visitor.name,
        document=ask.typed("document"),
        once=ask.once,
    )
    return Decided("renewed", noted.recorded.number)


def _postpone(desk: Desk, ask: Ask, thing: Thing) -> Decided:
    until = _day_to_come(desk, ask, thing)
    engine = desk.application.engine
    aside.postpone(engine, thing.name, until, by=ask.visitor.name, at=ask.now)
    return Decided("postponed")


def _bring_back(desk: Desk, _: Ask, thing: Thing) -> Decided:
    aside.bring_back(desk.application.engine, thing.name)
    return Decided("brought_back")


ACTS: Mapping[str, Act] = {
    "accept": _accept,
    "reject": _reject,
    "ask": _ask_again,
    "met": _met,
    "not-met": _not_met,
    "close": _close,
    "uphold": _uphold,
    "mend": _assign,
    "renew": _renew,
    "postpone": _postpone,
    "bring-back": _bring_back,
}

NOTED: Mapping[str, What] = {
    **dict.fromkeys(("accept", "reject", "ask"), What.DECIDED),
    **dict.fromkeys(("met", "not-met", "renew", "uphold"), What.RECORDED),
    "mend": What.ASSIGNED,
    "postpone": What.POSTPONED,
    "bring-back": What.BROUGHT_BACK,
}
"""What the journal calls it. A dispute is closed by statements, which it tells itself."""


def _number(thing: Thing) -> int:
    if thing.number is None:
        raise NotFoundError
    return thing.number


def _given(ask: Ask, name: str, fault: str) -> str:
    if not (typed := " ".join(ask.typed(name).split())):
        raise UsageError([words("faults", fault)])
    return typed


def _day_to_come(desk: Desk, ask: Ask, thing: Thing) -> date:
    until, town = _day(ask.typed("until")), desk.town(ask, thing.institution.municipality)
    if until <= town.day_of(ask.now):
        raise UsageError([words("faults", "past_day")])
    return until


def _day(typed: str) -> date:
    """As a browser sends a date, or as people write it."""
    for form in DAYS:
        try:
            return datetime.strptime(typed, form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    raise UsageError([words("faults", "no_day")])
