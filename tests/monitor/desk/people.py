"""People who are in at the desk: an account and its session, without a password being hashed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Engine

from monitor.desk.gate import codes
from monitor.desk.gate.visiting import SESSION
from monitor.storage import accounts, sessions
from monitor.storage.sessions import Beginning
from tests.cast import NOW
from tests.monitor.desk.served import Visit, visit

NO_PASSWORD = "none that fits"  # nobody enters by it


def account(engine: Engine, role: str, towns: Sequence[str] = ("town",), name: str = "") -> int:
    """One who owes nothing: whoever decides has a second factor. `region`, by default: all.

    Who has that name already is taken as he is.
    """
    if known := accounts.by_name(engine, name or role):
        return known.number
    made = accounts.add(
        engine,
        name or role,
        role=role,
        municipalities=() if role == "region" and towns == ("town",) else tuple(towns),
        password=NO_PASSWORD,
        until=None,
        at=NOW,
    )
    if made.decides:
        accounts.enrol(engine, made.number, secret=codes.new_secret())
    return made.number


def key_of(engine: Engine, number: int, at: datetime = NOW, *, is_whole: bool = True) -> str:
    """The key of a session that is begun for him."""
    until = at + timedelta(hours=8)
    beginning = Beginning(account=number, is_whole=is_whole, at=at, until=until)
    return sessions.begin(engine, beginning)


@contextmanager
def somebody(address: str, engine: Engine, role: str, **more: object) -> Iterator[Visit]:
    """A browser in which an account of this role has come in."""
    with visit(address) as made:
        key = key_of(engine, account(engine, role, **more))  # type: ignore[arg-type]
        made.client.cookies.set(SESSION, key)
        yield made
