"""Every format says the same of the same institution, and its sums agree."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

from reports.building import build
from reports.counting import Requirements
from reports.formats import html, text, xlsx
from reports.formats.json import as_json
from reports.formats.letters import letter
from reports.mail import digest
from reports.model import Report
from reports.standing import Standing, count_standings
from reports.templating import render
from reports.words import said_amount
from rules.model import Outcome
from tests.reports.town import FINDINGS, REPORT, TWO_TOWNS

ASKED: Requirements = {one.id: one for act in REPORT.acts for one in act.requirements}
COUNTED = count_standings(
    [
        [f for f in FINDINGS if f.institution == one.id and f.municipality == one.municipality]
        for one in REPORT.institutions
    ],
    ASKED,
)
LABELS = {
    Standing.COMPLIES: "Выполняют",
    Standing.WAITING: "ждут решения",
    Standing.VIOLATES: "Есть нарушения",
    Standing.UNJUDGED: "Судить нельзя",
    Standing.OUTSIDE: "Не относится",
}


def plain(page: str) -> str:
    return " ".join(BeautifulSoup(page, "lxml").get_text(" ").split())


def printed(report: Report) -> str:
    return plain(render("print.html.j2", {"view": build(report)}))


def spoken(report: Report) -> dict[str, str]:
    """What each kind of reader reads first."""
    mail = digest(report)
    return {
        "terminal": text.summary(report),
        "mail as text": mail.text,
        "mail": plain(mail.html),
        "page": plain(html.FORMAT.render(report).main.decode()),
        "paper": printed(report),
    }


@pytest.mark.parametrize("reader", ["terminal", "mail as text", "mail", "page", "paper"])
@pytest.mark.parametrize("standing", Standing)
def test_every_reader_is_told_how_many_stand_where(reader: str, standing: Standing) -> None:
    if COUNTED[standing]:
        told = re.search(rf"(?i){LABELS[standing]}[^0-9]*(\d+)", spoken(REPORT)[reader])
        assert told
        assert int(told[1]) == COUNTED[standing]


def test_table_and_json_give_every_institution_the_same_words() -> None:
    sheet = load_workbook(io.BytesIO(xlsx.FORMAT.render(REPORT).main))["учреждения"]
    head, *rows = sheet.values
    place, name = head.index("Итог"), head.index("Код учреждения")
    of_table = {row[name]: row[place] for row in rows}
    assert of_table == {one["id"]: one["standing_text"] for one in as_json(REPORT)["institutions"]}


def test_a_letter_has_the_words_of_the_json() -> None:
    told = {one["id"]: one for one in as_json(REPORT)["institutions"]}
    for one in REPORT.institutions:
        if told[one.id]["standing"] != Standing.OUTSIDE:
            assert f"Итог: {told[one.id]['standing_text']}." in letter(REPORT, one).text


def test_the_table_tells_how_many_violations_are_put_off() -> None:
    sheet = load_workbook(io.BytesIO(xlsx.FORMAT.render(REPORT).main))["учреждения"]
    head, *rows = sheet.values
    place, name = head.index("Из них отложено или оспорено"), head.index("Код учреждения")
    assert {row[name]: row[place] for row in rows}["museum"] == 2


def test_a_question_in_dispute_is_no_violation_that_was_put_off() -> None:
    asked = next(one for one in FINDINGS if one.outcome is Outcome.REVIEW)
    quiet = [one for one in FINDINGS if one.outcome is not Outcome.FAIL and one is not asked]
    report = replace(REPORT, findings=(*quiet, replace(asked, disputed=True)))
    for reader in ("page", "paper"):
        assert "всё, что нарушено" not in spoken(report)[reader]


def test_nobody_reads_that_nothing_changed_where_only_no_violation_came_or_went() -> None:
    asked = next(one for one in FINDINGS if one.outcome is Outcome.REVIEW)
    same = [replace(one, previous=one.outcome) for one in FINDINGS if one is not asked]
    report = replace(REPORT, findings=(*same, replace(asked, previous=Outcome.PASS)))
    for reader in ("terminal", "mail as text", "mail"):
        assert "Стало хуже: 0, исправлено: 0." in spoken(report)[reader]


def test_the_count_of_all_municipalities_is_not_taken_for_one_of_them() -> None:
    told = text.summary(TWO_TOWNS)  # of the second nothing was to be read
    assert told.count("Это сосчитано по всем муниципалитетам вместе.") == 1


@pytest.mark.parametrize("reader", ["terminal", "page", "paper"])
def test_a_call_counts_requirements_and_pages_alike_for_every_reader(reader: str) -> None:
    again = next(f for f in FINDINGS if f.because == "За 28 дней нет ни одной записи.")
    twice = replace(again, network="ok", page="https://ok.ru/kedrmuseum")
    report = replace(REPORT, findings=(*FINDINGS, twice))
    (call,) = build(report).sections[0].calls
    assert (
        said_amount(call.violations, call.pages)
        == "3\N{NO-BREAK SPACE}нарушения (2\N{NO-BREAK SPACE}страницы)"
    )
    assert "3 нарушения (2 страницы)" in " ".join(spoken(report)[reader].split())


def test_a_letter_asks_to_mend_as_many_requirements_as_the_call_names() -> None:
    for call in build(REPORT).sections[0].calls:
        institution = next(i for i in REPORT.institutions if call.anchor.endswith(i.id))
        assert f"Нужно исправить: {call.violations}" in letter(REPORT, institution).text
