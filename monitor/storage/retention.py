"""Evidence is kept for as long as the configuration says, then its bytes go and its digest stays.

    kept ──old enough──> bin (a folder beside it) ──a week──> gone
      ^──── no longer old: the setting, or the clock, was put right ────┘

A file whose bodies another one refers to is not old while that one is here, be it in the bin.
Nothing of it happens by a clock that is not believed (monitor/clocks/believed.py), and in one night
only a tenth of what is stored may go into the bin, or out of it. The chain of run digests goes over
the rows, which are never deleted: it verifies as before, and what is in the bin is verified as
well.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from monitor.storage import history
from monitor.storage.database import exclusive, session
from monitor.storage.members import counted
from monitor.storage.private import make_folder
from monitor.storage.tables import EvidenceFileRow

log = logging.getLogger(__name__)

BIN = "bin"
IN_BIN = timedelta(days=7)
SHARE = 10  # one in so many, a night
NIGHT = timedelta(hours=20)  # two nights are never nearer to each other


@dataclass(frozen=True, slots=True)
class Moved:
    """Names of files that went into the bin, came out of it, and went for good."""

    binned: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def remove_old(
    engine: Engine, folder: Path, days: int, now: datetime, *, believed: bool | None = None
) -> Moved:
    """Of runs begun more than `days` ago. 0 keeps all for ever. Raises OSError.

    `believed`: what other witnesses say of the clock; None asks what is stored. By one that is not
    believed things only come back. Rows are marked first: files that a crash left where they were
    move with the next run.
    """
    may_go = is_believed(engine, now) if believed is None else believed
    begun, before = history.surely_begun(engine), now - timedelta(days=days) if days else None
    unsealed = _referred_to_by_unsealed(engine, folder)
    with exclusive(engine) as opened:
        moved = _marked(opened, _stored(opened, begun, unsealed), before, now, may_go)
    _arrange(engine, folder)
    for what, names in (("to the bin", moved.binned), ("back", moved.back), ("gone", moved.gone)):
        if names:
            log.info("evidence %s: %s", what, ", ".join(names))
    return moved


def is_believed(engine: Engine, now: datetime) -> bool:
    return history.doubt(engine, now) is None


def a_tenth(count: int) -> int:
    """At least one: what is stored in little goes as well."""
    return -(-count // SHARE)


@dataclass(frozen=True, slots=True)
class _File:
    row: EvidenceFileRow
    begun: datetime
    is_wanted: bool  # by a file that is kept

    def is_old(self, before: datetime | None) -> bool:
        return before is not None and self.begun < before and not self.is_wanted


def _marked(
    opened: Session,
    stored: Sequence[_File],
    before: datetime | None,
    now: datetime,
    may_go: bool,
) -> Moved:
    share = a_tenth(len(stored)) if may_go else 0
    in_bin = [one for one in stored if one.row.binned_at is not None]
    back = [one for one in in_bin if not one.is_old(before)]
    ripe = [one for one in in_bin if one.is_old(before) and _is_ripe(one.row, now)]
    gone = ripe[: max(0, share - _gone_today(opened, now))]
    aged = [one for one in stored if one.row.binned_at is None and one.is_old(before)]
    binned = aged[: max(0, share - sum(_is_of_tonight(one.row, now) for one in in_bin))]
    return Moved(
        binned=_set(binned, lambda row: setattr(row, "binned_at", now)),
        back=_set(back, lambda row: setattr(row, "binned_at", None)),
        gone=_set(gone, lambda row: setattr(row, "removed_on", now.date())),
    )


def _stored(opened: Session, begun: Mapping[int, datetime], unsealed: Set[str]) -> Sequence[_File]:
    """In the order of sealing: those that have lain longest first."""
    rows = opened.exec(
        select(EvidenceFileRow)
        .where(col(EvidenceFileRow.removed_on).is_(None))
        .order_by(col(EvidenceFileRow.place))
    ).all()
    wanted = unsealed | {name for row in rows for name in row.refers_to or ()}
    return [
        _File(row, begun[row.audit_id], row.name in wanted) for row in rows if row.audit_id in begun
    ]


def _referred_to_by_unsealed(engine: Engine, folder: Path) -> Set[str]:
    """By runs under way, and by those that were killed and nobody has resumed yet."""
    with session(engine) as opened:
        sealed = set(opened.exec(select(EvidenceFileRow.name)))
    wanted: set[str] = set()
    for path in folder.glob("audit-*.warc.gz"):
        if path.name not in sealed:
            with suppress(FileNotFoundError):  # nothing was in it, and it went just now
                wanted |= counted(path).refers_to
    return wanted


def _set(files: Sequence[_File], change: Callable[[EvidenceFileRow], None]) -> tuple[str, ...]:
    for one in files:
        change(one.row)
    return tuple(one.row.name for one in files)


def _is_ripe(row: EvidenceFileRow, now: datetime) -> bool:
    return row.binned_at is not None and now - row.binned_at >= IN_BIN


def _is_of_tonight(row: EvidenceFileRow, now: datetime) -> bool:
    return row.binned_at is not None and abs(now - row.binned_at) < NIGHT


def _gone_today(opened: Session, now: datetime) -> int:
    today = select(EvidenceFileRow.name).where(EvidenceFileRow.removed_on == now.date())
    return len(opened.exec(today).all())


def _arrange(engine: Engine, folder: Path) -> None:
    """Every file where its row says that it is."""
    with session(engine) as opened:
        rows = opened.exec(select(EvidenceFileRow)).all()
    kept = {one.name for one in rows if one.binned_at is None and one.removed_on is None}
    for row in rows:
        here, binned = folder / row.name, folder / BIN / row.name
        if row.removed_on is not None:
            here.unlink(missing_ok=True)
            binned.unlink(missing_ok=True)
        elif row.binned_at is not None and here.exists():
            make_folder(folder / BIN)
            here.replace(binned)
    for path in folder.glob(f"{BIN}/*"):
        if path.name in kept and not (folder / path.name).exists():
            path.replace(folder / path.name)


def place_of(folder: Path, name: str) -> Path:
    """Where a file is: it may be in the bin, or a crash came between its mark and its move."""
    binned = folder / BIN / name
    return binned if binned.is_file() and not (folder / name).is_file() else folder / name


def in_bin(folder: Path) -> tuple[int, int]:
    """Files and bytes."""
    sizes = [path.stat().st_size for path in folder.glob(f"{BIN}/*") if path.is_file()]
    return len(sizes), sum(sizes)
