"""The list of official pages for the authority's own site: `pages` (HTML) and `pages-csv`.

Only institutions, addresses of official pages and sites, and the day stand in it: no telephones,
no persons. A page that was found not to work is left out until somebody has looked at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from collectors import networks
from collectors.model import SITE
from reports.formats.csv import written
from reports.ground import Ground, ground
from reports.model import Format, Report, Streamed
from reports.tables import Column, Sheet
from reports.templating import is_safe, rendered_in_parts
from reports.words import day, phrase, words
from rules.model import Finding, Institution, Outcome

OPENS = frozenset({"page_exists", "site_works"})  # predicates that say whether an address works


@dataclass(frozen=True, slots=True)
class Address:
    network: str  # as readers know it: «ВКонтакте»
    url: str


@dataclass(frozen=True, slots=True)
class Body:
    name: str
    addresses: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Town:
    name: str
    on: str
    bodies: tuple[Body, ...]


def towns(report: Report) -> Iterator[Town]:
    return (_town(ground(report, one)) for one in report.municipalities)


def _town(base: Ground) -> Town:
    today = base.report.audit.as_of.astimezone(base.zone).date()
    bodies = (Body(one.name, _addresses(base, one, today)) for one in base.institutions)
    return Town(base.municipality.name, day(today), tuple(one for one in bodies if one.addresses))


def _addresses(base: Ground, institution: Institution, today: date) -> tuple[Address, ...]:
    dead = {f.page for f in base.findings[institution.id] if _is_dead(base, f)}
    found = dict.fromkeys(_addresses_today(institution, today))
    return tuple(
        Address(networks.title(network), url)
        for network, url in found
        if url not in dead and is_safe(url)
    )


def _addresses_today(institution: Institution, today: date) -> Iterator[tuple[str, str]]:
    """Network and address of whatever the registry has standing today."""
    if institution.site:
        yield SITE, institution.site
    for page in institution.pages:
        is_there = (page.created_on or today) <= today
        is_gone = page.deleted_on is not None and page.deleted_on <= today
        if page.role == "official" and is_there and not is_gone:
            yield page.network, page.address


def _is_dead(base: Ground, finding: Finding) -> bool:
    requirement = base.requirements.get(finding.requirement)
    judges = requirement is not None and requirement.predicate in OPENS
    return judges and finding.outcome is Outcome.FAIL


def render_pages(report: Report) -> Streamed:
    names = [one.name for one in report.municipalities]
    several = len(names) != 1
    title = phrase("all_pages") if several else phrase("pages_of", *names)
    given = {"title": title, "several": several}
    return Streamed(lambda: rendered_in_parts("pages.html.j2", {**given, "towns": towns(report)}))


def render_pages_csv(report: Report) -> Streamed:
    return written(partial(_sheet, report))


def _sheet(report: Report) -> Sheet:
    titles = words()["list_of_pages"]
    rows = (
        {"town": town.name, "name": body.name, "network": one.network, "url": one.url}
        for town in towns(report)
        for body in town.bodies
        for one in body.addresses
    )
    return Sheet("", tuple(Column(key, said, 0) for key, said in titles.items()), rows)


FORMAT = Format(
    slug="pages",
    suffix="-pages.html",
    title="перечень официальных страниц для сайта администрации",
    render=render_pages,
    whole_only=True,
)
CSV = Format(
    slug="pages-csv",
    suffix="-pages.csv",
    title="тот же перечень таблицей CSV",
    render=render_pages_csv,
    whole_only=True,
)
