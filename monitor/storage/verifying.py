"""Whether evidence is as it was written: `dozor verify`."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import col, select
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders

from monitor.storage.chain import digest_and_size, link
from monitor.storage.database import session
from monitor.storage.members import whole_until
from monitor.storage.retention import place_of
from monitor.storage.tables import EvidenceFileRow

log = logging.getLogger(__name__)


def verify(engine: Engine, folder: Path) -> Iterator[str]:
    """A Russian sentence for every file or record that is not as it was written."""
    chain = ""
    with session(engine) as opened:
        rows = opened.exec(select(EvidenceFileRow).order_by(col(EvidenceFileRow.place))).all()
    kept = {row.name for row in rows if row.removed_on is None}
    for row in rows:
        if row.chain != link(row.sha256, chain):
            yield f"проверка № {row.audit_id}: цепочка отпечатков прервана, запись в базе изменена"
        chain = row.chain
        if row.removed_on is None:
            yield from _faults_of_file(place_of(folder, row.name), row)
            for name in sorted(set(row.refers_to or ()) - kept):
                yield f"{row.name}: ссылается на материалы файла {name}, а его больше нет"


def _faults_of_file(path: Path, row: EvidenceFileRow) -> Iterator[str]:
    if not path.is_file():
        yield f"{path}: файла нет, а проверка № {row.audit_id} его записала"
        return
    digest, size = digest_and_size(path)
    if digest == row.sha256:
        return
    yield f"{path}: файл изменён (было {row.size} байт, стало {size})"
    yield from _faults_of_records(path, row.records)


def _faults_of_records(path: Path, expected: int) -> Iterator[str]:
    count = 0
    with path.open("rb") as opened:
        try:
            for record in ArchiveIterator(opened):
                count += 1
                body = record.content_stream().read()
                stated = record.rec_headers.get_header("Dozor-Body-Sha256")
                if record.rec_type == "response" and stated != hashlib.sha256(body).hexdigest():
                    yield f"{path}: запись {_record_id(record.rec_headers)} изменена"
        except (ArchiveLoadFailed, OSError, EOFError, ValueError) as error:
            log.warning("%s is not read beyond record %d: %r", path.name, count, error)
    if (end := whole_until(path)) < path.stat().st_size:
        yield (
            f"{path}: с байта {end} (после записи {count}) файл обрезан или повреждён; "
            "верните его из копии (dozor restore)"
        )
    if count != expected:
        yield f"{path}: записей {count}, а было {expected}"


def _record_id(headers: StatusAndHeaders) -> str:
    """As evidence names it, without angle brackets."""
    return str(headers.get_header("WARC-Record-ID")).strip("<>")
