"""What audits have found of one institution, night by night, each body read only when asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy import select as sa_select
from sqlmodel import col, select

from monitor.storage.bodies import unpacked
from monitor.storage.database import batched, session
from monitor.storage.findings import Judgement
from monitor.storage.roles import institution_of
from monitor.storage.tables import AuditRow, JudgementRow, MessageRow
from rules.cases.replay import SentLetter
from rules.model import Finding, Institution

AT_ONCE = 500  # values in one statement


class JudgedNight(NamedTuple):
    """An audit that judged the institution."""

    number: int  # of the judgement
    at: datetime  # as of
    audit: int = 0


def nights(engine: Engine, institution: Institution, until: datetime) -> tuple[JudgedNight, ...]:
    """Finished audits as of that moment or before, oldest first."""
    wanted = (
        select(JudgementRow.id, AuditRow.as_of, JudgementRow.audit_id)
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
        return tuple(
            JudgedNight(number or 0, at, audit) for number, at, audit in opened.exec(wanted)
        )


def found(engine: Engine, night: JudgedNight) -> tuple[Finding, ...]:
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


def nights_of(
    engine: Engine, institutions: Sequence[Institution], until: datetime
) -> Mapping[str, Sequence[JudgedNight]]:
    """As `nights`, of several at once, by their keys."""
    found: defaultdict[str, list[JudgedNight]] = defaultdict(list)
    for town, names in _by_town(institutions):
        wanted = (
            sa_select(
                col(JudgementRow.institution),
                col(JudgementRow.id),
                col(AuditRow.as_of),
                col(JudgementRow.audit_id),
            )
            .join(AuditRow, col(AuditRow.id) == JudgementRow.audit_id)
            .where(
                col(JudgementRow.municipality) == town,
                col(JudgementRow.institution).in_(names),
                col(AuditRow.finished_at).is_not(None),
                col(AuditRow.as_of) <= until,
            )
            .order_by(col(AuditRow.as_of), col(AuditRow.id))
        )
        with session(engine) as opened:
            for name, number, at, audit in opened.connection().execute(wanted):
                found[f"{town}/{name}"].append(JudgedNight(number or 0, at, audit))
    return found


def found_in(engine: Engine, nights: Iterable[JudgedNight]) -> Mapping[int, tuple[Finding, ...]]:
    """As `found`, of several at once, by their numbers."""
    wanted = sorted({night.number for night in nights})
    found: dict[int, tuple[Finding, ...]] = {}
    for some in batched(wanted, AT_ONCE):
        bodies = sa_select(col(JudgementRow.id), col(JudgementRow.body))
        with session(engine) as opened:
            rows = opened.connection().execute(bodies.where(col(JudgementRow.id).in_(some)))
            found |= {number or 0: unpacked(Judgement, body).findings for number, body in rows}
    return found


def letters_of(
    engine: Engine, institutions: Iterable[Institution]
) -> Mapping[str, Sequence[SentLetter]]:
    """As `letters_to`, of several at once, by their keys."""
    keys = {institution_of(one.key): one.key for one in institutions}
    found: defaultdict[str, list[SentLetter]] = defaultdict(list)
    for some in batched(sorted(keys), AT_ONCE):
        wanted = (
            sa_select(col(MessageRow.role), col(AuditRow.as_of), col(MessageRow.sent_at))
            .join(MessageRow, col(MessageRow.audit_id) == col(AuditRow.id))
            .where(col(MessageRow.role).in_(some), col(MessageRow.state) == "sent")
            .order_by(col(MessageRow.sent_at))
        )
        with session(engine) as opened:
            for role, of, at in opened.connection().execute(wanted):
                found[keys[role]] += [SentLetter(of, at)] if at else []
    return found


def _by_town(institutions: Sequence[Institution]) -> Iterator[tuple[str, list[str]]]:
    names: defaultdict[str, list[str]] = defaultdict(list)
    for one in institutions:
        names[one.municipality].append(one.id)
    for town, several in names.items():
        for some in batched(several, AT_ONCE):
            yield town, list(some)


def last_letter_before(
    engine: Engine, institution: Institution, as_of: datetime
) -> SentLetter | None:
    """The last that went by then and tells of an earlier audit."""
    earlier = [one for one in letters_to(engine, institution) if one.of < as_of >= one.at]
    return max(earlier, key=lambda letter: letter.of, default=None)


def bodies_of(engine: Engine, numbers: Sequence[int]) -> Mapping[int, bytes]:
    """Judgements as they are stored, by their numbers: few of them are read."""
    found: dict[int, bytes] = {}
    with session(engine) as opened:
        for some in batched(numbers, AT_ONCE):
            wanted = select(JudgementRow.id, JudgementRow.body).where(
                col(JudgementRow.id).in_(some)
            )
            found |= {number or 0: body for number, body in opened.exec(wanted)}
    return found


def read_back(body: bytes) -> tuple[Finding, ...]:
    """Without long lists of evidence."""
    return unpacked(Judgement, body).findings
