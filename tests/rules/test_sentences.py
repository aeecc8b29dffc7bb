"""Every reason and every failure has its Russian sentence, and the words agree with numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest

from collectors.model import Failure, FailureCode
from monitor.registry.declaration import AttestationKind
from rules.engine import judge_alone
from rules.reasons import Reason
from rules.text.sentences import cited, failure_text, quoted, sentence
from tests.rules.reasons_page import TEXTS, Told, page, templates, told
from tests.rules.test_cases import ACTS, ALL
from tests.rules.world import world

PAGE = Path(__file__).parents[2] / "docs/reasons.md"


def test_every_reason_has_a_sentence_and_no_sentence_is_idle() -> None:
    assert set(TEXTS["reason"]) == set(Reason)


@pytest.mark.parametrize("code", FailureCode)
def test_every_failure_is_told_in_russian(code: FailureCode) -> None:
    assert failure_text(Failure(code)).strip()


def test_no_failure_is_told_that_does_not_exist() -> None:
    assert set(TEXTS["failure"]) == set(FailureCode)


@pytest.fixture(scope="module")
def by_reason() -> Mapping[Reason, Told]:
    return told()


def test_every_sentence_is_told_in_some_world(by_reason: Mapping[Reason, Told]) -> None:
    """Also each of several for one reason: what nobody can be told is no sentence of ours."""
    untold = [
        (reason, number)
        for reason, one in by_reason.items()
        for number in range(len(templates(reason)))
        if number not in one.examples
    ]
    assert untold == []


def test_only_what_blames_or_asks_has_advice_of_its_own(by_reason: Mapping[Reason, Told]) -> None:
    idle = [name for name in TEXTS["advice"] if not by_reason[Reason(name)].remedy]
    assert idle == []


def test_the_page_of_reasons_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m tests.rules.reasons_page > docs/reasons.md"


def test_no_sentence_names_nothing(by_reason: Mapping[Reason, Told]) -> None:
    """«…: ничего», a dash for a date, a field left open."""
    said = [text for one in by_reason.values() for text in one.examples.values()]
    assert [text for text in said if re.search(r"ничего\.|[:(] —|\bNone\b|«»|  |[{}]", text)] == []


def test_no_predicate_breaks_in_a_world_and_each_tells_json() -> None:
    for case in ALL:
        for one in judge_alone(world(case), list(ACTS.values())):
            assert one.outcome != "error", (case.name, one.requirement)
            json.dumps([one.measured, one.required])


def test_the_first_template_that_can_be_filled_is_told() -> None:
    told_of = {"otherwise": None, "due": "2026-11-23"}
    assert sentence(Reason.DEADLINE_NOT_OVER, told_of).startswith("Записи о сообщении")


def test_an_admission_of_each_kind_has_words_of_its_own() -> None:
    kinds = set(get_args(AttestationKind)) - {"finding"}
    assert set(TEXTS["admission"]) == {*kinds, "other"}


@pytest.mark.parametrize(("name", "shown"), [("Кедр", "«Кедр»"), ("Музей «Кедр»", "Музей «Кедр»")])
def test_a_name_with_quotation_marks_gets_no_more_of_them(name: str, shown: str) -> None:
    assert quoted(name) == shown


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


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("6.1", "п. 6.1"),
        ("8(1)а", "п. 8(1)а"),
        ("а", "п. а"),
        ("IV.2", "п. IV.2"),
        ("ст. 10", "ст. 10"),
        ("ч. 2 ст. 10", "ч. 2 ст. 10"),
        ("п. 3", "п. 3"),
        ("Приложение 2", "Приложение 2"),
    ],
)
def test_a_clause_is_called_as_its_act_calls_it(clause: str, said: str) -> None:
    assert cited(clause) == said


def test_a_list_names_nothing_twice() -> None:
    told = sentence(Reason.PAGES_NOT_LINKED, {"missing": ["https://vk.com/a", "https://vk.com/a"]})
    assert told.count("https://vk.com/a") == 1
