"""How much of the desk anybody may hold, and for how long."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds, and counts of what is there at a time. A test gives its own, which are short."""

    body: float = 120.0  # for a whole body: ten megabytes over a slow telephone
    requests: int = 200  # at work; whoever comes beyond that is asked to come again


STANDARD = Limits()
