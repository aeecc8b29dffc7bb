"""What people state beside the registry: one store, one number each, append-only.

    attestation, event, waiver ─────────────────────────┐
    answered ── decided: accepted ──────────────────────┴─> join the registry's own
    told, assigned, reminded ─> cases only
    withdrawn: whatever it refers to counts no more

How they join is in monitor/storage/joining.py. Nothing is changed or erased: a decision and a
withdrawal are rows of their own, and of two that decide or withdraw the same at once the second is
told what the first did.

RefusedError    the statement does not exist, is no answer, is decided, or is withdrawn already
  StandsError   of these, where somebody has decided or withdrawn it
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from collectors.errors import UsageError
from monitor.storage import attachments
from monitor.storage.bodies import made, plain
from monitor.storage.database import exclusive, session
from monitor.storage.tables import StatementRow
from rules.cases.model import (
    Assignment,
    Decision,
    InstitutionAnswer,
    Recorded,
    Reminder,
    Said,
    Telling,
    Withdrawal,
)
from rules.model import Attestation, Event, Institution, Waiver

KINDS: Mapping[str, type[Said]] = {
    "attestation": Attestation,
    "event": Event,
    "waiver": Waiver,
    "told": Telling,
    "assigned": Assignment,
    "answered": InstitutionAnswer,
    "decided": Decision,
    "reminded": Reminder,
    "withdrawn": Withdrawal,
}
_NAMES = {made_of: name for name, made_of in KINDS.items()}
DECISIONS = {"accepted": "принят", "rejected": "отклонён", "upheld": "признан верным"}


class RefusedError(UsageError):
    """Nothing was recorded; the text is Russian and says what stands on record instead."""


class StandsError(RefusedError):
    """Somebody was quicker. `who`: his name, as it stands in the text."""

    def __init__(self, lines: Sequence[str], who: str) -> None:
        super().__init__(lines)
        self.who = who


def kind_on_record(said: Said) -> str:
    """What the store calls it."""
    return _NAMES[type(said)]


def record(
    engine: Engine,
    institution: Institution,
    statement: Said,
    *,
    by: str,
    at: datetime,
    since: date | None = None,
    once: str = "",
    contents: Sequence[bytes] = (),
) -> int:
    """Its number. `by`: who typed it. `since`: from when a statement without a date counts.
    `contents`: of the files that an answer names; they are there if it is, and otherwise not.

    An answer with a `source` is recorded once: who brings it again is given its first number; so is
    whatever is to be decided `once`.
    """
    with exclusive(engine) as opened:
        number = put(opened, institution, statement, by=by, at=at, since=since, once=once)
        attachments.put(opened, contents)
        return number


def put(
    opened: Session,
    institution: Institution,
    statement: Said,
    *,
    by: str,
    at: datetime,
    since: date | None = None,
    once: str = "",
) -> int:
    """As `record`, in a unit of work (`exclusive`) that records more than this."""
    row = _row(institution.municipality, institution.id, statement, by, at, since)
    row.slot = f"once:{once}" if once else None
    if isinstance(statement, InstitutionAnswer) and statement.source:
        row.slot = _slot_of(statement.channel, statement.source)
    same = (
        row.slot
        and opened.exec(select(StatementRow.id).where(StatementRow.slot == row.slot)).first()
    )
    return same or _put(opened, row)


def _slot_of(channel: str, source: str) -> str:
    return f"answer:{channel}:{source}"


def answered(engine: Engine, channel: str, source: str) -> int | None:
    """The number of the answer that its channel knows by this, where it is on record."""
    same = select(StatementRow.id).where(StatementRow.slot == _slot_of(channel, source))
    with session(engine) as opened:
        return opened.exec(same).first()


def decide(engine: Engine, decision: Decision, *, by: str, at: datetime) -> int:
    """Once for each answer, unless the decision was withdrawn. Raises RefusedError."""
    with exclusive(engine) as opened:
        answer = _asked(opened, decision.of)
        if not isinstance(answer.said, InstitutionAnswer):
            raise RefusedError([f"№ {decision.of}: это не ответ учреждения; ответы: dozor answers"])
        if answer.withdrawn:
            raise _gone(decision.of, answer.withdrawn)
        if stands := next((one for one in answer.decided if not one.withdrawn), None):
            told = f"ответ № {decision.of} уже {_decision_in_words(stands)}"
            raise StandsError([told], getattr(stands.said, "by", ""))
        row = _row(answer.municipality, answer.institution, decision, by, at)
        row.slot = f"decision:{decision.of}:{len(answer.decided) + 1}"
        return _put(opened, row)


def withdraw(
    engine: Engine, withdrawal: Withdrawal, *, by: str, at: datetime, since: date | None = None
) -> int:
    """`since`: from when it counts no more, if not from the withdrawal's day. RefusedError."""
    with exclusive(engine) as opened:
        stated = _asked(opened, withdrawal.of)
        if isinstance(stated.said, Withdrawal):
            raise RefusedError(
                [f"№ {withdrawal.of}: отмену не отменяют; запишите сказанное заново"]
            )
        if stated.withdrawn:
            raise _gone(withdrawal.of, stated.withdrawn)
        row = _row(stated.municipality, stated.institution, withdrawal, by, at, since)
        row.slot = f"withdrawal:{withdrawal.of}"
        return _put(opened, row)


def _gone(number: int, withdrawn: Recorded) -> StandsError:
    assert isinstance(withdrawn.said, Withdrawal)
    return StandsError([f"№ {number}: {_withdrawal_in_words(withdrawn)}"], withdrawn.said.by)


def _decision_in_words(decided: Recorded) -> str:
    assert isinstance(decided.said, Decision)
    said = decided.said
    reason = f", причина: {said.reason}" if said.reason else ""
    verdict = DECISIONS[said.verdict]
    return f"{verdict} (№ {decided.number}, {said.by}, {said.on:%d.%m.%Y}{reason})"


def _withdrawal_in_words(withdrawn: Recorded) -> str:
    assert isinstance(withdrawn.said, Withdrawal)
    said = withdrawn.said
    return f"уже отменено (№ {withdrawn.number}, {said.by}, {said.on:%d.%m.%Y}: {said.reason})"


# --- read back ----------------------------------------------------------------------------------


def recorded(
    engine: Engine, municipality: str, institution: str | None = None
) -> tuple[Recorded, ...]:
    """All that was stated of one municipality, or of one institution of it, by number."""
    wanted = select(StatementRow).where(StatementRow.municipality == municipality)
    if institution is not None:
        wanted = wanted.where(StatementRow.institution == institution)
    with session(engine) as opened:
        return linked(opened.exec(wanted.order_by(col(StatementRow.id))).all())


def speaking(engine: Engine) -> frozenset[str]:
    """The municipalities of which anything was ever stated."""
    with session(engine) as opened:
        return frozenset(opened.exec(select(StatementRow.municipality).distinct()))


def has_answers(engine: Engine) -> bool:
    """Whether any institution has ever answered."""
    some = select(StatementRow.id).where(StatementRow.kind == "answered").limit(1)
    with session(engine) as opened:
        return opened.exec(some).first() is not None


def by_number(engine: Engine, number: int) -> Recorded | None:
    with session(engine) as opened:
        return _found(opened, number)


def recorded_by_rows(rows: Sequence[StatementRow]) -> tuple[Recorded, ...]:
    """Each as it was said, without what was decided on it later."""
    return tuple(_value(row, {}) for row in rows)


# --- rows ---------------------------------------------------------------------------------------


def _row(
    municipality: str,
    institution: str,
    said: Said,
    by: str,
    at: datetime,
    since: date | None = None,
) -> StatementRow:
    return StatementRow(
        kind=kind_on_record(said),
        municipality=municipality,
        institution=institution,
        recorded_at=at,
        recorded_by=by,
        body=plain(said),
        since=since or day_of(said),
        refers_to=said.of if isinstance(said, Decision | Withdrawal) else None,
    )


def day_of(said: Said) -> date | None:
    """The date that a statement bears; a waiver has only its end."""
    match said:
        case Attestation():
            return said.stated_on
        case Waiver():
            return None
    return said.on


def _put(opened: Session, row: StatementRow) -> int:
    opened.add(row)
    opened.flush()
    assert row.id is not None
    return row.id


def _asked(opened: Session, number: int) -> Recorded:
    found = _found(opened, number)
    if found is None:
        raise RefusedError([f"записи № {number} нет; все записи: dozor statements"])
    return found


def _found(opened: Session, number: int) -> Recorded | None:
    """With what refers to it, and with what withdraws that."""
    row = opened.get(StatementRow, number)
    if row is None:
        return None
    rows, last = [row], [number]
    while last:
        referring = select(StatementRow).where(col(StatementRow.refers_to).in_(last))
        found = opened.exec(referring.order_by(col(StatementRow.id))).all()
        rows += found
        last = [one.id for one in found if one.id is not None]
    return next(one for one in linked(rows) if one.number == number)


def linked(rows: Sequence[StatementRow]) -> tuple[Recorded, ...]:
    """Each with what was decided on it, and with its withdrawal."""
    referring: defaultdict[int | None, list[StatementRow]] = defaultdict(list)
    for row in rows:
        referring[row.refers_to].append(row)
    return tuple(_value(row, referring) for row in rows)


def _value(row: StatementRow, referring: Mapping[int | None, Sequence[StatementRow]]) -> Recorded:
    said: Said = made(KINDS[row.kind], row.body)
    refers = [_value(one, referring) for one in referring.get(row.id, ())]
    return Recorded(
        number=row.id,
        municipality=row.municipality,
        institution=row.institution,
        said=said,
        since=row.since or day_of(said) or row.recorded_at.date(),
        at=row.recorded_at,
        recorded_by=row.recorded_by,
        decided=tuple(one for one in refers if isinstance(one.said, Decision)),
        withdrawn=next((one for one in refers if isinstance(one.said, Withdrawal)), None),
    )
