"""A person at a browser: what he reaches by keys, and how many actions it takes him."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from playwright.sync_api import Browser, Page

from monitor.application import Application
from monitor.desk.gate.visiting import SESSION
from tests.cast import NOW
from tests.monitor.desk.people import account, key_of

FARTHEST = 300  # presses of Tab, from the top of a page to its end
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return "";
  const told = one.labels && one.labels.length ? one.labels[0] : one;
  return `${one.tagName} ${told.innerText.replace(/\\s+/g, " ").replace(" :", ":").trim()}`;
}"""

Kind = Literal["A", "BUTTON", "SUMMARY", "INPUT", "SELECT", "TEXTAREA"]


class Hands:
    """Keys alone. `actions`: what was pressed; neither moving on nor typing counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0

    def reach(self, kind: Kind, name: str) -> None:
        """By Tab, to the next whose name begins so."""
        passed = list[str]()
        for _ in range(FARTHEST):
            self.page.keyboard.press("Tab")
            passed.append(str(self.page.evaluate(FOCUSED)))
            if passed[-1].startswith(f"{kind} {name}"):
                return
        raise AssertionError(f"{kind} {name} is not among {set(passed)}")

    def press(self, kind: Kind, name: str) -> None:
        self.reach(kind, name)
        self.actions += 1
        self.page.keyboard.press("Enter")

    def go(self, kind: Kind, name: str) -> None:
        """Press what leads to another page, and be there, past its head."""
        self.reach(kind, name)
        self.actions += 1
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.reach("A", "К содержанию")
        self.page.keyboard.press("Enter")

    def type(self, kind: Kind, name: str, text: str) -> None:
        self.reach(kind, name)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def said(self) -> str:
        """What the page says came of it."""
        return self.page.get_by_role("status").first.inner_text()


@contextmanager
def came_in(
    browser: Browser, application: Application, address: str, role: str, **more: Any
) -> Iterator[Page]:
    """A page of somebody of this role, in a browser of his own."""
    towns = [town.id for town in application.municipalities]
    key = key_of(application.engine, account(application.engine, role, towns), NOW)
    context = browser.new_context(base_url=address, **more)
    context.add_cookies([{"name": SESSION, "value": key, "url": address}])
    page = context.new_page()
    yield page
    context.close()


@contextmanager
def signed_in(
    browser: Browser, application: Application, address: str, role: str, *, scripts: bool
) -> Iterator[Page]:
    """The same. AssertionError for whatever the browser complains of."""
    told = list[str]()
    with came_in(browser, application, address, role, java_script_enabled=scripts) as page:
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        yield page
    assert told == []
