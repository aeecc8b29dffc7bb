"""«Заместителю»: what waits for the deputy head, what is assigned, what was decided."""

from __future__ import annotations

from monitor.desk.calendar.deputy import Deputy, waiting_for
from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Ask, Page
from monitor.desk.queue.lists import freshness, held_audit
from monitor.desk.screens.decisions import DEPUTY


def page(desk: Desk, ask: Ask) -> Answer:
    found, held = Deputy(desk, ask), held_audit(desk, ask)
    waits = [found.disputed(), found.unassigned(), found.ending()]
    return Page(
        "deputy.html.j2",
        {
            "look": {"what": DEPUTY, "requirement": "", "aside": False},  # where a form leads back
            "held": held,
            "told": waiting_for(waits, is_held=held is not None),
            **dict(zip(("disputed", "unassigned", "ending"), waits, strict=True)),
            "assigned": found.assigned(),
            "decided": found.decided(),
            "fresh": freshness(desk, ask),
        },
    )
