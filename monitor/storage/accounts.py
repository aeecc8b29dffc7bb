"""Accounts of the desk: who may come in, as what, and for which municipalities.

A name is written small and in one form (NFC): «Ivanova» and «ivanova» are one person. It is never
given away again, for the journal calls people by it; who comes back is `reset`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine, func, update
from sqlmodel import Session, col, select

from collectors.errors import UsageError
from monitor.storage import attempts
from monitor.storage.database import exclusive, session
from monitor.storage.desk_tables import AccountRow, DeskSessionRow
from monitor.storage.statements import RefusedError

OPERATOR, DEPUTY, CUR, REGION = "operator", "deputy", "cur", "region"
ROLES = (OPERATOR, DEPUTY, CUR, REGION)
DECIDE = frozenset({OPERATOR, DEPUTY})  # they owe a second factor
_NAME = re.compile(r"\w[\w.@-]{1,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`municipalities` empty: all there are, and those to come."""

    number: int
    name: str
    role: str
    municipalities: tuple[str, ...]
    password: str = field(repr=False)  # what argon2 made of it
    password_until: datetime | None = None  # a one-time one, to be changed: good until then
    secret: str | None = field(default=None, repr=False)  # of the second factor
    used_step: int = 0
    created_at: datetime
    entered_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def decides(self) -> bool:
        return self.role in DECIDE


def name_of(typed: str) -> str | None:
    """As names are kept; None for what can be none."""
    name = unicodedata.normalize("NFC", unicodedata.normalize("NFC", typed.strip()).casefold())
    return name if _NAME.fullmatch(name) else None


def add(
    engine: Engine,
    name: str,
    *,
    role: str,
    municipalities: tuple[str, ...],
    password: str,
    until: datetime | None,
    at: datetime,
) -> Account:
    """`name`: as `name_of` gives it. RefusedError where it is somebody's, or was."""
    with exclusive(engine) as opened:
        if taken := _row(opened, name):
            raise RefusedError([_taken(taken)])
        row = AccountRow(
            name=name,
            role=role,
            municipalities=list(municipalities),
            password=password,
            password_until=until,
            created_at=at,
        )
        opened.add(row)
        opened.flush()
        return account_of(row)


def _taken(row: AccountRow) -> str:
    if row.ended_at is None:
        return f"запись «{row.name}» уже есть; новый пароль: dozor desk user reset {row.name}"
    return (
        f"имя «{row.name}» носила закрытая запись, журнал называет по имени. Возьмите другое; "
        f"того же человека вернёт dozor desk user reset {row.name}"
    )


def reset(
    engine: Engine, name: str, *, password: str, until: datetime | None, at: datetime
) -> Account:
    """A new password, no second factor, all sessions ended; a closed account is open again."""
    with exclusive(engine) as opened:
        row = _asked(opened, name)
        row.password, row.password_until = password, until
        row.secret, row.used_step, row.ended_at = None, 0, None
        _end_sessions(opened, row, at)
        attempts.forget_name(opened, name)
        return account_of(row)


def end(engine: Engine, name: str, *, at: datetime) -> Account:
    with exclusive(engine) as opened:
        row = _asked(opened, name)
        if row.ended_at:
            raise RefusedError([f"запись «{name}» уже закрыта"])
        row.ended_at = at
        _end_sessions(opened, row, at)
        return account_of(row)


def change_role(
    engine: Engine, name: str, *, role: str, municipalities: tuple[str, ...], at: datetime
) -> Account:
    """`municipalities` empty: those that he has. All sessions end: none goes on as what he was."""
    with exclusive(engine) as opened:
        row = _asked(opened, name)
        if row.ended_at:
            raise RefusedError([f"запись «{name}» закрыта; вернёт её dozor desk user reset {name}"])
        towns = list(municipalities) or row.municipalities
        if role != REGION and not towns:
            raise RefusedError([f"«{name}» видит все муниципалитеты: укажите --municipality"])
        if (row.role, row.municipalities) == (role, towns):
            raise RefusedError([f"у записи «{name}» уже эта роль"])
        row.role, row.municipalities = role, towns
        _end_sessions(opened, row, at)
        return account_of(row)


def _end_sessions(opened: Session, row: AccountRow, at: datetime) -> None:
    live = (col(DeskSessionRow.account_id) == row.id, col(DeskSessionRow.ended_at).is_(None))
    opened.exec(update(DeskSessionRow).where(*live).values(ended_at=at))


def change_password(engine: Engine, number: int, *, password: str) -> None:
    """By its owner: it is good without an end."""
    _set(engine, number, password=password, password_until=None)


def keep_hash(engine: Engine, number: int, *, old: str, new: str) -> None:
    """The same password, hashed anew; unless it was changed meanwhile."""
    with session(engine) as opened:
        same = (col(AccountRow.id) == number, col(AccountRow.password) == old)
        opened.exec(update(AccountRow).where(*same).values(password=new))


def enrol(engine: Engine, number: int, *, secret: str | None, step: int = 0) -> None:
    """`step`: that of the code by which its owner showed that he has the secret; it is used."""
    _set(engine, number, secret=secret, used_step=step)


def use_step(engine: Engine, number: int, step: int) -> bool:
    """False where this code, or a later one, was taken already: of two at once, one is."""
    with session(engine) as opened:
        unused = (col(AccountRow.id) == number, col(AccountRow.used_step) < step)
        done = opened.exec(update(AccountRow).where(*unused).values(used_step=step))
        return bool(done.rowcount)


def _set(engine: Engine, number: int, **values: object) -> None:
    with session(engine) as opened:
        opened.exec(update(AccountRow).where(col(AccountRow.id) == number).values(**values))


# --- read back ----------------------------------------------------------------------------------


def by_name(engine: Engine, name: str) -> Account | None:
    with session(engine) as opened:
        row = _row(opened, name)
        return account_of(row) if row else None


def by_number(engine: Engine, number: int) -> Account | None:
    with session(engine) as opened:
        row = opened.get(AccountRow, number)
        return account_of(row) if row else None


def listed(engine: Engine) -> tuple[Account, ...]:
    """All, those that were closed as well, by name."""
    with session(engine) as opened:
        rows = opened.exec(select(AccountRow).order_by(col(AccountRow.name)))
        return tuple(account_of(row) for row in rows)


def has_any(engine: Engine) -> bool:
    """Whether anybody may come in."""
    with session(engine) as opened:
        open_ones = select(func.count()).where(col(AccountRow.ended_at).is_(None))
        return bool(opened.exec(open_ones).one())


def _row(opened: Session, name: str) -> AccountRow | None:
    return opened.exec(select(AccountRow).where(AccountRow.name == name)).first()


def _asked(opened: Session, name: str) -> AccountRow:
    row = _row(opened, name)
    if row is None:
        raise UsageError([f"записи «{name}» нет; все записи: dozor desk user list"])
    return row


def account_of(row: AccountRow) -> Account:
    assert row.id is not None
    return Account(
        number=row.id,
        name=row.name,
        role=row.role,
        municipalities=tuple(row.municipalities),
        password=row.password,
        password_until=row.password_until,
        secret=row.secret,
        used_step=row.used_step,
        created_at=row.created_at,
        entered_at=row.entered_at,
        ended_at=row.ended_at,
    )
