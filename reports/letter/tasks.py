"""What is to be done, as one letter tells it: a task a requirement, with its places and steps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collectors.model import Observation
from reports import counting
from reports.ground import Ground, place_of, title_of, told
from reports.letter.asking import ENDS_SOON, Answers, by_requirement, ends_on, lines_of_task
from reports.letter.news import News
from reports.letter.terms import Terms
from reports.letter.view import Left, Place, Seen, Task
from reports.seen import fragment, rests_on
from reports.words import day, moment
from rules.model import Finding, Institution
from rules.text.sentences import cited

PLACES_SHOWN = 10  # the administration may have a hundred institutions under one requirement
# A full stop after a word of four letters or a quote: «г.» and «ул.» end no sentence.
_SENTENCE = re.compile(r"(?:(?<=\w{4}[.!?])|(?<=[»)][.!?]))\s+(?=[А-ЯЁ«])")


@dataclass(frozen=True, slots=True)
class LetterContext:
    """What all parts of one letter are made from."""

    base: Ground
    institution: Institution
    terms: Terms
    news: News
    answers: Answers


def tasks(writing: LetterContext, findings: Sequence[Finding]) -> tuple[Task, ...]:
    """Gravest first; one task a requirement, with those of its places that are told now."""
    gravest_first = sorted(findings, key=counting.gravity)
    told = (_task(writing, found) for found in by_requirement(gravest_first))
    return tuple(task for task in told if task.places)


def _task(writing: LetterContext, findings: Sequence[Finding]) -> Task:
    first = findings[0]
    act = writing.base.acts.get(first.requirement)
    shown = [one for one in findings if writing.news.is_new(one)][:PLACES_SHOWN]
    terms = {writing.terms.told(one) for one in shown}
    common = terms.pop() if len(terms) == 1 else ""
    return Task(
        title=title_of(writing.base, first.requirement),
        source=", ".join([cited(first.clause), *([act.short_title] if act else [])]),
        places=tuple(_place(writing, one, is_told=not common) for one in shown),
        more=len(findings) - len(shown),
        steps=steps_of(one.remedy for one in shown if one.remedy),
        term=common,
        reply=writing.answers.reply(first.requirement, lines_of_task(shown)),
    )


def _place(writing: LetterContext, finding: Finding, *, is_told: bool) -> Place:
    return Place(
        where=place_of(writing.base, finding),
        url=finding.page,
        because=told(writing.base, finding),
        since=day(finding.since) if finding.since and finding.remedy else None,
        put_off=day(finding.waiver.until) if finding.waiver else None,
        disputed=writing.terms.is_disputed(finding),
        term=writing.terms.told(finding) if is_told else "",
        seen=_seen(writing.base, finding),
    )


def _seen(base: Ground, finding: Finding) -> Seen | None:
    """What the sentence quotes is not quoted twice."""
    looks: Sequence[Observation] = ()
    if finding.network and finding.page:
        looks = base.report.looks.get((finding.network, finding.page), ())
    look = next((one for one in looks if rests_on(finding, one)), None)
    found = fragment(finding, look, base.zone)
    if found is None:
        return None
    quotes = tuple(one for one in found.quotes if one not in finding.because)
    at = moment(found.at, base.zone) if found.at else ""
    return Seen(quotes, found.place, at) if quotes else None


def steps_of(remedies: Iterable[str]) -> tuple[str, ...]:
    """One sentence of the advice is one step."""
    sentences = (step for one in remedies for step in _SENTENCE.split(one.strip()))
    return tuple(dict.fromkeys(step for step in sentences if step))


def left(writing: LetterContext, sections: Iterable[Iterable[Finding]]) -> tuple[Left, ...]:
    """Requirements of a section of which nothing is written again."""
    told = (
        Left(
            title_of(writing.base, found[0].requirement),
            next(filter(None, map(writing.terms.told_briefly, found)), ""),
        )
        for section in sections
        for found in by_requirement(section)
        if not any(is_written(writing, one) for one in found)
    )
    return tuple(dict.fromkeys(told))


def is_written(writing: LetterContext, finding: Finding) -> bool:
    """A confirmation that ends is asked for once, when its end comes near."""
    if last := ends_on(finding, writing.terms.today):
        return writing.news.comes_near(last, ENDS_SOON)
    return writing.news.is_new(finding)
