"""Every page of the office in a real browser: what axe finds there, and that nothing is cut off."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from monitor.application import Application
from monitor.cases.board import catch_up
from monitor.desk.ground import Desk
from monitor.desk.model import Role
from monitor.desk.orders.carrying import carry_out
from monitor.desk.routes import ROUTES
from monitor.storage import outbox, received
from monitor.storage.database import session
from monitor.storage.received import Incoming, KeptMessage, MailboxPlace
from monitor.storage.roles import institution_of
from monitor.storage.tables import MessageRow
from tests.cast import NOW
from tests.monitor.desk.asking import Office, routed
from tests.monitor.desk.hands import came_in
from tests.monitor.desk.served import application_in, served

BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HOME = "/institutions/{town}/museum"
PLACES = (
    *(f"/?what={what}" for what in ("answers", "reviews", "disputes", "terms", "letters", "mail")),
    *("/?what=answers&aside=1", "/several?what=reviews&requirement=kedrovy-2022-298/6.8"),
    *("/deputy", "/summary", "/summary?text=музей", "/terms", "/night", "/send"),
    *("/account", "/enrol", "/login", "/journal", "/no-such-page"),
    *(HOME, f"{HOME}/letter", f"{HOME}/letters/{{letter}}", f"{HOME}/links"),
    *(f"{HOME}/{act}" for act in ("attest", "waive", "dispute", "close-dispute", "assign", "tell")),
    f"{HOME}/statements/{{statement}}/undo",
    *("/registry", "/registry/{town}", "/registry/{town}/drafts/{draft}"),
    *("/registry/{town}/institutions/museum", "/registry/{town}/institutions/finance"),
)
FILES = ("/healthz", "/journal.csv", "/summary.{kind}", "/registry/{town}/table")
FILES_OF_ANSWERS = "/answers/{number}/files/{at}"
LINKS = "/a/{token}"  # an institution's pages: test_link_browser.py
LOOKS = ((1280, "light"), (390, "dark"))  # all that axe knows
PARTS_OF_LOOKS = ((1280, "dark"), (390, "light"))  # what hangs on both
NARROW = 640  # of 1280 at 200 %
RULES = {"runOnly": ["color-contrast", "link-in-text-block", "target-size"]}


@dataclass(frozen=True)
class Seen:
    """A page on which an operator is in, and what stands for the names in addresses."""

    page: Page
    names: Mapping[str, str]


@pytest.fixture(scope="module")
def seen(month: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    folder = tmp_path_factory.mktemp("look") / "town"
    with application_in(Path(shutil.copytree(month, folder))) as town:
        letter = mail_of_all_kinds(town)
        catch_up(town)
        Office(Desk(town)).sent("/send/plan")
        carry_out(town)
        name = town.municipalities[0].id
        with (
            served(town) as address,
            came_in(browser, town, address, "operator", bypass_csp=True) as page,
        ):
            names = {"town": name, "letter": letter, "draft": draft(page, name)}
            names["statement"] = statement(page, name)
            yield Seen(page, names)


def mail_of_all_kinds(town: Application) -> str:
    """A parked letter, one that nobody understood, and the number of one that went."""
    common: dict[str, Any] = {
        "recipient": "museum@example.org",
        "subject": "x",
        "body": b"",
        "at": NOW,
    }
    role = institution_of(f"{town.municipalities[0].id}/museum")
    outbox.queue(town.engine, None, role=role, refusal="ящик переполнен", **common)
    row = outbox.queue(town.engine, None, role=role, turn=2, **common)
    with session(town.engine) as opened:
        found = opened.get(MessageRow, row.id)
        assert found
        found.state = "sent"
    kept = KeptMessage(
        subject="Вопрос", sender="museum@example.org", text="Добрый день!", reason="no_key"
    )
    place = MailboxPlace(mailbox="town@mail", validity=1, uid=7)
    came = Incoming(place=place, slot="one", kind="unclear", arrived_at=NOW, kept=kept)
    received.keep(town.engine, came, by="почта", at=NOW)
    return f"{row.id}"


def draft(page: Page, town: str) -> str:
    """The key of a table in which a name is another one."""
    page.goto(f"/registry/{town}")
    with page.expect_download() as taken:
        page.locator("a[href$='/table']").click()
    book = openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes()))
    book["Учреждения"]["C3"] = "Отдел обучения"
    changed = io.BytesIO()
    book.save(changed)
    file = {"name": "реестр.xlsx", "mimeType": BOOK, "buffer": changed.getvalue()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    with page.expect_navigation():
        page.get_by_role("button", name="Показать, что изменится").click()
    return urlsplit(page.url).path.rpartition("/")[2]


def statement(page: Page, town: str) -> str:
    page.goto(f"/institutions/{town}/museum")
    link = page.locator("a[href$='/undo']").first.get_attribute("href") or ""
    return link.split("/")[-2]


@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing_and_nothing_is_cut_off(seen: Seen, place: str) -> None:
    page = seen.page
    answer = page.goto(place.format(**seen.names))
    assert answer
    assert answer.status == (404 if place == "/no-such-page" else 200)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    faults: list[Any] = []
    faults += [(width, "wide") for width in (1280, NARROW, 390) if is_wide(page, width)]
    page.locator("li:nth-child(n+7), tr:nth-child(n+7)").evaluate_all(
        "all => all.forEach((one) => one.remove())"
    )
    page.evaluate(Axe().axe_script)
    for width, scheme in LOOKS:
        faults += found(page, width, scheme, {})
    for width, scheme in PARTS_OF_LOOKS:
        faults += found(page, width, scheme, RULES)
    assert faults == []


def is_wide(page: Page, width: int) -> bool:
    page.set_viewport_size({"width": width, "height": 800})
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def found(page: Page, width: int, scheme: Any, rules: Mapping[str, Any]) -> list[Any]:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    options = {"resultTypes": ["violations"], **rules}
    told = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [(width, scheme, one["id"], one["nodes"][0]["html"]) for one in told]


def test_no_page_of_an_operator_is_left_out() -> None:
    names = {"town": "t", "letter": "1", "statement": "1", "draft": "d"}
    seen = {
        routed("GET", one.format(**names).partition("?")[0])[0].path
        for one in PLACES
        if one != "/no-such-page"
    }
    there = {one.path for one in ROUTES if one.method == "GET" and Role.OPERATOR in one.who}
    assert there - seen == {*FILES, FILES_OF_ANSWERS, LINKS}
