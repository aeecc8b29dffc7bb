"""The networks that are installed: entry points of the group `dozor.networks`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from collectors.model import Network


@cache
def networks() -> Mapping[str, Network]:
    """Slug → network, in the order of their names."""
    found = entry_points(group="dozor.networks")
    return {point.name: point.load() for point in sorted(found, key=lambda point: point.name)}
