"""What institutions ask to correct in the registry: accepted, and not dealt with yet."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Engine
from sqlmodel import col, select

from monitor.storage.database import session
from monitor.storage.desk_tables import JournalRow
from monitor.storage.journal import What
from monitor.storage.statements import linked
from monitor.storage.tables import StatementRow
from rules.cases.model import Recorded


def asked(engine: Engine, towns: Collection[str] | None) -> tuple[Recorded, ...]:
    """Requests, oldest first, with what was decided on them; of some municipalities or of all.

    Whatever the journal says of a request, somebody has dealt with it. In three statements.
    """
    is_done = (
        select(JournalRow.statement)
        .where(JournalRow.what == What.REGISTRY_CHANGED)
        .where(col(JournalRow.statement) == col(StatementRow.id))
    )
    wanted = select(StatementRow).where(
        StatementRow.kind == "answered",
        col(StatementRow.body)["kind"].as_string() == "correct_registry",
        ~is_done.exists(),
    )
    if towns is not None:
        wanted = wanted.where(col(StatementRow.municipality).in_(sorted(towns)))
    with session(engine) as opened:
        rows = list(opened.exec(wanted.order_by(col(StatementRow.id))))
        last = [row.id for row in rows]
        for _ in range(2):  # decisions and withdrawals, and what withdraws a decision
            refer = select(StatementRow).where(col(StatementRow.refers_to).in_(last))
            found = list(opened.exec(refer.order_by(col(StatementRow.id)))) if last else []
            rows += found
            last = [row.id for row in found]
        return tuple(one for one in linked(rows) if not hasattr(one.said, "of"))
