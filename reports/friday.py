"""«До пятницы»: whom to telephone, what waits for the deputy head, which notices fall due.

Findings of the audit + cases as of it + notices ──> Friday

Where no cases are at hand (a report that was put together without a database) terms stay untold,
and what waits for a decision is told by the findings alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reports import counting
from reports.counting import Change
from reports.friday_view import Call, DecisionDue, DueNotice, Friday
from reports.ground import (
    Ground,
    anchor_of,
    audit_day,
    mark_of,
    place_of,
    title_of,
    told,
)
from reports.next_terms import next_terms
from reports.notices import Notice, town_of
from reports.seen import masked
from reports.standing import is_put_off
from reports.words import day, day_of_month, phrase, word
from rules.cases.model import Assignment, CaseKey, CaseState, InstitutionCase, key_of
from rules.cases.public import unnamed
from rules.model import Finding, Institution, Outcome
from rules.terms.notices import State

FRIDAY = 4
SOON = timedelta(days=14)  # a waiver that ends within it is to be prolonged, or not
ROLES = ("filler", "organiser", "head", "authorised")  # who answers first
HELD = "held."  # how issues are called that hold a report
OWED = (State.LATE, State.DUE, State.AHEAD)
WORST_FIRST = ("held", "overdue", "disputed", "answered", "waiver")

LastDays = Mapping[CaseKey, date]
Cases = Mapping[CaseKey, InstitutionCase]


def build_friday(ground: Ground) -> Friday:
    """Each institution's cases are looked up once."""
    calls: list[tuple[tuple[object, ...], Call]] = []
    decisions = list(_of_the_report(ground))
    overdue = 0
    for institution in ground.institutions:
        cases = cases_of(ground, institution)
        overdue += any(one.state is CaseState.OVERDUE for one in cases.values())
        decisions += _decisions(ground, institution, cases)
        if found := violations_of(ground, institution):
            call = build_call(ground, institution, found, cases)
            calls.append((call_order(call, found), call))
    friday = next_friday(audit_day(ground))
    return Friday(
        day=day_of_month(friday),
        calls=tuple(call for _, call in sorted(calls, key=lambda pair: pair[0])),
        decisions=tuple(sorted(decisions, key=lambda decision: WORST_FIRST.index(decision.kind))),
        notices=tuple(_notices(ground)),
        overdue=overdue,
        terms=next_terms(ground, friday),
    )


def next_friday(today: date) -> date:
    return today + timedelta(days=(FRIDAY - today.weekday()) % 7)


def cases_of(ground: Ground, institution: Institution) -> Cases:
    settling = ground.report.settling.get(institution.key)
    return {one.key: one for one in settling.cases} if settling else {}


def last_days_of(ground: Ground, institution: Institution) -> LastDays:
    """Of what nobody was told: the last day, if a letter of today tells of it."""
    settling = ground.report.settling.get(institution.key)
    return settling.last_days if settling else {}


# --- calls --------------------------------------------------------------------------------------


def violations_of(ground: Ground, institution: Institution) -> list[Finding]:
    """New ones first, then the gravest. Nobody is telephoned about what an authority has put off,
    or what is disputed."""
    found = (f for f in ground.findings[institution.id] if mark_of(ground, f) == Outcome.FAIL)
    return sorted((f for f in found if not is_put_off(f)), key=_urgency)


def _urgency(finding: Finding) -> tuple[bool, tuple[int, str]]:
    return not is_new(finding), counting.gravity(finding)


def is_new(finding: Finding) -> bool:
    return counting.change(finding) is Change.WORSE


def call_order(call: Call, found: Sequence[Finding]) -> tuple[object, ...]:
    """Those with something new, those overdue, the most violations of the gravest kind."""
    counted = Counter(f.severity for f in found)
    gravity = tuple(-counted[severity] for severity in counting.SEVERITIES)
    return not call.is_new, not call.is_overdue, gravity


def build_call(
    ground: Ground, institution: Institution, found: Sequence[Finding], cases: Cases
) -> Call:
    first, amount = found[0], counting.amount(found)
    own = [cases[key] for one in found if (key := key_of(one)) in cases]
    terms = [one.due.on for one in own if one.due]
    return Call(
        institution=ground.names[institution.id],
        anchor=anchor_of(institution),
        phones=institution.phones,
        post=post_of(institution, audit_day(ground)),
        violations=amount.requirements,
        pages=amount.pages,
        title=title_of(ground, first.requirement),
        because=told(ground, first),
        is_new=is_new(first),
        due=day(min(terms)) if terms else None,
        term=_term(ground, institution, own),
        is_overdue=any(one.state is CaseState.OVERDUE for one in own),
        assigned=_assigned(own),
    )


def _term(ground: Ground, institution: Institution, own: Sequence[InstitutionCase]) -> str:
    """The one that runs; of what nobody was told, the one that a letter of today would set. ""
    where no cases are at hand."""
    if terms := [one.due.on for one in own if one.due]:
        return phrase("call_term", day(min(terms)))
    last_days = last_days_of(ground, institution)
    if would_be := [last_days[one.key] for one in own if one.key in last_days]:
        return phrase("term_if_told", day(min(would_be)))
    if not own:
        return ""
    return phrase("no_term" if any(one.told_on for one in own) else "nobody_told")


def post_of(institution: Institution, on: date) -> str:
    """By office: where somebody wrote a name into the registry all the same, it is masked."""
    posts = {p.role: p.post for p in institution.persons if p.is_in_office(on) and p.post}
    return masked(next((posts[role] for role in ROLES if role in posts), ""))


def _assigned(cases: Iterable[InstitutionCase]) -> str:
    for one in cases:
        if one.assigned and isinstance(said := one.assigned.said, Assignment):
            until = " " + phrase("until", day(said.until)) if said.until else ""
            return masked(unnamed(said).to) + until
    return ""


# --- decisions ----------------------------------------------------------------------------------


def _of_the_report(ground: Ground) -> Iterator[DecisionDue]:
    held = [one for one in ground.report.audit.issues if one.code.startswith(HELD)]
    if held:
        yield DecisionDue("held", "", "", phrase("report_held"), "")


def _decisions(ground: Ground, institution: Institution, cases: Cases) -> Iterator[DecisionDue]:
    found = [f for f in ground.findings[institution.id] if f.outcome is not Outcome.PASS]
    waits: dict[str, list[_Wait]] = {}
    for finding in found:
        for kind, wait in _waits(ground, finding, cases.get(key_of(finding))):
            waits.setdefault(kind, []).append(wait)
    for kind, those in waits.items():
        yield DecisionDue(
            kind=kind,
            institution=ground.names[institution.id],
            anchor=anchor_of(institution),
            what=_named(ground, [one.finding for one in those]),
            when=_when(kind, [one.on for one in those if one.on]),
        )


@dataclass(frozen=True, slots=True)
class _Wait:
    """A finding that waits for a decision, and the day that is told with it."""

    finding: Finding
    on: date | None


def _waits(
    ground: Ground, finding: Finding, case: InstitutionCase | None
) -> Iterator[tuple[str, _Wait]]:
    state = case.state if case else None
    asked = finding.outcome in (Outcome.FAIL, Outcome.REVIEW)
    if state is CaseState.DISPUTED or (finding.disputed and asked):
        yield "disputed", _Wait(finding, None)
    elif state is CaseState.ANSWERED and case and case.answer:
        yield "answered", _Wait(finding, case.answer.since)
    elif state is CaseState.OVERDUE and case and case.due:
        yield "overdue", _Wait(finding, case.due.on)
    waiver = finding.waiver
    if waiver and waiver.until <= audit_day(ground) + SOON:
        yield "waiver", _Wait(finding, waiver.until)


def _named(ground: Ground, found: Sequence[Finding]) -> str:
    """«Двухфакторная защита (страница ВКонтакте) и ещё 2»."""
    titles = dict.fromkeys(_titled(ground, one) for one in sorted(found, key=counting.gravity))
    first, *more = titles
    return phrase("others", first, str(len(more))) if more else first


def _titled(ground: Ground, finding: Finding) -> str:
    place = place_of(ground, finding)
    return title_of(ground, finding.requirement) + (f" ({place})" if place else "")


def _when(kind: str, days: Sequence[date]) -> str:
    return phrase(f"decide_{kind}_when", day(min(days))) if days else ""


# --- notices ------------------------------------------------------------------------------------


def _notices(ground: Ground) -> Iterator[DueNotice]:
    """Those that nobody is known to have sent; of an act ahead of its time, what is not over."""
    today = audit_day(ground)
    owed = [one for one in town_of(ground).notices if one.state in OWED and one.due_on]
    for one in sorted(owed, key=lambda notice: notice.due_on or date.max):
        is_over = bool(one.due_on and one.due_on < today)
        if one.state is not State.AHEAD or not is_over:
            yield _notice(ground, one)


def _notice(ground: Ground, notice: Notice) -> DueNotice:
    return DueNotice(
        institution=notice.institution,
        anchor=f"{ground.municipality.id}--{notice.key}",
        what=phrase(f"notice_{notice.kind}", word("recipients", notice.to), notice.network),
        due=notice.due or "",
        is_late=notice.state is State.LATE,
        is_ahead=notice.state is State.AHEAD,
    )
