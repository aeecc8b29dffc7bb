"""Letters to institutions, held until the deputy head has the report of the same audit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import Engine, func, update
from sqlmodel import Session, col, select

from monitor.storage.database import batched, session
from monitor.storage.roles import DEPUTY, INSTITUTION, deputy_of
from monitor.storage.tables import MessageRow

ON_THE_WAY = frozenset({"queued", "claimed", "handing"})


def release(engine: Engine) -> int:
    """Queue what was held for a report that the deputy head now has; gives the number.

    He has it when one copy was sent and no other is still on its way. A municipality's own deputy
    head goes before that of the whole.
    """
    with session(engine) as opened:
        held = opened.exec(
            select(MessageRow.id, MessageRow.audit_id, MessageRow.role).where(
                MessageRow.state == "held"
            )
        ).all()
        states = deputy_states(opened, {audit for _, audit, _ in held})
        free = [number for number, audit, role in held if _has_report(states, audit, role)]
        for numbers in batched(free):
            opened.exec(
                update(MessageRow).where(col(MessageRow.id).in_(numbers)).values(state="queued")
            )
    return len(free)


States = Mapping[tuple[int | None, str], set[str]]  # audit and role → states of its messages


def deputy_states(opened: Session, held_for: Collection[int | None]) -> States:
    """How the deputy heads' reports of these audits stand."""
    found: defaultdict[tuple[int | None, str], set[str]] = defaultdict(set)
    if held_for:
        rows = opened.exec(
            select(MessageRow.audit_id, MessageRow.role, MessageRow.state).where(
                col(MessageRow.audit_id).in_(held_for), col(MessageRow.role).startswith(DEPUTY)
            )
        )
        for audit, role, state in rows:
            found[audit, role].add(state)
    return found


def _has_report(states: States, audit: int | None, role: str) -> bool:
    """Whether the deputy head has it, as far as he will."""
    reports = report_states(states, audit, role)
    return "sent" in reports and not reports & ON_THE_WAY


def report_states(states: States, audit: int | None, role: str) -> set[str]:
    """The states of the report for which an institution's letter waits."""
    town = deputy_of(role.removeprefix(INSTITUTION).partition("/")[0])
    return states.get((audit, town)) or states.get((audit, DEPUTY), set())


def count_held(engine: Engine) -> int:
    """How many letters to institutions wait for the deputy head's report."""
    with session(engine) as opened:
        held = select(func.count()).select_from(MessageRow).where(MessageRow.state == "held")
        return int(opened.exec(held).one())
