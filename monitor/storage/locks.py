"""One audit at a time, across processes: a lock that a dead process does not hold for ever."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from collectors.errors import TroubleError
from monitor.storage.database import StorageError, session, translated
from monitor.storage.tables import LockRow

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

AT_WORK = ("audit", "on_demand", "delivery", "week", "orders")
NIGHT = "night"  # from its question to its end: an audit, and what is written and queued of it
STALE = timedelta(minutes=10)
HEARTBEAT_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.5
AT_ONCE = timedelta(0)
DEAD = "dead"


class LockTakenError(TroubleError):
    """Somebody else is at work; the text is Russian and says who, since when."""


@contextmanager
def lock(
    engine: Engine,
    name: str,
    clock: Clock,
    patience: timedelta = AT_ONCE,
    stopping: Callable[[], bool] = lambda: False,
) -> Iterator[Callable[[], None]]:
    """Hold `name`; gives a function that renews it (a heartbeat does so too).

    Waits up to `patience` for another holder, but not once the process is `stopping`, then raises
    LockTakenError. A holder on this
    machine is dead when its process is; one elsewhere, when it has not renewed its lock for STALE.
    """
    holder = this_process()
    _wait_and_take(engine, name, holder, clock, patience, stopping)
    ended = threading.Event()
    heart = threading.Thread(target=_beat, args=(engine, name, holder, clock, ended), daemon=True)
    heart.start()
    try:
        yield lambda: _renew(engine, name, holder, clock())
    finally:
        ended.set()
        heart.join()
        _release(engine, name, holder)


def this_process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{_born(os.getpid())}:{uuid4().hex[:8]}"


def hold_all(engine: Engine, holder: str, now: datetime) -> None:
    """Without a heartbeat: for a process that replaces the database, and with it the lock.

    LockTakenError, with nothing held, while anybody is at work.
    """
    try:
        _check_free(engine, NIGHT, now)
        for name in AT_WORK:
            _take(engine, name, holder, now)
    except LockTakenError:
        release_all(engine, holder)
        raise


def release_all(engine: Engine, holder: str) -> None:
    with session(engine) as opened:
        opened.exec(delete(LockRow).where(col(LockRow.holder) == holder))


def forget_all(engine: Engine) -> None:
    """Of a copy: who was at work when it was made is not at work here."""
    with session(engine) as opened:
        opened.exec(delete(LockRow))


def _wait_and_take(
    engine: Engine,
    name: str,
    holder: str,
    clock: Clock,
    patience: timedelta,
    stopping: Callable[[], bool],
) -> None:
    end = time.monotonic() + patience.total_seconds()
    while True:
        try:
            return _take(engine, name, holder, clock())
        except LockTakenError:
            if time.monotonic() >= end or stopping():
                raise
        time.sleep(LOOK_AGAIN_SECONDS)


def _check_free(engine: Engine, name: str, now: datetime) -> LockRow | None:
    """What a dead holder has left. Raises LockTakenError for one that lives."""
    with session(engine) as opened:
        held = opened.get(LockRow, name)
    if held and _is_alive(held, now):
        raise LockTakenError(
            f"уже идёт другая проверка ({held.holder}, с {held.taken_at:%H:%M} UTC)"
        )
    return held


def _take(engine: Engine, name: str, holder: str, now: datetime) -> None:
    held = _check_free(engine, name, now)
    with session(engine) as opened:
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


def _beat(engine: Engine, name: str, holder: str, clock: Clock, ended: threading.Event) -> None:
    """A slow site or a long judgement is no death."""
    while not ended.wait(HEARTBEAT_SECONDS):
        try:
            _renew(engine, name, holder, clock())
        except (LockTakenError, StorageError) as error:
            log.warning("lock %s not renewed: %s", name, error)


def _renew(engine: Engine, name: str, holder: str, now: datetime) -> None:
    """Raises LockTakenError when another has taken it over: two must not write one audit."""
    with session(engine) as opened:
        ours = opened.exec(
            update(LockRow)
            .where(col(LockRow.name) == name, col(LockRow.holder) == holder)
            .values(renewed_at=now)
        )
    if not ours.rowcount:
        raise LockTakenError("эту проверку сочли остановленной, и её ведёт другой процесс")


def _release(engine: Engine, name: str, holder: str) -> None:
    with session(engine) as opened:
        opened.exec(delete(LockRow).where(col(LockRow.name) == name, col(LockRow.holder) == holder))


def _is_alive(held: LockRow, now: datetime) -> bool:
    machine, number, born, _ = held.holder.rsplit(":", 3)
    if machine == socket.gethostname():
        return _exists(int(number)) and _born(int(number)) == born
    return abs(now - held.renewed_at) <= STALE


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _born(process: int) -> str:
    """Tells a process from a later one of the same number, as in a restarted container or machine.

    "" where the system has no /proc: then the number alone decides. One that was killed and whose
    parent has not noticed yet keeps its number, and is dead all the same.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii")[:8]
        ticks = Path(f"/proc/{process}/stat").read_text("ascii", "replace").rpartition(")")[2]
    except OSError:
        return ""
    state, *_ = fields = ticks.split()
    return DEAD if state in "ZX" else f"{boot}-{fields[19]}"
