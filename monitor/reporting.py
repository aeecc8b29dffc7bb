"""A stored audit as a report: everything that a format needs, read back in one go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from collectors.model import Post
from monitor.application import Application
from monitor.scope import Address, in_scope, pages_of
from monitor.storage import audits, findings, observations
from reports.formats import installed
from reports.model import Audit, Report
from rules.model import Municipality
from rules.workdays import monday_of


class NoAuditError(Exception):
    """There is nothing to report yet; the text is Russian."""


def chosen_audit(application: Application, number: int | None) -> Audit:
    """The audit with this number, or the newest. Raises NoAuditError."""
    engine = application.engine
    found = audits.by_id(engine, number) if number else audits.latest(engine)
    if found is None:
        what = f"проверки № {number} нет" if number else "проверок ещё не было"
        raise NoAuditError(f"{what}; начните с «dozor audit»")
    return found


def report_of(application: Application, audit: Audit) -> Report:
    application = application.as_stated()
    scope = in_scope(application.municipalities, audit.scope or (), audit.as_of)
    before = audits.before(application.engine, audit)
    used = {name for one in application.municipalities for name in one.packs}
    shown = {one.municipality for one in scope}
    return Report(
        audit=audit,
        municipalities=tuple(one for one in application.municipalities if one.id in shown),
        institutions=scope,
        acts=tuple(act for name, act in application.acts.items() if name in used),
        findings=findings.of_audit(application.engine, audit),
        trend=audits.tallies(application.engine, audit),
        previous_as_of=before.as_of if before else None,
        weeks=_weeks(application, audit),
    )


def write(report: Report, slug: str, path: Path) -> Path:
    """Render in the format `slug` into `path`, whole or not at all."""
    content = installed()[slug].render(report)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(content)
    unfinished.replace(path)
    return path


def default_path(application: Application, audit: Audit, slug: str) -> Path:
    folder = application.settings.reports.directory
    return folder / f"audit-{audit.id:06}{installed()[slug].suffix}"


def _weeks(application: Application, audit: Audit) -> Mapping[Address, Mapping[date, int]]:
    """Posts per page and week of the newest wall, for the heat map."""
    weeks: dict[Address, Mapping[date, int]] = {}
    for municipality in application.municipalities:
        pages = pages_of(municipality.institutions, municipality, audit.as_of)
        addresses = {(page.network, page.address) for page in pages}
        newest = observations.history(application.engine, addresses, audit.as_of, most=1)
        for address, readings in newest.items():
            if readings and (facts := readings[0].facts) and facts.wall:
                weeks[address] = _by_week(facts.wall.posts, municipality)
    return weeks


def _by_week(posts: Sequence[Post], municipality: Municipality) -> Mapping[date, int]:
    days = (post.published_at.astimezone(municipality.timezone).date() for post in posts)
    return Counter(monday_of(day) for day in days)
