"""Findings: written once by an audit, read back by it or by the next one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection as Several
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, bindparam, false, func, or_
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from collectors.model import Evidence
from monitor.storage.board_rows import BoardRow
from monitor.storage.bodies import packed, unpacked
from monitor.storage.database import put_once, session
from monitor.storage.tables import COUNTED, AuditRow, EvidenceListRow, JudgementRow
from reports.model import Audit
from rules.model import Finding, Institution, Outcome
from rules.reasons import Reason

AT_ONCE = 50  # institutions that a reader who takes findings one by one holds
SHORT = 2  # a list of evidence that takes no more room than a reference to it
LISTS = 8  # of evidence, that a reader remembers: a site's stands in all of a town


@dataclass(frozen=True, slots=True)
class Grounds:
    """What findings of one audit rest on together, as a whole site: kept once."""

    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """As it is stored. `grounds`: digests of lists kept apart, by the finding's place."""

    findings: tuple[Finding, ...]
    grounds: Mapping[int, str] = field(default_factory=dict)


def add(engine: Engine, audit: Audit, findings: Iterable[Finding]) -> None:
    """Those of an institution together; what another worker has judged meanwhile stays."""
    of_each: dict[tuple[str, str], list[Finding]] = {}
    for one in findings:
        of_each.setdefault((one.municipality, one.institution), []).append(one)
    told = [_told(audit, *key, found) for key, found in of_each.items()]
    lists = {digest: body for _, kept in told for digest, body in kept.items()}
    with session(engine) as opened:
        put_once(opened, [EvidenceListRow(digest=one, body=lists[one]) for one in lists])
        put_once(opened, [row for row, _ in told])


def _told(
    audit: Audit, municipality: str, institution: str, found: Sequence[Finding]
) -> tuple[JudgementRow, Mapping[str, bytes]]:
    """The row, and the lists of evidence that are kept apart from it, by their digests."""
    kept = {
        at: _packed_list(one.evidence) for at, one in enumerate(found) if len(one.evidence) > SHORT
    }
    bare = (replace(one, evidence=()) if at in kept else one for at, one in enumerate(found))
    grounds = {at: digest for at, (digest, _) in kept.items()}
    row = JudgementRow(
        audit_id=audit.id,
        municipality=municipality,
        institution=institution,
        body=packed(Judgement(tuple(bare), grounds)),
        **Counter(COUNTED[one.outcome] for one in found),
    )
    return row, dict(kept.values())


@lru_cache(maxsize=LISTS)
def _packed_list(evidence: tuple[Evidence, ...]) -> tuple[str, bytes]:
    """Digest and body."""
    body = packed(Grounds(evidence))
    return hashlib.sha256(body).hexdigest()[:32], body


def judged(engine: Engine, audit: Audit) -> set[str]:
    """Keys of the institutions that this audit has judged: a killed run goes on after them."""
    with session(engine) as opened:
        rows = opened.exec(
            select(JudgementRow.municipality, JudgementRow.institution).where(
                JudgementRow.audit_id == audit.id
            )
        )
        return {f"{municipality}/{institution}" for municipality, institution in rows}


def broken(engine: Engine, audit: Audit) -> tuple[str, ...]:
    """Keys of the institutions of which our program could not judge something, or anything.

    It says so with `error`; of one that could not be judged at all, everything is unknown.
    """
    others = set(COUNTED.values()) - {"unknown", "error"}
    hidden = and_(*(getattr(JudgementRow, column) == 0 for column in others))
    with session(engine) as opened:
        rows = opened.exec(
            select(JudgementRow)
            .where(
                JudgementRow.audit_id == audit.id,
                or_(col(JudgementRow.error) > 0, and_(col(JudgementRow.unknown) > 0, hidden)),
            )
            .order_by(col(JudgementRow.id))
            .execution_options(yield_per=AT_ONCE)
        )
        return tuple(
            f"{row.municipality}/{row.institution}"
            for row in rows
            if _has_broken_predicate(row.body)
        )


def _has_broken_predicate(body: bytes) -> bool:
    """A predicate raised an error on this institution."""
    found = unpacked(Judgement, body).findings
    return any(one.reason == Reason.PREDICATE_BROKE for one in found)


def counts_of(
    engine: Engine, audits: Several[int], municipality: str | None = None
) -> Mapping[int, Mapping[Outcome, int]]:
    """How many findings of each outcome each audit has; those that it has none of are left out."""
    here = [col(JudgementRow.municipality) == municipality] if municipality else []
    sums: list[Any] = [func.sum(getattr(JudgementRow, column)) for column in COUNTED.values()]
    with session(engine) as opened:
        rows = opened.connection().execute(
            sa_select(col(JudgementRow.audit_id), *sums)
            .where(col(JudgementRow.audit_id).in_(audits), *here)
            .group_by(col(JudgementRow.audit_id))
        )
        return {
            number: {
                outcome: int(count) for outcome, count in zip(COUNTED, told, strict=True) if count
            }
            for number, *told in rows
        }


def of_audit(engine: Engine, audit: Audit) -> tuple[Finding, ...]:
    """In the order in which they were added."""
    return tuple(each_of_audit(engine, audit))


def of_institution(
    engine: Engine,
    audit: Audit,
    institution: Institution,
    lists: dict[str, tuple[Evidence, ...]],
) -> tuple[Finding, ...]:
    """`lists` of evidence are remembered there from one institution to the next."""
    wanted = select(JudgementRow.body).where(
        JudgementRow.audit_id == audit.id,
        JudgementRow.municipality == institution.municipality,
        JudgementRow.institution == institution.id,
    )
    with session(engine) as opened:
        body = opened.exec(wanted).first()
        return _findings(body, _Lists(opened, lists)) if body is not None else ()


def on_the_board(engine: Engine, whose: Several[tuple[str, str]]) -> tuple[Finding, ...]:
    """What the board shows of these institutions (municipality and id), in two statements."""
    named = [
        and_(
            col(JudgementRow.municipality) == municipality,
            col(JudgementRow.institution) == institution,
        )
        for municipality, institution in sorted(whose)
    ]
    shown = and_(
        col(BoardRow.municipality) == col(JudgementRow.municipality),
        col(BoardRow.institution) == col(JudgementRow.institution),
        col(BoardRow.audit_id) == col(JudgementRow.audit_id),
    )
    with session(engine) as opened:
        rows = opened.exec(
            select(JudgementRow.body).join(BoardRow, shown).where(or_(false(), *named))
        )
        kept = [unpacked(Judgement, body) for body in rows]
        digests = {digest for one in kept for digest in one.grounds.values()}
        lists = opened.exec(select(EvidenceListRow).where(col(EvidenceListRow.digest).in_(digests)))
        grounds = {row.digest: unpacked(Grounds, row.body).evidence for row in lists}
    return tuple(
        replace(found, evidence=grounds[one.grounds[at]]) if at in one.grounds else found
        for one in kept
        for at, found in enumerate(one.findings)
    )


def each_of_audit(engine: Engine, audit: Audit) -> Iterator[Finding]:
    """The same one by one: a region has hundreds of thousands."""
    with session(engine) as opened:
        rows = opened.exec(
            select(JudgementRow.body)
            .where(JudgementRow.audit_id == audit.id)
            .order_by(col(JudgementRow.id))
            .execution_options(yield_per=AT_ONCE)
        )
        lists = _Lists(opened)
        for body in rows:
            yield from _findings(body, lists)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was found of an institution before: what a new finding is compared with."""

    compared: tuple[Finding, ...]  # by the last audit of everything; without one, by the latest
    latest: tuple[Finding, ...]  # by any, also one of this institution alone


def each_judged(engine: Engine, audit: Audit) -> Iterator[tuple[Finding, ...]]:
    """Institution by institution, long lists of evidence left where they are."""
    with session(engine) as opened:
        rows = opened.exec(
            select(JudgementRow.body)
            .where(JudgementRow.audit_id == audit.id)
            .execution_options(yield_per=AT_ONCE)
        )
        for body in rows:
            yield unpacked(Judgement, body).findings


def earlier(engine: Engine, institution: Institution, as_of: datetime) -> Earlier:
    """Of finished audits before `as_of`."""
    with session(engine) as opened:
        latest = whole = _last_of(opened, institution, as_of)
        if latest and latest[1] is not None:
            whole = _last_of(opened, institution, as_of, whole_only=True) or latest
        if latest is None or whole is None:
            return Earlier((), ())
        lists = _Lists(opened)
        last = _findings(_body_of(opened, institution, latest[0]), lists)
        if whole == latest:
            return Earlier(last, last)
        return Earlier(_findings(_body_of(opened, institution, whole[0]), lists), last)


Known = tuple[int | None, Any]  # an audit's number and its scope


def _last_of(
    opened: Session, institution: Institution, as_of: datetime, *, whole_only: bool = False
) -> Known | None:
    newest_first = _newest_first(_of(institution), as_of)
    if whole_only:
        newest_first = newest_first.where(col(AuditRow.scope).is_(None))
    found: Known | None = opened.exec(newest_first).first()
    return found


def _newest_first(whose: Several[ColumnElement[bool]], as_of: datetime) -> Any:
    """Audits are gone through from the newest, each with one look into the index: to sort all that
    was ever found of an institution would take longer with every night.
    """
    judged = select(JudgementRow.id).where(*whose, col(JudgementRow.audit_id) == col(AuditRow.id))
    return (
        select(AuditRow.id, AuditRow.scope)
        .where(col(AuditRow.as_of) < as_of, col(AuditRow.finished_at).is_not(None), judged.exists())
        .order_by(col(AuditRow.as_of).desc(), col(AuditRow.id).desc())
        .limit(1)
    )


def _body_of(opened: Session, institution: Institution, audit: int | None) -> bytes:
    wanted = select(JudgementRow.body).where(*_of(institution), col(JudgementRow.audit_id) == audit)
    return opened.exec(wanted).one()


def _of(institution: Institution) -> tuple[ColumnElement[bool], ...]:
    return (
        col(JudgementRow.municipality) == institution.municipality,
        col(JudgementRow.institution) == institution.id,
    )


def last_failed(
    engine: Engine, institutions: Iterable[str], as_of: datetime
) -> Iterator[tuple[str, Sequence[tuple[Finding, bool]]]]:
    """What the latest finished audit before `as_of` found wrong, by the institution's key
    ("municipality/institution"): each finding, and whether it rests on a long list of evidence,
    which is left where it is. Institutions without such a finding are left out."""
    whose = (
        col(JudgementRow.municipality) == bindparam("town"),
        col(JudgementRow.institution) == bindparam("whose"),
    )
    latest = _newest_first(whose, as_of)
    found = select(JudgementRow.body).where(
        *whose, col(JudgementRow.audit_id) == bindparam("audit"), col(JudgementRow.failed) > 0
    )
    with session(engine) as opened:
        connection = opened.connection()
        for key in institutions:
            town, _, name = key.partition("/")
            asked = {"town": town, "whose": name}
            audit = connection.execute(latest, asked).scalar()
            body = connection.execute(found, {**asked, "audit": audit}).scalar()
            if body:
                yield key, _failed_in(unpacked(Judgement, body))


def _failed_in(kept: Judgement) -> Sequence[tuple[Finding, bool]]:
    return [
        (one, at in kept.grounds)
        for at, one in enumerate(kept.findings)
        if one.outcome is Outcome.FAIL
    ]


def of_last_whole(engine: Engine, as_of: datetime) -> Iterator[Finding]:
    """What the last whole audit before `as_of` found, without long lists of evidence."""
    with session(engine) as opened:
        number = opened.exec(
            select(AuditRow.id)
            .where(
                col(AuditRow.finished_at).is_not(None),
                AuditRow.kind != "collect",
                col(AuditRow.scope).is_(None),
                col(AuditRow.as_of) < as_of,
            )
            .order_by(col(AuditRow.as_of).desc(), col(AuditRow.id).desc())
            .limit(1)
        ).first()
        rows = opened.exec(
            select(JudgementRow.body)
            .where(JudgementRow.audit_id == number)
            .execution_options(yield_per=AT_ONCE)
        )
        for body in rows:
            yield from unpacked(Judgement, body).findings


@dataclass(frozen=True, slots=True)
class _Lists:
    """Lists of evidence as one reader needs them, the latest remembered."""

    opened: Session
    latest: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)

    def of(self, digest: str) -> tuple[Evidence, ...]:
        if digest not in self.latest:
            row = self.opened.get_one(EvidenceListRow, digest)
            if len(self.latest) >= LISTS:
                del self.latest[next(iter(self.latest))]
            self.latest[digest] = unpacked(Grounds, row.body).evidence
        return self.latest[digest]


def _findings(body: bytes, lists: _Lists) -> tuple[Finding, ...]:
    kept = unpacked(Judgement, body)
    return tuple(
        replace(one, evidence=lists.of(kept.grounds[at])) if at in kept.grounds else one
        for at, one in enumerate(kept.findings)
    )
