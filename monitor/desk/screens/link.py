"""An institution's page: whose it is, by which letter, what is asked of it and what it answered.

Opening it changes nothing but the journal: mail scanners open links before people do.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from monitor.desk.asked_of import everything
from monitor.desk.ground import Desk
from monitor.desk.linked import TOKEN, Came, came, told
from monitor.desk.model import Answer, Ask, Goto, Page, Role
from monitor.desk.rendering import desk_word
from monitor.mail.linking import PATH
from monitor.mail.new_link import send_new_link
from monitor.reporting.settling import sender_of
from monitor.storage import journal, links
from monitor.storage.database import StorageError
from monitor.storage.journal import What
from monitor.storage.links import SAMPLE, Link
from reports.ground import name_of
from reports.words import count


def page(desk: Desk, ask: Ask) -> Answer:
    """Also for a link that leads nowhere any more: it says how to get another."""
    if ask.visitor.role is not Role.INSTITUTION:
        return _dead(desk, ask)
    who = came(desk, ask)
    _note(desk, who, ask)
    values = {
        **common(desk, who),
        "all": everything(desk.application, who),
        "days": count(links_days_left(who, ask.now), "day"),
    }
    return Page("link.html.j2", values)


def common(desk: Desk, who: Came) -> dict[str, object]:
    """What every page of the institution says."""
    sender = sender_of(desk.application)
    authority = who.town.by_id.get(who.town.authority or "")
    phones = authority.phones if authority else ()
    return {
        "came": who,
        "name": name_of(who.institution),
        "authority": sender.signature or (name_of(authority) if authority else who.town.name),
        "phone": sender.phone or next(iter(phones), ""),
        "zone": who.town.timezone,
    }


def links_days_left(who: Came, now: datetime) -> int:
    return max(1, (who.link.ends_at - now).days)


def _note(desk: Desk, who: Came, ask: Ask) -> None:
    """Each opening is counted, the first of a day stands in the office's journal. The page is shown
    also where neither can be written just now."""
    engine = desk.application.engine
    with suppress(StorageError):
        if links.note_opening(engine, who.link, who.today, ask.now):
            journal.note(engine, told(who, ask, What.LINK_OPENED))


def _dead(desk: Desk, ask: Ask) -> Page:
    """Whose it was is not told: the link may be in other hands."""
    token = ask.parts[TOKEN]
    known = links.by_token(desk.application.engine, token)
    home = f"{PATH}{token}"
    values = {"home": home, "is_sample": token == SAMPLE, "is_known": known is not None}
    return Page("link-dead.html.j2", values, 410 if known else 404)


# --- changes ------------------------------------------------------------------------------------


def new(desk: Desk, ask: Ask) -> Answer:
    """To the registered address and to no other; who asks learns nothing of it."""
    link = links.by_token(desk.application.engine, ask.parts[TOKEN])
    if link is not None and not link.is_live(ask.now):
        _send_new(desk, link, ask.now)
    return Goto(f"{PATH}{ask.parts[TOKEN]}", "new_link")


def _send_new(desk: Desk, link: Link, now: datetime) -> None:
    application = desk.application
    town = next((one for one in application.municipalities if one.id == link.municipality), None)
    institution = town.by_id.get(link.institution) if town else None
    if town is None or institution is None or not institution.emails:
        return
    today = town.day_of(now)
    if links.take_new(application.engine, link, today):
        send_new_link(application, institution)


def end(desk: Desk, ask: Ask) -> Answer:
    who = came(desk, ask)
    by = desk_word("link", "by_itself", number=who.link.number)
    engine = desk.application.engine
    if links.end(engine, who.link.number, by=by, at=ask.now):
        journal.note(engine, told(who, ask, What.LINK_ENDED))
    return Goto(f"{PATH}{ask.parts[TOKEN]}", "link_ended")
