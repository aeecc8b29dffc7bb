"""Every address of the desk: its method, who may come there, its screen. Nothing else is served."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from monitor.desk.model import ANYBODY, PEOPLE, Role, Screen
from monitor.desk.screens import health, start


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str  # as Starlette writes it: /institutions/{town}/{institution}
    screen: Screen
    who: Set[Role]


ROUTES: tuple[Route, ...] = (
    Route("GET", "/healthz", health.page, ANYBODY),
    Route("GET", "/", start.page, PEOPLE),
)
