"""A reading that somebody has ordered: an audit on demand, beside the night, from the reserve."""

from __future__ import annotations

import time

from collectors.errors import UsageError
from monitor.application import Application
from monitor.audit.begin import AuditRequest
from monitor.audit.run import audit
from monitor.audit.scope import in_scope
from monitor.cases.board import refresh
from monitor.desk.orders.outcome import Came, words
from monitor.storage import orders
from monitor.storage.orders import Order

TELL_SECONDS = 1.0


def read(application: Application, order: Order) -> Came:
    """As of the order's own moment: who takes it up after a crash goes on with the same audit."""
    known = {one.key for town in application.municipalities for one in town.institutions}
    names = tuple(name for name in order.body["names"] if name in known)
    if not names:
        raise UsageError([words("gone")])
    assert order.as_of is not None
    request = AuditRequest(as_of=order.as_of, names=names)
    done = audit(application, request, _Progress(application, order.number))
    refresh(application, in_scope(application.municipalities, names, done.as_of))
    counted = done.collection
    told = {"read": counted.read, "pages": counted.pages, "audit": done.id}
    return Came(words("read_all" if done.complete else "read_part", **told), done.id)


class _Progress:
    """Written down for whoever looks at the page; not at every batch."""

    def __init__(self, application: Application, number: int) -> None:
        self._engine, self._number = application.engine, number
        self._of: dict[str, tuple[int, int]] = {}
        self._due = 0.0

    def __call__(self, network: str, done: int, total: int) -> None:
        self._of[network] = done, total
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + TELL_SECONDS
            whole = [sum(counts) for counts in zip(*self._of.values(), strict=True)]
            orders.progress(self._engine, self._number, whole[0], whole[1])
