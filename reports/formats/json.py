"""The whole truth of an audit, schema `dozor.audit/1` (reports/audit.schema.json)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any

from collectors.model import Evidence
from reports.counting import Requirements, tally
from reports.model import Audit, Format, Report, Streamed
from reports.standing import said, stand_of
from rules.model import Finding, Institution, Waiver

SCHEMA = "dozor.audit/1"
SHOWN_AGAIN = 2_000  # materials: those of an institution's pages, and of the authority's site
Json = dict[str, Any]
Around = tuple[str, str]  # what stands before the members of a list, and after them


def render_json(report: Report) -> Streamed:
    """A finding at a time, and the same bytes as if it were put together whole.

    The administration may have thousands of findings, each with the evidence of a whole site.
    """
    around = opened({**top(report), "institutions": []}, "institutions")
    return Streamed(partial(parts, report, around))


def parts(report: Report, around: Around) -> Iterator[bytes]:
    asked = requirements_of(report)
    told = (institution_parts(one, report.found.of(one), asked) for one in report.institutions)
    for part in listed(around, told):
        yield part.encode()
    yield b"\n"


def institution_parts(
    institution: Institution, findings: Sequence[Finding], asked: Requirements
) -> Iterator[str]:
    around = opened(institution_top(institution, findings, asked) | {"findings": []}, "findings")
    return listed(around, (finding_parts(one) for one in findings))


def finding_parts(finding: Finding) -> Iterator[str]:
    """Many findings show the same materials: those of a whole site."""
    around = opened(finding_json(finding) | {"evidence": []}, "evidence")
    return listed(around, ((_evidence_text(one),) for one in finding.evidence))


@lru_cache(maxsize=SHOWN_AGAIN)
def _evidence_text(evidence: Evidence) -> str:
    return text(evidence_json(evidence))


def opened(value: Json, member: str) -> Around:
    """Where the members of a list belong that is a member of `value`, and empty there."""
    told = f'\n "{member}": ['  # deeper ones stand further in, and no text holds a line end
    head, _, tail = text(value).partition(f"{told}]")
    return f"{head}{told}", f"]{tail}"


def listed(around: Around, members: Iterable[Iterable[str]]) -> Iterator[str]:
    """Put into that list, each in parts, as `json.dumps` lays them out.

    No text in JSON holds a bare line end, so every one of them is the layout's.
    """
    head, tail = around
    yield head
    between = "\n  "
    for member in members:
        yield between
        yield from (part.replace("\n", "\n  ") for part in member)
        between = ",\n  "
    yield f"\n {tail}" if between.startswith(",") else tail


def text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=iso)


def as_json(report: Report) -> Json:
    asked = requirements_of(report)
    return {
        **top(report),
        "institutions": [
            institution_json(one, report.found.of(one), asked) for one in report.institutions
        ],
    }


def top(report: Report) -> Json:
    return {
        "schema": SCHEMA,
        "audit": audit_json(report.audit) | {"partial": report.is_partial},
    }


def requirements_of(report: Report) -> Requirements:
    return {one.id: one for act in report.acts for one in act.requirements}


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
            "at_rest": collection.at_rest,
            "requests": dict(collection.requests),
            "reasons": dict(collection.reasons),
        },
        "issues": [asdict(issue) for issue in audit.issues],
    }


def institution_json(
    institution: Institution, findings: Sequence[Finding], asked: Requirements
) -> Json:
    told = [finding_json(one) for one in findings]
    return institution_top(institution, findings, asked) | {"findings": told}


def institution_top(
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
    """`bytes_at`, where no bytes came: when they did, of which the server says that they stand."""
    bytes_at = evidence.bytes_at
    return {
        "record": evidence.record,
        "sha256": evidence.sha256,
        "url": evidence.url,
        "fetched_at": evidence.fetched_at,
        **({} if bytes_at is None else {"bytes_at": bytes_at}),
    }


def waiver_json(waiver: Waiver) -> Json:
    return {name: told for name, told in asdict(waiver).items() if name != "number"}


FORMAT = Format(slug="json", suffix=".json", title="JSON для программ", render=render_json)
