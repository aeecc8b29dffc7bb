"""What has not gone out of late, for the operator to be told of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from monitor.storage.database import session
from monitor.storage.held import ON_THE_WAY, States, deputy_states, report_states, town_of
from monitor.storage.kept_back import SKIPPED
from monitor.storage.roles import INSTITUTION
from monitor.storage.tables import MessageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """A message that has not gone out, without its body."""

    role: str
    recipient: str
    state: str
    answer: str
    queued_at: datetime
    waits_for_deputy: bool = False  # whose report is still on its way


def unsent_since(engine: Engine, since: datetime) -> tuple[Unsent, ...]:
    """What was put in line since then and is not sent; not what a later letter has made up for."""
    with session(engine) as opened:
        rows = opened.exec(
            select(MessageRow)
            .where(
                col(MessageRow.state).not_in(("sent", SKIPPED)), col(MessageRow.queued_at) >= since
            )
            .options(defer(MessageRow.body))  # type: ignore[arg-type]
            .order_by(col(MessageRow.id))
        ).all()
        newest = _newest_sent(opened, since)
        states = deputy_states(opened, {row.audit_id for row in rows if row.state == "held"})
    return tuple(
        _as_unsent(row, states)
        for row in rows
        if (row.id or 0) > newest.get(_addressee(row.role, row.recipient), 0)
    )


def _as_unsent(row: MessageRow, states: States) -> Unsent:
    return Unsent(
        role=row.role,
        recipient=row.recipient,
        state=row.state,
        answer=row.answer,
        queued_at=row.queued_at,
        waits_for_deputy=bool(report_states(states, row.audit_id, town_of(row.role)) & ON_THE_WAY),
    )


def _newest_sent(opened: Session, since: datetime) -> Mapping[tuple[str, str], int]:
    """By whom it was for: the number of the last message that went out."""
    rows = opened.exec(
        select(MessageRow.role, MessageRow.recipient, MessageRow.id)
        .where(MessageRow.state == "sent", col(MessageRow.queued_at) >= since)
        .order_by(col(MessageRow.id))
    )
    return {_addressee(role, recipient): number or 0 for role, recipient, number in rows}


def _addressee(role: str, recipient: str) -> tuple[str, str]:
    """An institution has one address, and that may have been put right in the registry since."""
    return role, "" if role.startswith(INSTITUTION) else recipient
