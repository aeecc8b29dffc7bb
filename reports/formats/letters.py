"""The letter to one institution: what to do, in the words of its secretary, and how to object.

Report + institution ──> LetterView ──> letter-institution.{html,txt}.j2

No preview of a draft act is in it, nothing that does not concern the institution, and what could
not be seen is told as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from reports import counting
from reports.counting import Change
from reports.ground import (
    Ground,
    ground,
    mark_of,
    name_of,
    place_of,
    readable,
    standing_of,
    title_of,
    told,
)
from reports.mail import INLINER, Letter
from reports.model import Format, Report, Streamed
from reports.standing import Stand, Standing, is_put_off, said
from reports.templating import one_line, render
from reports.words import day, moment, phrase
from rules.model import Finding, Institution, Outcome
from rules.text.sentences import cited

PLACES_SHOWN = 10  # the administration may have a hundred institutions under one requirement
# A full stop after a word of four letters or a quote: «г.» and «ул.» end no sentence.
_SENTENCE = re.compile(r"(?:(?<=\w{4}[.!?])|(?<=[»)][.!?]))\s+(?=[А-ЯЁ«])")


@dataclass(frozen=True, slots=True)
class TaskPlace:
    where: str
    url: str | None
    because: str
    since: str | None
    put_off: str | None  # an authority bears with it until this day
    disputed: bool


@dataclass(frozen=True, slots=True)
class Task:
    """One requirement, and everywhere it asks for something."""

    title: str
    source: str  # «п. 6.4, Постановление № 298»
    places: tuple[TaskPlace, ...]
    more: int
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason, told once, and the requirements that it holds up."""

    because: str
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LetterView:
    name: str
    full_name: str
    town: str
    as_of: str
    audit: int
    violations: tuple[Task, ...]
    advice: tuple[Task, ...]
    review: tuple[Task, ...]
    put_off: tuple[Task, ...]  # waived or disputed; it stands in none of the others
    standing: Standing
    said: str  # its words, as the report has them
    gist: str  # one sentence where nothing is to be mended now
    pending: tuple[Cause, ...]
    unseen: tuple[Cause, ...]
    passed: int
    fixed: tuple[str, ...]
    exempt: tuple[str, ...]  # requirements that do not concern it, by ground
    write_to: str | None


def has_something_to_do(report: Report, institution: Institution) -> bool:
    view = build(report, institution)
    return bool(view.violations or view.advice or view.review or view.put_off)


def letter(report: Report, institution: Institution, write_to: str | None = None) -> Letter:
    """`write_to` is whom to object to; without it, the authority's own registered address."""
    values = {"view": build(report, institution, write_to)}
    return Letter(
        subject=one_line(render("letter-institution-subject.txt.j2", values)),
        text=render("letter-institution.txt.j2", values),
        html=INLINER.inline(render("letter-institution.html.j2", values)),
        attachments=(),
    )


def build(report: Report, institution: Institution, write_to: str | None = None) -> LetterView:
    town = next(one for one in report.municipalities if one.id == institution.municipality)
    base = ground(report, town)
    found = base.findings[institution.id]
    open_ones = [f for f in found if not _is_apart(f)]
    by_mark = {m: [f for f in open_ones if mark_of(base, f) == m] for m in counting.WORST_FIRST}
    unseen = [*by_mark[Outcome.UNKNOWN], *by_mark[Outcome.ERROR]]
    stand = standing_of(base, institution)
    return LetterView(
        name=name_of(institution),
        full_name=readable(institution.name),
        town=town.name,
        as_of=moment(report.audit.as_of, base.zone),
        audit=report.audit.id,
        violations=_tasks(base, by_mark[Outcome.FAIL]),
        advice=_tasks(base, by_mark[counting.BELOW]),
        review=_tasks(base, by_mark[Outcome.REVIEW]),
        put_off=_tasks(base, [f for f in found if _is_apart(f)]),
        standing=stand.standing,
        said=said(stand),
        gist=_gist(stand, is_all_seen=not unseen),
        pending=_causes(base, by_mark[Outcome.PENDING]),
        unseen=_causes(base, unseen),
        passed=len(by_mark[Outcome.PASS]),
        fixed=_fixed(base, found),
        exempt=tuple(dict.fromkeys(one.ground for one in institution.exemptions if one.ground)),
        write_to=write_to or _authority(base, institution),
    )


def _is_apart(finding: Finding) -> bool:
    return finding.outcome in (Outcome.FAIL, Outcome.REVIEW) and is_put_off(finding)


def _gist(stand: Stand, *, is_all_seen: bool) -> str:
    if stand.standing is Standing.OUTSIDE:
        return phrase("letter_outside")
    if stand.is_put_off:
        return phrase("letter_put_off")
    return phrase("letter_clean" if is_all_seen else "letter_seen_clean")


def _tasks(base: Ground, findings: Sequence[Finding]) -> tuple[Task, ...]:
    """Gravest first; one task a requirement."""
    alike: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=counting.gravity):
        alike.setdefault(finding.requirement, []).append(finding)
    return tuple(_task(base, found) for found in alike.values())


def _task(base: Ground, findings: Sequence[Finding]) -> Task:
    first = findings[0]
    act = base.acts.get(first.requirement)
    return Task(
        title=title_of(base, first.requirement),
        source=", ".join([cited(first.clause), *([act.short_title] if act else [])]),
        places=tuple(_place(base, one) for one in findings[:PLACES_SHOWN]),
        more=len(findings[PLACES_SHOWN:]),
        steps=_steps(one.remedy for one in findings if one.remedy),
    )


def _place(base: Ground, finding: Finding) -> TaskPlace:
    return TaskPlace(
        where=place_of(base, finding),
        url=finding.page,
        because=told(base, finding),
        since=day(finding.since) if finding.since and finding.remedy else None,
        put_off=day(finding.waiver.until) if finding.waiver else None,
        disputed=finding.disputed,
    )


def _steps(remedies: Iterable[str]) -> tuple[str, ...]:
    """One sentence of the advice is one step."""
    sentences = (step for one in remedies for step in _SENTENCE.split(one.strip()))
    return tuple(dict.fromkeys(step for step in sentences if step))


def _causes(base: Ground, findings: Iterable[Finding]) -> tuple[Cause, ...]:
    alike: dict[str, list[str]] = {}
    for one in findings:
        alike.setdefault(told(base, one), []).append(title_of(base, one.requirement))
    return tuple(Cause(why, tuple(dict.fromkeys(titles))) for why, titles in alike.items())


def _fixed(base: Ground, findings: Iterable[Finding]) -> tuple[str, ...]:
    found = (f for f in findings if counting.change(f) is Change.FIXED)
    return tuple(dict.fromkeys(title_of(base, f.requirement) for f in found))


def _authority(base: Ground, institution: Institution) -> str | None:
    town = base.municipality
    found = (one for one in town.institutions if one.id == town.authority != institution.id)
    return next((email for one in found for email in one.emails), None)


# --- as formats ---------------------------------------------------------------------------------


def render_html(report: Report) -> Streamed:
    """Of a report that was narrowed to few institutions: one letter after another."""
    return Streamed(partial(one_by_one, report, "html", "\n"))


def render_text(report: Report) -> Streamed:
    return Streamed(partial(one_by_one, report, "text", "\n\n"))


def one_by_one(report: Report, body: str, between: str) -> Iterator[bytes]:
    for number, one in enumerate(report.institutions):
        told = getattr(letter(report, one), body)
        yield f"{between if number else ''}{told}".encode()


FORMAT = Format(
    slug="letter",
    suffix="-letter.html",
    title="письмо учреждению (с --institution)",
    render=render_html,
)
TEXT = Format(
    slug="letter-text",
    suffix="-letter.txt",
    title="то же письмо простым текстом",
    render=render_text,
)
