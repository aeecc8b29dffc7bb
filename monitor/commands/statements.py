"""`dozor attest`, `waive`, `event`: what the office knows, written down once and for good."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from collectors.errors import UsageError
from monitor.application import Application, opened, real_time
from monitor.audit.scope import in_scope
from monitor.commands.moments import clean, day
from monitor.commands.parameters import Config, Document, Name, PageAddress
from monitor.commands.suggestions import institutions, requirements
from monitor.config import load_settings
from monitor.registry.addresses import page_address
from monitor.registry.cells import is_nothing
from monitor.registry.declaration import Addressee, AttestationKind, EventKind, StatedOutcome
from monitor.registry.statements import faults
from monitor.storage import statements
from monitor.storage.audits import latest
from monitor.storage.statements import Statement
from rules.model import Attestation, Event, Institution, Municipality, Waiver

UNDATED = date.min  # the day is the audit's that found it, or today


def attest(
    config: Config,
    institution: Name,
    kind: Annotated[
        AttestationKind, typer.Option("--kind", metavar="ВИД", help="Что подтверждают.")
    ] = "finding",
    by: Annotated[
        str, typer.Option("--by", metavar="ДОЛЖНОСТЬ", help="Должность заявившего.")
    ] = "",
    on: Annotated[
        str | None, typer.Option("--on", metavar="ДЕНЬ", help="Когда заявлено: 2026-03-01.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="ДЕНЬ", help="До какого дня верно.")
    ] = None,
    no: Annotated[bool, typer.Option("--no", help="Признание: нет, не сделано.")] = False,
    page: PageAddress = None,
    count: Annotated[
        int | None, typer.Option("--count", metavar="N", help="Сколько подтвердили.")
    ] = None,
    of: Annotated[int | None, typer.Option("--of", metavar="N", help="Из скольких.")] = None,
    document: Document = "",
    requirement: Annotated[
        str | None,
        typer.Option(
            "--requirement",
            metavar="ТРЕБОВАНИЕ",
            help="Какое требование решено.",
            autocompletion=requirements,
        ),
    ] = None,
    outcome: Annotated[
        StatedOutcome | None,
        typer.Option("--outcome", metavar="ИТОГ", help="Как решено: выполнено или нет."),
    ] = None,
    about: Annotated[
        str | None,
        typer.Option(
            "--about",
            metavar="УЧРЕЖДЕНИЕ",
            help="О каком учреждении говорит сайт администрации.",
            autocompletion=institutions,
        ),
    ] = None,
) -> int:
    answer = Attestation(
        kind=kind,
        stated_by=clean(by),
        stated_on=day(on) if on else UNDATED,
        valid_until=day(until) if until else None,
        value=None if kind == "finding" else not no,
        page=_address(page),
        count=count,
        of=of,
        document=clean(document),
        requirement=clean(requirement) if requirement else None,
        outcome=outcome,
        about=clean(about) if about else None,
        source="database",
    )
    _check_answer(answer)
    return _record(config, institution, lambda application: _with_date(application, answer))


def _check_answer(answer: Attestation) -> None:
    _check_given("--by", answer.stated_by, "укажите должность того, кто подтверждает")
    if answer.kind == "finding" and not (answer.requirement and answer.outcome):
        raise UsageError(["чтобы закрыть «нужно посмотреть», укажите --requirement и --outcome"])
    if answer.about and answer.kind != "finding":
        raise UsageError(["--about бывает только с --requirement: он говорит, о ком вывод"])


def _with_date(application: Application, answer: Attestation) -> Attestation:
    """Without a date, the answer to a finding bears the day of the audit that found it."""
    if answer.stated_on != UNDATED:
        return answer
    now = application.clock()
    last = latest(application.engine, now=now)
    if answer.kind == "finding" and last:
        now = min(now, last.as_of)
    return replace(answer, stated_on=now.astimezone(application.settings.schedule.timezone).date())


def waive(
    config: Config,
    institution: Name,
    requirement: Annotated[
        str,
        typer.Option(
            "--requirement", metavar="ТРЕБОВАНИЕ", help="Требование.", autocompletion=requirements
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="ПРИЧИНА", help="Почему.")],
    by: Annotated[str, typer.Option("--by", metavar="ДОЛЖНОСТЬ", help="Кто разрешил.")],
    until: Annotated[
        str, typer.Option("--until", metavar="ДЕНЬ", help="До какого дня: 2027-01-01.")
    ],
    page: PageAddress = None,
    document: Document = "",
) -> int:
    waiver = Waiver(
        requirement=clean(requirement),
        reason=clean(reason),
        by=clean(by),
        until=day(until),
        page=_address(page),
        document=clean(document),
    )
    _check_given("--reason", waiver.reason, "укажите, почему нарушение пока терпят")
    _check_given("--by", waiver.by, "укажите должность того, кто разрешил")
    return _record(config, institution, lambda _: waiver)


def event(
    config: Config,
    institution: Name,
    kind: Annotated[EventKind, typer.Option("--kind", metavar="ВИД", help="Что случилось.")],
    on: Annotated[str, typer.Option("--on", metavar="ДЕНЬ", help="День: 2026-04-29.")],
    page: PageAddress = None,
    to: Annotated[
        Addressee | None, typer.Option("--to", metavar="КОМУ", help="Кому уведомление.")
    ] = None,
    about: Annotated[
        EventKind | None, typer.Option("--about", metavar="ВИД", help="О чём уведомление.")
    ] = None,
    document: Document = "",
    requirement: Annotated[
        str | None,
        typer.Option(
            "--requirement",
            metavar="ТРЕБОВАНИЕ",
            help="О каком требовании спор.",
            autocompletion=requirements,
        ),
    ] = None,
) -> int:
    happened = Event(
        kind=kind,
        on=day(on),
        page=_address(page),
        to=to,
        about=about,
        document=clean(document),
        requirement=clean(requirement) if requirement else None,
    )
    return _record(config, institution, lambda _: happened)


def _check_given(option: str, written: str, what: str) -> None:
    """A dash is no office and no reason, and would be kept for good."""
    if not written or is_nothing(written):
        raise UsageError([f"{option}: {what}"])


def _record(config: Path, name: str, make: Callable[[Application], Statement]) -> int:
    known = partial(in_scope, names=[clean(name)], as_of=real_time())
    with opened(load_settings(config), check=known) as application:
        institution = _institution(application, clean(name))
        statement = make(application)
        _check_sense(application, institution, statement)
        statements.record(
            application.engine,
            institution,
            statement,
            by=getpass.getuser(),
            at=application.clock(),
        )
        print(f"Записано: {institution.short_name or institution.name}.")
    return 0


def _check_sense(application: Application, institution: Institution, statement: Statement) -> None:
    towns = {municipality.id: municipality for municipality in application.municipalities}
    town = towns[institution.municipality]
    acts = town.acts_in(application.acts)
    today = _last_day(application, statement, town)
    if found := faults(statement, institution, town, acts, today):
        raise UsageError(found)


def _last_day(application: Application, statement: Statement, town: Municipality) -> date:
    """What is past, by the clock or the newest audit, whichever refuses less."""
    last = latest(application.engine, now=application.clock())
    moments = [application.clock(), *([last.as_of] if last else [])]
    days = [moment.astimezone(town.timezone).date() for moment in moments]
    return min(days) if isinstance(statement, Waiver) else max(days)


def _institution(application: Application, name: str) -> Institution:
    found = in_scope(application.municipalities, [name], application.clock())
    if len(found) > 1:
        keys = ", ".join(institution.key for institution in found)
        raise UsageError([f"«{name}» есть в нескольких реестрах; уточните: {keys}"])
    return found[0]


def _address(page: str | None) -> str | None:
    return page_address(clean(page))[1] if page else None
