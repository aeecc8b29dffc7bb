"""The first page."""

from __future__ import annotations

from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Ask, Page


def page(desk: Desk, ask: Ask) -> Answer:
    return Page("start.html.j2")
