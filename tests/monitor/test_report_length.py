"""The report of the demo's town, as long as anybody reads: in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from monitor.application import opened
from monitor.audit.begin import AuditRequest
from monitor.audit.run import audit
from monitor.commands.demo import demo_settings
from monitor.reporting.stored import report_of
from monitor.sandbox import demo_world, serve
from reports.formats.html import FORMAT
from tests.cast import NOW
from tests.reports.test_browser import CHROMIUM

SCREENS, WORDS, WALL = 12, 4_000, 60


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("demo")
    file = folder / "report.html"
    file.write_bytes(report(folder / "town"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        found = browser.new_page(viewport={"width": 1280, "height": 900})
        found.goto(file.as_uri())
        yield found
        browser.close()


def report(folder: Path) -> bytes:
    with serve(demo_world(NOW)) as running, opened(demo_settings(running, folder)) as application:
        done = audit(application, AuditRequest(as_of=NOW))
        return FORMAT.render(report_of(application, done)).main


def test_it_is_twelve_screens_at_most(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollHeight") <= SCREENS * 900


def test_it_has_four_thousand_words_at_most(page: Page) -> None:
    assert len(page.inner_text("body").split()) <= WORDS


def test_no_paragraph_is_a_wall_of_text(page: Page) -> None:
    """Nor one that is unfolded: lists in it are lists."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    told = page.locator(".card .case p, .first p, .first li, .standings li, .method li")
    walls = [one for one in told.all_inner_texts() if len(one.split()) > WALL]
    assert walls == []


def test_no_reader_is_shown_json(page: Page) -> None:
    assert '{"' not in page.inner_text("body")
    assert "JSON" not in page.inner_text("body")


def test_what_is_not_met_is_shown_with_what_was_seen(page: Page) -> None:
    assert page.locator(".card .item[data-mark=fail] .seen q").count() > 0
