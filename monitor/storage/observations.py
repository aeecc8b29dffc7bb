"""Observations: added batch by batch as answers come, read back newest first."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby

from sqlalchemy import Engine, bindparam, func, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from collectors.model import Address, Observation
from monitor.storage.bodies import packed, unpacked
from monitor.storage.database import session
from monitor.storage.tables import ObservationRow
from reports.model import Audit

HISTORY = 14  # readings of one page that a judgement looks back on


def add(engine: Engine, audit: Audit, batch: Iterable[Observation]) -> None:
    """Commit one batch: what a killed run had added stays."""
    with session(engine) as opened:
        opened.add_all(_row(audit, one) for one in batch)


def history(
    engine: Engine, addresses: Several[Address], as_of: datetime, *, most: int = HISTORY
) -> Mapping[Address, tuple[Observation, ...]]:
    """The last `most` observations of every address up to `as_of`, newest first."""
    return dict(each_history(engine, addresses, as_of, most=most))


def each_history(
    engine: Engine, addresses: Several[Address], as_of: datetime, *, most: int = HISTORY
) -> Iterator[tuple[Address, tuple[Observation, ...]]]:
    """The same one by one: the walls of a region are too much to be held at once."""
    return _each(engine, addresses, _of_page(as_of, most))


def each_last_try(
    engine: Engine, addresses: Several[Address], as_of: datetime, passed_over: Several[str]
) -> Iterator[tuple[Address, Observation]]:
    """The newest observation of every address that was one: not a failure `passed_over`."""
    tried = or_(
        col(ObservationRow.failure).is_(None), col(ObservationRow.failure).not_in(passed_over)
    )
    for address, newest in _each(engine, addresses, _of_page(as_of, 1).where(tried)):
        if newest:
            yield address, newest[0]


def of_audit(engine: Engine, audit: Audit) -> set[Address]:
    """Which addresses this audit has already read: a killed run goes on after them."""
    with session(engine) as opened:
        rows = opened.exec(
            select(ObservationRow.network, ObservationRow.address).where(
                col(ObservationRow.audit_id) == audit.id
            )
        )
        return set(rows)


def read_again(engine: Engine, audit: Audit) -> set[Address]:
    """Which addresses this audit has already read twice: a second look is taken once."""
    with session(engine) as opened:
        rows = opened.exec(
            select(ObservationRow.network, ObservationRow.address)
            .where(col(ObservationRow.audit_id) == audit.id)
            .group_by(col(ObservationRow.network), col(ObservationRow.address))
            .having(func.count() > 1)
        )
        return set(rows)


def known_ids(engine: Engine, as_of: datetime) -> Mapping[Address, str]:
    """The last id that each address had: a renamed page is followed by it."""
    with session(engine) as opened:
        rows = opened.exec(
            select(ObservationRow.network, ObservationRow.address, ObservationRow.page_id)
            .where(
                col(ObservationRow.page_id).is_not(None), col(ObservationRow.observed_at) <= as_of
            )
            .order_by(
                col(ObservationRow.network),
                col(ObservationRow.address),
                col(ObservationRow.observed_at).desc(),
            )
        )
        groups = groupby(rows, key=lambda row: (row[0], row[1]))
        return {address: str(next(group)[2]) for address, group in groups}


def _each(
    engine: Engine, addresses: Several[Address], of_page: SelectOfScalar[bytes]
) -> Iterator[tuple[Address, tuple[Observation, ...]]]:
    with session(engine) as opened:
        for network, address in addresses:
            bodies = opened.exec(of_page, params={"page_network": network, "page_address": address})
            yield (network, address), tuple(unpacked(Observation, body) for body in bodies)


def _of_page(as_of: datetime, most: int) -> SelectOfScalar[bytes]:
    """Put together once for many pages: SQLAlchemy takes longer over it than SQLite."""
    return (
        select(ObservationRow.body)
        .where(
            col(ObservationRow.network) == bindparam("page_network"),
            col(ObservationRow.address) == bindparam("page_address"),
            col(ObservationRow.observed_at) <= as_of,
        )
        .order_by(col(ObservationRow.observed_at).desc(), col(ObservationRow.id).desc())
        .limit(most)
    )


def _row(audit: Audit, observation: Observation) -> ObservationRow:
    facts, failure = observation.facts, observation.failure
    return ObservationRow(
        audit_id=audit.id,
        network=observation.page.network,
        address=observation.page.address,
        page_id=facts.page_id if facts else None,
        observed_at=observation.observed_at,
        failure=failure.code.value if failure else None,
        body=packed(observation),
    )
