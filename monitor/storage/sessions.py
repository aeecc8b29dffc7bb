"""Who is in at the desk. The browser holds a key of 256 bits, the database only its digest.

A session ends by itself at its last moment, with its account, or when somebody ends it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, update
from sqlmodel import Session, col, select

from monitor.storage.accounts import Account, account_of
from monitor.storage.database import exclusive, session
from monitor.storage.desk_tables import AccountRow, DeskSessionRow

SEEN_EVERY = timedelta(minutes=1)  # more often it is not written down: it would be at every page
KEPT = timedelta(days=90)  # after its last moment
LONGEST_AGENT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A session: somebody who came in, from where, until when."""

    number: int
    account: Account
    is_whole: bool  # not before the code of the second factor, where there is one
    offered: str | None = field(default=None, repr=False)  # a second factor that is being set up
    created_at: datetime
    seen_at: datetime
    until: datetime
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a session is begun with."""

    account: int
    is_whole: bool
    at: datetime
    until: datetime
    offered: str | None = None
    address: str = ""
    agent: str = ""


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def begin(engine: Engine, beginning: Beginning, *, instead_of: int | None = None) -> str:
    """Its key, which is told to the browser and to nobody else.

    `instead_of`: the session that ends with it. A key that somebody knew before a log-in, or before
    a code, is good for nothing afterwards.
    """
    key = secrets.token_urlsafe(32)
    with exclusive(engine) as opened:
        if instead_of is not None:
            _end(opened, [col(DeskSessionRow.id) == instead_of], beginning.at)
        opened.add(_row(beginning, key))
        if beginning.is_whole:
            his = update(AccountRow).where(col(AccountRow.id) == beginning.account)
            opened.exec(his.values(entered_at=beginning.at))
        gone = col(DeskSessionRow.until) < beginning.at - KEPT
        opened.exec(delete(DeskSessionRow).where(gone))
    return key


def _row(beginning: Beginning, key: str) -> DeskSessionRow:
    return DeskSessionRow(
        digest=digest_of(key),
        account_id=beginning.account,
        is_whole=beginning.is_whole,
        offered=beginning.offered,
        created_at=beginning.at,
        seen_at=beginning.at,
        until=beginning.until,
        address=beginning.address,
        agent=beginning.agent[:LONGEST_AGENT],
    )


def found(engine: Engine, key: str, now: datetime) -> Stay | None:
    """Whose it is, if it lives."""
    with session(engine) as opened:
        wanted = _live(now).where(DeskSessionRow.digest == digest_of(key))
        row = opened.exec(wanted).first()
        return _stay(*row) if row else None


def note_seen(engine: Engine, stay: Stay, now: datetime) -> None:
    if now - stay.seen_at >= SEEN_EVERY:
        with session(engine) as opened:
            his = update(DeskSessionRow).where(col(DeskSessionRow.id) == stay.number)
            opened.exec(his.values(seen_at=now))


def of_account(engine: Engine, account: int, now: datetime) -> tuple[Stay, ...]:
    """Those that live, the one seen last first."""
    with session(engine) as opened:
        wanted = _live(now).where(DeskSessionRow.account_id == account, DeskSessionRow.is_whole)
        rows = opened.exec(wanted.order_by(col(DeskSessionRow.seen_at).desc()))
        return tuple(_stay(*row) for row in rows)


def is_known_place(engine: Engine, account: int, address: str, since: datetime) -> bool:
    """Whether its owner came in from there, all the way, since then."""
    with session(engine) as opened:
        wanted = select(DeskSessionRow.id).where(
            DeskSessionRow.account_id == account,
            DeskSessionRow.is_whole,
            DeskSessionRow.address == address,
            DeskSessionRow.created_at >= since,
        )
        return opened.exec(wanted.limit(1)).first() is not None


def offer(engine: Engine, number: int, secret: str | None) -> None:
    """A second factor that is being set up in this session."""
    with session(engine) as opened:
        his = update(DeskSessionRow).where(col(DeskSessionRow.id) == number)
        opened.exec(his.values(offered=secret))


def end(engine: Engine, account: int, number: int, at: datetime) -> bool:
    """Whether there was such a one of his that still lived."""
    own = [col(DeskSessionRow.account_id) == account, col(DeskSessionRow.id) == number]
    with session(engine) as opened:
        return _end(opened, own, at) > 0


def end_others(engine: Engine, account: int, at: datetime, *, but: int) -> int:
    others = [col(DeskSessionRow.account_id) == account, col(DeskSessionRow.id) != but]
    with session(engine) as opened:
        return _end(opened, others, at)


def _end(opened: Session, which: Sequence[Any], at: datetime) -> int:
    lives = (col(DeskSessionRow.ended_at).is_(None), col(DeskSessionRow.until) > at)
    done = opened.exec(update(DeskSessionRow).where(*which, *lives).values(ended_at=at))
    return int(done.rowcount)


def _live(now: datetime) -> Any:
    return (
        select(DeskSessionRow, AccountRow)
        .join(AccountRow, col(AccountRow.id) == col(DeskSessionRow.account_id))
        .where(
            col(DeskSessionRow.ended_at).is_(None),
            col(DeskSessionRow.until) > now,
            col(AccountRow.ended_at).is_(None),
        )
    )


def _stay(row: DeskSessionRow, account: AccountRow) -> Stay:
    assert row.id is not None
    return Stay(
        number=row.id,
        account=account_of(account),
        is_whole=row.is_whole,
        offered=row.offered,
        created_at=row.created_at,
        seen_at=row.seen_at,
        until=row.until,
        address=row.address,
        agent=row.agent,
    )
