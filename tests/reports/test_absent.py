"""Who has no open page in a network: a list of its own."""

from __future__ import annotations

from dataclasses import replace

from reports.absent import build_absent
from reports.ground import ground
from rules.model import Outcome
from tests.cast import TOWN
from tests.reports.town import KEDROVY, REPORT, REQUIREMENTS, finding

ASKS = replace(REQUIREMENTS[0], predicate="page_exists")
GONE = finding("school", "6.1-pages", Outcome.FAIL, "Страницы нет.", "ok", reason="page_missing")
BLOCKED = finding(
    "museum", "6.1-pages", Outcome.FAIL, "Страница заблокирована.", "ok", reason="page_banned"
)


def test_a_blocked_page_is_not_counted_with_those_that_are_not_there() -> None:
    acts = (replace(KEDROVY, requirements=(ASKS, *REQUIREMENTS[1:])),)
    report = replace(REPORT, acts=acts, findings=(GONE, BLOCKED))
    (group,) = build_absent(ground(report, TOWN))
    assert group.said == "нет у 1, заблокирована у 1"
