"""What every part of one municipality's section is built from, and how things are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from collectors import networks
from reports import counting
from reports.counting import Requirements, Share
from reports.findings import Findings
from reports.model import Report
from reports.standing import Stand, stand_of
from reports.view import (
    Portion,
)
from reports.words import day, percent, phrase
from rules.model import Act, Finding, Institution, Municipality

MOST_NAME = 300  # signs: the longest official names have some two hundred
PART_SHOWN = 3  # institutions of a partial audit that titles and names of files tell


class Found(Mapping[str, tuple[Finding, ...]]):
    """Institution's id → its findings, fetched when they are asked for; of one town."""

    def __init__(self, findings: Findings, institutions: Iterable[Institution]) -> None:
        self._findings = findings
        self._institutions = {one.id: one for one in institutions}

    def __getitem__(self, institution: str) -> tuple[Finding, ...]:
        return self._findings.of(self._institutions[institution])

    def __iter__(self) -> Iterator[str]:
        return iter(self._institutions)

    def __len__(self) -> int:
        return len(self._institutions)


@dataclass(frozen=True, slots=True)
class Ground:
    """What every part of one section is built from."""

    report: Report
    municipality: Municipality
    institutions: tuple[Institution, ...]
    findings: Mapping[str, tuple[Finding, ...]]  # by the institution's id
    requirements: Requirements
    acts: Mapping[str, Act]  # requirement's id → its act
    names: Mapping[str, str]  # institution's id → the short name

    @property
    def zone(self) -> ZoneInfo:
        return self.municipality.timezone

    @property
    def all(self) -> Iterator[Finding]:
        return (f for one in self.institutions for f in self.findings[one.id])

    @property
    def asked(self) -> Iterator[Finding]:
        """What an act asks or recommends: to use a right is no compliance."""
        rights = {r.id for r in self.requirements.values() if r.nature == "right"}
        return (f for f in self.all if f.requirement not in rights)


def ground(report: Report, municipality: Municipality) -> Ground:
    institutions = tuple(i for i in report.institutions if i.municipality == municipality.id)
    return Ground(
        report=report,
        municipality=municipality,
        institutions=institutions,
        findings=Found(report.found, institutions),
        requirements={r.id: r for act in report.acts for r in act.requirements},
        acts={r.id: act for act in report.acts for r in act.requirements},
        names={i.id: name_of(i) for i in (*municipality.institutions, *institutions)},
    )


def name_of(institution: Institution) -> str:
    """The shortest official name, else the one that people use."""
    names = (institution.short_name, *institution.popular_names, institution.name)
    return readable(next(filter(None, names), ""))


def readable(name: str) -> str:
    """As much as anybody reads of a name; tables and JSON have the whole."""
    return name if len(name) <= MOST_NAME else f"{name[: MOST_NAME - 1]}…"


def part_of(report: Report) -> str:
    """Of whom an audit was that was not of everything: «МКОУ СОШ № 1 и ещё 2»; else ""."""
    if not report.is_partial:
        return ""
    whole_towns = report.audit.scope is None
    towns, bodies = report.municipalities, report.institutions
    names = [one.name for one in towns] if whole_towns else [name_of(one) for one in bodies]
    told = ", ".join(names[:PART_SHOWN])
    more = len(names[PART_SHOWN:])
    return phrase("others", told, str(more)) if more else told


def part_stem(report: Report) -> tuple[str, ...]:
    """In a file's name that an audit was not of everything: «partial-school-1»."""
    if not report.is_partial:
        return ()
    few = [one.id for one in report.institutions] if report.audit.scope is not None else []
    return ("partial", *few) if len(few) <= PART_SHOWN else ("partial",)


def anchor_of(institution: Institution) -> str:
    return f"{institution.municipality}--{institution.id}"


def known(ground: Ground) -> Iterable[Finding]:
    """Findings whose requirement still stands in a pack of this report."""
    return (f for f in ground.all if f.requirement in ground.requirements)


def mark_of(ground: Ground, finding: Finding) -> str:
    return counting.mark(finding, ground.requirements)


def standing_of(ground: Ground, institution: Institution) -> Stand:
    return stand_of(ground.findings[institution.id], ground.requirements)


def title_of(ground: Ground, requirement: str) -> str:
    known = ground.requirements.get(requirement)
    return known.title if known else requirement


def portion(share: Share) -> Portion:
    return Portion(percent(share.part, share.whole), share.part, share.whole)


def totals(ground: Ground, institution: Institution) -> tuple[tuple[str, int], ...]:
    """Requirements by mark; one that came out differently on two pages stands under both."""
    alike = {(mark_of(ground, f), f.requirement) for f in ground.findings[institution.id]}
    counted = Counter(mark for mark, _ in alike)
    return tuple((mark, counted[mark]) for mark in counting.WORST_FIRST if counted[mark])


def place_of(ground: Ground, finding: Finding) -> str:
    """«страница ВКонтакте»; for the authority, the institution that the finding speaks of."""
    where = networks.page_title(finding.network) if finding.network else ""
    about = ground.names.get(finding.about, finding.about) if finding.about else ""
    twin = handle_of(ground, finding)
    return ", ".join(part for part in (about, f"{where} {twin}".strip()) if part)


def told(ground: Ground, finding: Finding) -> str:
    """Its sentence, and when that was read, if it was on an earlier day than the audit's."""
    return " ".join(part for part in (finding.because, read_of(ground, finding)) if part)


def read_of(ground: Ground, finding: Finding) -> str | None:
    """None also where the sentence says the day itself."""
    if finding.read_on is None or finding.read_on == audit_day(ground):
        return None
    said = day(finding.read_on)
    is_said = said.replace("\N{NO-BREAK SPACE}", " ") in finding.because
    return None if is_said else phrase("read_on", said)


def audit_day(ground: Ground) -> date:
    return ground.report.audit.as_of.astimezone(ground.zone).date()


def handle_of(ground: Ground, finding: Finding) -> str:
    """The end of the address, where an institution has several pages in one network."""
    pages = ground.findings[finding.institution]
    addresses = {f.page for f in pages if f.page and f.network == finding.network}
    if finding.page is None or len(addresses) < 2:
        return ""
    return finding.page.split("://")[-1]
