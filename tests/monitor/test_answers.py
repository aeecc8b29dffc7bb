"""Answers of institutions on record: once each, decided once, undone with everything they did."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine

from monitor.storage import attachments, statements
from monitor.storage.joining import join_statements
from monitor.storage.old_attachments import remove_attachments
from monitor.storage.statements import RefusedError
from rules.cases.model import Decision, InstitutionAnswer, Recorded, Withdrawal
from rules.model import Attestation, Institution
from tests.cast import NOW, SCHOOL, TOWN

DAY = date(2026, 11, 20)
TWO_FACTOR = "kedrovy-2022-298/6.5"


def answer(kind: Any = "confirms", **more: Any) -> InstitutionAnswer:
    said = Attestation(kind="two_factor", value=True, stated_by="директор", stated_on=DAY)
    confirmed = said if kind == "confirms" else None
    told = {"requirement": TWO_FACTOR, "attestation": confirmed, **more}
    return InstitutionAnswer(kind=kind, by="директор", on=DAY, **told)


def put(engine: Engine, said: Any) -> int:
    return statements.record(engine, SCHOOL, said, by="почта", at=NOW)


def decide(engine: Engine, number: int, verdict: Any = "accepted", by: str = "Анна") -> int:
    decision = Decision(verdict=verdict, of=number, by=by, on=DAY, reason="нет приказа")
    return statements.decide(engine, decision, by=by, at=NOW)


def undo(engine: Engine, number: int, on: date = DAY) -> int:
    withdrawal = Withdrawal(of=number, by="Анна", on=on, reason="ошибка")
    return statements.withdraw(engine, withdrawal, by="Анна", at=NOW)


def school(engine: Engine, on: date | None = None) -> Institution:
    return join_statements(engine, TOWN, on).by_id[SCHOOL.id]


def known(engine: Engine, number: int) -> Recorded:
    found = statements.by_number(engine, number)
    assert found
    return found


def together(work: Callable[[str], int]) -> list[int | str]:
    """What two are told who do the same at the same moment."""
    gate = Barrier(2)

    def one(name: str) -> int | str:
        gate.wait()
        try:
            return work(name)
        except RefusedError as error:
            return "\n".join(error.lines)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, ("Анна", "Борис")))


def test_of_two_who_decide_at_once_one_is_told_what_the_other_did(engine: Engine) -> None:
    number = put(engine, answer())
    told = together(lambda name: decide(engine, number, by=name))
    (refusal,) = [one for one in told if isinstance(one, str)]
    winner = known(engine, number).decided[0]
    assert isinstance(winner.said, Decision)
    assert f"уже принят (№ {winner.number}, {winner.said.by}" in refusal
    assert len(known(engine, number).decided) == 1


def test_of_two_who_undo_at_once_one_is_told_what_the_other_did(engine: Engine) -> None:
    number = put(engine, answer())
    told = together(lambda _: undo(engine, number))
    assert [isinstance(one, str) and "уже отменено" in one for one in sorted(told, key=str)] == [
        False,
        True,
    ]


def test_a_confirmation_counts_from_its_acceptance_until_that_is_undone(engine: Engine) -> None:
    number = put(engine, answer())
    assert school(engine).attestations == SCHOOL.attestations
    made = decide(engine, number)
    (attestation,) = school(engine).attestations
    assert (attestation.kind, attestation.source) == ("two_factor", "database")
    undo(engine, made)
    assert school(engine).attestations == SCHOOL.attestations


def test_an_answer_waits_again_when_its_decision_is_undone(engine: Engine) -> None:
    number = put(engine, answer())
    undo(engine, decide(engine, number, "rejected"))
    assert known(engine, number).decision(DAY) is None
    decide(engine, number)
    assert len(school(engine).attestations) == 1


def test_an_objection_disputes_the_finding_only_once_it_is_accepted(engine: Engine) -> None:
    number = put(engine, answer("disagrees"))
    assert school(engine).events == ()
    decide(engine, number)
    (event,) = school(engine).events
    assert (event.kind, event.requirement) == ("dispute_opened", TWO_FACTOR)


def test_a_withdrawn_statement_held_until_its_withdrawal(engine: Engine) -> None:
    number = put(engine, replace_attestation())
    undo(engine, number, on=DAY + timedelta(days=2))
    assert len(school(engine, DAY + timedelta(days=1)).attestations) == 1
    assert school(engine, DAY + timedelta(days=2)).attestations == ()
    assert school(engine).attestations == ()


def replace_attestation() -> Attestation:
    confirmed = answer().attestation
    assert confirmed
    return replace(confirmed, document="акт № 3")


def test_one_message_is_one_answer_however_often_it_is_brought(engine: Engine) -> None:
    brought = answer(channel="mail", source="<1@school.example>")
    assert put(engine, brought) == put(engine, brought)
    assert len(statements.recorded(engine, TOWN.id)) == 1


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda engine: decide(engine, 99), "записи № 99 нет"),
        (lambda engine: decide(engine, put(engine, replace_attestation())), "не ответ учреждения"),
        (lambda engine: undo(engine, undo(engine, put(engine, answer()))), "отмену не отменяют"),
    ],
)
def test_what_cannot_be_decided_or_undone_is_told(
    engine: Engine, act: Callable[[Engine], int], told: str
) -> None:
    with pytest.raises(RefusedError, match=told):
        act(engine)


def test_a_file_is_kept_once_and_comes_back_as_it_was(engine: Engine) -> None:
    first, second = (attachments.named(name, b"order") for name in ("a.pdf", "b.pdf"))
    assert (first.digest, first.size, first.name) == (second.digest, 5, "a.pdf")
    bring(engine, 0, b"order", b"order")
    assert attachments.content_of(engine, first.digest) == b"order"


# --- what is kept for how long ------------------------------------------------------------------


def bring(engine: Engine, days_ago: int, *contents: bytes) -> int:
    """An answer with files, recorded so many days ago."""
    files = tuple(attachments.named(f"{at}.pdf", one) for at, one in enumerate(contents))
    said = answer("corrected", channel="link", attachments=files)
    at = NOW - timedelta(days=days_ago)
    return statements.record(engine, SCHOOL, said, by="ссылка", at=at, contents=contents)


def removed(engine: Engine, *, believed: bool = True) -> int:
    return remove_attachments(engine, 365, NOW, believed=believed)


def is_kept(engine: Engine, content: bytes) -> bool:
    return attachments.content_of(engine, attachments.digest_of(content)) == content


def test_an_old_file_goes_and_its_answer_keeps_name_and_digest(engine: Engine) -> None:
    number = bring(engine, 366, b"old")
    assert removed(engine) == 1
    assert not is_kept(engine, b"old")
    said = known(engine, number).said
    assert isinstance(said, InstitutionAnswer)
    assert said.attachments == (attachments.named("0.pdf", b"old"),)


def test_a_file_that_a_younger_answer_holds_stays(engine: Engine) -> None:
    bring(engine, 366, b"same", b"old")
    bring(engine, 1, b"same")
    removed(engine)
    assert (is_kept(engine, b"same"), is_kept(engine, b"old")) == (True, False)


def test_no_file_goes_by_a_clock_that_is_not_believed(engine: Engine) -> None:
    bring(engine, 366, b"old")
    assert removed(engine, believed=False) == 0


def test_at_most_a_tenth_of_the_files_goes_in_one_night(engine: Engine) -> None:
    bring(engine, 366, *(bytes([at]) for at in range(20)))
    assert removed(engine) == 2
