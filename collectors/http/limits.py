"""How long, how much and how often is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`total_timeout` bounds one exchange, however slowly it drips; `attempts` bounds the rest."""

    requests_per_second: float = 1.0  # a host
    max_bytes: int = 5_000_000  # of a body, unpacked
    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    total_timeout: float = 45.0
    max_redirects: int = 10
    attempts: int = 3
    first_wait: float = 1.0
    longest_wait: float = 20.0  # a longer Retry-After ends the attempts
