"""Every reason and every failure has its Russian sentence, and the words agree with numbers."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files

import pytest

from collectors.model import Failure, FailureCode
from rules.engine import judge
from rules.reasons import Reason
from rules.sentences import failure_text, sentence
from tests.rules.test_cases import ACTS, ALL
from tests.rules.world import world

TEXTS = tomllib.loads(files("rules").joinpath("sentences.toml").read_text("utf-8"))
# These need another act or registry than the cast's: see test_engine, test_other_acts.
BESIDE = {
    Reason.PREDICATE_BROKE,
    Reason.EDITION_NOT_IN_FORCE,
    Reason.LIST_AGREES,
    Reason.INHERITED_NOT_IN_FORCE,
    Reason.STRICTER_ELSEWHERE,
    Reason.NORM_FROM,
}


def test_every_reason_has_a_sentence_and_no_sentence_is_idle() -> None:
    assert set(TEXTS["reason"]) == set(Reason)


@pytest.mark.parametrize("code", FailureCode)
def test_every_failure_is_told_in_russian(code: FailureCode) -> None:
    assert failure_text(Failure(code)).strip()


def test_no_failure_is_told_that_does_not_exist() -> None:
    assert set(TEXTS["failure"]) == set(FailureCode)


def test_every_reason_is_told_by_some_case() -> None:
    """Filling a template asks for its fields: a missing one would be an `error` there."""
    told: set[str] = set()
    for case in ALL:
        for one in judge(world(case), list(ACTS.values())):
            assert one.outcome != "error", (case.name, one.requirement)
            json.dumps([one.measured, one.required])  # JSON values only
            told |= {one.reason, *one.notes}
            if one.preview_because:
                told.add(one.preview_because)
    beside = {reason for reason in Reason if _is_told(reason, told)}
    assert set(Reason) - beside - BESIDE == set()


def _is_told(reason: Reason, told: set[str]) -> bool:
    start = TEXTS["reason"][reason].partition("{")[0]
    return reason in told or any(len(start) > 10 and one.startswith(start) for one in told)


@pytest.mark.parametrize(
    ("number", "word"), [(1, "1 день"), (3, "3 дня"), (11, "11 дней"), (21, "21 день")]
)
def test_numbers_take_the_right_form(number: int, word: str) -> None:
    told = {"longest_gap_days": number, "since": "2026-10-26", "until": "2026-11-22"}
    assert word in sentence(Reason.POSTS_WITH_GAPS, told)


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("2026-10-20", "2026-11-16", "С 20 октября по 16 ноября 2026 "),
        ("2025-12-22", "2026-01-18", "С 22 декабря 2025 по 18 января 2026 "),
    ],
)
def test_a_span_names_its_last_day(since: str, until: str, words: str) -> None:
    assert sentence(Reason.NO_POSTS, {"since": since, "until": until}).startswith(words)
