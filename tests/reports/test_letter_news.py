"""What an institution is written of again, against what its last letter told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from reports.formats.letters import has_news, letter
from reports.model import Report, Settling
from rules.cases.model import (
    CaseState,
    Decision,
    Due,
    InstitutionAnswer,
    InstitutionCase,
    Recorded,
    key_of,
)
from rules.model import Finding, Outcome, Waiver
from tests.cast import MUSEUM, NOW
from tests.reports.town import REPORT, finding

WRITTEN = NOW - timedelta(days=7)
TODAY = date(2026, 11, 23)
PHONE = finding("museum", "9.1.phone", Outcome.FAIL, "На странице нет телефона.", "vk")
POSTAL = finding("museum", "9.1.postal", Outcome.FAIL, "На странице нет адреса.", "vk")
FAR = Due(on=date(2026, 12, 20))


def case(found: Finding, state: CaseState = CaseState.TO_DO, **more: Any) -> InstitutionCase:
    fields = {"due": FAR, "told_on": WRITTEN.date()} | more
    return InstitutionCase(
        key=key_of(found), finding=found, state=state, since=WRITTEN.date(), **fields
    )


def written(before: InstitutionCase, *now: InstitutionCase) -> Report:
    settling = Settling(
        cases=now or (before,), written_at=WRITTEN, written_of=WRITTEN, written=(before,)
    )
    findings = tuple(one.finding for one in now) or (before.finding,)
    return replace(REPORT, findings=findings, settling={MUSEUM.key: settling})


def recorded(number: int, said: Any, days_ago: int, **more: Any) -> Recorded:
    at = NOW - timedelta(days=days_ago)
    return Recorded(
        number=number,
        municipality="kedr",
        institution="museum",
        said=said,
        since=at.date(),
        at=at,
        **more,
    )


def test_nothing_is_written_where_nothing_has_changed() -> None:
    assert not has_news(written(case(PHONE)), MUSEUM)


def test_whoever_asks_for_the_letter_gets_it_whole() -> None:
    assert "1. Телефон" in letter(written(case(PHONE)), MUSEUM).text


def test_what_is_new_is_written_and_the_rest_is_named() -> None:
    told = letter(written(case(PHONE), case(PHONE), case(POSTAL)), MUSEUM, whole=False).text
    assert "1. Почтовый адрес" in told
    assert "1. Телефон" not in told
    _, left = told.split("О ЧЁМ МЫ УЖЕ ПИСАЛИ")
    assert "Телефон. Последний день: 20 декабря" in left


def test_the_count_is_of_all_that_there_is() -> None:
    told = letter(written(case(PHONE), case(PHONE), case(POSTAL)), MUSEUM, whole=False)
    assert told.subject.endswith("нужно исправить: 2")


@pytest.mark.parametrize(
    "now",
    [
        case(replace(PHONE, outcome=Outcome.REVIEW)),
        case(PHONE, due=Due(on=date(2026, 12, 28))),
        case(PHONE, CaseState.WAIVED, waived_until=date(2026, 12, 28)),
        case(PHONE, remind_on=date(2026, 11, 20)),
        case(PHONE, CaseState.OVERDUE, due=Due(on=date(2026, 11, 20))),
    ],
    ids=["otherwise", "its last day moved", "put off", "day to remind", "over"],
)
def test_what_has_changed_or_falls_due_is_written(now: InstitutionCase) -> None:
    before = case(PHONE, due=now.due) if now.state is CaseState.OVERDUE else case(PHONE)
    assert has_news(written(before, now), MUSEUM)


def test_a_term_that_was_over_before_is_told_once() -> None:
    over = case(PHONE, CaseState.OVERDUE, due=Due(on=date(2026, 11, 10)))
    assert not has_news(written(over), MUSEUM)


def test_a_waiver_that_is_dated_back_is_told_all_the_same() -> None:
    said = Waiver(requirement=PHONE.requirement, reason="ремонт", by="глава", until=FAR.on)
    waived = case(PHONE, CaseState.WAIVED, statements=(recorded(7, said, days_ago=1),))
    assert has_news(written(replace(waived, statements=()), waived), MUSEUM)


# --- earlier answers ------------------------------------------------------------------------------


def objection(verdict: Any, days_ago: int) -> Recorded:
    said = InstitutionAnswer(by="директор", on=TODAY, kind="disagrees")
    ruled = Decision(verdict=verdict, of=4, by="оператор", on=TODAY, reason="телефона нет")
    return recorded(4, said, 6, decided=(recorded(5, ruled, days_ago),))


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        ("rejected", "не принят 20 ноября 2026: телефона нет."),
        ("accepted", "вывод помечен"),
        ("upheld", "верен, согласились 20 ноября 2026."),
    ],
)
def test_what_became_of_an_answer_is_told(verdict: str, told: str) -> None:
    now = case(PHONE, statements=(objection(verdict, days_ago=2),))
    text = letter(written(case(PHONE), now), MUSEUM, whole=False).text
    assert told in " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def test_what_became_of_an_answer_is_told_once() -> None:
    now = case(PHONE, statements=(objection("accepted", days_ago=8),))
    assert "ВАШИ ОТВЕТЫ" not in letter(written(case(PHONE), now), MUSEUM, whole=False).text


def test_an_answer_that_waits_is_named_and_is_no_reason_to_write() -> None:
    waits = recorded(4, InstitutionAnswer(by="директор", on=TODAY, kind="confirms"), 2)
    now = case(PHONE, CaseState.ANSWERED, statements=(waits,), answer=waits)
    report = written(case(PHONE), now)
    assert "получен, его рассматривают" in letter(report, MUSEUM, whole=False).text
    assert not has_news(report, MUSEUM)


def test_a_page_that_was_read_after_it_was_mended_shows_what_was_found() -> None:
    said = recorded(4, InstitutionAnswer(by="директор", on=TODAY, kind="corrected"), 3)
    seen = replace(PHONE, read_on=TODAY)
    now = case(PHONE, statements=(said,), answer=said, before=PHONE, after=seen)
    told = letter(written(case(PHONE), now), MUSEUM, whole=False).text
    assert "пока не исправлено. На странице нет телефона." in " ".join(told.split())
