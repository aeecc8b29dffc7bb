"""The letter to one institution, put together.

Whole, as somebody asks for it; or only what has changed since its last letter and what falls due,
as it is mailed. Either way it counts what there is, so that its numbers are those of the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports import counting
from reports.counting import Change, amount
from reports.ground import (
    Ground,
    audit_day,
    ground,
    mark_of,
    name_of,
    readable,
    standing_of,
    title_of,
    told,
)
from reports.letter.answered import answered
from reports.letter.asking import (
    Answers,
    asked,
    asks,
    lines_of_objection,
    replies_together,
)
from reports.letter.footnotes import with_footnotes
from reports.letter.mailing import numbers_of, reply, subject_of
from reports.letter.news import news_of
from reports.letter.tasks import LetterContext, is_written, left, tasks
from reports.letter.terms import Terms
from reports.letter.view import Cause, Signature, View
from reports.letter.waiting import nearest, waiting
from reports.model import Report, Settling
from reports.standing import Stand, Standing, is_put_off, said
from reports.words import day, moment, phrase
from rules.cases.model import InstitutionAnswer
from rules.cases.openness import lacks_confirmation
from rules.model import Finding, Institution, Outcome
from rules.reasons import Reason

NOTHING = Settling(cases=())
UNREAD = frozenset({Reason.NEVER_READ, Reason.NOT_READ, Reason.STALE})


def build(
    report: Report, institution: Institution, write_to: str | None = None, *, whole: bool = True
) -> View:
    """`write_to`: whom to answer, if not as the report says."""
    town = next(one for one in report.municipalities if one.id == institution.municipality)
    base = ground(report, town)
    found = base.findings[institution.id]
    writing = _writing(base, institution, write_to, whole)
    sections = _sections(base, found)
    wanted = asked(writing.terms, found)
    news = [one for one in wanted if is_written(writing, one)]
    blind = [one for one in found if counting.is_blind(one) and not lacks_confirmation(one)]
    waits = [one for one in found if one.outcome is Outcome.PENDING]
    answers = answered(writing.news, lambda requirement: title_of(base, requirement))
    stand = standing_of(base, institution)
    counted = {**sections, "asks": wanted, "pending": waits, "passed": _passed(found)}
    view = View(
        name=name_of(institution),
        full_name=readable(institution.name),
        town=town.name,
        as_of=moment(report.audit.as_of, base.zone),
        audit=report.audit.id,
        violations=tasks(writing, sections["violations"]),
        advice=tasks(writing, sections["advice"]),
        review=tasks(writing, sections["review"]),
        put_off=tasks(writing, sections["put_off"]),
        amounts={name: amount(those) for name, those in counted.items()},
        asks=asks(base, writing.terms, writing.answers, news),
        together=replies_together(base, writing.answers, news),
        left=left(writing, [*sections.values(), wanted]),
        written_on=day(writing.news.written.on) if writing.news.written else "",
        answered=tuple(line.told for line in answers),
        tells_decision=any(line.is_decided for line in answers),
        standing=stand.standing,
        said=said(stand),
        gist=_gist(stand, is_all_seen=not blind and not wanted),
        pending=waiting(writing, waits),
        nearest=nearest(writing, [*sections["violations"], *sections["review"], *wanted], waits),
        unseen=_causes(base, [one for one in blind if writing.news.is_since(one.since)]),
        partly=_partly(found),
        fixed=_fixed(base, found),
        exempt=tuple(dict.fromkeys(one.ground for one in institution.exemptions if one.ground)),
        signature=_signature(base, writing.answers.to),
        objection=reply(writing.answers.to, subject_of(institution), lines_of_objection()),
        hears=_hears(writing),
    )
    return with_footnotes(view, report.acts)


def has_something_to_do(report: Report, institution: Institution) -> bool:
    """Whatever it was told before."""
    return build(report, institution).has_something_to_do


def has_news(report: Report, institution: Institution) -> bool:
    """Whether there is something to write of: to do, and not told before; or an answer decided."""
    view = build(report, institution, whole=False)
    return view.has_something_to_do or view.tells_decision


def _writing(
    base: Ground, institution: Institution, write_to: str | None, whole: bool
) -> LetterContext:
    report = base.report
    settling = report.settling.get(institution.key, NOTHING)
    terms = Terms(settling, audit_day(base), base.requirements)
    to = write_to or report.sender.reply_to or _authority_address(base, institution) or ""
    form = report.sender.desk_url
    return LetterContext(
        base=base,
        institution=institution,
        terms=terms,
        news=news_of(terms, base.zone, whole=whole),
        answers=Answers(institution, to, form, numbers_of(report.acts)),
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


# --- what else is told --------------------------------------------------------------------------


def _hears(writing: LetterContext) -> bool:
    """Whether what the institution told is among what the letter rests on."""
    stated = (one for case in writing.terms.settling.cases for one in case.statements)
    said_by_it = any(isinstance(one.said, InstitutionAnswer) for one in stated)
    return bool(writing.institution.attestations) or said_by_it


def _causes(base: Ground, findings: Iterable[Finding]) -> tuple[Cause, ...]:
    alike: dict[tuple[str, bool], list[str]] = {}
    for one in findings:
        told_and_read = (told(base, one), one.reason in UNREAD)
        alike.setdefault(told_and_read, []).append(title_of(base, one.requirement))
    return tuple(
        Cause(why, tuple(dict.fromkeys(titles)), is_unread)
        for (why, is_unread), titles in alike.items()
    )


def _passed(findings: Iterable[Finding]) -> list[Finding]:
    return [one for one in findings if one.outcome is Outcome.PASS]


def _partly(findings: Iterable[Finding]) -> int:
    """Requirements that are met, and elsewhere are not or may not be."""
    outcomes: dict[str, set[Outcome]] = {}
    for one in findings:
        if one.outcome is not Outcome.NOT_APPLICABLE:
            outcomes.setdefault(one.requirement, set()).add(one.outcome)
    return sum(Outcome.PASS in found and len(found) > 1 for found in outcomes.values())


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
        form_days=sender.desk_days,
    )


def _authority(base: Ground) -> Institution | None:
    town = base.municipality
    return next((one for one in town.institutions if one.id == town.authority), None)


def _authority_address(base: Ground, institution: Institution) -> str | None:
    authority = _authority(base)
    if authority is None or authority.id == institution.id:
        return None
    return next(iter(authority.emails), None)
