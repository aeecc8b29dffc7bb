"""Who comes by a link: nobody with an account, and one institution's page alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from monitor.desk.ground import Desk
from monitor.desk.model import Ask, NotFoundError, Role, Visitor
from monitor.desk.rendering import desk_word
from monitor.storage import links
from monitor.storage.journal import Entry, What
from monitor.storage.links import Link
from rules.model import Institution, Municipality

TOKEN = "token"  # the part of a path


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """By which link, of which institution; `today` is the municipality's day."""

    link: Link
    institution: Institution
    town: Municipality
    today: date


def visitor_by_link(desk: Desk, token: str, secret: str) -> Visitor:
    """Whatever account the browser may have besides: here he is the institution, or a guest."""
    link = links.by_token(desk.application.engine, token)
    if link is None or not link.is_live(desk.clock()):
        return Visitor(role=Role.GUEST, secret=secret, is_late=link is not None)
    return Visitor(role=Role.INSTITUTION, towns=frozenset({link.municipality}), secret=secret)


def came(desk: Desk, ask: Ask) -> Came:
    """Raises NotFoundError, also where the institution has left the registry."""
    link = links.by_token(desk.application.engine, ask.parts[TOKEN])
    if link is None or not link.is_live(ask.now):
        raise NotFoundError
    institution = desk.institution(ask, link.municipality, link.institution)
    town = desk.town(ask, link.municipality)
    return Came(
        link=link,
        institution=institution,
        town=town,
        today=ask.now.astimezone(town.timezone).date(),
    )


def told(came: Came, ask: Ask, what: What, statement: int | None = None) -> Entry:
    """For the journal: what was done by this link."""
    return Entry(
        at=ask.now,
        what=what,
        who=desk_word("link", "by", number=came.link.number),
        role=Role.INSTITUTION,
        address=ask.address,
        municipality=came.town.id,
        institution=came.institution.id,
        statement=statement,
    )
