"""A release of a library that breaks on one telephone number costs the pages that show it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monitor.sandbox import Community, OkGroup, Running, Site, SitePage, Token, World, serve
from tests.cast import NOW
from tests.monitor.conftest import AS_OF, DOZOR
from tests.monitor.pipeline import Town, school
from tests.monitor.sandboxes import FREE, KEY
from tests.monitor.starts import begun, typed

LIBRARY = """
import phonenumbers
sound = phonenumbers.is_valid_number

def is_valid_number(number):
    if number.national_number == 3825035599:
        raise ZeroDivisionError("a fault of this release")
    return sound(number)

phonenumbers.is_valid_number = is_valid_number
"""
PHONE = "тел. 8 (38250) 3-55-99"
ON_VK, ON_OK, ON_SITE, SOUND = 1, 2, 3, 4
SCHOOLS = (ON_VK, ON_OK, ON_SITE, SOUND)
HOME = '<nav><a href="/kontakty">Контакты</a> <a href="/o">О школе</a></nav><h1>Школа</h1>'


def shown(number: int, where: int) -> str:
    return PHONE if number == where else f"тел. 8 (38250) 3-55-4{number}"


def site(number: int) -> Site:
    contacts = SitePage(body=f"<h1>Контакты</h1><p>{shown(number, ON_SITE)}</p>")
    about = SitePage(body=f"<h1>О школе № {number}</h1>")
    pages = {"/": SitePage(body=HOME), "/kontakty": contacts, "/o": about}
    return Site(name=f"site-{number}", address=f"127.0.9.{number}", pages=pages)


WORLD = World(
    communities=tuple(
        Community(id=one, name=f"Школа № {one}", description=shown(one, ON_VK)) for one in SCHOOLS
    ),
    ok_groups=tuple(
        OkGroup(id=one, name=f"Школа № {one}", description=shown(one, ON_OK)) for one in SCHOOLS
    ),
    sites=tuple(map(site, SCHOOLS)),
    tokens=(Token(value="vk1.a.library"),),
    ok_keys=(KEY,),
    limits=FREE,
    clock=NOW,
)


@dataclass(frozen=True)
class Night:
    done: subprocess.CompletedProcess[str]
    told: Mapping[str, Any]
    sandbox: Running

    def of(self, number: int, but: str = "") -> list[Mapping[str, Any]]:
        """Its findings without the evidence, which is another one each time; but of a network.

        Without the day, too: what speaks of all pages tells it only where all were read.
        """
        return [
            {**finding, "evidence": [], "read_on": None}
            for one in self.told["institutions"]
            for finding in one["findings"]
            if one["id"] == f"school-{number}" and not (but and finding["network"] == but)
        ]

    def unknown(self, number: int) -> set[str]:
        """Networks of which something stayed unknown by the fault."""
        return {
            one["network"]
            for one in self.of(number)
            if one["outcome"] == "unknown" and "ошибка самой программы" in one["because"]
        }


@dataclass(frozen=True)
class Office:
    folder: Path
    sandbox: Running
    environment: Mapping[str, str]

    def command(self, *arguments: str) -> list[str]:
        return [str(DOZOR), "--config", str(self.folder / "config.toml"), *arguments]

    def audited(self, *options: str) -> Night:
        out = self.folder / "out"
        command = self.command("audit", "--as-of", AS_OF, "--json", str(out), *options)
        done = typed(command, self.environment)
        return Night(done, json.loads(out.read_text("utf-8")), self.sandbox)

    @contextmanager
    def working(self) -> Iterator[None]:
        worker = begun(self.command("worker"), self.environment)
        try:
            yield
        finally:
            worker.terminate()
            worker.wait()


def office(folder: Path, sandbox: Running, library: str, **sections: Mapping[str, Any]) -> Office:
    """Its machine has this release of the library."""
    folder.mkdir()
    Town(folder, sandbox, [member(number, sandbox) for number in SCHOOLS], sections).settings()
    (folder / "sitecustomize.py").write_text(library, "utf-8")
    paths = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    known = {name: it for name, it in sandbox.settings().items() if not name.startswith("DOZOR_")}
    return Office(folder, sandbox, {**os.environ, **known, "PYTHONPATH": paths})


def member(number: int, sandbox: Running) -> Mapping[str, Any]:
    pages = (f"https://vk.com/club{number}", f"https://ok.ru/group/{number}")
    return school(number, *pages, site=sandbox.site_url(f"site-{number}"))


Nights = tuple[Night, Night]  # without the fault, and with it


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    folder = tmp_path_factory.mktemp("library")
    with serve(WORLD) as sandbox:
        sound, broken = (
            office(folder / name, sandbox, library).audited()
            for name, library in (("sound", ""), ("broken", LIBRARY))
        )
        yield sound, broken


def test_all_is_well_without_it(nights: Nights) -> None:
    assert (nights[0].done.returncode, nights[0].told["audit"]["complete"]) == (0, True)


@pytest.mark.parametrize(("number", "network"), [(ON_VK, "vk"), (ON_OK, "ok")])
def test_a_page_of_a_network_is_unread_and_the_others_of_its_school_are_read(
    nights: Nights, number: int, network: str
) -> None:
    assert nights[1].unknown(number) == {network}
    assert nights[1].of(number, but=network) == nights[0].of(number, but=network)


def test_a_site_is_read_but_for_that_page(nights: Nights) -> None:
    told = nights[1].told["audit"]
    assert told["collection"]["reasons"] == {"our_fault": 2}
    (issue,) = (one for one in told["issues"] if one["code"] == "site.our_fault")
    assert issue["addresses"] == [nights[1].sandbox.site_url(f"site-{ON_SITE}").rstrip("/")]


def test_the_sound_one_is_found_as_it_would_have_been(nights: Nights) -> None:
    assert nights[1].of(SOUND) == nights[0].of(SOUND)


@pytest.mark.parametrize("page", ["https://vk.com/club1", "https://ok.ru/group/2", "/kontakty"])
def test_the_operator_is_told_the_page_and_the_place(nights: Nights, page: str) -> None:
    line = f"{page}: ZeroDivisionError: a fault of this release, sitecustomize.py:7"
    assert line in nights[1].done.stderr


def test_the_run_ends_with_status_3(nights: Nights) -> None:
    assert nights[1].done.returncode == 3


def test_a_workers_job_comes_to_its_end_without_that_page(
    nights: Nights, tmp_path: Path, new_database: str
) -> None:
    storage, workers = {"database": new_database}, {"heartbeat_seconds": 1}
    shared = office(tmp_path / "a", nights[1].sandbox, LIBRARY, storage=storage, workers=workers)
    with shared.working():
        done = shared.audited("--workers")
    assert done.done.returncode == 3
    assert done.told["audit"]["collection"]["reasons"] == {"our_fault": 2}
    assert [done.of(number) for number in SCHOOLS] == [nights[1].of(number) for number in SCHOOLS]
