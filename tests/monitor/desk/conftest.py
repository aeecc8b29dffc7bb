from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from monitor.application import Application
from monitor.sandbox import serve
from tests.browsers import chromium
from tests.cast import NOW
from tests.monitor.desk.people import account
from tests.monitor.desk.served import Visit, application_in, served, visit
from tests.monitor.pipeline import Town, school
from tests.monitor.test_faults import OK, VK, WELL, community

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
    """One a module, since nothing else may run an event loop meanwhile."""
    with chromium() as running:
        yield running


@pytest.fixture
def office(audited: Path, tmp_path: Path) -> Path:
    """A copy that a test may write to."""
    return Path(shutil.copytree(audited, tmp_path / "office"))


@pytest.fixture(scope="module")
def lasting_office(audited: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that all tests of a module write to, one after another."""
    return Path(shutil.copytree(audited, tmp_path_factory.mktemp("lasting") / "office"))


@pytest.fixture(scope="module")
def desk(lasting_office: Path) -> Iterator[Application]:
    with application_in(lasting_office) as found:
        yield found


@pytest.fixture(scope="module")
def at(desk: Application) -> Iterator[str]:
    """The address of the module's desk."""
    with served(desk) as found:
        yield found


@pytest.fixture
def visitor(at: str) -> Iterator[Visit]:
    with visit(at) as found:
        yield found


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
