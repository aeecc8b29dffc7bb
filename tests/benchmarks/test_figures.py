"""The harness does not rot: its quick parts run at their tiniest. No speed is asserted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.all import PARTS, figures_of
from benchmarks.compare import compared
from benchmarks.figures import Figure, Size, as_json, from_json, table, this_machine
from benchmarks.year import outlook

SPEED = Figure(what="speed", value=800.0, unit="pages/s", at_least=750)
MEMORY = Figure(what="memory", value=301.5, unit="MB", at_most=300, reference="theirs", ratio=0.5)
QUICK_PARTS = ("vk_scale", "year")  # the others start programs, wait politely, or need Scrapy


def test_the_table_says_which_targets_are_met() -> None:
    speed, memory = table([SPEED, MEMORY]).splitlines()[1:]
    assert "≥ 750" in speed
    assert "yes" in speed
    assert "≤ 300" in memory
    assert "NO" in memory
    assert "0.500 × theirs" in memory


def test_figures_come_back_from_their_file_as_they_were() -> None:
    machine, figures = from_json(as_json(this_machine(), Size.QUICK, [SPEED, MEMORY]))
    assert figures == (SPEED, MEMORY)
    assert machine["cores"] > 0


def test_two_runs_are_compared_by_name() -> None:
    after = (replace(SPEED, value=400.0), replace(MEMORY, what="other"))
    told = {row[0]: row[4] for row in compared((SPEED, MEMORY), after)}
    assert told == {"what": "change", "speed": "-50 %", "other": "new", "memory": "not measured"}


@pytest.mark.parametrize("part", QUICK_PARTS)
def test_a_part_runs_at_its_tiniest(part: str) -> None:
    assert part in PARTS
    figures = figures_of(part, Size.TINY)
    assert len({one.what for one in figures}) == len(figures) > 3


def test_a_year_in_small_breaks_no_quota_and_leaves_no_page_behind() -> None:
    told = outlook(pages=120, tokens=1, nights=10, seed=1, thrifty=False)
    assert told.violations == 0
    assert told.oldest_days < 3
    assert told.fresh_worst > 0.9


def test_a_thrifty_year_in_small_reads_half_as_much_and_nothing_gets_stale() -> None:
    full, thrifty = (
        outlook(pages=120, tokens=1, nights=10, seed=1, thrifty=thrifty)
        for thrifty in (False, True)
    )
    assert thrifty.violations == 0
    assert thrifty.oldest_days < 7
    assert thrifty.fresh_worst == 1
    assert thrifty.walls_mean < 0.5 * full.walls_mean
