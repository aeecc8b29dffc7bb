"""Rows. Observations, judgements and statements are append-only: nothing here updates them.

Table classes do not validate and SQLite forgets time zones, so moments go through `Moment`.
Bodies are the JSON of the frozen values, compressed: columns beside them exist only to be
searched by.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    false,
)
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from rules.model import Outcome


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite forgets the zone; PostgreSQL answers in the zone of its session."""
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


# A country's night writes five million findings: PostgreSQL's INTEGER ends within two years.
# SQLite's INTEGER has 64 bits, and only a key of that name numbers itself.
Large = BigInteger().with_variant(Integer(), "sqlite")


def _moment(**options: Any) -> Any:
    return Field(sa_type=Moment, **options)


class AuditRow(SQLModel, table=True):
    __tablename__ = "audit"
    __table_args__ = (Index("audit_reading", "reading", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str = "audit"  # audit | collect | evaluate; what only collected is no report
    as_of: datetime = _moment(index=True)
    started_at: datetime = _moment()
    finished_at: datetime | None = _moment(default=None, nullable=True)
    complete: bool = False
    scope: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    collection: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    registries: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    packs: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    issues: list[dict[str, str]] = Field(sa_column=Column(JSON, nullable=False))
    standings: dict[str, int] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    reading: str | None = None  # the key of monitor/storage/readings.py
    letters_due: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class DocumentRow(SQLModel, table=True):
    """The text of a registry or pack as it was used, once for every digest."""

    __tablename__ = "document"

    digest: str = Field(primary_key=True)
    name: str
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ObservationRow(SQLModel, table=True):
    __tablename__ = "observation"
    __table_args__ = (Index("observation_page", "network", "address", "observed_at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Large)
    audit_id: int = Field(foreign_key="audit.id", index=True)
    network: str
    address: str
    page_id: str | None = None
    observed_at: datetime = _moment()
    failure: str | None = None
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    facts: str | None = None  # of a site: the digest by which they are kept


class SiteFactsRow(SQLModel, table=True):
    """What a site showed, once for all nights on which it was the same.

    `outline`: the same without `site`; None: kept before that was done.
    """

    __tablename__ = "site_facts"

    digest: str = Field(primary_key=True)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    outline: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


COUNTED: Mapping[Outcome, str] = {
    Outcome.PASS: "passed",
    Outcome.FAIL: "failed",
    Outcome.REVIEW: "review",
    Outcome.PENDING: "pending",
    Outcome.UNKNOWN: "unknown",
    Outcome.NOT_APPLICABLE: "not_applicable",
    Outcome.ERROR: "error",
}
"""The column in which a judgement counts its findings of each outcome."""


class JudgementRow(SQLModel, table=True):
    """What one audit found of one institution: its findings in one body, their outcomes counted.

    Together they repeat themselves so much that they take a seventh of what each takes alone.
    """

    __tablename__ = "judgement"
    __table_args__ = (
        UniqueConstraint("audit_id", "municipality", "institution"),
        Index("judgement_institution", "municipality", "institution", "audit_id"),
        # counts of a trend, bodies unread
        Index("judgement_counts", "audit_id", "municipality", *COUNTED.values()),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Large)
    audit_id: int = Field(foreign_key="audit.id")
    municipality: str
    institution: str
    passed: int = 0
    failed: int = 0
    review: int = 0
    pending: int = 0
    unknown: int = 0
    not_applicable: int = 0
    error: int = 0
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class EvidenceListRow(SQLModel, table=True):
    """A list of evidence, once for all findings that rest on it: a site's is long, and shared."""

    __tablename__ = "evidence_list"

    digest: str = Field(primary_key=True)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CallRow(SQLModel, table=True):
    """One line of the ledger: calls that count against a platform's daily quota."""

    __tablename__ = "call"
    __table_args__ = (Index("call_reader", "reader", "method", "at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Large)
    reader: str
    method: str
    at: datetime = _moment()
    calls: int


class PaceRow(SQLModel, table=True):
    """When a reader of a platform may next ask it, whichever process it is that asks."""

    __tablename__ = "pace"

    reader: str = Field(primary_key=True)
    free_at: float  # seconds since 1970 by the database's own clock


class StatementRow(SQLModel, table=True):
    """What somebody stated, by command, letter or link, beside the registry. Append-only.

    What is decided on an answer, or withdrawn, is another row that refers to it. `slot` is unique:
    what may be said once only, is.
    """

    __tablename__ = "statement"
    __table_args__ = (
        Index("statement_slot", "slot", unique=True),
        Index("statement_refers_to", "refers_to"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str  # see monitor/storage/statements.py
    municipality: str = Field(index=True)
    institution: str
    recorded_at: datetime = _moment()
    recorded_by: str
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    since: date | None = None  # the day from which it counts; None: as `body` or `recorded_at` say
    refers_to: int | None = None
    slot: str | None = None


class AttachmentRow(SQLModel, table=True):
    """A file that came with an answer: compressed, once for all answers that hold it."""

    __tablename__ = "attachment"

    digest: str = Field(primary_key=True)  # sha256 of what it is, uncompressed
    size: int
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ReceivedRow(SQLModel, table=True):
    """A message that came to the address that institutions answer: read once, whatever it is.

    Unique by its place on the server, and by `slot`, its own number: a server that numbers its
    messages anew brings nothing twice. A text that was kept for long enough goes, the row stays.
    """

    __tablename__ = "received"
    __table_args__ = (
        Index("received_place", "mailbox", "validity", "uid", unique=True),
        Index("received_slot", "slot", unique=True),
        Index("received_kind", "kind"),
    )

    id: int | None = Field(default=None, primary_key=True)
    mailbox: str  # host, folder and user
    validity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    slot: str
    kind: str  # see monitor/storage/received.py
    arrived_at: datetime = _moment()  # by the server's clock
    read_at: datetime = _moment()
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    decided_by: str = ""  # who placed or dismissed an unclear one
    decided_at: datetime | None = _moment(default=None, nullable=True)
    removed_on: date | None = None
    files_removed_on: date | None = None


class EvidenceFileRow(SQLModel, table=True):
    """A WARC file of one run. `chain` is the sha256 of the file's digest and the last chain.

    A run of one process has one file; of several workers, each has its own.
    """

    __tablename__ = "evidence_file"

    audit_id: int = Field(primary_key=True, foreign_key="audit.id")
    name: str = Field(primary_key=True)
    records: int
    size: int = Field(sa_type=Large)
    sha256: str
    chain: str
    place: int = Field(sa_column_kwargs={"server_default": "0"})  # in the order of sealing
    binned_at: datetime | None = _moment(default=None, nullable=True)
    removed_on: date | None = None
    refers_to: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """Other files that hold bodies which this one only refers to: they stay as long as it does."""


class EvidenceStampRow(SQLModel, table=True):
    """What a time-stamping authority answered: by then the chain up to `place` existed."""

    __tablename__ = "evidence_stamp"

    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    chain: str
    authority: str  # its address
    received_at: datetime = _moment()
    response: bytes = Field(sa_column=Column(LargeBinary, nullable=False))  # as it came


class MessageRow(SQLModel, table=True):
    """The outbox. A message is claimed by a conditional update, then sent.

    `body` is the letter without its long parts (monitor/storage/letters.py); a body that was kept
    for long enough goes, and the row stays as the record that it was sent.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("audit_id", "role", "recipient", "turn"),
        Index("message_role", "role", "state"),
    )

    id: int | None = Field(default=None, primary_key=True)
    audit_id: int | None = Field(default=None, foreign_key="audit.id")  # None: an alert
    role: str
    recipient: str
    turn: int = 1  # raised when somebody asks to send the same report again
    subject: str
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    message_id: str = ""  # the header's value, by which the next report answers this one
    state: str = Field(default="queued", index=True)
    """held (until the deputy head has the report) | queued | claimed | handing | sent | parked;
    by an operator's word: stopped | skipped"""
    queued_at: datetime = _moment()
    claimed_at: datetime | None = _moment(default=None, nullable=True)
    due_at: datetime = _moment()
    sent_at: datetime | None = _moment(default=None, nullable=True)
    attempts: int = 0
    answer: str = ""
    binned_at: datetime | None = _moment(default=None, nullable=True)
    removed_on: date | None = None


class LetterPartRow(SQLModel, table=True):
    """A long part of letters, such as an attachment: compressed, once for all that hold it."""

    __tablename__ = "letter_part"

    digest: str = Field(primary_key=True)  # sha256 of what it is, uncompressed
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class MessagePartRow(SQLModel, table=True):
    """Which letters hold which parts: one that is in none any more goes."""

    __tablename__ = "message_part"
    __table_args__ = (Index("message_part_digest", "digest"),)

    message_id: int = Field(primary_key=True, foreign_key="message.id", ondelete="CASCADE")
    digest: str = Field(primary_key=True, foreign_key="letter_part.digest")


class LinkRow(SQLModel, table=True):
    """The way of one institution to its page of the desk. Its token is stored nowhere."""

    __tablename__ = "link"
    __table_args__ = (
        Index("link_digest", "digest", unique=True),
        Index("link_institution", "municipality", "institution"),
        Index("link_message", "message_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    digest: str  # sha256 of the token
    municipality: str
    institution: str
    message_id: int | None = Field(default=None, foreign_key="message.id")  # the letter that has it
    made_at: datetime = _moment()
    ends_at: datetime = _moment()
    ended_at: datetime | None = _moment(default=None, nullable=True)
    ended_by: str = ""


class LinkDayRow(SQLModel, table=True):
    """What one link was used for on one day: how often it was opened, what came through it."""

    __tablename__ = "link_day"

    link_id: int = Field(primary_key=True, foreign_key="link.id")
    day: date = Field(primary_key=True)
    openings: int = 0
    first_at: datetime | None = _moment(default=None, nullable=True)  # opened
    last_at: datetime | None = _moment(default=None, nullable=True)
    answers: int = 0
    sent_bytes: int = Field(default=0, sa_type=BigInteger)
    asked: int = 0  # new links, by who came with this one when it was over


class NightRow(SQLModel, table=True):
    """One due moment of the schedule. `as_of` is fixed when the night begins: a crash keeps it."""

    __tablename__ = "night"

    due_at: datetime = _moment(primary_key=True)
    as_of: datetime = _moment()
    finished_at: datetime | None = _moment(default=None, nullable=True)
    audit_id: int | None = Field(default=None, foreign_key="audit.id")
    failure: str = ""


class LockRow(SQLModel, table=True):
    """Who is at work; a lock whose holder no longer renews it is taken over."""

    __tablename__ = "lock"

    name: str = Field(primary_key=True)
    holder: str
    taken_at: datetime = _moment()
    renewed_at: datetime = _moment()
