"""What a command loads before it does its work: a library that it does not need makes it slow."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import tomli_w

from tests.monitor.pipeline import empty_database, school

# Of workbooks, letters, migrations, the service and the database that is not used.
ASKED_FOR = {
    *("xlsxwriter", "openpyxl", "css_inline", "alembic", "prometheus_client"),
    *("procrastinate", "sqlalchemy.dialects.postgresql"),
    *("monitor.mail.mime", "monitor.service.nights", "reports.mail"),
}
READERS = {"bs4", "lxml", "httpx", "requests", "vk_api"}  # of networks
WORK = {"sqlalchemy", "sqlmodel", "jinja2", "babel", "holidays", "phonenumbers", "rules", "reports"}
COMMAND = """
import sys
from monitor.cli import main
try:
    main()
finally:
    print("loaded:", *sys.modules)
"""


def loaded(arguments: Sequence[str], folder: Path) -> frozenset[str]:
    """The modules that a process of its own has in the end."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return frozenset(done.stdout.rpartition("loaded:")[2].split())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A town without pages, so that nothing is read, and its database."""
    municipality = {"id": "town", "name": "Город", "timezone": "Asia/Tomsk"}
    town = {
        "municipality": {**municipality, "packs": ["kedrovy-2022-298"]},
        "institution": [school(1)],
    }
    (tmp_path / "town.toml").write_text(tomli_w.dumps(town), "utf-8")
    (tmp_path / "config.toml").write_text('registry = ["town.toml"]\n', "utf-8")
    (tmp_path / "var").mkdir()
    (tmp_path / "var/dozor.db").write_bytes(empty_database())
    return tmp_path


def test_help_loads_no_work(tmp_path: Path) -> None:
    assert not loaded(["--help"], tmp_path) & (ASKED_FOR | READERS | WORK)


@pytest.mark.parametrize("command", ["audit", "evaluate"])
def test_an_audit_loads_nothing_that_nobody_asked_for(command: str, folder: Path) -> None:
    assert not loaded([command, "school-1"], folder) & (ASKED_FOR | READERS)
