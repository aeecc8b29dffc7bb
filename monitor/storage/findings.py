"""Findings: written once by an audit, read back by it or by the next one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import col, select

from monitor.storage.bodies import packed, unpacked
from monitor.storage.database import session
from monitor.storage.tables import AuditRow, FindingRow
from reports.model import Audit
from rules.model import Finding, Institution


def add(engine: Engine, audit: Audit, findings: Iterable[Finding]) -> None:
    with session(engine) as opened:
        opened.add_all(_row(audit, finding) for finding in findings)


def of_audit(engine: Engine, audit: Audit) -> tuple[Finding, ...]:
    """In the order in which they were added."""
    with session(engine) as opened:
        rows = opened.exec(
            select(FindingRow.body)
            .where(FindingRow.audit_id == audit.id)
            .order_by(col(FindingRow.id))
        )
        return tuple(unpacked(Finding, body) for body in rows)


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
            select(FindingRow.body).where(
                FindingRow.audit_id == number,
                FindingRow.municipality == institution.municipality,
                FindingRow.institution == institution.id,
            )
        )
        return tuple(unpacked(Finding, body) for body in rows)


def _row(audit: Audit, finding: Finding) -> FindingRow:
    return FindingRow(
        audit_id=audit.id,
        municipality=finding.municipality,
        institution=finding.institution,
        requirement=finding.requirement,
        outcome=finding.outcome.value,
        body=packed(finding),
    )
