"""Recording what people state: checked first, told in full afterwards, never refused for a double.

Every function gives what is on record now. UsageError: nothing was recorded; the lines say why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from collectors.errors import UsageError
from monitor.application import Application
from monitor.cases.book import by_institution, cases_of
from monitor.registry.statements import Statement, faults
from monitor.storage import statements
from monitor.storage.audits import latest
from rules.cases.matching import kinds_of, speaks_of
from rules.cases.model import (
    Assignment,
    InstitutionCase,
    Recorded,
    Said,
    Telling,
    Withdrawal,
    key_of,
)
from rules.dossier.attestations import is_valid
from rules.model import Attestation, Institution, Municipality, Waiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A statement that was recorded, what it renews, and the open cases of which it speaks."""

    recorded: Recorded
    institution: Institution
    municipality: Municipality
    renews: Recorded | None = None
    cases: tuple[InstitutionCase, ...] = ()


def record(
    application: Application,
    institution: Institution,
    said: Statement,
    *,
    by: str,
    once: str = "",
    contents: Sequence[bytes] = (),
) -> Noted:
    """`by`: who types it, or brings it in. `once`: of two that record the same, the first does.
    `contents`: of the files that an answer names.
    """
    town = municipality_of(application, institution)
    check(application, institution, said)
    cases = open_cases_of(application, institution, said)
    renewed = _still_valid(application, institution, said)
    number = statements.record(
        application.engine,
        institution,
        said,
        by=by,
        at=application.clock(),
        since=_since(application, town) if isinstance(said, Waiver) else None,
        once=once,
        contents=contents,
    )
    return Noted(
        recorded=on_record(application, number),
        institution=institution,
        municipality=town,
        renews=renewed,
        cases=cases,
    )


def check(application: Application, institution: Institution, said: Statement) -> None:
    """Raises UsageError with everything that is wrong."""
    town = municipality_of(application, institution)
    today = _latest_day(application, town, said)
    if found := faults(said, institution, town, town.acts_in(application.acts), today):
        raise UsageError(found)


def undo(
    application: Application, number: int, *, by: str, reason: str, on: date | None = None
) -> Recorded:
    """The statement, withdrawn. With a decision an answer waits again."""
    stated = on_record(application, number)
    town = _town(application, stated.municipality)
    day = on or town.day_of(application.clock())
    statements.withdraw(
        application.engine,
        Withdrawal(of=number, by=by, on=day, reason=reason),
        by=by,
        at=application.clock(),
        since=on or _since(application, town),
    )
    return on_record(application, number)


def assign(
    application: Application,
    institution: Institution,
    requirement: str,
    *,
    to: str,
    by: str,
    until: date | None = None,
    page: str | None = None,
    about: str | None = None,
) -> Noted:
    said = Assignment(
        by=by,
        on=today_of(application, institution),
        requirement=requirement,
        page=page,
        about=about,
        to=to,
        until=until,
    )
    return record(application, institution, said, by=by)


def tell(
    application: Application,
    institution: Institution,
    *,
    by: str,
    on: date | None = None,
    requirement: str | None = None,
    page: str | None = None,
    how: str = "",
) -> Noted:
    """That the institution was told otherwise than by one of our letters: terms run from it."""
    day = on or today_of(application, institution)
    said = Telling(by=by, on=day, requirement=requirement, page=page, how=how)
    return record(application, institution, said, by=by)


# --- what it speaks of --------------------------------------------------------------------------


def open_cases_of(
    application: Application, institution: Institution, said: Said
) -> tuple[InstitutionCase, ...]:
    """The open cases of which a statement speaks."""
    town = municipality_of(application, institution)
    kinds = kinds_of(town.acts_in(application.acts))
    return tuple(
        case
        for case in cases_of(application, town, institutions=[institution])
        if speaks_of(said, key_of(case.finding), kinds)
    )


def _still_valid(application: Application, institution: Institution, said: Said) -> Recorded | None:
    """The newest attestation of the same thing that still holds."""
    if not isinstance(said, Attestation):
        return None
    town = municipality_of(application, institution)
    same = [
        stated
        for stated in by_institution(application, town).get(institution.id, ())
        if isinstance(stated.said, Attestation)
        and _thing(stated.said) == _thing(said)
        and stated.withdrawn is None
        and is_valid(stated.said, said.stated_on)
    ]
    return same[-1] if same else None


def _thing(said: Attestation) -> tuple[str | None, ...]:
    return said.kind, said.page, said.requirement, said.about


# --- whose, and when ----------------------------------------------------------------------------


def on_record(application: Application, number: int) -> Recorded:
    found = statements.by_number(application.engine, number)
    if found is None:
        raise UsageError([f"записи № {number} нет; все записи: dozor statements"])
    return found


def municipality_of(application: Application, institution: Institution) -> Municipality:
    return _town(application, institution.municipality)


def _town(application: Application, name: str) -> Municipality:
    found = next((town for town in application.municipalities if town.id == name), None)
    if found is None:
        raise UsageError([f"муниципалитета «{name}» в реестрах больше нет"])
    return found


def owner_of(application: Application, stated: Recorded) -> Institution:
    found = _town(application, stated.municipality).by_id.get(stated.institution)
    if found is None:
        raise UsageError([f"учреждения «{stated.institution}» в реестре больше нет"])
    return found


def today_of(application: Application, institution: Institution) -> date:
    zone = municipality_of(application, institution).timezone
    return application.clock().astimezone(zone).date()


def _since(application: Application, town: Municipality) -> date:
    """From when a waiver or a withdrawal counts: today, or the day of the last audit, if that is
    earlier, so that judging it anew heeds it."""
    return min(_days(application, town))


def _latest_day(application: Application, town: Municipality, said: Statement) -> date:
    """What is past, by the clock or the newest audit, whichever refuses less."""
    days = _days(application, town)
    return min(days) if isinstance(said, Waiver) else max(days)


def _days(application: Application, town: Municipality) -> Sequence[date]:
    now = application.clock()
    last = latest(application.engine, now=now)
    moments: list[datetime] = [now, *([last.as_of] if last else [])]
    return [town.day_of(moment) for moment in moments]
