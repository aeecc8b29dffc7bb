"""What the doctor says of bots in MAX."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.max import NETWORK, MaxSettings
from collectors.model import Health, Sign
from monitor.sandbox import Fault, serve
from tests.collectors.max import BOT, WORLD

ME = "GET me"


def told(*faults: Fault, **settings: Any) -> list[Sign]:
    with serve(WORLD) as running:
        for fault in faults:
            running.add_fault(fault)
        given = {"api_url": running.max_url, "tokens": BOT, **settings}
        return list(NETWORK.check(MaxSettings(**given), lambda *_: None))


def test_a_token_that_is_taken_is_told_with_the_schema() -> None:
    assert [sign.state for sign in told() if "схеме 0.0.33" in sign.what] == [Health.GOOD]


def test_a_token_that_is_refused_is_a_fault() -> None:
    refused = Fault(code=401, text="verify.token", method=ME, times=None)
    assert [sign.state for sign in told(refused) if "не принят" in sign.what] == [Health.FAULT]


def test_without_a_bot_nothing_is_amiss() -> None:
    assert {sign.state for sign in told(tokens="")} == {Health.GOOD}


def test_the_national_root_is_asked_for_where_a_token_is_set() -> None:
    signs = told(api_url="https://127.0.0.1:9")
    assert [sign for sign in signs if "extra_roots" in sign.what]


def test_no_token_is_told_in_full() -> None:
    assert not [sign for sign in told() if BOT in sign.what + sign.advice]


def test_one_bot_may_not_both_read_and_write() -> None:
    with pytest.raises(ValueError, match="разные боты"):
        MaxSettings(tokens=BOT, tell_token=BOT)
