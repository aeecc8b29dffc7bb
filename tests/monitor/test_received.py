"""Mail that came, as it is stored: on both databases, together with its answers or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import Engine

from monitor.storage import received, statements
from monitor.storage.received import Incoming, KeptMessage, MailboxPlace
from rules.cases.model import InstitutionAnswer
from tests.cast import NOW, SCHOOL

ANSWER = InstitutionAnswer(
    kind="corrected", by="по почте", on=NOW.date(), channel="mail", source="one"
)
CAME = Incoming(
    place=MailboxPlace(mailbox="town@mail", validity=1, uid=7),
    slot="one",
    kind="answer",
    arrived_at=NOW,
    kept=KeptMessage(subject="Исправили"),
    contents=(b"%PDF-1.7",),
    institution=SCHOOL,
    answers=(ANSWER,),
)


def keep(engine: Engine, came: Incoming) -> bool:
    return received.keep(engine, came, by="почта", at=NOW)


def count(engine: Engine) -> int:
    return len(statements.recorded(engine, SCHOOL.municipality))


def test_of_two_readers_at_the_same_moment_one_writes_it_down(engine: Engine) -> None:
    gate = Barrier(2)

    def one(_: int) -> bool:
        gate.wait()
        return keep(engine, CAME)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, range(2))) == [False, True]
    assert count(engine) == 1


def test_a_message_under_a_new_number_is_moved_there(engine: Engine) -> None:
    keep(engine, CAME)
    assert not keep(
        engine, replace(CAME, place=MailboxPlace(mailbox="town@mail", validity=2, uid=1))
    )
    assert received.last_uid(engine, "town@mail", 2) == 1
    assert count(engine) == 1


def test_what_breaks_on_the_way_leaves_nothing_behind(engine: Engine) -> None:
    broken = replace(CAME, kind=None)  # type: ignore[arg-type]
    with pytest.raises(Exception, match="kind"):
        keep(engine, broken)
    assert count(engine) == 0
    assert keep(engine, CAME)
