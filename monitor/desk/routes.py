"""Every address of the desk: its method, who may come there, its screen. Nothing else is served."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from monitor.desk.model import ANYBODY, DECIDERS, OPERATORS, PEOPLE, Role, Screen
from monitor.desk.screens import (
    account,
    decisions,
    health,
    journal,
    login,
    post,
    start,
    summary,
)

HALF_IN = frozenset({Role.ENTERING})
COMING = frozenset({Role.GUEST, *HALF_IN, *PEOPLE})


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str  # as Starlette writes it: /institutions/{town}/{institution}
    screen: Screen
    who: Set[Role]
    hashes: bool = False  # a password: few at a time, so that nobody waits for them to read a page


ROUTES: tuple[Route, ...] = (
    Route("GET", "/healthz", health.page, ANYBODY),
    Route("GET", "/", start.page, PEOPLE),
    Route("GET", "/login", login.page, COMING),
    Route("POST", "/login", login.enter, COMING, hashes=True),
    Route("GET", "/login/code", login.next_step, HALF_IN),
    Route("POST", "/login/code", login.give_code, HALF_IN),
    Route("GET", "/login/password", login.own_password, HALF_IN),
    Route("POST", "/login/password", login.choose_password, HALF_IN, hashes=True),
    Route("GET", "/enrol", login.enrolment, HALF_IN | PEOPLE),
    Route("POST", "/enrol", login.enrol, HALF_IN | PEOPLE),
    Route("POST", "/logout", login.leave, COMING),
    Route("GET", "/account", account.page, PEOPLE),
    Route("POST", "/account/password", account.change_password, PEOPLE, hashes=True),
    Route("POST", "/account/second-factor", account.offer_second_factor, PEOPLE, hashes=True),
    Route("POST", "/account/sessions", account.end_sessions, PEOPLE),
    Route("GET", "/journal", journal.page, DECIDERS),
    Route("GET", "/journal.csv", journal.export, DECIDERS),
    Route("POST", "/decide", decisions.one, DECIDERS),
    Route("GET", "/several", decisions.confirm, DECIDERS),
    Route("POST", "/several", decisions.several, DECIDERS),
    Route("GET", "/answers/{number}/files/{at}", decisions.file, DECIDERS),
    Route("POST", "/letters/{number}/retry", post.retry, OPERATORS),
    Route("POST", "/mail/{number}/place", post.placed, OPERATORS),
    Route("POST", "/mail/{number}/dismiss", post.put_aside, OPERATORS),
    Route("GET", "/summary", summary.page, PEOPLE),
    Route("GET", "/summary.{kind}", summary.download, PEOPLE),
    Route("POST", "/summary/filters", summary.keep, PEOPLE),
    Route("POST", "/summary/filters/{number}/drop", summary.drop, PEOPLE),
)
