"""Files that a command writes, of which «-» is the standard output."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from collectors.errors import UsageError

STANDARD = Path("-")
Place = Callable[[Path], AbstractContextManager[Path]]


@contextmanager
def placed(*files: Path | None) -> Iterator[Place]:
    """Where each of the files is to be written.

    If one of them goes to the standard output, what is said meanwhile goes to stderr.
    """
    if files.count(STANDARD) > 1:
        raise UsageError(["«-» может быть только одним из файлов: вывод один"])
    standard = sys.stdout
    with redirect_stdout(sys.stderr) if STANDARD in files else nullcontext():
        yield lambda file: _at(standard, file)


@contextmanager
def _at(standard: TextIO, file: Path) -> Iterator[Path]:
    if file != STANDARD:
        yield file
        return
    with TemporaryDirectory() as folder:
        passing = Path(folder, "output")
        yield passing
        with passing.open("rb") as written:
            shutil.copyfileobj(written, standard.buffer)
        standard.flush()
