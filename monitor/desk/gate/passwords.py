"""Passwords: hashed by argon2 with the library's own costs, and made up for whoever comes first.

A hash takes 64 MB, so two are made at a time in a process; a few more wait in line, and the rest is
told to come back. Passwords are compared in one form (NFC): «й» typed on a Mac is another sequence
of signs than on a PC.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from collectors.errors import UsageError
from monitor.desk.gate.words import words

AT_ONCE, IN_LINE, PATIENCE = 2, 24, 60.0  # hashes; log-ins that wait as well; seconds
SHORTEST, LONGEST = 12, 200  # signs
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read as something else
GROUPS, SIGNS = 4, 5  # 99 bits

# Of the process, not of a desk: it is the machine's memory that they guard.
_AT_WORK, _LINE = BoundedSemaphore(AT_ONCE), BoundedSemaphore(AT_ONCE + IN_LINE)
_HASHER = PasswordHasher()


class BusyError(UsageError):
    """Too many come in at once; nothing was looked at, nothing is counted."""

    def __init__(self) -> None:
        super().__init__([words("entry", "busy")])


@contextmanager
def turn() -> Iterator[None]:
    """One's turn to hash. Raises BusyError."""
    if not _LINE.acquire(blocking=False):
        raise BusyError
    try:
        if not _AT_WORK.acquire(timeout=PATIENCE):
            raise BusyError
        try:
            yield
        finally:
            _AT_WORK.release()
    finally:
        _LINE.release()


def has_room() -> bool:
    """Whether somebody may still join the line."""
    if room := _LINE.acquire(blocking=False):
        _LINE.release()
    return room


def hash_password(password: str) -> str:
    """Within a `turn`."""
    return _HASHER.hash(_bytes(password))


def matches(known: str | None, password: str) -> bool:
    """Within a `turn`. The same work where there is nothing to compare with (`known` None)."""
    nobody = _nobody()
    try:
        is_right = _HASHER.verify(known or nobody, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return is_right and known is not None and len(password) <= LONGEST


def is_weaker(known: str) -> bool:
    """Than we hash today. The library's own question is answered with yes for stronger ones too."""
    then = extract_parameters(known)
    cost = then.memory_cost * then.time_cost
    return then.type is not _HASHER.type or cost < _HASHER.memory_cost * _HASHER.time_cost


@cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_bytes(32))


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFC", password[: LONGEST + 1]).encode("utf-8", "surrogatepass")


def make_password() -> str:
    """«kf7mq-…»: read out on the telephone without a mistake."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(SIGNS)) for _ in range(GROUPS))
    return "-".join(groups)


def check(password: str, name: str) -> None:
    """What a password of one's own must be. Raises UsageError."""
    if faults := list(_faults(unicodedata.normalize("NFC", password), name)):
        raise UsageError(faults)


def _faults(password: str, name: str) -> Iterator[str]:
    if len(password) < SHORTEST:
        yield words("password", "short", shortest=SHORTEST)
    elif len(password) > LONGEST:
        yield words("password", "long", longest=LONGEST)
    elif len(set(password.casefold())) < 5:
        yield words("password", "monotonous")
    elif name and name in password.casefold() and len(password) < len(name) + SHORTEST:
        yield words("password", "name")
