"""«Подтвердите»: what no reading will ever show, and what exactly to state.

Missing confirmations, and those that end soon. Nobody is asked of what has been answered already.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

from reports.ground import Ground, place_of, title_of, told
from reports.letter.mailing import fits, reply, subject_of
from reports.letter.terms import Terms
from reports.letter.view import Ask, Reply, Together
from reports.words import day, phrase
from rules.cases.matching import Kinds, kinds_of
from rules.cases.openness import lacks_confirmation
from rules.model import Finding, Institution, Outcome
from rules.text.sentences import cited

MOST_FIELDS = 5  # of one answer
ENDS_SOON = timedelta(days=30)
DAY = "valid_until"  # of a confirmation, as `measured` tells it


class Wanted(NamedTuple):
    """What to state of one kind of confirmation."""

    state: str
    lines: tuple[str, ...]
    short: str


@dataclass(frozen=True, slots=True)
class Answers:
    """Whom answers go to, of which institution, by which numbers."""

    institution: Institution
    to: str
    form: str
    numbers: Mapping[str, str]

    def reply(self, requirement: str, lines: Sequence[str]) -> Reply:
        number = self.numbers.get(requirement, requirement)
        return reply(self.to, subject_of(self.institution, number), lines, self.form)


def asked(terms: Terms, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What the institution is to confirm, or to confirm again."""
    return tuple(
        one
        for one in findings
        if (lacks_confirmation(one) and terms.is_asked(one)) or ends_on(one, terms.today)
    )


def ends_on(finding: Finding, today: date) -> date | None:
    """The last day of a confirmation that still holds, if that is soon."""
    written = finding.measured.get(DAY) if finding.outcome is Outcome.PASS else None
    last = date.fromisoformat(written) if isinstance(written, str) else None
    return last if last and today <= last <= today + ENDS_SOON else None


def asks(
    base: Ground, terms: Terms, answers: Answers, findings: Sequence[Finding]
) -> tuple[Ask, ...]:
    """One a requirement."""
    kinds = kinds_of(base.report.acts)
    return tuple(_ask(base, terms, answers, kinds, found) for found in by_requirement(findings))


def by_requirement(findings: Iterable[Finding]) -> Iterable[list[Finding]]:
    alike: dict[str, list[Finding]] = {}
    for one in findings:
        alike.setdefault(one.requirement, []).append(one)
    return alike.values()


def _ask(
    base: Ground, terms: Terms, answers: Answers, kinds: Kinds, findings: Sequence[Finding]
) -> Ask:
    first = findings[0]
    wanted = wanted_of(first, kinds)
    act = base.acts.get(first.requirement)
    where = dict.fromkeys(place for one in findings if (place := place_of(base, one)))
    return Ask(
        title=title_of(base, first.requirement),
        where="; ".join(where),
        because=" ".join(dict.fromkeys(_because(base, terms, one) for one in findings)),
        state=wanted.state,
        source=", ".join([cited(first.clause), *([act.short_title] if act else [])]),
        term=next(filter(None, (terms.told(one) for one in findings)), ""),
        reply=answers.reply(first.requirement, wanted.lines),
    )


def _because(base: Ground, terms: Terms, finding: Finding) -> str:
    last = ends_on(finding, terms.today)
    return phrase("confirmation_ends", day(last)) if last else told(base, finding)


def wanted_of(finding: Finding, kinds: Kinds) -> Wanted:
    told = _told()
    if finding.reason in told["reasons"]:
        return _wanted(told["reasons"][finding.reason])
    known = [kind for kind in told["kinds"] if kind in kinds.get(finding.requirement, ())]
    return _wanted(told["kinds"][known[0]] if known else told["other"])


def lines_of_objection() -> tuple[str, ...]:
    return _lines("objection", "lines")


def lines_of_task(findings: Iterable[Finding]) -> tuple[str, ...]:
    """With what the advice asks to tell: of the first of its reasons that asks."""
    known = _told()["tells"]
    asked = next((one.reason for one in findings if one.reason in known), None)
    tells = _lines("tells", asked) if asked else ()
    return (*_lines("task", "first"), *tells, *_lines("task", "last"))


def _lines(part: str, name: str) -> tuple[str, ...]:
    lines = _told()[part][name]
    assert isinstance(lines, list)
    return tuple(lines)


def _wanted(entry: Mapping[str, object]) -> Wanted:
    lines = entry["lines"]
    assert isinstance(lines, list)
    return Wanted(str(entry["state"]), tuple(lines), str(entry["short"]))


@cache
def _told() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files("reports.letter").joinpath("asks.toml").read_text("utf-8"))


# --- all at once --------------------------------------------------------------------------------


def replies_together(
    base: Ground, answers: Answers, findings: Sequence[Finding]
) -> tuple[Together, ...]:
    """Nothing where one answer, or none, is asked for; several where one would be too long."""
    firsts = [found[0] for found in by_requirement(findings)]
    if len(firsts) < 2:
        return ()
    kinds, most = kinds_of(base.report.acts), MOST_FIELDS - len(_lines("all", "last"))
    parts = -(-len(firsts) // most)
    bounds = [len(firsts) * at // parts for at in range(parts + 1)]
    return tuple(
        Together(
            _which(start + 1, end) if parts > 1 else phrase("answer_to_all"),
            _together(answers, firsts[start:end], kinds),
        )
        for start, end in pairwise(bounds)
    )


def _which(first: int, last: int) -> str:
    return phrase("answer_to_some", str(first), str(last))


def _together(answers: Answers, findings: Sequence[Finding], kinds: Kinds) -> Reply:
    subject, last = subject_of(answers.institution), _lines("all", "last")
    numbers = [answers.numbers.get(one.requirement, one.requirement) for one in findings]
    asked = [wanted_of(one, kinds).short for one in findings]
    lines = [f"{number} — {short}: " for number, short in zip(numbers, asked, strict=True)]
    if not fits(answers.to, subject, [*lines, *last]):
        lines = [f"{number}: " for number in numbers]
    return reply(answers.to, subject, [*lines, *last], answers.form)
