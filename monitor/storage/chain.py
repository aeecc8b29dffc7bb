"""The chain of the nights' digests as a value: packages carry it, whoever has one checks it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import col, select

from monitor.storage.database import session
from monitor.storage.tables import EvidenceFileRow


@dataclass(frozen=True, slots=True)
class Sealing:
    """A file that joined the chain."""

    place: int
    audit: int
    name: str
    size: int
    records: int
    sha256: str
    chain: str

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def link(digest: str, last: str) -> str:
    """The chain with one more file: sha256 of the last link and the file's digest, as letters."""
    return hashlib.sha256(f"{last}{digest}".encode()).hexdigest()


def chain_of(engine: Engine) -> tuple[Sealing, ...]:
    with session(engine) as opened:
        rows = opened.exec(select(EvidenceFileRow).order_by(col(EvidenceFileRow.place)))
        return tuple(
            Sealing(row.place, row.audit_id, row.name, row.size, row.records, row.sha256, row.chain)
            for row in rows
        )


def broken(chain: Iterable[Sealing]) -> Iterator[Sealing]:
    """Links that do not follow from those before them."""
    last = ""
    for one in chain:
        if one.chain != link(one.sha256, last):
            yield one
        last = one.chain


def digest_and_size(path: Path) -> tuple[str, int]:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest(), path.stat().st_size
