"""Where our readers were let in: heard every few hours, each thing kept with the marker behind it.

A marker that is sent ends what was before it; so it is kept in one transaction with what came, and
a crash in between hears the same once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from collectors.model import Admission, Heard
from monitor.storage.admission_rows import AdmissionRow, MarkerRow
from monitor.storage.database import exclusive, session


def markers(engine: Engine, network: str) -> Mapping[str, int]:
    with session(engine) as opened:
        rows = opened.exec(select(MarkerRow).where(MarkerRow.network == network)).all()
        return {row.reader: row.marker for row in rows if row.marker is not None}


def keep(engine: Engine, network: str, heard: Heard, at: datetime) -> tuple[Admission, ...]:
    """Gives what is news: an event of earlier than what is known says nothing."""
    with exclusive(engine) as opened:
        news = [one for one in heard.admissions if _is_kept(opened, network, one)]
        for reader in {*heard.markers, *heard.failures}:
            failure = heard.failures.get(reader)
            known = opened.get(MarkerRow, (network, reader))
            row = known or MarkerRow(network=network, reader=reader, heard_at=at)
            row.marker = heard.markers.get(reader, row.marker)
            row.failure = f"{failure.code}: {failure.detail}" if failure else ""
            row.heard_at = row.heard_at if failure else at
            opened.add(row)
        return tuple(news)


def _is_kept(opened: Session, network: str, told: Admission) -> bool:
    known = opened.get(AdmissionRow, (network, told.reader, told.number))
    if known is not None and known.at >= told.at:
        return False
    row = known or AdmissionRow(
        network=network, reader=told.reader, number=told.number, is_in=told.is_in, at=told.at
    )
    row.is_in, row.at = told.is_in, told.at
    row.address, row.title = told.address or row.address, told.title or row.title
    opened.add(row)
    return True


def standing(engine: Engine, network: str) -> Sequence[Admission]:
    """The last that is known of each, the newest first."""
    newest = select(AdmissionRow).where(AdmissionRow.network == network)
    with session(engine) as opened:
        rows = opened.exec(newest.order_by(col(AdmissionRow.at).desc())).all()
        return [
            Admission(
                reader=row.reader,
                number=row.number,
                is_in=row.is_in,
                at=row.at,
                address=row.address,
                title=row.title,
            )
            for row in rows
        ]


def last_heard(engine: Engine, network: str) -> Mapping[str, datetime]:
    """By reader; only those that were heard at all."""
    with session(engine) as opened:
        rows = opened.exec(select(MarkerRow).where(MarkerRow.network == network)).all()
        return {row.reader: row.heard_at for row in rows}
