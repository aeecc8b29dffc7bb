"""Findings: written once by an audit, read back by it or by the next one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import col, select

from monitor.storage.bodies import packed, unpacked
from monitor.storage.database import session
from monitor.storage.tables import AuditRow, FindingRow
from reports.model import Audit
from rules.model import Finding, Institution, Outcome

AT_ONCE = 500  # rows that a reader who takes them one by one holds


def add(engine: Engine, audit: Audit, findings: Iterable[Finding]) -> None:
    with session(engine) as opened:
        opened.add_all(_row(audit, finding) for finding in findings)


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
            select(FindingRow.body)
            .where(FindingRow.audit_id == audit.id)
            .order_by(col(FindingRow.id))
            .execution_options(yield_per=AT_ONCE)
        )
        yield from (unpacked(Finding, body) for body in rows)


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


def _row(audit: Audit, finding: Finding) -> FindingRow:
    return FindingRow(
        audit_id=audit.id,
        municipality=finding.municipality,
        institution=finding.institution,
        requirement=finding.requirement,
        outcome=finding.outcome.value,
        body=packed(finding),
    )
