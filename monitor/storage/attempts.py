"""How often a password or a code may be tried.

    by one address for one name     ten in a quarter of an hour
    for one name, by all addresses  twenty, but for whoever comes from where its owner came before
    by one address                  fifty
    codes for one name              ten in a quarter of an hour, forty a day

An attempt is written down before it is looked at, so that many at once are no more than these. Who
is made to wait is not counted, so that the wait ends however often he, or a stranger, goes on: the
owner at his own place is never kept out by what others try.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import ColumnElement, Engine, delete, or_
from sqlmodel import Session, col, select

from collectors.errors import UsageError
from monitor.storage.database import exclusive, session
from monitor.storage.desk_tables import AttemptRow

PASSWORD, CODE = "password", "code"
WHILE, DAY = timedelta(minutes=15), timedelta(days=1)
BY_BOTH, BY_NAME, BY_ADDRESS = 10, 20, 50
CODES, CODES_A_DAY = 10, 40


class TooManyError(UsageError):
    """Not looked at; the text is Russian and says when to come back."""

    def __init__(self, now: datetime, free_at: datetime) -> None:
        self.minutes = max(1, ceil((free_at - now).total_seconds() / 60))
        super().__init__([f"слишком много неудачных попыток. Повторите через {_in(self.minutes)}"])


def _in(minutes: int) -> str:
    return f"{minutes} мин" if minutes < 60 else f"{ceil(minutes / 60)} ч"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`name`: as it was typed. `is_at_home`: its owner came in from this address before."""

    kind: str
    name: str
    address: str
    is_at_home: bool = False

    @property
    def name_digest(self) -> str:
        return hashlib.sha256(self.name.encode("utf-8", "replace")).hexdigest()

    @property
    def place(self) -> str:
        return place_of(self.address)


def place_of(address: str) -> str:
    """Of IPv6 whoever has one address has 2⁶⁴ of them: they count as one."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped is None:
        return f"{ipaddress.ip_network((known, 64), strict=False)}"
    return f"{getattr(known, 'ipv4_mapped', None) or known}"


def begin(engine: Engine, attempt: Attempt, now: datetime) -> int:
    """Its number. Raises TooManyError."""
    with exclusive(engine) as opened:
        opened.exec(delete(AttemptRow).where(_is_over(now)))
        earlier = _earlier(opened, attempt)
        if free_at := max(_waits(attempt, earlier, now), default=None):
            raise TooManyError(now, free_at)
        row = AttemptRow(kind=attempt.kind, name=attempt.name_digest, address=attempt.place, at=now)
        opened.add(row)
        opened.flush()
        assert row.id is not None
        return row.id


def _is_over(now: datetime) -> ColumnElement[bool]:
    """Of a day that is past, or that a clock put right has yet to reach."""
    return or_(col(AttemptRow.at) < now - DAY, col(AttemptRow.at) > now + DAY)


def _earlier(opened: Session, attempt: Attempt) -> Sequence[AttemptRow]:
    """Never many: who is made to wait is not written down."""
    speaks_of = or_(
        col(AttemptRow.name) == attempt.name_digest, col(AttemptRow.address) == attempt.place
    )
    wanted = select(AttemptRow).where(speaks_of, AttemptRow.kind == attempt.kind)
    return opened.exec(wanted.order_by(col(AttemptRow.at).desc())).all()


def _waits(attempt: Attempt, earlier: Sequence[AttemptRow], now: datetime) -> Iterator[datetime]:
    """Until when each limit that is reached makes him wait."""
    of_name = [row for row in earlier if row.name == attempt.name_digest]
    of_both = [row for row in of_name if row.address == attempt.place]
    of_address = [row for row in earlier if row.address == attempt.place]
    if attempt.kind == CODE:
        limits = [(of_name, CODES, WHILE), (of_name, CODES_A_DAY, DAY)]
    else:
        limits = [(of_both, BY_BOTH, WHILE), (of_address, BY_ADDRESS, WHILE)]
        limits += [] if attempt.is_at_home else [(of_name, BY_NAME, WHILE)]
    for rows, most, term in limits:
        recent = [row.at for row in rows if row.at > now - term]
        if len(recent) >= most:
            yield recent[most - 1] + term


def forgive(engine: Engine, attempt: Attempt) -> None:
    """It was right: what its owner mistyped here before counts no more."""
    own = (
        col(AttemptRow.kind) == attempt.kind,
        col(AttemptRow.name) == attempt.name_digest,
        col(AttemptRow.address) == attempt.place,
    )
    with session(engine) as opened:
        opened.exec(delete(AttemptRow).where(*own))


def forget_name(opened: Session, name: str) -> None:
    """Its owner was given a new password."""
    digest = Attempt(kind=PASSWORD, name=name, address="").name_digest
    opened.exec(delete(AttemptRow).where(col(AttemptRow.name) == digest))
