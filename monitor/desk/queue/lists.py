"""Which list is looked at, what stands in it, and what is said above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from monitor.desk.ground import Desk
from monitor.desk.model import Ask, Role
from monitor.desk.queue.items import Item, Items, titles_of
from monitor.desk.queue.words import words
from monitor.mail.inbox.said import reason_of
from monitor.mail.recipients import to_whom
from monitor.mail.release import unreleased
from monitor.storage import audits, board, received, waiting
from monitor.storage.received import Received
from monitor.storage.waiting import PAGE, WaitingFilter, Waits

OLD = timedelta(minutes=10)  # then the board is told to be behind
BY_REQUIREMENT = (Waits.ANSWERS, Waits.REVIEWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    address: str
    title: str
    count: int
    is_here: bool
    requirement: str = ""  # where it is one's


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the address asks for."""

    what: Waits
    requirement: str
    at: int
    aside: bool

    def address(self, **other: str) -> str:
        told = {"what": str(self.what), "requirement": self.requirement}
        told |= {"aside": "1" if self.aside else ""} | other
        return f"/?{urlencode({name: it for name, it in told.items() if it})}"


def counts_of(desk: Desk, ask: Ask) -> Mapping[Waits, int]:
    """Letters and mail are an operator's business."""
    found = waiting.counts(desk.application.engine, ask.visitor.towns, today_of(desk, ask))
    hidden = () if ask.visitor.role is Role.OPERATOR else (Waits.LETTERS, Waits.MAIL)
    return {what: found[what] for what in Waits if what not in hidden}


def today_of(desk: Desk, ask: Ask) -> date:
    """Of the first municipality that he sees; those of a region are hours apart at most."""
    zones = [one.timezone for one in desk.towns(ask)] or [desk.settings.schedule.timezone]
    return ask.now.astimezone(zones[0]).date()


def looked(ask: Ask, counts: Mapping[Waits, int]) -> Looked:
    """What was asked for; else the first list that is not empty."""
    first = next((what for what, count in counts.items() if count), Waits.ANSWERS)
    asked = next((what for what in counts if what == ask.query.get("what")), first)
    return Looked(
        what=asked,
        requirement=ask.query.get("requirement", ""),
        at=page_number(ask),
        aside=ask.query.get("aside") == "1",
    )


def page_number(ask: Ask) -> int:
    typed = ask.query.get("page", "1")
    return max(1, int(typed)) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1


def wanted_of(desk: Desk, ask: Ask, look: Looked) -> WaitingFilter:
    return WaitingFilter(
        what=look.what,
        towns=ask.visitor.towns,
        today=today_of(desk, ask),
        requirement=look.requirement,
        aside=look.aside,
    )


def tabs(counts: Mapping[Waits, int], look: Looked) -> Sequence[Tab]:
    return [
        Tab(
            address=f"/?what={what}",
            title=words("lists", what),
            count=count,
            is_here=what is look.what,
        )
        for what, count in counts.items()
    ]


def listed(desk: Desk, ask: Ask, look: Looked) -> Mapping[str, Any]:
    """The list itself."""
    engine = desk.application.engine
    if look.what is Waits.LETTERS:
        letters = waiting.parked_letters(engine, ask.visitor.towns)
        named = [(one, to_whom(one.role, one.recipient)) for one in letters]
        return {"letters": named, "requirements": ()}
    if look.what is Waits.MAIL:
        found = received.unclear(engine) if ask.visitor.towns is None else ()
        return {"mail": [_message(desk, one) for one in found[:PAGE]], "requirements": ()}
    shown, total = waiting.one_page(engine, wanted_of(desk, ask, look), look.at)
    by_requirement = requirements(desk, ask, look)
    has_several = any(tab.count > 1 for tab in by_requirement)
    return {
        "items": _items(desk, ask, look.what, shown),
        "total": total,
        "last": -(-total // PAGE),
        "at": look.at,
        "requirements": by_requirement,
        "is_unfolded": bool(look.requirement) or (has_several and not look.aside),
    }


def _items(desk: Desk, ask: Ask, what: Waits, shown: Sequence[Any]) -> Sequence[Item]:
    items = Items(desk, ask)
    if what is Waits.ANSWERS:
        return items.answers(shown)
    return items.terms(shown) if what is Waits.TERMS else items.cases(shown)


def requirements(desk: Desk, ask: Ask, look: Looked) -> Sequence[Tab]:
    if look.what not in BY_REQUIREMENT:
        return ()
    every = Looked(what=look.what, requirement="", at=1, aside=look.aside)
    counted = waiting.by_requirement(desk.application.engine, wanted_of(desk, ask, every))
    titles = titles_of(desk.application)
    return [
        Tab(
            address=every.address(requirement=one),
            title=titles.get(one, one),
            count=count,
            is_here=one == look.requirement,
            requirement=one,
        )
        for one, count in counted.items()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    number: int
    at: datetime
    sender: str
    subject: str
    text: str
    reason: str
    institution: str  # municipality/id, as far as it is known
    kind: str


def _message(desk: Desk, came: Received) -> Message:
    kept = came.kept
    return Message(
        number=came.number,
        at=came.arrived_at.astimezone(desk.settings.schedule.timezone),
        sender=kept.sender,
        subject=kept.subject,
        text=kept.text,
        reason=reason_of(kept),
        institution=f"{kept.municipality}/{kept.institution}" if kept.institution else "",
        kind=kept.proposal.kind,
    )


# --- what is said above it ----------------------------------------------------------------------


def held_audit(desk: Desk, ask: Ask) -> int | None:
    """The number of the audit whose report waits for whoever asks to look at it."""
    towns = [one.id for one in desk.towns(ask)]
    last = audits.latest(desk.application.engine, towns, now=ask.now)
    return last.id if last and unreleased(desk.application, last, towns) else None


@dataclass(frozen=True, slots=True)
class Freshness:
    """When the board was last whole; `is_behind`: a reader has to know."""

    at: datetime | None
    is_behind: bool


def freshness(desk: Desk, ask: Ask) -> Freshness:
    at = board.caught_up_at(desk.application.engine)
    local = at.astimezone(desk.settings.schedule.timezone) if at else None
    return Freshness(local, at is None or ask.now - at > OLD)
