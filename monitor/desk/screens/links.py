"""For the office: the links that an institution was given, how each was used, and their end."""

from __future__ import annotations

from monitor.desk.gate.calling import Callings
from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Ask, Goto, NotFoundError, Page
from monitor.storage import journal, links
from monitor.storage.journal import Entry, What
from monitor.storage.links import Link
from reports.ground import name_of
from rules.model import Institution


def page(desk: Desk, ask: Ask) -> Answer:
    institution = _institution(desk, ask)
    given = links.of(desk.application.engine, institution.municipality, institution.id)
    values = {
        "institution": institution,
        "name": name_of(institution),
        "zone": desk.town(ask, institution.municipality).timezone,
        "links": given,
        "called": Callings(desk, ask),
        "live": {one.number for one in given if one.is_live(ask.now)},
        "days": links.days_of(desk.application.engine, [one.number for one in given]),
    }
    return Page("links.html.j2", values)


def end(desk: Desk, ask: Ask) -> Answer:
    """One, by one click; whoever is second is not told otherwise: it is ended."""
    institution, link = _institution(desk, ask), _link(desk, ask)
    if links.end(desk.application.engine, link.number, by=ask.visitor.name, at=ask.now):
        journal.note(desk.application.engine, _entry(ask, institution, link))
    return Goto(f"/institutions/{institution.municipality}/{institution.id}/links", "link_ended")


def _institution(desk: Desk, ask: Ask) -> Institution:
    return desk.institution(ask, ask.parts["town"], ask.parts["institution"])


def _link(desk: Desk, ask: Ask) -> Link:
    """Raises NotFoundError for another institution's."""
    institution = _institution(desk, ask)
    found = links.by_number(desk.application.engine, ask.numbered("number"))
    own = (institution.municipality, institution.id)
    if found is None or (found.municipality, found.institution) != own:
        raise NotFoundError
    return found


def _entry(ask: Ask, institution: Institution, link: Link) -> Entry:
    who = ask.visitor
    return Entry(
        at=ask.now,
        what=What.LINK_ENDED,
        account=who.account,
        who=who.name,
        role=str(who.role),
        address=ask.address,
        municipality=institution.municipality,
        institution=institution.id,
        detail=f"№ {link.number}",
    )
