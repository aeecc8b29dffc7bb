"""Letters to institutions, held until the deputy head knows what they are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cache

from sqlalchemy import Engine, func, update
from sqlmodel import Session, col, select

from monitor.storage.database import batched, session
from monitor.storage.roles import DEPUTY, INSTITUTION, towns_of
from monitor.storage.tables import MessageRow

ON_THE_WAY = frozenset({"queued", "claimed", "handing"})


def release(engine: Engine) -> int:
    """Queue what was held for a report that the deputy head now has; gives the number.

    He has it when one copy was sent and no other is still on its way. A municipality's own deputy
    head goes before that of the whole. Where this audit had nothing to tell him, his last report
    counts.
    """
    with session(engine) as opened:
        held = opened.exec(
            select(MessageRow.id, MessageRow.audit_id, MessageRow.role).where(
                MessageRow.state == "held"
            )
        ).all()
        states = deputy_states(opened, {audit for _, audit, _ in held})
        is_free = cache(lambda audit, town: _has_report(states, audit, town))
        free = [number for number, audit, role in held if is_free(audit, town_of(role))]
        for numbers in batched(free):
            opened.exec(
                update(MessageRow).where(col(MessageRow.id).in_(numbers)).values(state="queued")
            )
    return len(free)


States = Mapping[tuple[int, str], set[str]]  # audit and role → states of its messages


def deputy_states(opened: Session, held_for: Collection[int | None]) -> States:
    """How the deputy heads' reports of these audits, and of those before, stand."""
    found: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    if newest := max(filter(None, held_for), default=0):
        rows = opened.exec(
            select(MessageRow.audit_id, MessageRow.role, MessageRow.state).where(
                col(MessageRow.audit_id) <= newest, col(MessageRow.role).startswith(DEPUTY)
            )
        )
        for audit, role, state in rows:
            found[audit or 0, role].add(state)
    return found


def _has_report(states: States, audit: int | None, town: str) -> bool:
    """Whether the deputy head has it, as far as he will."""
    reports = report_states(states, audit, town)
    return "sent" in reports and not reports & ON_THE_WAY


def report_states(states: States, audit: int | None, town: str) -> set[str]:
    """The states of the report for which a letter to an institution of this municipality waits.

    That is the one of its own audit; where there was nothing to tell the deputy head, the last one
    before.
    """
    known = [one for one in states if one[0] <= (audit or 0) and _is_for(one[1], town)]
    newest = max((number for number, _ in known), default=0)
    last = [one for one in known if one[0] == newest]
    own = [one for one in last if towns_of(one[1])]
    return set().union(*(states[one] for one in own or last))


def _is_for(role: str, town: str) -> bool:
    towns = towns_of(role)
    return not towns or town in towns


def town_of(role: str) -> str:
    return role.removeprefix(INSTITUTION).partition("/")[0]


def count_held(engine: Engine) -> int:
    """How many letters to institutions wait for the deputy head's report."""
    with session(engine) as opened:
        held = select(func.count()).select_from(MessageRow).where(MessageRow.state == "held")
        return int(opened.exec(held).one())
