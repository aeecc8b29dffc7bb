"""What an audit could not read, address by address, and when each was read last."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Engine, and_, func, or_
from sqlalchemy import select as sa_select
from sqlmodel import col, select

from collectors.model import Address, FailureCode
from monitor.storage.database import session
from monitor.storage.ledger import WINDOW
from monitor.storage.locks import AT_WORK, NIGHT
from monitor.storage.tables import CallRow, LockRow, ObservationRow
from reports.model import Audit

AT_ONCE = 200  # addresses in one statement


class Held(NamedTuple):
    """Something that a process is at."""

    name: str
    since: datetime
    renewed_at: datetime


def failures_of(engine: Engine, audit: Audit) -> Mapping[Address, str]:
    """Addresses whose last look by this audit saw nothing, with the reason; not of those that may
    rest, of which an earlier look holds."""
    wanted = (
        sa_select(
            col(ObservationRow.network), col(ObservationRow.address), col(ObservationRow.failure)
        )
        .where(
            col(ObservationRow.audit_id) == audit.id,
            col(ObservationRow.id).in_(_last_of(audit)),
            col(ObservationRow.failure).is_not(None),
            col(ObservationRow.failure) != FailureCode.AT_REST,
        )
        .order_by(col(ObservationRow.id))
    )
    with session(engine) as opened:
        return {
            (network, address): str(reason)
            for network, address, reason in opened.connection().execute(wanted)
        }


def _last_of(audit: Audit) -> Any:
    """A page that was looked at twice counts by the second look."""
    return (
        sa_select(func.max(col(ObservationRow.id)))
        .where(col(ObservationRow.audit_id) == audit.id)
        .group_by(col(ObservationRow.network), col(ObservationRow.address))
    )


def last_read(engine: Engine, addresses: Several[Address]) -> Mapping[Address, datetime]:
    """When each of a few was read last, by any audit."""
    some = sorted(addresses)[:AT_ONCE]
    if not some:
        return {}
    wanted = (
        sa_select(
            col(ObservationRow.network),
            col(ObservationRow.address),
            func.max(col(ObservationRow.observed_at)),
        )
        .where(or_(*map(_is_page, some)), col(ObservationRow.failure).is_(None))
        .group_by(col(ObservationRow.network), col(ObservationRow.address))
    )
    with session(engine) as opened:
        return {
            (network, address): at
            for network, address, at in opened.connection().execute(wanted)
            if at
        }


def _is_page(address: Address) -> ColumnElement[bool]:
    network, url = address
    return and_(col(ObservationRow.network) == network, col(ObservationRow.address) == url)


def calls_of_a_day(engine: Engine, now: datetime) -> Mapping[tuple[str, str], int]:
    """By reader and method: counted calls of the last 24 hours."""
    wanted = (
        select(CallRow.reader, CallRow.method, func.sum(CallRow.calls))
        .where(col(CallRow.at) > now - WINDOW, col(CallRow.at) < now + WINDOW)
        .group_by(CallRow.reader, CallRow.method)
    )
    with session(engine) as opened:
        return {(reader, method): int(calls) for reader, method, calls in opened.exec(wanted)}


def at_work(engine: Engine) -> tuple[Held, ...]:
    """What is under way, or was when its process died."""
    wanted = (
        select(LockRow)
        .where(col(LockRow.name).in_((*AT_WORK, NIGHT)))
        .order_by(col(LockRow.taken_at))
    )
    with session(engine) as opened:
        return tuple(
            Held(row.name, row.taken_at, row.renewed_at) for row in opened.exec(wanted).all()
        )
