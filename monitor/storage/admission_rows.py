"""What networks told of our readers: how far they were heard, and where they were let in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from monitor.storage.tables import Moment


class MarkerRow(SQLModel, table=True):
    """Whereto a reader's events were heard: what was before is told no more."""

    __tablename__ = "marker"

    network: str = Field(primary_key=True)
    reader: str = Field(primary_key=True)
    marker: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    heard_at: datetime = Field(sa_type=Moment)
    failure: str = ""  # of the last time, "" where there was none


class AdmissionRow(SQLModel, table=True):
    """Where a reader stands with a page: the last that was told of it."""

    __tablename__ = "admission"

    network: str = Field(primary_key=True)
    reader: str = Field(primary_key=True)
    number: str = Field(primary_key=True)  # the network's own, of the page
    is_in: bool
    at: datetime = Field(sa_type=Moment)
    address: str = ""
    title: str = ""
