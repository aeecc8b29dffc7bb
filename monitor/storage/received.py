"""What came by mail: one row a message, written together with the answers that it holds.

answer      its answers are on record
unclear     waits for an operator, who places it (then it is an answer) or dismisses it
dismissed   it was no answer
bounce      a letter of ours did not arrive
automatic   «я в отпуске», a receipt, a newsletter
own         a letter of ours that came back
old         older than what is kept: noted, not read
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, func
from sqlmodel import Session, col, select

from collectors.errors import UsageError
from monitor.storage import attachments, statements
from monitor.storage.bodies import packed, unpacked
from monitor.storage.database import batched, exclusive, session
from monitor.storage.retention import a_tenth
from monitor.storage.tables import AttachmentRow, MessageRow, ReceivedRow, StatementRow
from rules.cases.model import Attachment, InstitutionAnswer
from rules.model import Institution

UNCLEAR, ANSWER, DISMISSED = "unclear", "answer", "dismissed"
BOUNCE, AUTOMATIC, OWN, OLD = "bounce", "automatic", "own", "old"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a mail seems to say; an operator may take it over when he places it."""

    kind: str = ""  # corrected | confirms | disagrees | correct_registry; "": not to be seen
    post: str = ""
    document: str = ""
    count: int | None = None
    of: int | None = None
    affirmed: bool | None = None  # «да/нет» of a form
    corrections: tuple[tuple[str, str], ...] = ()  # field of the registry, new value


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMessage:
    """What is kept of a message."""

    subject: str = ""
    sender: str = ""
    text: str = ""
    reason: str = ""  # why it is unclear: a code, and what it speaks of
    about: str = ""
    municipality: str = ""  # as far as it is known of whom it comes
    institution: str = ""
    is_registered: bool | None = None  # whether its sender is the institution's address
    requirements: tuple[str, ...] = ()
    proposal: Proposal = Proposal()
    files: tuple[Attachment, ...] = ()
    left_out: int = 0  # files that were too many or too large
    recipient: str = ""  # of a bounce: who was not reached
    answers: tuple[int, ...] = ()  # numbers of statements
    decision: str = ""  # of a dismissal: why


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    number: int
    kind: str
    arrived_at: datetime
    kept: KeptMessage
    decided_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxPlace:
    """Where a message lies on the server."""

    mailbox: str
    validity: int
    uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A message as it is written down."""

    place: MailboxPlace
    slot: str
    kind: str
    arrived_at: datetime
    kept: KeptMessage
    contents: Sequence[bytes] = ()
    institution: Institution | None = None
    answers: Sequence[InstitutionAnswer] = ()


def slot_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def last_uid(engine: Engine, mailbox: str, validity: int) -> int:
    """0: nothing was read of it."""
    wanted = select(func.max(ReceivedRow.uid)).where(
        ReceivedRow.mailbox == mailbox, ReceivedRow.validity == validity
    )
    with session(engine) as opened:
        return opened.exec(wanted).one() or 0


def keep(engine: Engine, came: Incoming, *, by: str, at: datetime) -> bool:
    """The message with all its answers and files, or nothing; False: it was there before."""
    with exclusive(engine) as opened:
        if _is_known(opened, came, at):
            return False
        attachments.put(opened, came.contents)
        numbers = _put_answers(opened, came.institution, came.answers, by, at)
        row = ReceivedRow(
            mailbox=came.place.mailbox,
            validity=came.place.validity,
            uid=came.place.uid,
            slot=came.slot,
            kind=came.kind,
            arrived_at=came.arrived_at,
            read_at=at,
            body=packed(replace(came.kept, answers=numbers)),
        )
        opened.add(row)
    return True


def _is_known(opened: Session, came: Incoming, at: datetime) -> bool:
    """A message that a server has numbered anew is moved to its new place."""
    place = came.place
    here = select(ReceivedRow.id).where(
        ReceivedRow.mailbox == place.mailbox,
        ReceivedRow.validity == place.validity,
        ReceivedRow.uid == place.uid,
    )
    if opened.exec(here).first() is not None:
        return True
    row = opened.exec(select(ReceivedRow).where(ReceivedRow.slot == came.slot)).first()
    if row is None:
        return False
    if row.mailbox == place.mailbox and row.validity == place.validity:
        return _note_copy(opened, came, at)
    row.mailbox, row.validity, row.uid = place.mailbox, place.validity, place.uid
    return True


def _note_copy(opened: Session, came: Incoming, at: datetime) -> bool:
    """A second copy in the same folder: only its place is remembered."""
    row = ReceivedRow(
        mailbox=came.place.mailbox,
        validity=came.place.validity,
        uid=came.place.uid,
        slot=slot_of(f"{came.slot} {came.place}"),
        kind=OLD,
        arrived_at=came.arrived_at,
        read_at=at,
        body=packed(KeptMessage()),
    )
    opened.add(row)
    return True


def _put_answers(
    opened: Session,
    institution: Institution | None,
    answers: Sequence[InstitutionAnswer],
    by: str,
    at: datetime,
) -> tuple[int, ...]:
    if institution is None:
        return ()
    return tuple(statements.put(opened, institution, one, by=by, at=at) for one in answers)


# --- read back ----------------------------------------------------------------------------------


def unclear(engine: Engine) -> tuple[Received, ...]:
    """Those that wait, oldest first."""
    return _found(engine, UNCLEAR)


def bounces(engine: Engine, since: datetime | None = None) -> tuple[Received, ...]:
    """Oldest first."""
    found = _found(engine, BOUNCE)
    return tuple(one for one in found if since is None or one.arrived_at >= since)


def listed(engine: Engine, most: int = 50) -> tuple[Received, ...]:
    """The newest first, whatever they are."""
    newest = select(ReceivedRow).order_by(col(ReceivedRow.id).desc()).limit(most)
    with session(engine) as opened:
        return tuple(map(_value, opened.exec(newest)))


def by_number(engine: Engine, number: int) -> Received | None:
    with session(engine) as opened:
        row = opened.get(ReceivedRow, number)
        return _value(row) if row else None


def _found(engine: Engine, kind: str) -> tuple[Received, ...]:
    wanted = select(ReceivedRow).where(
        ReceivedRow.kind == kind, col(ReceivedRow.removed_on).is_(None)
    )
    with session(engine) as opened:
        return tuple(map(_value, opened.exec(wanted.order_by(col(ReceivedRow.id)))))


def _value(row: ReceivedRow) -> Received:
    return Received(
        number=row.id or 0,
        kind=row.kind,
        arrived_at=row.arrived_at,
        kept=unpacked(KeptMessage, row.body),
        decided_by=row.decided_by,
    )


def role_of_letter(engine: Engine, ids: Sequence[str]) -> tuple[str, ...]:
    """The roles in which those were written to whose letters have these numbers (Message-ID)."""
    known = select(MessageRow.role).where(col(MessageRow.message_id).in_(ids)).distinct()
    with session(engine) as opened:
        return tuple(opened.exec(known)) if ids else ()


# --- what an operator decides -------------------------------------------------------------------


def place(
    engine: Engine,
    number: int,
    institution: Institution,
    answer: InstitutionAnswer,
    *,
    by: str,
    at: datetime,
) -> int:
    """The number of the answer. Raises UsageError: of two who decide, one is told."""
    with exclusive(engine) as opened:
        row = _waiting(opened, number)
        made = statements.put(opened, institution, answer, by=by, at=at)
        kept = replace(
            unpacked(KeptMessage, row.body),
            answers=(made,),
            municipality=institution.municipality,
            institution=institution.id,
        )
        _decide(row, ANSWER, kept, by, at)
    return made


def dismiss(engine: Engine, number: int, reason: str, *, by: str, at: datetime) -> None:
    """Raises UsageError."""
    with exclusive(engine) as opened:
        row = _waiting(opened, number)
        _decide(row, DISMISSED, replace(unpacked(KeptMessage, row.body), decision=reason), by, at)


def _waiting(opened: Session, number: int) -> ReceivedRow:
    row = opened.get(ReceivedRow, number)
    if row is None:
        raise UsageError([f"письма № {number} нет; что ждёт: dozor inbox list"])
    if row.kind != UNCLEAR or row.removed_on:
        who = f" ({row.decided_by})" if row.decided_by else ""
        raise UsageError([f"письмо № {number} уже разобрано{who}; посмотреть: dozor inbox list"])
    return row


def _decide(row: ReceivedRow, kind: str, kept: KeptMessage, by: str, at: datetime) -> None:
    row.kind, row.body, row.decided_by, row.decided_at = kind, packed(kept), by, at


# --- what is kept for how long ------------------------------------------------------------------


def remove_old_mail(
    engine: Engine, text_days: int, file_days: int, now: datetime, *, believed: bool
) -> int:
    """Texts and files that are older; how many texts went. 0 days keep for ever.

    As elsewhere nothing goes by a clock that is not believed, and at most a tenth a night. What is
    removed here lies on the mail server as before.
    """
    if not believed:
        return 0
    with exclusive(engine) as opened:
        gone = _old(opened, col(ReceivedRow.removed_on), text_days, now)
        for row in gone:
            kept = unpacked(KeptMessage, row.body)
            left = KeptMessage(answers=kept.answers, files=kept.files, recipient=kept.recipient)
            row.body, row.removed_on = packed(left), now.date()
        _remove_files(opened, _old(opened, col(ReceivedRow.files_removed_on), file_days, now), now)
    return len(gone)


def _old(opened: Session, mark: object, days: int, now: datetime) -> Sequence[ReceivedRow]:
    if not days:
        return ()
    is_kept = mark.is_(None)  # type: ignore[attr-defined]
    count = opened.exec(select(func.count()).select_from(ReceivedRow).where(is_kept)).one()
    before = now - timedelta(days=days)
    old = select(ReceivedRow).where(is_kept, col(ReceivedRow.read_at) < before)
    return opened.exec(old.order_by(col(ReceivedRow.id)).limit(a_tenth(count))).all()


def _remove_files(opened: Session, rows: Sequence[ReceivedRow], now: datetime) -> None:
    """Not those that a younger message holds as well, or an answer that did not come by mail."""
    for row in rows:
        row.files_removed_on = now.date()
    opened.flush()
    gone = {file.digest for row in rows for file in unpacked(KeptMessage, row.body).files}
    for some in batched(sorted(gone - held(opened)) if gone else ()):
        opened.exec(delete(AttachmentRow).where(col(AttachmentRow.digest).in_(some)))


def held(opened: Session, since: datetime | None = None) -> set[str]:
    """Digests of files that a message still holds, or an answer that came otherwise than by mail;
    `since`: recorded then or later."""
    young = select(ReceivedRow.body).where(col(ReceivedRow.files_removed_on).is_(None))
    by_mail = {
        file.digest for body in opened.exec(young) for file in unpacked(KeptMessage, body).files
    }
    answers = select(StatementRow.body).where(StatementRow.kind == "answered")
    if since:
        answers = answers.where(col(StatementRow.recorded_at) >= since)
    return by_mail | {
        file["digest"]
        for body in opened.exec(answers)
        if body.get("channel") != "mail"
        for file in body.get("attachments", ())
    }
