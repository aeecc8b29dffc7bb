"""A number from JSON is one only if it is one."""

from __future__ import annotations

import math
from typing import Any

import pytest

from collectors.numbers import count, has_endless_number, number_in, parsed, whole


@pytest.mark.parametrize(
    "value",
    [True, "12", None, [1], {}, 1.5, math.nan, math.inf, -math.inf, 1e300, 2**63, 10**400],
)
def test_what_is_no_number_is_none(value: Any) -> None:
    assert whole(value) is None


@pytest.mark.parametrize(("value", "meant"), [(0, 0), (-5, -5), (12.0, 12), (2**63 - 1, 2**63 - 1)])
def test_a_number_is_one_in_whatever_form(value: Any, meant: int) -> None:
    assert whole(value) == meant


def test_nothing_is_counted_below_zero() -> None:
    assert count(-1) is None


@pytest.mark.parametrize("text", ["", "²", "١٢", "1 2", "-1", "9" * 30, "\x00"])
def test_an_id_is_plain_figures(text: str) -> None:
    assert number_in(text) is None


def test_an_endless_number_spoils_no_other_value() -> None:
    assert parsed(b'{"a": ' + b"9" * 9000 + b', "b": 1}') == {"a": math.inf, "b": 1}


@pytest.mark.parametrize(("figures", "is_endless"), [(399, False), (400, True), (401, True)])
def test_a_number_is_endless_by_its_figures_alone(figures: int, is_endless: bool) -> None:
    assert has_endless_number(b'{"a": -1.%s, "b": "%s"}' % (b"7" * figures, b"8" * 9)) is is_endless
    apart = b'["%s", "%s"]' % (b"1" * 399, "٣".encode() * 400)
    assert not has_endless_number(apart)
