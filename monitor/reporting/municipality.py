"""One municipality's part of an audit of several: what its own deputy head gets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from monitor.application import Application
from monitor.audit.due import coverage_of, due_pages
from monitor.audit.scope import Scope, UnknownInstitutionError
from monitor.reporting.stored import default_path
from monitor.storage import audits
from reports.findings import Selected
from reports.model import Audit, Report, Tally
from rules.model import Institution, Municipality


def of_town(application: Application, report: Report, name: str) -> Report:
    """As if nothing but this municipality had been audited. Raises UnknownInstitutionError."""
    if not any(one.id == name for one in report.municipalities):
        known = ", ".join(one.id for one in report.municipalities)
        told = f"муниципалитета «{name}» в проверке № {report.audit.id} нет; есть: {known}"
        raise UnknownInstitutionError(told)
    return of_towns(application, report, (name,))


def of_towns(application: Application, report: Report, names: Collection[str]) -> Report:
    """The same of several, of which those count that were audited; of more than one, no trend."""
    towns = tuple(one for one in report.municipalities if one.id in names)
    if len(report.municipalities) == len(towns):
        return replace(report, lacks_towns=False)
    scope = tuple(one for one in report.institutions if one.municipality in names)
    acts = {act for town in towns for act in town.packs}
    return replace(
        report,
        audit=_read_here(application, report.audit, scope),
        municipalities=towns,
        institutions=scope,
        acts=tuple(act for act in report.acts if act.id in acts),
        findings=Selected(report.found, scope),
        trend=_trend(application, report, towns),
        entered=tuple(one for one in report.entered if one.municipality in names),
        left=tuple(one for one in report.left if one.municipality in names),
        lacks_towns=False,
        of_some="-".join(one.id for one in towns),
    )


def _trend(
    application: Application, report: Report, towns: Sequence[Municipality]
) -> tuple[Tally, ...]:
    if not report.trend or len(towns) != 1:
        return ()
    return audits.tallies(application.engine, report.audit, municipality=towns[0].id)


def _read_here(
    application: Application, audit: Audit, institutions: Sequence[Institution]
) -> Audit:
    """Counted again for the town's own pages; of requests only the whole run knows the number."""
    scope = Scope(application.municipalities, application.acts, tuple(institutions))
    pages = due_pages(scope, audit.as_of)
    read, issues = coverage_of(application, scope, pages, audit.as_of, {})
    return replace(audit, collection=read, complete=read.unread == 0, issues=issues)


def town_path(application: Application, report: Report, slug: str, name: str) -> Path:
    """«audit-000017-kedrovy.html», beside the report of the whole."""
    path = default_path(application, report, slug)
    start = f"audit-{report.audit.id:06}"
    return path.with_name(path.name.replace(start, f"{start}-{name}", 1))
