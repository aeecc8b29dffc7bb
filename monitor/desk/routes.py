"""Every address of the desk: its method, who may come there, its screen. Nothing else is served."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from monitor.desk.model import ANYBODY, DECIDERS, OPERATORS, PEOPLE, Role, Screen
from monitor.desk.screens import decisions, health, post, start, summary


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str  # as Starlette writes it: /institutions/{town}/{institution}
    screen: Screen
    who: Set[Role]


ROUTES: tuple[Route, ...] = (
    Route("GET", "/healthz", health.page, ANYBODY),
    Route("GET", "/", start.page, PEOPLE),
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
