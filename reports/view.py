"""A report as its templates print it: everything counted, sorted, worded and dated.

    Report ──> View(run, sections, method)
                     └─ Section, one a municipality: first screen, matrix, cards, previews

Templates only loop and print. The same report gives an equal view.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from collectors.model import Evidence, Page
from reports import counting
from reports.counting import Change, Requirements, Share, Standing
from reports.model import Audit, Report, Tally
from reports.words import count, day, moment, named, percent, word, zone_name
from rules.model import Act, Finding, Institution, Municipality, Outcome, Requirement, Waiver

CALLS_SHOWN = 5
UNMET_SHOWN = 5
TREND_SHOWN = 12
EVIDENCE_SHOWN = 4  # a finding over a crawled site rests on hundreds; the JSON has them all

# --- the parts of a section -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Portion:
    """A share, printable: «82 %», 9 of 11; `percent` is None where there is nothing to divide."""

    percent: str | None
    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Unmet:
    """A requirement that is not met, and by how many institutions."""

    mark: str
    clause: str
    title: str
    institutions: int


@dataclass(frozen=True, slots=True)
class Line:
    """One change since the previous audit."""

    mark: str
    institution: str
    anchor: str
    title: str
    place: str


@dataclass(frozen=True, slots=True)
class Changes:
    since: str | None  # None: nothing to compare with
    worse: tuple[Line, ...]
    fixed: tuple[Line, ...]
    lost: tuple[Line, ...]
    new_violations: int


@dataclass(frozen=True, slots=True)
class Call:
    """An institution to be telephoned, and what to say first."""

    institution: str
    anchor: str
    phones: tuple[str, ...]
    violations: int
    first: str


@dataclass(frozen=True, slots=True)
class Who:
    """One institution by name; `because`, where nobody can say how it stands."""

    name: str
    anchor: str
    because: str


@dataclass(frozen=True, slots=True)
class Column:
    requirement: str
    clause: str
    title: str


@dataclass(frozen=True, slots=True)
class Clauses:
    """Columns of the matrix under one clause of one act."""

    act: str
    clause: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    mark: str
    tip: str


@dataclass(frozen=True, slots=True)
class Row:
    institution: str
    anchor: str
    standing: Standing
    cells: tuple[Cell | None, ...]  # None: the requirement says nothing of this institution
    totals: tuple[tuple[str, int], ...]  # mark → findings, for the list on narrow screens
    by_mark: Mapping[str, int]  # the same with the zeros


@dataclass(frozen=True, slots=True)
class Matrix:
    acts: tuple[tuple[str, int], ...]  # short title, columns
    clauses: tuple[Clauses, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    marks: tuple[str, ...]  # for the legend: those that occur


@dataclass(frozen=True, slots=True)
class Record:
    """One piece of evidence; a card lists each once, and its findings name the number."""

    number: int
    url: str
    fetched: str
    sha256: str
    short: str
    record: str


Records = Mapping[str, Record]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A waiver: the violation stays, an authority bears with it until a day."""

    until: str
    ground: str


@dataclass(frozen=True, slots=True)
class Case:
    """One finding under its requirement: one page, or one institution that it speaks of."""

    place: str
    network: str
    url: str | None
    because: str
    measured: tuple[tuple[str, str], ...]
    required: tuple[tuple[str, str], ...]
    details: tuple[tuple[str, str], ...]
    since: str | None
    previous: str | None
    change: Change
    records: tuple[int, ...]
    more_records: int
    waiver: Tolerance | None
    disputed: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A requirement with the findings that came out alike."""

    mark: str
    act: str
    clause: str
    title: str
    law: str
    severity: str
    remedies: tuple[str, ...]
    networks: str  # slugs, for the filter
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a group of like findings concerns."""

    clause: str
    title: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Findings with one and the same reason, told once."""

    mark: str
    because: str
    networks: str
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True)
class PageLine:
    word: str
    url: str
    deleted_on: str | None


@dataclass(frozen=True, slots=True)
class Card:
    anchor: str
    name: str
    full_name: str
    kind: str
    kind_word: str
    standing: Standing
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    pages: tuple[PageLine, ...]
    exemptions: tuple[str, ...]
    totals: tuple[tuple[str, int], ...]
    share: Portion
    failed: tuple[Item, ...]
    review: tuple[Item, ...]
    waiting: tuple[Group, ...]
    passed: tuple[Item, ...]
    outside: tuple[Group, ...]
    outside_count: int
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    mark: str
    institution: str
    clause: str
    title: str
    place: str
    because: str


@dataclass(frozen=True, slots=True)
class Previews:
    """What a draft act, or a voluntary page, would have got. It is in no count."""

    act: str
    draft: bool
    lines: tuple[Preview, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    complies: int
    violates: int
    unjudged: int
    outside: int
    judged: int  # complies + violates + unjudged


@dataclass(frozen=True, slots=True)
class Section:
    anchor: str
    name: str
    as_of: str
    zone: str
    nothing_registered: bool
    without_address: tuple[str, ...]
    numbers: Numbers
    complying: tuple[Who, ...]
    unjudged: tuple[Who, ...]
    share: Portion
    unseen: Portion
    reviews: int
    unmet: tuple[Unmet, ...]
    more_unmet: int
    changes: Changes
    calls: tuple[Call, ...]
    more_calls: int
    matrix: Matrix
    cards: tuple[Card, ...]
    previews: tuple[Previews, ...]
    kinds: tuple[tuple[str, str], ...]
    networks: tuple[tuple[str, str], ...]
    acts: tuple[str, ...]


# --- the parts of the whole -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """How the reading went."""

    audit: int
    complete: bool
    pages: int
    read: int
    unread: int
    reasons: tuple[tuple[str, int], ...]
    requests: tuple[tuple[str, int], ...]
    started: str
    duration: str | None
    scope: tuple[str, ...]
    issues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActLine:
    title: str
    status: str
    digest: str
    notes: tuple[str, ...]
    not_checkable: tuple[tuple[str, str, str], ...]  # clause, title, why


@dataclass(frozen=True, slots=True)
class Past:
    """One audit of the trend."""

    on: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class View:
    run: Run
    sections: tuple[Section, ...]
    acts: tuple[ActLine, ...]
    marks: tuple[str, ...]
    history: tuple[Past, ...]


# --- building ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ground:
    """What every part of one section is built from."""

    report: Report
    municipality: Municipality
    institutions: tuple[Institution, ...]
    findings: Mapping[str, tuple[Finding, ...]]  # institution's id → its findings
    requirements: Requirements
    acts: Mapping[str, Act]  # requirement's id → its act
    names: Mapping[str, str]  # institution's id → the short name

    @property
    def zone(self) -> ZoneInfo:
        return self.municipality.timezone

    @property
    def all(self) -> tuple[Finding, ...]:
        return tuple(f for one in self.institutions for f in self.findings[one.id])


def build(report: Report) -> View:
    return View(
        run=build_run(report),
        sections=tuple(build_section(ground(report, one)) for one in report.municipalities),
        acts=tuple(act_line(act, report) for act in report.acts),
        marks=counting.WORST_FIRST,
        history=tuple(past(one, report) for one in report.trend[-TREND_SHOWN:]),
    )


def past(tally: Tally, report: Report) -> Past:
    zeros = {outcome.value: 0 for outcome in Outcome}
    told = {outcome.value: number for outcome, number in tally.counts.items()}
    return Past(moment(tally.as_of, report.municipalities[0].timezone), zeros | told)


def ground(report: Report, municipality: Municipality) -> Ground:
    institutions = tuple(i for i in report.institutions if i.municipality == municipality.id)
    return Ground(
        report=report,
        municipality=municipality,
        institutions=institutions,
        findings={one.id: findings_of(report, one) for one in institutions},
        requirements={r.id: r for act in report.acts for r in act.requirements},
        acts={r.id: act for act in report.acts for r in act.requirements},
        names={i.id: name_of(i) for i in (*municipality.institutions, *institutions)},
    )


def findings_of(report: Report, institution: Institution) -> tuple[Finding, ...]:
    key = (institution.municipality, institution.id)
    return tuple(f for f in report.findings if (f.municipality, f.institution) == key)


def name_of(institution: Institution) -> str:
    """The shortest official name, else the one that people use."""
    return institution.short_name or next(iter(institution.popular_names), institution.name)


def anchor_of(institution: Institution) -> str:
    return f"{institution.municipality}--{institution.id}"


def build_section(ground: Ground) -> Section:
    standings = {i.id: standing_of(ground, i) for i in ground.institutions}
    unmet, calls = build_unmet(ground), build_calls(ground)
    as_of = ground.report.audit.as_of
    return Section(
        anchor=ground.municipality.id,
        name=ground.municipality.name,
        as_of=moment(as_of, ground.zone),
        zone=zone_name(as_of, ground.zone),
        nothing_registered=not any(has_address(i) for i in ground.institutions),
        without_address=without_address(ground, standings),
        numbers=numbers(standings.values()),
        complying=who(ground, standings, Standing.COMPLIES),
        unjudged=who(ground, standings, Standing.UNJUDGED),
        share=portion(counting.compliance(ground.all)),
        unseen=portion(counting.unseen(ground.all)),
        reviews=counting.tally(ground.all)["review"],
        unmet=unmet[:UNMET_SHOWN],
        more_unmet=len(unmet[UNMET_SHOWN:]),
        changes=build_changes(ground),
        calls=calls[:CALLS_SHOWN],
        more_calls=len(calls[CALLS_SHOWN:]),
        matrix=build_matrix(ground, standings),
        cards=tuple(build_card(ground, i, standings[i.id]) for i in ground.institutions),
        previews=build_previews(ground),
        kinds=options("kinds", (i.kind for i in ground.institutions)),
        networks=options("networks", (f.network for f in ground.all if f.network), "title"),
        acts=binding_acts(ground),
    )


def binding_acts(ground: Ground) -> tuple[str, ...]:
    """Short titles of the acts that ask something of somebody here."""
    applying = (f for f in known(ground) if f.outcome is not Outcome.NOT_APPLICABLE)
    return tuple(dict.fromkeys(ground.acts[f.requirement].short_title for f in applying))


def known(ground: Ground) -> Iterable[Finding]:
    """Findings whose requirement still stands in a pack of this report."""
    return (f for f in ground.all if f.requirement in ground.requirements)


def options(
    kind: str, slugs: Iterable[str], field: str | None = None
) -> tuple[tuple[str, str], ...]:
    return tuple((slug, word(kind, slug, field)) for slug in sorted(set(slugs)))


def standing_of(ground: Ground, institution: Institution) -> Standing:
    return counting.standing(ground.findings[institution.id], ground.requirements)


def mark_of(ground: Ground, finding: Finding) -> str:
    return counting.mark(finding, ground.requirements)


def portion(share: Share) -> Portion:
    return Portion(percent(share.part, share.whole), share.part, share.whole)


def has_address(institution: Institution) -> bool:
    return institution.site is not None or any(p.deleted_on is None for p in institution.pages)


def without_address(ground: Ground, standings: Mapping[str, Standing]) -> tuple[str, ...]:
    return tuple(
        ground.names[i.id]
        for i in ground.institutions
        if not has_address(i) and standings[i.id] is not Standing.OUTSIDE
    )


def numbers(standings: Iterable[Standing]) -> Numbers:
    counted = Counter(standings)
    return Numbers(
        complies=counted[Standing.COMPLIES],
        violates=counted[Standing.VIOLATES],
        unjudged=counted[Standing.UNJUDGED],
        outside=counted[Standing.OUTSIDE],
        judged=counted.total() - counted[Standing.OUTSIDE],
    )


# --- the first screen -------------------------------------------------------------------------


def title_of(ground: Ground, requirement: str) -> str:
    known = ground.requirements.get(requirement)
    return known.title if known else requirement


def build_unmet(ground: Ground) -> tuple[Unmet, ...]:
    """Violations before advice, the most frequent first, among equals the gravest."""
    who: dict[tuple[str, str], list[Finding]] = {}
    for finding in ground.all:
        if finding.outcome is Outcome.FAIL:
            who.setdefault((mark_of(ground, finding), finding.requirement), []).append(finding)
    order = sorted(who.items(), key=lambda one: unmet_order(one[0][0], one[1]))
    return tuple(build_unmet_line(ground, mark, found) for (mark, _), found in order)


def unmet_order(mark: str, findings: Sequence[Finding]) -> tuple[bool, int, tuple[int, str]]:
    return mark == counting.BELOW, -institutions_in(findings), min(map(counting.gravity, findings))


def institutions_in(findings: Iterable[Finding]) -> int:
    return len({f.institution for f in findings})


def build_unmet_line(ground: Ground, mark: str, findings: Sequence[Finding]) -> Unmet:
    first = findings[0]
    title = title_of(ground, first.requirement)
    return Unmet(mark, first.clause, title, institutions_in(findings))


def build_changes(ground: Ground) -> Changes:
    is_comparable = any(f.previous is not None for f in ground.all)
    previous = ground.report.previous_as_of if is_comparable else None
    worse = changed(ground, Change.WORSE)
    return Changes(
        since=moment(previous, ground.zone) if previous else None,
        worse=worse,
        fixed=changed(ground, Change.FIXED),
        lost=changed(ground, Change.LOST),
        new_violations=sum(1 for line in worse if line.mark == Outcome.FAIL),
    )


def changed(ground: Ground, wanted: Change) -> tuple[Line, ...]:
    found = [f for f in ground.all if counting.change(f) is wanted]
    marked = ((mark_of(ground, f), f) for f in found)
    gravest = sorted(
        marked, key=lambda pair: (pair[0] == counting.BELOW, *counting.gravity(pair[1]))
    )
    return tuple(change_line(ground, mark, finding) for mark, finding in gravest)


def change_line(ground: Ground, mark: str, finding: Finding) -> Line:
    return Line(
        mark=mark,
        institution=ground.names.get(finding.institution, finding.institution),
        anchor=f"{finding.municipality}--{finding.institution}",
        title=title_of(ground, finding.requirement),
        place=place_of(ground, finding),
    )


def build_calls(ground: Ground) -> tuple[Call, ...]:
    """The institutions with violations: the most critical ones first, then the most."""
    pairs = [(i, violations_of(ground, i)) for i in ground.institutions]
    ranked = sorted((p for p in pairs if p[1]), key=lambda pair: misery(pair[1]))
    return tuple(build_call(ground, institution, found) for institution, found in ranked)


def violations_of(ground: Ground, institution: Institution) -> list[Finding]:
    """Gravest first; what an authority has put off goes last."""
    found = [f for f in ground.findings[institution.id] if mark_of(ground, f) == Outcome.FAIL]
    return sorted(found, key=lambda f: (f.waiver is not None, *counting.gravity(f)))


def misery(violations: Sequence[Finding]) -> tuple[int, ...]:
    """Sort key: the most violations of the gravest kind first."""
    counted = Counter(f.severity for f in violations)
    return tuple(-counted[severity] for severity in counting.SEVERITIES)


def build_call(ground: Ground, institution: Institution, violations: Sequence[Finding]) -> Call:
    first = violations[0]
    return Call(
        institution=ground.names[institution.id],
        anchor=anchor_of(institution),
        phones=institution.phones,
        violations=len(violations),
        first=first.because,
    )


def who(ground: Ground, standings: Mapping[str, Standing], wanted: Standing) -> tuple[Who, ...]:
    return tuple(
        Who(ground.names[i.id], anchor_of(i), obstacle(ground, i))
        for i in ground.institutions
        if standings[i.id] is wanted
    )


def obstacle(ground: Ground, institution: Institution) -> str:
    """The commonest reason for which something of it stayed unseen."""
    blind = [f.because for f in ground.findings[institution.id] if counting.hides_a_page(f)]
    return Counter(blind).most_common(1)[0][0] if blind else ""


# --- where a finding lies ---------------------------------------------------------------------


def place_of(ground: Ground, finding: Finding) -> str:
    """«страница ВКонтакте»; for the authority, the institution that the finding speaks of."""
    where = word("networks", finding.network, "page") if finding.network else ""
    about = ground.names.get(finding.about, finding.about) if finding.about else ""
    twin = handle_of(ground, finding)
    return ", ".join(part for part in (about, f"{where} {twin}".strip()) if part)


def handle_of(ground: Ground, finding: Finding) -> str:
    """The end of the address, where an institution has several pages in one network."""
    pages = ground.findings[finding.institution]
    addresses = {f.page for f in pages if f.page and f.network == finding.network}
    if finding.page is None or len(addresses) < 2:
        return ""
    return finding.page.split("://")[-1]


# --- the matrix -------------------------------------------------------------------------------


def build_matrix(ground: Ground, standings: Mapping[str, Standing]) -> Matrix:
    columns = matrix_columns(ground)
    rows = tuple(build_row(ground, i, columns, standings[i.id]) for i in ground.institutions)
    clauses = tuple(clause_groups(ground, columns))
    shown = {cell.mark for row in rows for cell in row.cells if cell}
    return Matrix(
        acts=tuple(act_spans(clauses)),
        clauses=clauses,
        columns=columns,
        rows=rows,
        marks=tuple(mark for mark in counting.WORST_FIRST if mark in shown),
    )


def matrix_columns(ground: Ground) -> tuple[Column, ...]:
    """Requirements that apply to somebody, in the acts' order."""
    applying = {f.requirement for f in ground.all if f.outcome is not Outcome.NOT_APPLICABLE}
    return tuple(
        Column(one.id, one.clause, one.title)
        for one in ground.requirements.values()
        if one.id in applying
    )


def clause_groups(ground: Ground, columns: Sequence[Column]) -> Iterable[Clauses]:
    """«9.1» holds its six columns together."""
    for (act, clause), group in groupby(
        columns, key=lambda c: (ground.acts[c.requirement].short_title, c.clause)
    ):
        yield Clauses(act, clause, tuple(group))


def act_spans(clauses: Iterable[Clauses]) -> Iterable[tuple[str, int]]:
    for act, group in groupby(clauses, key=lambda one: one.act):
        yield act, sum(len(one.columns) for one in group)


def build_row(
    ground: Ground, institution: Institution, columns: Sequence[Column], standing: Standing
) -> Row:
    by_requirement: dict[str, list[Finding]] = {}
    for finding in ground.findings[institution.id]:
        by_requirement.setdefault(finding.requirement, []).append(finding)
    return Row(
        institution=ground.names[institution.id],
        anchor=anchor_of(institution),
        standing=standing,
        cells=tuple(build_cell(ground, c, by_requirement.get(c.requirement)) for c in columns),
        totals=(counted := totals(ground, institution)),
        by_mark=dict.fromkeys(counting.WORST_FIRST, 0) | dict(counted),
    )


def build_cell(ground: Ground, column: Column, findings: Sequence[Finding] | None) -> Cell | None:
    if not findings:
        return None
    mark = counting.worst(mark_of(ground, f) for f in findings)
    return Cell(mark, f"{column.title}: {word('marks', mark, 'word')}")


def totals(ground: Ground, institution: Institution) -> tuple[tuple[str, int], ...]:
    counted = Counter(mark_of(ground, f) for f in ground.findings[institution.id])
    return tuple((mark, counted[mark]) for mark in counting.WORST_FIRST if counted[mark])


# --- a card -----------------------------------------------------------------------------------


def build_card(ground: Ground, institution: Institution, standing: Standing) -> Card:
    by_mark = sorted_by_mark(ground, institution)
    records = number_records(ground, [f for found in by_mark.values() for f in found])
    waiting = [f for m in (Outcome.ERROR, Outcome.UNKNOWN, Outcome.PENDING) for f in by_mark[m]]
    return Card(
        anchor=anchor_of(institution),
        name=ground.names[institution.id],
        full_name=institution.name,
        kind=institution.kind,
        kind_word=word("kinds", institution.kind),
        standing=standing,
        phones=institution.phones,
        emails=institution.emails,
        pages=tuple(page_lines(institution)),
        exemptions=tuple(exemption_lines(institution)),
        totals=totals(ground, institution),
        share=portion(counting.compliance(ground.findings[institution.id])),
        failed=items(ground, [*by_mark[Outcome.FAIL], *by_mark[counting.BELOW]], records),
        review=items(ground, by_mark[Outcome.REVIEW], records),
        waiting=groups(ground, waiting),
        passed=items(ground, by_mark[Outcome.PASS], records),
        outside=groups(ground, by_mark[Outcome.NOT_APPLICABLE]),
        outside_count=len(by_mark[Outcome.NOT_APPLICABLE]),
        records=tuple(records.values()),
    )


def sorted_by_mark(ground: Ground, institution: Institution) -> dict[str, list[Finding]]:
    by_mark: dict[str, list[Finding]] = {mark: [] for mark in counting.WORST_FIRST}
    for finding in ground.findings[institution.id]:
        by_mark[mark_of(ground, finding)].append(finding)
    return by_mark


def number_records(ground: Ground, findings: Iterable[Finding]) -> dict[str, Record]:
    """Every record that a card shows, by its id, in the order of the card."""
    shown = {e.record: e for f in findings for e in f.evidence[:EVIDENCE_SHOWN]}
    return {
        record: build_record(ground, evidence, number)
        for number, (record, evidence) in enumerate(shown.items(), start=1)
    }


def page_lines(institution: Institution) -> Iterable[PageLine]:
    if institution.site:
        yield PageLine(word("networks", "site", "page"), institution.site, None)
    for page in institution.pages:
        yield PageLine(word("networks", page.network, "page"), page.address, deleted(page))


def deleted(page: Page) -> str | None:
    return day(page.deleted_on) if page.deleted_on else None


def exemption_lines(institution: Institution) -> Iterable[str]:
    for one in institution.exemptions:
        yield ", ".join(part for part in (one.ground, one.document) if part)


def items(ground: Ground, findings: Sequence[Finding], records: Records) -> tuple[Item, ...]:
    """One item a requirement and mark; violations first, gravest first, then by requirement."""
    grouped: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        grouped.setdefault((mark_of(ground, finding), finding.requirement), []).append(finding)
    order = sorted(grouped, key=lambda key: item_order(key[0], grouped[key]))
    return tuple(build_item(ground, key[0], grouped[key], records) for key in order)


def item_order(mark: str, findings: Sequence[Finding]) -> tuple[int, int]:
    return counting.WORST_FIRST.index(mark), min(counting.gravity(f)[0] for f in findings)


def build_item(ground: Ground, mark: str, findings: Sequence[Finding], records: Records) -> Item:
    first = min(findings, key=counting.gravity)
    requirement = ground.requirements.get(first.requirement)
    return Item(
        mark=mark,
        act=ground.acts[first.requirement].short_title if requirement else "",
        clause=first.clause,
        title=title_of(ground, first.requirement),
        law=requirement.law if requirement else "",
        severity=word("severities", first.severity),
        remedies=tuple(dict.fromkeys(f.remedy for f in findings if f.remedy)),
        networks=network_slugs(findings),
        cases=tuple(build_case(ground, f, records) for f in findings),
    )


def network_slugs(findings: Iterable[Finding]) -> str:
    return " ".join(sorted({f.network for f in findings if f.network}))


def build_case(ground: Ground, finding: Finding, records: Records) -> Case:
    shown = finding.evidence[:EVIDENCE_SHOWN]
    return Case(
        place=place_of(ground, finding),
        network=finding.network or "",
        url=finding.page,
        because=finding.because,
        measured=measures(finding.measured),
        required=measures(finding.required),
        details=details(finding),
        since=day(finding.since) if finding.since else None,
        previous=word("previous", finding.previous) if finding.previous else None,
        change=counting.change(finding),
        records=tuple(dict.fromkeys(records[one.record].number for one in shown)),
        more_records=len(finding.evidence) - len(shown),
        waiver=tolerance(finding.waiver),
        disputed=finding.disputed,
        notes=finding.notes,
    )


def build_record(ground: Ground, evidence: Evidence, number: int) -> Record:
    return Record(
        number=number,
        url=evidence.url,
        fetched=moment(evidence.fetched_at, ground.zone),
        sha256=evidence.sha256,
        short=evidence.sha256[:12],
        record=evidence.record,
    )


def measures(values: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """What everybody may read: named in words.toml, no structure of structures, not empty."""
    return tuple(
        (word("measures", name), measure(value))
        for name, value in values.items()
        if named("measures", name) and is_plain(value) and value not in ([], (), "", None)
    )


def details(finding: Finding) -> tuple[tuple[str, str], ...]:
    """The rest, as the JSON has it."""
    return tuple(
        (name, json.dumps(value, ensure_ascii=False, default=str))
        for name, value in (*finding.measured.items(), *finding.required.items())
        if not (named("measures", name) and is_plain(value))
    )


def is_plain(value: object) -> bool:
    parts = value if isinstance(value, list | tuple) else (value,)
    return not any(isinstance(part, Mapping | list | tuple) for part in parts)


def measure(value: object) -> str:
    """A JSON value as a reader may see it."""
    if value is None:
        return word("values", "hidden")
    if isinstance(value, bool):
        return word("values", "yes" if value else "no")
    if isinstance(value, list | tuple):
        return ", ".join(measure(one) for one in value) or word("values", "nothing")
    return iso_day(str(value))


def iso_day(text: str) -> str:
    """A date in JSON becomes a date in Russian; anything else stays."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def tolerance(waiver: Waiver | None) -> Tolerance | None:
    if waiver is None:
        return None
    told = (waiver.reason, waiver.by, waiver.document)
    return Tolerance(day(waiver.until), ", ".join(part for part in told if part))


def groups(ground: Ground, findings: Sequence[Finding]) -> tuple[Group, ...]:
    """One group a reason, so that twenty findings of one cause are one line."""
    alike: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        alike.setdefault((mark_of(ground, finding), finding.because), []).append(finding)
    return tuple(
        Group(mark, because, network_slugs(same), subjects(ground, same))
        for (mark, because), same in alike.items()
    )


def subjects(ground: Ground, findings: Sequence[Finding]) -> tuple[Subject, ...]:
    places: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        place = place_of(ground, finding)
        places.setdefault((finding.clause, finding.requirement), []).extend(
            [place] if place else []
        )
    return tuple(
        Subject(clause, title_of(ground, requirement), tuple(dict.fromkeys(found)))
        for (clause, requirement), found in places.items()
    )


# --- previews ---------------------------------------------------------------------------------


def build_previews(ground: Ground) -> tuple[Previews, ...]:
    by_act: dict[str, list[Finding]] = {}
    for finding in known(ground):
        if finding.preview is not None:
            by_act.setdefault(ground.acts[finding.requirement].id, []).append(finding)
    acts = {act.id: act for act in ground.report.acts}
    return tuple(act_previews(ground, acts[act], found) for act, found in by_act.items())


def act_previews(ground: Ground, act: Act, findings: Sequence[Finding]) -> Previews:
    return Previews(
        act=act.short_title,
        draft=status_of(act, ground.municipality) == "draft",
        lines=tuple(build_preview(ground, f) for f in findings),
    )


def status_of(act: Act, municipality: Municipality) -> str:
    told = municipality.acts.get(act.id)
    return (told.status if told else None) or act.status


def build_preview(ground: Ground, finding: Finding) -> Preview:
    requirement = ground.requirements[finding.requirement]
    return Preview(
        mark=preview_mark(requirement, finding),
        institution=ground.names[finding.institution],
        clause=finding.clause,
        title=requirement.title,
        place=place_of(ground, finding),
        because=finding.preview_because or "",
    )


def preview_mark(requirement: Requirement, finding: Finding) -> str:
    is_advice = requirement.nature == "recommended"
    return counting.BELOW if finding.preview == Outcome.FAIL and is_advice else f"{finding.preview}"


# --- the run and the method -------------------------------------------------------------------


def build_run(report: Report) -> Run:
    audit = report.audit
    return Run(
        audit=audit.id,
        complete=audit.complete,
        pages=audit.collection.pages,
        read=audit.collection.read,
        unread=audit.collection.unread,
        reasons=tuple(
            (word("failures", code), number)
            for code, number in sorted(
                audit.collection.reasons.items(), key=lambda r: (-r[1], r[0])
            )
        ),
        requests=tuple(
            (word("networks", slug, "title"), number)
            for slug, number in audit.collection.requests.items()
        ),
        started=moment(audit.started_at, report.municipalities[0].timezone),
        duration=duration(audit),
        scope=tuple(name_of(i) for i in report.institutions) if audit.scope is not None else (),
        issues=tuple(issue.text for issue in audit.issues),
    )


def duration(audit: Audit) -> str | None:
    if audit.finished_at is None:
        return None
    seconds = round((audit.finished_at - audit.started_at).total_seconds())
    return count(seconds // 60, "minute") if seconds >= 120 else count(seconds, "second")


def act_line(act: Act, report: Report) -> ActLine:
    statuses = dict.fromkeys(
        status_of(act, one) for one in report.municipalities if act.id in one.packs
    )
    return ActLine(
        title=act.title,
        status=", ".join(word("statuses", s) for s in statuses or (act.status,)),
        digest=report.audit.packs.get(act.id, act.digest),
        notes=act.notes,
        not_checkable=tuple(
            (r.clause, r.title, r.why_not) for r in act.requirements if r.predicate is None
        ),
    )
