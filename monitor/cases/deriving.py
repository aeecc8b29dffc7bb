"""One institution as the board shows it, worked out of its newest findings, statements, letters."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from monitor.cases.answers import waiting_among
from monitor.cases.book import CaseBook, Whole
from monitor.cases.listing import IN_FORCE, attestation_of, end_of, state_of
from monitor.cases.words import in_words, kind_of
from monitor.storage.board import Derived
from monitor.storage.board_rows import BoardAnswerRow, BoardCaseRow, BoardRow, BoardTermRow
from reports import counting
from reports.counting import BELOW, Requirements
from reports.ground import name_of
from reports.standing import stand_of
from rules.cases.model import Assignment, CaseKey, InstitutionCase, Recorded
from rules.model import Event, Finding, Institution, Municipality, Outcome, Waiver

SIGNS_OF_A_NUMBER = 6
_DAY = timedelta(days=1)
_MARKS = {
    Outcome.FAIL: "failed",
    BELOW: "below",
    Outcome.REVIEW: "review",
    Outcome.UNKNOWN: "unseen",
    Outcome.ERROR: "unseen",
    Outcome.PENDING: "pending",
    Outcome.PASS: "passed",
}


def derive(
    book: CaseBook, town: Municipality, institution: Institution, requirements: Requirements
) -> Derived:
    """`row` does not yet say up to where it has looked."""
    whole, today = book.whole(institution), book.calendar.day_of(book.as_of)
    stated = book.stated[institution.id]
    terms = list(_terms(stated, institution, town, today))
    return Derived(
        row=BoardRow(
            **_row(whole, institution, requirements, today),
            good_until=_good_until(stated, whole.cases, institution, terms, today),
        ),
        cases=[_case(case) for case in whole.cases],
        answers=list(_answers(stated, whole.cases)),
        terms=terms,
    )


def fold(text: str) -> str:
    """As it is looked for: without case, ё, quotes."""
    plain = text.casefold().replace("ё", "е")
    return " ".join(re.sub(r"[«»\"'“”„]", " ", plain).split())


def _row(
    whole: Whole, institution: Institution, requirements: Requirements, today: date
) -> dict[str, Any]:
    title, stand = name_of(institution), stand_of(whole.findings, requirements)
    return {
        "municipality": institution.municipality,
        "institution": institution.id,
        "title": title,
        "sorting": _sorting(title),
        "search": fold("\n".join(_search_words(institution))),
        "kind": institution.kind,
        "category": institution.category,
        "is_active": institution.is_active(today),
        "standing": str(stand.standing),
        "waiting": stand.waiting,
        **_marks(whole.findings, requirements),
        "audit_id": whole.night.audit if whole.night else None,
        "audit_as_of": whole.night.at if whole.night else None,
    }


def _sorting(title: str) -> str:
    return re.sub(r"\d+", lambda found: found[0].zfill(SIGNS_OF_A_NUMBER), fold(title))


def _search_words(institution: Institution) -> Iterator[str]:
    yield from (institution.name, institution.short_name, institution.id)
    yield from (*institution.popular_names, *institution.former_names)
    yield from filter(None, (institution.ogrn, institution.inn, institution.address))


def _marks(findings: Iterable[Finding], requirements: Requirements) -> Counter[str]:
    """Requirements; one that came out differently on two pages stands under both."""
    alike = {(counting.mark(one, requirements), one.requirement) for one in findings}
    return Counter(_MARKS[mark] for mark, _ in alike if mark in _MARKS)


# --- what stands beside it ----------------------------------------------------------------------


def thing_of(key: CaseKey) -> str:
    return json.dumps(["case", *key], ensure_ascii=False)


def _case(case: InstitutionCase) -> BoardCaseRow:
    found, given = case.finding, case.assigned.said if case.assigned else None
    assigned = given if isinstance(given, Assignment) else None
    return BoardCaseRow(
        **case.key._asdict(),
        outcome=str(found.outcome),
        severity=str(found.severity),
        reason=found.reason,
        because=found.because,
        state=str(case.state),
        since=case.since,
        told_on=case.told_on,
        due=case.due.on if case.due else None,
        due_clause=case.due.clause if case.due else None,
        assigned=assigned.to if assigned else None,
        assigned_until=assigned.until if assigned else None,
        answer=case.answer.number if case.answer else None,
        answer_kind=kind_of(case.answer.said) if case.answer else None,
        waived_until=case.waived_until,
        thing=thing_of(case.key),
    )


def _answers(
    stated: Sequence[Recorded], cases: Sequence[InstitutionCase]
) -> Iterator[BoardAnswerRow]:
    for each, said, about in waiting_among(stated, cases):
        asked = {case.key.requirement for case in about}
        yield BoardAnswerRow(
            number=each.number or 0,
            municipality=each.municipality,
            institution=each.institution,
            kind=said.kind,
            requirement=said.requirement or (asked.pop() if len(asked) == 1 else None),
            made_on=each.since or said.on,
            thing=json.dumps(["answer", each.number]),
        )


def _terms(
    stated: Sequence[Recorded], institution: Institution, town: Municipality, today: date
) -> Iterator[BoardTermRow]:
    """Confirmations and waivers that hold; of several of the same thing the longest."""
    last: dict[object, tuple[date, Recorded]] = {}
    for each in stated:
        until = end_of(each.said)
        if until is None or not _holds(each, institution, town, stated, today):
            continue
        about = _thing(each)
        if about not in last or last[about][0] < until:
            last[about] = until, each
    for until, each in last.values():
        yield _term(each, until)


def _holds(
    each: Recorded,
    institution: Institution,
    town: Municipality,
    stated: Sequence[Recorded],
    today: date,
) -> bool:
    told = attestation_of(each.said)
    if not isinstance(each.said, Waiver) and (told is None or told.value is False):
        return False  # nobody is asked to renew an admission
    undecided = {each.number} if each.decision(today) is None else set()
    state = state_of(each, institution, town, stated, undecided, today)
    return state == IN_FORCE and each.counts(today)


def _thing(each: Recorded) -> tuple[object, ...]:
    told = attestation_of(each.said)
    if told:
        return told.kind, told.page, told.requirement, told.about
    return "waiver", getattr(each.said, "page", None), getattr(each.said, "requirement", None)


def _term(each: Recorded, until: date) -> BoardTermRow:
    told = attestation_of(each.said) or each.said
    row = BoardTermRow(
        municipality=each.municipality,
        institution=each.institution,
        number=each.number,
        kind=kind_of(told),
        requirement=getattr(told, "requirement", None),
        page=getattr(told, "page", None),
        until=until,
        told=in_words(told),
        thing="",
    )
    about = (row.municipality, row.institution, *_thing(each), f"{until}")
    row.thing = json.dumps(["term", *about], ensure_ascii=False)
    return row


# --- for how long -------------------------------------------------------------------------------


def _good_until(
    stated: Iterable[Recorded],
    cases: Iterable[InstitutionCase],
    institution: Institution,
    terms: Iterable[BoardTermRow],
    today: date,
) -> date | None:
    """The day before the first on which something may be otherwise though nothing happens."""
    days = {
        *_days_of(stated),
        *(case.due.on + _DAY for case in cases if case.due),
        *(term.until + _DAY for term in terms),
        *((institution.since,) if institution.since else ()),
        *((institution.until + _DAY,) if institution.until else ()),
    }
    first = min((day for day in days if day > today), default=None)
    return first - _DAY if first else None


def _days_of(stated: Iterable[Recorded]) -> Iterator[date]:
    for each in stated:
        made = (each, *each.decided)
        for one in (*made, *(other.withdrawn for other in made if other.withdrawn)):
            if one.since:
                yield one.since
        if isinstance(each.said, Event):
            yield each.said.on
        if isinstance(each.said, Waiver):
            yield each.said.until + _DAY
