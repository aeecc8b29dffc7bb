"""The code that a kept value depends on: any change of it is another program."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from collectors.installed import installed_under
from collectors.networks import networks

SOURCE, COMPILED = ".py", ".pyc"
COMPILED_BESIDE = "__pycache__"


def sources_of_parsers() -> frozenset[Path] | None:
    """Of `collectors`, and of networks that are others'. None where one is not to be found: then
    nothing is kept, for nobody could tell a change."""
    networks()  # loads them
    modules = (point.module for point in installed_under("dozor.networks"))
    places = [_place(module) for module in ("collectors", *modules)]
    written = [frozenset(sources_in(place)) for place in places if place is not None]
    if len(written) < len(places) or not all(written):
        return None
    return frozenset().union(*written)


def digest_of(sources: Iterable[Path], versions: Iterable[str]) -> str:
    told = hashlib.sha256("\n".join(versions).encode())
    for path in sorted(sources):
        told.update(f"\n{path.name} ".encode() + hashlib.sha256(path.read_bytes()).digest())
    return told.hexdigest()


def _place(module: str) -> Path | None:
    """The folder of a package, the file of a module that stands alone."""
    loaded = sys.modules[module]
    file = Path(loaded.__file__) if loaded.__file__ else None
    return file.parent if file and hasattr(loaded, "__path__") else file


def sources_in(place: Path) -> Iterator[Path]:
    """Modules, and words and tables beside them; nothing of what Python itself makes of them, under
    names for a moment, too: such a file is gone before it is read, or makes another program."""
    if not place.is_dir():
        yield from [place] if place.suffix == SOURCE else []
    elif any(place.glob(f"*{SOURCE}")):
        found = (one for one in place.rglob("*") if one.parent.name != COMPILED_BESIDE)
        yield from (one for one in found if one.suffix != COMPILED and one.is_file())
