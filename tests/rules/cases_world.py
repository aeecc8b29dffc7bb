"""One requirement of the cast's school, and what may happen to it: for the tests of cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from rules.cases.matching import Kinds
from rules.cases.model import (
    CaseKey,
    Decision,
    InstitutionAnswer,
    InstitutionCase,
    Judged,
    Recorded,
    Said,
    Telling,
    Withdrawal,
)
from rules.cases.replay import Calendar, History, SentLetter, replay
from rules.cases.terms import CaseTerms
from rules.model import Finding, Outcome, Severity
from tests.cast import SCHOOL_VK, TOMSK

MARK = "kedrovy-2022-298/6.6"
KEY = CaseKey("kedr", "school", MARK, "vk", SCHOOL_VK.address)
CALENDAR = Calendar(zone=TOMSK, terms=CaseTerms({"major": 5}, 2))
KINDS: Kinds = {MARK: frozenset({"gos_mark"})}
MONDAY = date(2026, 11, 2)


def at(day: date, hour: int = 3) -> datetime:
    return datetime.combine(day, time(hour), TOMSK).astimezone(UTC)


def finding(outcome: Outcome = Outcome.FAIL, reason: str = "mark_absent", **more: Any) -> Finding:
    return Finding(
        institution=KEY.institution,
        municipality=KEY.municipality,
        requirement=MARK,
        clause="6.6",
        network=KEY.network,
        page=KEY.page,
        severity=Severity.MAJOR,
        outcome=outcome,
        reason=reason,
        because="…",
        **more,
    )


def night(day: date, outcome: Outcome = Outcome.FAIL, **more: Any) -> Judged:
    """An audit at three in the morning that has read the page, unless `read_on` says otherwise."""
    return Judged(at(day), day, finding(outcome, **{"read_on": day, **more}))


def stated(number: int, said: Said, day: date, hour: int = 10, **more: Any) -> Recorded:
    return Recorded(
        number=number,
        municipality=KEY.municipality,
        institution=KEY.institution,
        said=said,
        since=day,
        at=at(day, hour),
        **more,
    )


def told(number: int, day: date) -> Recorded:
    return stated(number, Telling(by="отдел", on=day), day)


def answered(number: int, kind: Any, day: date, hour: int = 10, **more: Any) -> Recorded:
    said = InstitutionAnswer(kind=kind, by="директор", on=day, requirement=MARK)
    return stated(number, said, day, hour, **more)


def decided(number: int, of: int, verdict: Any, day: date, hour: int = 12) -> Recorded:
    said = Decision(verdict=verdict, of=of, by="отдел", on=day, reason="так")
    return stated(number, said, day, hour)


def withdrawn(number: int, of: int, day: date, hour: int = 14) -> Recorded:
    return stated(number, Withdrawal(of=of, by="отдел", on=day, reason="ошибка"), day, hour)


def case_on(
    day: date,
    nights: Sequence[Judged],
    *statements: Recorded,
    letters: Sequence[SentLetter] = (),
    calendar: Calendar = CALENDAR,
) -> InstitutionCase:
    found = replay(History(nights, statements, letters), KINDS, calendar, at(day, 23))
    assert found is not None
    return found


def days(count: int) -> timedelta:
    return timedelta(days=count)
