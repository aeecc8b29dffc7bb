"""One municipality's part of an audit of several: what its own deputy head gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from monitor.application import Application
from monitor.audit.due import coverage_of, due_pages
from monitor.audit.scope import Scope, UnknownInstitutionError
from monitor.reporting.stored import default_path
from monitor.storage import audits
from reports.findings import Selected
from reports.model import Audit, Report
from rules.model import Institution


def of_town(application: Application, report: Report, name: str) -> Report:
    """As if nothing but this municipality had been audited. Raises UnknownInstitutionError."""
    town = next((one for one in report.municipalities if one.id == name), None)
    if town is None:
        known = ", ".join(one.id for one in report.municipalities)
        told = f"муниципалитета «{name}» в проверке № {report.audit.id} нет; есть: {known}"
        raise UnknownInstitutionError(told)
    if len(report.municipalities) == 1:
        return replace(report, lacks_towns=False)
    scope = tuple(one for one in report.institutions if one.municipality == name)
    return replace(
        report,
        audit=_read_here(application, report.audit, scope),
        municipalities=(town,),
        institutions=scope,
        acts=tuple(act for act in report.acts if act.id in town.packs),
        findings=Selected(report.found, scope),
        trend=report.trend and audits.tallies(application.engine, report.audit, municipality=name),
        entered=tuple(one for one in report.entered if one.municipality == name),
        left=tuple(one for one in report.left if one.municipality == name),
        lacks_towns=False,
    )


def _read_here(
    application: Application, audit: Audit, institutions: Sequence[Institution]
) -> Audit:
    """Counted again for the town's own pages; of requests only the whole run knows the number."""
    scope = Scope(application.municipalities, application.acts, tuple(institutions))
    pages = due_pages(application.engine, scope, audit.as_of)
    read, issues = coverage_of(application, pages, audit.as_of, {})
    return replace(audit, collection=read, complete=read.unread == 0, issues=issues)


def town_path(application: Application, report: Report, slug: str, name: str) -> Path:
    """«audit-000017-kedrovy.html», beside the report of the whole."""
    path = default_path(application, report, slug)
    start = f"audit-{report.audit.id:06}"
    return path.with_name(path.name.replace(start, f"{start}-{name}", 1))
