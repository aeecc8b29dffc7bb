"""Copies, and trouble with disk, database and clock: told in Russian, nobody accused."""

from __future__ import annotations

import json
import signal
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.application import real_time
from monitor.storage.database import open_database
from monitor.storage.locks import LockTakenError, lock
from rules.model import Outcome
from tests.monitor.conftest import AS_OF, Office
from tests.waiting import until

# --- copies -----------------------------------------------------------------------------------


def test_a_copy_brings_everything_back(audited: Office) -> None:
    copy = audited.folder / "copies/dozor.tar"
    assert audited.dozor("backup", str(copy)).returncode == 0
    shown = audited.dozor("report", "--format", "json", "-o", "-").stdout
    (audited.folder / "var").rename(audited.folder / "lost")
    assert audited.dozor("restore", str(copy)).returncode == 0
    assert audited.dozor("report", "--format", "json", "-o", "-").stdout == shown
    assert audited.dozor("verify").returncode == 0


def test_what_is_there_is_not_replaced_unasked_and_then_kept(audited: Office) -> None:
    copy = audited.folder / "dozor.tar"
    audited.dozor("backup", str(copy))
    refused = audited.dozor("restore", str(copy))
    assert (refused.returncode, "--force" in refused.stderr) == (2, True)
    assert audited.dozor("restore", str(copy), "--force").returncode == 0
    assert (audited.folder / "var/dozor.db.before-restore").is_file()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:5000]), "обрезана"),
        (lambda path: path.write_bytes(b"not a copy" * 1000), "не копия"),
        (lambda path: _with_another_file(path), "лишний файл"),
    ],
)
def test_a_spoilt_copy_replaces_nothing(
    audited: Office, spoil: Callable[[Path], None], words: str
) -> None:
    copy = audited.folder / "dozor.tar"
    audited.dozor("backup", str(copy))
    spoil(copy)
    done = audited.dozor("restore", str(copy), "--force")
    assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    assert audited.dozor("verify").returncode == 0


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


def test_a_read_only_database_is_told(audited: Office) -> None:
    address = f"sqlite:///file:{database(audited)}?mode=ro&uri=true"  # root is not held by modes
    audited.environment["DOZOR_STORAGE__DATABASE"] = address
    done = audited.dozor("audit", "school-1")
    assert (done.returncode, "только для чтения" in done.stderr) == (1, True), done.stderr


def test_a_corrupt_database_is_told_and_never_replaced(audited: Office) -> None:
    content = bytearray(database(audited).read_bytes())
    content[4096:60_000] = b"\xff" * (60_000 - 4096)
    database(audited).write_bytes(content)
    done = audited.dozor("audit", "school-1")
    assert done.returncode == 1
    assert "dozor restore" in done.stderr, done.stderr
    assert bytes(content[4096:8192]) in database(audited).read_bytes()


def test_a_locked_database_is_told(audited: Office) -> None:
    audited.environment["DOZOR_STORAGE__DATABASE"] = f"sqlite:///{database(audited)}?timeout=1"
    with closing(sqlite3.connect(database(audited), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = audited.dozor("audit", "school-1")
    assert (done.returncode, "занята" in done.stderr) == (1, True), done.stderr


def test_a_clock_that_went_back_judges_nobody(audited: Office) -> None:
    later = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with closing(sqlite3.connect(database(audited))) as opened:
        opened.execute("UPDATE audit SET started_at = ?", [later])
        opened.commit()
    done = audited.dozor("audit", "school-1")
    assert (done.returncode, "часы показывают" in done.stderr) == (1, True)


def test_evidence_that_was_cut_while_a_run_was_down_is_mended(audited: Office) -> None:
    with closing(sqlite3.connect(database(audited))) as opened:
        opened.executescript(
            "UPDATE audit SET finished_at = NULL; DELETE FROM evidence_file; DELETE FROM judgement;"
        )
    (file,) = (audited.folder / "var/evidence").iterdir()
    file.write_bytes(file.read_bytes()[:-40])
    assert audited.audit("school-1")["audit"]["id"] == 1
    assert audited.dozor("verify").returncode == 0


def test_evidence_of_a_run_that_was_killed_joins_the_chain_at_the_next_start(
    office: Office,
) -> None:
    office.environment["DOZOR_OK__REQUESTS_PER_SECOND"] = "2"
    killed = office.begun("audit", "--as-of", AS_OF)
    evidence = office.folder / "var/evidence"
    until(lambda: any(path.stat().st_size for path in evidence.glob("*")))
    killed.kill()
    killed.wait()
    office.environment["DOZOR_OK__REQUESTS_PER_SECOND"] = "1000"
    later = (datetime.fromisoformat(AS_OF) + timedelta(hours=1)).isoformat()
    assert office.dozor("audit", "--as-of", later).returncode == 3
    with closing(sqlite3.connect(database(office))) as opened:
        rows = opened.execute("SELECT audit_id FROM evidence_file ORDER BY place").fetchall()
    assert rows == [(1,), (2,)]
    assert office.dozor("verify").returncode == 0


# --- a copy that fails, a copy that is put back ------------------------------------------------


def copies(office: Office) -> Path:
    """A folder for copies, beside which nothing else lies."""
    folder = office.folder / "copies"
    folder.mkdir()
    return folder


def big(office: Office, size: int) -> None:
    """A file of evidence of so many bytes that takes no room itself, but time to copy."""
    with (office.folder / "var/evidence/audit-000099.warc.gz").open("wb") as file:
        file.truncate(size)


@pytest.mark.parametrize("largest", [100_000, 3_000_000], ids=["database", "evidence"])
def test_a_backup_that_fails_leaves_nothing_and_says_why(audited: Office, largest: int) -> None:
    big(audited, 5_000_000)
    folder = copies(audited)
    (folder / "dozor.tar").write_bytes(b"yesterday's")
    done = audited.dozor("backup", str(folder / "dozor.tar"), largest_file=largest)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert str(folder) in done.stderr
    assert "предел" in done.stderr or "больше, чем разрешено" in done.stderr
    assert [path.read_bytes() for path in folder.iterdir()] == [b"yesterday's"]


LONG = 2_000_000_000  # bytes: copying them takes seconds


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_backup_that_is_ended_leaves_nothing(audited: Office, end: int) -> None:
    big(audited, LONG)
    folder = copies(audited)
    with ended_midway(audited, folder, end) as seen:
        assert all(mode & 0o077 == 0 for mode in seen), seen
    assert list(folder.iterdir()) == []


def test_what_a_killed_backup_left_goes_with_the_next(audited: Office) -> None:
    big(audited, LONG)
    folder = copies(audited)
    with ended_midway(audited, folder, signal.SIGKILL):
        assert len(list(folder.iterdir())) == 1
    big(audited, 10)
    assert audited.dozor("backup", str(folder / "dozor.tar")).returncode == 0
    assert [path.name for path in folder.iterdir()] == ["dozor.tar"]
    assert (folder / "dozor.tar").stat().st_mode & 0o777 == 0o600


@contextmanager
def ended_midway(office: Office, folder: Path, end: int) -> Iterator[list[int]]:
    """The rights of what lay in the folder while the copy was written under umask 022."""
    backup = office.begun("backup", str(folder / "dozor.tar"), umask=0o022)
    until(lambda: any(path.stat().st_size > 1_000_000 for path in folder.rglob("*.tar")))
    seen = [path.stat().st_mode & 0o777 for path in folder.rglob("*")]
    backup.send_signal(end)
    assert backup.wait() != 0
    yield seen


def test_who_asks_while_a_copy_is_put_back_is_refused(audited: Office) -> None:
    big(audited, 400_000_000)  # so that it takes its time
    copy = audited.folder / "dozor.tar"
    audited.dozor("backup", str(copy))
    engine = open_database(f"sqlite:///{database(audited)}")
    restore = audited.begun("restore", str(copy), "--force")
    until(lambda: held(audited) == ["audit", "delivery", "on_demand", "orders", "week"])
    with pytest.raises(LockTakenError), lock(engine, "audit", real_time):
        pass
    engine.dispose()
    assert (restore.wait(), held(audited)) == (0, [])
    assert audited.dozor("audit", "school-1").returncode in (0, 3)


def held(office: Office) -> list[str]:
    with closing(sqlite3.connect(database(office))) as opened:
        return sorted(name for (name,) in opened.execute("SELECT name FROM lock"))


def test_a_database_that_somebody_has_open_is_not_replaced(audited: Office) -> None:
    copy = audited.folder / "dozor.tar"
    audited.dozor("backup", str(copy))
    before = database(audited).read_bytes()
    with closing(sqlite3.connect(database(audited), isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM audit").fetchall()
        done = audited.dozor("restore", str(copy), "--force")
    assert (done.returncode, "остановите службу" in done.stderr) == (2, True), done.stderr
    assert (database(audited).stat().st_size, held(audited)) == (len(before), [])
    assert not database(audited).with_name("dozor.db.before-restore").exists()


def test_an_audit_that_ran_when_the_copy_was_made_holds_nobody_back(audited: Office) -> None:
    engine = open_database(f"sqlite:///{database(audited)}")
    copy = audited.folder / "dozor.tar"
    with lock(engine, "audit", real_time):
        assert audited.dozor("backup", str(copy)).returncode == 0
    engine.dispose()
    assert audited.dozor("restore", str(copy), "--force").returncode == 0
    assert held(audited) == []


def test_what_a_copy_of_older_times_brings_is_closed_to_others(audited: Office) -> None:
    copy = audited.folder / "dozor.tar"
    audited.dozor("backup", str(copy))
    opened_to_all(copy)
    (audited.folder / "var").rename(audited.folder / "lost")
    assert audited.dozor("restore", str(copy)).returncode == 0
    var = audited.folder / "var"
    assert {path for path in (var, *var.rglob("*")) if path.stat().st_mode & 0o077} == set()


def opened_to_all(copy: Path) -> None:
    whole = copy.with_name("older.tar")
    with tarfile.open(copy) as old, tarfile.open(whole, "w") as new:
        for entry in old:
            entry.mode = 0o644
            new.addfile(entry, old.extractfile(entry))
    whole.replace(copy)
