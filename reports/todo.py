"""«Сделать»: what is not met, falls short of advice, or waits for a person, by institution.

Findings of the audit + cases as of it ──> a row for each thing to do, the worst ones first

Where no cases are at hand (a report that was put together without a database) terms stay untold,
and what is put off or disputed is told by the findings alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from reports import counting
from reports.book import SheetCounts
from reports.friday import LastDays, cases_of, last_days_of, post_of
from reports.ground import Ground, audit_day, mark_of, place_of, title_of, told
from reports.seen import masked
from reports.table_words import say
from reports.templating import short
from reports.words import day, word
from rules.cases.model import Assignment, CaseState, InstitutionCase, key_of
from rules.cases.public import unnamed
from rules.model import Finding, Institution, Outcome
from rules.text.sentences import cited

TO_DO = (Outcome.FAIL, counting.BELOW, Outcome.REVIEW)
LONGEST = 800  # signs of what was found
Value = str | int | date | None


def todo(book: SheetCounts) -> Iterator[Mapping[str, Value]]:
    is_empty = True
    for base in book.grounds:
        for institution in base.institutions:
            for row in _of_one(base, institution):
                is_empty = False
                yield row
    if is_empty:
        yield {"institution": say("nothing")}


def _of_one(base: Ground, institution: Institution) -> Iterator[Mapping[str, Value]]:
    found = open_findings(base, institution)
    cases = cases_of(base, institution) if found else {}
    last_days = last_days_of(base, institution) if found else {}
    whose = _whose(base, institution)
    for finding in found:
        case = cases.get(key_of(finding))
        yield whose | _cells_of_finding(base, finding) | _cells_of_term(finding, case, last_days)


def open_findings(base: Ground, institution: Institution) -> Sequence[Finding]:
    """The worst first."""
    found = [(mark_of(base, f), f) for f in base.findings[institution.id]]
    open_ones = [(mark, f) for mark, f in found if mark in TO_DO]
    open_ones.sort(key=lambda pair: (TO_DO.index(pair[0]), *counting.gravity(pair[1])))
    return [finding for _, finding in open_ones]


def _whose(base: Ground, institution: Institution) -> dict[str, Value]:
    post = post_of(institution, audit_day(base))
    phones = ", ".join(institution.phones) or say("no_phone")
    return {
        "town": base.municipality.name,
        "institution": base.names[institution.id],
        "id": institution.id,
        "phones": f"{phones} ({post})" if post else phones,
    }


def _cells_of_finding(base: Ground, finding: Finding) -> dict[str, Value]:
    """What is to be done, where, and by which clause."""
    mark = mark_of(base, finding)
    act = base.acts.get(finding.requirement)
    return {
        "title": title_of(base, finding.requirement),
        "mark": f"{word('marks', mark, 'sign')} {word('marks', mark, 'word')}",
        "outcome": mark,
        "because": _as_fits(told(base, finding)),
        "remedy": finding.remedy,
        "place": place_of(base, finding) or say("whole_institution"),
        "page": finding.page,
        "since": finding.since,
        "change": word("changes", counting.change(finding)),
        "severity": word("severities", finding.severity),
        "act": act.short_title if act else None,
        "clause": finding.clause,
        "requirement": finding.requirement,
    }


def _as_fits(text: str) -> str:
    """No spreadsheet has a row for more; the whole stands on the sheet of all findings."""
    return text if len(text) <= LONGEST else say("more_on_findings", short(text, LONGEST))


def _cells_of_term(
    finding: Finding, case: InstitutionCase | None, last_days: LastDays
) -> dict[str, Value]:
    """By when, and whose turn it is."""
    is_overdue = case is not None and case.state is CaseState.OVERDUE
    return {
        "due": case.due.on if case and case.due else None,
        "urgency": str(Outcome.FAIL) if is_overdue else None,
        "state": "; ".join(_state(finding, case, last_days)),
        "assigned": _assignee(case),
    }


def _state(finding: Finding, case: InstitutionCase | None, last_days: LastDays) -> Iterator[str]:
    """A waiver or a dispute is told also where no case says so."""
    state = case.state if case else None
    if state is CaseState.TO_DO and case and case.told_on is None:
        yield say("not_told")
        if last := last_days.get(case.key):
            yield say("if_told", day(last))
    elif state and state not in (CaseState.WAIVED, CaseState.DISPUTED):
        yield say(f"case_{state}")
    if state is CaseState.DISPUTED or finding.disputed:
        yield say(f"case_{CaseState.DISPUTED}")
    until = (case.waived_until if case else None) or (
        finding.waiver.until if finding.waiver else None
    )
    if until:
        yield say("waived_until", day(until))
    if case and case.due and case.due.clause:
        yield say("due_by_law", cited(case.due.clause))


def _assignee(case: InstitutionCase | None) -> str:
    """To whom the case was given, and until when; a person's name is masked."""
    given = case.assigned.said if case and case.assigned else None
    if not isinstance(given, Assignment):
        return ""
    whom = masked(unnamed(given).to)
    return say("assigned_until", whom, day(given.until)) if given.until else whom
