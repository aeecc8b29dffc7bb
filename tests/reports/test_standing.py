"""Nobody is praised by mistake: where an institution stands, decided in one place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collectors.model import FailureCode
from reports.standing import Standing, count_standings, said, stand_of
from reports.words import words
from rules.model import Finding, Outcome, Severity
from rules.reasons import Reason
from tests.reports.town import (
    ADM_FINDINGS,
    CLINIC_FINDINGS,
    FINDINGS,
    MUSEUM_FINDINGS,
    OFFICE_FINDINGS,
    PREVIEW,
    REQUIREMENTS,
    SCHOOL_FINDINGS,
    WAIVER,
)

BY_ID = {r.id: r for r in REQUIREMENTS}
REGULAR, NAME = ADM_FINDINGS[1], ADM_FINDINGS[3]
ADVICE, REVIEW = SCHOOL_FINDINGS[3], SCHOOL_FINDINGS[11]
FAILED = MUSEUM_FINDINGS[5 + 1]


def standing(*findings: Finding) -> Standing:
    return stand_of(findings, BY_ID).standing


def light(finding: Finding, outcome: Outcome) -> Finding:
    return replace(finding, outcome=outcome, severity=Severity.MINOR)


def test_whoever_has_every_weighty_duty_seen_and_met_complies() -> None:
    assert standing(*ADM_FINDINGS) is Standing.COMPLIES


def test_below_the_recommended_is_no_violation() -> None:
    assert standing(*ADM_FINDINGS, ADVICE) is Standing.COMPLIES


def test_a_weighty_question_waits_for_a_person() -> None:
    assert standing(*ADM_FINDINGS, REVIEW) is Standing.WAITING


def test_a_closed_page_takes_the_praise_away() -> None:
    closed = replace(ADM_FINDINGS[0], outcome=Outcome.REVIEW, reason="page_closed")
    assert standing(closed, *ADM_FINDINGS[1:]) is Standing.WAITING


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.PENDING, Outcome.ERROR])
def test_a_weighty_duty_that_is_not_seen_cannot_be_judged(outcome: Outcome) -> None:
    assert standing(*ADM_FINDINGS, replace(NAME, outcome=outcome)) is Standing.UNJUDGED


def test_a_missing_paper_on_a_weighty_duty_takes_the_praise_away() -> None:
    attestation = next(f for f in SCHOOL_FINDINGS if f.reason == "attestation_missing")
    assert standing(*ADM_FINDINGS, attestation) is Standing.UNJUDGED


def test_what_was_not_seen_weighs_more_than_a_question() -> None:
    unseen = replace(NAME, outcome=Outcome.UNKNOWN)
    assert standing(*ADM_FINDINGS, REVIEW, unseen) is Standing.UNJUDGED


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.PENDING, Outcome.REVIEW])
def test_a_light_duty_that_is_open_leaves_the_praise(outcome: Outcome) -> None:
    assert standing(*ADM_FINDINGS, light(NAME, outcome)) is Standing.COMPLIES


def test_a_light_duty_that_is_broken_is_a_violation() -> None:
    assert standing(*ADM_FINDINGS, light(NAME, Outcome.FAIL)) is Standing.VIOLATES


def test_one_unread_page_takes_the_praise_away_however_light_the_duty() -> None:
    unread = replace(light(NAME, Outcome.UNKNOWN), reason="not_read")
    assert standing(*ADM_FINDINGS, unread) is Standing.UNJUDGED


def test_a_second_official_page_that_is_closed_takes_the_praise_away() -> None:
    second = "https://vk.com/club77"
    states = {"pages": {"https://vk.com/kedradm": "live", second: "closed"}}
    found = (replace(ADM_FINDINGS[0], measured=states), *ADM_FINDINGS[1:])
    assert standing(*found, replace(NAME, page=second)) is Standing.UNJUDGED


def test_a_closed_page_of_a_branch_takes_nothing_away() -> None:
    states = {"pages": {"https://vk.com/kedradm": "live", "https://vk.com/club78": "closed"}}
    found = (replace(ADM_FINDINGS[0], measured=states), *ADM_FINDINGS[1:])
    assert standing(*found) is Standing.COMPLIES


def test_one_violation_makes_a_violator() -> None:
    assert standing(*MUSEUM_FINDINGS) is Standing.VIOLATES


def test_a_violation_that_is_put_off_stays_one_and_is_told_apart() -> None:
    stand = stand_of((*ADM_FINDINGS, replace(FAILED, waiver=WAIVER)), BY_ID)
    assert (stand.standing, stand.is_put_off) == (Standing.VIOLATES, True)


def test_of_two_violations_one_put_off_is_not_apart() -> None:
    assert not stand_of((replace(FAILED, disputed=True), FAILED), BY_ID).is_put_off


def test_an_unread_clinic_is_neither_praised_nor_blamed() -> None:
    assert standing(*CLINIC_FINDINGS) is Standing.UNJUDGED


def test_whoever_no_finding_speaks_of_cannot_be_judged() -> None:
    assert standing() is Standing.UNJUDGED


def test_an_exempt_office_is_outside() -> None:
    assert standing(*OFFICE_FINDINGS) is Standing.OUTSIDE


def test_an_exemption_on_record_does_not_bring_the_office_inside() -> None:
    right = replace(ADM_FINDINGS[0], requirement="kedrovy-2022-298/4")
    requirements = {**BY_ID, right.requirement: replace(REQUIREMENTS[0], nature="right")}
    assert stand_of((*OFFICE_FINDINGS, right), requirements).standing is Standing.OUTSIDE


def test_a_preview_of_a_draft_is_outside() -> None:
    assert standing(PREVIEW) is Standing.OUTSIDE


def test_a_preview_of_a_voluntary_page_takes_nothing_away() -> None:
    assert standing(*ADM_FINDINGS, replace(PREVIEW, preview=Outcome.FAIL)) is Standing.COMPLIES


def test_the_words_tell_how_many_decisions_are_waited_for() -> None:
    other = replace(REVIEW, requirement=ADM_FINDINGS[0].requirement)
    stand = stand_of((*ADM_FINDINGS, REVIEW, light(REVIEW, Outcome.REVIEW), other), BY_ID)
    assert said(stand) == "нарушений не видно, ждут решения 2"


def test_what_hides_a_page_is_told_before_what_hides_a_fact() -> None:
    closed = replace(
        ADM_FINDINGS[0], outcome=Outcome.REVIEW, reason="page_closed", because="Страница закрыта."
    )
    unseen = replace(NAME, outcome=Outcome.UNKNOWN, because="Не видно.")
    assert stand_of((unseen, closed), BY_ID).obstacle == "Страница закрыта."


def test_every_institution_is_counted_once() -> None:
    counted = count_standings((ADM_FINDINGS, MUSEUM_FINDINGS, OFFICE_FINDINGS, ()), BY_ID)
    assert counted == {
        Standing.COMPLIES: 1,
        Standing.WAITING: 0,
        Standing.VIOLATES: 1,
        Standing.UNJUDGED: 1,
        Standing.OUTSIDE: 1,
    }


def test_every_standing_has_its_words() -> None:
    assert set(words()["standings"]) == set(Standing)


def test_every_reason_that_takes_the_praise_exists() -> None:
    hides = words()["hides"]
    assert {*hides["reasons"], *hides["closed"]} <= {*Reason, *FailureCode}


def test_the_town_shows_every_outcome() -> None:
    assert {f.outcome for f in FINDINGS} == set(Outcome)
