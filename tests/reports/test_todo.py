"""«Сделать»: the first sheet of the workbook."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from reports.formats import xlsx
from reports.model import Report, Settling, Stated
from reports.tables import Row, sheets
from rules.cases.model import Assignment, CaseState, Due, InstitutionCase, Recorded, key_of
from rules.model import Finding, Outcome, Person, Waiver
from tests.cast import MUSEUM, SCHOOL
from tests.reports.town import FINDINGS, REPORT, finding

LATE = finding("school", "6.5", Outcome.FAIL, "Защиты нет.")
DUE = date(2026, 12, 4)
TODAY = date(2026, 11, 20)
SAID = Stated(
    number=12,
    what="2ФА, 2 из 2",
    by="директор",
    on=TODAY,
    document="акт № 3",
    until=DUE,
    state="действует",
    holds=True,
    page=None,
    changed=(),
)


def rows(report: Report) -> list[Row]:
    return list(sheets(report)[0].rows)


def of_case(found: Finding = LATE, **more: Any) -> Row:
    """The row of a finding whose case is as told."""
    given = {"state": CaseState.TO_DO, "since": date(2026, 11, 15)} | more
    case = InstitutionCase(key=key_of(found), finding=found, **given)
    return only(found, {"kedr/school": Settling(cases=(case,))})


def only(found: Finding, settling: Mapping[str, Settling] | None = None) -> Row:
    (row,) = rows(replace(REPORT, findings=(found,), settling=settling or {}))
    return row


def test_only_what_is_to_be_done_stands_there() -> None:
    told = [row["outcome"] for row in rows(REPORT)]
    assert set(told) == {"fail", "below", "review"}
    open_ones = [one for one in FINDINGS if one.outcome in (Outcome.FAIL, Outcome.REVIEW)]
    assert len(told) == len(open_ones)


def test_it_goes_by_institution_and_the_worst_comes_first() -> None:
    told = [(str(row["id"]), str(row["outcome"])) for row in rows(REPORT)]
    order = [one.id for one in REPORT.institutions]
    worst = ["fail", "below", "review"]
    assert told == sorted(told, key=lambda one: (order.index(one[0]), worst.index(one[1])))


def test_every_row_says_what_to_do_and_whom_to_telephone() -> None:
    for row in rows(REPORT):
        assert row["remedy"]
        assert row["phones"]


def test_who_answers_is_told_by_office() -> None:
    school = replace(SCHOOL, persons=(Person(role="head", post="директор"),), phones=("8 1",))
    report = replace(REPORT, institutions=(school,), findings=(LATE,))
    assert rows(report)[0]["phones"] == "8 1 (директор)"


def test_an_institution_without_a_telephone_is_told_as_such() -> None:
    report = replace(REPORT, institutions=(replace(SCHOOL, phones=()),), findings=(LATE,))
    assert "телефон не внесён" in str(rows(report)[0]["phones"])


def test_the_last_day_of_a_case_is_a_date_and_red_when_it_is_over() -> None:
    told = of_case(due=Due(on=DUE), told_on=date(2026, 11, 20), state=CaseState.OVERDUE)
    assert (told["due"], told["urgency"], told["state"]) == (DUE, "fail", "срок вышел")


def test_who_was_told_of_nothing_has_no_last_day() -> None:
    told = of_case()
    assert (told["due"], told["state"]) == (None, "учреждению ещё не сообщали")


def test_who_was_told_of_nothing_reads_the_day_that_a_letter_of_today_would_set() -> None:
    case = InstitutionCase(key=key_of(LATE), finding=LATE, state=CaseState.TO_DO, since=TODAY)
    told = only(LATE, {"kedr/school": Settling(cases=(case,), last_days={case.key: DUE})})
    assert str(told["state"]).endswith("если написать сегодня, срок — до 4\xa0декабря\xa02026")


def test_a_term_of_the_law_is_told_with_its_clause() -> None:
    told = of_case(due=Due(on=DUE, clause="3.2.4"), told_on=date(2026, 11, 20))
    assert told["state"] == "ждёт учреждения; срок по акту: п. 3.2.4"


@pytest.mark.parametrize("state", [s for s in CaseState if s is not CaseState.SETTLED])
def test_every_state_of_a_case_has_its_words(state: CaseState) -> None:
    told = of_case(state=state, told_on=date(2026, 11, 20), waived_until=DUE)
    assert told["state"]
    assert "case_" not in str(told["state"])


def test_who_was_charged_with_it_is_told_with_the_day() -> None:
    given = Assignment(by="мэр", on=date(2026, 11, 20), to="завуч", until=DUE)
    stated = Recorded(number=3, municipality="kedr", institution="school", said=given)
    assert "завуч, до 4\N{NO-BREAK SPACE}декабря" in str(of_case(assigned=stated)["assigned"])


def test_what_was_put_off_or_is_disputed_says_so_without_a_case_too() -> None:
    waiver = Waiver(requirement=LATE.requirement, reason="ремонт", by="мэр", until=DUE)
    assert "отложено до 4" in str(only(replace(LATE, waiver=waiver))["state"])
    assert only(replace(LATE, disputed=True))["state"] == "оспаривается"


def test_a_sentence_that_no_row_can_hold_is_told_whole_on_the_other_sheet() -> None:
    long = replace(LATE, because="Слово и дело. " * 200)
    told = str(only(long)["because"])
    assert told.endswith("Полностью — на листе «выводы».")
    assert len(told) < 900


def test_where_nothing_is_to_be_done_the_sheet_says_so_and_praises_nobody() -> None:
    unseen = finding("school", "6.5", Outcome.UNKNOWN, "Не видно.")
    (row,) = rows(replace(REPORT, findings=(unseen,)))
    assert "Чего не удалось проверить" in str(row["institution"])


# --- the same numbers everywhere ----------------------------------------------------------------


def test_requirements_are_counted_however_many_pages_they_fail_on() -> None:
    twice = [finding("school", "6.6", Outcome.FAIL, "Нет.", network) for network in ("vk", "ok")]
    book = load_workbook(
        io.BytesIO(xlsx.FORMAT.render(replace(REPORT, findings=tuple(twice))).main)
    )
    assert counted(book["учреждения"].values)["МКОУ СОШ № 1"] == 1
    assert counted(book["страницы"].values)["МКОУ СОШ № 1"] == 1
    assert counted(book["требования"].values, by="Требование")["Отметка «Госорганизация»"] == 1


def counted(values: Any, by: str = "Учреждение") -> dict[str, Any]:
    head, *told = values
    place, name = head.index("✕ Не выполнено"), head.index(by)
    return {row[name]: row[place] for row in told if row[place]}


def test_a_page_of_which_nothing_was_found_has_no_count_that_would_praise_it() -> None:
    report = replace(REPORT, findings=(), institutions=(MUSEUM,))
    book = load_workbook(io.BytesIO(xlsx.FORMAT.render(report).main))
    head, *told = book["страницы"].values
    assert {row[head.index("✕ Не выполнено")] for row in told} == {None}


# --- what people stated -------------------------------------------------------------------------


def recorded(*stated: Stated) -> list[Row]:
    report = replace(REPORT, institutions=(SCHOOL,), stated={"kedr/school": stated})
    return list(next(one for one in sheets(report) if one.title == "записи").rows)


def test_a_statement_is_told_with_who_when_until_when_and_what_it_did() -> None:
    passed = finding("school", "6.5", Outcome.PASS, "Подтверждено.")
    (row,) = recorded(replace(SAID, changed=(passed, passed)))
    assert (row["by"], row["on"], row["until"], row["number"]) == ("директор", TODAY, DUE, 12)
    assert row["effect"] == "Двухфакторная защита администраторов: выполнено"


def test_a_statement_that_holds_no_more_is_greyed() -> None:
    (holds,), (over,) = recorded(SAID), recorded(replace(SAID, holds=False, state="отменено"))
    assert (holds["holds"], over["holds"], over["state"]) == (None, "unknown", "отменено")


def test_where_nothing_was_stated_the_sheet_says_so() -> None:
    (row,) = recorded()
    assert "не записано" in str(row["institution"])
