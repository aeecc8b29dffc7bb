"""The browser that looks at what we make: Debian's Chromium, as `make test` installs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = "/usr/bin/chromium"
# Root has no sandbox, a machine without a screen no GPU; and what is asked of a server on loopback
# goes by TCP, which it speaks.
SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-quic")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Whatever runs an event loop of its own cannot while this one is there."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=[*SWITCHES])
        yield running
        running.close()
