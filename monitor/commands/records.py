"""`dozor statements`, `undo`: what everybody stated, and taking back what was a mistake."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from monitor.application import opened, with_database
from monitor.audit.scope import in_scope
from monitor.cases.listing import ListedStatement, day_of, list_statements
from monitor.cases.recording import undo as undone
from monitor.cases.words import in_words, words
from monitor.commands.moments import clean, day, moment
from monitor.commands.parameters import AsJson, AsOf, By, Config, Names, Number, OnDay
from monitor.commands.recorded import opened_for, short_day, show_decision
from monitor.commands.statements import check_given
from monitor.config import load_settings
from rules.text.sentences import cited

WHY = "укажите, почему запись отменяют"
WHO = "укажите должность того, кто это решил"


def statements(
    config: Config,
    institutions: Names = None,
    expiring: Annotated[
        int | None,
        typer.Option(
            "--expiring", metavar="ДНЕЙ", min=0, help="Только те, что истекают за столько дней."
        ),
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> int:
    with opened_for(config, *(institutions or ())) as application:
        at = moment(as_of) if as_of else None
        names = [clean(name) for name in institutions or ()]
        members = in_scope(application.municipalities, names, at or application.clock())
        found = list_statements(application, members, expiring, at)
        if as_json:
            print(json.dumps([one.as_json() for one in found], ensure_ascii=False, indent=2))
        else:
            _print(found, "statements" if expiring is None else "expiring")
    return 0


def _print(found: tuple[ListedStatement, ...], empty: str) -> None:
    if not found:
        print(words("empty", empty))
    last = ""
    for statement in found:
        institution = statement.institution
        if institution.key != last:
            print(f"{institution.short_name or institution.name} ({institution.id})")
            last = institution.key
        print(*_lines(statement), sep="\n")


def _lines(statement: ListedStatement) -> list[str]:
    stated = statement.recorded
    number = f"№ {stated.number}" if stated.number else "реестр"
    told = statement.as_json()
    who = f"{told['by'] or ''}, {short_day(day_of(stated.said) or stated.since)}".strip(", ")
    state = words("statement_states", statement.state)
    lines = [f"  {number}: {in_words(stated.said)} — {state} ({who})"]
    for finding in statement.changed:
        place = "".join(f", {part}" for part in (finding.page, finding.about) if part)
        lines.append(f"      {cited(finding.clause)}{place}: {finding.because}")
    return lines


def undo(
    config: Config,
    number: Number,
    by: By,
    reason: Annotated[str, typer.Option("--reason", metavar="ПРИЧИНА", help="Почему отменяют.")],
    on: OnDay = None,
    as_json: AsJson = False,
) -> int:
    check_given("--by", clean(by), WHO)
    check_given("--reason", clean(reason), WHY)
    with opened(with_database(load_settings(config))) as application:
        taken_back = undone(
            application, number, by=clean(by), reason=clean(reason), on=day(on) if on else None
        )
        show_decision(application, taken_back, "undone", as_json=as_json)
    return 0
