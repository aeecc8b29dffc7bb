"""The way in, a step at a time. Whatever fails is counted and noted before it is told."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Engine

from collectors.errors import UsageError
from monitor.desk.gate import codes, passwords
from monitor.desk.gate.words import words
from monitor.storage import accounts, attempts, journal, sessions
from monitor.storage.accounts import Account
from monitor.storage.attempts import CODE, PASSWORD, Attempt
from monitor.storage.journal import Entry, What
from monitor.storage.sessions import Beginning, Stay

log = logging.getLogger(__name__)
HALF_WAY = timedelta(minutes=15)  # between the password and the code
FAILURES = frozenset({What.LOG_IN_FAILED, What.PASSWORD_FAILED, What.CODE_FAILED})
AT_HOME = timedelta(days=30)  # for which a place is remembered as somebody's own


class EntryError(UsageError):
    """Nobody came in; the text is Russian, and the same whatever of it was wrong."""


class OverError(EntryError):
    """The log-in has to begin again; its session has ended."""


class Owed(StrEnum):
    """What somebody who gave his password has still to do before he is in."""

    CODE = "code"
    OWN_PASSWORD = "own_password"
    SECOND_FACTOR = "second_factor"


def owed(stay: Stay) -> Owed | None:
    account = stay.account
    if not stay.is_whole:
        return Owed.CODE
    if account.password_until is not None:
        return Owed.OWN_PASSWORD
    if account.decides and account.secret is None:
        return Owed.SECOND_FACTOR
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """At which somebody stands: when, from where, and for how long he may stay."""

    engine: Engine
    now: datetime
    hours: int
    address: str = ""
    agent: str = ""

    def note(self, what: What, account: Account | None = None, detail: str = "") -> None:
        if what in FAILURES:
            log.warning("desk: %s, from %s", what, journal.one_line(self.address))
        entry = Entry(
            at=self.now,
            what=what,
            account=account.number if account else None,
            who=account.name if account else "",
            role=account.role if account else "",
            address=self.address,
            detail=detail,
        )
        journal.note(self.engine, entry)

    def begin(self, account: Account, *, half: bool = False, old: Stay | None = None) -> str:
        """A session's key; always a new one, and the old session ends."""
        beginning = Beginning(
            account=account.number,
            is_whole=not half,
            at=self.now,
            until=self.now + (HALF_WAY if half else timedelta(hours=self.hours)),
            offered=codes.new_secret() if account.secret is None else None,
            address=attempts.place_of(self.address),
            agent=journal.one_line(self.agent),
        )
        return sessions.begin(self.engine, beginning, instead_of=old.number if old else None)


def log_in(door: Door, typed: str, password: str, old: Stay | None = None) -> str:
    """The key of a session: whole, or half way to the code. Raises EntryError, TooManyError.

    `old`: who is in by this browser, and goes.
    """
    name = accounts.name_of(typed)
    account = accounts.by_name(door.engine, name) if name else None
    if account and account.ended_at:
        account = None
    if not _is_right(door, name or typed, account, password):
        door.note(What.LOG_IN_FAILED, account)
        raise EntryError([words("entry", "wrong")])
    assert account is not None
    if account.password_until and account.password_until < door.now:
        door.note(What.LOG_IN_FAILED, account, words("entry", "stale"))
        raise EntryError([words("entry", "stale")])
    if account.secret is None:
        door.note(What.LOGGED_IN, account)
    return door.begin(account, half=account.secret is not None, old=old)


def _is_right(door: Door, name: str, account: Account | None, password: str) -> bool:
    """The same work whether there is such an account or not."""
    attempt = Attempt(
        kind=PASSWORD, name=name, address=door.address, is_at_home=_is_at_home(door, account)
    )
    with passwords.turn():
        attempts.begin(door.engine, attempt, door.now)
        is_right = passwords.matches(account.password if account else None, password)
        if is_right and account:
            _hash_anew(door, account, password)
    if is_right:
        attempts.forgive(door.engine, attempt)
    return is_right


def _is_at_home(door: Door, account: Account | None) -> bool:
    number = account.number if account else -1
    place = attempts.place_of(door.address)
    return sessions.is_known_place(door.engine, number, place, door.now - AT_HOME)


def _hash_anew(door: Door, account: Account, password: str) -> None:
    if passwords.is_weaker(account.password):
        anew = passwords.hash_password(password)
        accounts.keep_hash(door.engine, account.number, old=account.password, new=anew)


def give_code(door: Door, stay: Stay, typed: str) -> str:
    """The key of the whole session that takes the place of half of one."""
    account = stay.account
    if stay.is_whole or account.secret is None:
        raise OverError([words("entry", "over")])
    attempt = Attempt(kind=CODE, name=account.name, address=door.address)
    attempts.begin(door.engine, attempt, door.now)
    step = codes.step_of(account.secret, typed, door.now)
    if step is None or not accounts.use_step(door.engine, account.number, step):
        door.note(What.CODE_FAILED, account)
        raise EntryError([words("entry", "wrong_code" if step is None else "used_code")])
    attempts.forgive(door.engine, attempt)
    door.note(What.LOGGED_IN, account)
    return door.begin(account, old=stay)


def change_password(door: Door, stay: Stay, old: str, new: str, again: str) -> str:
    """The key of a new session; all others end. A one-time password was asked for just now."""
    account = stay.account
    if account.password_until is None and not _is_right(door, account.name, account, old):
        door.note(What.PASSWORD_FAILED, account)
        raise EntryError([words("entry", "wrong_old")])
    if new != again:
        raise UsageError([words("entry", "differ")])
    passwords.check(new, account.name)
    with passwords.turn():
        if passwords.matches(account.password, new):
            raise UsageError([words("entry", "same")])
        accounts.change_password(door.engine, account.number, password=passwords.hash_password(new))
    door.note(What.PASSWORD_CHANGED, account)
    sessions.end_others(door.engine, account.number, door.now, but=stay.number)
    return door.begin(account, old=stay)


def offer_second_factor(door: Door, stay: Stay, password: str) -> None:
    """A new secret to be shown and tried; the old one stands until it is."""
    if not _is_right(door, stay.account.name, stay.account, password):
        door.note(What.PASSWORD_FAILED, stay.account)
        raise EntryError([words("entry", "wrong_old")])
    sessions.offer(door.engine, stay.number, codes.new_secret())


def set_second_factor(door: Door, stay: Stay, typed: str) -> str:
    """The key of a new session, once its owner shows that his telephone has the secret."""
    if stay.offered is None or not stay.is_whole:
        raise OverError([words("entry", "over")])
    step = codes.step_of(stay.offered, typed, door.now)
    if step is None:
        raise EntryError([words("entry", "wrong_code")])
    accounts.enrol(door.engine, stay.account.number, secret=stay.offered, step=step)
    door.note(What.SECOND_FACTOR_SET, stay.account)
    sessions.end_others(door.engine, stay.account.number, door.now, but=stay.number)
    return door.begin(
        accounts.by_number(door.engine, stay.account.number) or stay.account, old=stay
    )


def leave(door: Door, stay: Stay) -> None:
    if sessions.end(door.engine, stay.account.number, stay.number, door.now):
        door.note(What.LOGGED_OUT, stay.account)


def end_session(door: Door, stay: Stay, number: int) -> None:
    """One of one's own, by its number; another's is not there."""
    if sessions.end(door.engine, stay.account.number, number, door.now):
        door.note(What.SESSIONS_ENDED, stay.account)


def end_others(door: Door, stay: Stay) -> None:
    if sessions.end_others(door.engine, stay.account.number, door.now, but=stay.number):
        door.note(What.SESSIONS_ENDED, stay.account)
