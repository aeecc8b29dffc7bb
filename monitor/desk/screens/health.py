"""Whether the desk answers at all: for a proxy or a container."""

from __future__ import annotations

from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Ask, Text


def page(desk: Desk, ask: Ask) -> Answer:
    return Text("ok\n")
