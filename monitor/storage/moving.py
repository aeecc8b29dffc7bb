"""Moving everything that is stored into an empty PostgreSQL, in one transaction.

    source ──read in one snapshot──> rows ──> target ──read back──> compared ──> committed

Counts and digests of what the target holds are compared with what the source gave before anything
is committed: a move that breaks off, or that does not agree, leaves the target as it was. The
source is only read.

MoveError    the move cannot be made; the text is Russian
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, inspect, select
from sqlalchemy.engine import Row
from sqlmodel import SQLModel

from collectors.errors import UsageError
from monitor.storage.addresses import POSTGRESQL, shown
from monitor.storage.board_rows import DERIVED
from monitor.storage.database import kind_of, schema_is_current, translated, upgrade
from monitor.storage.desk_tables import AttemptRow
from monitor.storage.order_rows import OrderRow
from monitor.storage.site_memory import SiteMemoryRow
from monitor.storage.tables import AttachmentRow, LetterPartRow, LockRow
from monitor.storage.walls import WallRow

# Who is at work there, or was told to be, is not at work here, an attempt counts for a quarter of
# an hour, and what is derived is derived again.
LEFT_BEHIND = {
    str(one.__tablename__)
    for one in (LockRow, AttemptRow, OrderRow, SiteMemoryRow, WallRow, *DERIVED)
}
AT_ONCE = 500  # rows
FEW = 8  # where a row may be as large as an attachment
LARGE = {str(LetterPartRow.__tablename__), str(AttachmentRow.__tablename__)}
ALL = 1 << 256

Tell = Callable[[str, int], None]  # table, rows


class MoveError(UsageError):
    """The move cannot be made; the text is Russian and says why."""


@dataclass(frozen=True, slots=True)
class Content:
    """Of one table: the number of rows, and the sum of their digests, whatever their order."""

    rows: int = 0
    digest: int = 0

    def plus(self, rows: Sequence[Row[Any]]) -> Content:
        added = sum(_digest_of_row(row) for row in rows)
        return Content(self.rows + len(rows), (self.digest + added) % ALL)


def move(source: Engine, target: Engine, tell: Tell) -> None:
    """Raises MoveError, StorageError. Call it while nobody works with the source."""
    if kind_of(target) != POSTGRESQL:
        raise MoveError("--to: переносить можно только в PostgreSQL (postgresql+psycopg://…)")
    if not schema_is_current(source):
        raise MoveError(
            f"{shown(str(source.url))}: база пуста или прежней версии; "
            "обновит её dozor verify, а вы повторите перенос"
        )
    with translated(str(target.url)), target.begin() as there, _snapshot(source) as here:
        _check_empty(there)
        upgrade(there)
        given = {table.name: _copy(table, here, there) for table in _tables()}
        _check_equal(given, there)
        for table in _tables():
            _continue_numbers(table, there)
            tell(table.name, given[table.name].rows)


def _tables() -> list[Table]:
    """Those that are pointed at before those that point."""
    return [one for one in SQLModel.metadata.sorted_tables if one.name not in LEFT_BEHIND]


def _snapshot(source: Engine) -> Connection:
    """All tables as of one moment."""
    level = "REPEATABLE READ" if kind_of(source) == POSTGRESQL else "SERIALIZABLE"
    return source.connect().execution_options(isolation_level=level, stream_results=True)


def _check_empty(there: Connection) -> None:
    known = set(inspect(there).get_table_names()) & set(SQLModel.metadata.tables)
    for table in (SQLModel.metadata.tables[name] for name in sorted(known)):
        if count := there.scalar(select(func.count()).select_from(table)):
            raise MoveError(
                f"{shown(str(there.engine.url))}: база не пуста (в таблице {table.name} "
                f"строк: {count}); нужна новая: createdb"
            )


def _copy(table: Table, here: Connection, there: Connection) -> Content:
    content = Content()
    for rows in _portions(here.execute(select(table)), _at_once(table)):
        there.execute(insert(table), [dict(row._mapping) for row in rows])
        content = content.plus(rows)
    return content


def _check_equal(given: Mapping[str, Content], there: Connection) -> None:
    for table in _tables():
        content = Content()
        for rows in _portions(there.execute(select(table)), _at_once(table)):
            content = content.plus(rows)
        if content != given[table.name]:
            raise MoveError(
                f"таблица {table.name} перенеслась не так, как была (строк {content.rows} вместо "
                f"{given[table.name].rows}); перенос отменён, новая база осталась пустой"
            )


def _at_once(table: Table) -> int:
    return FEW if table.name in LARGE else AT_ONCE


def _portions(rows: Iterable[Row[Any]], size: int) -> Iterable[Sequence[Row[Any]]]:
    rest = iter(rows)
    return iter(lambda: list(islice(rest, size)), [])


def _continue_numbers(table: Table, there: Connection) -> None:
    """The next row gets the next number."""
    column = table.autoincrement_column
    if column is None:
        return
    sequence = there.scalar(select(func.pg_get_serial_sequence(f'"{table.name}"', column.name)))
    last = there.scalar(select(func.max(column)))
    if sequence and last:
        there.execute(select(func.setval(sequence, last)))


def _digest_of_row(row: Row[Any]) -> int:
    """Of equal values equal on both servers; a number, so that rows add up in any order."""
    told = json.dumps(list(row), default=_plain, sort_keys=True, ensure_ascii=False)
    return int.from_bytes(hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest())


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    assert isinstance(value, datetime | date), value
    return value.isoformat()
