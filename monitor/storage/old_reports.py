"""Reports that the service wrote at night are kept for as long as the configuration says.

Findings stay, so `dozor report --audit N` makes any of them again: they need no bin. Nothing goes
by a clock that is not believed, and a tenth goes a night (monitor/storage/retention.py). Only names
that the service itself gives go, of audits that were a night's, and only what nobody has written
anew since: a file that a user named, and what he asked for by hand, stay.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from monitor.clocks.believed import SLIP
from monitor.storage import history, nights
from monitor.storage.private import opener
from monitor.storage.retention import NIGHT, a_tenth, is_believed

log = logging.getLogger(__name__)

TIDIED = ".tidied"  # its time: when the last ones went
_PAGE = re.compile(r"audit-(\d{6,})\.(?:html|json)|\.audit-(\d{6,})\.(?:html|json)\.part")
_CARDS = re.compile(r"audit-(\d{6,})-(?:cards|towns)")
_CARD = re.compile(  # of an institution, of a municipality
    r"[^.].*--.*\.html|\..*--.*\.html\.part|\.?_[A-Za-z0-9][\w.-]*\.html(?:\.part)?"
)


def remove_reports(
    engine: Engine, folder: Path, days: int, now: datetime, *, believed: bool | None = None
) -> tuple[int, ...]:
    """Of audits begun more than `days` ago; the numbers of those that went. 0 keeps all.

    A file that cannot be removed is told in the log and costs nobody his night.
    """
    may_go = is_believed(engine, now) if believed is None else believed
    if not days or not may_go or _is_done_tonight(folder, now):
        return ()
    before = now - timedelta(days=days)
    stored = _files_by_audit(folder, nights.audits_of(engine))
    begun = history.surely_begun(engine)
    old = [number for number in sorted(stored) if begun[number] < before]
    ripe = [number for number in old if all(_is_old(one, before, now) for one in stored[number])]
    gone = tuple(one for one in ripe[: a_tenth(len(stored))] if _remove(stored[one]))
    if gone:
        _note_tidied(folder, now)
        log.info("reports of audits removed: %s", ", ".join(map(str, gone)))
    return gone


def _files_by_audit(folder: Path, ours: frozenset[int]) -> Mapping[int, list[Path]]:
    """What lies there of each night."""
    found: dict[int, list[Path]] = {}
    with suppress(OSError):
        for path in sorted(folder.iterdir()):
            number = _number(path)
            if number in ours:
                found.setdefault(number, []).extend(_files(path))
    return {number: files for number, files in found.items() if files}


def _number(path: Path) -> int:
    """0: not one of ours."""
    if path.is_symlink():
        return 0
    match = (_CARDS if path.is_dir() else _PAGE).fullmatch(path.name)
    return int(next(filter(None, match.groups()))) if match else 0


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (one for one in sorted(path.iterdir()) if _is_card(one))
    else:
        yield path


def _is_card(path: Path) -> bool:
    return _CARD.fullmatch(path.name) is not None and path.is_file() and not path.is_symlink()


def _is_old(path: Path, before: datetime, now: datetime) -> bool:
    """What was written later than now, by a clock that was ahead, is as old as its audit."""
    written = _written(path)
    return written is None or written < before or written > now + SLIP


def _written(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return None


def _remove(files: list[Path]) -> bool:
    """The page that has the links goes first: it never leads to what is not there any more."""
    try:
        for path in sorted(files, key=lambda path: len(path.parts)):
            path.unlink(missing_ok=True)
        for cards in {path.parent for path in files if _CARDS.fullmatch(path.parent.name)}:
            with suppress(OSError):  # a file that is not ours is in it
                cards.rmdir()
    except OSError as error:
        log.warning("a report cannot be removed: %s: %s", error.filename, error.strerror)
        return False
    return True


def _is_done_tonight(folder: Path, now: datetime) -> bool:
    written = _written(folder / TIDIED)
    return written is not None and abs(now - written) < NIGHT


def _note_tidied(folder: Path, now: datetime) -> None:
    """The time of the file says when the folder was tidied last."""
    mark = folder / TIDIED
    with suppress(OSError), open(mark, "wb", opener=opener):
        os.utime(mark, (now.timestamp(), now.timestamp()))
