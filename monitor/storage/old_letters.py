"""Bodies of letters that were sent are kept for as long as the configuration says.

The row stays: who was sent what, when, and what the server answered. As with evidence
(monitor/storage/retention.py) nothing goes by a clock that is not believed, a tenth a night is
marked, and what is marked goes a week later: the bin of letters is that mark.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, func, update
from sqlmodel import Session, col, select

from monitor.storage import history, letters
from monitor.storage.database import batched, exclusive
from monitor.storage.retention import IN_BIN, NIGHT, a_tenth, is_believed
from monitor.storage.tables import MessageRow

log = logging.getLogger(__name__)


def remove_letters(
    engine: Engine, days: int, now: datetime, *, believed: bool | None = None
) -> int:
    """Of letters sent more than `days` ago; how many went. 0 keeps all for ever."""
    may_go = is_believed(engine, now) if believed is None else believed
    before = now - timedelta(days=days) if days else None
    begun = history.surely_begun(engine)
    with exclusive(engine) as opened:
        _take_back(opened, before)
        stored = opened.exec(select(func.count()).select_from(MessageRow).where(*_kept)).one()
        share = a_tenth(stored) if may_go else 0
        gone = _ripe(opened, now, share)
        if before:
            _mark(opened, _old(opened, begun, before), now, share)
        _remove(opened, gone, now)
    if gone:
        log.info("bodies of %d letters removed, sent before %s", len(gone), before)
    return len(gone)


_sent = func.coalesce(col(MessageRow.sent_at), col(MessageRow.queued_at))  # older code wrote no end
_binned = col(MessageRow.binned_at)
_kept = (col(MessageRow.state) == "sent", col(MessageRow.removed_on).is_(None))


def _take_back(opened: Session, before: datetime | None) -> None:
    young: list[ColumnElement[bool]] = [] if before is None else [_sent >= before]
    opened.exec(
        update(MessageRow).where(*_kept, _binned.is_not(None), *young).values(binned_at=None)
    )


def _ripe(opened: Session, now: datetime, share: int) -> Sequence[int | None]:
    went = opened.exec(
        select(func.count()).select_from(MessageRow).where(MessageRow.removed_on == now.date())
    ).one()
    ripe = select(MessageRow.id).where(*_kept, _binned <= now - IN_BIN).order_by(col(MessageRow.id))
    return opened.exec(ripe.limit(max(0, share - went))).all()


def _old(opened: Session, begun: Mapping[int, datetime], before: datetime) -> Sequence[int | None]:
    """Whose audit is surely as old."""
    rows = opened.exec(
        select(MessageRow.id, MessageRow.audit_id)
        .where(*_kept, _binned.is_(None), _sent < before)
        .order_by(col(MessageRow.id))
    )
    return [number for number, audit in rows if audit is None or begun[audit] < before]


def _mark(opened: Session, old: Sequence[int | None], now: datetime, share: int) -> None:
    tonight = (_binned > now - NIGHT, _binned < now + NIGHT)
    done = opened.exec(select(func.count()).select_from(MessageRow).where(*tonight)).one()
    for some in batched(old[: max(0, share - done)]):
        opened.exec(update(MessageRow).where(col(MessageRow.id).in_(some)).values(binned_at=now))


def _remove(opened: Session, numbers: Sequence[int | None], now: datetime) -> None:
    for some in batched(numbers):
        parts = letters.forget_links(opened, [one for one in some if one is not None])
        letters.drop_unused(opened, parts)
        opened.exec(
            update(MessageRow)
            .where(col(MessageRow.id).in_(some))
            .values(body=b"", removed_on=now.date())
        )
