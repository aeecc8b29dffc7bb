"""The board: an index of what every institution has to settle, and of what waits for whom.

It holds nothing of its own: whoever judges, reports or decides asks the cases themselves; the board
only lets a page over thousands of institutions find them in a few statements. Each row knows up to
where it has looked (audits by the order in which they were noticed, statements by number, letters
by count, registry and settings by digest, its last good day), so that a look at the row and at what
is stored tells whether it is still true. An older view never replaces a newer one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Engine, delete, func, insert, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, SQLModel, col, select

from monitor.storage.board_rows import (
    BoardAnswerRow,
    BoardAuditRow,
    BoardCaseRow,
    BoardRow,
    BoardStateRow,
    BoardTermRow,
)
from monitor.storage.database import batched, exclusive, session
from monitor.storage.roles import INSTITUTION
from monitor.storage.tables import AuditRow, JudgementRow, MessageRow, StatementRow

OF_INSTITUTIONS = (BoardRow, BoardCaseRow, BoardAnswerRow, BoardTermRow)
MANY = 500  # audits; beyond that everything is worked out anew
AT_ONCE = 500  # names in one statement

Key = tuple[str, str]  # municipality and institution


class Sign(NamedTuple):
    """Up to where a row has looked."""

    place: int
    statement: int
    letters: int
    basis: str
    good_until: date | None
    audit_as_of: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """All rows, and what is stored by now that some of them may not have seen.

    `judged`: in which place an audit was noticed last that judged the institution; None: too many
    to tell.
    """

    place: int
    statement: int
    rows: Mapping[Key, Sign]
    judged: Mapping[Key, int] | None
    stated: Mapping[Key, int]
    letters: Mapping[Key, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """An institution's rows."""

    row: BoardRow
    cases: Sequence[BoardCaseRow] = ()
    answers: Sequence[BoardAnswerRow] = ()
    terms: Sequence[BoardTermRow] = ()

    @property
    def key(self) -> Key:
        return self.row.municipality, self.row.institution


# --- up to where ------------------------------------------------------------------------------


def notice(engine: Engine, now: datetime) -> int:
    """Audits that have finished get their places; gives the last one."""
    unknown = (
        select(AuditRow.id)
        .where(
            col(AuditRow.finished_at).is_not(None),
            col(AuditRow.as_of) <= now,
            col(AuditRow.id).not_in(select(BoardAuditRow.audit_id)),
        )
        .order_by(col(AuditRow.id))
    )
    with session(engine) as opened:
        last = _last_place(opened)
        if opened.exec(unknown.limit(1)).first() is None:
            return last
    with exclusive(engine) as opened:
        last, new = _last_place(opened), opened.exec(unknown).all()
        opened.add_all(
            BoardAuditRow(audit_id=number or 0, place=at) for at, number in enumerate(new, last + 1)
        )
    return last + len(new)


def _last_place(opened: Session) -> int:
    return opened.exec(select(func.max(BoardAuditRow.place))).one() or 0


def last_statement(engine: Engine) -> int:
    with session(engine) as opened:
        return opened.exec(select(func.max(StatementRow.id))).one() or 0


def letters_sent(engine: Engine, institutions: Collection[Key] | None = None) -> Mapping[Key, int]:
    """How many letters each has been sent; None: of everybody who was sent any."""
    counted = (
        sa_select(col(MessageRow.role), func.count())
        .where(col(MessageRow.state) == "sent")
        .group_by(col(MessageRow.role))
    )
    if institutions is None:
        wanted = [counted.where(col(MessageRow.role).startswith(INSTITUTION, autoescape=True))]
    else:
        roles = sorted(f"{INSTITUTION}{town}/{name}" for town, name in institutions)
        wanted = [counted.where(col(MessageRow.role).in_(some)) for some in batched(roles, AT_ONCE)]
    with session(engine) as opened:
        rows = [row for one in wanted for row in opened.connection().execute(one)]
    return {_key_of(role): int(count) for role, count in rows}


def _key_of(role: str) -> Key:
    town, _, name = role.removeprefix(INSTITUTION).partition("/")
    return town, name


def signs(engine: Engine, now: datetime) -> Signs:
    """In six statements, whatever the number of institutions."""
    letters = letters_sent(engine)
    with session(engine) as opened:
        rows = {
            (town, name): Sign(*rest)
            for town, name, *rest in opened.connection().execute(
                sa_select(
                    col(BoardRow.municipality),
                    col(BoardRow.institution),
                    *(getattr(BoardRow, name) for name in Sign._fields),
                )
            )
        }
        seen = min((one.place for one in rows.values()), default=0)
        heard = min((one.statement for one in rows.values()), default=0)
        return Signs(
            place=_last_place(opened),
            statement=opened.exec(select(func.max(StatementRow.id))).one() or 0,
            rows=rows,
            judged=_judged_since(opened, seen, now) if rows else {},
            stated=_stated_since(opened, heard),
            letters=letters,
        )


def _judged_since(opened: Session, seen: int, now: datetime) -> Mapping[Key, int] | None:
    finished = (
        sa_select(col(AuditRow.id), col(BoardAuditRow.place))
        .outerjoin(BoardAuditRow, col(BoardAuditRow.audit_id) == col(AuditRow.id))
        .where(
            col(AuditRow.finished_at).is_not(None),
            col(AuditRow.as_of) <= now,
            func.coalesce(col(BoardAuditRow.place), seen + 1) > seen,
        )
    )
    rows = opened.connection().execute(finished)
    places: dict[int, int | None] = {number or 0: place for number, place, *_ in rows}
    if len(places) > MANY:
        return None
    unnoticed = 1 + max(filter(None, places.values()), default=seen)
    judged = sa_select(
        col(JudgementRow.municipality), col(JudgementRow.institution), col(JudgementRow.audit_id)
    ).where(col(JudgementRow.audit_id).in_(sorted(places)))
    found: dict[Key, int] = {}
    for town, name, audit in opened.connection().execute(judged) if places else ():
        place = places[audit] or unnoticed
        found[town, name] = max(place, found.get((town, name), 0))
    return found


def _stated_since(opened: Session, heard: int) -> Mapping[Key, int]:
    rows = opened.connection().execute(
        sa_select(
            col(StatementRow.municipality),
            col(StatementRow.institution),
            func.max(col(StatementRow.id)),
        )
        .where(col(StatementRow.id) > heard)
        .group_by(col(StatementRow.municipality), col(StatementRow.institution))
    )
    return {(town, name): number or 0 for town, name, number in rows}


# --- written ----------------------------------------------------------------------------------


def write(engine: Engine, several: Sequence[Derived]) -> None:
    """All of them, or none; where a newer view is on record, that one stays."""
    with exclusive(engine) as opened:
        known = _known(opened, [one.key for one in several])
        fresh = [one for one in several if not _is_older(one.row, known.get(one.key))]
        _drop(opened, [one.key for one in fresh])
        for kind, rows in (
            (BoardRow, [one.row for one in fresh]),
            (BoardCaseRow, [row for one in fresh for row in one.cases]),
            (BoardAnswerRow, [row for one in fresh for row in one.answers]),
            (BoardTermRow, [row for one in fresh for row in one.terms]),
        ):
            _add(opened, kind, rows)


def _is_older(row: BoardRow, known: tuple[int, int] | None) -> bool:
    return known is not None and (row.place < known[0] or row.statement < known[1])


def _known(opened: Session, keys: Iterable[Key]) -> Mapping[Key, tuple[int, int]]:
    found: dict[Key, tuple[int, int]] = {}
    for town, names in _by_town(keys):
        rows = opened.connection().execute(
            sa_select(
                col(BoardRow.institution), col(BoardRow.place), col(BoardRow.statement)
            ).where(col(BoardRow.municipality) == town, col(BoardRow.institution).in_(names))
        )
        found |= {(town, name): (place, statement) for name, place, statement in rows}
    return found


def _add(opened: Session, kind: type[SQLModel], rows: Sequence[SQLModel]) -> None:
    if rows:
        numbered = {"id"} & set(kind.model_fields)
        values = [row.model_dump(exclude=numbered) for row in rows]
        opened.connection().execute(insert(kind), values)


def _drop(opened: Session, keys: Iterable[Key]) -> None:
    for town, names in _by_town(keys):
        for kind in OF_INSTITUTIONS:
            whose = (col(kind.municipality) == town, col(kind.institution).in_(names))
            opened.connection().execute(delete(kind).where(*whose))


def _by_town(keys: Iterable[Key]) -> Iterator[tuple[str, Sequence[str]]]:
    names: defaultdict[str, list[str]] = defaultdict(list)
    for town, name in keys:
        names[town].append(name)
    for town, several in sorted(names.items()):
        for some in batched(sorted(several), AT_ONCE):
            yield town, some


def forget(engine: Engine, keys: Collection[Key]) -> None:
    """Who is in no registry any more."""
    if keys:
        with exclusive(engine) as opened:
            _drop(opened, keys)


def caught_up(engine: Engine, found: Signs, at: datetime) -> None:
    """Everything that was not told to be stale by these signs is as good as if it were new."""
    with exclusive(engine) as opened:
        for column, last in (("place", found.place), ("statement", found.statement)):
            behind = getattr(BoardRow, column) < last
            opened.connection().execute(update(BoardRow).where(behind).values({column: last}))
        opened.merge(BoardStateRow(caught_up_at=at))


def caught_up_at(engine: Engine) -> datetime | None:
    """None: it was never whole."""
    with session(engine) as opened:
        return opened.exec(select(BoardStateRow.caught_up_at)).first()
