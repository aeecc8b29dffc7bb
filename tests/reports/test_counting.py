from __future__ import annotations

from dataclasses import replace

from collectors.model import FailureCode
from reports.counting import (
    Change,
    Share,
    Standing,
    change,
    compliance,
    mark,
    standing,
    unseen,
    worst,
)
from reports.words import words
from rules.model import Outcome, Severity
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
)

BY_ID = {r.id: r for r in REQUIREMENTS}
FAILED = MUSEUM_FINDINGS[1]


def test_a_school_below_the_recommended_number_still_complies() -> None:
    assert standing(SCHOOL_FINDINGS, BY_ID) is Standing.COMPLIES


def test_one_violation_makes_a_violator() -> None:
    assert standing(MUSEUM_FINDINGS, BY_ID) is Standing.VIOLATES


def test_an_unread_clinic_is_neither_praised_nor_blamed() -> None:
    assert standing(CLINIC_FINDINGS, BY_ID) is Standing.UNJUDGED


def test_one_unread_page_takes_the_praise_away() -> None:
    assert standing((*ADM_FINDINGS, CLINIC_FINDINGS[0]), BY_ID) is Standing.UNJUDGED


def test_a_missing_paper_does_not_take_the_praise_away() -> None:
    attestation = next(f for f in SCHOOL_FINDINGS if f.reason == "attestation_missing")
    assert standing((*ADM_FINDINGS, attestation), BY_ID) is Standing.COMPLIES


def test_an_exempt_office_is_outside() -> None:
    assert standing(OFFICE_FINDINGS, BY_ID) is Standing.OUTSIDE


def test_an_exemption_on_record_does_not_bring_the_office_inside() -> None:
    right = replace(ADM_FINDINGS[0], requirement="kedrovy-2022-298/4")
    requirements = {**BY_ID, right.requirement: replace(REQUIREMENTS[0], nature="right")}
    assert standing((*OFFICE_FINDINGS, right), requirements) is Standing.OUTSIDE


def test_a_preview_of_a_draft_is_outside() -> None:
    assert standing((PREVIEW,), BY_ID) is Standing.OUTSIDE


def test_advice_is_never_marked_as_a_violation() -> None:
    advice = replace(FAILED, severity=Severity.ADVISORY)
    assert mark(advice, BY_ID) == "below"
    assert mark(FAILED, BY_ID) == "fail"


def test_a_recommended_requirement_cannot_be_violated_whatever_its_severity() -> None:
    finding = replace(SCHOOL_FINDINGS[3], severity=Severity.MAJOR)
    assert mark(finding, BY_ID) == "below"


def test_compliance_counts_only_what_was_judged() -> None:
    assert compliance(MUSEUM_FINDINGS) == Share(2, 7)


def test_the_unseen_share_leaves_out_what_does_not_apply() -> None:
    assert unseen((*CLINIC_FINDINGS, *OFFICE_FINDINGS)) == Share(8, 8)


def test_the_worst_of_a_pass_and_an_unknown_is_unknown() -> None:
    assert worst(["pass", "unknown"]) == "unknown"


def test_worse_is_said_only_between_two_things_that_were_read() -> None:
    assert change(replace(FAILED, previous=Outcome.PASS)) is Change.WORSE
    assert change(replace(FAILED, previous=Outcome.UNKNOWN)) is Change.NO_DATA
    assert change(replace(FAILED, previous=None)) is Change.NEW


def test_fixed_needs_a_pass_that_was_seen() -> None:
    passed = replace(FAILED, outcome=Outcome.PASS, previous=Outcome.FAIL)
    assert change(passed) is Change.FIXED
    assert change(replace(passed, outcome=Outcome.NOT_APPLICABLE)) is Change.NO_DATA


def test_what_could_be_seen_and_no_longer_can_is_lost() -> None:
    assert change(replace(CLINIC_FINDINGS[0], previous=Outcome.FAIL)) is Change.LOST


def test_every_reason_that_takes_the_praise_exists() -> None:
    assert set(words()["hides"]["reasons"]) <= {*Reason, *FailureCode}


def test_the_town_shows_every_outcome() -> None:
    assert {f.outcome for f in FINDINGS} == set(Outcome)
