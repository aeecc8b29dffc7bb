"""Stamps over the chain of evidence. A link stands for all files before it, so one stamp a night
is enough, and what could not be stamped yesterday is covered by today's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import col, select

from monitor.storage.database import exclusive, session
from monitor.storage.tables import EvidenceFileRow, EvidenceStampRow


@dataclass(frozen=True, slots=True)
class ChainLink:
    """The chain up to a file."""

    place: int
    chain: str

    @property
    def text(self) -> bytes:
        """What is stamped: sixty-four letters and digits, as they are printed."""
        return self.chain.encode()


def last_link(engine: Engine) -> ChainLink | None:
    with session(engine) as opened:
        row = opened.exec(
            select(EvidenceFileRow).order_by(col(EvidenceFileRow.place).desc()).limit(1)
        ).first()
        return ChainLink(row.place, row.chain) if row else None


def keep(engine: Engine, link: ChainLink, authority: str, response: bytes, at: datetime) -> None:
    """Once a link, whoever comes first."""
    with exclusive(engine) as opened:
        if opened.get(EvidenceStampRow, link.place) is None:
            row = EvidenceStampRow(
                place=link.place,
                chain=link.chain,
                authority=authority,
                received_at=at,
                response=response,
            )
            opened.add(row)


def stamp_over(engine: Engine, place: int) -> EvidenceStampRow | None:
    """The first one that covers this place of the chain."""
    return _first(engine, place, is_newest=False)


def newest(engine: Engine) -> EvidenceStampRow | None:
    return _first(engine, 0, is_newest=True)


def every(engine: Engine) -> tuple[EvidenceStampRow, ...]:
    with session(engine) as opened:
        return tuple(opened.exec(select(EvidenceStampRow).order_by(col(EvidenceStampRow.place))))


def _first(engine: Engine, place: int, *, is_newest: bool) -> EvidenceStampRow | None:
    order = col(EvidenceStampRow.place)
    with session(engine) as opened:
        return opened.exec(
            select(EvidenceStampRow)
            .where(order >= place)
            .order_by(order.desc() if is_newest else order)
            .limit(1)
        ).first()
