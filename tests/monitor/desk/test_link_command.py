"""`dozor desk link end`: all links of an institution, whatever its registry says."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from collectors.errors import OperatorError
from monitor.cli.app import app
from monitor.desk.gate.words import words
from monitor.storage import journal, links
from monitor.storage.journal import EntryFilter
from tests.cast import NOW
from tests.monitor.desk.served import application_in
from tests.monitor.desk.test_link import token_for


@pytest.fixture
def folder(office: Path) -> Path:
    """Two links of one institution and one of another."""
    with application_in(office) as application:
        for name in ("town/school-1", "town/school-1", "next/school-9"):
            token_for(application, name, days=9999)
    return office


def end(folder: Path, *names: str) -> Result:
    command = ["--config", f"{folder / 'config.toml'}", "desk", "link", "end", *names]
    return CliRunner().invoke(app, command)


def alive(folder: Path) -> list[int]:
    with application_in(folder) as application:
        keys = [one.split("/") for one in links.institutions(application.engine)]
        of = [one for town, name in keys for one in links.of(application.engine, town, name)]
    return sorted(one.number for one in of if one.is_live(NOW))


def test_all_of_an_institution_are_ended_and_noted(folder: Path) -> None:
    told = end(folder, "school-1")
    assert "town/school-1: закрыто ссылок: 2" in told.output
    assert alive(folder) == [3]
    with application_in(folder) as application:
        (entry, *_) = journal.newest(application.engine, EntryFilter(), most=1)
    assert (entry.what, entry.who, entry.detail) == (
        "link_ended", words("roles", "terminal"), "№ 2, № 1",
    )  # fmt: skip
    assert "действующих ссылок нет" in end(folder, "town/school-1").output


def test_it_needs_no_registry(folder: Path) -> None:
    (folder / "town.toml").write_text("nonsense", "utf-8")
    assert end(folder, "school-1", "next/school-9").exit_code == 0


def test_of_several_names_a_wrong_one_ends_nothing(folder: Path) -> None:
    done = end(folder, "school-1", "school-7")
    assert isinstance(done.exception, OperatorError)
    assert "«school-7» ссылок не было" in str(done.exception)
    assert alive(folder) == [1, 2, 3]
