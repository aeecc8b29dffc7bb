"""A copy of everything that cannot be made again: the database and the evidence, in one tar file.

The database is copied by SQLite's own backup, so the service may go on; the evidence comes after
it and so is never behind it. `manifest.json` has the digest of every file: a copy that was cut or
changed is refused before anything is replaced.

CopyError    the copy cannot be made or used; the text is Russian
"""

from __future__ import annotations

import errno
import fcntl
import glob
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import make_url

from collectors.errors import UsageError
from monitor.config import Storage
from monitor.storage.private import ASIDE, FILE, FOLDER, make_folder, opener
from monitor.storage.retention import BIN

MANIFEST, DATABASE, EVIDENCE = "manifest.json", "dozor.db", "evidence"
UNFINISHED = "unfinished.tar"
PATIENCE_SECONDS = 10
READERS_SECONDS, LOOK_SECONDS = 3, 0.05  # who only reads is soon done
BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_IS_THERE = "{database}: база уже есть; заменить её: --force (прежняя останется рядом)"
_IS_OPEN = (
    "{database}: база открыта другой программой; "
    "остановите службу (systemctl stop dozor) и повторите"
)

Mark = Callable[[Path], None]


class CopyError(UsageError):
    """The copy cannot be made or used; the text is Russian and says why."""


def back_up(storage: Storage, file: Path) -> int:
    """Write the copy whole or not at all; gives the number of evidence files. Raises OSError."""
    database = database_file(storage)
    if not database.is_file():
        raise CopyError(f"{database}: базы ещё нет, сохранять нечего")
    make_folder(file.parent)
    with _workshop(file) as folder, _name_in_errors(file):
        snapshot, unfinished = folder / DATABASE, folder / UNFINISHED
        _snapshot(database, snapshot)
        evidence = _evidence(storage.evidence)
        with open(unfinished, "xb", opener=opener) as written:
            _write(written, snapshot, storage.evidence, evidence)
            written.flush()
            os.fsync(written.fileno())
        unfinished.replace(file)
    return len(evidence)


def _evidence(folder: Path) -> list[Path]:
    """Also what lies in the bin: it may be wanted back."""
    return sorted(path for at in (folder, folder / BIN) for path in at.glob("*") if path.is_file())


def _write(written: BinaryIO, snapshot: Path, folder: Path, evidence: Sequence[Path]) -> None:
    with tarfile.open(fileobj=written, mode="w") as archive:
        digests = {DATABASE: _add(archive, DATABASE, snapshot)}
        snapshot.unlink()  # a disk need not hold it twice
        for path in evidence:
            name = f"{EVIDENCE}/{path.relative_to(folder).as_posix()}"
            digests[name] = _add(archive, name, path)
        _add_text(archive, MANIFEST, json.dumps(digests, indent=1))


@contextmanager
def _workshop(file: Path) -> Iterator[Path]:
    """A folder beside the copy, for its owner alone; gone at the end, whatever the end is.

    Those that killed backups have left go first: whoever is at work holds a lock on his own.
    """
    start, end = f".{file.name}.", ".part"
    for path in file.parent.glob(f"{glob.escape(start)}*{end}"):
        _sweep(path)
    with (
        tempfile.TemporaryDirectory(prefix=start, suffix=end, dir=file.parent) as name,
        _claim(Path(name)),
    ):
        yield Path(name)


def _sweep(left: Path) -> None:
    with suppress(BlockingIOError, NotADirectoryError), _claim(left):
        shutil.rmtree(left)


@contextmanager
def _claim(folder: Path) -> Iterator[None]:
    """BlockingIOError if another has it. The lock goes with the process, however that ends."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(opened)


@contextmanager
def _name_in_errors(file: Path) -> Iterator[None]:
    """Of a disk that is full the system does not say which file it was."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, error.filename or str(file)) from error


def restore(storage: Storage, file: Path, *, force: bool, mark: Mark) -> int:
    """Check the copy, then put it in place; what stood there is kept beside it (`ASIDE`).

    `mark` is given the checked database before it is seen by anybody: who is at work stands there.
    """
    database = database_file(storage)
    if database.exists() and not force:
        raise CopyError(_IS_THERE.format(database=database))
    make_folder(database.parent)
    make_folder(storage.evidence.parent)
    with (
        _workshop(database) as folder,
        _workshop(storage.evidence) as beside,
        _name_in_errors(database),
    ):
        _unpack(file, folder)
        _check(file, folder)
        (folder / EVIDENCE).mkdir(exist_ok=True)
        _close_to_others(folder)
        shutil.move(folder / EVIDENCE, beside / EVIDENCE)  # be it to another disk, that may be full
        count = len(_evidence(beside / EVIDENCE))
        mark(folder / DATABASE)
        if not force and database.exists():
            raise CopyError(_IS_THERE.format(database=database))
        _put_in_place(folder / DATABASE, database)
        _set_aside(storage.evidence, storage.evidence.with_name(storage.evidence.name + ASIDE))
        (beside / EVIDENCE).replace(storage.evidence)
    return count


def _put_in_place(new: Path, database: Path) -> None:
    """In one step: whoever asks meanwhile finds the old one, closed, or the new one, whole."""
    aside = database.with_name(database.name + ASIDE)
    with _hold_closed(database):
        for end in ("-wal", "-shm", "-journal"):  # left where the database cannot be read
            _set_aside(database.with_name(database.name + end), aside.with_name(aside.name + end))
        aside.unlink(missing_ok=True)
        if database.exists():
            _keep(database, aside)
        new.replace(database)


def _keep(database: Path, aside: Path) -> None:
    try:
        os.link(database, aside)
    except OSError:  # a disk without links
        database.rename(aside)


@contextmanager
def _hold_closed(database: Path) -> Iterator[None]:
    """Nobody reads or writes it. What its log had stands in it then: a log beside a database that
    is not its own would spoil it. A broken database keeps nobody out.
    """
    with ExitStack() as stack:
        if database.exists():
            opened = sqlite3.connect(database, timeout=PATIENCE_SECONDS, isolation_level=None)
            stack.callback(opened.close)
            try:
                _close_to_all(opened)
            except sqlite3.Error as error:
                if _kind(error) in BUSY:
                    raise CopyError(_IS_OPEN.format(database=database)) from None
        yield


def _close_to_all(opened: sqlite3.Connection) -> None:
    """Tried for a while: SQLite itself does not wait for whoever reads while it drops the log."""
    end = time.monotonic() + READERS_SECONDS
    while True:
        try:
            opened.execute("PRAGMA journal_mode = DELETE")
            opened.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if _kind(error) not in BUSY or time.monotonic() > end:
                raise
            time.sleep(LOOK_SECONDS)
        else:
            return


def _close_to_others(folder: Path) -> None:
    """A copy remembers rights of older times."""
    for path in folder.rglob("*"):
        path.chmod(FOLDER if path.is_dir() else FILE)


def database_file(storage: Storage) -> Path:
    url = make_url(storage.database)
    if url.get_backend_name() != "sqlite" or not url.database:
        server = url.set(drivername=url.get_backend_name(), password=None)
        raise CopyError(
            "база — PostgreSQL: её копию делает сам сервер. Сначала база, потом материалы:\n"
            f"  pg_dump --format=custom --file=dozor.dump '{server.render_as_string()}'\n"
            f"  tar -cf evidence.tar -C {storage.evidence.parent} {storage.evidence.name}\n"
            "Назад: pg_restore --clean --if-exists --dbname=… dozor.dump, папку материалов "
            "на место, затем dozor verify"
        )
    return Path(url.database)


def _snapshot(database: Path, target: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
            (state,) = copy.execute("PRAGMA quick_check").fetchone()
    except sqlite3.Error as error:
        if told := _NOT_WRITTEN.get(_kind(error)):
            raise OSError(*told, str(target.parent.parent)) from None
        raise CopyError(f"{database}: базу не прочитать ({error})") from None
    if state != "ok":
        raise CopyError(f"{database}: база повреждена ({state}); копия не записана")


def _kind(error: sqlite3.Error) -> str:
    return str(getattr(error, "sqlite_errorname", ""))


# The database that is copied is only read, so whatever cannot be written is the copy.
_NOT_WRITTEN = {
    "SQLITE_FULL": (errno.ENOSPC, ""),
    "SQLITE_IOERR_WRITE": (0, "копия не записалась: места нет по квоте или предел размера файла"),
    "SQLITE_IOERR_FSYNC": (errno.EIO, ""),
}


def _add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    """The digest of what went into the archive: a file that grows meanwhile is cut at its size."""
    entry = archive.gettarinfo(path, name)
    entry.mode = FILE
    with path.open("rb") as opened:
        content = _Digesting(opened, entry.size)
        archive.addfile(entry, content)
    return content.digest.hexdigest()


class _Digesting:
    """Reads no more than `left` bytes and remembers their digest."""

    def __init__(self, source: BinaryIO, left: int) -> None:
        self._source, self._left = source, left
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        piece = self._source.read(wanted)
        self._left -= len(piece)
        self.digest.update(piece)
        return piece


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.mode = FILE
    entry.size = len(text.encode())
    archive.addfile(entry, io.BytesIO(text.encode()))


def _unpack(file: Path, folder: Path) -> None:
    try:
        with tarfile.open(file) as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError) as error:
        raise CopyError(f"{file}: это не копия Дозора, или она обрезана ({error})") from None


def _check(file: Path, folder: Path) -> None:
    for name, digest in _digests_in(file, folder).items():
        path = folder / name
        if not path.is_file():
            raise CopyError(f"{file}: в копии нет файла {name}")
        with path.open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != digest:
                raise CopyError(f"{file}: файл {name} в копии изменён")


def _digests_in(file: Path, folder: Path) -> Mapping[str, str]:
    try:
        digests = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        raise CopyError(f"{file}: это не копия Дозора: нет перечня файлов") from None
    stated = {str(name): str(digest) for name, digest in digests.items()}
    if extra := sorted(set(_files(folder)) - {*stated, MANIFEST}):
        raise CopyError(f"{file}: в копии лишний файл {extra[0]}")
    return stated


def _files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def _set_aside(path: Path, aside: Path) -> None:
    if aside.is_dir():
        shutil.rmtree(aside)
    aside.unlink(missing_ok=True)
    if path.exists():
        path.rename(aside)
