"""Every code has a meaning, and none of them accuses anybody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from collectors.model import FailureCode
from collectors.vk.errors import ERRORS, Action, meaning_of, numbered

RECORDED = Path(__file__).parents[1] / "recorded" / "vk-api"
PLATFORM_NOTES = {
    Action.RETRY: [1, 6, 10, 32, 36, 43],
    Action.PAUSE: [9],
    Action.STOP_METHOD: [29],
    Action.STOP_TOKEN: [2, 4, 5, 14, 16, 17, 24, 25, 27, 28, 38, 42],
    Action.GIVE_UP: [
        *(3, 7, 8, 12, 13, 15, 18, 19, 20, 21, 23, 30, 33, 34, 40, 100, 101, 104, 113, 125),
        *(200, 203, 210, 212, 260),
    ],
}


@pytest.mark.parametrize(
    ("code", "action"), [(code, a) for a, codes in PLATFORM_NOTES.items() for code in codes]
)
def test_every_code_has_its_action(code: int, action: Action) -> None:
    assert ERRORS[code].action is action


@pytest.mark.parametrize("path", sorted(RECORDED.glob("vknet_error_[0-9]*.json")))
def test_a_recorded_error_is_known(path: Path) -> None:
    error = json.loads(path.read_text())["error"]
    assert error["error_code"] in ERRORS


@pytest.mark.parametrize("code", [5, 27, 28, 42])
def test_the_tokens_trouble_is_the_tokens(code: int) -> None:
    assert meaning_of(code).code is FailureCode.TOKEN_REFUSED


@pytest.mark.parametrize("code", [14, 17, 24, 25])
def test_what_needs_a_human_ends_the_token(code: int) -> None:
    assert meaning_of(code).code is FailureCode.CAPTCHA


@pytest.mark.parametrize("subcode", [1133, 1134])
def test_a_wrong_kind_of_token_is_no_hidden_page(subcode: int) -> None:
    assert meaning_of(15).code is FailureCode.NOT_VISIBLE
    assert meaning_of(15, subcode).code is FailureCode.TOKEN_REFUSED


def test_only_unknown_ids_are_absences() -> None:
    absences = {code for code, meaning in ERRORS.items() if meaning.is_absence}
    assert absences == {40, 104, 125}
    assert not numbered("groups.getById", 100).is_absence


def test_a_code_that_nobody_knows_gives_up_by_name() -> None:
    assert meaning_of(4242).code is FailureCode.UNRECOGNISED
