"""Compiled templates, kept beside their sources as Python keeps its modules: in `__pycache__`.

To compile them anew takes half a second, which is a third of an audit of one institution. Where
the folder may not be written (an installation that belongs to root), that is what happens.
"""

from __future__ import annotations

import hashlib
import pickle
import sys
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

HERE = Path(__file__).parent
FOLDED = ("templating.py", "words.py", "words.toml")  # what a constant may have been computed with


class BesideTemplates(FileSystemBytecodeCache):
    """Good while template, filters, words and Jinja are those it was compiled with."""

    def __init__(self, folder: Path = HERE / "templates/__pycache__") -> None:
        with suppress(OSError):
            folder.mkdir(exist_ok=True)
        super().__init__(str(folder), "%s.jinja")

    def get_source_checksum(self, source: str) -> str:
        return hashlib.sha256(f"{_origin()}{source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, pickle.UnpicklingError):  # away, or cut by a crash
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)


@cache
def _origin() -> str:
    digest = hashlib.sha256(version("jinja2").encode())
    for name in FOLDED:
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()
