"""Whether a finding leaves something to settle."""

from __future__ import annotations

from enum import StrEnum

from rules.model import Finding, Outcome
from rules.reasons import Reason

UNCONFIRMED = frozenset(
    {
        Reason.ATTESTATION_MISSING,
        Reason.ATTESTATION_WRONG_POST,
        Reason.ATTESTATION_EXPIRED,
        Reason.ATTESTATION_ENDED,
        Reason.ATTESTATION_EMPTY,
        Reason.ABSENCE_EXPIRED,
        Reason.PAGE_NOT_REGISTERED,
        Reason.SITE_NOT_REGISTERED,
        Reason.PERSON_NOT_REGISTERED,
        Reason.PERSON_LEFT,
        Reason.POS_NOT_SEEN,
    }
)
"""Reasons of `unknown` that the institution's own word ends, and reading alone hardly ever."""


class Openness(StrEnum):
    OPEN = "open"
    UNSEEN = "unseen"  # nothing new is known: an open case stays one, and blames nobody meanwhile
    SETTLED = "settled"


def lacks_confirmation(finding: Finding) -> bool:
    return finding.outcome is Outcome.UNKNOWN and finding.reason in UNCONFIRMED


def openness(finding: Finding) -> Openness:
    match finding.outcome:
        case Outcome.FAIL | Outcome.REVIEW:
            return Openness.OPEN
        case Outcome.PASS | Outcome.NOT_APPLICABLE:
            return Openness.SETTLED
        case Outcome.UNKNOWN if lacks_confirmation(finding):
            return Openness.OPEN
        case Outcome.PENDING if finding.reason == Reason.DEADLINE_NOT_OVER:
            return Openness.OPEN
    return Openness.UNSEEN
