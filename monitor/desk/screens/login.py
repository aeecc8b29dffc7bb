"""The way in: name and password, the code, a password of one's own, the second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from collectors.errors import UsageError
from monitor.desk.gate import codes, entering
from monitor.desk.gate.entering import OverError, Owed, owed
from monitor.desk.gate.visiting import SESSION, STEPS, door, onward, stay_of
from monitor.desk.gate.words import words
from monitor.desk.ground import Desk
from monitor.desk.model import PEOPLE, Answer, Ask, Cookie, Goto, Page
from monitor.storage import accounts
from monitor.storage.attempts import TooManyError
from monitor.storage.sessions import Stay


def page(desk: Desk, ask: Ask) -> Answer:
    if ask.visitor.role in PEOPLE:
        return Goto("/")
    is_empty = not accounts.has_any(desk.application.engine)
    return Page("login.html.j2", {"next": ask.query.get("next", ""), "is_empty": is_empty})


def enter(desk: Desk, ask: Ask) -> Answer:
    onto = ask.typed("next")

    def entered() -> Answer:
        typed, password = ask.typed("name"), as_typed(ask, "password")
        key = entering.log_in(door(desk, ask), typed, password, old=stay_of(desk, ask))
        return _with_next(onward(desk, key, onto), onto)

    return attempt(entered, "login.html.j2", {"next": onto, "name": ask.typed("name")})


def as_typed(ask: Ask, name: str) -> str:
    """A password may begin with a blank."""
    return next(iter(ask.form.get(name, ())), "")


def _with_next(goto: Goto, onto: str) -> Goto:
    """Where he wanted to go is kept until he is in."""
    if goto.path == onto or not onto or goto.path not in STEPS.values():
        return goto
    return Goto(f"{goto.path}?{urlencode({'next': onto})}", cookies=goto.cookies)


def attempt(step: Callable[[], Answer], template: str, values: dict[str, Any]) -> Answer:
    """The same page again, with what was wrong, where it was."""
    try:
        return step()
    except OverError:
        return Goto("/login", cookies=(Cookie(name=SESSION, value=None),))
    except TooManyError as error:
        return Page(template, {**values, "lines": error.lines}, 429)
    except UsageError as error:
        return Page(template, {**values, "lines": error.lines}, 400)


# --- what is still owed -------------------------------------------------------------------------


def next_step(desk: Desk, ask: Ask) -> Answer:
    """The code; or whichever other step the session stands before."""
    return _before(desk, ask, Owed.CODE, "login-code.html.j2")


def give_code(desk: Desk, ask: Ask) -> Answer:
    def given(stay: Stay) -> str:
        return entering.give_code(door(desk, ask), stay, ask.typed("code"))

    return _take(desk, ask, Owed.CODE, "login-code.html.j2", given)


def own_password(desk: Desk, ask: Ask) -> Answer:
    return _before(desk, ask, Owed.OWN_PASSWORD, "login-password.html.j2")


def choose_password(desk: Desk, ask: Ask) -> Answer:
    def chosen(stay: Stay) -> str:
        new, again = as_typed(ask, "new"), as_typed(ask, "again")
        return entering.change_password(door(desk, ask), stay, "", new, again)

    return _take(desk, ask, Owed.OWN_PASSWORD, "login-password.html.j2", chosen)


def _before(desk: Desk, ask: Ask, step: Owed, template: str) -> Answer:
    stay = stay_of(desk, ask)
    is_here = stay and owed(stay) is step
    return Page(template, {"next": _onto(ask)}) if is_here else _elsewhere(stay)


def _take(desk: Desk, ask: Ask, step: Owed, template: str, take: Callable[[Stay], str]) -> Answer:
    stay, onto = stay_of(desk, ask), _onto(ask)
    if stay is None or owed(stay) is not step:
        return _elsewhere(stay)

    def taken() -> Answer:
        return _with_next(onward(desk, take(stay), onto), onto)

    return attempt(taken, template, {"next": onto})


def _elsewhere(stay: Stay | None) -> Goto:
    """Where he belongs."""
    if stay is None:
        return Goto("/login")
    left = owed(stay)
    return Goto(STEPS[left] if left else "/")


def _onto(ask: Ask) -> str:
    return ask.typed("next") or ask.query.get("next", "")


# --- the second factor --------------------------------------------------------------------------


def enrolment(desk: Desk, ask: Ask) -> Answer:
    stay = _enrolling(desk, ask)
    return (
        Page("enrol.html.j2", {**_enrolment_values(stay), "next": _onto(ask)})
        if stay
        else _back(desk, ask)
    )


def enrol(desk: Desk, ask: Ask) -> Answer:
    stay, onto = _enrolling(desk, ask), _onto(ask)
    if stay is None:
        return _back(desk, ask)
    path = onto or ("/" if owed(stay) else "/account")

    def enrolled() -> Answer:
        key = entering.set_second_factor(door(desk, ask), stay, ask.typed("code"))
        return onward(desk, key, path, "second_factor_set")

    return attempt(enrolled, "enrol.html.j2", {**_enrolment_values(stay), "next": onto})


def _enrolling(desk: Desk, ask: Ask) -> Stay | None:
    """A session in which a second factor is being set up, and nothing else is owed before it."""
    stay = stay_of(desk, ask)
    is_time = stay and stay.offered and owed(stay) in (None, Owed.SECOND_FACTOR)
    return stay if is_time else None


def _back(desk: Desk, ask: Ask) -> Goto:
    stay = stay_of(desk, ask)
    return _elsewhere(stay) if stay is None or owed(stay) else Goto("/account")


def _enrolment_values(stay: Stay) -> dict[str, Any]:
    assert stay.offered
    return {
        "picture": codes.picture(stay.offered, stay.account.name),
        "secret": codes.in_groups(stay.offered),
        "is_owed": owed(stay) is Owed.SECOND_FACTOR,
        "role": words("roles", stay.account.role),
    }


def leave(desk: Desk, ask: Ask) -> Answer:
    if stay := stay_of(desk, ask):
        entering.leave(door(desk, ask), stay)
    return Goto("/login", "logged_out", cookies=(Cookie(name=SESSION, value=None),))
