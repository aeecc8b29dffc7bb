"""`kill -9` on the desk: what a page has said is recorded, and nothing is recorded by halves."""

from __future__ import annotations

import os
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import tomli_w

from monitor.application import Application, opened
from monitor.config import load_settings
from monitor.desk.gate.visiting import SESSION
from monitor.storage import statements
from monitor.storage.database import open_database
from rules.cases.model import Telling
from tests.monitor.conftest import DOZOR
from tests.monitor.desk.people import account, key_of
from tests.monitor.desk.served import Visit, visit
from tests.monitor.desk.test_serving import is_well, listening
from tests.monitor.starts import Command, Surroundings, begun
from tests.waiting import free_port, until

ONE = "/institutions/town/school-1"
TOLD = 3  # forms that are answered before the kill
FORMS = 40


@pytest.fixture(params=["sqlite", "postgresql"])
def application(request: pytest.FixtureRequest, office: Path) -> Iterator[Application]:
    """The office's settings, on either server; the desk is another process."""
    port = free_port()
    config = listening(office, port)
    if request.param == "postgresql":
        database = request.getfixturevalue("new_database")
        told = tomllib.loads(config.read_text("utf-8"))
        told["storage"] = {**told.get("storage", {}), "database": database}
        config.write_text(tomli_w.dumps(told), "utf-8")
        open_database(database).dispose()
    with opened(load_settings(config)) as found:
        yield found


@contextmanager
def running(application: Application, folder: Path) -> Iterator[Command]:
    """The desk in a process of its own, which is killed at the latest at the end."""
    config = folder / "config.toml"
    command = [str(DOZOR), "--config", f"{config}", "desk"]
    desk = begun(command, os.environ, Surroundings(stdout=folder / "told"))
    try:
        until(lambda: is_well(application.settings.desk.port))
        yield desk
    finally:
        desk.kill()


def forms_of(browser: Visit) -> list[dict[str, str]]:
    """Forms that differ, each with a number of its own."""
    hidden = {
        str(one["name"]): str(one["value"])
        for one in browser.page(f"{ONE}/tell").select("main form input[type=hidden]")
    }
    return [
        {**hidden, "once": f"form {at}", "by": "глава", "how": f"звонок {at}"}
        for at in range(FORMS)
    ]


def recorded(application: Application) -> dict[int, str]:
    """By number, what was said."""
    found = statements.recorded(application.engine, "town")
    return {one.number or 0: one.said.how for one in found if isinstance(one.said, Telling)}


def test_what_the_page_said_is_there_after_a_kill(application: Application, office: Path) -> None:
    said: dict[int, str] = {}
    number = account(application.engine, "operator")
    key = key_of(application.engine, number, datetime.now(UTC))
    address = application.settings.desk.url

    def send(browser: Visit, forms: list[dict[str, str]]) -> None:
        """Until nobody answers."""
        with suppress(httpx.TransportError):
            for form in forms:
                answer = browser.client.post(f"{ONE}/tell", data=form)
                said[_number(answer)] = form["how"]

    with visit(address) as browser:
        browser.client.cookies.set(SESSION, key)
        with running(application, office) as process:
            forms = forms_of(browser)
            sending = threading.Thread(target=send, args=(browser, forms))
            sending.start()
            until(lambda: len(said) >= TOLD)
            process.kill()
            sending.join()
        found = recorded(application)
        assert said.items() <= found.items()
        assert len(found) - len(said) in (0, 1)  # one was under way
        with running(application, office):
            cut = forms[len(said)]
            assert found.get(_number(browser.client.post(f"{ONE}/tell", data=cut)), cut["how"])
        again = recorded(application)
    assert sorted(again.values()) == sorted(form["how"] for form in forms[: len(said) + 1])


def _number(answer: httpx.Response) -> int:
    assert answer.status_code == 303, answer.text
    return int(parse_qs(urlsplit(answer.headers["location"]).query)["number"][0])
