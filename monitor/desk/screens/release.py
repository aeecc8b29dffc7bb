"""A report that a night has held, let go from «Ждёт меня» by whoever has looked at it."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.errors import UsageError
from monitor.desk.gate.noting import note
from monitor.desk.ground import Desk
from monitor.desk.letters import sees_letter
from monitor.desk.model import Answer, Ask, Goto
from monitor.desk.orders.sending import newest_whole
from monitor.desk.rendering import desk_word
from monitor.mail.readers import readers_of
from monitor.mail.release import unreleased
from monitor.storage import orders
from monitor.storage.journal import What
from monitor.storage.orders import Kind
from monitor.storage.roles import deputy_of

Addressed = tuple[str, str]  # role and recipient


def release(desk: Desk, ask: Ask) -> Answer:
    """Of his municipalities and no other; letters to institutions follow by their own rules."""
    audit = newest_whole(desk.application)
    if audit is None or f"{audit.id}" != ask.typed("audit"):
        raise UsageError([desk_word("send", "changed")])
    towns = unreleased(desk.application, audit, [one.id for one in desk.towns(ask)])
    if not towns:
        raise UsageError([desk_word("send", "let_go")])
    chosen = [list(one) for one in _reports(desk, ask)]
    if not chosen:
        raise UsageError([desk_word("send", "not_his")])
    body = {"audit": audit.id, "chosen": chosen, "confirmed": False}
    taken = desk_word("send", "taken")
    by, engine = ask.visitor.name, desk.application.engine
    orders.put(engine, Kind.SEND, f"{audit.id}", body, by=by, at=ask.now, taken=taken)
    for town in sorted(towns):
        note(desk, ask, What.RELEASED, town=town, detail=f"№ {audit.id}")
    return Goto("/", "released")


def _reports(desk: Desk, ask: Ask) -> Iterator[Addressed]:
    """Those of deputy heads that tell of nothing but what he answers for."""
    known = [one.id for one in desk.application.municipalities]
    for readers in readers_of(desk.settings.mail, known):
        role = deputy_of(*readers.towns)
        if sees_letter(ask.visitor, role, known):
            yield from ((role, one) for one in readers.recipients)
