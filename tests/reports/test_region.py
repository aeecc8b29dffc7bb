"""A region: an index, and a file for every institution beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from collectors.model import Address, Observation
from monitor.reporting.stored import write
from reports.formats.html import FORMAT, cards
from reports.model import Report
from rules.model import Outcome
from tests.cast import TOWN
from tests.reports.town import REPORT, big_report

REGION = big_report(200, pages=1)
PEERS_PAGES = 5300  # what the biggest known region has


def files_of(report: Report) -> dict[str, bytes]:
    return dict(FORMAT.render(report).beside)


@pytest.fixture(scope="module")
def index() -> bytes:
    return FORMAT.render(REGION).main


def test_a_town_needs_no_files_beside_it() -> None:
    assert files_of(REPORT) == {}


def test_every_institution_of_a_region_has_a_small_file() -> None:
    files = files_of(REGION)
    assert len(files) == len(REGION.institutions)
    assert max(map(len, files.values())) <= 60_000


def test_the_index_of_the_biggest_region_stays_below_three_megabytes(index: bytes) -> None:
    number = len(REGION.institutions)
    bigger = FORMAT.render(big_report(2 * number, pages=1)).main
    each = (len(bigger) - len(index)) / number
    assert len(index) + each * (PEERS_PAGES - number) <= 3_000_000


def test_every_link_of_the_index_leads_to_a_file(index: bytes) -> None:
    links = {str(a["href"]) for a in BeautifulSoup(index, "lxml").select(".register a")}
    assert links == set(files_of(REGION))


def test_a_town_whose_file_would_be_too_big_becomes_an_index() -> None:
    wordy = big_report(40, pages=3)
    assert len(FORMAT.render(wordy).main) <= 500_000
    assert len(files_of(wordy)) == 40


class Asked(Mapping[Address, Sequence[Observation]]):
    """Nothing was seen; how often somebody looked."""

    def __init__(self) -> None:
        self.times = 0

    def __getitem__(self, address: Address) -> Sequence[Observation]:
        self.times += 1
        return ()

    def __iter__(self) -> Iterator[Address]:
        return iter(())

    def __len__(self) -> int:
        return 0


def test_a_town_too_big_for_one_file_is_looked_at_once_for_all_tries() -> None:
    asked = Asked()
    wordy = replace(big_report(40, pages=3), looks=asked)
    files = files_of(wordy)
    shown = sum(one.outcome in (Outcome.FAIL, Outcome.REVIEW) for one in wordy.findings)
    assert asked.times == shown
    assert files == dict(cards(wordy, {}))


def test_all_files_are_written_beside_the_index(tmp_path: Path) -> None:
    path = write(big_report(61, pages=1), "html", tmp_path / "report.html")
    page = BeautifulSoup(path.read_bytes(), "lxml")
    links = [str(a["href"]) for a in page.select(".register a")]
    assert len(links) == 61
    assert all((tmp_path / link).is_file() for link in links)
    assert not list(tmp_path.rglob("*.part"))
    written = [(tmp_path / link).stat().st_mtime_ns for link in links]
    assert max(written) <= path.stat().st_mtime_ns


def test_the_same_region_gives_the_same_files() -> None:
    assert files_of(REGION) == files_of(REGION)


def test_a_region_of_many_towns_lists_less_of_each_and_says_so() -> None:
    page = BeautifulSoup(FORMAT.render(of_towns(REGION, 20)).main, "lxml")
    towns = page.select("section.town")
    assert len(towns) == 20
    for town in towns:
        (worse,) = (one for one in town.select("p") if one.text.startswith("✕ Стало хуже: "))
        listed, rest = worse.find_next("ul"), worse.find_next("details")
        assert isinstance(listed, Tag)
        assert isinstance(rest, Tag)
        lines = len(listed.select("li")) + len(rest.select("li"))
        left = rest.select_one("p.soft")
        more = int(re.findall(r"\d+", left.text)[0]) if left else 0
        assert lines + more == int(worse.text.rpartition(" ")[2])


def test_the_index_of_fifty_towns_stays_below_three_megabytes() -> None:
    """Measured on twenty of the same size: fewer institutions a town would have a line a page."""
    size = PEERS_PAGES // 50
    twenty = FORMAT.render(of_towns(big_report(20 * size, pages=1), 20)).main
    assert len(twenty) / 20 * 50 <= 3_000_000


def of_towns(report: Report, number: int) -> Report:
    """The same institutions, under so many municipalities."""
    towns = tuple(replace(TOWN, id=f"t{at}", name=f"Район № {at}") for at in range(number))
    whose = {one.id: f"t{at % number}" for at, one in enumerate(report.institutions)}
    return replace(
        report,
        municipalities=towns,
        institutions=tuple(replace(one, municipality=whose[one.id]) for one in report.institutions),
        findings=tuple(
            replace(one, municipality=whose[one.institution]) for one in report.findings
        ),
    )
