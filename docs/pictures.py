"""The pictures of docs/ and the README, taken by a real browser from the demo's report and desk.

make pictures        (python -m docs.pictures build/demo)
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pyotp
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize

from monitor.application import opened
from monitor.cases.board import catch_up
from monitor.config import Settings, load_settings
from monitor.desk.gate import codes, granting, passwords
from monitor.desk.serving import served
from monitor.storage import accounts
from tests.browsers import chromium

HERE = Path(__file__).parent
COLOURS = 96
SCREEN: ViewportSize = {"width": 1280, "height": 800}
NAME = "operator"
DESK = {
    "desk-waiting.png": "/?what=answers",
    "desk-institution.png": "/institutions/demo/school-2",
    "desk-summary.png": "/summary",
}


def take(folder: Path) -> None:
    with chromium() as browser:
        take_report(browser, folder / "report.html")
        take_desk(browser, folder / "config.toml")
    for name in ("report.png", "card.png", *DESK):
        slim(HERE / name)


def take_report(browser: Browser, report: Path) -> None:
    page = browser.new_page(viewport=SCREEN)
    page.goto(report.resolve().as_uri())
    page.screenshot(path=HERE / "report.png")
    page.locator(".card.violates").nth(1).screenshot(path=HERE / "card.png")


def take_desk(browser: Browser, config: Path) -> None:
    settings = load_settings(config, {"DOZOR_DESK__ADDRESS": f"127.0.0.1:{free_port()}"})
    password, secret = passwords.make_password(), codes.new_secret()
    seat(settings, password, secret)
    with served(settings):
        page = browser.new_page(viewport=SCREEN, base_url=f"http://{settings.desk.address}")
        come_in(page, password, secret)
        for name, address in DESK.items():
            page.goto(address)
            page.screenshot(path=HERE / name)


def seat(settings: Settings, password: str, secret: str) -> None:
    """An operator's account, and a desk that has nothing left to work out."""
    with opened(settings) as application:
        towns = [town.id for town in application.municipalities]
        now, engine = application.clock(), application.engine
        made = granting.add(engine, NAME, role="operator", towns=towns, at=now, own=password)
        accounts.enrol(engine, made.account.number, secret=secret)
        catch_up(application)


def come_in(page: Page, password: str, secret: str) -> None:
    page.goto("/login")
    page.fill("[name=name]", NAME)
    page.fill("[name=password]", password)
    page.locator("main button").first.click()
    page.fill("[name=code]", pyotp.TOTP(secret).now())
    page.locator("main button").first.click()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as at:
        return int(at.getsockname()[1])


def slim(path: Path) -> None:
    """Flat colours need no more than these."""
    Image.open(path).convert("RGB").quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
