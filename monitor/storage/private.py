"""Files and folders for their owner alone, whatever the umask: they hold letters and evidence.

What is there already keeps the rights that somebody gave it; `dozor doctor` tells of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

FILE, FOLDER = 0o600, 0o700
ASIDE = ".before-restore"  # what stood where a copy was put back


def opener(path: str, flags: int) -> int:
    """For `open`."""
    return os.open(path, flags, FILE)


def appending(path: Path) -> BinaryIO:
    return os.fdopen(opener(str(path), os.O_WRONLY | os.O_CREAT | os.O_APPEND), "ab")


def make_folder(folder: Path) -> None:
    """With those above it that are missing: `Path.mkdir` would open these to all."""
    for one in reversed((folder, *folder.parents)):
        if not one.exists():
            one.mkdir(FOLDER, exist_ok=True)


@contextmanager
def written_whole(path: Path, *, private: bool = True) -> Iterator[BinaryIO]:
    """A file that is there whole or not at all. Not `private`: as the umask of the user has it."""
    if private:
        make_folder(path.parent)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.unlink(missing_ok=True)  # a killed run's may have other rights
    try:
        with open(unfinished, "xb", opener=opener if private else None) as opened:
            yield opened
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
