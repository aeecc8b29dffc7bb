"""The report in a real browser, as its reader sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from reports.formats import notices, pages
from reports.formats.html import FORMAT
from reports.formats.letters import letter
from reports.mail import brief, digest
from reports.model import Rendered, Report
from reports.weekly import weekly_letter
from tests.browsers import chromium
from tests.cast import MUSEUM
from tests.reports.test_notices import CREATED
from tests.reports.test_notices import report as noticed
from tests.reports.test_region import of_towns
from tests.reports.town import HOSTILE, REPORT, TWO_TOWNS, big_report


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


class Reader:
    """Opens reports and remembers what the browser complained of or asked the network for."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.browser, self.folder = browser, folder
        self.complaints: list[str] = []
        self.requests: list[str] = []

    def opens(self, report: Report, width: int = 1280) -> Page:
        return self.reads(FORMAT.render(report).main, width)

    def reads(self, content: bytes, width: int, **media: Any) -> Page:
        file = self.folder / "report.html"
        file.write_bytes(content)
        page = self.browser.new_page(viewport={"width": width, "height": 800}, **media)
        page.set_default_timeout(5000)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(file.as_uri())
        return page


@pytest.fixture
def reader(browser: Browser, tmp_path: Path) -> Iterator[Reader]:
    one = Reader(browser, tmp_path)
    yield one
    for context in browser.contexts:
        context.close()


AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


def faults(page: Page, options: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """What axe finds, with every fold open: the rule, and the first place. Of a long list or table
    six lines are looked at: the rest are alike."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    alike = "li:nth-child(n+7), .register tr:nth-child(n+7)"
    page.locator(alike).evaluate_all("all => all.forEach((one) => one.remove())")
    found = Axe().run(page, options=options).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found]


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


def bottom(page: Page, text: str) -> float:
    box = page.get_by_text(text).first.bounding_box()
    assert box is not None, text
    return box["y"] + box["height"]


@pytest.mark.parametrize(
    "told",
    [
        "Город Кедровый",
        "23 ноября 2026, 03:00",
        "Проверка неполная",
        "Есть нарушения",
        "До пятницы, 27 ноября",
        "Кому звонить",
        "Что решить заместителю главы",
        "Стало хуже",
        "Исправлено",
    ],
)
def test_the_first_screen_tells_it_without_scrolling(reader: Reader, told: str) -> None:
    assert bottom(reader.opens(REPORT), told) <= 800


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("report", [TWO_TOWNS, HOSTILE], ids=["towns", "hostile"])
def test_the_browser_has_nothing_to_complain_of(reader: Reader, report: Report, width: int) -> None:
    reader.opens(report, width)
    assert reader.complaints == []
    assert [url for url in reader.requests if not url.startswith("file:")] == []


@pytest.mark.parametrize("report", [TWO_TOWNS, HOSTILE], ids=["towns", "hostile"])
def test_a_telephone_needs_no_sideways_scrolling(reader: Reader, report: Report) -> None:
    page = reader.opens(report, 320)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert sideways(page) <= 320


def test_a_filter_leaves_only_what_was_asked_for(reader: Reader) -> None:
    page = reader.opens(REPORT)
    page.select_option("select[name=mark]", "below")
    shown = page.locator(".card:visible")
    assert shown.count() == 1
    assert "МКОУ СОШ № 1" in shown.first.inner_text()
    page.select_option("select[name=mark]", "")
    assert page.locator(".card:visible").count() == 5


def test_a_name_is_found_by_its_beginning(reader: Reader) -> None:
    page = reader.opens(REPORT)
    page.fill("input[name=words]", "музей")
    assert page.locator(".card:visible").count() == 1


def test_a_number_leads_to_what_it_counts(reader: Reader) -> None:
    page = reader.opens(REPORT)
    for tile in page.locator(".tile b a").all():
        number, listed = tile.inner_text(), page.locator(str(tile.get_attribute("href")))
        assert f": {number}" in listed.locator("h3").inner_text()


def test_a_link_to_a_card_unfolds_it(reader: Reader) -> None:
    page = reader.opens(REPORT)
    page.locator(".index a", has_text="МКОУ СОШ № 1").click()
    assert page.locator("#kedr--school .facts").is_visible()


def test_a_requirement_leads_to_everybody_by_outcome(reader: Reader) -> None:
    page = reader.opens(REPORT)
    page.locator(".standings a, .first a", has_text="Почтовый адрес").first.click()
    assert page.locator("[id$='9.1.postal'] .who").first.is_visible()


def test_everything_is_there_without_javascript(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(FORMAT.render(REPORT).main)
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(file.as_uri())
    assert page.locator(".card:visible").count() == 5
    assert not page.locator(".filters").is_visible()


def test_a_link_to_a_material_opens_the_fold_that_hides_it(reader: Reader) -> None:
    page = reader.opens(REPORT)
    page.locator("#kedr--museum .item a", has_text="№ 1").first.click()
    page.wait_for_selector("#kedr--museum li[id$=m1]", state="visible")


@pytest.fixture(scope="module")
def two_towns() -> bytes:
    return FORMAT.render(TWO_TOWNS).main


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "light"), (1280, "dark")])
def test_axe_finds_nothing_serious(
    reader: Reader, two_towns: bytes, width: int, scheme: Any
) -> None:
    assert faults(reader.reads(two_towns, width, color_scheme=scheme)) == []


def test_a_dark_screen_gets_a_dark_page_and_paper_a_white_one(
    reader: Reader, two_towns: bytes
) -> None:
    page = reader.reads(two_towns, 1280, color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) != "rgb(255, 255, 255)"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(paper) == "rgb(255, 255, 255)"


def fragment(content: bytes) -> bytes:
    """A part of a page as the site that takes it in shows it."""
    head = "<!doctype html><html lang=ru><title>Сайт</title><main><h1>Сайт</h1>"
    return head.encode() + content


MANY = big_report(61, pages=1)
REGION = of_towns(MANY, 3)
PARTS = {
    "digest": lambda: digest(TWO_TOWNS).html.encode(),
    "letter": lambda: letter(REPORT, MUSEUM).html.encode(),
    "index": lambda: FORMAT.render(MANY).main,
    "institution": lambda: next(iter(FORMAT.render(MANY).beside))[1],
    "region": lambda: FORMAT.render(REGION).main,
    "municipality": lambda: next(iter(FORMAT.render(REGION).beside))[1],
    "pages": lambda: pages.FORMAT.render(TWO_TOWNS).main,
    "notices": lambda: fragment(notices.HTML.render(noticed(CREATED)).main),
}


LETTERS = {
    "digest": lambda: digest(REPORT, Rendered(b"")).html,
    "quiet": lambda: brief(REPORT, REPORT.audit.as_of).html,
    "week": lambda: weekly_letter(REPORT, None, 1).html,
    "letter": lambda: letter(REPORT, MUSEUM).html,
}


@pytest.fixture(scope="module", params=PARTS)
def part(request: pytest.FixtureRequest) -> bytes:
    return PARTS[request.param]()


def test_axe_finds_nothing_against_wcag_in_any_part(reader: Reader, part: bytes) -> None:
    assert faults(reader.reads(part, 640), AA) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_at_all_in_a_letter(reader: Reader, scheme: Any) -> None:
    """Best practices included: a main part, heads in their order, and colours of either scheme."""
    told = letter(REPORT, MUSEUM, "mayor@example.org").html.encode()
    assert faults(reader.reads(told, 390, color_scheme=scheme)) == []


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_at_all_in_the_list_of_pages(reader: Reader, width: int) -> None:
    assert faults(reader.reads(PARTS["pages"](), width)) == []


def test_every_part_fits_a_telephone(reader: Reader, part: bytes) -> None:
    assert sideways(reader.reads(part, 320)) <= 320
    assert reader.complaints == []


def test_colours_of_the_reader_stay_legible(reader: Reader) -> None:
    page = reader.reads(FORMAT.render(REPORT).main, 1280, color_scheme="dark")
    assert faults(page, {"runOnly": ["color-contrast"]}) == []


@pytest.mark.parametrize("name", ["digest", "quiet", "week", "letter"])
def test_letters_stay_legible_on_a_dark_screen(reader: Reader, name: str) -> None:
    page = reader.reads(LETTERS[name]().encode(), 390, color_scheme="dark")
    assert faults(page, {"runOnly": ["color-contrast"]}) == []
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"


def test_a_mark_is_told_by_its_sign_where_colours_are_taken_away(reader: Reader) -> None:
    page = reader.reads(FORMAT.render(REPORT).main, 1280, forced_colors="active")
    signs = page.locator(".legend .sign").all_inner_texts()
    assert len(signs) == len(set(signs)) > 3
    assert all(one.strip() for one in signs)


def test_a_broad_matrix_does_not_widen_the_page(reader: Reader) -> None:
    page = reader.opens(TWO_TOWNS, 1280)
    assert sideways(page) <= 1280


def test_the_file_of_one_institution_runs_nothing_that_it_was_told(reader: Reader) -> None:
    hostile = replace(HOSTILE, institutions=(HOSTILE.institutions[1],) * 61)
    _, content = next(iter(FORMAT.render(hostile).beside))
    page = reader.reads(content, 320)
    assert reader.complaints == []
    assert page.locator("script, img, a[href^=javascript]").count() == 0
    assert sideways(page) <= 320


def test_the_filters_of_an_index_work_from_the_keyboard(reader: Reader) -> None:
    page = reader.opens(MANY)
    page.focus("select[name=mark]")
    for _ in range(6):  # fail, below, review, error, unknown, pending
        page.keyboard.press("ArrowDown")
    assert page.input_value("select[name=mark]") == "pending"
    assert page.locator(".register tbody tr:visible").count() == 61
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.locator(".register tbody tr:visible").count() == 0


def test_an_institution_of_a_region_is_found_by_its_name(reader: Reader) -> None:
    page = reader.opens(REGION)
    assert page.locator(".found a:visible").count() == 0
    page.fill("input[name=words]", "№ 17")
    assert page.locator(".found a:visible").all_inner_texts() == ["МКОУ СОШ № 17"]
    assert page.locator(".filters output").inner_text() == "Показано: 1 из 61"
    page.fill("input[name=words]", "")
    assert page.locator(".found summary:visible").count() == 3
    assert page.locator(".found a:visible").count() == 0
    assert reader.complaints == []


def test_whoever_has_no_scripts_unfolds_a_municipality_of_a_region(reader: Reader) -> None:
    page = reader.reads(FORMAT.render(REGION).main, 1280, java_script_enabled=False)
    page.click(".found summary >> nth=1")
    assert page.locator(".found a:visible").count() == 20
