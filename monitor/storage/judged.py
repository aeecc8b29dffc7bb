"""What audits have found of one institution, night by night, each body read only when asked for."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine
from sqlmodel import col, select

from monitor.storage.bodies import unpacked
from monitor.storage.database import session
from monitor.storage.findings import Judgement
from monitor.storage.roles import institution_of
from monitor.storage.tables import AuditRow, JudgementRow, MessageRow
from rules.cases.replay import SentLetter
from rules.model import Finding, Institution


class Night(NamedTuple):
    """An audit that judged the institution."""

    number: int  # of the judgement
    at: datetime  # as of


def nights(engine: Engine, institution: Institution, until: datetime) -> tuple[Night, ...]:
    """Finished audits as of that moment or before, oldest first."""
    wanted = (
        select(JudgementRow.id, AuditRow.as_of)
        .join(AuditRow, col(AuditRow.id) == JudgementRow.audit_id)
        .where(
            JudgementRow.municipality == institution.municipality,
            JudgementRow.institution == institution.id,
            col(AuditRow.finished_at).is_not(None),
            col(AuditRow.as_of) <= until,
        )
        .order_by(col(AuditRow.as_of), col(AuditRow.id))
    )
    with session(engine) as opened:
        return tuple(Night(number or 0, at) for number, at in opened.exec(wanted))


def found(engine: Engine, night: Night) -> tuple[Finding, ...]:
    """Without long lists of evidence."""
    with session(engine) as opened:
        body = opened.get_one(JudgementRow, night.number).body
    return unpacked(Judgement, body).findings


def letters_to(engine: Engine, institution: Institution) -> tuple[SentLetter, ...]:
    """Those that went, oldest first."""
    wanted = (
        select(AuditRow.as_of, MessageRow.sent_at)
        .join(MessageRow, col(MessageRow.audit_id) == col(AuditRow.id))
        .where(MessageRow.role == institution_of(institution.key), MessageRow.state == "sent")
        .order_by(col(MessageRow.sent_at))
    )
    with session(engine) as opened:
        return tuple(SentLetter(of, at) for of, at in opened.exec(wanted) if at)


def last_letter_before(
    engine: Engine, institution: Institution, as_of: datetime
) -> SentLetter | None:
    """The last that went by then and tells of an earlier audit."""
    earlier = [one for one in letters_to(engine, institution) if one.of < as_of >= one.at]
    return max(earlier, key=lambda letter: letter.of, default=None)
