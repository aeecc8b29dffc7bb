"""How much of the desk anybody may hold, and for how long."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.storage.room import LEAST_FREE


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds, and counts of what is there at a time. A test gives its own, which are short."""

    scan: float = 60.0  # for the scanner with one file
    least_free: int = LEAST_FREE  # bytes of the disk, which no upload takes
    body: float = 120.0  # for a whole body: ten megabytes over a slow telephone
    silent: float = 15.0  # until the whole head of a request came, and between two requests
    unread: float = 60.0  # for which nothing of an answer is read
    lines: int = 300  # connections; beyond that the oldest silent or sending one makes room
    by_address: int = 50  # of them; trusted proxies have as many as there are
    requests: int = (
        200  # at work, their bodies read; whoever comes beyond that is asked to come again
    )


STANDARD = Limits()
