"""Registries that were read once, read back without being checked again.

To check 5,300 institutions takes two seconds, to read back what came of it a twentieth. What
is kept holds for exactly these files in this order, these acts and this program: all of them make
its name. What is not there, was cut, or is not understood is as if nobody had kept it, and where
nothing may be written, nothing is. A registry with a fault is never kept: it is told every time.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import pydantic
from pydantic import TypeAdapter, ValidationError

from monitor.registry.files import load_all
from rules.model import Municipality

PREFIX = ".registry-"
ROOT = Path(__file__).parents[2]
READ_BY = ("collectors", "rules", "monitor/registry")  # what a value may depend on
SOURCES = (".py", ".toml")
QUICK = 1  # of zlib's levels

Towns = tuple[Municipality, ...]


def remembered(paths: Iterable[Path], *, packs: Collection[str], folder: Path) -> Towns:
    """As `files.load_all` gives them, or has given them before.

    `folder`: where it is kept, if it is there. RegistryError with every fault of all files.
    """
    paths = tuple(paths)
    digests = _digests(paths)
    kept = folder / f"{PREFIX}{_key(digests, packs)}" if digests else None
    if kept and (towns := _read_back(kept)):
        return towns
    towns = load_all(paths, packs=packs)
    if kept and tuple(town.digest for town in towns) == digests:  # not changed in between
        with suppress(OSError):
            _keep(kept, towns)
    return towns


def _digests(paths: Sequence[Path]) -> tuple[str, ...]:
    """Of the files' bytes; none where one of them cannot be read."""
    with suppress(OSError):
        return tuple(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)
    return ()


def _key(digests: Sequence[str], packs: Collection[str]) -> str:
    told = "\n".join((_program(), *digests, "", *sorted(packs)))
    return hashlib.sha256(told.encode()).hexdigest()


@cache
def _program() -> str:
    """The digest of our own code, and which Python and libraries it runs on."""
    libraries = Path(pydantic.__file__).parents[1].stat().st_mtime_ns
    digest = hashlib.sha256(f"{sys.version} {libraries}".encode())
    for path in _sources():
        digest.update(path.encode())
        digest.update(Path(path).read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[str]:
    for room in READ_BY:
        for folder, below, names in os.walk(ROOT / room):
            below.sort()
            yield from (f"{folder}/{name}" for name in sorted(names) if name.endswith(SOURCES))


@cache
def _form() -> TypeAdapter[Towns]:
    return TypeAdapter(Towns)


def _read_back(kept: Path) -> Towns | None:
    """Only what we wrote ourselves: in a folder of many, another might tell of other schools."""
    with suppress(OSError, zlib.error, ValidationError):
        if kept.stat().st_uid == os.geteuid():
            return _form().validate_json(zlib.decompress(kept.read_bytes()))
    return None


def _keep(kept: Path, towns: Towns) -> None:
    """Whole or not at all, for its owner alone; what was kept before goes."""
    told = _form().dump_json(towns, exclude_defaults=True, exclude={"__all__": {"by_id"}})
    handle, name = tempfile.mkstemp(dir=kept.parent, prefix=PREFIX)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(zlib.compress(told, QUICK))
        Path(name).replace(kept)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    for other in kept.parent.glob(f"{PREFIX}*"):
        if other != kept:
            other.unlink(missing_ok=True)
