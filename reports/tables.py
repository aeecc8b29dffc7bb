"""The report as plain tables: what the workbook prints on sheets, and CSV as one file.

Report ──> Sheet(title, columns, rows), each row a value for every column

Titles and words are in tables.toml. Nothing here is escaped: a value is text, a number or a day,
and each format says how such a thing stays what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from collectors import networks
from collectors.model import SITE
from reports import counting
from reports.book import IN_ORDER, Counted, Marks, SheetCounts
from reports.building import status_of
from reports.cards import exemption_lines
from reports.ground import Ground, ground, mark_of, part_of, place_of, title_of
from reports.issues import issue_in_words
from reports.model import Report
from reports.records import records
from reports.standing import Standing, said
from reports.table_words import table_word, told
from reports.templating import one_line
from reports.todo import todo
from reports.words import moment, phrase, word
from rules.model import Act, Finding, Institution, Outcome, Requirement

Value = str | int | date | None
Row = Mapping[str, Value]
STANDING_TINTS: Mapping[Standing, str] = {
    Standing.COMPLIES: Outcome.PASS,
    Standing.WAITING: Outcome.REVIEW,
    Standing.VIOLATES: Outcome.FAIL,
    Standing.UNJUDGED: Outcome.UNKNOWN,
    Standing.OUTSIDE: Outcome.NOT_APPLICABLE,
}
MOST_NAMED = 2  # municipalities in the head of a printed page
MANY = 30_000  # findings: a sheet of more opens slowly and helps nobody


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    title: str
    width: int  # characters
    link: bool = False  # its values are addresses that may be followed
    mark: str = ""  # it counts findings of this mark
    tint: str = ""  # under this key a row says which mark's colour the cell has


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]  # read once
    frozen: int = 0  # columns that stay in sight
    printed: int = 0  # columns that come on paper; 0: all
    group: str = ""  # a line is drawn where the value under this key changes
    heading: str = ""  # of every printed page
    paper: str = "A4"


def sheets(report: Report, *, whole: bool = True) -> tuple[Sheet, ...]:
    """Not `whole`: a region's findings without what is in order, and the last sheet says so."""
    whole = whole or len(report.findings) <= MANY
    book = book_of(report)
    rows = {
        "todo": todo(book),
        "findings": _findings(book, whole),
        "institutions": _institutions(book),
        "pages": _pages(book),
        "records": records(book),
        "requirements": _requirements(report, book),
        "audit": _audit(report, book, whole),
    }
    return tuple(_laid_out(report, one, rows[one["key"]]) for one in told()["sheet"])


def book_of(report: Report) -> SheetCounts:
    return SheetCounts([ground(report, one) for one in report.municipalities])


def findings_sheet(report: Report) -> Sheet:
    """All findings, with the columns in the order that programs know."""
    sheet = next(one for one in told()["sheet"] if one["key"] == "findings")
    return Sheet(sheet["title"], columns(sheet["column"]), _findings(book_of(report), whole=True))


def _laid_out(report: Report, sheet: Mapping[str, Any], rows: Iterable[Row]) -> Sheet:
    """What comes on paper stands first; a town is told only where there are several."""
    hidden = {"town"} if len(report.municipalities) < 2 else set()
    first = [key for key in sheet.get("paper", ()) if key not in hidden]
    known = {one.key: one for one in columns(sheet["column"]) if one.key not in hidden}
    return Sheet(
        title=sheet["title"],
        columns=(
            *(known[key] for key in first),
            *(known[key] for key in known if key not in first),
        ),
        rows=rows,
        frozen=sheet.get("frozen", 2),
        printed=len(first),
        group=sheet.get("group", ""),
        heading=heading(report),
    )


def heading(report: Report) -> str:
    """Whose it is, of what day: sheets of paper are parted from each other."""
    names = ", ".join(one.name for one in report.municipalities[:MOST_NAMED])
    more = len(report.municipalities[MOST_NAMED:])
    towns = phrase("others", names, str(more)) if more else names
    part = f" ({table_word('audit', 'part')}: {part_of(report)})" if report.is_partial else ""
    return f"{towns} · {_moment(report, report.audit.as_of)}{part}"


def columns(wanted: Iterable[Mapping[str, Any]]) -> tuple[Column, ...]:
    return tuple(Column(**one) for one in wanted)


def _yes(said: bool) -> str:
    return table_word("words", "yes" if said else "no")


@lru_cache(maxsize=10_000)
def flat(text: str) -> str:
    """One line; remembered, because a region says the same things a hundred thousand times."""
    return one_line(text)


@lru_cache(maxsize=10_000)
def _moment_in(value: datetime, zone: ZoneInfo) -> str:
    """By the clock of the town; remembered, as a night has few moments and many findings."""
    return moment(value, zone)


# --- findings -----------------------------------------------------------------------------------


def _findings(book: SheetCounts, whole: bool) -> Iterator[Row]:
    for base, one, _ in book.each_counted():
        for finding in base.findings[one.id]:
            if whole or finding.outcome not in IN_ORDER:
                yield (
                    _cells_of_whom(base, one)
                    | _finding(base, finding)
                    | _cells_of_change(base, finding)
                )


def _cells_of_whom(base: Ground, institution: Institution) -> dict[str, Value]:
    """Whose the row is: the same columns on every sheet."""
    return {
        "town": base.municipality.name,
        "institution": base.names[institution.id],
        "kind": word("kinds", institution.kind),
        "id": institution.id,
    }


def _finding(base: Ground, finding: Finding) -> dict[str, Value]:
    act = base.acts.get(finding.requirement)
    return {
        "act": act.short_title if act else None,
        "clause": finding.clause,
        "requirement": finding.requirement,
        "title": title_of(base, finding.requirement),
        "mark": word("marks", mark_of(base, finding), "word"),
        "outcome": mark_of(base, finding),
        "severity": word("severities", finding.severity),
        "because": finding.because,
        "remedy": finding.remedy,
        "place": place_of(base, finding) or table_word("words", "whole_institution"),
        "page": finding.page,
    }


def _cells_of_change(base: Ground, finding: Finding) -> dict[str, Value]:
    """Since when it is so, what it was before, who put it off, what it rests on."""
    evidence = finding.evidence[0] if finding.evidence else None
    return {
        "since": finding.since,
        "previous": word("previous", finding.previous) if finding.previous else None,
        "change": word("changes", counting.change(finding)),
        "waiver": finding.waiver.until if finding.waiver else None,
        "disputed": _yes(True) if finding.disputed else None,
        "evidence": evidence.url if evidence else None,
        "fetched": _moment_in(evidence.fetched_at, base.zone) if evidence else None,
    }


# --- institutions, pages, requirements ----------------------------------------------------------


def _institutions(book: SheetCounts) -> Iterator[Row]:
    for base, one, counted in book.each_counted():
        numbers = _counts_of_marks(counted.marks) | {"put_off": counted.put_off}
        yield _cells_of_whom(base, one) | _cells_of_registry(base, one, counted) | numbers


def _counts_of_marks(marks: Marks) -> dict[str, Value]:
    """How many requirements have each mark, as cells."""
    return dict(zip(counting.WORST_FIRST, marks, strict=True))


def _cells_of_registry(
    base: Ground, institution: Institution, counted: Counted
) -> dict[str, Value]:
    """How it stands, and what the registry says of it."""
    return {
        "standing": said(counted.stand),
        "stands": STANDING_TINTS[counted.stand.standing],
        "name": institution.name,
        "ogrn": institution.ogrn,
        "parent": base.names.get(institution.parent, institution.parent)
        if institution.parent
        else None,
        "phones": ", ".join(institution.phones),
        "emails": ", ".join(institution.emails),
        "site": institution.site,
        "exemption": "; ".join(exemption_lines(base, institution)),
    }


def _pages(book: SheetCounts) -> Iterator[Row]:
    """Without counts where no finding is of that page: a nought there would praise it."""
    for base, one, counted in book.each_counted():
        for row in _addresses(one):
            marks, known = counted.pages.get(str(row["page"]), (None, None))
            shown = _cells_of_whom(base, one) | row | (_counts_of_marks(marks) if marks else {})
            yield shown | {"page_id": row["page_id"] or known}


def _addresses(institution: Institution) -> Iterator[dict[str, Value]]:
    for page in institution.pages:
        yield {
            "network": networks.title(page.network),
            "page": page.address,
            "role": table_word("roles", page.role),
            "created": page.created_on,
            "deleted": page.deleted_on,
            "page_id": page.known_id,
        }
    if institution.site:
        network = networks.title(SITE)
        yield {"network": network, "page": institution.site, "page_id": None}


def _requirements(report: Report, book: SheetCounts) -> Iterator[Row]:
    asked = book.all().asked
    for act in report.acts:
        for one in act.requirements:
            marks = tuple(asked[one.id][mark] for mark in counting.WORST_FIRST)
            yield _requirement(report, act, one) | _counts_of_marks(marks)


def _requirement(report: Report, act: Act, requirement: Requirement) -> dict[str, Value]:
    statuses = [status_of(act, town) for town in report.municipalities if act.id in town.packs]
    return {
        "act": act.short_title,
        "status": ", ".join(word("statuses", s) for s in dict.fromkeys(statuses or [act.status])),
        "clause": requirement.clause,
        "requirement": requirement.id,
        "title": requirement.title,
        "law": requirement.law,
        "nature": table_word("natures", requirement.nature),
        "severity": word("severities", requirement.severity),
        "advice": requirement.advice,
        "why_not": requirement.why_not,
    }


# --- the audit ----------------------------------------------------------------------------------


def _audit(report: Report, book: SheetCounts, whole: bool) -> Iterator[Row]:
    if not whole:
        yield {"what": table_word("audit", "left_out"), "value": book.all().left_out}
    for key, value in (*_lines_of_run(report), *_acts(report)):
        yield {"what": table_word("audit", key), "value": value}
    for note in told()["notes"]:
        yield {"what": table_word("audit", "note"), "value": note["text"]}


def _lines_of_run(report: Report) -> Iterator[tuple[str, Value]]:
    """Key and value: when the audit ran, and what it read."""
    audit = report.audit
    yield "number", audit.id
    yield "towns", ", ".join(one.name for one in report.municipalities)
    yield "as_of", _moment(report, audit.as_of)
    yield "started", _moment(report, audit.started_at)
    yield "finished", _moment(report, audit.finished_at)
    if report.is_partial:
        yield "part", part_of(report)
    yield "complete", _yes(True) if audit.complete else table_word("words", "partly")
    yield "pages", audit.collection.pages
    yield "read", audit.collection.read
    yield "unread", audit.collection.unread
    yield from (("issue", issue_in_words(issue)) for issue in audit.issues)


def _moment(report: Report, at: datetime | None) -> str:
    if at is None:
        return table_word("words", "unfinished")
    return moment(at, report.municipalities[0].timezone) if report.municipalities else f"{at}"


def _acts(report: Report) -> Iterator[tuple[str, Value]]:
    for act in report.acts:
        yield "act", act.title
        yield "digest", report.audit.packs.get(act.id, act.digest)
