from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from monitor.application import Application
from monitor.sandbox import serve
from tests.cast import NOW
from tests.monitor.desk.people import account
from tests.monitor.desk.served import Visit, application_in, served, visit
from tests.monitor.pipeline import Town, school
from tests.monitor.test_faults import OK, VK, WELL, community
from tests.reports.test_browser import CHROMIUM

BARE = replace(WELL, communities=(community(101, government_mark=False), *WELL.communities[1:]))
CLERK = {"role": "filler", "post": "секретарь"}
NEIGHBOUR = {
    "municipality": {
        "id": "next",
        "name": "Посёлок Соседний",
        "timezone": "Asia/Tomsk",
        "packs": ["kedrovy-2022-298"],
    },
    "institution": [{"id": "school-9", "name": "МКОУ СОШ № 9", "kind": "school", "no_site": True}],
}


@pytest.fixture(scope="session")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings, registries and the database of two municipalities after one night. Do not write."""
    folder = tmp_path_factory.mktemp("desk")
    schools = [
        school(1, VK, OK, short_name="МКОУ СОШ № 1", no_site=True, person=[CLERK],
               emails=["school1@town.example.org"]),
        school(2, no_site=True, attestation=[
            {"kind": "esia", "value": True, "stated_by": "директор", "stated_on": NOW.date()}
        ]),
    ]  # fmt: skip
    with serve(BARE) as sandbox:
        Town(folder, sandbox, schools, neighbours=[NEIGHBOUR]).audit()
    with application_in(folder) as audited:
        for role in ("operator", "deputy", "cur"):  # whose numbers are 1, 2 and 3
            account(audited.engine, role)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One of a module: whatever runs an event loop of its own cannot while this one is there."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield running
        running.close()


@pytest.fixture
def office(audited: Path, tmp_path: Path) -> Path:
    """A copy that a test may write to."""
    return Path(shutil.copytree(audited, tmp_path / "office"))


@pytest.fixture
def application(office: Path) -> Iterator[Application]:
    with application_in(office) as found:
        yield found


@pytest.fixture
def address(application: Application) -> Iterator[str]:
    with served(application) as found:
        yield found


@pytest.fixture
def guest(address: str) -> Iterator[Visit]:
    with visit(address) as found:
        yield found
