"""The terms of a case in Russian, one after another: on a terminal and on the desk alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from monitor.cases.words import SHORT_DAY, words
from rules.cases.model import Assignment, InstitutionCase
from rules.text.sentences import cited


def terms_in_words(case: InstitutionCase) -> Iterator[str]:
    """«с 01.11.2026», «сообщено 02.11.2026», «срок 16.11.2026», «поручено: …»."""
    yield words("case", "since", since=_day(case.since))
    if case.told_on:
        yield words("case", "told", told=_day(case.told_on))
    else:
        yield words("case", "never_told")
    if case.due:
        name = "due_by_law" if case.due.clause else "due"
        clause = cited(case.due.clause) if case.due.clause else ""
        yield words("case", name, due=_day(case.due.on), clause=clause)
    if case.assigned and isinstance(case.assigned.said, Assignment):
        said = case.assigned.said
        name = "assigned_until" if said.until else "assigned"
        yield words("case", name, to=said.to, until=_day(said.until))
    if case.waived_until:
        yield words("case", "waived", until=_day(case.waived_until))
    if case.answer:
        yield words("case", "answer", number=case.answer.number)
    if case.settled_on:
        yield words("case", "settled", on=_day(case.settled_on))


def _day(day: date | None) -> str:
    return f"{day:{SHORT_DAY}}" if day else ""
