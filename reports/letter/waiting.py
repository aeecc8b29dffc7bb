"""«Срок ещё идёт»: what is not met yet and need not be, with what to do and until when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from reports.counting import is_mandatory
from reports.ground import place_of, title_of, told
from reports.letter.asking import by_requirement, lines_of_task
from reports.letter.tasks import PLACES_SHOWN, LetterContext, steps_of
from reports.letter.view import Place, Task
from reports.words import day, phrase
from rules.model import Finding
from rules.text.sentences import cited


def waiting(writing: LetterContext, findings: Iterable[Finding]) -> tuple[Task, ...]:
    """The nearest first; one task a requirement."""
    new = (one for one in findings if writing.news.is_since(one.since))
    nearest_first = sorted(new, key=lambda finding: ends(writing, finding) or date.max)
    return tuple(_task(writing, found) for found in by_requirement(nearest_first))


def ends(writing: LetterContext, finding: Finding) -> date | None:
    """By the rule that lets it wait, else by its case."""
    written = finding.measured.get("due")
    if isinstance(written, str):
        return date.fromisoformat(written)
    due = writing.terms.due(finding)
    return due.on if due else None


def nearest(writing: LetterContext, asked: Iterable[Finding], waits: Iterable[Finding]) -> str:
    """The first day of all by which something must be done; no advice is a must."""
    dues = [due.on for one in _must(writing, asked) if (due := writing.terms.due(one))]
    dues += [last for one in _must(writing, waits) if (last := ends(writing, one))]
    first = min((one for one in dues if one >= writing.terms.today), default=None)
    return day(first) if first else ""


def _must(writing: LetterContext, findings: Iterable[Finding]) -> Iterable[Finding]:
    return (one for one in findings if is_mandatory(one, writing.base.requirements))


def _task(writing: LetterContext, findings: Sequence[Finding]) -> Task:
    first, base = findings[0], writing.base
    act, asked = base.acts.get(first.requirement), base.requirements.get(first.requirement)
    return Task(
        title=title_of(base, first.requirement),
        source=", ".join([cited(first.clause), *([act.short_title] if act else [])]),
        places=tuple(_place(writing, one) for one in findings[:PLACES_SHOWN]),
        more=max(0, len(findings) - PLACES_SHOWN),
        steps=steps_of([asked.advice] if asked else []),
        term=_term(writing, first),
        reply=writing.answers.reply(first.requirement, lines_of_task(findings)),
    )


def _term(writing: LetterContext, finding: Finding) -> str:
    last = ends(writing, finding)
    if last is None:
        return ""
    if is_mandatory(finding, writing.base.requirements):
        return phrase("term", day(last), "")
    return phrase("term_of_advice", day(last))


def _place(writing: LetterContext, finding: Finding) -> Place:
    return Place(
        where=place_of(writing.base, finding),
        url=finding.page,
        because=told(writing.base, finding),
        since=None,
        put_off=None,
        disputed=writing.terms.is_disputed(finding),
        term="",
        seen=None,
    )
