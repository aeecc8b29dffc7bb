"""The letter to one institution, put together.

Whole, as somebody asks for it; or only what has changed since its last letter and what falls due,
as it is mailed. Either way it counts what there is, so that its numbers are those of the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collectors.model import Observation
from reports import counting
from reports.counting import Change
from reports.ground import (
    Ground,
    audit_day,
    ground,
    mark_of,
    name_of,
    place_of,
    readable,
    standing_of,
    title_of,
    told,
)
from reports.letter.answered import answered
from reports.letter.asking import ENDS_SOON, Desk, asked, asks, ends_on, lines_for, reply_to_all
from reports.letter.mailing import numbers_of, reply, subject_of
from reports.letter.news import News, news_of
from reports.letter.terms import Terms
from reports.letter.view import Cause, Count, Left, Place, Seen, Signature, Task, View
from reports.model import Report, Settling
from reports.seen import fragment, rests_on
from reports.standing import Stand, Standing, is_put_off, said
from reports.words import day, moment, phrase
from rules.model import Finding, Institution, Outcome
from rules.text.sentences import cited

PLACES_SHOWN = 10  # the administration may have a hundred institutions under one requirement
NOTHING = Settling(cases=())
# A full stop after a word of four letters or a quote: «г.» and «ул.» end no sentence.
_SENTENCE = re.compile(r"(?:(?<=\w{4}[.!?])|(?<=[»)][.!?]))\s+(?=[А-ЯЁ«])")
SECTIONS = ("violations", "advice", "review", "put_off")


@dataclass(frozen=True, slots=True)
class _Desk:
    """What all parts of one letter are made from."""

    base: Ground
    institution: Institution
    terms: Terms
    news: News
    answers: Desk


def build(
    report: Report, institution: Institution, write_to: str | None = None, *, whole: bool = True
) -> View:
    """`write_to`: whom to answer, if not as the report says."""
    town = next(one for one in report.municipalities if one.id == institution.municipality)
    base = ground(report, town)
    found = base.findings[institution.id]
    desk = _desk(base, institution, write_to, whole)
    sections = _sections(base, found)
    wanted = asked(desk.terms, found)
    news = [one for one in wanted if _is_written(desk, one)]
    blind = [one for one in found if counting.is_blind(one) and one not in wanted]
    waits = [one for one in found if one.outcome is Outcome.PENDING]
    answers = answered(desk.news, lambda requirement: title_of(base, requirement))
    stand = standing_of(base, institution)
    return View(
        name=name_of(institution),
        full_name=readable(institution.name),
        town=town.name,
        as_of=moment(report.audit.as_of, base.zone),
        audit=report.audit.id,
        violations=_tasks(desk, sections["violations"]),
        advice=_tasks(desk, sections["advice"]),
        review=_tasks(desk, sections["review"]),
        put_off=_tasks(desk, sections["put_off"]),
        counts={name: _count(sections[name]) for name in SECTIONS} | {"asks": _count(wanted)},
        asks=asks(base, desk.terms, desk.answers, news),
        all_asks=reply_to_all(base, desk.answers, news),
        left=_left(desk, [*(one for name in SECTIONS for one in sections[name]), *wanted]),
        written_on=day(desk.news.written.on) if desk.news.written else "",
        answered=tuple(line.told for line in answers),
        tells_decision=any(line.is_decided for line in answers),
        standing=stand.standing,
        said=said(stand),
        gist=_gist(stand, is_all_seen=not blind and not wanted),
        pending=_causes(base, [one for one in waits if desk.news.is_since(one.since)]),
        unseen=_causes(base, [one for one in blind if desk.news.is_since(one.since)]),
        passed=_passed(found),
        fixed=_fixed(base, found),
        exempt=tuple(dict.fromkeys(one.ground for one in institution.exemptions if one.ground)),
        signature=_signature(base, desk.answers.to),
        objection=reply(desk.answers.to, subject_of(institution), lines_for("objection")),
    )


def has_something_to_do(report: Report, institution: Institution) -> bool:
    """Whatever it was told before."""
    return build(report, institution).has_something_to_do


def has_news(report: Report, institution: Institution) -> bool:
    """Whether there is something to write of: to do, and not told before; or an answer decided."""
    view = build(report, institution, whole=False)
    return view.has_something_to_do or view.tells_decision


def _desk(base: Ground, institution: Institution, write_to: str | None, whole: bool) -> _Desk:
    report = base.report
    settling = report.settling.get(institution.key, NOTHING)
    terms = Terms(settling, audit_day(base), base.requirements)
    to = write_to or report.sender.reply_to or _authority_address(base, institution) or ""
    form = report.sender.desk_url
    return _Desk(
        base=base,
        institution=institution,
        terms=terms,
        news=news_of(terms, base.zone, whole=whole),
        answers=Desk(institution, to, form, numbers_of(report.acts)),
    )


def _sections(base: Ground, found: Sequence[Finding]) -> dict[str, list[Finding]]:
    open_ones = [one for one in found if not _is_apart(one)]
    by_mark = {
        mark: [one for one in open_ones if mark_of(base, one) == mark]
        for mark in (Outcome.FAIL, counting.BELOW, Outcome.REVIEW)
    }
    return {
        "violations": by_mark[Outcome.FAIL],
        "advice": by_mark[counting.BELOW],
        "review": by_mark[Outcome.REVIEW],
        "put_off": [one for one in found if _is_apart(one)],
    }


def _is_apart(finding: Finding) -> bool:
    return finding.outcome in (Outcome.FAIL, Outcome.REVIEW) and is_put_off(finding)


def _gist(stand: Stand, *, is_all_seen: bool) -> str:
    if stand.standing is Standing.OUTSIDE:
        return phrase("letter_outside")
    if stand.is_put_off:
        return phrase("letter_put_off")
    return phrase("letter_clean" if is_all_seen else "letter_seen_clean")


# --- what is to be done -------------------------------------------------------------------------


def _tasks(desk: _Desk, findings: Sequence[Finding]) -> tuple[Task, ...]:
    """Gravest first; one task a requirement, told with all its places if one of them is new."""
    alike: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=counting.gravity):
        alike.setdefault(finding.requirement, []).append(finding)
    return tuple(
        _task(desk, found) for found in alike.values() if any(map(desk.news.is_new, found))
    )


def _task(desk: _Desk, findings: Sequence[Finding]) -> Task:
    first = findings[0]
    act = desk.base.acts.get(first.requirement)
    shown = findings[:PLACES_SHOWN]
    terms = {desk.terms.told(one) for one in findings}
    common = terms.pop() if len(terms) == 1 else ""
    return Task(
        title=title_of(desk.base, first.requirement),
        source=", ".join([cited(first.clause), *([act.short_title] if act else [])]),
        places=tuple(_place(desk, one, is_told=not common) for one in shown),
        more=len(findings[PLACES_SHOWN:]),
        steps=_steps(one.remedy for one in findings if one.remedy),
        term=common,
        reply=desk.answers.reply(first.requirement, lines_for("task")),
    )


def _place(desk: _Desk, finding: Finding, *, is_told: bool) -> Place:
    return Place(
        where=place_of(desk.base, finding),
        url=finding.page,
        because=told(desk.base, finding),
        since=day(finding.since) if finding.since and finding.remedy else None,
        put_off=day(finding.waiver.until) if finding.waiver else None,
        disputed=desk.terms.is_disputed(finding),
        term=desk.terms.told(finding) if is_told else "",
        seen=_seen(desk.base, finding),
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


def _steps(remedies: Iterable[str]) -> tuple[str, ...]:
    """One sentence of the advice is one step."""
    sentences = (step for one in remedies for step in _SENTENCE.split(one.strip()))
    return tuple(dict.fromkeys(step for step in sentences if step))


def _count(findings: Sequence[Finding]) -> Count:
    return Count(len({one.requirement for one in findings}), len(findings))


def _left(desk: _Desk, findings: Iterable[Finding]) -> tuple[Left, ...]:
    """Requirements of which nothing is written again."""
    alike: dict[str, list[Finding]] = {}
    for one in findings:
        alike.setdefault(one.requirement, []).append(one)
    return tuple(
        Left(
            title_of(desk.base, requirement),
            next(filter(None, map(desk.terms.told_briefly, found)), ""),
        )
        for requirement, found in alike.items()
        if not any(_is_written(desk, one) for one in found)
    )


def _is_written(desk: _Desk, finding: Finding) -> bool:
    """A confirmation that ends is asked for once, when its end comes near."""
    if last := ends_on(finding, desk.terms.today):
        return desk.news.comes_near(last, ENDS_SOON)
    return desk.news.is_new(finding)


# --- what else is told --------------------------------------------------------------------------


def _causes(base: Ground, findings: Iterable[Finding]) -> tuple[Cause, ...]:
    alike: dict[str, list[str]] = {}
    for one in findings:
        alike.setdefault(told(base, one), []).append(title_of(base, one.requirement))
    return tuple(Cause(why, tuple(dict.fromkeys(titles))) for why, titles in alike.items())


def _passed(findings: Iterable[Finding]) -> int:
    """Requirements that are met wherever they ask for something."""
    outcomes: dict[str, set[Outcome]] = {}
    for one in findings:
        if one.outcome is not Outcome.NOT_APPLICABLE:
            outcomes.setdefault(one.requirement, set()).add(one.outcome)
    return sum(found == {Outcome.PASS} for found in outcomes.values())


def _fixed(base: Ground, findings: Iterable[Finding]) -> tuple[str, ...]:
    found = (f for f in findings if counting.change(f) is Change.FIXED)
    return tuple(dict.fromkeys(title_of(base, f.requirement) for f in found))


def _signature(base: Ground, to: str) -> Signature:
    sender, authority = base.report.sender, _authority(base)
    phones = authority.phones if authority else ()
    return Signature(
        name=sender.signature or (name_of(authority) if authority else base.municipality.name),
        phone=sender.phone or next(iter(phones), ""),
        reply_to=to,
    )


def _authority(base: Ground) -> Institution | None:
    town = base.municipality
    return next((one for one in town.institutions if one.id == town.authority), None)


def _authority_address(base: Ground, institution: Institution) -> str | None:
    authority = _authority(base)
    if authority is None or authority.id == institution.id:
        return None
    return next(iter(authority.emails), None)
