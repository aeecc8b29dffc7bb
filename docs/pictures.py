"""The pictures of docs/ and the README, taken by a real browser from the demo's report.

make pictures        (python docs/pictures.py build/demo/report.html)
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"


def take(report: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(report.resolve().as_uri())
        page.screenshot(path=HERE / "report.png")
        page.set_viewport_size({"width": 960, "height": 800})
        card = page.locator(".card.violates").nth(1)
        card.scroll_into_view_if_needed()
        box = card.bounding_box()
        assert box is not None
        clip = {**box, "height": min(box["height"], 900)}
        page.screenshot(path=HERE / "card.png", clip=clip, full_page=True)
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
