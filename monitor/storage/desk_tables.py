"""Rows of the desk: who may come in, who is in, who tried, and who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from monitor.storage.tables import Large, Moment


def _moment(**options: Any) -> Any:
    return Field(sa_type=Moment, **options)


class AccountRow(SQLModel, table=True):
    """Somebody of an office. A name stays his for ever: the journal calls him by it."""

    __tablename__ = "account"
    __table_args__ = (Index("account_name", "name", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    name: str  # as `monitor/storage/accounts.py` writes names
    role: str
    municipalities: list[str] = Field(sa_column=Column(JSON, nullable=False))
    password: str  # what argon2 made of it
    password_until: datetime | None = _moment(default=None, nullable=True)  # of a one-time one
    secret: str | None = None  # of the second factor
    used_step: int = Field(default=0, sa_type=BigInteger)  # the last whose code was taken
    created_at: datetime = _moment()
    entered_at: datetime | None = _moment(default=None, nullable=True)
    ended_at: datetime | None = _moment(default=None, nullable=True)


class DeskSessionRow(SQLModel, table=True):
    """Somebody who came in. The browser holds the key, the row only its digest."""

    __tablename__ = "desk_session"
    __table_args__ = (
        Index("desk_session_digest", "digest", unique=True),
        Index("desk_session_account", "account_id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Large)
    digest: str  # sha256 of the key
    account_id: int = Field(foreign_key="account.id")
    is_whole: bool  # not before the code of the second factor, where there is one
    offered: str | None = None  # the secret of a second factor that is being set up
    created_at: datetime = _moment()
    seen_at: datetime = _moment()
    until: datetime = _moment()
    ended_at: datetime | None = _moment(default=None, nullable=True)
    address: str = ""
    agent: str = ""


class AttemptRow(SQLModel, table=True):
    """A password or code that was tried and was not right, or is being looked at."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index("attempt_name", "name", "at"),
        Index("attempt_address", "address", "at"),
        Index("attempt_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Large)
    kind: str  # password | code
    name: str  # its digest: people type passwords where a name belongs
    address: str
    at: datetime = _moment()


class JournalRow(SQLModel, table=True):
    """Who did what, when, to what. Append-only: nothing here updates or removes a row."""

    __tablename__ = "journal"
    __table_args__ = (
        Index("journal_at", "at"),
        Index("journal_municipality", "municipality"),
        Index("journal_statement", "statement"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Large)
    at: datetime = _moment()
    account_id: int | None = Field(default=None, foreign_key="account.id")
    who: str = ""  # the account's name, or whoever else it was
    role: str = ""
    address: str = ""
    what: str  # a code of monitor/storage/journal.py
    municipality: str | None = None
    institution: str | None = None
    statement: int | None = None
    detail: str = ""
