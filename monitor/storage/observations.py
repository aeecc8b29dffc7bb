"""Observations: added batch by batch as answers come, read back newest first."""

from __future__ import annotations

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Collection as Several
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Engine,
    Executable,
    SQLColumnExpression,
    and_,
    bindparam,
    false,
    func,
    insert,
    or_,
)
from sqlmodel import SQLModel, col, select
from sqlmodel.sql.expression import Select

from collectors.barrier import barrier
from collectors.model import Address, Facts, FailureCode, Observation
from monitor.storage.bodies import in_json, packed
from monitor.storage.database import put_once, session
from monitor.storage.outlines import Bodies, part, read_back, whole
from monitor.storage.tables import ObservationRow, SiteFactsRow
from reports.model import Audit

Part = TypeVar("Part")
SelectOfBodies = Select[bytes, bytes, bytes | None]

HISTORY = 14  # readings of one page that a judgement looks back on
LOOKS = HISTORY - 2  # so many of them may be without the wall: tonight there may be two more
NOTHING_SHOWN = frozenset({FailureCode.AT_REST.value})
_ADD = insert(SQLModel.metadata.tables["observation"])


def add(engine: Engine, audit: Audit, batch: Iterable[Observation]) -> None:
    """Commit one batch: what a killed run had added stays."""
    if told := [_sound_row(audit, one) for one in batch]:
        with session(engine) as opened:
            put_once(opened, [facts for _, facts in told if facts], filling="outline")
            opened.connection().execute(_ADD, [row for row, _ in told])


def history(
    engine: Engine, addresses: Several[Address], as_of: datetime, *, most: int = HISTORY
) -> Mapping[Address, tuple[Observation, ...]]:
    """The last `most` observations of every address up to `as_of`, newest first."""
    return dict(_each(engine, addresses, _of_page(most), as_of, _whole_look, strict=True))


def shown(
    engine: Engine, addresses: Several[Address], as_of: datetime, *, most: int
) -> Mapping[Address, tuple[Observation, ...]]:
    """As `history`, without nights on which the page was left for another: a finding rests on none
    of them, and several stand before the look that it rests on."""
    asked = _of_page(most, NOTHING_SHOWN)
    return dict(_each(engine, addresses, asked, as_of, _whole_look, strict=True))


def history_to_judge(
    engine: Engine, addresses: Several[Address], as_of: datetime
) -> Mapping[Address, tuple[Observation, ...]]:
    """As `history`, without what no judgement asks of older readings: see `outlines`."""
    rows = _rows(engine, addresses, _of_page(HISTORY), as_of)
    return {address: tuple(read_back(found)) for address, found in rows}


def each_history(
    engine: Engine, addresses: Several[Address], as_of: datetime, *, most: int = HISTORY
) -> Iterator[tuple[Address, tuple[Observation, ...]]]:
    """The same one by one: the walls of a region are too much to be held at once. Here, where many
    share the reading, a page of which something cannot be read back is as one that was never asked.
    """
    return _each(engine, addresses, _of_page(most), as_of, _whole_look)


def each_part(
    kind: type[Part],
    engine: Engine,
    addresses: Several[Address],
    as_of: datetime,
    *,
    most: int = HISTORY,
) -> Iterator[tuple[Address, tuple[Part, ...]]]:
    """As `each_history`, of every observation only the fields that `kind` has, none of them of its
    site: far quicker."""
    return _each(engine, addresses, _of_page(most), as_of, partial(part, kind))


def last_looks(
    engine: Engine, addresses: Several[Address], as_of: datetime, *, most: int
) -> Mapping[Address, tuple[Observation, ...]]:
    """As `shown`, of a few addresses in one statement."""
    table = SQLModel.metadata.tables["observation"].c
    pages = [and_(table.network == network, table.address == one) for network, one in addresses]
    newest = (table.observed_at.desc(), table.id.desc())
    numbered = (
        select(
            table.id,
            func.row_number()
            .over(partition_by=(table.network, table.address), order_by=newest)
            .label("turn"),
        )
        .where(
            or_(false(), *pages),
            table.observed_at <= as_of,
            _but_for(NOTHING_SHOWN, table.failure),
        )
        .subquery()
    )
    wanted = (
        select(table.network, table.address, table.body, col(SiteFactsRow.body))
        .join(numbered, numbered.c.id == table.id)
        .outerjoin(SiteFactsRow, col(SiteFactsRow.digest) == table.facts)
        .where(numbered.c.turn <= most)
        .order_by(*newest)
    )
    found: defaultdict[Address, list[Observation]] = defaultdict(list)
    with session(engine) as opened:
        for network, address, body, facts in opened.connection().execute(wanted):
            found[network, address].append(whole(Observation, Bodies(body, facts)))
    return {address: tuple(looks) for address, looks in found.items()}


def each_last_try(
    engine: Engine, addresses: Several[Address], as_of: datetime, passed_over: Several[str]
) -> Iterator[tuple[Address, Observation]]:
    """The newest look at every address that tried its wall: not one with a failure `passed_over`,
    nor one that left the page or its wall for another night. One that lies behind LOOKS others is
    not found: no judgement would find it."""
    asked = _of_page(LOOKS, frozenset(passed_over) - {FailureCode.AT_REST})
    for address, bodies in _rows(engine, addresses, asked, as_of):
        if last := _first(bodies, address, _tried_its_wall):
            yield address, last


def each_last_wall(
    engine: Engine, addresses: Several[Address], as_of: datetime
) -> Iterator[tuple[Address, Observation]]:
    """The newest look at every address that showed a wall. Facts that are kept apart have none: a
    dozen looks at every site would be read back for nothing."""
    for address, bodies in _rows(engine, addresses, _of_page(LOOKS), as_of):
        perhaps = (stored for stored in bodies if stored.facts is None)
        if last := _first(perhaps, address, _has_wall):
            yield address, last


def _tried_its_wall(look: Observation) -> bool:
    wall = look.gaps.get("wall")
    return not look.is_left and (wall is None or wall.code is not FailureCode.NOT_DUE)


def _has_wall(look: Observation) -> bool:
    return look.facts is not None and look.facts.wall is not None


def _first(
    bodies: Iterable[Bodies], address: Address, wanted: Callable[[Observation], bool]
) -> Observation | None:
    """No more bodies are read back than it takes."""
    with barrier("page", address[1]):
        return next(filter(wanted, map(_whole_look, bodies)), None)
    return None


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
    """Which addresses this audit has already read twice: a second look is taken once. That a page
    was left for another night is no look."""
    with session(engine) as opened:
        rows = opened.exec(
            select(ObservationRow.network, ObservationRow.address)
            .where(col(ObservationRow.audit_id) == audit.id)
            .where(_but_for(NOTHING_SHOWN, col(ObservationRow.failure)))
            .group_by(col(ObservationRow.network), col(ObservationRow.address))
            .having(func.count() > 1)
        )
        return set(rows)


def known_ids(
    engine: Engine, addresses: Iterable[Address], as_of: datetime
) -> Mapping[Address, str]:
    """The last id that each of these addresses had: a renamed page is followed by it.

    Asked one by one, each a single look into the index: whatever else was ever seen costs nothing.
    """
    found: dict[Address, str] = {}
    with session(engine) as opened:
        connection = opened.connection()
        for address in addresses:
            if known := connection.execute(_last_id(), _page_asked(address, as_of)).scalar():
                found[address] = str(known)
    return found


def _each(
    engine: Engine,
    addresses: Several[Address],
    of_page: SelectOfBodies,
    as_of: datetime,
    read: Callable[[Bodies], Part],
    *,
    strict: bool = False,
) -> Iterator[tuple[Address, tuple[Part, ...]]]:
    """`strict`: what cannot be read back is raised; else the page is as one never asked."""
    for address, bodies in _rows(engine, addresses, of_page, as_of):
        yield address, tuple(map(read, bodies)) if strict else _sound(read, bodies, address)


def _rows(
    engine: Engine, addresses: Several[Address], of_page: SelectOfBodies, as_of: datetime
) -> Iterator[tuple[Address, Sequence[Bodies]]]:
    """On the bare connection: over so many small questions the session takes longest."""
    with session(engine) as opened:
        connection = opened.connection()
        for address in addresses:
            rows = connection.execute(of_page, _page_asked(address, as_of))
            yield address, [Bodies(*row) for row in rows]


def _whole_look(stored: Bodies) -> Observation:
    return whole(Observation, stored)


def _sound(
    read: Callable[[Bodies], Part], bodies: Iterable[Bodies], address: Address
) -> tuple[Part, ...]:
    with barrier("page", address[1]):
        return tuple(map(read, bodies))
    return ()


# A question about one page is put together once a process: SQLAlchemy takes longer over it than
# SQLite, and longer still over the rows of one that is spelled as an earlier one and is another.


@cache
def _of_page(most: int, passed_over: frozenset[str] = frozenset()) -> SelectOfBodies:
    """`passed_over`: looks with these failures."""
    asked = (
        select(ObservationRow.body, SiteFactsRow.body, SiteFactsRow.outline)
        .outerjoin(SiteFactsRow, col(SiteFactsRow.digest) == ObservationRow.facts)
        .where(*_seen_there())
        .order_by(col(ObservationRow.observed_at).desc(), col(ObservationRow.id).desc())
        .limit(most)
    )
    if not passed_over:
        return asked
    return asked.where(_but_for(passed_over, col(ObservationRow.failure)))


def _but_for(codes: Several[str], failure: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Looks without a failure, and those with another one."""
    return or_(failure.is_(None), failure.not_in(sorted(codes)))


@cache
def _last_id() -> Executable:
    return (
        select(ObservationRow.page_id)
        .where(*_seen_there(), col(ObservationRow.page_id).is_not(None))
        .order_by(col(ObservationRow.observed_at).desc())
        .limit(1)
    )


def _seen_there() -> tuple[ColumnElement[bool], ...]:
    """At the page that is bound, by the moment that is."""
    return (
        col(ObservationRow.network) == bindparam("page_network"),
        col(ObservationRow.address) == bindparam("page_address"),
        col(ObservationRow.observed_at) <= bindparam("seen_until"),
    )


def _page_asked(page: Address, seen_until: datetime) -> Mapping[str, Any]:
    network, address = page
    return {"page_network": network, "page_address": address, "seen_until": seen_until}


def _sound_row(
    audit: Audit, observation: Observation
) -> tuple[dict[str, Any], SiteFactsRow | None]:
    """Facts that cannot be stored, or not be read back as they were, cost their own page."""
    with barrier("page", observation.page.address) as crossing:
        return _row(audit, observation)
    return _row(
        audit,
        Observation(
            page=observation.page,
            observed_at=observation.observed_at,
            failure=crossing.failure,
            evidence=observation.evidence,
        ),
    )


def _row(audit: Audit, observation: Observation) -> tuple[dict[str, Any], SiteFactsRow | None]:
    facts, failure = observation.facts, observation.failure
    apart = _facts_apart(facts) if facts and facts.site and not facts.wall else None
    kept = observation if apart is None else replace(observation, facts=None)
    row = {
        "audit_id": audit.id,
        "network": observation.page.network,
        "address": observation.page.address,
        "page_id": facts.page_id if facts else None,
        "observed_at": observation.observed_at,
        "failure": failure.code.value if failure else None,
        "body": packed(kept, strict=True),
        "facts": apart and apart.digest,
    }
    return row, apart


def _facts_apart(facts: Facts) -> SiteFactsRow:
    """Those of a site are long, and nearly always what they were last night. They have no wall:
    `each_last_wall` passes them over."""
    text = in_json(facts, strict=True)
    return SiteFactsRow(
        digest=hashlib.sha256(text).hexdigest()[:32],
        body=zlib.compress(text),
        outline=packed(replace(facts, site=None), strict=True),
    )
