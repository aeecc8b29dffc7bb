"""Who comes in: the session's or the link's owner, or a guest."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace

from monitor.desk.gate.visiting import visitor_by_session
from monitor.desk.ground import Desk
from monitor.desk.linked import TOKEN, visitor_by_link
from monitor.desk.model import Cookie, Role, Visitor

FIRST_VISIT = "dozor_visit"  # known before anybody logs in: forms are bound to it


def visitor_of(desk: Desk, cookies: Mapping[str, str], parts: Mapping[str, str]) -> Visitor:
    """Of a request with these cookies, to a path with these parts."""
    visit = cookies.get(FIRST_VISIT, "")
    if TOKEN in parts:
        return visitor_by_link(desk, parts[TOKEN], visit)
    return visitor_by_session(desk, cookies) or Visitor(role=Role.GUEST, secret=visit)


def first_visit(visitor: Visitor) -> tuple[Visitor, tuple[Cookie, ...]]:
    """With something that forms can be bound to."""
    if visitor.secret:
        return visitor, ()
    made = secrets.token_urlsafe(32)
    return replace(visitor, secret=made), (Cookie(name=FIRST_VISIT, value=made),)
