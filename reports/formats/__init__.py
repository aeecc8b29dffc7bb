"""One module a format, each with `FORMAT`; found through the entry points `dozor.formats`."""

from __future__ import annotations

from importlib.metadata import entry_points

from reports.model import Format


def installed() -> dict[str, Format]:
    """Every format by its slug; a new one is a module and a line in pyproject.toml."""
    return {one.name: one.load() for one in entry_points(group="dozor.formats")}
