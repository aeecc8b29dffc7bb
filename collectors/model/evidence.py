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
class Original:
    """The record, of this run or an earlier one, that holds a body whole."""

    file: str  # its name
    begin: int
    length: int  # bytes in the file
    record: str  # "urn:uuid:…"
    uri: str
    at: datetime  # to the second
    digest: str  # as the record itself tells it: "sha1:…"
    sha256: str  # of the stored body


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """An answer of an earlier run, as its record holds it."""

    original: Original
    head: bytes  # status line and headers
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, as they went over the wire; may still hold secrets.

    `last`: where this address had a body before; it is referred to if this one is the same.
    `unchanged`: what the server says (304) is still there; `status`, `headers` and `body` are those
    of what came.
    """

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
    last: Original | None = None
    unchanged: Copy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where the bytes of an exchange are kept. `sha256` is of the stored, redacted body.

    With status 304 no bytes came: the server only said that they are what they were at `bytes_at`.
    """

    record: str  # "urn:uuid:…", the WARC record
    sha256: str
    url: str  # without secrets
    fetched_at: datetime
    status: int
    bytes_at: datetime | None = None


class EvidenceSink(Protocol):
    def keep(self, exchange: Exchange) -> Evidence:
        """Store the exchange, secrets removed; from any thread, several at a time.

        A failure to store stops the run (OSError).
        """
        ...


class Originals(Protocol):
    """Records to refer to, and what they hold."""

    @property
    def now(self) -> datetime:
        """By the clock of the machine, whatever moment the run is about."""
        ...

    def of(self, evidence: Evidence) -> Original | None:
        """Where the body of what was just kept is held whole."""
        ...

    def is_kept(self, original: Original) -> bool:
        """It may be referred to: it is young, and stays for as long as anything refers to it."""
        ...

    def copy(self, original: Original) -> Copy | None:
        """None where the record is not there, or is not what it was."""
        ...
