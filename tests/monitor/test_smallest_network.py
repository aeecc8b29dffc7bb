"""The network to copy (tests/monitor/board/): read from a tiny server, and installed.

Run this alone while you write yours. `visit` reads one page in this process; the last tests let
`dozor audit` do it, as `Town(sections=…)` of pipeline.py does for a network that is installed.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
import tomli_w

from collectors.model import Failure, FailureCode, Observation, Page, Presence
from monitor.storage import observations
from monitor.storage.database import open_database
from tests.cast import NOW
from tests.collectors.tiny_web import Routes, a_run, reply, serve
from tests.monitor.board import NETWORK, Settings, canonical
from tests.monitor.conftest import AS_OF, DOZOR
from tests.monitor.installed import with_module
from tests.monitor.pipeline import empty_database, school
from tests.test_start import READERS

NOTICE = "<div class=notice><h1>Школа № 1</h1><p>Телефон 8 (38250) 3-55-46</p></div></html>"
PAGES: Routes = {
    "/school1": NOTICE,
    "/refused": reply(status=403),
    "/other": "<p>мы переехали</p></html>",
}


def visit(name: str) -> Observation:
    async def read() -> Observation:
        async with serve(PAGES) as port:
            settings = Settings(site_url=f"http://127.0.0.1:{port}", requests_per_second=1000)
            page = Page(institution="town/school-1", network="board", address=canonical(name))
            batches = NETWORK.collector(settings)([page], a_run())
            (seen,) = [one async for batch in batches for one in batch]
            return seen

    return asyncio.run(read())


def test_an_address_has_one_spelling() -> None:
    assert canonical(" HTTP://www.Board.example/School1/ ") == "https://board.example/school1"


def test_a_page_is_read_with_its_contacts() -> None:
    facts = visit("board.example/school1").facts
    assert facts is not None
    assert facts.contacts is not None
    assert (facts.title, [one.e164 for one in facts.contacts.phones]) == (
        "Школа № 1",
        ["+73825035546"],
    )


def test_what_the_board_does_not_show_is_unseen() -> None:
    facts = visit("board.example/school1").facts
    assert facts is not None
    assert (facts.wall, facts.government_mark) == (None, None)


def test_a_page_that_is_not_there_is_absent() -> None:
    facts = visit("board.example/nobody").facts
    assert facts is not None
    assert facts.presence is Presence.ABSENT


@pytest.mark.parametrize(
    ("name", "code"),
    [("refused", FailureCode.FORBIDDEN), ("other", FailureCode.UNRECOGNISED)],
)
def test_a_page_that_says_nothing_is_unread(name: str, code: FailureCode) -> None:
    seen = visit(f"board.example/{name}")
    assert isinstance(seen.failure, Failure)
    assert (seen.failure.code, seen.facts, len(seen.evidence)) == (code, None, 1)


def test_a_setting_that_cannot_be_is_told_in_russian() -> None:
    with pytest.raises(ValueError, match="site_url: «board» — не адрес"):
        Settings(site_url="board")


def test_it_loads_no_library_that_reads() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, tests.monitor.board; print(*sys.modules)"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not READERS & set(loaded.stdout.split())


def test_an_audit_reads_it(tmp_path: Path) -> None:
    page = "https://board.example/school1"
    seen = asyncio.run(audited(tmp_path, page))
    assert [one.facts and one.facts.title for one in seen] == ["Школа № 1"]


async def audited(folder: Path, page: str) -> tuple[Observation, ...]:
    """What an audit by the command has stored of the page."""
    async with serve(PAGES) as port:
        write_town(folder, page, {"site_url": f"http://127.0.0.1:{port}"})
        told = await asyncio.to_thread(
            subprocess.run,
            [str(DOZOR), "audit", "--as-of", AS_OF],
            cwd=folder,
            env=os.environ | with_module(folder, "network", "board", "tests.monitor.board"),
            capture_output=True,
            check=False,
        )
    engine = open_database(f"sqlite:///{folder}/var/dozor.db")
    try:
        found = observations.history(engine, [("board", page)], NOW)
    finally:
        engine.dispose()
    assert ("board", page) in found, told
    return found["board", page]


def write_town(folder: Path, page: str, board: dict[str, str]) -> None:
    packs = ["kedrovy-2022-298"]
    municipality = {"id": "town", "name": "Город", "timezone": "Asia/Tomsk", "packs": packs}
    town = {"municipality": municipality, "institution": [school(1, page)]}
    (folder / "town.toml").write_text(tomli_w.dumps(town), "utf-8")
    config = {"registry": ["town.toml"], "board": board}
    (folder / "config.toml").write_text(tomli_w.dumps(config), "utf-8")
    (folder / "var").mkdir()
    (folder / "var/dozor.db").write_bytes(empty_database())
