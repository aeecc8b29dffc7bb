"""The reading of a moment: one for each kind, moment and scope, however often it is ordered.

    begin ──> the key is ours ──> finish
                  └── another begins the same anew: the key is theirs, and ours may not finish

The key is a unique column of the audit. What only judges (`evaluate`) reads nothing and has none;
nor has what was interrupted and begun anew, for another registry or pack.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from monitor.storage.database import insert_of, session
from monitor.storage.locks import LockTakenError
from monitor.storage.tables import AuditRow

READING = frozenset({"audit", "collect"})
TAKEN = "проверку на этот же момент уже сделал или ведёт другой процесс; посмотрите: dozor report"


def key_of(
    kind: str, as_of: datetime, scope: Collection[str] | None, towns: Collection[str]
) -> str | None:
    """Of a whole audit the scope is its municipalities: offices may share a database.

    Their registries may change from one order to the next: it is the same reading still.
    """
    if kind not in READING:
        return None
    names = sorted(towns if scope is None else scope)
    told = [kind, as_of.astimezone(UTC).isoformat(), scope is None, names]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def put(opened: Session, row: AuditRow) -> int:
    """Add the row, once a key. LockTakenError: that reading is finished, or was begun just now."""
    values = row.model_dump(exclude={"id"})
    if row.reading:
        opened.exec(
            update(AuditRow)
            .where(col(AuditRow.reading) == row.reading, col(AuditRow.finished_at).is_(None))
            .values(reading=None)
        )
    insert = insert_of(opened.get_bind().dialect.name)(AuditRow).values(**values)
    once = insert.on_conflict_do_nothing(index_elements=["reading"]).returning(AuditRow.id)
    number = opened.connection().execute(once).scalar()
    if number is None:
        raise LockTakenError(TAKEN)
    return int(number)


def finished(engine: Engine, key: str | None) -> int | None:
    """The number of the audit that has read this to its end."""
    with session(engine) as opened:
        return opened.exec(
            select(AuditRow.id).where(
                AuditRow.reading == key, col(AuditRow.finished_at).is_not(None)
            )
        ).first()


def owe_letters(engine: Engine, audit: int, owes: bool = True) -> None:
    """Written down before the audit ends: a break between its end and its letters loses none."""
    with session(engine) as opened:
        opened.exec(update(AuditRow).where(col(AuditRow.id) == audit).values(letters_due=owes))


def owes_letters(engine: Engine, audit: int) -> bool:
    """Whether whoever ordered it wanted letters, and was killed before they went."""
    with session(engine) as opened:
        return bool(opened.exec(select(AuditRow.letters_due).where(AuditRow.id == audit)).first())
