"""The bytes that came, and where they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Route:
    """The way that an exchange went: the address that was dialled, and what was shown there."""

    ip: str
    certificate: bytes = b""  # DER; none was shown over plain HTTP


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, as they went over the wire; may still hold secrets."""

    network: str
    method: str
    url: str
    request_headers: Mapping[str, str]
    request_body: bytes
    status: int
    reason: str
    headers: Sequence[tuple[str, str]]
    body: bytes  # decoded from its transfer and content encoding
    fetched_at: datetime  # real time, aware
    route: Route | None = None  # None: the connection told nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where the bytes of an exchange are kept. `sha256` is of the stored, redacted body."""

    record: str  # "urn:uuid:…", the WARC record
    sha256: str
    url: str  # without secrets
    fetched_at: datetime
    status: int


class EvidenceSink(Protocol):
    def keep(self, exchange: Exchange) -> Evidence:
        """Store the exchange, secrets removed; from any thread, several at a time.

        A failure to store stops the run (OSError).
        """
        ...
