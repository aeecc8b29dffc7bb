"""«Ждёт меня»: everything on which somebody has to decide."""

from __future__ import annotations

from monitor.desk.ground import Desk
from monitor.desk.model import DECIDERS, Answer, Ask, Goto, Page
from monitor.desk.queue import lists
from monitor.desk.queue.words import words


def page(desk: Desk, ask: Ask) -> Answer:
    if ask.visitor.role not in DECIDERS:
        return Goto("/summary")  # whoever only reads has nothing to decide
    counts = lists.counts_of(desk, ask)
    look = lists.looked(ask, counts)
    return Page(
        "start.html.j2",
        {
            "look": look,
            "tabs": lists.tabs(counts, look),
            "title": words("lists", look.what),
            "empty": words("empty", look.what),
            "held": lists.held_audit(desk, ask),
            "fresh": lists.freshness(desk, ask),
            **lists.listed(desk, ask, look),
        },
    )
