"""The monthly table of the ЦУР: a line for every official VK page, or for who has none.

Only what is known is filled in: an empty cell is «not known», «нет» is said only where a finding
or an admission says so. `monitor/registry` reads the table back (columns: reports/cur.toml).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from collectors.model import VK, Access, Facts, Page, Presence
from reports.ground import Ground, ground
from reports.model import Format, Report, Streamed
from reports.tables import Row, Sheet, Value, columns, heading
from reports.workbook import streamed
from rules.dossier import attestations
from rules.model import Dossier, Finding, Institution, Outcome
from rules.reasons import Reason

MARK = "government_mark"  # the predicate that judges the mark, whatever act asks for it
POS = "pos.gosuslugi.ru"
MOST_WIDGETS = 2


@cache
def words() -> Mapping[str, Any]:
    return tomllib.loads(files("reports").joinpath("cur.toml").read_text("utf-8"))


def kind_of_sphere(sphere: str) -> str | None:
    """The kind whose sphere this table itself writes; None: the words are somebody else's."""
    spheres: Mapping[str, str] = words()["spheres"]
    return next((kind for kind, said in spheres.items() if said == sphere), None)


def render_cur(report: Report) -> Streamed:
    return streamed(lambda: (sheet(report),), report.audit.as_of)


def sheet(report: Report) -> Sheet:
    return Sheet(
        words()["title"],
        columns(words()["column"]),
        rows(report),
        frozen=words()["frozen"],
        heading=heading(report),
        paper=words()["paper"],
    )


def rows(report: Report) -> Iterator[Row]:
    for town in report.municipalities:
        base = ground(report, town)
        for institution in base.institutions:
            yield from _rows(base, institution)


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of the table is about."""

    base: Ground
    institution: Institution
    page: Page | None

    @property
    def today(self) -> date:
        return self.base.report.audit.as_of.astimezone(self.base.zone).date()

    @property
    def address(self) -> str | None:
        return self.page.address if self.page else None

    @property
    def facts(self) -> Facts:
        """Nothing is shown of a page that nobody read freshly."""
        return self.base.report.facts.get((VK, self.address or ""), Facts())


def _rows(base: Ground, institution: Institution) -> Iterator[Row]:
    about = Line(base, institution, None)
    pages = [one for one in institution.pages if one.network == VK and _stands(one, about.today)]
    for page in (*pages,) or (None,):
        line = Line(base, institution, page)
        yield _whose(line) | _cells_of_answers(line) | _cells_of_page(line)


def _stands(page: Page, today: date) -> bool:
    """The table knows no branches and no past: read back, each line is an official page."""
    return page.role == "official" and page.stands(today)


def _whose(line: Line) -> dict[str, Value]:
    one = line.institution
    return {
        "level": words()["level"],
        "founder": _founder(line),
        "name": one.name,
        "ground": _ground(line),
        "ogrn": one.ogrn,
        "sphere": words()["spheres"].get(one.kind),
        "status": None if _is_shut(line) else words()["statuses"].get(one.category),
        "page": line.address,
        "page_id": _page_id(line),
    }


def _founder(line: Line) -> str | None:
    town = line.base.municipality
    return next((one.name for one in town.institutions if one.id == line.institution.parent), None)


def _ground(line: Line) -> str | None:
    """Of the exemption from pages that holds today and is proved: by a document, with consent."""
    found = [
        one.ground
        for one in line.institution.exemptions
        if {"pages", VK} & set(one.scope)
        and ((one.document and one.approved_by) or _is_exempt(line))
        and (one.since or line.today) <= line.today <= (one.until or line.today)
    ]
    return "; ".join(dict.fromkeys(filter(None, found))) or None


def _is_exempt(line: Line) -> bool:
    """The act itself names the institution, whatever the registry lacks."""
    found = line.base.findings[line.institution.id]
    return any(f.reason == Reason.EXEMPT_NAMED and f.outcome is Outcome.PASS for f in found)


def _is_shut(line: Line) -> bool:
    """Nobody calls a page «активная» that its network blocks, or that no visitor can open."""
    facts = line.facts
    is_gone = facts.presence not in (None, Presence.LIVE)
    return is_gone or facts.access not in (None, Access.OPEN)


def _page_id(line: Line) -> str | None:
    if line.page is None:
        return None
    numbered = re.fullmatch(r"/(?:club|public|event)(\d+)", urlsplit(line.page.address).path)
    return line.facts.page_id or line.page.known_id or (numbered[1] if numbered else None)


# --- what was stated, what was seen -------------------------------------------------------------


def _cells_of_answers(line: Line) -> dict[str, Value]:
    """What is answered by «да» or «нет», or by neither."""
    return {"gospabliki": _answer(_attested(line, "gospabliki")), "gos_mark": _answer(_mark(line))}


def _answer(said: bool | None) -> str | None:
    return None if said is None else str(words()["yes" if said else "no"])


def _attested(line: Line, kind: str) -> bool | None:
    """The word of an entitled person that is still good today."""
    dossier = Dossier(
        municipality=line.base.municipality,
        institution=line.institution,
        as_of=line.base.report.audit.as_of,
        observations={},
    )
    said = attestations.statement(dossier, kind, line.address, line.today)
    return True if said.confirms else False if said.admits else None


def _mark(line: Line) -> bool | None:
    """A «no» needs a finding that nobody disputes; a mark that is seen stands by itself."""
    finding = _finding_of_mark(line)
    if finding is not None and finding.outcome is Outcome.PASS:
        return True
    if line.facts.government_mark or _attested(line, "gos_mark"):
        return True
    is_missing = finding is not None and finding.outcome is Outcome.FAIL
    return False if finding and is_missing and not finding.disputed else None


def _finding_of_mark(line: Line) -> Finding | None:
    """What was found of «Госорганизация» on the page of this line."""
    asked = (line.base.requirements.get(f.requirement) for f in _findings(line))
    pairs = zip(_findings(line), asked, strict=True)
    return next((f for f, one in pairs if one and one.predicate == MARK), None)


def _findings(line: Line) -> tuple[Finding, ...]:
    found = line.base.findings[line.institution.id]
    return tuple(f for f in found if f.network == VK and f.page == line.address)


def _cells_of_page(line: Line) -> dict[str, Value]:
    """What was seen of the page itself."""
    facts = line.facts
    return {
        "address": _address(facts),
        "design": _design_percent(facts),
        "widgets": _widgets(facts),
        "members": facts.members_count,
    }


def _address(facts: Facts) -> str | None:
    """Of the settings, not of the description."""
    shown = facts.contacts.addresses if facts.contacts else ()
    return next((one.original for one in shown if one.place.startswith("address")), None)


def _design_percent(facts: Facts) -> int | None:
    """How much of it is there; None where a part of it was not seen."""
    points: Mapping[str, int] = words()["design"]
    shown = {name: getattr(facts, name) for name in points}
    if None in shown.values():
        return None
    return round(100 * sum(points[name] for name, it in shown.items() if it) / sum(points.values()))


def _widgets(facts: Facts) -> int | None:
    """Links to the ПОС in the menu, where the widgets stand."""
    if facts.menu is None:
        return None
    return min(sum(urlsplit(one.url).hostname == POS for one in facts.menu), MOST_WIDGETS)


FORMAT = Format(
    slug="cur", suffix="-cur.xlsx", title="таблица ЦУР", render=render_cur, whole_only=True
)
