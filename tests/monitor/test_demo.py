"""The demo's town: the month that it plays, and its report in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page

from monitor.application import Application, opened
from monitor.cases.book import cases_of
from monitor.config import load_settings
from monitor.reporting.stored import chosen_audit, report_of, write
from monitor.sandbox.demo import ZONE
from monitor.storage import judged
from monitor.storage.statements import recorded
from reports.friday import next_friday
from rules.cases.matching import is_accepted
from rules.cases.model import (
    CaseKey,
    CaseState,
    InstitutionAnswer,
    InstitutionCase,
    Recorded,
    key_of,
)
from rules.model import Finding, Municipality, Outcome
from rules.names.people import names_in
from tests.browsers import chromium
from tests.cast import NOW

SCREENS, WORDS, WALL = 12, 4_000, 60
TODAY = NOW.astimezone(ZONE).date()


class Town(NamedTuple):
    """What the demo leaves when its month is over."""

    cases: tuple[InstitutionCase, ...]
    answers: tuple[Recorded, ...]
    before: Mapping[CaseKey, Finding]  # the audit of a week ago
    report: Path


@pytest.fixture(scope="module")
def town(month: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = Path(shutil.copytree(month, tmp_path_factory.mktemp("demo") / "town"))
    with opened(load_settings(folder / "config.toml"), lambda: NOW) as application:
        report = report_of(application, chosen_audit(application, None))
        (demo,) = application.municipalities
        stated = recorded(application.engine, demo.id)
        yield Town(
            cases=cases_of(application, demo, NOW, settled=True),
            answers=tuple(one for one in stated if isinstance(one.said, InstitutionAnswer)),
            before=last_week(application, demo),
            report=write(report, "html", folder / "report.html"),
        )


def last_week(application: Application, demo: Municipality) -> Mapping[CaseKey, Finding]:
    week_ago = NOW - timedelta(weeks=1)
    nights = (judged.nights(application.engine, one, week_ago)[-1:] for one in demo.institutions)
    findings = (judged.found(application.engine, night) for (night,) in nights)
    return {key_of(one): one for found in findings for one in found}


# --- its month --------------------------------------------------------------------------------


def test_every_state_of_a_case_stands_at_the_end_of_the_month(town: Town) -> None:
    assert {case.state for case in town.cases} == set(CaseState)


def test_a_term_ends_by_friday(town: Town) -> None:
    ends = [case.due.on for case in town.cases if case.due and case.state is CaseState.TO_DO]
    assert next_friday(TODAY) in ends


def test_an_accepted_confirmation_is_settled_by_the_next_audit(town: Town) -> None:
    (accepted,) = [one for one in town.answers if is_accepted(one.decision(TODAY))]
    (case,) = [case for case in town.cases if case.answer == accepted]
    assert (case.state, case.finding.outcome) == (CaseState.SETTLED, Outcome.PASS)


def test_an_answer_that_nobody_accepted_changes_no_finding(town: Town) -> None:
    """But what a reading has settled since, and that says what it saw."""
    left = [
        case.finding
        for case in town.cases
        if case.answer and not is_accepted(case.answer.decision(TODAY))
        if case.state is not CaseState.SETTLED
    ]
    then = [town.before[key_of(finding)] for finding in left]
    assert [one.reason for one in left] == [one.reason for one in then] != []


def test_corrected_is_settled_by_what_was_read(town: Town) -> None:
    read = {case.state for case in town.cases if case.before and case.after}
    assert read == {CaseState.SETTLED, CaseState.OVERDUE}


def test_nobody_is_named_but_by_office(town: Town) -> None:
    said = {one.recorded_by for case in town.cases for one in case.statements}
    assert [by for by in said if names_in(by)] == []


# --- its report -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(town: Town) -> Iterator[Page]:
    with chromium() as browser:
        found = browser.new_page(viewport={"width": 1280, "height": 900})
        found.goto(town.report.as_uri())
        yield found


def test_it_is_twelve_screens_at_most(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollHeight") <= SCREENS * 900


def test_it_has_four_thousand_words_at_most(page: Page) -> None:
    assert len(page.inner_text("body").split()) <= WORDS


def test_no_paragraph_is_a_wall_of_text(page: Page) -> None:
    """Nor one that is unfolded: lists in it are lists."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    told = page.locator(".card .case p, .first p, .first li, .standings li, .method li")
    walls = [one for one in told.all_inner_texts() if len(one.split()) > WALL]
    assert walls == []


def test_no_reader_is_shown_json(page: Page) -> None:
    assert '{"' not in page.inner_text("body")
    assert "JSON" not in page.inner_text("body")


def test_what_is_not_met_is_shown_with_what_was_seen(page: Page) -> None:
    assert page.locator(".card .item[data-mark=fail] .seen q").count() > 0
