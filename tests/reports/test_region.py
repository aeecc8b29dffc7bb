"""A region: an index, and a file for every institution beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from os.path import dirname, normpath
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from collectors.model import Address, Observation
from monitor.reporting.stored import write
from reports.formats.html import FORMAT, cards
from reports.model import Report
from rules.model import Outcome
from tests.cast import TOWN
from tests.reports.town import AUDIT, REPORT, big_report

REGION = big_report(200, pages=1)  # a town, as big as some regions
PEERS_PAGES = 5300  # what the biggest known region has


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


OF_TWENTY = of_towns(REGION, 20)


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
    page = BeautifulSoup(FORMAT.render(of_towns(big_report(60, pages=1), 20)).main, "lxml")
    assert_lists_and_counts_what_got_worse(page, towns=20)


def test_so_does_a_page_of_one_of_its_municipalities() -> None:
    files = files_of(OF_TWENTY)
    for at in range(20):
        page = BeautifulSoup(files[f"audit-000017-towns/_t{at}.html"], "lxml")
        assert_lists_and_counts_what_got_worse(page, towns=1)


def assert_lists_and_counts_what_got_worse(page: BeautifulSoup, towns: int) -> None:
    found = page.select("section.town")
    assert len(found) == towns
    for town in found:
        (worse,) = (one for one in town.select("p") if one.text.startswith("✕ Стало хуже: "))
        listed, rest = worse.find_next("ul"), worse.find_next("details")
        assert isinstance(listed, Tag)
        assert isinstance(rest, Tag)
        lines = len(listed.select("li")) + len(rest.select("li"))
        left = rest.select_one("p.soft")
        more = int(re.findall(r"\d+", left.text)[0]) if left else 0
        assert lines + more == int(worse.text.rpartition(" ")[2])


def test_a_region_is_an_index_of_its_municipalities_and_finds_every_institution() -> None:
    index = BeautifulSoup(FORMAT.render(OF_TWENTY).main, "lxml")
    files = files_of(OF_TWENTY)
    towns = {name for name in files if "-towns/" in name}
    assert len(towns) == 20
    assert {str(a["href"]) for a in index.select("table a")} == towns
    assert {str(a["href"]) for a in index.select(".found a")} == set(files) - towns
    assert not index.select("section.town")


TOO_BIG_FOR_ONE_FILE = of_towns(big_report(60, pages=1), 3)
LINKED = pytest.mark.parametrize("report", [OF_TWENTY, TOO_BIG_FOR_ONE_FILE, REGION])


@LINKED
def test_every_link_from_a_page_to_another_leads_to_a_file(report: Report) -> None:
    files = {"report.html": FORMAT.render(report).main, **files_of(report)}
    for name, content in files.items():
        for link in BeautifulSoup(content, "lxml").select("a[href$='.html']"):
            there = normpath(f"{dirname(name)}/{link['href']}").lstrip("/")
            assert there in files, (name, link["href"])


@LINKED
def test_every_file_is_led_to(report: Report) -> None:
    index = BeautifulSoup(FORMAT.render(report).main, "lxml")
    assert {str(a["href"]) for a in index.select("a[href$='.html']")} == set(files_of(report))


@LINKED
def test_every_link_within_a_page_leads_to_a_place_of_it(report: Report) -> None:
    pages = [FORMAT.render(report).main, *islice(files_of(report).values(), 21)]
    for page in (BeautifulSoup(one, "lxml") for one in pages):
        places = {str(one["id"]) for one in page.select("[id]")}
        links = {str(one["href"])[1:] for one in page.select("a[href^='#']")}
        assert links <= places


def test_the_report_of_some_of_its_municipalities_changes_no_file_of_the_regions() -> None:
    """Both lie in one folder. Cards are the same; a page tells what was read by its own report."""
    some = replace(
        of_towns(big_report(80, pages=1), 2), of_some="t0-t1", audit=replace(AUDIT, complete=True)
    )
    whole, part = files_of(of_towns(big_report(80, pages=1), 2)), files_of(some)
    both = set(whole) & set(part)
    assert both == {name for name in whole if "-cards/" in name}
    assert all(whole[name] == part[name] for name in both)
    assert "audit-000017-t0-t1-towns/_t1.html" in part


def test_the_index_says_whether_everything_was_read() -> None:
    for complete, told in ((True, "✓ Проверка полная:"), (False, "! Проверка неполная:")):
        report = replace(OF_TWENTY, audit=replace(AUDIT, complete=complete))
        page = BeautifulSoup(FORMAT.render(report).main, "lxml")
        assert [one.text.startswith(told) for one in page.select(".health")] == [True]


@pytest.mark.parametrize("scope", [None, ("t0/school-0",)])
@pytest.mark.parametrize("complete", [True, False])
def test_a_page_of_a_municipality_says_that_what_was_read_is_counted_together(
    scope: tuple[str, ...] | None, complete: bool
) -> None:
    report = replace(OF_TWENTY, audit=replace(AUDIT, complete=complete, scope=scope))
    page = BeautifulSoup(files_of(report)["audit-000017-towns/_t0.html"], "lxml")
    for health in page.select(".health"):
        assert "по всем муниципалитетам вместе" in health.text or "Частичная" in health.text
    method = page.select_one(".method")
    assert method is not None
    assert "из 8 адресов (по всем муниципалитетам вместе)" in " ".join(method.text.split())
    assert "Контрольная страница" not in page.text
    assert "Контрольная страница" in FORMAT.render(report).main.decode()


def test_every_requirement_that_is_not_met_is_named_by_the_index() -> None:
    """Pages of municipalities list only the first of them."""
    page = BeautifulSoup(FORMAT.render(OF_TWENTY).main, "lxml")
    heading = page.find("h2", string="Что не выполняют чаще всего")
    assert heading is not None
    failed = {f.requirement for f in OF_TWENTY.findings if f.outcome is Outcome.FAIL}
    assert len(page.select("header .flex.long")) == len(failed)


def test_a_report_without_a_trend_is_not_called_the_first_where_it_is_compared() -> None:
    told = "Это первая проверка"
    compared = replace(OF_TWENTY, trend=())
    findings = tuple(replace(one, previous=None) for one in OF_TWENTY.findings)
    assert told not in FORMAT.render(compared).main.decode()
    assert told in FORMAT.render(replace(compared, findings=findings)).main.decode()


def test_what_became_of_all_together_is_told_by_the_index_alone() -> None:
    report = OF_TWENTY
    assert len(report.trend) > 1
    assert b'id="trend"' in FORMAT.render(report).main
    for name, content in files_of(report).items():
        assert b'id="trend"' not in content
        assert "-towns/" not in name or "по всем муниципалитетам вместе" in content.decode()


def test_a_municipality_without_institutions_has_a_page_too() -> None:
    empty = replace(TOWN, id="empty", name="Пустой район", institutions=())
    report = replace(OF_TWENTY, municipalities=(*OF_TWENTY.municipalities, empty))
    page = files_of(report)["audit-000017-towns/_empty.html"].decode()
    assert "Пустой район" in page


def test_the_index_of_a_region_grows_by_a_line_an_institution() -> None:
    """A region of twenty thousand is opened in a browser, too."""
    few, many = (len(FORMAT.render(of_towns(big_report(n, pages=1), 20)).main) for n in (100, 200))
    assert (many - few) / 100 <= 160


def test_a_page_of_a_municipality_tells_its_own_acts() -> None:
    other = replace(
        OF_TWENTY.acts[0],
        id="local-act",
        title="Постановление другого района",
        short_title="Постановление № 1",
        requirements=(),
    )
    first, *rest = OF_TWENTY.municipalities
    bound = tuple(replace(one, packs=(*one.packs, "local-act")) for one in rest)
    report = replace(OF_TWENTY, municipalities=(first, *bound), acts=(*OF_TWENTY.acts, other))
    files = files_of(report)
    assert "другого района" not in files["audit-000017-towns/_t0.html"].decode()
    assert "другого района" in files["audit-000017-towns/_t1.html"].decode()


def test_a_page_of_a_municipality_names_everybody_who_violates() -> None:
    """It is as long as the page of a town that is alone."""
    files = files_of(OF_TWENTY)
    page = BeautifulSoup(files["audit-000017-towns/_t0.html"], "lxml")
    assert len(page.select("#t0-violates .lines li")) == 10


def test_an_act_that_binds_nobody_any_more_is_told_where_it_was_judged_by() -> None:
    town = replace(OF_TWENTY.municipalities[0], packs=())
    report = replace(OF_TWENTY, municipalities=(town, *OF_TWENTY.municipalities[1:]))
    page = files_of(report)["audit-000017-towns/_t0.html"].decode()
    assert page.count(OF_TWENTY.acts[0].title) >= 1
