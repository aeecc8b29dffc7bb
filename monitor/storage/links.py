"""Links by which institutions come to their page: 256 random bits, of which a digest is kept.

    made, when its letter is handed over ──> live ──days are over──> dead
                                              └──somebody ends it───> dead

The token is in the letter and nowhere else. A later letter brings another link and leaves this one
alive, so that whoever looks for the letter of last week still comes in.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, update
from sqlmodel import Session, col, select

from monitor.clocks.believed import SLIP
from monitor.storage.database import exclusive, put_once, session
from monitor.storage.tables import AuditRow, LinkDayRow, LinkRow, MessageRow

BITS = 256
TOKEN = re.compile(r"[a-z2-7]{52}")  # base32: no sign at which a line is broken
SAMPLE = "0" * 52  # stands in a letter until it is handed over: no token ever looks like it
MOST_ANSWERS, MOST_BYTES, MOST_ASKED = 10, 100_000_000, 2  # of a link, a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    number: int
    municipality: str
    institution: str
    made_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    ended_by: str = ""
    letter_at: datetime | None = None  # when the letter that has it went
    audit: int | None = None  # of which that letter tells; None: it brings the link alone

    def is_live(self, now: datetime) -> bool:
        """Not one that a clock that was ahead has made: it would live on for too long."""
        return self.ended_at is None and self.made_at - SLIP <= now < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedOn:
    """The journal of a link, for one day."""

    day: date
    openings: int
    first_at: datetime | None
    last_at: datetime | None
    answers: int
    sent_bytes: int


def make(
    engine: Engine, message: MessageRow, institution: str, at: datetime, ends_at: datetime
) -> str:
    """A token for this letter of `municipality/id`; its digest is kept before it is handed over.

    A letter that is tried again after it was surely not taken has the link of that try no more.
    """
    token = base64.b32encode(secrets.token_bytes(BITS // 8)).decode().rstrip("=").lower()
    town, _, name = institution.partition("/")
    made = LinkRow(
        digest=digest_of(token),
        municipality=town,
        institution=name,
        message_id=message.id,
        made_at=at,
        ends_at=ends_at,
    )
    with exclusive(engine) as opened:
        if message.attempts > 1 and (last := _last_of(opened, message)):
            last.digest, last.made_at, last.ends_at = made.digest, made.made_at, made.ends_at
        else:
            opened.add(made)
    return token


def _last_of(opened: Session, message: MessageRow) -> LinkRow | None:
    theirs = select(LinkRow).where(LinkRow.message_id == message.id)
    return opened.exec(theirs.order_by(col(LinkRow.id).desc()).limit(1)).first()


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def by_token(engine: Engine, token: str) -> Link | None:
    """Dead or alive; None: nobody was ever given it."""
    if not TOKEN.fullmatch(token):
        return None
    with session(engine) as opened:
        found = opened.exec(_links().where(LinkRow.digest == digest_of(token))).first()
        return _value(*found) if found else None


def of(engine: Engine, municipality: str, institution: str) -> tuple[Link, ...]:
    """All that it was ever given, the newest first."""
    theirs = (LinkRow.municipality == municipality, LinkRow.institution == institution)
    with session(engine) as opened:
        rows = opened.exec(_links().where(*theirs).order_by(col(LinkRow.id).desc()))
        return tuple(_value(*row) for row in rows)


def institutions(engine: Engine) -> tuple[str, ...]:
    """Whoever was ever given one, as `municipality/id`."""
    named = select(LinkRow.municipality, LinkRow.institution).distinct()
    with session(engine) as opened:
        return tuple(sorted(f"{town}/{name}" for town, name in opened.exec(named)))


def by_number(engine: Engine, number: int) -> Link | None:
    with session(engine) as opened:
        found = opened.exec(_links().where(LinkRow.id == number)).first()
        return _value(*found) if found else None


def _links() -> Any:
    return (
        select(LinkRow, MessageRow.sent_at, AuditRow.id)
        .join(MessageRow, col(MessageRow.id) == col(LinkRow.message_id), isouter=True)
        .join(AuditRow, col(AuditRow.id) == col(MessageRow.audit_id), isouter=True)
    )


def _value(row: LinkRow, sent_at: datetime | None, audit: int | None) -> Link:
    return Link(
        number=row.id or 0,
        municipality=row.municipality,
        institution=row.institution,
        made_at=row.made_at,
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        letter_at=sent_at,
        audit=audit,
    )


def end(engine: Engine, number: int, *, by: str, at: datetime) -> bool:
    """Whether it was this that ended it."""
    with session(engine) as opened:
        ended = opened.exec(
            update(LinkRow)
            .where(col(LinkRow.id) == number, col(LinkRow.ended_at).is_(None))
            .values(ended_at=at, ended_by=by)
        )
    return bool(ended.rowcount)


# --- a link's day -------------------------------------------------------------------------------


def note_opening(engine: Engine, link: Link, day: date, at: datetime) -> bool:
    """One more; mail scanners open links as well. Whether it was the first one of the day."""
    with session(engine) as opened:
        _begin(opened, link, day)
        first = opened.exec(
            update(LinkDayRow)
            .where(*_is(link, day), col(LinkDayRow.first_at).is_(None))
            .values(first_at=at)
        )
        opened.exec(
            update(LinkDayRow)
            .where(*_is(link, day))
            .values(
                openings=LinkDayRow.openings + 1,
                last_at=at,
            )
        )
    return bool(first.rowcount)


def take(engine: Engine, link: Link, day: date) -> bool:
    """Room for one more answer; False: the day's share is used up."""
    with session(engine) as opened:
        _begin(opened, link, day)
        taken = opened.exec(
            update(LinkDayRow)
            .where(*_is(link, day), col(LinkDayRow.answers) < MOST_ANSWERS)
            .values(answers=LinkDayRow.answers + 1)
        )
    return bool(taken.rowcount)


def take_bytes(engine: Engine, link: Link, day: date, size: int) -> bool:
    """Likewise for what is about to be sent, whatever becomes of it."""
    with session(engine) as opened:
        _begin(opened, link, day)
        taken = opened.exec(
            update(LinkDayRow)
            .where(*_is(link, day), col(LinkDayRow.sent_bytes) + size <= MOST_BYTES)
            .values(sent_bytes=LinkDayRow.sent_bytes + size)
        )
    return bool(taken.rowcount)


def give_back_bytes(engine: Engine, link: Link, day: date, size: int) -> None:
    """Of what was taken, as much as never came."""
    with session(engine) as opened:
        opened.exec(
            update(LinkDayRow)
            .where(*_is(link, day))
            .values(sent_bytes=LinkDayRow.sent_bytes - size)
        )


def take_new(engine: Engine, link: Link, day: date) -> bool:
    """Likewise for a letter with a new link."""
    with session(engine) as opened:
        _begin(opened, link, day)
        taken = opened.exec(
            update(LinkDayRow)
            .where(*_is(link, day), col(LinkDayRow.asked) < MOST_ASKED)
            .values(asked=LinkDayRow.asked + 1)
        )
    return bool(taken.rowcount)


def days_of(engine: Engine, numbers: Sequence[int]) -> dict[int, tuple[UsedOn, ...]]:
    """Of these links, the newest day first."""
    wanted = select(LinkDayRow).where(col(LinkDayRow.link_id).in_(numbers))
    found: dict[int, list[UsedOn]] = {}
    with session(engine) as opened:
        for row in opened.exec(wanted.order_by(col(LinkDayRow.day).desc())):
            used = UsedOn(
                day=row.day,
                openings=row.openings,
                first_at=row.first_at,
                last_at=row.last_at,
                answers=row.answers,
                sent_bytes=row.sent_bytes,
            )
            found.setdefault(row.link_id, []).append(used)
    return {number: tuple(days) for number, days in found.items()}


def _begin(opened: Session, link: Link, day: date) -> None:
    put_once(opened, [LinkDayRow(link_id=link.number, day=day)])


def _is(link: Link, day: date) -> tuple[ColumnElement[bool], ...]:
    return col(LinkDayRow.link_id) == link.number, col(LinkDayRow.day) == day
