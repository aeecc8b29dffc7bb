"""The outbox: a message is claimed by a conditional update, then sent.

    held ──> queued ──> claimed ──> handing ──> sent
                ^          │           │
                └──────────┴───────────┴─> parked

A letter to an institution is held until the deputy head has the report of the same audit
(held.py). Before the bytes are handed over, a restart may try again; afterwards it may not. Only
between the last byte and the server's answer can a crash, or a broken connection, leave a doubt,
and there we would rather not send twice: the message is parked, named by `dozor outbox`, and one
word of the operator sends it.

An operator may keep a message back (kept_back.py): *stopped* it waits for his word, *skipped* it
never goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, and_, func, or_, update
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from monitor.clocks.believed import SLIP
from monitor.storage import letters
from monitor.storage.database import StorageError, exclusive, session
from monitor.storage.kept_back import KEPT_BACK, SKIPPED
from monitor.storage.roles import DEPUTY
from monitor.storage.tables import AuditRow, MessageRow
from reports.model import Audit

UNSURE = (
    "неизвестно, дошло ли: программа остановилась при передаче. Спросите адресата; "
    "отправить снова: dozor outbox --retry"
)
NEVER = ("parked", *KEPT_BACK)  # states in which nobody has it, or is about to
LONGEST = timedelta(days=2)  # no pause between two tries is as long


class QueuedBeforeError(StorageError):
    """The same message is in line, or was: nothing was queued."""


@dataclass(frozen=True, slots=True)
class PlaceInLine:
    """Where a new message stands: its turn, and the first and the last letter it answers."""

    turn: int
    thread: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LastReport:
    """The newest report that somebody was written of: its audit, and the letter."""

    audit: int
    as_of: datetime
    subject: str
    queued_at: datetime


def place(
    engine: Engine, audit: Audit | None, role: str, recipient: str, *, again: bool = False
) -> PlaceInLine | None:
    """None when this audit's message was queued before and nobody said `again`.

    An alert (no audit) is always queued, and answers nothing.
    """
    if audit is None:
        return PlaceInLine(1, ())
    with session(engine) as opened:
        turns = _turns(opened, audit, role, recipient)
        return (
            None
            if turns and not again
            else PlaceInLine(turns + 1, _thread(opened, role, recipient))
        )


def _turns(opened: Session, audit: Audit, role: str, recipient: str) -> int:
    same = (*_same(role, recipient), MessageRow.audit_id == audit.id)
    return opened.exec(select(func.max(MessageRow.turn)).where(*same)).one() or 0


def _same(role: str, recipient: str) -> tuple[bool, bool]:
    return MessageRow.role == role, MessageRow.recipient == recipient


def _thread(opened: Session, role: str, recipient: str) -> tuple[str, ...]:
    """The letters that this recipient has, or will have: what was put aside is no such letter."""
    known = opened.exec(
        select(MessageRow.message_id)
        .where(
            *_same(role, recipient),
            MessageRow.message_id != "",
            col(MessageRow.state).not_in(NEVER),
        )
        .order_by(col(MessageRow.id))
    ).all()
    return tuple(dict.fromkeys((known[0], known[-1]))) if known else ()


def queue(
    engine: Engine,
    audit: Audit | None,
    *,
    role: str,
    recipient: str,
    subject: str,
    body: bytes,
    at: datetime,
    message_id: str = "",
    turn: int = 1,
    held: bool = False,
    refusal: str = "",
    told_since: datetime | None = None,
) -> MessageRow:
    """Put a message in line, or aside with the reason why it cannot go (`refusal`).

    A second one of the same audit, role, recipient and turn is refused (QueuedBeforeError); so is
    an alert where one with its subject was put in line between `told_since` and now: one of later
    was written by a clock that was ahead, and told long ago.
    """
    row = MessageRow(
        audit_id=audit.id if audit else None,
        role=role,
        recipient=recipient,
        turn=turn,
        subject=subject,
        body=b"",
        message_id=message_id,
        state="parked" if refusal else "held" if held else "queued",
        answer=refusal,
        queued_at=at,
        due_at=at,
    )
    with exclusive(engine) as opened:
        if _is_queued(opened, row, told_since):
            raise QueuedBeforeError(subject)
        letters.keep(opened, row, body)
    return row


def _is_queued(opened: Session, row: MessageRow, told_since: datetime | None) -> bool:
    same = select(MessageRow.id).where(
        MessageRow.audit_id == row.audit_id, *_same(row.role, row.recipient)
    )
    if row.audit_id is not None:
        same = same.where(MessageRow.turn == row.turn)
    elif told_since is None:
        return False
    else:
        at = col(MessageRow.queued_at)
        of_late = and_(at > told_since, at <= row.queued_at + SLIP)
        same = same.where(MessageRow.subject == row.subject, of_late)
    return opened.exec(same.limit(1)).first() is not None


def roles_of(engine: Engine, audit: Audit) -> frozenset[str]:
    """The roles in which this audit has messages, whatever became of them."""
    with session(engine) as opened:
        roles = select(MessageRow.role).where(MessageRow.audit_id == audit.id).distinct()
        return frozenset(opened.exec(roles))


def has_gone_to(engine: Engine, roles: str) -> bool:
    """Whether a letter in a role that begins so was ever sent, or is to be: not one that was put
    aside when it was written."""
    tried = or_(col(MessageRow.state).not_in(NEVER), col(MessageRow.attempts) > 0)
    wanted = select(MessageRow.id).where(col(MessageRow.role).startswith(roles), tried)
    with session(engine) as opened:
        return opened.exec(wanted.limit(1)).first() is not None


def reported_roles(engine: Engine, audit: Audit) -> frozenset[str]:
    """The roles of deputy heads, of the whole or of a part, for whom this audit's report was put in
    line and not taken out again by anybody."""
    with session(engine) as opened:
        report = (
            MessageRow.audit_id == audit.id,
            col(MessageRow.role).startswith(DEPUTY),
            col(MessageRow.state).not_in(KEPT_BACK),
        )
        return frozenset(opened.exec(select(MessageRow.role).where(*report).distinct()))


def last_told(
    engine: Engine, role: str, recipient: str, until: datetime | None = None
) -> LastReport | None:
    """The newest audit that this recipient was written of in this role.

    A partial one, sent by hand, is no deputy head's report of the week; one of later than `until`
    is of a clock that was ahead.
    """
    by = [] if until is None else [col(AuditRow.as_of) <= until]
    whole = [col(AuditRow.scope).is_(None)] if role.startswith(DEPUTY) else []
    with session(engine) as opened:
        found = opened.exec(
            select(AuditRow.id, AuditRow.as_of, MessageRow.subject, MessageRow.queued_at)
            .join(MessageRow, col(MessageRow.audit_id) == col(AuditRow.id))
            .where(*_same(role, recipient), *whole, *by)
            .where(col(MessageRow.state).not_in(KEPT_BACK))
            .order_by(col(AuditRow.as_of).desc(), col(MessageRow.id).desc())
            .limit(1)
        ).first()
    return LastReport(found[0] or 0, *found[1:]) if found else None


def last_queued(
    engine: Engine, role: str, recipient: str, now: datetime | None = None
) -> datetime | None:
    """When something was last put in line for this recipient in this role; not after `now`."""
    by = [] if now is None else [col(MessageRow.queued_at) <= now + SLIP]
    with session(engine) as opened:
        return opened.exec(
            select(MessageRow.queued_at)
            .where(*_same(role, recipient), *by)
            .order_by(col(MessageRow.id).desc())
            .limit(1)
        ).first()


def recover(engine: Engine) -> int:
    """After a crash: what was not yet handed over is queued again, what may have gone is parked.

    Call it only while holding the delivery lock. Gives the number that was parked.
    """
    with session(engine) as opened:
        opened.exec(
            update(MessageRow).where(col(MessageRow.state) == "claimed").values(state="queued")
        )
        parked = opened.exec(
            update(MessageRow)
            .where(col(MessageRow.state) == "handing")
            .values(state="parked", answer=UNSURE)
        )
    return int(parked.rowcount)


def due(engine: Engine, now: datetime, roles: str = "") -> tuple[int, ...]:
    """In roles that begin so. Also what a clock that was ahead put off to a far day; but not
    reports of that day."""
    report = select(AuditRow.as_of).where(col(AuditRow.id) == col(MessageRow.audit_id))
    of = func.coalesce(report.scalar_subquery(), now)
    put_off = and_(col(MessageRow.due_at) > now + LONGEST, of <= now + SLIP)
    with session(engine) as opened:
        return tuple(
            number
            for number in opened.exec(
                select(MessageRow.id)
                .where(MessageRow.state == "queued", or_(col(MessageRow.due_at) <= now, put_off))
                .where(col(MessageRow.role).startswith(roles))
                .order_by(col(MessageRow.id))
            )
            if number is not None
        )


def claim(engine: Engine, number: int, now: datetime) -> MessageRow | None:
    """The message, now ours; None when another process was faster."""
    with session(engine) as opened:
        won = opened.exec(
            update(MessageRow)
            .where(col(MessageRow.id) == number, col(MessageRow.state) == "queued")
            .values(state="claimed", claimed_at=now, attempts=MessageRow.attempts + 1)
        )
        return _with_letter(opened, opened.get_one(MessageRow, number)) if won.rowcount else None


def postpone(
    engine: Engine, now: datetime, due_at: datetime, answer: str, roles: str = ""
) -> tuple[tuple[str, str], ...]:
    """What is due now waits until then, and has been tried once more; gives roles, recipients."""
    waits = (
        col(MessageRow.state) == "queued",
        col(MessageRow.due_at) <= now,
        col(MessageRow.role).startswith(roles),
    )
    with session(engine) as opened:
        found = opened.exec(
            select(MessageRow.role, MessageRow.recipient).where(*waits).order_by(col(MessageRow.id))
        ).all()
        opened.exec(
            update(MessageRow)
            .where(*waits)
            .values(due_at=due_at, attempts=MessageRow.attempts + 1, answer=answer)
        )
    return tuple((role, recipient) for role, recipient in found)


def _with_letter(opened: Session, row: MessageRow) -> MessageRow:
    """For a reader: its `body` is the letter as it was written, and is stored no more."""
    letter = letters.whole(opened, row)
    opened.expunge(row)
    row.body = letter
    return row


def mark(engine: Engine, number: int, **changes: object) -> None:
    with session(engine) as opened:
        opened.exec(update(MessageRow).where(col(MessageRow.id) == number).values(**changes))


def write_anew(engine: Engine, number: int, letter: bytes, answer: str) -> None:
    """Back in line with another text, for the reason that the server gave."""
    with exclusive(engine) as opened:
        row = opened.get_one(MessageRow, number)
        row.state, row.answer = "queued", answer
        letters.keep(opened, row, letter)


def waiting(engine: Engine) -> int:
    """How many messages have not gone out."""
    with session(engine) as opened:
        return int(
            opened.exec(
                select(func.count())
                .select_from(MessageRow)
                .where(col(MessageRow.state).not_in(("sent", SKIPPED)))
            ).one()
        )


def messages(engine: Engine, most: int = 50) -> Iterable[MessageRow]:
    """The newest messages first."""
    newest = select(MessageRow).order_by(col(MessageRow.id).desc()).limit(most)
    with session(engine) as opened:
        return [_with_letter(opened, row) for row in opened.exec(newest).all()]


def listed(engine: Engine, most: int = 50) -> Sequence[MessageRow]:
    """The same without their letters, that may be large."""
    newest = select(MessageRow).order_by(col(MessageRow.id).desc()).limit(most)
    with session(engine) as opened:
        return opened.exec(newest.options(defer(MessageRow.body))).all()  # type: ignore[arg-type]


def requeue(engine: Engine, now: datetime, number: int | None = None) -> int:
    """Put what was parked back in line, all or one letter, to go at once; gives the count."""
    one = [] if number is None else [col(MessageRow.id) == number]
    with session(engine) as opened:
        moved = opened.exec(
            update(MessageRow)
            .where(col(MessageRow.state) == "parked", *one)
            .values(state="queued", attempts=0, due_at=now)
        )
    return int(moved.rowcount)
