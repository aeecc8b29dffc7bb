"""The networks that are installed: entry points of the group `dozor.networks`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from collectors.installed import installed_under
from collectors.model import Network


@cache
def networks() -> Mapping[str, Network]:
    """Slug → network, in the order of their names."""
    found = installed_under("dozor.networks")
    return {point.name: point.load() for point in sorted(found, key=lambda point: point.name)}
