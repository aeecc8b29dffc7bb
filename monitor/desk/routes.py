"""Every address of the desk: its method, who may come there, its screen. Nothing else is served."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from monitor.desk.model import ANYBODY, DECIDERS, OPERATORS, PEOPLE, Role, Screen
from monitor.desk.screens import acts, health, institution, send, start

ONE = "/institutions/{town}/{institution}"


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str  # as Starlette writes it: /institutions/{town}/{institution}
    screen: Screen
    who: Set[Role]


ROUTES: tuple[Route, ...] = (
    Route("GET", "/healthz", health.page, ANYBODY),
    Route("GET", "/", start.page, PEOPLE),
    Route("GET", "/send", send.page, OPERATORS),
    Route("POST", "/send/plan", send.compose, OPERATORS),
    Route("POST", "/send", send.decide, OPERATORS),
    Route("POST", "/send/line", send.in_line, OPERATORS),
    Route("GET", ONE, institution.page, PEOPLE),
    Route("POST", f"{ONE}/read", institution.read_now, OPERATORS),
    Route("GET", f"{ONE}/attest", acts.form("attest"), OPERATORS),
    Route("POST", f"{ONE}/attest", acts.done("attest"), OPERATORS),
    Route("GET", f"{ONE}/waive", acts.form("waive"), DECIDERS),
    Route("POST", f"{ONE}/waive", acts.done("waive"), DECIDERS),
    Route("GET", f"{ONE}/dispute", acts.form("dispute"), OPERATORS),
    Route("POST", f"{ONE}/dispute", acts.done("dispute"), OPERATORS),
    Route("GET", f"{ONE}/close-dispute", acts.form("close-dispute"), OPERATORS),
    Route("POST", f"{ONE}/close-dispute", acts.done("close-dispute"), OPERATORS),
    Route("GET", f"{ONE}/assign", acts.form("assign"), DECIDERS),
    Route("POST", f"{ONE}/assign", acts.done("assign"), DECIDERS),
    Route("GET", f"{ONE}/tell", acts.form("tell"), OPERATORS),
    Route("POST", f"{ONE}/tell", acts.done("tell"), OPERATORS),
    Route("GET", f"{ONE}/statements/{{number}}/undo", acts.undo_form, OPERATORS),
    Route("POST", f"{ONE}/statements/{{number}}/undo", acts.undone, OPERATORS),
)
