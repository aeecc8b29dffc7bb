"""A secretary's answer on a telephone, without scripts; what axe finds there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from monitor.application import Application
from tests.monitor.desk.files import PDF
from tests.monitor.desk.test_link import only, token_for

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def home(application: Application, address: str) -> str:
    return f"{address}/a/{token_for(application, 'town/school-1')}"


@pytest.fixture
def phone(browser: Browser, home: str) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(home)
    yield page
    context.close()


def test_a_secretary_objects_with_a_scan(
    application: Application, phone: Page, tmp_path: Path
) -> None:
    scan = tmp_path / "приказ.pdf"
    scan.write_bytes(PDF)
    phone.get_by_role("link", name="Не согласны").first.click()
    phone.get_by_label("С чем не согласны").fill("Страница открыта всем")
    phone.get_by_label("Ваша должность").fill("секретарь")
    phone.get_by_label("Файлы").set_input_files(scan)
    phone.get_by_role("button", name="Отправить возражение").click()
    assert "возражение ждёт решения" in phone.get_by_role("status").inner_text()
    said = only(application)
    assert [one.name for one in said.attachments] == ["приказ.pdf"]
    assert said.by == "секретарь"


def test_it_is_done_by_the_keyboard_alone(application: Application, phone: Page) -> None:
    phone.get_by_role("link", name="Поправить", exact=True).focus()
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/registry")
    phone.get_by_label("Что поправить").focus()
    phone.keyboard.press("ArrowDown")
    for typed in ("8 (38250) 3-55-00", "", "директор"):
        phone.keyboard.press("Tab")
        phone.keyboard.type(typed)
    phone.keyboard.press("Enter")
    phone.wait_for_selector("[role=status]")
    assert only(application).corrections[0].new == "8 (38250) 3-55-00"


def pages(home: str, page: Page) -> list[str]:
    """The institution's page, a form of each kind, and a link that leads nowhere."""
    page.goto(home)
    found = {}
    for one in page.locator("main a.button").all():
        path = one.get_attribute("href") or ""
        found.setdefault(path.split("/")[3], path)
    base = home.partition("/a/")[0]
    return [home, *(f"{base}{path}" for path in found.values()), f"{base}/a/{'a' * 52}"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_runs_over_the_edge(
    browser: Browser, home: str, scheme: str
) -> None:
    context = browser.new_context(
        viewport=PHONE,
        color_scheme=scheme,  # type: ignore[arg-type]
        bypass_csp=True,  # for axe itself, which is put into the page
    )
    page = context.new_page()
    faults = []
    for address in pages(home, page):
        page.goto(address)
        found = Axe().run(page).response["violations"]
        faults += [(address, one["id"], one["nodes"][0]["html"]) for one in found]
        width = page.evaluate("document.documentElement.scrollWidth")
        faults += [(address, "wide", width)] if width > PHONE["width"] else []
    context.close()
    assert faults == []


def test_the_browser_has_no_complaint_of_the_page(browser: Browser, home: str) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(home)
    page.get_by_role("link", name="Поправить", exact=True).click()
    context.close()
    assert told == []
