"""The deputy head's letter on one municipality: short, whatever there is to tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reports.building import build
from reports.digest import MOST_WORDS, DigestBlock, DigestLine, fitted
from reports.mail import Letter, brief, digest
from reports.model import Rendered, Report, Settling
from rules.cases.model import CaseState, Due, InstitutionCase, key_of
from rules.cases.terms import term_of
from rules.model import Outcome
from tests.cast import MUSEUM
from tests.reports.town import MUSEUM_FINDINGS, REPORT, big_report

PAGE = Rendered(b"<!doctype html>")
FAILED = next(one for one in REPORT.findings if one.outcome is Outcome.FAIL and not one.waiver)
OVERDUE = InstitutionCase(
    key=key_of(FAILED),
    finding=FAILED,
    state=CaseState.OVERDUE,
    since=date(2026, 11, 1),
    due=Due(on=date(2026, 11, 20)),
)


def told(report: Report, number: int = 0) -> Letter:
    over = term_of(OVERDUE)
    assert over is not None
    return digest(report, PAGE, overdue=[over] * number)


@pytest.mark.parametrize("report", [REPORT, big_report(60)], ids=["small", "big"])
@pytest.mark.parametrize("overdue", [0, 30])
def test_it_has_at_most_250_words(report: Report, overdue: int) -> None:
    assert len(told(report, overdue).text.split()) <= MOST_WORDS


def test_what_is_left_out_is_counted() -> None:
    text = told(big_report(60)).text
    assert "кому звонить: 60" in text
    assert "и ещё" in text


def test_a_term_that_is_over_stands_first_with_its_day() -> None:
    text = " ".join(told(REPORT, 1).text.split())
    assert text.index("Срок вышел: 1") < text.index("кому звонить")
    assert "до 20 ноября 2026" in text


def test_a_call_says_what_it_is_about() -> None:
    assert "новое: Почтовый адрес и ещё 2. На странице нет" in " ".join(told(REPORT).text.split())


def test_a_call_says_that_nobody_was_told_as_the_first_screen_does() -> None:
    silent = MUSEUM_FINDINGS[2]
    untold = replace(OVERDUE, key=key_of(silent), finding=silent, state=CaseState.TO_DO, due=None)
    report = replace(REPORT, settling={MUSEUM.key: Settling(cases=(untold,))})
    term = build(report).sections[0].calls[0].term
    assert f", {term}. " in " ".join(told(report).text.split())


def test_nothing_is_left_out_in_the_middle_of_a_list() -> None:
    long = DigestLine("слово " * 400)
    block = DigestBlock("Список", (DigestLine("первое"), long, DigestLine("третье")))
    (shown,) = fitted([block], lambda _: 0)
    assert (shown.lines, shown.more) == ((DigestLine("первое"),), 2)


def test_a_line_for_a_month_says_how_everybody_stands() -> None:
    letter = brief(replace(REPORT), REPORT.audit.as_of)
    text = " ".join(letter.text.split())
    assert "ничего не изменилось: выполняют 1 из 4, с нарушениями по-прежнему 1" in text
    assert "прочитано 7 из 8" in text
