"""A small town's cases, from its audits, letters and answers, as its office sees them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from collectors.errors import UsageError
from monitor.application import Application, opened
from monitor.audit.begin import AuditRequest
from monitor.audit.run import audit, evaluate
from monitor.cases import words
from monitor.cases.answers import accept, answer, answers_waiting, reject
from monitor.cases.book import cases_of, find_case
from monitor.cases.recording import assign, record, tell, undo
from monitor.cases.rereading import awaiting_reread
from monitor.reporting.stating import Statements
from monitor.sandbox import Running, serve
from monitor.service.rereads import read_ordered
from monitor.storage import outbox
from monitor.storage.roles import institution_of
from monitor.storage.statements import KINDS
from rules.cases.model import (
    AnswerKind,
    Assignment,
    CaseState,
    Correction,
    InstitutionAnswer,
    InstitutionCase,
    ReminderKind,
    Verdict,
)
from rules.model import Attestation, Institution, Outcome
from tests.cast import NOW
from tests.monitor.pipeline import Town, school
from tests.monitor.test_faults import OK, VK, WELL, community

TWO_FACTOR, MARK = "kedrovy-2022-298/6.5", "kedrovy-2022-298/6.6"
BARE = replace(WELL, communities=(community(101, government_mark=False), *WELL.communities[1:]))


class Office:
    """One application whose clock is moved by hand."""

    def __init__(self, town: Town) -> None:
        self.now = NOW
        self.town = town

    def open(self) -> Iterator[Application]:
        with opened(self.town.settings(), lambda: self.now) as application:
            yield application


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with serve(BARE) as running:
        yield running


@pytest.fixture
def office(tmp_path: Path, sandbox: Running) -> Office:
    institution = school(1, VK, OK, short_name="МКОУ СОШ № 1", no_site=True)
    return Office(Town(tmp_path, sandbox, [institution]))


@pytest.fixture
def application(office: Office) -> Iterator[Application]:
    """After a first night that has seen no mark on the school's page."""
    for application in office.open():
        audit(application, AuditRequest(as_of=NOW))
        yield application


def school_of(application: Application) -> Institution:
    return application.municipalities[0].institutions[0]


def cases(
    application: Application, as_of: datetime | None = None, **more: Any
) -> tuple[InstitutionCase, ...]:
    return cases_of(application, application.municipalities[0], as_of, **more)


def case(application: Application, requirement: str = MARK, **more: Any) -> InstitutionCase:
    found = find_case(cases(application, **more), requirement, None, None)
    assert found, requirement
    return found


def today(application: Application) -> date:
    town = application.municipalities[0]
    return application.clock().astimezone(town.timezone).date()


def said(application: Application, kind: Any, requirement: str = MARK, **more: Any) -> int:
    told = InstitutionAnswer(
        kind=kind, by="директор", on=today(application), requirement=requirement, **more
    )
    noted = answer(application, school_of(application), told, by="почта")
    assert noted.recorded.number
    return noted.recorded.number


def confirms(application: Application, by: str = "директор") -> int:
    attested = Attestation(
        kind="two_factor", value=True, count=2, of=2, stated_by=by, stated_on=today(application)
    )
    return said(application, "confirms", TWO_FACTOR, attestation=attested)


def test_what_failed_or_lacks_a_confirmation_is_to_do(application: Application) -> None:
    assert {case(application, name).state for name in (MARK, TWO_FACTOR)} == {CaseState.TO_DO}
    assert case(application).since == today(application)


def test_a_letter_that_went_tells_its_institution(application: Application) -> None:
    done = audit(application, AuditRequest(as_of=NOW))
    role = institution_of(school_of(application).key)
    row = outbox.queue(
        application.engine, done, role=role, recipient="a@b.ru", subject="", body=b"", at=NOW
    )
    assert case(application).told_on is None
    outbox.mark(application.engine, row.id or 0, state="sent", sent_at=NOW)
    told = case(application)
    assert told.told_on == today(application)
    assert told.due


def test_a_term_that_is_over_makes_it_overdue_and_the_past_stays_as_it_was(
    application: Application, office: Office
) -> None:
    tell(application, school_of(application), by="отдел", how="по телефону")
    office.now = NOW + timedelta(days=60)
    assert case(application).state is CaseState.OVERDUE
    assert case(application, as_of=NOW + timedelta(hours=1)).state is CaseState.TO_DO


def test_corrected_orders_a_reading_that_settles_it_or_not(
    application: Application, office: Office
) -> None:
    office.now = NOW + timedelta(hours=1)
    number = said(application, "corrected")
    assert case(application).state is CaseState.REREADING
    assert [one.key for one in awaiting_reread(application)] == [school_of(application).key]
    office.now = NOW + timedelta(days=1)
    assert read_ordered(application)
    assert read_ordered(application) is None
    read = case(application)
    assert (read.state, awaiting_reread(application)) == (CaseState.TO_DO, ())
    assert read.before
    assert read.after
    assert read.answer
    assert read.answer.number == number
    assert number not in {one.recorded.number for one in answers_waiting(application)}


def test_an_accepted_confirmation_is_judged_and_an_undone_one_no_more(
    application: Application, office: Office
) -> None:
    number = confirms(application)
    assert [one.recorded.number for one in answers_waiting(application)] == [number]
    assert case(application, TWO_FACTOR).state is CaseState.ANSWERED
    made = accept(application, number, by="отдел")
    office.now = NOW + timedelta(days=1)
    evaluate(application, AuditRequest(as_of=office.now))
    assert case(application, TWO_FACTOR, settled=True).state is CaseState.SETTLED
    undo(application, made.decided[0].number or 0, by="отдел", reason="не тот приказ")
    office.now = NOW + timedelta(days=2)
    evaluate(application, AuditRequest(as_of=office.now))
    assert case(application, TWO_FACTOR).finding.outcome is Outcome.UNKNOWN


def test_a_confirmation_by_somebody_without_the_right_cannot_be_accepted(
    application: Application,
) -> None:
    number = confirms(application, by="зам")
    with pytest.raises(UsageError, match="зам"):
        accept(application, number, by="отдел")


def test_an_objection_disputes_the_case_at_once_and_the_finding_when_accepted(
    application: Application,
) -> None:
    number = said(application, "disagrees")
    assert case(application).state is CaseState.DISPUTED
    evaluate(application, AuditRequest(as_of=NOW))
    assert not case(application).finding.disputed
    accept(application, number, by="отдел")
    evaluate(application, AuditRequest(as_of=NOW))
    assert case(application).finding.disputed


def test_a_rejected_answer_gives_the_turn_back(application: Application) -> None:
    number = said(
        application, "correct_registry", corrections=(Correction(field="phones", new="5-55-99"),)
    )
    reject(application, number, by="отдел", reason="номер прежний")
    assert case(application).state is CaseState.TO_DO
    assert answers_waiting(application) == ()


def test_corrected_is_not_for_an_operator_to_accept(application: Application) -> None:
    with pytest.raises(UsageError, match="dozor audit school-1"):
        accept(application, said(application, "corrected"), by="отдел")


def test_a_case_is_assigned_to_somebody_until_a_day(application: Application) -> None:
    until = today(application) + timedelta(days=3)
    noted = assign(
        application, school_of(application), MARK, to="Иванова, отдел", until=until, by="зам"
    )
    assert [one.key.requirement for one in noted.cases] == [MARK]
    assigned = case(application).assigned
    assert assigned
    assert assigned.number == noted.recorded.number


def test_a_double_is_a_renewal_and_tells_what_it_will_change(application: Application) -> None:
    attested = Attestation(
        kind="two_factor", value=True, stated_by="директор", stated_on=today(application)
    )
    first = record(application, school_of(application), attested, by="отдел")
    again = record(application, school_of(application), attested, by="отдел")
    assert again.renews
    assert again.renews.number == first.recorded.number
    assert [one.key.requirement for one in first.cases] == [TWO_FACTOR]


def test_the_workbook_names_nobody_in_what_was_stated(application: Application) -> None:
    school = school_of(application)
    done = audit(application, AuditRequest(as_of=NOW))
    to, document = "Петрова А. А., отдел", "№ 5, Петрова А. А."
    said = Assignment(by=to, on=today(application), requirement=MARK, to=to, document=document)
    record(application, school, said, by="зам")
    (told,) = Statements(application, done, [school])[school.key]
    assert (told.by, told.document) == ("отдел", "№ 5")
    assert "Петрова" not in told.what


def test_every_kind_of_statement_has_its_word() -> None:
    """A reader of a case or of the journal would be told the store's own."""
    of_their_own = {
        "attestation": (),  # words of the registry's sheets
        "event": (),
        "answered": get_args(AnswerKind),
        "decided": get_args(Verdict),
        "reminded": get_args(ReminderKind),
    }
    asked = {word for kind in KINDS for word in of_their_own.get(kind, (kind,))}
    told = tomllib.loads(Path(words.__file__).with_suffix(".toml").read_text("utf-8"))["kinds"]
    assert asked - told.keys() == set()
