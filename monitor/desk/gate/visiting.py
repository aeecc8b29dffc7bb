"""Who a browser's session makes him, and where he stands on the way in."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from monitor.desk.gate.entering import Door, Owed, owed
from monitor.desk.ground import Desk
from monitor.desk.model import Ask, Cookie, Goto, Role, Visitor
from monitor.storage import sessions
from monitor.storage.accounts import REGION, Account
from monitor.storage.database import StorageError
from monitor.storage.sessions import Stay

log = logging.getLogger(__name__)

SESSION = "dozor_session"
STEPS: Mapping[Owed, str] = {
    Owed.CODE: "/login/code",
    Owed.OWN_PASSWORD: "/login/password",
    Owed.SECOND_FACTOR: "/enrol",
}


def visitor_by_session(desk: Desk, cookies: Mapping[str, str]) -> Visitor | None:
    key = cookies.get(SESSION, "")
    stay = _stay(desk, key)
    if stay is None:
        return None
    if owed(stay):
        return Visitor(role=Role.ENTERING, secret=key)
    _note_seen(desk, stay)
    account = stay.account
    return Visitor(
        role=Role(account.role),
        account=account.number,
        name=account.name,
        towns=_seen_by(desk, account),
        secret=key,
    )


def _seen_by(desk: Desk, account: Account) -> frozenset[str] | None:
    """Whoever answers for all there are sees what belongs to none, such as an unclear letter."""
    towns = towns_of(account)
    there_are = {town.id for town in desk.application.municipalities}
    return None if towns is None or (towns and towns >= there_are) else towns


def towns_of(account: Account) -> frozenset[str] | None:
    """Only the region sees all there are by naming none."""
    if account.role == REGION and not account.municipalities:
        return None
    return frozenset(account.municipalities)


def _note_seen(desk: Desk, stay: Stay) -> None:
    """Not worth a page that somebody waits for."""
    try:
        sessions.note_seen(desk.application.engine, stay, desk.clock())
    except StorageError:
        log.warning("when a session was last seen could not be noted")


def _stay(desk: Desk, key: str) -> Stay | None:
    return sessions.found(desk.application.engine, key, desk.clock()) if key else None


def stay_of(desk: Desk, ask: Ask) -> Stay | None:
    """The session of whoever asks."""
    return _stay(desk, ask.cookies.get(SESSION, ""))


def door(desk: Desk, ask: Ask) -> Door:
    return Door(
        engine=desk.application.engine,
        now=ask.now,
        hours=desk.settings.desk.session_hours,
        address=ask.address,
        agent=ask.agent,
    )


def onward(desk: Desk, key: str, path: str = "/", said: str = "") -> Goto:
    """With a new session's key: to what is still owed, or in."""
    stay = _stay(desk, key)
    left = owed(stay) if stay else None
    cookies = (Cookie(name=SESSION, value=key),)
    if stay is None or left:
        return Goto(STEPS[left] if left else "/", said, cookies=cookies)
    return Goto(path or "/", said, cookies=cookies, enters=Role(stay.account.role))
