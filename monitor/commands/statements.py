"""`dozor attest`, `waive`, `event`: what the office knows, written down once and for good."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, get_args

from collectors.text import normalised, normalised_all
from monitor.application import Application, opened
from monitor.commands.sense import faults
from monitor.config import ConfigError, load_settings
from monitor.moments import day
from monitor.registry.addresses import page_address
from monitor.registry.cells import is_nothing
from monitor.registry.declaration import Addressee, AttestationKind, EventKind, StatedOutcome
from monitor.scope import in_scope
from monitor.storage import statements
from monitor.storage.audits import latest
from monitor.storage.statements import Statement
from rules.model import Attestation, Event, Institution, Municipality, Waiver


def attest(config: Path, institution: str, **said: Any) -> int:
    said = _said(said)
    _needed("--by", said["stated_by"], "укажите должность того, кто подтверждает")
    if said["kind"] == "finding" and not (said["requirement"] and said["outcome"]):
        raise ConfigError(["чтобы закрыть «нужно посмотреть», укажите --requirement и --outcome"])
    if said["about"] and said["kind"] != "finding":
        raise ConfigError(["--about бывает только с --requirement: он говорит, о ком вывод"])
    _check("--kind", said["kind"], AttestationKind)
    _check("--outcome", said["outcome"], StatedOutcome)
    said |= {
        "stated_on": day(said["stated_on"]) if said["stated_on"] else None,
        "valid_until": day(said["valid_until"]) if said["valid_until"] else None,
        "page": _page(said["page"]),
        "source": "database",
    }
    return _record(config, institution, lambda application: _dated(application, said))


def _dated(application: Application, said: dict[str, Any]) -> Attestation:
    """Without a date, the answer to a finding bears the day of the audit that found it."""
    now = application.clock()
    last = latest(application.engine, now=application.clock())
    if said["kind"] == "finding" and last:
        now = min(now, last.as_of)
    zone = application.settings.schedule.timezone
    said["stated_on"] = said["stated_on"] or now.astimezone(zone).date()
    return Attestation(**said)


def waive(config: Path, institution: str, **said: Any) -> int:
    said = _said(said)
    _needed("--reason", said["reason"], "укажите, почему нарушение пока терпят")
    _needed("--by", said["by"], "укажите должность того, кто разрешил")
    said |= {"until": day(said["until"]), "page": _page(said["page"])}
    return _record(config, institution, lambda _: Waiver(**said))


def event(config: Path, institution: str, **said: Any) -> int:
    said = _said(said)
    _check("--kind", said["kind"], EventKind)
    _check("--to", said["to"], Addressee)
    _check("--about", said["about"], EventKind)
    said |= {"on": day(said["on"]), "page": _page(said["page"])}
    return _record(config, institution, lambda _: Event(**said))


def _said(options: dict[str, Any]) -> dict[str, Any]:
    """As a reader sees it: without signs that nobody sees, and blanks around it."""
    return {
        key: one.strip() if isinstance(one, str) else one
        for key, one in normalised_all(options).items()
    }


def _needed(option: str, written: str | None, what: str) -> None:
    """A dash is no office and no reason, and would be kept for good."""
    if not written or is_nothing(written):
        raise ConfigError([f"{option}: {what}"])


def _record(config: Path, name: str, make: Callable[[Application], Statement]) -> int:
    with opened(load_settings(config)) as application:
        institution = _one(application, normalised(name))
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


def _check_sense(application: Application, one: Institution, statement: Statement) -> None:
    town = next(town for town in application.municipalities if town.id == one.municipality)
    today = _last_day(application, statement, town)
    if found := faults(statement, one, town, application.acts_of(town), today):
        raise ConfigError(found)


def _last_day(application: Application, statement: Statement, town: Municipality) -> date:
    """What is past, by the clock or the newest audit, whichever refuses less."""
    last = latest(application.engine, now=application.clock())
    moments = [application.clock(), *([last.as_of] if last else [])]
    days = [moment.astimezone(town.timezone).date() for moment in moments]
    return min(days) if isinstance(statement, Waiver) else max(days)


def _one(application: Application, name: str) -> Institution:
    found = in_scope(application.municipalities, [name], application.clock())
    if len(found) > 1:
        keys = ", ".join(one.key for one in found)
        raise ConfigError([f"«{name}» есть в нескольких реестрах; уточните: {keys}"])
    return found[0]


def _check(option: str, word: str | None, words: Any) -> None:
    """A mistyped word would be kept for good, and a notice that was sent would count as missing."""
    if word is not None and word not in get_args(words):
        raise ConfigError([f"{option} {word}: пишите одно из: {', '.join(get_args(words))}"])


def _page(written: str | None) -> str | None:
    return page_address(written)[1] if written else None
