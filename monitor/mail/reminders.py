"""That somebody was reminded, or the deputy head told, is recorded once the letter has gone.

Nothing is decided by these records (see terms.py): they are what `dozor cases` and the next reader
see of it. So it does no harm that a letter which went by itself is recorded by the next night.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import cache

from collectors.barrier import barrier
from monitor.application import Application
from monitor.audit.careful import STORES
from monitor.cases.book import CaseBook, book_of, cases_of
from monitor.storage import statements
from monitor.storage.gone import Gone, newest_gone
from monitor.storage.roles import DEPUTY, INSTITUTION, towns_of
from rules.cases.model import CaseState, InstitutionCase, Reminder, ReminderKind
from rules.model import Municipality

OF_LATE = timedelta(days=7)  # a night or a `send` looks at what went since the last one
BY = "Дозор"

IsTold = Callable[[InstitutionCase, date], bool]
Books = Callable[[str], CaseBook]  # by municipality


def record_reminders(application: Application) -> None:
    """Of all letters that went of late; done twice, it records once."""
    with barrier("part", "reminders", passing=STORES):
        since = application.clock() - OF_LATE
        # one letter an institution: what is recorded of one changes no case of another
        towns = {town.id: town for town in application.municipalities}
        books = cache(lambda name: book_of(application, towns[name]))
        for gone in newest_gone(application.engine, INSTITUTION, since):
            _record_reminded(application, gone, books)
        for gone in newest_gone(application.engine, DEPUTY, since):
            _record_escalated(application, gone)


def _record_reminded(application: Application, gone: Gone, books: Books) -> None:
    town, _, name = gone.role.removeprefix(INSTITUTION).partition("/")
    for municipality in _named(application, town):
        if institution := municipality.by_id.get(name):
            cases = books(municipality.id).of(institution, gone.at)
            _record(application, municipality, cases, gone, "reminded", _was_reminded)


def _record_escalated(application: Application, gone: Gone) -> None:
    for municipality in _named(application, *towns_of(gone.role)):
        cases = cases_of(application, municipality, gone.at)
        _record(application, municipality, cases, gone, "escalated", _was_escalated)


def _named(application: Application, *towns: str) -> Iterator[Municipality]:
    """All of them where none is named."""
    return (one for one in application.municipalities if not towns or one.id in towns)


def _record(
    application: Application,
    municipality: Municipality,
    cases: Iterable[InstitutionCase],
    gone: Gone,
    kind: ReminderKind,
    is_told: IsTold,
) -> None:
    day = municipality.day_of(gone.as_of)
    for case in cases:
        if is_told(case, day):
            key = case.key
            said = Reminder(
                kind=kind,
                by=BY,
                on=municipality.day_of(gone.at),
                requirement=key.requirement,
                network=key.network,
                page=key.page,
                about=key.about,
            )
            institution = municipality.by_id[key.institution]
            statements.record(application.engine, institution, said, by=BY, at=application.clock())


def _was_reminded(case: InstitutionCase, day: date) -> bool:
    """By a letter of this day; one that told of the case for the first time reminds of nothing."""
    if case.due is None or case.remind_on is None or case.state is not CaseState.TO_DO:
        return False
    is_in_time = case.remind_on <= day <= case.due.on
    is_known = case.due.clause is not None or (case.told_on is not None and case.told_on < day)
    return is_in_time and is_known and not _is_since(case.reminded_on, case.remind_on)


def _was_escalated(case: InstitutionCase, day: date) -> bool:
    if case.due is None or case.state is not CaseState.OVERDUE:
        return False
    return case.due.on < day and not _is_since(case.escalated_on, case.due.on)


def _is_since(recorded: date | None, day: date) -> bool:
    return recorded is not None and recorded >= day
