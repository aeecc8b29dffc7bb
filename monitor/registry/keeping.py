"""A registry's file written anew: whole or not at all, and only over what its writer has seen.

Two who write at once: one wins, the other is told. So is whoever looked at a file that somebody has
changed since, in an editor or here.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from collectors.errors import OperatorError, UsageError
from monitor.errors.system import in_russian

CHANGED = (
    "реестр изменился, пока вы его смотрели: его поправил кто-то другой. Откройте страницу заново, "
    "проверьте и повторите; ничего не записано"
)


class ChangedMeanwhileError(UsageError):
    """The file, or the part of it that is to be changed, is not the one that was seen."""

    def __init__(self, line: str = CHANGED) -> None:
        super().__init__([line])


class NotWrittenError(OperatorError):
    """The system did not let us; the file is as it was."""


@contextlib.contextmanager
def replacing(path: Path, seen: str, text: str) -> Iterator[None]:
    """The block runs while nobody else may write; the file is replaced once it is through.

    `seen`: the digest of the file that the writer has looked at. What the block raises leaves the
    file as it was. Raises ChangedMeanwhileError, NotWrittenError.
    """
    place = path.resolve()
    with _told(path), _alone(place.parent):
        if hashlib.sha256(place.read_bytes()).hexdigest() != seen:
            raise ChangedMeanwhileError
        with _beside(place, text.encode()) as made:
            yield
            made.replace(place)
            _flushed(place.parent)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = in_russian(error)
        told = (
            f"файл реестра {path.name} не записан: {why}. Дайте программе право писать в его папку"
        )
        raise NotWrittenError([told]) from error


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Among all processes of this machine; the system lets go of it with the process."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _beside(place: Path, content: bytes) -> Iterator[Path]:
    """The new file under another name, with the rights of the old one; gone if not renamed."""
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            known = place.stat()
            os.fchmod(file.fileno(), known.st_mode & 0o7777)
            with contextlib.suppress(PermissionError):
                os.fchown(file.fileno(), known.st_uid, known.st_gid)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield made
    finally:
        made.unlink(missing_ok=True)


def _flushed(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
