"""What is installed beside one another: networks and formats, ours and others', as entry points."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoints, entry_points
from typing import Any


@cache
def installed_under(group: str) -> EntryPoints:
    found: EntryPoints = _all().select(group=group)
    return found


@cache
def _all() -> Any:  # of a class that Python 3.12 has no more
    """Looked for once: every installed package has a file of them, to be opened and read."""
    return entry_points()
