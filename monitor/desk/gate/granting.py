"""Accounts as whoever has a shell on the server makes, resets and closes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine

from collectors.errors import UsageError
from monitor.desk.gate import passwords
from monitor.desk.gate.words import words
from monitor.storage import accounts, journal
from monitor.storage.accounts import REGION, Account
from monitor.storage.journal import Entry, What

FIRST_DAYS = 7  # a one-time password is good for them


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """`password`: made up, to be told once and changed by its owner; "": he chose his own."""

    account: Account
    password: str = field(repr=False)


def name_of(typed: str) -> str:
    """As it is kept. Raises UsageError."""
    if name := accounts.name_of(typed):
        return name
    raise UsageError([words("granting", "bad_name", name=journal.one_line(typed))])


def towns_of(role: str, named: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Whose pages exist for him. Nobody sees all of several by silence but the region: what is
    not named would grow with the registry. Where there is one, it is that one."""
    told = ", ".join(sorted(known))
    if unknown := [town for town in named if town not in known]:
        raise UsageError(
            [words("granting", "unknown_town", town=town, known=told) for town in unknown]
        )
    if named or role == REGION:
        return tuple(dict.fromkeys(named))
    if len(known) != 1:
        raise UsageError([words("granting", "no_towns", known=told)])
    return tuple(known)


def add(
    engine: Engine, name: str, *, role: str, towns: Sequence[str], at: datetime, own: str = ""
) -> Granted:
    """`own`: a password that its owner typed at this terminal."""
    given = own or passwords.make_password()
    account = accounts.add(
        engine,
        name,
        role=role,
        municipalities=tuple(towns),
        password=_hashed(given),
        until=None if own else at + timedelta(days=FIRST_DAYS),
        at=at,
    )
    _note(engine, What.ACCOUNT_ADDED, account, at)
    return Granted(account=account, password="" if own else given)


def reset(engine: Engine, name: str, *, at: datetime, own: str = "") -> Granted:
    given = own or passwords.make_password()
    until = None if own else at + timedelta(days=FIRST_DAYS)
    account = accounts.reset(engine, name, password=_hashed(given), until=until, at=at)
    _note(engine, What.ACCOUNT_RESET, account, at)
    return Granted(account=account, password="" if own else given)


def check_password(password: str, name: str) -> None:
    """What somebody chose at a terminal. Raises UsageError."""
    passwords.check(password, name)


def change_role(
    engine: Engine, name: str, *, role: str, towns: Sequence[str] = (), at: datetime
) -> Account:
    """`towns` empty: those that he has."""
    account = accounts.change_role(engine, name, role=role, municipalities=tuple(towns), at=at)
    _note(engine, What.ACCOUNT_ROLE, account, at)
    return account


def end(engine: Engine, name: str, *, at: datetime) -> Account:
    account = accounts.end(engine, name, at=at)
    _note(engine, What.ACCOUNT_ENDED, account, at)
    return account


def _hashed(password: str) -> str:
    with passwords.turn():
        return passwords.hash_password(password)


def _note(engine: Engine, what: What, account: Account, at: datetime) -> None:
    entry = Entry(
        at=at,
        what=what,
        account=account.number,
        who=words("roles", "terminal"),
        detail=f"{account.name}, {words('roles', account.role)}",
    )
    journal.note(engine, entry)
