"""The smallest network that is read over HTTP, to be copied: «Доска», board.example.

    __init__.py   what the network tells of itself
    reading.py    how its pages are read

Two files, for this one is imported by every command, and the libraries that read are not.
`tests/monitor/test_smallest_network.py` reads it from a tiny server and installs it.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from collectors.model import Collector, Network, Observation, Page, Run
from collectors.settings import above_zero, demand, http_addresses

ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?board\.example/([a-z0-9_]+)/?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The keys of `[board]`; each needs its check here and its line in docs/configuration.md."""

    site_url: str = "https://board.example"
    requests_per_second: float = 1
    timeout: float = 20  # seconds of silence

    def __post_init__(self) -> None:
        demand(self._faults())

    def _faults(self) -> Iterator[str]:
        yield from http_addresses(self, "site_url")
        yield from above_zero(self, "requests_per_second", "timeout")


def canonical(written: str) -> str:
    """The one spelling by which a page is kept, of whatever an office writes."""
    found = ADDRESS.fullmatch(written.strip().lower())
    if found is None:
        raise ValueError(f"«{written}» — не адрес Доски (board.example)")
    return f"https://board.example/{found[1]}"


def _collector(settings: Settings) -> Collector:
    from tests.monitor.board.reading import collect

    def read(pages: Sequence[Page], run: Run) -> AsyncIterator[tuple[Observation, ...]]:
        return collect(settings, pages, run)

    return read


NETWORK = Network(
    slug="board",
    title="Доска",
    canonical=canonical,
    settings=Settings,
    collector=_collector,
)
