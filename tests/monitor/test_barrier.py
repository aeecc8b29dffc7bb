"""An error that nobody foresaw costs the one thing that was at hand, and is told with its place."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from tests.monitor.conftest import AS_OF, DOZOR, Mailbox
from tests.monitor.installed import with_format, with_network
from tests.monitor.pipeline import empty_database, school
from tests.monitor.starts import typed

NETWORK = '''
from dataclasses import dataclass, replace
from collectors.model import *


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    pass


def canonical(written):
    if "square.example/" not in written:
        raise ValueError(written)
    return "https://square.example/" + written.rpartition("/")[2]


async def read(pages, run):
    """One batch, as a network that is asked for many pages at once."""
    told = []
    for page in pages:
        facts = Facts(presence=Presence.LIVE, access=Access.OPEN, page_id="7", title="Школа")
        if page.address.endswith("breaks"):
            raise KeyError("the sick one")
        if page.address.endswith("forgotten"):
            continue
        if page.address.endswith("odd"):
            facts = replace(facts, title=["no text"], members_count=float("nan"))
        if page.address.endswith("halved"):
            facts = replace(facts, title="\\ud800")
        told.append(Observation(page=page, observed_at=run.as_of, facts=facts))
    yield tuple(told)

from tests.monitor.starts import typed

NETWORK = Network(
    slug="square", title="Площадь", canonical=canonical, settings=Settings,
    collector=lambda settings: read,
)
'''
FORMAT = """
from reports.model import Format


def render(report):
    raise ZeroDivisionError("nobody foresaw it")


FORMAT = Format(slug="trial", suffix=".trial", title="проба", render=render)
"""


@dataclass
class Town:
    folder: Path
    environment: dict[str, str]

    def dozor(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(DOZOR), "--config", str(self.folder / "config.toml"), *arguments]
        return typed(command, os.environ | self.environment)

    def audit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        out = str(self.folder / "out.json")
        return self.dozor("audit", "--as-of", AS_OF, "--json", out, *arguments)

    def unknown(self) -> list[int]:
        """The members of whose page's name nothing is known."""
        findings = [(one["id"], f) for one in self.told()["institutions"] for f in one["findings"]]
        return [
            int(member.removeprefix("school-"))
            for member, one in findings
            if one["requirement"].endswith("9.1.name") and one["outcome"] == "unknown"
        ]

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.folder / "out.json").read_text("utf-8"))
        return told

    def query(self, statement: str, *given: object) -> None:
        with closing(sqlite3.connect(self.folder / "var/dozor.db")) as database, database:
            database.execute(statement, given)


def town(
    folder: Path, *pages: str, mail: Mapping[str, Any] | None = None, authority: str = ""
) -> Town:
    """A member for each page, with the trial network and the trial format; `authority`: the site of
    the first, which is the administration.
    """
    schools = [
        school(number, f"https://square.example/{page}", no_site=True)
        for number, page in enumerate(pages, 1)
    ]
    municipality = {"id": "town", "name": "Город", "timezone": "Asia/Tomsk"}
    if authority:
        municipality["authority"] = "school-1"
        schools[0] = {**schools[0], "kind": "authority", "no_site": False, "site": authority}
    registry = {"municipality": {**municipality, "packs": ["kedrovy-2022-298"]}}
    (folder / "town.toml").write_text(tomli_w.dumps({**registry, "institution": schools}), "utf-8")
    sections = {"registry": ["town.toml"], **({"mail": mail} if mail else {})}
    (folder / "config.toml").write_text(tomli_w.dumps(sections), "utf-8")
    (folder / "var").mkdir()
    (folder / "var/dozor.db").write_bytes(empty_database())
    (folder / "a").mkdir()
    (folder / "b").mkdir()
    found = (
        with_network(folder / "a", "square", NETWORK),
        with_format(folder / "b", "trial", FORMAT),
    )
    paths = [os.pathsep.join(one["PYTHONPATH"] for one in found)]
    return Town(folder, {"PYTHONPATH": os.pathsep.join(paths)})


@pytest.mark.parametrize("sick", ["breaks", "forgotten", "odd", "halved"])
def test_a_page_on_which_a_collector_breaks_costs_itself(tmp_path: Path, sick: str) -> None:
    made = town(tmp_path, "one", "two", sick, "four", "five")
    assert made.audit().returncode == 3
    told = made.told()["audit"]
    assert (told["collection"]["read"], told["collection"]["reasons"]) == (4, {"our_fault": 1})
    assert told["issues"][0]["addresses"] == [f"https://square.example/{sick}"]


def test_the_operator_is_told_of_the_page_and_the_log_of_the_place(tmp_path: Path) -> None:
    made = town(tmp_path, "one", "breaks")
    done = made.audit()
    (issue,) = made.told()["audit"]["issues"]
    assert issue["code"] == "square.our_fault"
    assert issue["addresses"] == ["https://square.example/breaks"]
    assert "не прочитана страница https://square.example/breaks" in done.stderr
    assert "Traceback" in done.stderr


def test_an_institution_on_which_judging_breaks_is_unknown_and_the_rest_is_judged(
    tmp_path: Path,
) -> None:
    made = town(tmp_path, "one", "two", "three")
    made.dozor("audit", "--as-of", "2026-11-20T03:00:00+07:00")
    made.query("UPDATE observation SET body = ? WHERE address LIKE '%two'", b"no body")
    done = made.audit()
    assert done.returncode == 3
    assert made.unknown() == [2]
    assert [one["code"] for one in made.told()["audit"]["issues"]] == ["judging.our_fault"]


def test_a_newest_reading_that_cannot_be_read_back_costs_its_own_page_and_judging_goes_on(
    tmp_path: Path,
) -> None:
    made = town(tmp_path, "one", "two", "three")
    made.audit()
    made.query("UPDATE observation SET body = ? WHERE address LIKE '%two'", b"no body")
    done = made.dozor("evaluate", "--as-of", AS_OF, "--json", str(tmp_path / "out.json"))
    assert done.returncode == 3
    assert made.unknown() == [2]
    assert "https://square.example/two" in done.stderr


def test_the_authoritys_site_that_cannot_be_read_back_costs_the_authority_alone(
    tmp_path: Path,
) -> None:
    made = town(tmp_path, "one", "two", authority="http://127.0.0.1:9")
    made.audit()
    made.query("UPDATE observation SET body = ? WHERE network = 'site'", b"no body")
    done = made.dozor("evaluate", "--as-of", AS_OF, "--json", str(tmp_path / "out.json"))
    assert done.returncode == 3
    assert made.unknown() == [1]


def test_a_format_that_breaks_is_told_in_russian(tmp_path: Path) -> None:
    made = town(tmp_path, "one")
    made.audit()
    done = made.dozor("report", "--format", "trial", "-o", str(tmp_path / "x"))
    assert done.returncode == 3
    assert "не составлен отчёт (trial): ZeroDivisionError" in done.stderr


def test_a_report_that_cannot_be_written_keeps_no_letter(tmp_path: Path, mailbox: Mailbox) -> None:
    recipients = {"recipients": ["deputy@example.org"], "sender": "dozor@example.org"}
    made = town(tmp_path, "one", mail={**recipients, "port": mailbox.port})
    (tmp_path / "var/reports").write_text("a file where the folder should be")
    done = made.audit("--mail")
    assert done.returncode == 3
    assert "не составлен отчёт (html)" in done.stderr
    (letter,) = mailbox.messages
    assert "Полный отчёт не приложен" in letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
