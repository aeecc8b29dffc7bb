"""The board shows what the cases themselves say, whatever happened, and costs a few statements."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import SQLModel, select

from collectors.errors import UsageError
from monitor.application import Application, opened
from monitor.audit.begin import AuditRequest
from monitor.audit.run import evaluate
from monitor.cases.answers import accept, answer, answers_waiting, reject
from monitor.cases.board import catch_up, follow, refresh, stale
from monitor.cases.book import cases_of
from monitor.cases.deriving import thing_of
from monitor.cases.listing import case_as_json
from monitor.cases.recording import assign, record, tell, undo
from monitor.config import load_settings
from monitor.sandbox import serve
from monitor.storage import board, outbox
from monitor.storage.board_rows import BoardAnswerRow, BoardCaseRow, BoardRow, BoardTermRow
from monitor.storage.database import session
from monitor.storage.roles import institution_of
from rules.cases.model import Correction, InstitutionAnswer
from rules.model import Attestation, Waiver
from tests.cast import NOW
from tests.monitor.pipeline import Town, school
from tests.monitor.test_cases import BARE, MARK, TWO_FACTOR
from tests.monitor.test_faults import OK, VK
from tests.waiting import until

STEPS = 10
NEIGHBOUR = {
    "municipality": {"id": "next", "name": "Соседний", "timezone": "Asia/Tomsk", "packs": []},
    "institution": [{"id": "library", "name": "Библиотека", "kind": "library"}],
}


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two schools and a neighbour after one night. Do not write."""
    folder = tmp_path_factory.mktemp("board")
    waived = {"requirement": MARK, "reason": "ремонт", "by": "отдел", "until": NOW.date()}
    schools = [
        school(1, VK, OK, short_name="МКОУ СОШ № 10", no_site=True, ogrn="1027000000004"),
        school(2, no_site=True, waiver=[waived], address="п. Лесной, ул. Мира, д. 1"),
    ]
    with serve(BARE) as sandbox:
        Town(folder, sandbox, schools, neighbours=[NEIGHBOUR]).audit()
    return folder


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def application(audited: Path, tmp_path: Path, clock: Clock) -> Iterator[Application]:
    folder = shutil.copytree(audited, tmp_path / "office")
    with opened(load_settings(folder / "config.toml"), clock) as found:
        yield found


def today(application: Application) -> date:
    return application.clock().astimezone(application.municipalities[0].timezone).date()


def said(application: Application, kind: Any, requirement: str = MARK, **more: Any) -> int:
    told = InstitutionAnswer(
        kind=kind, by="директор", on=today(application), requirement=requirement, **more
    )
    institution = application.municipalities[0].institutions[0]
    return answer(application, institution, told, by="почта").recorded.number or 0


def confirms(application: Application) -> int:
    attested = Attestation(
        kind="two_factor", value=True, count=2, of=2, stated_by="директор",
        stated_on=today(application),
    )  # fmt: skip
    return said(application, "confirms", TWO_FACTOR, attestation=attested)


def rows(application: Application, kind: type[SQLModel]) -> list[Any]:
    with session(application.engine) as opened_session:
        return list(opened_session.exec(select(kind)))


def shown(application: Application) -> list[tuple[Any, ...]]:
    return sorted(
        (row.thing, row.state, row.outcome, row.since, row.told_on, row.due, row.due_clause,
         row.assigned, row.assigned_until, row.answer, row.waived_until, row.because)
        for row in rows(application, BoardCaseRow)
    )  # fmt: skip


def truth(application: Application) -> list[tuple[Any, ...]]:
    every = [case for town in application.municipalities for case in cases_of(application, town)]
    told = [(case, case_as_json(case)) for case in every]
    names = ("assigned", "assigned_until", "answer", "waived_until")
    return sorted(
        (thing_of(case.key), str(case.state), str(case.finding.outcome), case.since, case.told_on,
         case.due.on if case.due else None, case.due.clause if case.due else None,
         *(date.fromisoformat(it[one]) if it[one] and one[-5:] == "until" else it[one]
           for one in names), case.finding.because)
        for case, it in told
    )  # fmt: skip


# --- the same by both ways ----------------------------------------------------------------------


def lately(application: Application) -> int:
    """The newest answer that waits."""
    waiting = answers_waiting(application)
    return waiting[-1].recorded.number or 0 if waiting else confirms(application)


def send_letter(application: Application) -> None:
    done = evaluate(application, AuditRequest(as_of=application.clock()))
    institution = application.municipalities[0].institutions[0]
    outbox.queue(
        application.engine, done, role=institution_of(institution.key), recipient="a@b.ru",
        subject="", body=b"", at=application.clock(),
    )  # fmt: skip
    for number in outbox.due(application.engine, application.clock()):
        outbox.mark(application.engine, number, state="sent", sent_at=application.clock())


def waive(application: Application) -> None:
    waiver = Waiver(
        requirement=MARK, reason="ремонт", by="отдел", until=today(application) + timedelta(days=2)
    )
    record(application, application.municipalities[0].institutions[0], waiver, by="отдел")


def part(application: Application) -> None:
    evaluate(application, AuditRequest(as_of=application.clock(), names=("school-1",)))


HAPPENINGS: Mapping[str, Callable[[Application], object]] = {
    "corrected": lambda app: said(app, "corrected"),
    "confirms": confirms,
    "disagrees": lambda app: said(app, "disagrees"),
    "correct_registry": lambda app: said(
        app, "correct_registry", corrections=(Correction(field="phones", new="5-55-99"),)
    ),
    "accepted": lambda app: accept(app, lately(app), by="отдел"),
    "rejected": lambda app: reject(app, lately(app), by="отдел", reason="не то"),
    "undone": lambda app: undo(app, lately(app), by="отдел", reason="ошибка"),
    "waived": waive,
    "told": lambda app: tell(app, app.municipalities[0].institutions[0], by="отдел"),
    "assigned": lambda app: assign(
        app, app.municipalities[0].institutions[0], MARK, to="Иванова", by="зам"
    ),
    "letter": send_letter,
    "part": part,
}  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_it_equals_the_cases_whatever_happened(
    application: Application, clock: Clock, seed: int
) -> None:
    chosen = random.Random(seed)
    for _ in range(STEPS):
        clock.now += timedelta(hours=chosen.choice([1, 5, 24, 24 * 20]))
        try:
            HAPPENINGS[chosen.choice([*HAPPENINGS])](application)
        except UsageError:
            continue  # such as a second decision
        assert catch_up(application) == ()
        assert shown(application) == truth(application)
        waiting = {one.recorded.number for one in answers_waiting(application)}
        assert {row.number for row in rows(application, BoardAnswerRow)} == waiting


def test_a_day_that_passes_is_enough(application: Application, clock: Clock) -> None:
    waive(application)
    tell(application, application.municipalities[0].institutions[0], by="отдел")
    catch_up(application)
    for _ in range(6):
        clock.now += timedelta(days=9)
        catch_up(application)
        assert shown(application) == truth(application)


def test_a_town_and_its_institutions_one_by_one_have_the_same_cases(
    application: Application, clock: Clock
) -> None:
    said(application, "corrected")
    clock.now += timedelta(days=1)
    send_letter(application)
    for town in application.municipalities:
        single = [
            case
            for member in town.institutions
            for case in cases_of(application, town, institutions=[member], settled=True)
        ]
        assert list(cases_of(application, town, settled=True)) == single


# --- whose rows are true ------------------------------------------------------------------------


def names(institutions: Any) -> list[str]:
    return [one.id for one in institutions]


def test_at_first_everybody_is_stale_and_then_nobody(application: Application) -> None:
    assert names(stale(application)) == ["school-1", "school-2", "library"]
    assert catch_up(application) == ()
    assert stale(application) == ()


def test_what_is_said_of_one_institution_makes_it_alone_stale(application: Application) -> None:
    catch_up(application)
    said(application, "corrected")
    assert names(stale(application)) == ["school-1"]


def test_a_night_makes_stale_whom_it_judged(application: Application, clock: Clock) -> None:
    catch_up(application)
    clock.now += timedelta(days=1)
    part(application)
    assert names(stale(application)) == ["school-1"]


def test_an_audit_that_ends_late_is_noticed(application: Application, clock: Clock) -> None:
    """Of an earlier moment, and with a lower number than one that was seen."""
    catch_up(application)
    clock.now += timedelta(days=3)
    evaluate(application, AuditRequest(as_of=clock.now))
    catch_up(application)
    evaluate(application, AuditRequest(as_of=clock.now - timedelta(days=1)))
    assert names(stale(application)) == ["school-1", "school-2"]


def test_a_changed_registry_makes_its_town_stale(application: Application) -> None:
    catch_up(application)
    town, neighbour = application.municipalities
    changed = replace(application, municipalities=(replace(town, digest="new"), neighbour))
    assert names(stale(changed)) == ["school-1", "school-2"]


def test_who_left_the_registry_leaves_the_board(application: Application) -> None:
    catch_up(application)
    catch_up(replace(application, municipalities=application.municipalities[1:]))
    assert [row.institution for row in rows(application, BoardRow)] == ["library"]


def test_an_older_view_never_replaces_a_newer_one(application: Application) -> None:
    catch_up(application)
    (row,) = (one for one in rows(application, BoardRow) if one.institution == "school-1")
    said(application, "disagrees")
    refresh(application, application.municipalities[0].institutions[:1])
    now = shown(application)
    board.write(application.engine, [board.Derived(row=row)])
    assert shown(application) == now


def test_two_that_keep_it_at_once_do_no_harm(application: Application) -> None:
    said(application, "disagrees")
    both = [threading.Thread(target=catch_up, args=(application,)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert shown(application) == truth(application)
    assert stale(application) == ()


def test_a_refresh_that_breaks_off_leaves_whole_rows_and_is_made_up_for(
    application: Application,
) -> None:
    @contextmanager
    def breaking(engine: Engine) -> Iterator[None]:
        def cut(_: Any, __: Any, statement: str, *___: Any) -> None:
            if statement.startswith("INSERT INTO board_case"):
                raise KeyboardInterrupt

        event.listen(engine, "before_cursor_execute", cut)
        yield
        event.remove(engine, "before_cursor_execute", cut)

    with breaking(application.engine), pytest.raises(KeyboardInterrupt):
        catch_up(application)
    assert rows(application, BoardRow) == []
    catch_up(application)
    assert shown(application) == truth(application)


def test_a_process_that_follows_sees_what_was_said(application: Application) -> None:
    ended = threading.Event()
    keeper = threading.Thread(target=follow, args=(lambda: application, ended, 0.01))
    keeper.start()
    try:
        number = confirms(application)
        until(lambda: [row.number for row in rows(application, BoardAnswerRow)] == [number])
    finally:
        ended.set()
        keeper.join()


def test_a_confirmation_in_force_has_its_last_day(application: Application, clock: Clock) -> None:
    accept(application, confirms(application), by="отдел")
    clock.now += timedelta(days=1)
    catch_up(application)
    found = {row.kind: row.until for row in rows(application, BoardTermRow)}
    assert found["two_factor"] > today(application)
