"""The board kept true: who is worked out anew, when, and by whom.

    stale ──> refresh ──> board ──> the desk's pages

Any process may keep it (`follow`), several at once do no harm, and each may be killed at any
moment: an institution's rows are written together or not at all, and what was not written is stale
as before. An institution that our program cannot work out keeps its old rows, if it has any, and is
tried again with the next change.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from collectors.barrier import barrier
from monitor.application import Application
from monitor.audit.careful import STORES
from monitor.cases.book import CaseBook, book_of
from monitor.cases.deriving import derive
from monitor.storage import board
from monitor.storage.board import Derived, Key, Sign, Signs
from monitor.storage.database import StorageError, batched
from reports.counting import Requirements
from rules.model import Institution, Municipality

log = logging.getLogger(__name__)

SCHEME = 1  # raised when a row is worked out in another way
AT_ONCE = 50  # institutions written together
EVERY = 5.0  # seconds between two looks
LONGER = 12  # times, where our program failed: it will not be better at once
_NEVER = threading.Event()


def refresh(application: Application, institutions: Sequence[Institution]) -> int:
    """Work these out anew; gives how many were. The rest keep their rows: our program failed."""
    done = 0
    for town, members in _by_town(application, institutions):
        for some in batched(members, AT_ONCE):
            found = list(_derive_each(application, town, some))
            board.write(application.engine, found)
            done += len(found)
    return done


def stale(application: Application) -> tuple[Institution, ...]:
    """Whose rows are not there, or may no longer be true. In a bounded number of statements."""
    now = application.clock()
    return _stale(application, board.signs(application.engine, now), now)


def catch_up(application: Application, ended: threading.Event = _NEVER) -> tuple[Institution, ...]:
    """Everything that is stale; gives what was left undone."""
    now, engine = application.clock(), application.engine
    board.notice(engine, now)
    found = board.signs(engine, now)
    behind, done = _stale(application, found, now), 0
    _forget(application, found)
    for some in batched(behind, AT_ONCE):
        done += 0 if ended.is_set() else refresh(application, some)
    if done == len(behind):
        board.caught_up(engine, found, now)
        return ()
    return _stale(application, board.signs(engine, now), now)


def follow(
    application: Callable[[], Application], ended: threading.Event, every: float = EVERY
) -> None:
    """Keep the board true until `ended`: for a thread of its own."""
    while not ended.is_set():
        left: Sequence[Institution] | None = None
        try:
            with barrier("part", "board", passing=STORES):
                left = catch_up(application(), ended)
        except (StorageError, OSError) as error:
            log.warning("the board waits: %s", error)
        ended.wait(every if left == () else every * LONGER)


# --- who ----------------------------------------------------------------------------------------


def _stale(application: Application, found: Signs, now: datetime) -> tuple[Institution, ...]:
    return tuple(_each_stale(application, found, now))


def _each_stale(application: Application, found: Signs, now: datetime) -> Iterator[Institution]:
    for town in application.municipalities:
        basis, today = inputs_digest(application, town), town.day_of(now)
        for member in town.institutions:
            key = (town.id, member.id)
            sign = found.rows.get(key)
            is_new = sign is None or sign.basis != basis or _has_news(found, key, sign)
            if sign is None or is_new or _is_over(sign, today, now):
                yield member


def _is_over(sign: Sign, today: date, now: datetime) -> bool:
    """Its last good day is, or it rests on an audit of a clock that was ahead."""
    ends = sign.good_until is not None and sign.good_until < today
    return ends or (sign.audit_as_of is not None and sign.audit_as_of > now)


def _has_news(found: Signs, key: Key, sign: Sign) -> bool:
    is_judged = found.judged is None or found.judged.get(key, 0) > sign.place
    is_stated = found.stated.get(key, 0) > sign.statement
    return is_judged or is_stated or found.letters.get(key, 0) != sign.letters


def inputs_digest(application: Application, town: Municipality) -> str:
    """Of everything else that the rows of a town rest on."""
    acts = ((one.id, one.digest) for one in town.acts_in(application.acts))
    rests_on = (SCHEME, town.digest, application.settings.cases.terms, *acts)
    return hashlib.sha256(repr(rests_on).encode()).hexdigest()[:32]


def _forget(application: Application, found: Signs) -> None:
    known = {(town.id, one.id) for town in application.municipalities for one in town.institutions}
    board.forget(application.engine, found.rows.keys() - known)


# --- worked out ---------------------------------------------------------------------------------


def _by_town(
    application: Application, institutions: Sequence[Institution]
) -> Iterator[tuple[Municipality, Sequence[Institution]]]:
    members: defaultdict[str, list[Institution]] = defaultdict(list)
    for one in institutions:
        members[one.municipality].append(one)
    for town in application.municipalities:
        if town.id in members:
            yield town, members[town.id]


def _derive_each(
    application: Application, town: Municipality, members: Sequence[Institution]
) -> Iterator[Derived]:
    now, engine = application.clock(), application.engine
    seen = {
        "place": board.notice(engine, now),
        "statement": board.last_statement(engine),
        "basis": inputs_digest(application, town),
    }
    sent = board.letters_sent(engine, [(town.id, one.id) for one in members])
    book = book_of(application, town, now, members)
    asked = {one.id: one for act in town.acts_in(application.acts) for one in act.requirements}
    for member in members:
        if found := _one(book, town, member, asked):
            letters = sent.get((town.id, member.id), 0)
            for name, value in {**seen, "letters": letters}.items():
                setattr(found.row, name, value)
            yield found


def _one(
    book: CaseBook, town: Municipality, member: Institution, asked: Requirements
) -> Derived | None:
    with barrier("institution", member.key, passing=STORES):
        return derive(book, town, member, asked)
    return None
