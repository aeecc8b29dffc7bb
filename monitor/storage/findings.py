"""Findings: written once by an audit, read back by it or by the next one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, insert
from sqlmodel import Session, SQLModel, col, select

from collectors.model import Evidence
from monitor.storage.bodies import packed, unpacked
from monitor.storage.database import put_once, session
from monitor.storage.tables import AuditRow, EvidenceListRow, FindingRow
from reports.model import Audit
from rules.model import Finding, Institution, Outcome

AT_ONCE = 500  # rows that a reader who takes them one by one holds
SHORT = 2  # a list of evidence that takes no more room than a reference to it
_ADD = insert(SQLModel.metadata.tables["finding"])


@dataclass(frozen=True, slots=True)
class Grounds:
    """What findings of one audit rest on together, as a whole site: kept once."""

    evidence: tuple[Evidence, ...]


def add(engine: Engine, audit: Audit, findings: Iterable[Finding]) -> None:
    told = [(one, _shared(one)) for one in findings]
    with session(engine) as opened:
        _keep(opened, dict(shared for _, shared in told if shared))
        if rows := [_row(audit, one, shared[0] if shared else None) for one, shared in told]:
            opened.connection().execute(_ADD, rows)


def _shared(finding: Finding) -> tuple[str, bytes] | None:
    """Digest and body of a list that is long enough to be kept apart."""
    if len(finding.evidence) <= SHORT:
        return None
    body = _packed_list(finding.evidence)
    return hashlib.sha256(body).hexdigest()[:32], body


@lru_cache(maxsize=8)
def _packed_list(evidence: tuple[Evidence, ...]) -> bytes:
    return packed(Grounds(evidence))


def _keep(opened: Session, lists: Mapping[str, bytes]) -> None:
    """Those that are there already stay: another institution rests on them, too."""
    put_once(opened, [EvidenceListRow(digest=one, body=body) for one, body in lists.items()])


def judged(engine: Engine, audit: Audit) -> set[str]:
    """Keys of the institutions that this audit has judged: a killed run goes on after them.

    An institution's findings are committed together, so there are either all of them or none.
    """
    with session(engine) as opened:
        rows = opened.exec(
            select(FindingRow.municipality, FindingRow.institution)
            .where(FindingRow.audit_id == audit.id)
            .distinct()
        )
        return {f"{municipality}/{institution}" for municipality, institution in rows}


def of_audit(engine: Engine, audit: Audit) -> tuple[Finding, ...]:
    """In the order in which they were added."""
    return tuple(each_of_audit(engine, audit))


def each_of_audit(engine: Engine, audit: Audit) -> Iterator[Finding]:
    """The same one by one: a region has hundreds of thousands."""
    with session(engine) as opened:
        rows = opened.exec(
            _WHOLE.where(col(FindingRow.audit_id) == audit.id)
            .order_by(col(FindingRow.id))
            .execution_options(yield_per=AT_ONCE)
        )
        yield from (_finding(body, grounds) for body, grounds in rows)


def earlier(engine: Engine, institution: Institution, as_of: datetime) -> tuple[Finding, ...]:
    """The institution's findings of the last finished audit before `as_of` that judged it."""
    with session(engine) as opened:
        number = opened.exec(
            select(FindingRow.audit_id)
            .join(AuditRow, col(AuditRow.id) == FindingRow.audit_id)
            .where(
                FindingRow.municipality == institution.municipality,
                FindingRow.institution == institution.id,
                col(AuditRow.as_of) < as_of,
                col(AuditRow.finished_at).is_not(None),
            )
            .order_by(col(AuditRow.as_of).desc(), col(AuditRow.id).desc())
            .limit(1)
        ).first()
        rows = opened.exec(
            _WHOLE.where(
                col(FindingRow.audit_id) == number,
                col(FindingRow.municipality) == institution.municipality,
                col(FindingRow.institution) == institution.id,
            )
        )
        return tuple(_finding(body, grounds) for body, grounds in rows)


def outcomes_of_pages(
    engine: Engine, as_of: datetime
) -> Mapping[tuple[str, str], frozenset[Outcome]]:
    """What the last whole audit before `as_of` found, by network and page."""
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
        bodies = opened.exec(select(FindingRow.body).where(FindingRow.audit_id == number)).all()
    found: dict[tuple[str, str], frozenset[Outcome]] = {}
    for finding in (unpacked(Finding, body) for body in bodies):
        if finding.network and finding.page:
            key = (finding.network, finding.page)
            found[key] = found.get(key, frozenset()) | {finding.outcome}
    return found


_WHOLE = select(FindingRow.body, EvidenceListRow.body).outerjoin(
    EvidenceListRow, col(FindingRow.evidence) == col(EvidenceListRow.digest)
)


def _finding(body: bytes, grounds: bytes | None) -> Finding:
    finding = unpacked(Finding, body)
    return replace(finding, evidence=_list(grounds)) if grounds else finding


@lru_cache(maxsize=8)
def _list(grounds: bytes) -> tuple[Evidence, ...]:
    return unpacked(Grounds, grounds).evidence


def _row(audit: Audit, finding: Finding, evidence: str | None) -> dict[str, Any]:
    bare = replace(finding, evidence=()) if evidence else finding
    return {
        "audit_id": audit.id,
        "municipality": finding.municipality,
        "institution": finding.institution,
        "requirement": finding.requirement,
        "outcome": finding.outcome.value,
        "body": packed(bare),
        "evidence": evidence,
    }
