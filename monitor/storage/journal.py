"""The journal of the desk: who did what, when, to what. It is only added to.

What people state has rows of its own (monitor/storage/statements.py), whether it came by the desk,
a command, a letter or a link; `stated` gives those that no entry of the journal speaks of.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, or_, true
from sqlmodel import Session, col, select

from monitor.storage.database import batched, exclusive, session
from monitor.storage.desk_tables import AccountRow, JournalRow
from monitor.storage.statements import recorded_by_rows
from monitor.storage.tables import StatementRow
from rules.cases.model import Recorded

LONGEST = 500  # signs of a detail


class What(StrEnum):
    """What was done. Each has its words in monitor/desk/gate/words.toml."""

    LOGGED_IN = "logged_in"
    LOG_IN_FAILED = "log_in_failed"
    PASSWORD_FAILED = "password_failed"  # of somebody who is in
    CODE_FAILED = "code_failed"
    LOGGED_OUT = "logged_out"
    SESSIONS_ENDED = "sessions_ended"
    PASSWORD_CHANGED = "password_changed"
    SECOND_FACTOR_SET = "second_factor_set"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_RESET = "account_reset"
    ACCOUNT_ENDED = "account_ended"
    ACCOUNT_ROLE = "account_role"
    LINK_OPENED = "link_opened"
    LINK_ENDED = "link_ended"
    ANSWERED = "answered"
    DECIDED = "decided"
    RECORDED = "recorded"
    UNDONE = "undone"
    ASSIGNED = "assigned"
    POSTPONED = "postponed"
    BROUGHT_BACK = "brought_back"
    PLACED = "placed"
    REREAD = "reread"
    SENT = "sent"
    REHEARSED = "rehearsed"
    SKIPPED = "skipped"
    HELD = "held"
    RELEASED = "released"
    REGISTRY_CHANGED = "registry_changed"
    EXPORTED = "exported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`who`: an account's name, or what else somebody is called. `statement`: what he recorded."""

    at: datetime
    what: str
    account: int | None = None
    who: str = ""
    role: str = ""
    address: str = ""
    municipality: str | None = None
    institution: str | None = None
    statement: int | None = None
    detail: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """Which entries; `towns`, `accounts` None: of all. What belongs to no municipality (a log-in)
    is shown by whose it is; nobody's (a wrong name) only to whoever sees all accounts."""

    towns: Collection[str] | None = None
    accounts: Collection[int] | None = None
    since: datetime | None = None
    until: datetime | None = None
    what: Collection[str] = ()
    who: str = ""
    institution: str = ""


def note(engine: Engine, entry: Entry) -> int:
    with session(engine) as opened:
        return put(opened, entry)


def note_once(engine: Engine, entry: Entry) -> None:
    """Of a statement: a second entry that says the same of it is none."""
    with exclusive(engine) as opened:
        same = (JournalRow.what == entry.what, JournalRow.statement == entry.statement)
        if not opened.exec(select(JournalRow.id).where(*same).limit(1)).first():
            put(opened, entry)


def put(opened: Session, entry: Entry) -> int:
    """As `note`, in a unit of work that does more than this."""
    row = JournalRow(
        at=entry.at,
        account_id=entry.account,
        who=one_line(entry.who),
        role=entry.role,
        address=one_line(entry.address),
        what=entry.what,
        municipality=entry.municipality,
        institution=entry.institution,
        statement=entry.statement,
        detail=one_line(entry.detail),
    )
    opened.add(row)
    opened.flush()
    assert row.id is not None
    return row.id


def one_line(text: str) -> str:
    """What somebody typed makes no line of its own, in no journal, log or table."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(plain.split())[:LONGEST]


def newest(
    engine: Engine, wanted: EntryFilter, *, most: int, before: int | None = None
) -> tuple[Entry, ...]:
    """The newest first. `before`: only those with a smaller number."""
    chosen = select(JournalRow).where(_visible(wanted), *_within(wanted, col(JournalRow.at)))
    if wanted.what:
        chosen = chosen.where(col(JournalRow.what).in_(wanted.what))
    if wanted.who:
        chosen = chosen.where(JournalRow.who == wanted.who)
    if wanted.institution:
        chosen = chosen.where(JournalRow.institution == wanted.institution)
    if before is not None:
        chosen = chosen.where(col(JournalRow.id) < before)
    with session(engine) as opened:
        rows = opened.exec(chosen.order_by(col(JournalRow.id).desc()).limit(most)).all()
        return tuple(map(_entry, rows))


def unjournalled_statements(
    engine: Engine, wanted: EntryFilter, *, most: int, before: int | None = None
) -> tuple[Recorded, ...]:
    """What people stated otherwise than by an entry of the journal, the newest first."""
    told = select(JournalRow.statement).where(col(JournalRow.statement) == col(StatementRow.id))
    chosen = select(StatementRow).where(~told.exists())
    chosen = chosen.where(*_within(wanted, col(StatementRow.recorded_at)))
    if wanted.towns is not None:
        chosen = chosen.where(col(StatementRow.municipality).in_(sorted(wanted.towns)))
    if wanted.who:
        chosen = chosen.where(StatementRow.recorded_by == wanted.who)
    if wanted.institution:
        chosen = chosen.where(StatementRow.institution == wanted.institution)
    if before is not None:
        chosen = chosen.where(col(StatementRow.id) < before)
    with session(engine) as opened:
        rows = opened.exec(chosen.order_by(col(StatementRow.id).desc()).limit(most)).all()
        return recorded_by_rows(rows)


DECISIVE = ("attestation", "event", "waiver", "assigned", "decided", "withdrawn")


def newest_decisions(
    engine: Engine, towns: Collection[str] | None, most: int
) -> tuple[tuple[Recorded, str], ...]:
    """What was decided, by whatever way, the newest first; each with the role of the account that
    recorded it, "" where it was none."""
    same = col(AccountRow.name) == col(StatementRow.recorded_by)
    chosen = select(StatementRow, AccountRow.role).outerjoin(AccountRow, same)
    chosen = chosen.where(col(StatementRow.kind).in_(DECISIVE))
    if towns is not None:
        chosen = chosen.where(col(StatementRow.municipality).in_(sorted(towns)))
    with session(engine) as opened:
        rows = opened.exec(chosen.order_by(col(StatementRow.id).desc()).limit(most)).all()
    made = recorded_by_rows([row for row, _ in rows])
    return tuple(zip(made, (role or "" for _, role in rows), strict=True))


def recorded_by_number(engine: Engine, numbers: Sequence[int]) -> tuple[Recorded, ...]:
    """What these statements say, in no order."""
    found: list[Recorded] = []
    for some in batched(numbers):
        with session(engine) as opened:
            wanted = select(StatementRow).where(col(StatementRow.id).in_(some))
            found += recorded_by_rows(opened.exec(wanted).all())
    return tuple(found)


def _visible(wanted: EntryFilter) -> ColumnElement[bool]:
    town, account = col(JournalRow.municipality), col(JournalRow.account_id)
    is_near = true() if wanted.towns is None else town.in_(sorted(wanted.towns))
    is_known = true() if wanted.accounts is None else account.in_(sorted(wanted.accounts))
    return or_(and_(town.is_not(None), is_near), and_(town.is_(None), is_known))


def _within(wanted: EntryFilter, at: Any) -> list[Any]:
    since = [at >= wanted.since] if wanted.since else []
    return since + ([at < wanted.until] if wanted.until else [])


def _entry(row: JournalRow) -> Entry:
    return Entry(
        number=row.id,
        at=row.at,
        what=row.what,
        account=row.account_id,
        who=row.who,
        role=row.role,
        address=row.address,
        municipality=row.municipality,
        institution=row.institution,
        statement=row.statement,
        detail=row.detail,
    )
