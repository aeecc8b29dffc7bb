"""Which terms of the acts run out in the next weeks: what is too early to judge today.

Nothing of it is a violation: it stands there so that nobody is taken by surprise.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from reports.friday_view import NextTerm
from reports.ground import Ground, anchor_of, audit_day, title_of
from reports.words import day, phrase
from rules.model import Finding, Institution, Outcome

AHEAD = timedelta(weeks=4)


def next_terms(ground: Ground, friday: date) -> tuple[NextTerm, ...]:
    found = [
        (due, _term(ground, institution, due, titles, friday))
        for institution in ground.institutions
        for due, titles in _by_day(ground, institution).items()
    ]
    return tuple(term for _, term in sorted(found, key=lambda pair: pair[0]))


def _by_day(ground: Ground, institution: Institution) -> dict[date, dict[str, None]]:
    by_day: dict[date, dict[str, None]] = {}
    for due, finding in _pending(ground, institution):
        by_day.setdefault(due, {})[title_of(ground, finding.requirement)] = None
    return by_day


def _pending(ground: Ground, institution: Institution) -> Iterator[tuple[date, Finding]]:
    today = audit_day(ground)
    for finding in ground.findings[institution.id]:
        due = _due(finding)
        if due and today <= due <= today + AHEAD:
            yield due, finding


def _due(finding: Finding) -> date | None:
    told = finding.measured.get("due")
    if finding.outcome is not Outcome.PENDING or not isinstance(told, str):
        return None
    try:
        return date.fromisoformat(told)
    except ValueError:
        return None


def _term(
    ground: Ground, institution: Institution, due: date, titles: dict[str, None], friday: date
) -> NextTerm:
    first, *more = titles
    return NextTerm(
        institution=ground.names[institution.id],
        anchor=anchor_of(institution),
        what=phrase("others", first, str(len(more))) if more else first,
        due=day(due),
        is_by_friday=due <= friday,
    )
