"""Which records of the nights' files a package needs, and where they lie.

A record is copied as it is, byte for byte: cut in any other way, its digest and its place in the
night's file would prove nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import col, select

from collectors.errors import OperatorError
from collectors.model import Evidence
from monitor.storage.database import session
from monitor.storage.members import ELSEWHERE, Member, members_of
from monitor.storage.retention import place_of
from monitor.storage.spelling import CERTIFICATE, certificate_uri
from monitor.storage.tables import AuditRow, EvidenceFileRow

SLACK = timedelta(hours=1)  # a clock that was put right meanwhile


class EvidenceError(OperatorError):
    """The package cannot be made; the text is Russian."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A record, and the file that it is cut from."""

    path: Path
    member: Member

    def read(self) -> bytes:
        with self.path.open("rb") as opened:
            opened.seek(self.member.begin)
            return opened.read(self.member.end - self.member.begin)


@dataclass(frozen=True, slots=True)
class Night:
    """A file that records were cut from, as the chain knows it."""

    row: EvidenceFileRow
    cuts: tuple[Cut, ...]  # in the file's order


@dataclass(frozen=True, slots=True)
class FoundRecords:
    nights: tuple[Night, ...]
    gone: tuple[Evidence, ...]  # removed when their time was over


def find(engine: Engine, folder: Path, wanted: Iterable[Evidence]) -> FoundRecords:
    """Raises EvidenceError where a file is not as it was sealed."""
    left = {one.record: one for one in wanted}
    nights: dict[str, Night] = {}
    for row in _likely(engine, tuple(left.values())):
        path = place_of(folder, row.name)
        if not left or row.removed_on is not None:
            continue
        if cuts := _cuts(path, row, left.keys()):
            _check(path, row)
            nights[row.name] = Night(row, cuts)
            for one in cuts:
                left.pop(one.member.id, None)
    for night in _elsewhere(engine, folder, tuple(nights.values())):
        nights[night.row.name] = _joined(nights.get(night.row.name), night)
    ordered = sorted(nights.values(), key=lambda night: night.row.place)
    return FoundRecords(tuple(ordered), tuple(left.values()))


def _elsewhere(engine: Engine, folder: Path, nights: Sequence[Night]) -> Iterator[Night]:
    """The whole answers of earlier nights that these refer to."""
    referred: dict[str, set[tuple[str, ...]]] = {}
    for one in (cut.member for night in nights for cut in night.cuts):
        if name := one.headers.get(ELSEWHERE.lower()):
            referred.setdefault(name, set()).add(_original_of(one))
    with session(engine) as opened:
        rows = opened.exec(
            select(EvidenceFileRow).where(col(EvidenceFileRow.name).in_(referred))
        ).all()
    for row in rows:
        path = place_of(folder, row.name)
        _check(path, row)
        yield Night(row, _originals(path, referred.pop(row.name)))
    if referred:
        told = ", ".join(sorted(referred))
        raise EvidenceError([f"нет файлов, на материалы которых ссылаются эти: {told}"])


def _joined(night: Night | None, more: Night) -> Night:
    if night is None:
        return more
    cuts = {one.member.begin: one for one in (*night.cuts, *more.cuts)}
    return Night(night.row, tuple(cuts[begin] for begin in sorted(cuts)))


def _originals(path: Path, keys: Set[tuple[str, ...]]) -> tuple[Cut, ...]:
    """Whole answers, with what was asked and the certificates that were shown."""
    records = {
        one.id
        for one in members_of(path)
        if one.kind == "response" and _key_of_response(one) in keys
    }
    return _cuts_of(path, records)


def _likely(engine: Engine, wanted: Sequence[Evidence]) -> Iterator[EvidenceFileRow]:
    """Files of the runs that were under way when something was read; then all the others."""
    with session(engine) as opened:
        rows = opened.exec(
            select(EvidenceFileRow, AuditRow.started_at, AuditRow.finished_at)
            .join(AuditRow, col(AuditRow.id) == EvidenceFileRow.audit_id)
            .order_by(col(EvidenceFileRow.place).desc())
        ).all()
    moments = [one.fetched_at for one in wanted]
    later = []
    for row, begun, ended in rows:
        if _is_within(moments, begun, ended):
            yield row
        else:
            later.append(row)
    yield from later


def _is_within(moments: Iterable[datetime], begun: datetime, ended: datetime | None) -> bool:
    return any(begun - SLACK <= one and (ended is None or one <= ended + SLACK) for one in moments)


def _check(path: Path, row: EvidenceFileRow) -> None:
    with path.open("rb") as opened:
        if hashlib.file_digest(opened, "sha256").hexdigest() != row.sha256:
            told = f"{path}: файл изменён после проверки № {row.audit_id}, пакет из него не собрать"
            raise EvidenceError([f"{told}; подробнее: dozor verify"])


def _cuts(path: Path, row: EvidenceFileRow, wanted: Iterable[str]) -> tuple[Cut, ...]:
    """The answers that are wanted with what was asked, then what these refer to."""
    if not path.is_file():
        raise EvidenceError([f"{path}: файла нет, а проверка № {row.audit_id} его записала"])
    return _cuts_of(path, set(wanted))


def _cuts_of(path: Path, ids: Set[str]) -> tuple[Cut, ...]:
    own = {one.begin: one for one in members_of(path) if {one.id, _answered(one)} & ids}
    if not own:
        return ()
    more = _referred(path, own)
    return tuple(Cut(path, one) for _, one in sorted({**own, **more}.items()))


def _answered(member: Member) -> str:
    """Of what was asked, or of what came instead of a body: the record with its answer."""
    return member.headers.get("warc-concurrent-to", "").strip("<>")


def _referred(path: Path, own: Mapping[int, Member]) -> dict[int, Member]:
    """Whole answers that the wanted ones repeat, and the certificates that servers showed."""
    originals = {_original_of(one) for one in own.values() if one.kind == "revisit"}
    certificates: dict[str, Member] = {}
    found: dict[int, Member] = {}
    for one in members_of(path):
        if one.kind == "response" and _key_of_response(one) in originals:
            found[one.begin] = one
        elif one.kind == "metadata":
            certificates.setdefault(one.headers.get("warc-target-uri", ""), one)
    for one in (*own.values(), *found.values()):
        shown = one.headers.get(CERTIFICATE.lower(), "")
        if certificate := certificates.get(certificate_uri(shown)):
            found[certificate.begin] = certificate
    return found


def _original_of(revisit: Member) -> tuple[str, ...]:
    names = ("warc-refers-to-target-uri", "warc-refers-to-date", "warc-payload-digest")
    return tuple(revisit.headers.get(name, "") for name in names)


def _key_of_response(member: Member) -> tuple[str, ...]:
    """By which a revisit refers to it."""
    names = ("warc-target-uri", "warc-date", "warc-payload-digest")
    return tuple(member.headers.get(name, "") for name in names)
