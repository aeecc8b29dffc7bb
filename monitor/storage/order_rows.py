"""The row of what the desk was told to do and has not done yet (monitor/storage/orders.py)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from monitor.storage.tables import Moment


class OrderRow(SQLModel, table=True):
    """Something that takes longer than a page may: a reading, a plan of letters, their sending.

    `slot` is unique as long as the order is open: the same is ordered once. `as_of` is fixed when
    the work begins, so that who takes it up after a crash goes on with the same audit.
    """

    __tablename__ = "desk_order"
    __table_args__ = (
        Index("desk_order_slot", "slot", unique=True),
        Index("desk_order_subject", "subject", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str  # see monitor/storage/orders.py
    subject: str  # an institution's key, an audit's number, or ""
    slot: str | None = None
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    ordered_by: str
    ordered_at: datetime = Field(sa_type=Moment)
    state: str = "waiting"  # waiting | running | done | failed
    as_of: datetime | None = Field(default=None, sa_type=Moment, nullable=True)
    done: int = 0
    total: int = 0
    finished_at: datetime | None = Field(default=None, sa_type=Moment, nullable=True)
    audit_id: int | None = Field(default=None, foreign_key="audit.id")
    told: str = ""  # Russian: what came of it, or why nothing did
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
