"""What Dozor writes is for its owner alone, whatever the umask; what the user names is his."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.monitor.conftest import AS_OF, Office

OPEN_TO_ALL = 0o022  # the umask of most machines


def by_hand(office: Office, *arguments: str, umask: int = OPEN_TO_ALL) -> None:
    done = office.dozor(*arguments, umask=umask)
    assert done.returncode in (0, 3), done.stderr


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_database_evidence_and_reports_are_for_their_owner_alone(office: Office) -> None:
    by_hand(office, "audit", "school-1", "--as-of", AS_OF)
    var = office.folder / "var"
    found = {path: rights(path) for path in (var, *var.rglob("*"))}
    assert {path.suffix for path in found} >= {"", ".db", ".gz", ".html"}
    assert {path: mode for path, mode in found.items() if mode & 0o077} == {}


def test_files_that_the_user_names_are_as_his_umask_has_it(office: Office) -> None:
    named = [office.folder / "shown" / name for name in ("a.json", "a.html", "a.txt")]
    json, html, text = map(str, named)
    by_hand(office, "audit", "school-1", "--as-of", AS_OF, "--json", json, "--html", html)
    by_hand(office, "report", "--audit", "1", "--format", "text", "-o", text, umask=0o027)
    assert [rights(path) for path in named] == [0o644, 0o644, 0o640]


WRITES = """
import sys
from pathlib import Path
from sqlalchemy import text
from monitor.storage.database import open_database

engine = open_database(sys.argv[1])
with engine.begin() as connection:
    connection.execute(text("CREATE TABLE t (x)"))
    for path in sorted(Path(sys.argv[2]).iterdir()):
        print(path.name, oct(path.stat().st_mode & 0o777))
"""


@pytest.mark.parametrize("address", ["sqlite:///{}/d.db", "sqlite:///file:{}/d.db?uri=true"])
def test_the_log_beside_the_database_has_its_rights(tmp_path: Path, address: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WRITES, address.format(tmp_path), str(tmp_path)],
        umask=OPEN_TO_ALL, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["d.db 0o600", "d.db-shm 0o600", "d.db-wal 0o600"]


def test_rights_that_somebody_gave_stay(office: Office) -> None:
    by_hand(office, "audit", "school-1", "--as-of", AS_OF)
    database = office.folder / "var/dozor.db"
    database.chmod(0o640)
    by_hand(office, "audit", "school-1", "--as-of", AS_OF)
    assert rights(database) == 0o640


@pytest.mark.parametrize("opened", ["dozor.db", "evidence", "evidence/audit-000001.warc.gz"])
def test_the_doctor_tells_what_is_open_to_all(office: Office, opened: str) -> None:
    by_hand(office, "audit", "school-1", "--as-of", AS_OF)
    assert "открыто всем" not in office.dozor("doctor").stdout
    (office.folder / "var" / opened).chmod(0o755)
    told = office.dozor("doctor").stdout
    assert "открыто всем" in told
    assert "chmod -R o-rwx" in told
