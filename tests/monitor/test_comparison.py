"""A finding beside that of the audit before: the same page, a renamed one, another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from monitor.audit.compare import followed
from rules.model import Finding
from tests.rules.test_false_accusations import finding

TODAY, EARLIER = date(2026, 11, 23), date(2026, 10, 1)


@pytest.fixture
def lacking() -> Finding:
    found = finding("6.6", facts={"government_mark": False})
    return replace(found, page_id="777", since=EARLIER)


def since(before: Finding, **now: str | None) -> date | None:
    (found,) = followed([replace(before, since=None, **now)], [before], TODAY)
    return found.since


def test_a_renamed_page_is_the_same_page(lacking: Finding) -> None:
    assert since(lacking, page="https://vk.com/renamed") == EARLIER


def test_a_page_whose_number_is_not_known_goes_by_its_address(lacking: Finding) -> None:
    assert since(lacking, page_id=None) == EARLIER


def test_another_page_at_the_address_begins_today(lacking: Finding) -> None:
    assert since(lacking, page_id="888") == TODAY
