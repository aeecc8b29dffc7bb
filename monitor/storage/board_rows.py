"""Rows of the board (monitor/storage/board.py), and what people put aside or keep of it.

`board*` hold nothing of their own: they are dropped and worked out anew at any time. What is put
aside and the filters that somebody keeps stand nowhere else.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from monitor.storage.tables import Large, Moment


class BoardRow(SQLModel, table=True):
    """An institution as its newest findings and all statements show it."""

    __tablename__ = "board"

    municipality: str = Field(primary_key=True)
    institution: str = Field(primary_key=True)
    title: str
    sorting: str  # the title, so that № 2 comes before № 10
    search: str  # all that it is looked for by, without case
    kind: str
    category: str | None = None
    is_active: bool = True
    standing: str
    waiting: int = 0  # requirements that wait for a person
    failed: int = 0  # requirements by mark, as a report counts them
    below: int = 0
    review: int = 0
    unseen: int = 0
    pending: int = 0
    passed: int = 0
    audit_id: int | None = None  # it rests on
    audit_as_of: datetime | None = Field(default=None, sa_type=Moment, nullable=True)
    # up to where it has looked
    place: int = 0  # of `board_audit`
    statement: int = 0
    letters: int = 0
    basis: str = ""
    good_until: date | None = None  # the last day before something may change by itself


class BoardCaseRow(SQLModel, table=True):
    """A case that is not settled."""

    __tablename__ = "board_case"
    __table_args__ = (
        Index("board_case_institution", "municipality", "institution"),
        Index("board_case_state", "state", "outcome"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Large)
    municipality: str
    institution: str
    requirement: str
    network: str | None = None
    page: str | None = None
    about: str | None = None
    outcome: str
    severity: str
    reason: str
    because: str
    state: str
    since: date
    told_on: date | None = None
    due: date | None = None
    due_clause: str | None = None
    assigned: str | None = None
    assigned_until: date | None = None
    answer: int | None = None
    answer_kind: str | None = None
    waived_until: date | None = None
    thing: str  # as `postponed` names it


class BoardAnswerRow(SQLModel, table=True):
    """An answer that waits for a decision, or for a reading that has not come."""

    __tablename__ = "board_answer"
    __table_args__ = (Index("board_answer_institution", "municipality", "institution"),)

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    municipality: str
    institution: str
    kind: str
    requirement: str | None = None  # the answer's own, or of the one case of which it speaks
    made_on: date
    thing: str


class BoardTermRow(SQLModel, table=True):
    """A confirmation or a waiver in force, and its last day."""

    __tablename__ = "board_term"
    __table_args__ = (
        Index("board_term_institution", "municipality", "institution"),
        Index("board_term_until", "until"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Large)
    municipality: str
    institution: str
    number: int | None = None  # None: the registry's file says it
    kind: str
    requirement: str | None = None
    page: str | None = None
    until: date
    told: str  # in words
    thing: str


class BoardAuditRow(SQLModel, table=True):
    """Audits in the order in which the board has noticed that they are finished."""

    __tablename__ = "board_audit"

    audit_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    place: int = Field(index=True)


class BoardStateRow(SQLModel, table=True):
    """When all of it was last found up to date."""

    __tablename__ = "board_state"

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    caught_up_at: datetime = Field(sa_type=Moment)


class PostponedRow(SQLModel, table=True):
    """A thing that somebody does not want to be shown before a day."""

    __tablename__ = "postponed"

    thing: str = Field(primary_key=True)
    until: date
    by: str
    at: datetime = Field(sa_type=Moment)


class SavedFilterRow(SQLModel, table=True):
    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("account", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    account: int
    name: str
    query: str


DERIVED = (
    BoardRow,
    BoardCaseRow,
    BoardAnswerRow,
    BoardTermRow,
    BoardAuditRow,
    BoardStateRow,
)
