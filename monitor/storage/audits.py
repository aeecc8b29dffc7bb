"""Audits: opened when a run begins, closed when it ends, never deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Collection as Several
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Engine, or_, update
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from monitor.clocks.believed import SLIP
from monitor.storage import findings, readings
from monitor.storage.bodies import made, plain
from monitor.storage.database import put_once, session
from monitor.storage.locks import LockTakenError
from monitor.storage.tables import AuditRow, DocumentRow
from reports.model import Audit, Collection, Issue, Tally

FEW = 16  # audits that are read at once
NOTHING_READ = Collection(pages=0, read=0, unread=0)


@dataclass(frozen=True, slots=True)
class Document:
    """A text that an audit rests on: a registry or a pack."""

    name: str
    body: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def read_document(path: Path) -> Document:
    return Document(path.name, path.read_bytes())


def begin(
    engine: Engine,
    *,
    kind: str = "audit",
    as_of: datetime,
    started_at: datetime,
    scope: tuple[str, ...] | None,
    registries: Mapping[str, str],
    packs: Mapping[str, str],
    documents: Iterable[Document],
) -> Audit:
    """Open an audit and keep the texts that it rests on.

    LockTakenError: another has read the same as of this moment. One that was interrupted is
    superseded: it can neither be resumed nor finished.
    """
    row = AuditRow(
        kind=kind,
        as_of=as_of,
        started_at=started_at,
        scope=None if scope is None else list(scope),
        collection=plain(NOTHING_READ),
        registries=dict(registries),
        packs=dict(packs),
        issues=[],
        reading=readings.key_of(kind, as_of, scope, registries),
    )
    with session(engine) as opened:
        put_once(opened, [_kept(document) for document in documents])
        row.id = readings.put(opened, row)
    return _value(row)


def _kept(document: Document) -> DocumentRow:
    return DocumentRow(digest=document.digest, name=document.name, body=document.body)


def unfinished(
    engine: Engine,
    *,
    kind: str,
    scope: tuple[str, ...] | None,
    since: datetime,
    until: datetime,
    registries: Mapping[str, str],
    packs: Mapping[str, str],
) -> Audit | None:
    """The newest one that was interrupted, of the same scope and texts, as of `since` to `until`.

    With another registry or pack it cannot be resumed: it would rest on two.
    """
    with session(engine) as opened:
        rows = opened.exec(
            select(AuditRow)
            .where(
                col(AuditRow.finished_at).is_(None),
                AuditRow.kind == kind,
                col(AuditRow.reading).is_not(None),
                col(AuditRow.as_of) >= since,
                col(AuditRow.as_of) <= until,
            )
            .order_by(col(AuditRow.id).desc())
        ).all()
    asked = (None if scope is None else list(scope), dict(registries), dict(packs))
    found = (row for row in rows if (row.scope, row.registries, row.packs) == asked)
    return next((_value(row) for row in found), None)


def abandoned(engine: Engine, begun: Audit) -> tuple[Audit, ...]:
    """Those that nobody is at, now that `begun` has their turn; judging alone reads nothing."""
    with session(engine) as opened:
        rows = opened.exec(
            select(AuditRow)
            .where(
                col(AuditRow.finished_at).is_(None),
                AuditRow.kind != "evaluate",
                AuditRow.id != begun.id,
            )
            .order_by(col(AuditRow.id))
        ).all()
    return tuple(_value(row) for row in rows if (row.scope is None) == (begun.scope is None))


def finished(
    engine: Engine,
    *,
    kind: str,
    as_of: datetime,
    scope: tuple[str, ...] | None,
    towns: Iterable[str],
) -> Audit | None:
    """The one that has read this scope as of exactly this moment."""
    number = readings.finished(engine, readings.key_of(kind, as_of, scope, tuple(towns)))
    return by_id(engine, number) if number else None


def last_started(engine: Engine) -> datetime | None:
    """When, by this machine's clock, the newest audit began."""
    with session(engine) as opened:
        return opened.exec(
            select(AuditRow.started_at).order_by(col(AuditRow.id).desc()).limit(1)
        ).first()


def finish(
    engine: Engine,
    audit: Audit,
    *,
    finished_at: datetime,
    complete: bool,
    collection: Collection,
    issues: tuple[Issue, ...],
    standings: Mapping[str, int] | None = None,
) -> Audit:
    """Done twice, it is finished once. LockTakenError: the reading was begun anew by another."""
    changes = {
        "finished_at": finished_at,
        "complete": complete,
        "collection": plain(collection),
        "issues": [plain(issue) for issue in issues],
        "standings": None if standings is None else dict(standings),
    }
    with session(engine) as opened:
        ours = opened.exec(update(AuditRow).where(*_is_ours(audit)).values(**changes))
    found = by_id(engine, audit.id)
    assert found is not None
    if not ours.rowcount:
        raise LockTakenError(readings.TAKEN)
    return found


def _is_ours(audit: Audit) -> tuple[ColumnElement[bool], ...]:
    """Not superseded."""
    ours = (col(AuditRow.id) == audit.id,)
    return (*ours, col(AuditRow.reading).is_not(None)) if audit.kind in readings.READING else ours


def by_id(engine: Engine, number: int) -> Audit | None:
    with session(engine) as opened:
        row = opened.get(AuditRow, number)
    return _value(row) if row else None


def _judged(now: datetime | None = None) -> SelectOfScalar[AuditRow]:
    """Finished audits that judged, newest first by the run's clock and then by number.

    Not those dated later than `now`: a clock that was ahead once would have the last word for as
    long as it was ahead.
    """
    until = [] if now is None else [_is_by(AuditRow.as_of, now), _is_by(AuditRow.started_at, now)]
    return (
        select(AuditRow)
        .where(col(AuditRow.finished_at).is_not(None), AuditRow.kind != "collect", *until)
        .order_by(col(AuditRow.as_of).desc(), col(AuditRow.id).desc())
    )


def _is_by(moment: datetime, now: datetime) -> ColumnElement[bool]:
    return col(moment) <= now + SLIP


def later_than(engine: Engine, now: datetime) -> tuple[int, ...]:
    """The numbers of finished audits that are passed over as they are dated later than now."""
    later = or_(~_is_by(AuditRow.as_of, now), ~_is_by(AuditRow.started_at, now))
    with session(engine) as opened:
        return tuple(row.id or 0 for row in opened.exec(_judged().where(later)))


def latest(
    engine: Engine, towns: Several[str] = (), *, now: datetime | None = None
) -> Audit | None:
    """The newest finished audit of everything: of all institutions of at least these towns.

    Offices may share a database: what one audited whole may be a part of what another has. With
    `now`, not one that is dated later.
    """
    with _by_and_by(engine, _judged(now).where(_is_whole())) as whole:
        found = next((row for row in whole if set(towns) <= _towns_of(row, towns)), None)
        return _value(found) if found else None


def latest_of_any(engine: Engine, towns: Several[str], now: datetime) -> Audit | None:
    """The newest finished audit in one of these towns, be it only of a few institutions."""
    with _by_and_by(engine, _judged(now)) as rows:
        found = next((row for row in rows if set(towns) & _towns_of(row, towns)), None)
        return _value(found) if found else None


def _is_whole() -> ColumnElement[bool]:
    """Of all institutions."""
    return col(AuditRow.scope).is_(None)


@contextmanager
def _by_and_by(engine: Engine, asked: SelectOfScalar[AuditRow]) -> Iterator[Iterable[AuditRow]]:
    """A few rows at a time: whoever has found his own asks for no more of a year of nights."""
    with (
        session(engine) as opened,
        opened.exec(asked.execution_options(yield_per=FEW)) as rows,
    ):
        yield rows


def _towns_of(row: AuditRow, otherwise: Several[str]) -> set[str]:
    """Those that the audit was of; an old row does not tell, and is taken to be of `otherwise`."""
    return set(row.registries or otherwise)


def before(engine: Engine, audit: Audit, *, whole_only: bool = True) -> Audit | None:
    """The newest finished audit as of an earlier moment; `whole_only`: of all institutions."""
    wanted = _judged().where(col(AuditRow.as_of) < audit.as_of).limit(1)
    with session(engine) as opened:
        found = opened.exec(wanted.where(_is_whole()) if whole_only else wanted).first()
    return _value(found) if found else None


def whole_since(engine: Engine, since: datetime, now: datetime) -> tuple[Audit, ...]:
    """The finished audits of all institutions as of a moment between, newest first."""
    with session(engine) as opened:
        rows = opened.exec(_judged(now).where(_is_whole(), col(AuditRow.as_of) > since))
        return tuple(map(_value, rows))


def tallies(
    engine: Engine, audit: Audit, *, most: int = 12, municipality: str | None = None
) -> tuple[Tally, ...]:
    """Outcome counts of the last whole audits up to `audit`, oldest first, one per as-of moment."""
    newest: dict[datetime, AuditRow] = {}
    until = _judged().where(_is_whole(), col(AuditRow.as_of) <= audit.as_of)
    with _by_and_by(engine, until) as rows:
        for row in rows:
            if len(newest) == most and row.as_of not in newest:
                break
            newest.setdefault(row.as_of, row)
    chosen = [row.id or 0 for row in newest.values()]
    counts = findings.counts_of(engine, chosen, municipality)
    return tuple(
        Tally(
            audit=row.id or 0,
            as_of=row.as_of,
            counts=counts.get(row.id or 0, {}),
            standings={} if municipality else row.standings or {},
        )
        for row in reversed(newest.values())
    )


def document(engine: Engine, digest: str) -> bytes | None:
    with session(engine) as opened:
        row = opened.get(DocumentRow, digest)
    return row.body if row else None


def _value(row: AuditRow) -> Audit:
    assert row.id is not None
    return Audit(
        id=row.id,
        as_of=row.as_of,
        started_at=row.started_at,
        finished_at=row.finished_at,
        complete=row.complete,
        scope=None if row.scope is None else tuple(row.scope),
        kind=row.kind,
        collection=made(Collection, row.collection),
        registries=row.registries,
        packs=row.packs,
        issues=tuple(made(Issue, one) for one in row.issues),
        standings=row.standings or {},
    )
