"""The pictures of docs/ and the README, taken by a real browser from the demo's report.

make pictures        (python docs/pictures.py build/demo/report.html)
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
COLOURS = 96
CHROMIUM = "/usr/bin/chromium"


def take(report: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(report.resolve().as_uri())
        page.screenshot(path=HERE / "report.png")
        page.locator(".card.violates").nth(1).screenshot(path=HERE / "card.png")
        browser.close()
    for name in ("report.png", "card.png"):
        slim(HERE / name)


def slim(path: Path) -> None:
    """Flat colours need no more than these."""
    Image.open(path).convert("RGB").quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
