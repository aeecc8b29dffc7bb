"""«До пятницы»: whom to telephone, what to decide, which notices fall due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from reports.building import build
from reports.friday import next_friday
from reports.friday_view import Friday
from reports.model import Issue, Report, Settling
from rules.cases.model import (
    Assignment,
    CaseState,
    Due,
    InstitutionAnswer,
    InstitutionCase,
    Recorded,
    key_of,
)
from rules.model import Finding, Outcome, Person
from tests.cast import MUSEUM
from tests.reports.test_notices import CREATED
from tests.reports.test_notices import report as noticed
from tests.reports.town import AUDIT, MUSEUM_FINDINGS, REPORT, WAIVER

SILENT = MUSEUM_FINDINGS[2]  # «За 28 дней нет ни одной записи»
DISPUTED = MUSEUM_FINDINGS[1]
YESTERDAY = date(2026, 11, 22)


def friday(report: Report) -> Friday:
    return build(report).sections[0].friday


def case(finding: Finding, state: CaseState, **given: object) -> InstitutionCase:
    fields = {"key": key_of(finding), "finding": finding, "state": state, "since": YESTERDAY}
    return InstitutionCase(**(fields | given))  # type: ignore[arg-type]


def with_cases(*cases: InstitutionCase) -> Report:
    return replace(REPORT, settling={MUSEUM.key: Settling(cases=cases)})


def said(said: object) -> Recorded:
    return Recorded(
        number=1,
        municipality="kedr",
        institution="museum",
        said=said,  # type: ignore[arg-type]
        since=YESTERDAY,
    )


@pytest.mark.parametrize(("today", "then"), [(27, 27), (28, 34), (23, 27)])
def test_friday_is_the_next_one_or_today(today: int, then: int) -> None:
    first = date(2026, 11, 1) - timedelta(days=1)
    assert next_friday(first + timedelta(days=today)) == first + timedelta(days=then)


def test_what_is_new_is_told_first_and_by_its_requirement() -> None:
    (call,) = friday(REPORT).calls
    assert call.is_new
    assert call.first == "Почтовый адрес. На странице нет почтового адреса."


def test_requirements_are_counted_and_pages_beside_them() -> None:
    again = replace(SILENT, network="ok", page="https://ok.ru/kedrmuseum")
    (call,) = friday(replace(REPORT, findings=(*REPORT.findings, again))).calls
    assert (call.violations, call.pages) == (3, 2)


def test_a_call_names_a_post_and_never_a_person() -> None:
    posts = (Person(role="filler", post="методист Иванова А. А."),)
    museum = replace(MUSEUM, persons=posts)
    bodies = tuple(museum if one is MUSEUM else one for one in REPORT.institutions)
    (call,) = friday(replace(REPORT, institutions=bodies)).calls
    assert call.post.startswith("методист")
    assert "Иванова" not in call.post


def test_a_term_that_is_over_is_marked() -> None:
    (call,) = friday(with_cases(case(SILENT, CaseState.OVERDUE, due=Due(on=YESTERDAY)))).calls
    assert call.is_overdue
    assert call.due == "22\N{NO-BREAK SPACE}ноября\N{NO-BREAK SPACE}2026"


def test_nobody_is_overdue_whose_term_runs() -> None:
    (call,) = friday(with_cases(case(SILENT, CaseState.TO_DO, due=Due(on=date(2026, 12, 4))))).calls
    assert not call.is_overdue
    assert call.due


def test_who_was_told_of_nothing_is_told_the_day_that_a_letter_of_today_would_set() -> None:
    untold = case(SILENT, CaseState.TO_DO)
    settling = Settling(cases=(untold,), last_days={untold.key: date(2026, 12, 7)})
    (call,) = friday(replace(REPORT, settling={MUSEUM.key: settling})).calls
    assert "ещё не сообщали" in call.term
    assert call.term.endswith("до 7\N{NO-BREAK SPACE}декабря\N{NO-BREAK SPACE}2026")
    assert call.due is None


def test_a_term_that_runs_out_soon_is_told_and_is_no_violation() -> None:
    young = replace(SILENT, outcome=Outcome.PENDING, measured={"due": "2026-12-10"})
    later = replace(young, measured={"due": "2027-03-01"}, requirement=DISPUTED.requirement)
    shown = friday(replace(REPORT, findings=(young, later)))
    assert [one.due.replace("\N{NO-BREAK SPACE}", " ") for one in shown.terms] == [
        "10 декабря 2026"
    ]
    assert not shown.calls


def test_a_call_says_to_whom_the_case_was_given() -> None:
    given = said(Assignment(by="зам", on=YESTERDAY, to="отдел культуры", until=date(2026, 12, 1)))
    (call,) = friday(with_cases(case(SILENT, CaseState.TO_DO, assigned=given))).calls
    assert call.assigned == "отдел культуры по 1\N{NO-BREAK SPACE}декабря\N{NO-BREAK SPACE}2026"


def kinds(report: Report) -> list[str]:
    return [one.kind for one in friday(report).decisions]


def test_a_dispute_waits_for_the_deputy_head() -> None:
    assert kinds(REPORT) == ["disputed"]


def test_what_is_overdue_waits_before_a_dispute() -> None:
    late = case(SILENT, CaseState.OVERDUE, due=Due(on=YESTERDAY))
    assert kinds(with_cases(late)) == ["overdue", "disputed"]


def test_an_answer_waits_until_somebody_decides_on_it() -> None:
    answer = said(InstitutionAnswer(by="директор", on=YESTERDAY, kind="corrected"))
    waits = case(SILENT, CaseState.ANSWERED, answer=answer)
    assert "answered" in kinds(with_cases(waits))


def test_a_waiver_waits_in_its_last_fortnight() -> None:
    ending = replace(WAIVER, until=date(2026, 12, 1))
    found = tuple(replace(f, waiver=ending) if f.waiver else f for f in REPORT.findings)
    assert "waiver" in kinds(replace(REPORT, findings=found))
    assert "waiver" not in kinds(REPORT)


def test_a_held_report_is_the_first_decision() -> None:
    held = replace(AUDIT, issues=(Issue(code="held.6.6", text="Слишком много."),))
    assert kinds(replace(REPORT, audit=held))[0] == "held"


def test_a_notice_is_told_with_its_last_day() -> None:
    told = friday(noticed(CREATED)).notices
    assert told
    assert all(one.due for one in told)
