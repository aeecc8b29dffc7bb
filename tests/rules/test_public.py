"""What people say is shown without names of people."""

from __future__ import annotations

from datetime import date

import pytest

from rules.cases.model import (
    Assignment,
    Correction,
    Decision,
    InstitutionAnswer,
    Said,
    Telling,
)
from rules.cases.public import unnamed
from rules.model import Attestation, Event, Waiver

DAY, NAME = date(2026, 11, 23), "Иванова И. И."
WHO = f"директор {NAME}"
ATTESTED = Attestation(kind="filler", stated_by=WHO, stated_on=DAY, document=f"приказ, {NAME}")
SAID: tuple[Said, ...] = (
    ATTESTED,
    Event(kind="appointed", on=DAY, document=f"приказ о {NAME}"),
    Waiver(requirement="a/1", reason=f"{NAME} в отпуске", by=WHO, until=DAY),
    Telling(by=WHO, on=DAY, how=f"через {NAME}"),
    Assignment(by=WHO, on=DAY, to=NAME),
    InstitutionAnswer(kind="confirms", by=WHO, on=DAY, text=f"Ведёт {NAME}", attestation=ATTESTED),
    InstitutionAnswer(
        kind="correct_registry", by=WHO, on=DAY, corrections=(Correction(field="head", new=NAME),)
    ),
    Decision(verdict="rejected", of=1, by=WHO, on=DAY, reason=f"{NAME} уволена"),
)


@pytest.mark.parametrize("said", SAID, ids=lambda one: type(one).__name__)
def test_nobody_is_named_in_anything_that_is_said(said: Said) -> None:
    assert "Иванова" in repr(said)
    assert "Иванова" not in repr(unnamed(said))


def test_the_post_stays() -> None:
    assert unnamed(ATTESTED).stated_by == "директор"


def test_where_only_a_name_was_written_that_is_said() -> None:
    assert unnamed(SAID[4]) == Assignment(by="директор", on=DAY, to="не указано")
