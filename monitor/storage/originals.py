"""Bodies that earlier runs hold, to be referred to and read back: fulfils `Originals`."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import col, select

from collectors.model import Copy, Evidence, Original
from monitor.storage.database import session
from monitor.storage.evidence import WarcFile
from monitor.storage.retention import place_of
from monitor.storage.tables import EvidenceFileRow

OLDEST = timedelta(days=30)  # so long after its own time evidence stays at most
UNPACK = zlib.MAX_WBITS + 16


@dataclass(frozen=True, slots=True)
class StoredOriginals:
    """Of the files that were sealed when the run began and were on no way out."""

    file: WarcFile
    folder: Path
    names: Set[str]
    now: datetime

    def of(self, evidence: Evidence) -> Original | None:
        return self.file.original_of(evidence.record)

    def is_kept(self, original: Original) -> bool:
        is_young = timedelta() <= self.now - original.at <= OLDEST
        return is_young and original.file in self.names

    def copy(self, original: Original) -> Copy | None:
        """Checked by its digest, so whatever else became of the file does not matter."""
        try:
            with place_of(self.folder, original.file).open("rb") as opened:
                opened.seek(original.begin)
                record = zlib.decompress(opened.read(original.length), wbits=UNPACK)
        except (OSError, zlib.error):
            return None
        told, _, block = record.partition(b"\r\n\r\n")
        head, _, rest = block.partition(b"\r\n\r\n")
        body = rest[: -len(b"\r\n\r\n")]
        is_it = original.record.encode() in told and head.startswith(b"HTTP/")
        if not is_it or hashlib.sha256(body).hexdigest() != original.sha256:
            return None
        return Copy(original=original, head=head, body=body)


def stored_originals(
    engine: Engine, folder: Path, file: WarcFile, now: datetime
) -> StoredOriginals:
    with session(engine) as opened:
        names = opened.exec(
            select(EvidenceFileRow.name).where(
                col(EvidenceFileRow.removed_on).is_(None), col(EvidenceFileRow.binned_at).is_(None)
            )
        )
        return StoredOriginals(file, folder, frozenset(names), now)
