"""`dozor attest`, `waive`, `event`: what the office knows, written down once and for good."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from collectors.errors import UsageError
from monitor.application import Application
from monitor.cases.recording import record
from monitor.commands.moments import clean, day
from monitor.commands.parameters import AboutWhom, AsJson, Config, Document, Name, PageAddress
from monitor.commands.recorded import institution_named, opened_for, show
from monitor.commands.suggestions import requirements
from monitor.registry.addresses import page_address
from monitor.registry.cells import is_nothing
from monitor.registry.declaration import Addressee, AttestationKind, EventKind, StatedOutcome
from monitor.registry.statements import Statement
from monitor.storage.audits import latest
from rules.model import Attestation, Event, Waiver

ALL_DISPUTED = (
    "--requirement: скажите, какой вывод оспаривают; если все до одного, добавьте --all. "
    "Ничего не записано"
)
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
    about: AboutWhom = None,
    as_json: AsJson = False,
) -> int:
    answer = Attestation(
        kind=kind,
        stated_by=clean(by),
        stated_on=day(on) if on else UNDATED,
        valid_until=day(until) if until else None,
        value=None if kind == "finding" else not no,
        page=address_in(page),
        count=count,
        of=of,
        document=clean(document),
        requirement=clean(requirement) if requirement else None,
        outcome=outcome,
        about=clean(about) if about else None,
        source="database",
    )
    _check_answer(answer)
    return _record(
        config, institution, lambda application: _with_date(application, answer), as_json=as_json
    )


def _check_answer(answer: Attestation) -> None:
    check_given("--by", answer.stated_by, "укажите должность того, кто подтверждает")
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
            "--requirement",
            metavar="ТРЕБОВАНИЕ",
            help="Требование.",
            autocompletion=requirements,
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="ПРИЧИНА", help="Почему.")],
    by: Annotated[str, typer.Option("--by", metavar="ДОЛЖНОСТЬ", help="Кто разрешил.")],
    until: Annotated[
        str, typer.Option("--until", metavar="ДЕНЬ", help="До какого дня: 2027-01-01.")
    ],
    page: PageAddress = None,
    document: Document = "",
    as_json: AsJson = False,
) -> int:
    waiver = Waiver(
        requirement=clean(requirement),
        reason=clean(reason),
        by=clean(by),
        until=day(until),
        page=address_in(page),
        document=clean(document),
    )
    check_given("--reason", waiver.reason, "укажите, почему нарушение пока терпят")
    check_given("--by", waiver.by, "укажите должность того, кто разрешил")
    return _record(config, institution, lambda _: waiver, as_json=as_json)


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
    everything: Annotated[
        bool, typer.Option("--all", help="Спор обо всех выводах учреждения.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    happened = Event(
        kind=kind,
        on=day(on),
        page=address_in(page),
        to=to,
        about=about,
        document=clean(document),
        requirement=clean(requirement) if requirement else None,
    )
    if kind == "dispute_opened" and happened.requirement is None and not everything:
        _ask_for_all(institution)
    return _record(config, institution, lambda _: happened, as_json=as_json)


def _ask_for_all(institution: str) -> None:
    """Without a terminal nobody can be asked. UsageError: nothing is recorded."""
    if not sys.stdin.isatty():
        raise UsageError([ALL_DISPUTED])
    print(f"Оспорить все выводы об учреждении {institution}? Напишите «да»: ", end="", flush=True)
    if sys.stdin.readline().strip().casefold() != "да":
        raise UsageError(["ничего не записано; одно требование: --requirement"])


def check_given(option: str, written: str, what: str) -> None:
    """A dash is no office and no reason, and would be kept for good."""
    if not written or is_nothing(written):
        raise UsageError([f"{option}: {what}"])


def _record(
    config: Path, name: str, make: Callable[[Application], Statement], *, as_json: bool
) -> int:
    with opened_for(config, name) as application:
        institution = institution_named(application, clean(name))
        noted = record(application, institution, make(application), by=getpass.getuser())
        show(application, noted, as_json=as_json)
    return 0


def address_in(page: str | None) -> str | None:
    return page_address(clean(page))[1] if page else None
