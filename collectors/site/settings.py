"""The section `[site]` of the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from collectors.model import Spared
from collectors.settings import (
    above_zero,
    address_ranges,
    demand,
    host_names,
    not_below_zero,
    roots,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    requests_per_second_per_host: float = 1.0
    hosts_at_once: int = 100  # a core parses what half as many again send
    domain_hosts_at_once: int = 20  # of these: many schools live on one platform
    thrifty: bool = True  # pages that can change no verdict tonight are left for another night
    max_pages: int = 60  # an institution's site
    max_pages_authority: int = 300  # the authority's: clauses 7 and 8, Minvody 3.1
    max_bytes: int = 5_000_000  # of one answer, unpacked
    site_timeout: float = 1800.0  # seconds for one site; what is left then was not read
    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    total_timeout: float = 45.0  # one answer, however slowly it drips
    attempts: int = 3
    first_wait: float = 1.0  # before a second attempt; later ones double it
    allow_addresses: tuple[str, ...] = ()  # networks excepted from the address guard
    extra_roots: Path | None = None  # a file, such as the root of the Russian national authority
    control_hosts: tuple[str, ...] = ("gosuslugi.ru", "vk.com")
    """Names that surely exist: while none resolves, "no such name" is our resolver's trouble."""

    def __post_init__(self) -> None:
        demand(self._faults())

    def _faults(self) -> Iterator[str]:
        yield from above_zero(
            self,
            "requests_per_second_per_host",
            "hosts_at_once",
            "domain_hosts_at_once",
            "max_pages",
            "max_pages_authority",
            "max_bytes",
            "site_timeout",
            "connect_timeout",
            "read_timeout",
            "total_timeout",
            "attempts",
        )
        yield from not_below_zero(self, "first_wait")
        yield from address_ranges(self, "allow_addresses")
        yield from host_names(self, "control_hosts")
        if self.extra_roots:
            yield from roots(self, "extra_roots")


def spared(settings: SiteSettings) -> Spared:
    """The home page is asked for every night."""
    return Spared.WALL if settings.thrifty else Spared.NOTHING
