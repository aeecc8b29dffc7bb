"""A copy of everything that cannot be made again: the database and the evidence, in one tar file.

The database is copied by SQLite's own backup, so the service may go on; the evidence comes after
it and so is never behind it. `manifest.json` has the digest of every file: a copy that was cut or
changed is refused before anything is replaced.

CopyError    the copy cannot be made or used; the text is Russian
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import make_url

from monitor.config import Storage

MANIFEST, DATABASE, EVIDENCE = "manifest.json", "dozor.db", "evidence"
ASIDE = ".before-restore"


class CopyError(Exception):
    """The copy cannot be made or used; the text is Russian and says why."""


def back_up(storage: Storage, file: Path) -> int:
    """Write the copy whole or not at all; gives the number of evidence files."""
    database = _file_of(storage)
    if not database.is_file():
        raise CopyError(f"{database}: базы ещё нет, сохранять нечего")
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.part")
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        snapshot = Path(folder) / DATABASE
        _snapshot(database, snapshot)
        evidence = sorted(path for path in storage.evidence.glob("*") if path.is_file())
        with tarfile.open(unfinished, "w") as archive:
            digests = {DATABASE: _added(archive, DATABASE, snapshot)}
            for path in evidence:
                name = f"{EVIDENCE}/{path.name}"
                digests[name] = _added(archive, name, path)
            _add_text(archive, MANIFEST, json.dumps(digests, indent=1))
    unfinished.chmod(0o600)
    unfinished.replace(file)
    return len(evidence)


def restore(storage: Storage, file: Path, *, force: bool) -> int:
    """Check the copy, then put it in place; what stood there is kept beside it (`ASIDE`)."""
    database = _file_of(storage)
    if database.exists() and not force:
        raise CopyError(
            f"{database}: база уже есть; заменить её: --force (прежняя останется рядом)"
        )
    database.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=database.parent) as name:
        folder = Path(name)
        _unpack(file, folder)
        _check(file, folder)
        (folder / EVIDENCE).mkdir(exist_ok=True)
        count = len(list((folder / EVIDENCE).iterdir()))
        for suffix in ("", "-wal", "-shm"):
            _set_aside(database.with_name(database.name + suffix))
        _set_aside(storage.evidence)
        (folder / DATABASE).replace(database)
        shutil.move(folder / EVIDENCE, storage.evidence)
    return count


def _file_of(storage: Storage) -> Path:
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
        raise CopyError(f"{database}: базу не прочитать ({error})") from None
    if state != "ok":
        raise CopyError(f"{database}: база повреждена ({state}); копия не записана")


def _added(archive: tarfile.TarFile, name: str, path: Path) -> str:
    """The digest of what went into the archive: a file that grows meanwhile is cut at its size."""
    entry = archive.gettarinfo(path, name)
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
    entry.size = len(text.encode())
    archive.addfile(entry, io.BytesIO(text.encode()))


def _unpack(file: Path, folder: Path) -> None:
    try:
        with tarfile.open(file) as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError) as error:
        raise CopyError(f"{file}: это не копия Дозора, или она обрезана ({error})") from None


def _check(file: Path, folder: Path) -> None:
    for name, digest in _stated(file, folder).items():
        path = folder / name
        if not path.is_file():
            raise CopyError(f"{file}: в копии нет файла {name}")
        with path.open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != digest:
                raise CopyError(f"{file}: файл {name} в копии изменён")


def _stated(file: Path, folder: Path) -> Mapping[str, str]:
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


def _set_aside(path: Path) -> None:
    aside = path.with_name(path.name + ASIDE)
    if aside.is_dir():
        shutil.rmtree(aside)
    aside.unlink(missing_ok=True)
    if path.exists():
        path.rename(aside)
