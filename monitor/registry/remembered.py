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
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import pydantic
from pydantic import TypeAdapter, ValidationError

from collectors.sources import digest_of, sources_in, sources_of_parsers
from monitor.registry.files import load_all
from rules.model import Municipality

PREFIX = ".registry-"
ROOT = Path(__file__).parents[2]
READ_BY = ("rules", "monitor/registry")  # beside `collectors`: what a value may depend on
QUICK = 1  # of zlib's levels

Towns = tuple[Municipality, ...]


def remembered(paths: Iterable[Path], *, packs: Collection[str], folder: Path) -> Towns:
    """As `files.load_all` gives them, or has given them before.

    `folder`: where it is kept, if it is there. RegistryError with every fault of all files.
    """
    paths = tuple(paths)
    digests, program = _digests(paths), program_digest()
    kept = folder / f"{PREFIX}{_key(program, digests, packs)}" if digests and program else None
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


def _key(program: str, digests: Sequence[str], packs: Collection[str]) -> str:
    told = "\n".join((program, *digests, "", *sorted(packs)))
    return hashlib.sha256(told.encode()).hexdigest()


@cache
def program_digest() -> str | None:
    """The digest of the code that reads pages and registries and judges them, also of networks that
    are others', and which Python and libraries it runs on. None where a source is not to be found.
    """
    networks = sources_of_parsers()
    if networks is None:
        return None
    ours = (path for room in READ_BY for path in sources_in(ROOT / room))
    libraries = Path(pydantic.__file__).parents[1].stat().st_mtime_ns
    return digest_of(networks.union(ours), (sys.version, f"{libraries}"))


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
