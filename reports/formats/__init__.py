"""One module a format, each with `FORMAT`; found through the entry points `dozor.formats`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint

from collectors.installed import installed_under
from reports.model import Format


@cache
def installed() -> Mapping[str, Format]:
    """Every format by its slug; a new one is a module and a line in pyproject.toml."""
    return Formats(installed_under("dozor.formats"))


class Formats(Mapping[str, Format]):
    """Loads a format when it is asked for: a page needs no library for workbooks."""

    def __init__(self, points: Iterable[EntryPoint]) -> None:
        self._points = {one.name: one for one in points}

    def __getitem__(self, slug: str) -> Format:
        found: Format = self._points[slug].load()
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._points)

    def __len__(self) -> int:
        return len(self._points)

    def __contains__(self, slug: object) -> bool:
        return slug in self._points
