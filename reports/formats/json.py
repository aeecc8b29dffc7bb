"""The whole truth of an audit, schema `dozor.audit/1` (reports/audit.schema.json)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from collectors.barrier import barrier
from collectors.model import Evidence
from reports.counting import Requirements, tally
from reports.ground import by_institution
from reports.model import Audit, Format, Rendered, Report
from reports.standing import said, stand_of
from rules.model import Finding, Institution, Waiver

SCHEMA = "dozor.audit/1"
Json = dict[str, Any]


def render_json(report: Report) -> Rendered:
    text = json.dumps(as_json(report), ensure_ascii=False, indent=1, default=iso)
    return Rendered(f"{text}\n".encode())


def as_json(report: Report) -> Json:
    found = by_institution(report.findings)
    asked = {one.id: one for act in report.acts for one in act.requirements}
    return {
        "schema": SCHEMA,
        "audit": audit_json(report.audit) | {"partial": report.is_partial},
        "institutions": [
            institution_or_bare(one, found[one.key], asked) for one in report.institutions
        ],
    }


def iso(value: object) -> str:
    """Dates within `measured` too. A time without an offset is our error: ValueError."""
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"a time without an offset: {value}")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"not a JSON value: {value!r}")


def audit_json(audit: Audit) -> Json:
    collection = audit.collection
    return {
        "id": audit.id,
        "as_of": audit.as_of,
        "started_at": audit.started_at,
        "finished_at": audit.finished_at,
        "complete": audit.complete,
        "scope": None if audit.scope is None else list(audit.scope),
        "packs": [{"id": act, "sha256": digest} for act, digest in audit.packs.items()],
        "registries": [{"id": town, "sha256": sha} for town, sha in audit.registries.items()],
        "collection": {
            "pages": collection.pages,
            "read": collection.read,
            "unread": collection.unread,
            "requests": dict(collection.requests),
            "reasons": dict(collection.reasons),
        },
        "issues": [asdict(issue) for issue in audit.issues],
    }


def institution_or_bare(
    institution: Institution, findings: Sequence[Finding], asked: Requirements
) -> Json:
    """What breaks it costs this institution's findings; then nothing is said of it."""
    with barrier("card", institution.key):
        return institution_json(institution, findings, asked)
    return institution_json(institution, (), asked)


def institution_json(
    institution: Institution, findings: Sequence[Finding], asked: Requirements
) -> Json:
    stand = stand_of(findings, asked)
    return {
        "id": institution.id,
        "municipality": institution.municipality,
        "name": institution.name,
        "standing": stand.standing,
        "standing_text": said(stand),
        "counts": tally(findings),
        "findings": [finding_json(one) for one in findings],
    }


def finding_json(finding: Finding) -> Json:
    return {
        "requirement": finding.requirement,
        "clause": finding.clause,
        "network": finding.network,
        "page": finding.page,
        "page_id": finding.page_id,
        "about": finding.about,
        "outcome": finding.outcome,
        "severity": finding.severity,
        "reason": finding.reason,
        "because": finding.because,
        "measured": dict(finding.measured),
        "required": dict(finding.required),
        "remedy": finding.remedy,
        "evidence": [evidence_json(one) for one in finding.evidence],
        "preview": finding.preview,
        "preview_because": finding.preview_because,
        "previous": finding.previous,
        "since": finding.since,
        "waiver": None if finding.waiver is None else waiver_json(finding.waiver),
        "disputed": finding.disputed,
        "notes": list(finding.notes),
        "read_on": finding.read_on,
    }


def evidence_json(evidence: Evidence) -> Json:
    return {
        "record": evidence.record,
        "sha256": evidence.sha256,
        "url": evidence.url,
        "fetched_at": evidence.fetched_at,
    }


def waiver_json(waiver: Waiver) -> Json:
    return asdict(waiver)


FORMAT = Format(slug="json", suffix=".json", title="JSON для программ", render=render_json)
