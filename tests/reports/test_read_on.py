"""On which day a finding was read: told wherever that is not the day of the audit."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from reports.formats import installed
from reports.formats.letters import letter
from reports.mail import digest
from reports.model import Report
from rules.model import Outcome
from tests.cast import CLINIC, TOWN
from tests.reports.town import AUDIT, REPORT

TODAY = AUDIT.as_of.astimezone(TOWN.timezone).date()
THEN = TODAY - timedelta(days=2)


def read(on: date, because: str = "Страницы нет.") -> Report:
    """The clinic's findings, all of them violations that were read on that day."""
    found = (
        replace(one, read_on=on, because=because, outcome=Outcome.FAIL, remedy="Исправьте.")
        if one.institution == CLINIC.id and one.outcome is not Outcome.NOT_APPLICABLE
        else one
        for one in REPORT.findings
    )
    return replace(REPORT, findings=tuple(found))


def texts(report: Report) -> dict[str, str]:
    formats = installed()
    narrowed = replace(
        report, institutions=tuple(one for one in report.institutions if one.id == CLINIC.id)
    )
    told = {
        "terminal": formats["text"].render(narrowed).main.decode(),
        "first screen": formats["html"].render(report).main.decode(),
        "to the head": digest(report).text,
        "to the institution": letter(report, CLINIC).text,
    }
    return {name: " ".join(text.split()) for name, text in told.items()}


WHERE = ("terminal", "first screen", "to the head", "to the institution")


@pytest.mark.parametrize("where", WHERE)
def test_an_earlier_day_is_told(where: str) -> None:
    assert f"Страницы нет. Прочитано {THEN.day} ноября {THEN.year}" in texts(read(THEN))[where]


@pytest.mark.parametrize("where", WHERE)
def test_the_day_of_the_audit_is_not_repeated(where: str) -> None:
    assert "Страницы нет. Прочитано" not in texts(read(TODAY))[where]


@pytest.mark.parametrize("where", WHERE)
def test_a_day_that_the_sentence_names_is_not_told_twice(where: str) -> None:
    because = f"Последний раз прочитано {THEN.day} ноября {THEN.year}."
    assert f"{because} Прочитано" not in texts(read(THEN, because))[where]


def test_the_json_carries_the_day_in_any_case() -> None:
    audit = json.loads(installed()["json"].render(read(TODAY)).main)
    days = {f["read_on"] for one in audit["institutions"] for f in one["findings"]}
    assert days == {None, TODAY.isoformat()}
