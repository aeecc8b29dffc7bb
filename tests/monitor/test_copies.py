"""Copies, and trouble with disk, database and clock: told in Russian, nobody accused."""

from __future__ import annotations

import json
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rules.model import Outcome
from tests.monitor.conftest import AS_OF, Office

# --- copies -----------------------------------------------------------------------------------


def test_a_copy_brings_everything_back(office: Office) -> None:
    office.audit("school-1")
    copy = office.folder / "copies/dozor.tar"
    assert office.dozor("backup", str(copy)).returncode == 0
    shown = office.dozor("report", "--format", "json", "-o", "-").stdout
    (office.folder / "var").rename(office.folder / "lost")
    assert office.dozor("restore", str(copy)).returncode == 0
    assert office.dozor("report", "--format", "json", "-o", "-").stdout == shown
    assert office.dozor("verify").returncode == 0


def test_what_is_there_is_not_replaced_unasked_and_then_kept(office: Office) -> None:
    office.audit("school-1")
    copy = office.folder / "dozor.tar"
    office.dozor("backup", str(copy))
    refused = office.dozor("restore", str(copy))
    assert (refused.returncode, "--force" in refused.stderr) == (2, True)
    assert office.dozor("restore", str(copy), "--force").returncode == 0
    assert (office.folder / "var/dozor.db.before-restore").is_file()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:5000]), "обрезана"),
        (lambda path: path.write_bytes(b"not a copy" * 1000), "не копия"),
        (lambda path: _with_another_file(path), "лишний файл"),
    ],
)
def test_a_spoilt_copy_replaces_nothing(
    office: Office, spoil: Callable[[Path], None], words: str
) -> None:
    office.audit("school-1")
    copy = office.folder / "dozor.tar"
    office.dozor("backup", str(copy))
    spoil(copy)
    done = office.dozor("restore", str(copy), "--force")
    assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    assert office.dozor("verify").returncode == 0


def _with_another_file(path: Path) -> None:
    (path.parent / "extra").write_text("x")
    with tarfile.open(path, "a") as archive:
        archive.add(path.parent / "extra", "extra")


# --- trouble ----------------------------------------------------------------------------------


def accused(office: Office) -> list[str]:
    """What the newest report says of the town; nothing when there is no report."""
    shown = office.dozor("report", "--format", "json", "-o", "-")
    if shown.returncode:
        return []
    found = json.loads(shown.stdout)
    return [
        finding["requirement"]
        for institution in found["institutions"]
        for finding in institution["findings"]
        if finding["outcome"] == Outcome.FAIL
    ]


def test_a_disk_that_fills_up_stops_the_audit_and_the_next_one_goes_on(office: Office) -> None:
    assert office.dozor("collect", "edu", "--as-of", AS_OF).returncode in (0, 3)
    done = office.dozor("audit", "--as-of", AS_OF, largest_file=300_000)  # as on a full disk
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert accused(office) == []
    assert office.dozor("audit", "--as-of", AS_OF).returncode == 3
    assert office.dozor("verify").returncode == 0


def test_evidence_that_cannot_be_kept_stops_the_audit(office: Office) -> None:
    folder = office.folder / "var/evidence"
    folder.mkdir(parents=True)
    (folder / "audit-000001.warc.gz").symlink_to("/dev/full")
    done = office.dozor("audit", "school-1", "--as-of", AS_OF)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert accused(office) == []


def database(office: Office) -> Path:
    return office.folder / "var/dozor.db"


def test_a_read_only_database_is_told(office: Office) -> None:
    office.audit("school-1")
    address = f"sqlite:///file:{database(office)}?mode=ro&uri=true"  # root is not held by modes
    office.environment["DOZOR_STORAGE__DATABASE"] = address
    done = office.dozor("audit", "school-1")
    assert (done.returncode, "только для чтения" in done.stderr) == (1, True), done.stderr


def test_a_corrupt_database_is_told_and_never_replaced(office: Office) -> None:
    office.audit("school-1")
    content = bytearray(database(office).read_bytes())
    content[4096:60_000] = b"\xff" * (60_000 - 4096)
    database(office).write_bytes(content)
    done = office.dozor("audit", "school-1")
    assert done.returncode == 1
    assert "dozor restore" in done.stderr, done.stderr
    assert bytes(content[4096:8192]) in database(office).read_bytes()


def test_a_locked_database_is_told(office: Office) -> None:
    office.audit("school-1")
    office.environment["DOZOR_STORAGE__DATABASE"] = f"sqlite:///{database(office)}?timeout=1"
    with closing(sqlite3.connect(database(office), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = office.dozor("audit", "school-1")
    assert (done.returncode, "занята" in done.stderr) == (1, True), done.stderr


def test_a_clock_that_went_back_judges_nobody(office: Office) -> None:
    office.audit("school-1")
    later = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with closing(sqlite3.connect(database(office))) as opened:
        opened.execute("UPDATE audit SET started_at = ?", [later])
        opened.commit()
    done = office.dozor("audit", "school-1")
    assert (done.returncode, "часы показывают" in done.stderr) == (1, True)


def test_evidence_that_was_cut_while_a_run_was_down_is_mended(office: Office) -> None:
    office.audit("school-1")
    with closing(sqlite3.connect(database(office))) as opened:
        opened.executescript(
            "UPDATE audit SET finished_at = NULL; DELETE FROM evidence_file; DELETE FROM judgement;"
        )
    (file,) = (office.folder / "var/evidence").iterdir()
    file.write_bytes(file.read_bytes()[:-40])
    assert office.audit("school-1")["audit"]["id"] == 1
    assert office.dozor("verify").returncode == 0
