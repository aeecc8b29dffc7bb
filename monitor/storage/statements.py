"""What the office states by command: attestations, events, waivers. Append-only.

They join the registry's own when a dossier is put together, so both are judged alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import col, select

from monitor.storage.bodies import made, plain
from monitor.storage.database import session
from monitor.storage.tables import StatementRow
from rules.model import Attestation, Event, Institution, Municipality, Waiver

Statement = Attestation | Event | Waiver
_KINDS: dict[str, type[Statement]] = {
    "attestation": Attestation,
    "event": Event,
    "waiver": Waiver,
}


def record(
    engine: Engine, institution: Institution, statement: Statement, *, by: str, at: datetime
) -> None:
    kind = next(name for name, made_of in _KINDS.items() if made_of is type(statement))
    with session(engine) as opened:
        opened.add(
            StatementRow(
                kind=kind,
                municipality=institution.municipality,
                institution=institution.id,
                recorded_at=at,
                recorded_by=by,
                body=plain(statement),
            )
        )


def joined(engine: Engine, municipality: Municipality) -> Municipality:
    """The municipality with everything that was recorded for it.

    What counts as of a moment is decided by the date that a statement bears, not by the day on
    which somebody typed it in.
    """
    with session(engine) as opened:
        rows = opened.exec(
            select(StatementRow)
            .where(StatementRow.municipality == municipality.id)
            .order_by(col(StatementRow.id))
        ).all()
    of: dict[str, list[Statement]] = {}
    for row in rows:
        of.setdefault(row.institution, []).append(made(_KINDS[row.kind], row.body))
    institutions = tuple(_with(one, of.get(one.id, ())) for one in municipality.institutions)
    return replace(municipality, institutions=institutions)


def _with(institution: Institution, stated: Iterable[Statement]) -> Institution:
    attestations = [one for one in stated if isinstance(one, Attestation)]
    events = [one for one in stated if isinstance(one, Event)]
    waivers = [one for one in stated if isinstance(one, Waiver)]
    return replace(
        institution,
        attestations=(*institution.attestations, *attestations),
        events=(*institution.events, *events),
        waivers=(*institution.waivers, *waivers),
    )
