"""State machines against a model: whatever two actors do, and wherever one of them dies.

readings   order, begin, resume, finish, judge again, be superseded
letters    queue, claim, hand over, be refused, be thought dead, ask again
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, delete, event
from sqlmodel import select

from monitor.storage import audits, outbox
from monitor.storage.addresses import SQLITE
from monitor.storage.claims import ClaimLostError, give_back, hand
from monitor.storage.database import kind_of, session
from monitor.storage.locks import LockTakenError
from monitor.storage.tables import AuditRow, MessageRow
from reports.model import Audit, Collection
from tests.cast import NOW

HOUR = timedelta(hours=1)
READ = Collection(pages=0, read=0, unread=0)
ACTORS = st.sampled_from(["first", "second"])
MOMENTS = st.sampled_from([NOW, NOW + HOUR])
SCOPES = st.sampled_from([None, ("town/school-1",), ("town/school-1", "town/school-2")])
REGISTRIES = st.sampled_from(["old", "new"])
RECIPIENTS = st.sampled_from(["deputy@example.org", "head@example.org"])
EXAMPLES, STEPS = int(os.environ.get("FUZZ_EXAMPLES", 20)), 25
QUICKLY = "PRAGMA synchronous = OFF"  # nothing here has to outlast a crash of the machine
OURS = tuple[datetime, tuple[str, ...] | None]  # of a reading: its moment and its scope


def run(engine: Engine, machine: Callable[[Engine], RuleBasedStateMachine]) -> None:
    if kind_of(engine) == SQLITE:
        event.listen(engine, "connect", lambda opened, _: opened.execute(QUICKLY))
        engine.dispose()
    given = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None)
    run_state_machine_as_test(lambda: machine(engine), settings=given)  # type: ignore[no-untyped-call]


def emptied(engine: Engine) -> None:
    with session(engine) as opened:
        opened.exec(delete(MessageRow))
        opened.exec(delete(AuditRow))


# --- the reading of a moment ------------------------------------------------------------------


@dataclass
class Reading:
    """What an actor has in hand."""

    key: OURS
    audit: Audit


class Readings(RuleBasedStateMachine):
    """The model: which readings are finished and by which audit, and who stands for the others.

    Nobody here holds a lock: both believe that it is their turn, as after one was thought dead.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine
        emptied(engine)
        self.done: dict[OURS, int] = {}
        self.begun: dict[OURS, tuple[int, str]] = {}  # the audit that may be resumed
        self.hands: dict[str, Reading] = {}
        self.judged = 0

    @rule(actor=ACTORS, moment=MOMENTS, scope=SCOPES, registry=REGISTRIES)
    def order(
        self, actor: str, moment: datetime, scope: tuple[str, ...] | None, registry: str
    ) -> None:
        """As `begin_or_resume` does: what is finished is shown, what broke off is resumed."""
        key = (moment, scope)
        shown = audits.finished(
            self.engine, kind="audit", as_of=moment, scope=scope, towns=("town",)
        )
        assert (shown.id if shown else None) == self.done.get(key)
        if shown:
            return
        found = audits.unfinished(
            self.engine, kind="audit", scope=scope, since=moment, until=moment,
            registries={"town": registry}, packs={},
        )  # fmt: skip
        number, of = self.begun.get(key, (None, None))
        assert (found.id if found else None) == (number if of == registry else None)
        audit = found or self.begin("audit", moment, scope, registry)
        self.begun[key] = (audit.id, registry)
        self.hands[actor] = Reading(key, audit)

    @rule(moment=MOMENTS, scope=SCOPES)
    def begin_blindly(self, moment: datetime, scope: tuple[str, ...] | None) -> None:
        """Without asking: the database refuses what is finished."""
        if (moment, scope) in self.done:
            with suppress(LockTakenError):
                self.begin("audit", moment, scope, "new")
                raise AssertionError("begun twice")

    @rule(actor=ACTORS)
    def finish(self, actor: str) -> None:
        ours = self.hands.pop(actor, None)
        if ours is None:
            return
        superseded = self.begun.get(ours.key, (None, ""))[0] != ours.audit.id
        try:
            self.end(ours.audit)
        except LockTakenError:
            assert superseded
        else:
            assert not superseded
            self.done.setdefault(ours.key, ours.audit.id)

    @rule(actor=ACTORS)
    def crash(self, actor: str) -> None:
        self.hands.pop(actor, None)

    @rule(moment=MOMENTS, scope=SCOPES)
    def evaluate(self, moment: datetime, scope: tuple[str, ...] | None) -> None:
        self.end(self.begin("evaluate", moment, scope, "new"))
        self.judged += 1

    @invariant()
    def each_is_finished_once(self) -> None:
        with session(self.engine) as opened:
            rows = opened.exec(select(AuditRow)).all()
        ended = [row for row in rows if row.finished_at]
        told = Counter((r.as_of, tuple(r.scope or ())) for r in ended if r.kind == "audit")
        assert sorted(row.id or 0 for row in ended if row.kind == "audit") == sorted(
            self.done.values()
        )
        assert set(told.values()) <= {1}
        assert sum(row.kind == "evaluate" for row in ended) == self.judged

    def begin(
        self, kind: str, moment: datetime, scope: tuple[str, ...] | None, registry: str
    ) -> Audit:
        return audits.begin(
            self.engine, kind=kind, as_of=moment, started_at=NOW, scope=scope,
            registries={"town": registry}, packs={}, documents=(),
        )  # fmt: skip

    def end(self, audit: Audit) -> Audit:
        return audits.finish(
            self.engine, audit, finished_at=NOW, complete=True, collection=READ, issues=()
        )


def test_a_moment_is_read_once_whatever_two_actors_do(engine: Engine) -> None:
    run(engine, Readings)


# --- letters ----------------------------------------------------------------------------------


class Letters(RuleBasedStateMachine):
    """The model: what the server took, and the words of the operator that may let it go again."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine
        emptied(engine)
        self.audit = audits.begin(
            engine, as_of=NOW, started_at=NOW, scope=None, registries={}, packs={}, documents=()
        )
        self.now = NOW
        self.queued: set[str] = set()
        self.taken: Counter[str] = Counter()  # by the server
        self.asked: Counter[str] = Counter()  # to send what may have gone
        self.hands: dict[str, MessageRow] = {}  # claimed
        self.handed: dict[str, MessageRow] = {}  # written down as being handed over

    @rule(recipient=RECIPIENTS)
    def queue(self, recipient: str) -> None:
        try:
            outbox.queue(
                self.engine, self.audit, role="deputy", recipient=recipient, subject="",
                body=b"x", at=self.now,
            )  # fmt: skip
        except outbox.QueuedBeforeError:
            assert recipient in self.queued
        else:
            assert recipient not in self.queued
        self.queued.add(recipient)

    @rule(actor=ACTORS)
    def claim(self, actor: str) -> None:
        self.now += timedelta(seconds=1)
        if actor in self.hands or actor in self.handed:
            return
        for number in outbox.due(self.engine, self.now)[:1]:
            message = outbox.claim(self.engine, number, self.now)
            assert message
            self.hands[actor] = message

    @rule(actor=ACTORS)
    def hand_over(self, actor: str) -> None:
        if message := self.hands.pop(actor, None):
            with suppress(ClaimLostError):
                hand(self.engine, message)
                self.handed[actor] = message

    @rule(actor=ACTORS)
    def server_takes_it(self, actor: str) -> None:
        if message := self.handed.pop(actor, None):
            self.taken[message.recipient] += 1
            sent = {"state": "sent", "sent_at": self.now, "answer": ""}
            outbox.mark(self.engine, message.id or 0, **sent)

    @rule(actor=ACTORS)
    def server_takes_it_and_we_die(self, actor: str) -> None:
        if message := self.handed.pop(actor, None):
            self.taken[message.recipient] += 1

    @rule(actor=ACTORS, later=st.booleans())
    def server_refuses(self, actor: str, later: bool) -> None:
        message = self.hands.pop(actor, None) or self.handed.pop(actor, None)
        if message:
            state = "queued" if later else "parked"
            give_back(self.engine, message, state=state, due_at=self.now, answer="450")

    @rule(actor=ACTORS)
    def crash(self, actor: str) -> None:
        self.hands.pop(actor, None)
        self.handed.pop(actor, None)

    @rule()
    def recover(self) -> None:
        """By a third that holds the lock, also while those two only seem dead."""
        outbox.recover(self.engine)

    @precondition(lambda self: not self.handed)
    @rule()
    def operator_asks_again(self) -> None:
        """When nobody hands over any more; what he asks for may go once more."""
        for row in self.rows():
            if row.state == "parked":
                self.asked[row.recipient] += 1
        outbox.requeue(self.engine, self.now)

    @invariant()
    def none_goes_twice_by_itself(self) -> None:
        assert all(count <= 1 + self.asked[who] for who, count in self.taken.items())

    @invariant()
    def none_is_lost(self) -> None:
        """Each stands there once; as sent only if the server took it."""
        rows = self.rows()
        assert sorted(row.recipient for row in rows) == sorted(self.queued)
        assert all(self.taken[row.recipient] for row in rows if row.state == "sent")

    def teardown(self) -> None:
        """Once all are dead and the operator has spoken, everything goes."""
        self.hands.clear()
        self.handed.clear()
        outbox.recover(self.engine)
        outbox.requeue(self.engine, self.now)
        for number in outbox.due(self.engine, self.now):
            message = outbox.claim(self.engine, number, self.now)
            assert message
            hand(self.engine, message)
            self.taken[message.recipient] += 1
            outbox.mark(self.engine, number, state="sent", sent_at=self.now)
        assert {row.state for row in self.rows()} <= {"sent"}
        assert set(self.taken) == self.queued

    def rows(self) -> list[MessageRow]:
        with session(self.engine) as opened:
            return list(opened.exec(select(MessageRow)).all())


def test_a_letter_goes_once_whatever_two_actors_do(engine: Engine) -> None:
    run(engine, Letters)
