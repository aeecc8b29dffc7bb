from __future__ import annotations

from dataclasses import replace

from reports.counting import (
    Change,
    Share,
    change,
    compliance,
    mark,
    unseen,
    worst,
)
from rules.model import Outcome, Severity
from tests.reports.town import (
    CLINIC_FINDINGS,
    MUSEUM_FINDINGS,
    OFFICE_FINDINGS,
    REQUIREMENTS,
    SCHOOL_FINDINGS,
)

BY_ID = {r.id: r for r in REQUIREMENTS}
FAILED = MUSEUM_FINDINGS[1]


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
