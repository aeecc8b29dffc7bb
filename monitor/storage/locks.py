"""One audit at a time, across processes: a lock that a dead process does not hold for ever."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Engine, delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from monitor.storage.database import session, translated
from monitor.storage.tables import LockRow

STALE = timedelta(minutes=10)


class LockTakenError(Exception):
    """Somebody else is at work; the text is Russian and says who, since when."""


@contextmanager
def lock(engine: Engine, name: str, clock: Callable[[], datetime]) -> Iterator[Callable[[], None]]:
    """Hold `name`; gives a function that renews it. Raises LockTakenError.

    A holder that has not renewed its lock for STALE is taken for dead, and so is a holder on
    this machine whose process no longer exists.
    """
    holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
    _take(engine, name, holder, clock())
    try:
        yield lambda: _renew(engine, name, holder, clock())
    finally:
        _release(engine, name, holder)


def _take(engine: Engine, name: str, holder: str, now: datetime) -> None:
    with session(engine) as opened:
        held = opened.get(LockRow, name)
        if held and _is_alive(held, now):
            raise LockTakenError(
                f"уже идёт другая проверка ({held.holder}, с {held.taken_at:%H:%M} UTC)"
            )
        if held:
            opened.exec(
                delete(LockRow).where(col(LockRow.name) == name, col(LockRow.holder) == held.holder)
            )
    with translated(str(engine.url)), Session(engine) as opened:
        opened.add(LockRow(name=name, holder=holder, taken_at=now, renewed_at=now))
        try:
            opened.commit()
        except IntegrityError:
            raise LockTakenError("другая проверка началась в то же мгновение") from None


def _renew(engine: Engine, name: str, holder: str, now: datetime) -> None:
    with session(engine) as opened:
        opened.exec(
            update(LockRow)
            .where(col(LockRow.name) == name, col(LockRow.holder) == holder)
            .values(renewed_at=now)
        )


def _release(engine: Engine, name: str, holder: str) -> None:
    with session(engine) as opened:
        opened.exec(delete(LockRow).where(col(LockRow.name) == name, col(LockRow.holder) == holder))


def _is_alive(held: LockRow, now: datetime) -> bool:
    if now - held.renewed_at > STALE:
        return False
    machine, number, _ = held.holder.rsplit(":", 2)
    return machine != socket.gethostname() or _exists(int(number))


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
