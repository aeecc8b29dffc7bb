"""An institution: its nights, cases, people, letters; reading it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from collectors.errors import UsageError
from monitor.cases.close import CloseLook, close_look
from monitor.desk.gate.noting import note
from monitor.desk.ground import Desk
from monitor.desk.institution.view import View
from monitor.desk.institution.words import words
from monitor.desk.model import DECIDERS, OPERATORS, Answer, Ask, Goto, Page
from monitor.desk.rendering import moment
from monitor.storage import orders
from monitor.storage.addressed import messages_in
from monitor.storage.journal import What
from monitor.storage.orders import Kind, Order
from monitor.storage.roles import institution_of
from reports.ground import name_of
from reports.words import word
from rules.model import Institution

LETTERS = 12


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """What became of a reading that somebody has ordered."""

    at: str
    by: str
    state: str
    done: int
    total: int
    told: str
    is_open: bool


def path_of(institution: Institution) -> str:
    return f"/institutions/{institution.municipality}/{institution.id}"


def look_closely(desk: Desk, ask: Ask) -> CloseLook:
    """Raises NotFoundError."""
    town = desk.town(ask, ask.parts["town"])
    institution = desk.institution(ask, town.id, ask.parts["institution"])
    return close_look(desk.application, town, institution)


def page(desk: Desk, ask: Ask) -> Answer:
    look = look_closely(desk, ask)
    institution, zone = look.institution, look.municipality.timezone
    private = ask.visitor.role in OPERATORS
    view = View(desk.application, look, private=private)
    cases = view.cases()
    engine = desk.application.engine
    last = orders.newest(engine, [Kind.READ], institution.key)
    return Page(
        "institution-page.html.j2",
        {
            "institution": institution,
            "path": path_of(institution),
            "name": name_of(institution),
            "town": look.municipality.name,
            "kind": word("kinds", institution.kind),
            "zone": zone,
            "last": look.nights[0].night.at if look.nights else None,
            "open_cases": [one for one in cases if one.is_open],
            "settled": [one for one in cases if not one.is_open],
            "nights": view.nights(),
            "compared": len(look.nights),
            "more_nights": look.more_nights,
            "statements": view.statements(),
            "people": view.people(),
            "pages": tuple(view.pages()),
            "letters": messages_in(engine, institution_of(institution.key), LETTERS),
            "reading": _reading(last[0], zone, private=private) if last else None,
            "may_operate": private,
            "may_decide": ask.visitor.role in DECIDERS,
        },
    )


def _reading(order: Order, zone: tzinfo, *, private: bool) -> ReadingLine:
    return ReadingLine(
        moment(order.ordered_at, zone),
        order.ordered_by if private else "",
        order.state,
        order.done,
        order.total,
        order.told,
        order.is_open,
    )


def read_now(desk: Desk, ask: Ask) -> Answer:
    """Ordered, not done: a page does not wait for networks."""
    institution = desk.institution(ask, ask.parts["town"], ask.parts["institution"])
    if not (institution.site or institution.pages):
        raise UsageError([words("fault", "nothing_to_read")])
    number = orders.put(
        desk.application.engine,
        Kind.READ,
        institution.key,
        {"names": [institution.key]},
        by=ask.visitor.name,
        at=ask.now,
        taken=words("fault", "ordered"),
    )
    town, name = institution.municipality, institution.id
    note(desk, ask, What.REREAD, town=town, institution=name)
    return Goto(f"{path_of(institution)}#reading", "reading_ordered", number)
