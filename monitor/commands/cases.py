"""`dozor cases`, `assign`, `tell`: what is to be settled, by whom, by when."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from textwrap import shorten
from typing import Annotated, Literal

import typer

from monitor.application import Application
from monitor.audit.scope import in_scope
from monitor.cases.book import cases_of
from monitor.cases.listing import case_as_json
from monitor.cases.recording import assign as assigned
from monitor.cases.recording import tell as told
from monitor.cases.wording import terms_in_words
from monitor.cases.words import words
from monitor.commands.moments import clean, day, moment
from monitor.commands.parameters import (
    AboutWhom,
    AsJson,
    AskedOf,
    AsOf,
    By,
    Config,
    Name,
    Names,
    OnDay,
    PageAddress,
)
from monitor.commands.recorded import (
    case_in_words,
    full_id,
    institution_named,
    opened_for,
    show,
)
from monitor.commands.statements import address_in, check_given
from reports.words import word
from rules.cases.model import CaseState, InstitutionCase
from rules.model import Act, Finding, Institution

LONGEST = 300  # signs of a sentence on the terminal; --json has all of it
StateName = Literal["to_do", "answered", "disputed", "waived", "rereading", "overdue", "settled"]


def cases(
    config: Config,
    institutions: Names = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Только те, у которых вышел срок.")
    ] = False,
    state: Annotated[
        StateName | None, typer.Option("--state", metavar="СОСТОЯНИЕ", help="Только в этом.")
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> int:
    with opened_for(config, *(institutions or ())) as application:
        at = moment(as_of) if as_of else application.clock()
        names = [clean(name) for name in institutions or ()]
        members = in_scope(application.municipalities, names, at)
        found = [
            case
            for case in _cases_of(application, members, at, settled=state == "settled")
            if (state is None or case.state == state)
            and (not overdue or case.state is CaseState.OVERDUE)
        ]
        if as_json:
            print(json.dumps([case_as_json(case) for case in found], ensure_ascii=False, indent=2))
        elif not found:
            print(words("empty", "such_cases" if overdue or state else "cases"))
        else:
            _print(application, members, found)
    return 0


def _cases_of(
    application: Application, members: Sequence[Institution], at: datetime, *, settled: bool
) -> Iterator[InstitutionCase]:
    for town in application.municipalities:
        of_town = [member for member in members if member.municipality == town.id]
        yield from cases_of(application, town, at, of_town, settled=settled)


def _print(
    application: Application, members: Sequence[Institution], found: Sequence[InstitutionCase]
) -> None:
    acts = list(application.acts.values())
    for member in members:
        of_member = [
            case
            for case in found
            if (case.key.municipality, case.key.institution) == (member.municipality, member.id)
        ]
        if of_member:
            print(f"{member.short_name or member.name} ({member.id})")
        for case in of_member:
            print(*_lines(acts, case), sep="\n")


def _lines(acts: list[Act], case: InstitutionCase) -> Iterator[str]:
    yield "  " + words(
        "case",
        "where",
        mark=word("marks", case.finding.outcome, "sign"),
        state=words("states", case.state),
        case=case_in_words(acts, case),
    )
    yield f"      {' · '.join(terms_in_words(case))}"
    yield f"      {shorten(case.finding.because, LONGEST)}"
    if case.after or (case.before and case.state is CaseState.REREADING):
        name = "before_after" if case.after else "not_read_yet"
        yield "      " + words("case", name, before=_mark(case.before), after=_mark(case.after))


def _mark(finding: Finding | None) -> str:
    return word("marks", finding.outcome, "word") if finding else ""


def assign(
    config: Config,
    institution: Name,
    requirement: Annotated[
        str, typer.Option("--requirement", metavar="ТРЕБОВАНИЕ", help="О каком требовании.")
    ],
    to: Annotated[str, typer.Option("--to", metavar="КОМУ", help="Кому поручено.")],
    until: Annotated[
        str | None, typer.Option("--until", metavar="ДЕНЬ", help="К какому дню: 2026-12-04.")
    ] = None,
    by: Annotated[
        str, typer.Option("--by", metavar="ДОЛЖНОСТЬ", help="Кто поручил: должность.")
    ] = "",
    page: PageAddress = None,
    about: AboutWhom = None,
    as_json: AsJson = False,
) -> int:
    check_given("--to", clean(to), "укажите, кому поручено")
    with opened_for(config, institution) as application:
        owner = institution_named(application, clean(institution))
        noted = assigned(
            application,
            owner,
            full_id(application, owner, requirement) or requirement,
            to=clean(to),
            by=clean(by) or getpass.getuser(),
            until=day(until) if until else None,
            page=address_in(page),
            about=clean(about) if about else None,
        )
        show(application, noted, as_json=as_json)
    return 0


def tell(
    config: Config,
    institution: Name,
    by: By,
    requirement: AskedOf = None,
    page: PageAddress = None,
    how: Annotated[
        str, typer.Option("--how", metavar="КАК", help="Как сообщили: по телефону.")
    ] = "",
    on: OnDay = None,
    as_json: AsJson = False,
) -> int:
    check_given("--by", clean(by), "укажите должность того, кто сообщил")
    with opened_for(config, institution) as application:
        owner = institution_named(application, clean(institution))
        noted = told(
            application,
            owner,
            by=clean(by),
            on=day(on) if on else None,
            requirement=full_id(application, owner, requirement),
            page=address_in(page),
            how=clean(how),
        )
        show(application, noted, as_json=as_json)
    return 0
