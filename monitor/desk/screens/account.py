"""One's own account: where one is in, the password, the second factor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.desk.gate import entering
from monitor.desk.gate.entering import OverError
from monitor.desk.gate.visiting import door, onward, stay_of
from monitor.desk.gate.words import browser, words
from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Ask, Goto, Page
from monitor.desk.screens.login import as_typed, attempt
from monitor.storage import sessions
from monitor.storage.sessions import Stay

TEMPLATE = "account.html.j2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one is in."""

    number: int
    browser: str
    address: str
    since: datetime
    seen: datetime
    until: datetime
    is_here: bool


def page(desk: Desk, ask: Ask) -> Answer:
    return Page(TEMPLATE, _values(desk, ask))


def _values(desk: Desk, ask: Ask) -> dict[str, Any]:
    stay = _stay(desk, ask)
    account = stay.account
    towns = {town.id: town.name for town in desk.towns(ask)}
    return {
        "account": account,
        "role": words("roles", account.role),
        "towns": [towns.get(one, one) for one in account.municipalities],
        "places": _places(desk, ask, stay),
        "zone": desk.settings.schedule.timezone,
    }


def _stay(desk: Desk, ask: Ask) -> Stay:
    if stay := stay_of(desk, ask):
        return stay
    raise OverError([words("entry", "over")])  # it has ended since the request was let through


def _places(desk: Desk, ask: Ask, here: Stay) -> tuple[Place, ...]:
    found = sessions.of_account(desk.application.engine, here.account.number, ask.now)
    return tuple(
        Place(
            number=one.number,
            browser=browser(one.agent),
            address=one.address,
            since=one.created_at,
            seen=one.seen_at,
            until=one.until,
            is_here=one.number == here.number,
        )
        for one in found
    )


def change_password(desk: Desk, ask: Ask) -> Answer:
    old, new, again = (as_typed(ask, name) for name in ("old", "new", "again"))

    def changed() -> Answer:
        key = entering.change_password(door(desk, ask), _stay(desk, ask), old, new, again)
        return onward(desk, key, "/account", "password_changed")

    return attempt(changed, TEMPLATE, _values(desk, ask))


def offer_second_factor(desk: Desk, ask: Ask) -> Answer:
    def offered() -> Answer:
        stay = _stay(desk, ask)
        entering.offer_second_factor(door(desk, ask), stay, as_typed(ask, "password"))
        return Goto("/enrol")

    return attempt(offered, TEMPLATE, _values(desk, ask))


def end_sessions(desk: Desk, ask: Ask) -> Answer:
    """One of them by its number, or all but this one."""
    stay, number = _stay(desk, ask), ask.typed("session")
    if number.isascii() and number.isdigit() and len(number) < 19:
        entering.end_session(door(desk, ask), stay, int(number))
    elif number == "others":
        entering.end_others(door(desk, ask), stay)
    return Goto("/account", "sessions_ended")
