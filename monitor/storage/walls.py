"""Until when each page and its wall need not be read anew, as whoever judged it last has told.

It holds nothing of its own: of a wall without a row nothing is known, and it is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func
from sqlmodel import Field, SQLModel, col, select

from collectors.model import Address
from monitor.storage.database import batched, insert_of, session
from monitor.storage.tables import Moment, StatementRow

AT_ONCE = 500  # rows, or names, of one statement
KEY = ("network", "address", "institution")


class WallRow(SQLModel, table=True):
    __tablename__ = "wall"

    network: str = Field(primary_key=True)
    address: str = Field(primary_key=True)
    institution: str = Field(primary_key=True)  # "municipality/institution", which was judged by it
    judged_at: datetime = Field(sa_type=Moment)  # the audit's own moment
    until: datetime = Field(sa_type=Moment)
    page_until: datetime | None = Field(default=None, sa_type=Moment)  # None: it was not told
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingWall:
    """What rests on a page's wall holds `until` then, by the registry and the acts of `basis`.

    `page_until`: the same of all that rests on the page.
    """

    address: Address
    institution: str
    judged_at: datetime
    until: datetime
    page_until: datetime | None = None
    basis: str


def remember(engine: Engine, walls: Sequence[RestingWall]) -> None:
    """The newest word counts; always in one order, or two that write would wait for each other."""
    if not walls:
        return
    insert = insert_of(engine.dialect.name)(WallRow)
    new = insert.excluded
    told = insert.on_conflict_do_update(
        index_elements=list(KEY),
        set_={name: new[name] for name in ("judged_at", "until", "page_until", "basis")},
        where=col(WallRow.judged_at) <= new.judged_at,
    )
    rows = sorted(map(_row, walls), key=lambda row: [row[name] for name in KEY])
    with session(engine) as opened:
        for some in batched(rows, AT_ONCE):
            opened.connection().execute(told, some)


def _row(wall: RestingWall) -> dict[str, object]:
    network, address = wall.address
    return {
        "network": network,
        "address": address,
        "institution": wall.institution,
        "judged_at": wall.judged_at,
        "until": wall.until,
        "page_until": wall.page_until,
        "basis": wall.basis,
    }


def of_pages(
    engine: Engine, addresses: Collection[Address], since: datetime
) -> Mapping[Address, Sequence[RestingWall]]:
    """By all institutions that were judged by the page since then."""
    wanted = set(addresses)
    found: defaultdict[Address, list[RestingWall]] = defaultdict(list)
    with session(engine) as opened:
        for some in batched(sorted({address for _, address in wanted}), AT_ONCE):
            rows = select(WallRow).where(
                col(WallRow.address).in_(some), col(WallRow.judged_at) >= since
            )
            for row in opened.exec(rows):
                if (key := (row.network, row.address)) in wanted:
                    found[key].append(_wall(row))
    return found


def last_stated(engine: Engine, until: datetime) -> Mapping[str, datetime]:
    """When something was last stated that may change what is judged, by "municipality/institution".

    That somebody was told, reminded or given a task changes nothing of it.
    """
    last = (
        select(
            StatementRow.municipality,
            StatementRow.institution,
            func.max(StatementRow.recorded_at, type_=Moment),
        )
        .where(
            col(StatementRow.kind).not_in(("told", "assigned", "reminded")),
            col(StatementRow.recorded_at) <= until,
        )
        .group_by(col(StatementRow.municipality), col(StatementRow.institution))
    )
    with session(engine) as opened:
        return {f"{town}/{name}": at for town, name, at in opened.exec(last)}


def _wall(row: WallRow) -> RestingWall:
    return RestingWall(
        address=(row.network, row.address),
        institution=row.institution,
        judged_at=row.judged_at,
        until=row.until,
        page_until=row.page_until,
        basis=row.basis,
    )
