"""The night: what was read and what was not, why, and where; read again what failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from collectors.errors import UsageError
from monitor.desk.gate.noting import note
from monitor.desk.ground import Desk
from monitor.desk.letters import sees_letter
from monitor.desk.model import OPERATORS, Answer, Ask, Goto, Page
from monitor.desk.night import at_work, institutions_of, owners_of, quotas, unread_places
from monitor.desk.orders.sending import newest_whole
from monitor.desk.rendering import desk_word, moment
from monitor.mail.recipients import to_whom
from monitor.storage import heartbeats, kept_back, nights, orders
from monitor.storage.journal import What
from monitor.storage.orders import Kind
from reports.model import Audit

PATH = "/night"
EVERYTHING = "unread"  # the subject of a reading of what failed


def page(desk: Desk, ask: Ask) -> Answer:
    application, zone = desk.application, desk.settings.schedule.timezone
    engine, audit = application.engine, newest_whole(application)
    owners = owners_of(application, desk.towns(ask), audit.as_of) if audit else {}
    reasons, failed = unread_places(engine, audit, owners, zone) if audit else ((), frozenset())
    last = nights.last(engine, ask.now)
    is_operator = ask.visitor.role in OPERATORS
    beat = desk.settings.workers.heartbeat_seconds
    return Page(
        "night.html.j2",
        {
            "path": PATH,
            "zone": zone,
            "audit": audit,
            "age": _hours(audit, ask) if audit else 0,
            "pages": len(owners),
            "unread": len(failed),
            "since": sum(reason.since for reason in reasons),
            "reasons": reasons,
            "issues": _issues(ask, audit) if audit else (),
            "failure": last.failure if last and is_operator else "",
            "failed_at": moment(last.due_at, zone) if last and last.failure else "",
            "quotas": tuple(quotas(application)) if is_operator else (),
            "at_work": tuple(at_work(engine, zone)),
            "workers": heartbeats.alive(engine, beat),
            "parked": _parked(desk, ask) if is_operator else (),
            "reading": _reading(desk, ask, is_operator=is_operator),
            "is_operator": is_operator,
        },
    )


def _hours(audit: Audit, ask: Ask) -> int:
    return max(0, int((ask.now - audit.as_of).total_seconds() // 3600))


def _issues(ask: Ask, audit: Audit) -> Sequence[str]:
    """What the run as a whole was troubled by: of all municipalities together."""
    return [one.text for one in audit.issues] if ask.visitor.towns is None else ()


def _parked(desk: Desk, ask: Ask) -> Sequence[Mapping[str, Any]]:
    known = [one.id for one in desk.application.municipalities]
    return [
        {"to": to_whom(one.role, one.recipient), "subject": one.subject, "answer": one.answer}
        for one in kept_back.standing(desk.application.engine)
        if one.state == "parked" and sees_letter(ask.visitor, one.role, known)
    ]


def _reading(desk: Desk, ask: Ask, *, is_operator: bool) -> Mapping[str, Any] | None:
    found = orders.newest(desk.application.engine, [Kind.READ], _subject(ask))
    if not found:
        return None
    order, zone = found[0], desk.settings.schedule.timezone
    return {
        "at": moment(order.ordered_at, zone),
        "by": order.ordered_by if is_operator else "",
        "state": desk_word("order_states", order.state),
        "done": order.done,
        "total": order.total,
        "told": order.told,
        "is_open": order.is_open,
    }


def _subject(ask: Ask) -> str:
    """Offices of several municipalities order each their own."""
    towns = ask.visitor.towns
    return EVERYTHING if towns is None else f"{EVERYTHING}:{'+'.join(sorted(towns))}"


def read_again(desk: Desk, ask: Ask) -> Answer:
    """The institutions of what failed and has not been read since, from the reserve."""
    application = desk.application
    audit = newest_whole(application)
    names: Sequence[str] = ()
    if audit:
        owners = owners_of(application, desk.towns(ask), audit.as_of)
        zone = desk.settings.schedule.timezone
        _, failed = unread_places(application.engine, audit, owners, zone)
        names = institutions_of(owners, failed)
    if not names:
        raise UsageError([desk_word("night", "nothing")])
    orders.put(
        application.engine,
        Kind.READ,
        _subject(ask),
        {"names": list(names)},
        by=ask.visitor.name,
        at=ask.now,
        taken=desk_word("night", "taken"),
    )
    note(desk, ask, What.REREAD, detail=f"{len(names)}")
    return Goto(PATH, "reading_ordered")
