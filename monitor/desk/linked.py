"""Who comes by a link: nobody with an account, and one institution's page alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitor.desk.ground import Desk
from monitor.desk.model import Ask, NotFoundError, RefusedPageError, Role, Visitor
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


@dataclass(frozen=True, slots=True)
class Day:
    """A link's day: what comes by it is counted against that, and bounded."""

    link: Link
    on: date


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
        today=town.day_of(ask.now),
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


def take_bytes(desk: Desk, ask: Ask, size: int) -> Day:
    """Of the link's day, before they are read: what is refused later has come as well, and so has
    what comes by a link that is dead. Raises NotFoundError, RefusedPageError where the day is full.
    """
    link = links.by_token(desk.application.engine, ask.parts[TOKEN])
    if link is None:
        raise NotFoundError
    day = Day(link, _local_day(desk, link, ask.now))
    if not links.take_bytes(desk.application.engine, day.link, day.on, size):
        raise day_is_full()
    return day


def give_back_bytes(desk: Desk, day: Day, size: int) -> None:
    links.give_back_bytes(desk.application.engine, day.link, day.on, size)


def _local_day(desk: Desk, link: Link, now: datetime) -> date:
    """Of its municipality, as long as the registry has it."""
    towns = {one.id: one.timezone for one in desk.application.municipalities}
    zone = towns.get(link.municipality, desk.settings.schedule.timezone)
    return now.astimezone(zone).date()


def day_is_full() -> RefusedPageError:
    return RefusedPageError([desk_word("link", "day_is_full", most=links.MOST_ANSWERS)], 429)
