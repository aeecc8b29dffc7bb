"""What people put aside until a day, and the filters that they keep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Engine, delete
from sqlmodel import col, select

from monitor.storage.board_rows import PostponedRow, SavedFilterRow
from monitor.storage.database import exclusive, session

MOST_FILTERS = 30  # of an account


def postpone(engine: Engine, thing: str, until: date, *, by: str, at: datetime) -> None:
    """Again and again: the last word counts."""
    with exclusive(engine) as opened:
        opened.merge(PostponedRow(thing=thing, until=until, by=by, at=at))


def bring_back(engine: Engine, thing: str) -> None:
    with exclusive(engine) as opened:
        opened.exec(delete(PostponedRow).where(col(PostponedRow.thing) == thing))


def keep_filter(engine: Engine, account: int, name: str, query: str) -> bool:
    """One of the same name is replaced. False: there are too many."""
    with exclusive(engine) as opened:
        mine = opened.exec(select(SavedFilterRow).where(SavedFilterRow.account == account)).all()
        row = next((one for one in mine if one.name == name), None)
        if row is None and len(mine) >= MOST_FILTERS:
            return False
        row = row or SavedFilterRow(account=account, name=name, query=query)
        row.query = query
        opened.add(row)
    return True


def filters_of(engine: Engine, account: int) -> Sequence[SavedFilterRow]:
    mine = select(SavedFilterRow).where(SavedFilterRow.account == account)
    with session(engine) as opened:
        return opened.exec(mine.order_by(col(SavedFilterRow.name))).all()


def drop_filter(engine: Engine, account: int, number: int) -> bool:
    """Whether there was one; of another account nothing goes."""
    with exclusive(engine) as opened:
        dropped = opened.exec(
            delete(SavedFilterRow).where(
                col(SavedFilterRow.account) == account, col(SavedFilterRow.id) == number
            )
        )
    return bool(dropped.rowcount)
